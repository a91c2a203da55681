"""How long evidence stays true: heat is gone tomorrow, a vehicle next week, a building stays.

Half-lives in days; None does not age. They are set for places that are abandoned within weeks (FACTS: sites appear,
move, are abandoned), not measured: outcomes may say better.
"""

from __future__ import annotations

from otear.domain.kinds import CueKind

DAY_US = 86_400_000_000
HALF_LIFE_DAYS: dict[CueKind, float | None] = {
    CueKind.HEAT_SOURCE: 0.5,
    CueKind.VEHICLE: 3.0,
    CueKind.DRUMS: 30.0,
    CueKind.TANK: 60.0,
    CueKind.COVER: 30.0,
    CueKind.WATER_POINT: None,
    CueKind.STRUCTURE: None,
    CueKind.TRACK: None,
    CueKind.CLEARING: None,
    CueKind.WASTE_PIT: None,
    CueKind.BURN_SCAR: 90.0,
}
MISS_HALF_LIFE_DAYS = 30.0
"""A place that was empty a month ago may not be any more."""


def kept(half_life_days: float | None, age_us: int) -> float:
    """The share of evidence that is left at an age; what lies in the future has not aged."""
    if half_life_days is None:
        return 1.0
    return float(0.5 ** (max(age_us, 0) / DAY_US / half_life_days))
