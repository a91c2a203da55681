"""How many airframes and crews keep a number of orbits up, and with which probability.

The mean: of every endurance + turn-round hours, a fit airframe is on station for endurance - 2 transit - reserve.
So one orbit takes (endurance + turn-round) / (endurance - 2 transit - reserve) / availability airframes.

A fleet of just that size has the hours every second time. What it has in a period of D days is counted in
airframe-days: one airframe, fit, at a base with flying weather. Airframes fail independently of each other; each is a
two-state Markov chain of stationary availability a, so that days that lie t apart are correlated by exp(-t / (a R)) for
a mean repair time of R days. Weather takes whole days from whole bases. Given that G of the B D days of B bases can be
flown, N airframes have N a G / B airframe-days in the mean, with variance

    N / B a (1 - a) (G + B S G (G - 1) / (B D (B D - 1))),    S = sum over ordered pairs of days of exp(-t / (a R))

both exact, since every choice of G days is as likely. The number is taken as normal about that with a correction for
whole numbers, and averaged over the binomial number G. Hours that weather took are flown later, with more aircraft at
once: a search can make them up, a watch over one place cannot.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.stats import binom, norm

from otear.domain.capacity import Crewing, Need, OrbitFleet
from otear.errors import SettingError

_ROUNDING = 1e-9


def on_station_h(fleet: OrbitFleet) -> float:
    """Hours on station of one flight."""
    return fleet.endurance_h - 2.0 * fleet.transit_h - fleet.reserve_h


def flown_per_station_hour(fleet: OrbitFleet) -> float:
    """Flight hours for one hour on station: transits are flown too."""
    return (fleet.endurance_h - fleet.reserve_h) / on_station_h(fleet)


def busy_per_orbit(fleet: OrbitFleet) -> float:
    """Airframes that one orbit keeps busy, all of them fit to fly."""
    return (fleet.endurance_h + fleet.turn_round_h) / on_station_h(fleet)


def airframes_per_orbit(fleet: OrbitFleet) -> float:
    """Airframes for one continuous orbit in the mean, weather aside."""
    return busy_per_orbit(fleet) / fleet.availability


def chance(fleet: OrbitFleet, airframes: int, orbits: float, days: int) -> float:
    """The probability that `airframes` have, in `days`, the hours on station that `orbits` have in them."""
    needed = math.ceil(orbits * days * busy_per_orbit(fleet) - _ROUNDING)
    every = fleet.bases * days
    flyable = np.arange(every + 1)
    weight = binom.pmf(flyable, every, 1.0 - fleet.cancelled)
    a, at_base = fleet.availability, airframes / fleet.bases
    pairs = flyable * (flyable - 1.0) / (every * (every - 1.0)) if every > 1 else np.zeros(every + 1)
    variance = at_base * a * (1.0 - a) * (flyable + fleet.bases * _pairs_of_days(fleet, days) * pairs)
    mean = at_base * a * flyable
    # At least a rounding's worth of scatter: of airframes that never fail the mean is a whole number, and comes true.
    enough = norm.sf(needed - 0.5, mean, np.sqrt(np.maximum(variance, _ROUNDING)))
    possible = at_base * flyable >= needed - _ROUNDING
    return float(weight @ np.where(possible, enough, 0.0))


def fewest_airframes(fleet: OrbitFleet, orbits: float, days: int, confidence: float) -> int:
    """The fewest airframes that have the hours of `orbits` with at least `confidence`.

    Raises `SettingError` where weather leaves no flying day often enough that no fleet is sure of that.
    """
    if 1.0 - fleet.cancelled ** (fleet.bases * days) < confidence + _ROUNDING:
        raise SettingError(
            f"no fleet has hours with {confidence:.2%}: weather takes every day of every base more often than that",
            field="confidence",
            remedy="Ask for less confidence, over more days, or from more bases",
        )
    most = max(1, math.ceil(orbits * airframes_per_orbit(fleet)))
    while chance(fleet, most, orbits, days) < confidence:
        most *= 2
    least = 0
    while most - least > 1:
        middle = (least + most) // 2
        if chance(fleet, middle, orbits, days) < confidence:
            least = middle
        else:
            most = middle
    return most


def crews_for(crewing: Crewing, orbits: float) -> int:
    """Crews that keep `orbits` manned round the clock, within the length of a shift and the shifts of a week."""
    shifts_a_day = math.ceil(24.0 / crewing.shift_h - _ROUNDING)
    return math.ceil(orbits * shifts_a_day * 7.0 / crewing.shifts_a_week - _ROUNDING)


def need(fleet: OrbitFleet, crewing: Crewing, orbits: float, days: int, confidence: float) -> Need:
    """What `orbits` need. Raises `SettingError` as `fewest_airframes` does."""
    airframes = fewest_airframes(fleet, orbits, days, confidence)
    up = airframes * fleet.availability / busy_per_orbit(fleet)
    crews = crews_for(crewing, max(up, orbits))
    return Need(
        airframes,
        orbits * airframes_per_orbit(fleet),
        chance(fleet, airframes, orbits, days),
        up,
        crews,
        crews * crewing.aircrew,
    )


def _pairs_of_days(fleet: OrbitFleet, days: int) -> float:
    """The sum over ordered pairs of different days of the correlation of one airframe's fitness."""
    apart = np.arange(1, days)
    return float(2.0 * ((days - apart) * np.exp(-apart / (fleet.availability * fleet.repair_days))).sum())
