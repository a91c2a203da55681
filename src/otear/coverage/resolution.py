"""How likely a site would have shown itself: ground sample distance, the Johnson criteria, and a cap.

Lengths are metres, angles radians. A *cycle* is two samples on the ground. The probability is about resolution alone:
light, weather, canopy and a tired eye are not in it, which is one reason for the cap. TTP (Vollmerhausen and Jacobs
2004) would be the better model, but it asks for the sensor's transfer function and noise and for the contrast of the
scene; a stream carries none of them, so Johnson is used and said to be used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from otear.errors import SettingError
from otear.geo.frames import Floats

LEAST_DEPRESSION = float(np.radians(1.0))
"""Below this the model of level ground ends: ground seen at less counts as seen at it."""


class Task(StrEnum):
    """What the picture must allow: see that something is there, tell its class, or tell exactly what it is."""

    DETECT = "detect"
    RECOGNISE = "recognise"
    IDENTIFY = "identify"


CYCLES_FOR_HALF = {Task.DETECT: 1.0, Task.RECOGNISE: 4.0, Task.IDENTIFY: 6.4}
"""Cycles across the critical dimension at which half of all observers succeed (Johnson 1958, two-dimensional form)."""


@dataclass(frozen=True)
class SiteSize:
    """What gives a kind of site away, how large that is, and how well it must be resolved.

    `size_m` is the critical dimension of the `cue`: the square root of its area for a compact thing, its width for a
    long one.
    """

    kind: str
    cue: str
    size_m: float
    task: Task


SITE_SIZES = (
    SiteSize("laboratory", "drum, tub or sack, 0.6 by 0.9 m", 0.73, Task.DETECT),
    SiteSize("store", "tarpaulin, 3 by 4 m", 3.5, Task.RECOGNISE),
    SiteSize("pill press", "shed or trailer, 4 by 6 m", 4.9, Task.IDENTIFY),
    SiteSize("camp", "shelter, 3 by 4 m", 3.5, Task.RECOGNISE),
    SiteSize("airstrip", "strip, 18 m wide", 18.0, Task.RECOGNISE),
    SiteSize("tunnel mouth", "opening, 1.5 m", 1.5, Task.RECOGNISE),
    SiteSize("clearing", "worked ground of 1,600 to 6,000 m², geometric mean 3,100 m²", 55.7, Task.RECOGNISE),
)
"""Defaults, to be overruled by settings. That drums need a sample of 0.2 m or finer and the area of whole sites come
from public bulletins; the other sizes are everyday ones and unconfirmed."""


@dataclass(frozen=True)
class ResolutionModel:
    """From ground sample distance, dwell and share of a cell to the probability that a site there would have shown.

    `cap`: the share of sites that any amount of looking can show; the rest are under canopy, indoors or in a ravine.
    No look, pass or number of passes claims more. `dwell_gain`, `dwell_scale_s`: the frames of one look show the same
    thing from nearly the same place, so that they count as one glimpse that long dwell raises, at most to the worth of
    `dwell_gain` independent ones: k = 1 + (dwell_gain − 1)·(1 − exp(−dwell / dwell_scale_s)).
    """

    sizes: tuple[SiteSize, ...] = SITE_SIZES
    reference_kind: str = "laboratory"
    cap: float = 0.9
    dwell_gain: float = 2.0
    dwell_scale_s: float = 10.0

    def __post_init__(self) -> None:
        checks = (
            ("cap", 0.0 <= self.cap < 1.0, "Give a share from 0 to below 1"),
            ("dwell_gain", self.dwell_gain >= 1.0, "Give 1 (dwell adds nothing) or more"),
            ("dwell_scale_s", self.dwell_scale_s > 0.0, "Give a time above 0 seconds"),
            ("sizes", all(size.size_m > 0.0 for size in self.sizes), "Give every cue a size above 0 metres"),
        )
        for field, holds, remedy in checks:
            if not holds:
                raise SettingError(f"{getattr(self, field)!r} is out of range", field=field, remedy=remedy)
        self.size_of(self.reference_kind)

    def size_of(self, kind: str) -> SiteSize:
        """The cue of a kind of site; `SettingError` where the model has none."""
        for size in self.sizes:
            if size.kind == kind:
                return size
        known = ", ".join(size.kind for size in self.sizes)
        raise SettingError(f"no cue size for the kind of site {kind!r}", field="kind", remedy=f"Known kinds: {known}")

    def glimpse(self, gsd_m: ArrayLike, kind: str | None = None) -> Floats:
        """P(n) of one glimpse at a mean ground sample distance, without cap; 0 where that is NaN."""
        size = self.size_of(kind or self.reference_kind)
        cycles = size.size_m / (2.0 * np.asarray(gsd_m, dtype=np.float64))
        return np.nan_to_num(johnson(cycles, CYCLES_FOR_HALF[size.task]), nan=0.0)

    def probability(
        self, gsd_m: ArrayLike, dwell_s: ArrayLike, share: ArrayLike = 1.0, kind: str | None = None
    ) -> Floats:
        """Probability that a site of a kind, anywhere in a cell, would have shown itself in one look.

        `gsd_m` is the finest mean ground sample distance in the look, NaN where the cell was not visible; `share` the
        part of the cell that was seen. Shapes broadcast.
        """
        dwell = np.asarray(dwell_s, dtype=np.float64)
        glimpses = 1.0 + (self.dwell_gain - 1.0) * (1.0 - np.exp(-dwell / self.dwell_scale_s))
        shown = 1.0 - (1.0 - self.glimpse(gsd_m, kind)) ** glimpses
        return np.asarray(np.minimum(shown, self.cap) * np.asarray(share, dtype=np.float64), dtype=np.float64)

    def to_json(self) -> dict[str, Any]:
        """As plain values, for a file's metadata."""
        return {"name": "Johnson", **asdict(self)}

    @staticmethod
    def from_json(values: Mapping[str, Any]) -> ResolutionModel:
        """What `to_json` gave."""
        rest = {name: value for name, value in values.items() if name not in {"name", "sizes"}}
        sizes = (SiteSize(**{**size, "task": Task(size["task"])}) for size in values["sizes"])
        return ResolutionModel(sizes=tuple(sizes), **rest)


def over_passes(pd: ArrayLike, cap: float) -> float:
    """One probability from one per pass: 1 − Π(1 − pd), never above the cap."""
    return min(cap, 1.0 - float(np.prod(1.0 - np.asarray(pd, dtype=np.float64))))


def johnson(cycles: ArrayLike, cycles_for_half: float) -> Floats:
    """P(n) = (n/n50)^E / (1 + (n/n50)^E) with E = 2.7 + 0.7·n/n50: the transfer function of the Johnson criteria.

    `cycles` is n, any shape; 0.5 at n50 by construction. NaN stays NaN.
    """
    ratio = np.asarray(cycles, dtype=np.float64) / cycles_for_half
    # Beyond ten times n50 the odds pass 1e9 and the power would overflow.
    ratio = np.clip(ratio, 0.0, 10.0)
    odds = ratio ** (2.7 + 0.7 * ratio)
    return np.asarray(odds / (1.0 + odds), dtype=np.float64)


class GroundSample(NamedTuple):
    """Ground sample distance in metres, along the picture's rows and columns as they fall on level ground."""

    across_m: Floats
    """Across the sight line: not foreshortened."""
    along_m: Floats
    """Along the sight line: stretched by 1 / sin(depression)."""
    mean_m: Floats
    """Geometric mean: the side of a square with the area that one pixel covers."""


def ground_sample(
    slant_range_m: ArrayLike, ifov_across: ArrayLike, ifov_along: ArrayLike, depression: ArrayLike
) -> GroundSample:
    """Ground sample distance from slant range, the angle of one pixel each way and the depression angle at the ground.

    Depression is between the sight line and the horizontal *at the ground*; below `LEAST_DEPRESSION` it counts as that.
    """
    slant_range = np.asarray(slant_range_m, dtype=np.float64)
    across = slant_range * np.asarray(ifov_across, dtype=np.float64)
    stretch = 1.0 / np.sin(np.maximum(np.asarray(depression, dtype=np.float64), LEAST_DEPRESSION))
    along = slant_range * np.asarray(ifov_along, dtype=np.float64) * stretch
    return GroundSample(across, along, np.sqrt(across * along))
