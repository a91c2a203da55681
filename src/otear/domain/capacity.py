"""What a programme could look for with more orbits, or fewer: the aircraft, the crews, the looking, what it is worth.

An orbit is one aircraft on station round the clock (USAF, 2016); here it surveys, and nothing else. Hours, days, square
kilometres, US dollars; shares are from 0 to 1. Arrays are (n,), one entry a cell.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from otear.errors import InputError, SettingError

Floats = NDArray[np.float64]


_MOST_DAYS, _MOST_BASES = 366, 100


def _whole(field: str, value: int, most: int) -> None:
    if not 1 <= value <= most:
        raise SettingError(f"{value} is out of range", field=field, remedy=f"Give a whole number from 1 to {most}")


def _share(field: str, value: float, *, least: float = 0.0, most: float = 1.0) -> None:
    if not least <= value <= most:
        raise SettingError(f"{value:g} is not a share", field=field, remedy=f"Give {least:g} to {most:g}")


def _above(least: float, **values: float) -> None:
    for field, value in values.items():
        if not (value > least and np.isfinite(value)):
            raise SettingError(
                f"{value:g} is too little, or no number", field=field, remedy=f"Give more than {least:g}"
            )


@dataclass(frozen=True)
class OrbitFleet:
    """Aircraft of one kind and the bases that they fly from. Raises `SettingError` for what could keep no orbit.

    `transit_h` is one way, `reserve_h` is never flown, `turn_round_h` is from landing to the next take-off. Airframes
    fail one by one: the share `availability` is fit to fly, and one that is not comes back after `repair_days` in the
    mean. Weather takes whole days from whole bases: each of `bases` loses the share `cancelled` of its days, all its
    aircraft together, whatever happens at the others and on the day before.
    """

    endurance_h: float = 20.0
    transit_h: float = 2.0
    turn_round_h: float = 10.0
    reserve_h: float = 1.0
    availability: float = 0.8
    repair_days: float = 3.0
    cancelled: float = 0.1
    bases: int = 4

    def __post_init__(self) -> None:
        _above(0.0, endurance_h=self.endurance_h, repair_days=self.repair_days)
        _whole("bases", self.bases, _MOST_BASES)
        for field in ("transit_h", "turn_round_h", "reserve_h"):
            if not (getattr(self, field) >= 0.0 and np.isfinite(getattr(self, field))):
                raise SettingError("is below 0, or no number", field=field, remedy="Give hours from 0 up")
        if self.endurance_h - 2.0 * self.transit_h - self.reserve_h <= 0.0:
            raise SettingError(
                "transits and reserve leave no time on station",
                field="endurance_h",
                remedy="Give an endurance of more than twice the transit and the reserve",
            )
        _share("availability", self.availability, least=0.01)
        _share("cancelled", self.cancelled, most=0.99)


@dataclass(frozen=True)
class Crewing:
    """Who flies an orbit: a crew is one pilot and one sensor operator, who sit at most `shift_h` hours at a time.

    `shifts_a_week` is how many shifts a crew flies, leave and training taken off: 4.2 of 8 hours give the ten aircrew
    an orbit that are called healthy (airandspaceforces.com).
    """

    shift_h: float = 8.0
    shifts_a_week: float = 4.2
    aircrew: int = 2

    def __post_init__(self) -> None:
        _above(0.0, shift_h=self.shift_h, shifts_a_week=self.shifts_a_week, aircrew=self.aircrew)


@dataclass(frozen=True)
class Looking:
    """What an hour on station sees: `sweep_km2_h` of ground, each site in it with probability `pd`."""

    sweep_km2_h: float
    pd: float = 0.5

    def __post_init__(self) -> None:
        _above(0.0, sweep_km2_h=self.sweep_km2_h, pd=self.pd)
        _share("pd", self.pd)


@dataclass(frozen=True)
class Worth:
    """What a detected site is worth, and what a flight hour costs by each way of counting, in US dollars."""

    site_usd: float = 1_000_000.0
    hour_usd: tuple[float, ...] = (12_255.0, 2_468.0)

    def __post_init__(self) -> None:
        _above(0.0, site_usd=self.site_usd, **{f"hour_usd[{k}]": usd for k, usd in enumerate(self.hour_usd)})
        if not self.hour_usd:
            raise SettingError("no cost of a flight hour", field="hour_usd", remedy="Give one or more")


@dataclass(frozen=True)
class Period:
    """How long sites are looked for, what is asked of the fleet, and what share of planned hours is really flown.

    `confidence` is the probability with which the fleet has at least the hours on station of the orbits asked for.
    """

    days: int = 7
    confidence: float = 0.9
    flown_share: float = 0.22

    def __post_init__(self) -> None:
        _whole("days", self.days, _MOST_DAYS)
        _above(0.0, flown_share=self.flown_share)
        _share("confidence", self.confidence, least=0.5, most=0.9999)
        _share("flown_share", self.flown_share)


@dataclass(frozen=True, eq=False)
class Expectation:
    """What is expected where: `expected` (n,) sites in cells of `area_km2` (n,), and how surely.

    What is really there has a gamma distribution about `expected` of `shape` (n,), cell by cell: the larger, the
    surer. It is what a forecast's negative binomial is made of. Raises `InputError` for arrays that do not go together.
    """

    name: str
    expected: Floats
    area_km2: Floats
    shape: Floats

    def __post_init__(self) -> None:
        sizes = {self.expected.shape, self.area_km2.shape, self.shape.shape}
        if len(sizes) != 1 or self.expected.ndim != 1:
            raise InputError("arrays of different shapes", field="expected", remedy="Give one number of each a cell")
        for field in ("area_km2", "shape"):
            values = getattr(self, field)
            if not (np.isfinite(values) & (values > 0.0)).all():
                raise InputError("not all are above 0", field=field, remedy="Give numbers above 0")
        if not (np.isfinite(self.expected) & (self.expected >= 0.0)).all() or self.expected.sum() <= 0.0:
            raise InputError("no sites are expected anywhere", field="expected", remedy="Give numbers from 0 up")

    @property
    def sites(self) -> float:
        """Expected sites altogether."""
        return float(self.expected.sum())


@dataclass(frozen=True)
class Case:
    """What hours on station find. `p_detect` is the expected share of sites that are detected at least once in the
    period if hours are divided at will, `p_detect_90` what 90% of draws of the forecast lie between; `p_detect_flown`
    is what that leaves to a flown plan, by how much models in cells overstate.

    `usd_per_further_site` is what one more detected site costs by one more orbit, for each cost of a flight hour.
    """

    flown_share: float
    station_h: float
    hours_flown: float
    p_detect: float
    p_detect_90: tuple[float, float]
    p_detect_flown: tuple[float, float]
    p_detect_per_extra_orbit: float
    sites_detected: float
    usd_per_further_site: tuple[float, ...]


@dataclass(frozen=True)
class Need:
    """What orbits need: `airframes` so that the hours are there with `confidence`, and what the mean alone says.

    `orbits_up` are flown on a day without bad weather, to make up for those with; `crews` are for that many.
    """

    airframes: int
    airframes_by_mean: float
    confidence: float
    orbits_up: float
    crews: int
    aircrew: int


@dataclass(frozen=True)
class Row:
    """One number of orbits: what it needs; what it finds if all is flown, and if the real share is."""

    orbits: int
    need: Need
    ideal: Case
    real: Case


@dataclass(frozen=True)
class Step:
    """What going from one number of orbits to another buys, at the share that is really flown."""

    before: int
    after: int
    orbits_ratio: float
    airframes: int
    crews: int
    hours_flown: float
    p_detect: float
    sites_ratio: float


@dataclass(frozen=True, eq=False)
class Curve:
    """What is found along a range of orbits (m,): shares of sites, what 90% of draws lie between (2, m), and what one
    more orbit adds."""

    orbits: Floats
    p_detect: Mapping[str, Floats]
    p_detect_90: Mapping[str, Floats]
    per_extra_orbit: Mapping[str, Floats]
    airframes: Floats
    crews: Floats


@dataclass(frozen=True, eq=False)
class Capacity:
    """The whole answer; `worth_up_to` is, for each case and each cost of a flight hour, the number of orbits beyond
    which one more detected site costs more than it is worth."""

    rows: tuple[Row, ...]
    steps: tuple[Step, ...]
    worth_up_to: Mapping[str, tuple[float, ...]]
    curve: Curve
