"""Counts of one series by area and period, with how well each area was looked at: what every forecast starts from.

A panel holds one series and never a sum of series. An exposure of 0 says that nobody looked, or that nobody reported:
a zero count there says nothing. `until` cuts a panel by time; a forecaster is handed what it returns and nothing else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from otear.errors import InputError, NotFoundError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Panel:
    """`n` areas by `t` consecutive years of one series.

    `areas` are `n` keys; `years` (t,) ascend by 1; `counts` (n, t) are sites found; `exposure` (n, t) is how well an
    area was looked at in a year, 1 for once over everything (for search effort z of sweep alpha: 1 - exp(-alpha z));
    `groups` are the names of states and `group` (n,) the index of each area's; `places_m` (n, 2) are middles on an
    equidistant plane in metres; `neighbours` (n, n) is 1 where two areas touch; `covariates` (n, k) are standardised.
    Arrays cannot be written to. Raises `InputError` on shapes and numbers that do not fit.
    """

    series: str
    areas: tuple[str, ...]
    years: Ints
    counts: Floats
    exposure: Floats
    groups: tuple[str, ...]
    group: Ints
    places_m: Floats | None = None
    neighbours: csr_array | None = None
    covariates: Floats | None = None

    def __post_init__(self) -> None:
        n, t = len(self.areas), len(self.years)
        shapes: tuple[tuple[str, tuple[int | None, ...]], ...] = (
            ("counts", (n, t)),
            ("exposure", (n, t)),
            ("group", (n,)),
            ("places_m", (n, 2)),
            ("covariates", (n, None)),
            ("neighbours", (n, n)),
        )
        if n == 0 or t == 0:
            raise self._error("years" if n else "areas", "there is nothing in it")
        if len(set(self.areas)) < n:
            raise self._error("areas", "an area occurs twice", "Give each area one key")
        if np.any(np.diff(self.years) != 1):
            raise self._error(
                "years", "years are missing between others", "Give every year, with exposure 0 where none"
            )
        for name, shape in shapes:
            values = getattr(self, name)
            if values is None:
                continue
            if len(values.shape) != len(shape) or any(
                b not in (None, a) for a, b in zip(values.shape, shape, strict=True)
            ):
                raise self._error(name, f"the shape is {values.shape} and not {shape}")
            if isinstance(values, np.ndarray):
                if not np.all(np.isfinite(values)):
                    raise self._error(name, "a number is not finite")
                values.setflags(write=False)
        if np.any(self.counts < 0) or np.any(self.exposure < 0):
            raise self._error("counts", "a count or an exposure is below 0")
        if np.any((self.counts > 0) & (self.exposure == 0)):
            raise self._error("exposure", "something was found where nobody looked", "Give exposure above 0 there")
        if np.any((self.group < 0) | (self.group >= len(self.groups))):
            raise self._error("group", "an area's state is none of those named")

    def _error(self, field: str, problem: str, remedy: str = "Build the panel with panel_of") -> InputError:
        return InputError(problem, source=f"panel of {self.series}", field=field, remedy=remedy)

    def until(self, year: int) -> Panel:
        """What was known when `year` began: the years before it, as copies. `NotFoundError` if there are none."""
        known = self.years < year
        if not known.any():
            raise NotFoundError(
                f"no year before {year} is in it",
                source=f"panel of {self.series}",
                remedy=f"Ask for {self.years[0] + 1} or later",
            )
        cut = {name: getattr(self, name)[:, known].copy() for name in ("counts", "exposure")}
        return replace(self, years=self.years[known].copy(), **cut)

    def fingerprint(self) -> bytes:
        """A hash of all that is in it: two panels with one fingerprint are the same."""
        told = hashlib.sha256(repr((self.series, self.areas, self.groups)).encode())
        arrays: list[NDArray[Any] | None] = [self.years, self.counts, self.exposure, self.group]
        arrays += [self.places_m, self.covariates]
        if self.neighbours is not None:
            arrays += [self.neighbours.indptr, self.neighbours.indices, self.neighbours.data]
        for values in arrays:
            if values is None:
                told.update(b"none")
            else:
                told.update(repr((values.shape, values.dtype.str)).encode())
                told.update(np.ascontiguousarray(values).tobytes())
        return told.digest()

    def column(self, year: int) -> int:
        """Where `year` stands in `years`; `NotFoundError` if it does not."""
        at = year - int(self.years[0])
        if not 0 <= at < len(self.years):
            raise NotFoundError(
                f"the year {year} is not in it",
                source=f"panel of {self.series}",
                remedy=f"Ask for {self.years[0]} to {self.years[-1]}",
            )
        return at

    def totals(self) -> tuple[Floats, Floats]:
        """Counts and exposure summed by state: two arrays (g, t)."""
        found, looked = (np.zeros((len(self.groups), len(self.years))) for _ in range(2))
        np.add.at(found, self.group, self.counts)
        np.add.at(looked, self.group, self.exposure)
        return found, looked


def panel_of(
    series: str,
    rows: Iterable[tuple[str, int, float]],
    *,
    state_of: Mapping[str, str],
    exposure: Mapping[tuple[str, int], float] | None = None,
    years: Sequence[int] | None = None,
    places_m: Mapping[str, tuple[float, float]] | None = None,
    neighbours: Iterable[tuple[str, str]] | None = None,
    covariates: Mapping[str, Sequence[float]] | None = None,
) -> Panel:
    """A panel of rows of area, year and count; rows of one area and year are added up.

    `state_of` names every area there is, also those where nothing was ever found, and the state that it belongs to;
    `exposure` is 1 where it is not given; `years` are the first and the last (else those of the rows); `places_m` and
    `covariates` are needed for all areas or for none. Raises `InputError` for a row of an unknown area or year.
    """
    areas = tuple(sorted(state_of))
    groups = tuple(sorted(set(state_of.values())))
    kept = list(rows)
    found_years = [year for _, year, _ in kept] if years is None else list(years)
    if not areas or not found_years:
        raise InputError("there are no areas or no years", source=f"panel of {series}", remedy="Give at least one row")
    first, last = min(found_years), max(found_years)
    row_of = {area: row for row, area in enumerate(areas)}
    counts = np.zeros((len(areas), last - first + 1))
    looked = np.ones_like(counts)

    def cell(area: str, year: int) -> tuple[int, int]:
        if area not in row_of or not first <= year <= last:
            what = f"area {area!r}" if area not in row_of else f"year {year}"
            raise InputError(f"the {what} of a row is unknown", source=f"panel of {series}", remedy="Name it as well")
        return row_of[area], year - first

    for area, year, count in kept:
        counts[cell(area, year)] += count
    for (area, year), how_well in (exposure or {}).items():
        looked[cell(area, year)] = how_well

    def column(name: str, values: Mapping[str, Sequence[float]] | None) -> Floats | None:
        if values is None:
            return None
        missing = [area for area in areas if area not in values]
        if missing:
            raise InputError(f"{missing[0]!r} has none", field=name, remedy="Give it for every area or leave it out")
        return np.array([values[area] for area in areas], dtype=float)

    return Panel(
        series=series,
        areas=areas,
        years=np.arange(first, last + 1),
        counts=counts,
        exposure=looked,
        groups=groups,
        group=np.array([groups.index(state_of[area]) for area in areas]),
        places_m=column("places_m", places_m),
        neighbours=None if neighbours is None else _touching(row_of, neighbours, series),
        covariates=column("covariates", covariates),
    )


def _touching(row_of: Mapping[str, int], pairs: Iterable[tuple[str, str]], series: str) -> csr_array:
    ends = []
    for pair in pairs:
        for area in pair:
            if area not in row_of:
                raise InputError(
                    f"the neighbour {area!r} is unknown", source=f"panel of {series}", remedy="Name it too"
                )
        if pair[0] != pair[1]:
            ends.append((row_of[pair[0]], row_of[pair[1]]))
    both = np.array(sorted({pair for a, b in ends for pair in ((a, b), (b, a))}), dtype=np.int64).reshape(-1, 2)
    return csr_array((np.ones(len(both)), (both[:, 0], both[:, 1])), shape=(len(row_of), len(row_of)))
