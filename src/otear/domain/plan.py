"""A plan: sorties of days, what they are expected to find, and how near that is to the best that any plan could do.

Degrees, metres, seconds, microseconds since 1970-01-01Z. What is *worth* finding is a share: that of all sites which
are still to be found in the ground that the authority opens, each counted as requests weigh it, is 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from otear.domain.bilingual import Bilingual
from otear.domain.sortie import Sortie


class Because(StrEnum):
    """Why a box is swept, or is not."""

    WORTH = "worth"
    """It is worth more for its time than what was left out."""
    DRAWN = "drawn"
    """It was drawn at random, so that the forecast also learns of places where nobody looks."""
    LESS_WORTH = "less_worth"
    """Others are worth more for their time."""
    SEEN = "seen"
    """All of it was looked at not long ago."""
    NOT_ALLOWED = "not_allowed"
    """The authority does not let it be flown or looked at; the decision says why."""
    NOT_FLYABLE = "not_flyable"
    """No aircraft can fly it: ground, gimbal, ceiling or endurance."""
    TOO_NARROW = "too_narrow"
    """What may be looked at of it is no strip wide."""
    CUT = "cut"
    """It was planned, and the sortie did not fit round it when it was laid out."""


@dataclass(frozen=True)
class PlannedBox:
    """A box of ground with what is known of it, and whether it is swept and why.

    `expected` sites are there, of which the share `seen` would have shown itself already; `weight` is how many times a
    site there counts. `worth` is the share of all that is worth finding, `found` the part of the whole that the plan is
    expected to find there. `per_hour` is what one sweep of it by the plan's best aircraft finds in an hour of sweeping.
    `sorties` are the numbers of those that sweep it, from 1.
    """

    name: str
    lat_deg: float
    lon_deg: float
    outline: tuple[tuple[float, float], ...]
    area_km2: float
    expected: float
    seen: float
    weight: float
    requests: tuple[str, ...]
    worth: float
    found: float
    per_hour: float
    sorties: tuple[int, ...]
    because: Because
    words: Bilingual


@dataclass(frozen=True)
class PlannedSortie:
    """A sortie of a plan: its number from 1, when it is back, who flies it, which boxes it sweeps in order, and the
    share of all that is worth finding that it alone adds to the sorties before it. `drawn` are those of its boxes that
    were drawn at random; `missing` strips of boxes are flown where the rest was seen before."""

    number: int
    sortie: Sortie
    back_us: int
    length_m: float
    boxes: tuple[str, ...]
    drawn: tuple[str, ...]
    finds: float
    crews: tuple[str, ...]
    cancelled: float


@dataclass(frozen=True)
class Guarantee:
    """What a plan is worth: it finds `p_detect` of all that is worth finding, no plan of the same sorties more than
    `bound`, and `ratio` is how much of the bound that is. `bounds` are all that were proved, by method. Flown out in a
    simulation it finds `factor` times that, with a standard error of `error`; `explore_share` of the sweeping goes to
    boxes drawn at random. `lawnmower` and `greedy` are what those planners find with the same sorties."""

    p_detect: float
    bound: float
    ratio: float
    bound_method: str
    bounds: tuple[tuple[str, float], ...]
    factor: float
    error: float
    explore_share: float
    lawnmower: float
    greedy: float
    with_cancellations: float


@dataclass(frozen=True)
class Plan:
    """Who looks where and when, for `days` from `from_us` on, under an authority. `assumed` is what nobody told the
    planner and it took for granted; `expectation` what the expected sites rest on."""

    plan_id: str
    made_us: int
    made_by: str
    from_us: int
    days: int
    authority_id: str
    authority_sha256: str
    seed: int
    side_m: float
    wind: tuple[float, float, float]
    expectation: str
    expected_sites: float
    sorties: tuple[PlannedSortie, ...]
    boxes: tuple[PlannedBox, ...]
    guarantee: Guarantee
    left_out_sorties: tuple[Bilingual, ...]
    assumed: tuple[Bilingual, ...]
