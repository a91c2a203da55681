"""Sites: where one would look for them, as often with each cue as bulletins say, over twelve weeks."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from otear.domain.kinds import CueKind, SiteKind
from otear.errors import InputError
from otear.simulate.world.cues import DRAWN
from otear.simulate.world.hide import OWN_CUE, WEEKS, hide_sites, spots_of
from otear.simulate.world.lookalikes import add_lookalikes
from otear.simulate.world.prospect import MOVE_M, ROAD_M, RUNWAY_M, TOWN_M
from otear.simulate.world.things import Shape, Things
from otear.simulate.world.truth import HiddenSite

from .countries import DAY_US, STARTS_US, small_country, small_prospect

REPORTED = {
    "drums, tubs or sacks": 0.59, "water": 0.32, "gas cylinders or tanks": 0.30, "concealment": 0.25, "vehicles": 0.21,
    "buildings": 0.14, "camp": 0.12, "generator": 0.11, "track": 0.09, "waste pit, runoff or burning": 0.07,
}  # fmt: skip
"""The table of FACTS.md: what was reported at sites, of 56 public bulletins."""
CUES = (
    {CueKind.DRUMS}, {CueKind.WATER_POINT}, {CueKind.TANK}, {CueKind.COVER}, {CueKind.VEHICLE}, {CueKind.STRUCTURE},
    {CueKind.CLEARING}, {CueKind.HEAT_SOURCE}, {CueKind.TRACK}, {CueKind.WASTE_PIT, CueKind.BURN_SCAR},
)  # fmt: skip


def hidden(seed: int, count: int = 48) -> tuple[tuple[HiddenSite, ...], Things]:
    return hide_sites(small_prospect(), count, STARTS_US, np.random.default_rng(seed))


@cache
def many() -> tuple[HiddenSite, ...]:
    return tuple(site for seed in range(60) for site in hidden(seed)[0])


@pytest.mark.parametrize(("row", "share", "kinds"), [*zip(REPORTED, REPORTED.values(), CUES, strict=True)])
def test_cues_are_as_frequent_as_they_are_reported(row: str, share: float, kinds: set[CueKind]) -> None:
    """Within four standard deviations of a binomial count, over all sites that do not show it by their kind."""
    drawn = [site for site in many() if OWN_CUE.get(site.kind) not in kinds]
    found = sum(any(cue.kind in kinds for cue in site.cues) for site in drawn)
    assert abs(found - share * len(drawn)) < 4.0 * np.sqrt(len(drawn) * share * (1.0 - share)), row
    assert len(drawn) > 1_000


def test_the_table_is_the_one_that_is_drawn_from() -> None:
    assert [(share, set(kinds)) for share, kinds in DRAWN] == list(zip(REPORTED.values(), CUES, strict=True))


def test_there_are_sites_of_every_kind_as_many_as_asked_for() -> None:
    for count in (0, 1, 6, 20):
        sites, _ = hidden(1, count)
        assert len(sites) == count
        assert len({site.kind for site in sites}) >= min(count, len(SiteKind))
    assert len({site.site_id for site in many()}) > 0.999 * len(many())


def test_a_land_without_a_place_for_a_kind_has_more_of_the_others() -> None:
    prospect = small_prospect()
    level = replace(prospect, fit={**prospect.fit, SiteKind.TUNNEL_MOUTH: np.zeros(0, dtype=np.int32)})
    sites, _ = hide_sites(level, 20, STARTS_US, np.random.default_rng(1))
    assert len(sites) == 20
    assert SiteKind.TUNNEL_MOUTH not in {site.kind for site in sites}


def test_a_land_without_a_place_for_so_many_is_said() -> None:
    with pytest.raises(InputError, match=r"'sites': this land has a place for \d\d of 400 sites\. Ask for fewer"):
        hidden(1, 400)
    nowhere = replace(small_prospect(), fit={kind: np.zeros(0, dtype=np.int32) for kind in SiteKind})
    with pytest.raises(InputError, match="a place for 0 of 1 sites"):
        hide_sites(nowhere, 1, STARTS_US, np.random.default_rng(1))
    assert hide_sites(nowhere, 0, STARTS_US, np.random.default_rng(1))[0] == ()


def test_sites_lie_where_somebody_hides() -> None:
    """Not in town, off the road and near one, not in water, most of them under trees or beside them, near water."""
    prospect, country = small_prospect(), small_country()
    sites, _ = hidden(2)
    places = spots_of(sites, prospect)
    posts = prospect.lattice.nearest(places)
    towns = np.array([(v.east_m, v.north_m) for v in country.land.villages])
    assert np.linalg.norm(places[:, None] - towns[None], axis=-1).min() > TOWN_M
    assert prospect.road_m[posts].min() > ROAD_M[0] - 45.0
    assert prospect.road_m[posts].max() < ROAD_M[1] + 45.0
    assert not country.drainage.water[posts].any()
    kinds = np.array([site.kind for site in sites])
    labs = kinds == SiteKind.LABORATORY
    assert prospect.channel_m[posts][labs].max() < 500.0
    assert country.land.canopy[posts][labs].mean() > country.land.canopy.mean()
    assert country.slopes.here_deg[posts][kinds == SiteKind.AIRSTRIP].max() < 6.0
    apart = np.linalg.norm(places[:, None] - places[None], axis=-1) + 1e9 * np.eye(len(places))
    assert apart.min() > 800.0


def test_areas_are_those_of_bulletins_but_for_airstrips() -> None:
    for site in many():
        if site.kind is SiteKind.AIRSTRIP:
            assert RUNWAY_M[0] * 14.0 <= site.area_m2 <= RUNWAY_M[1] * 20.0
        else:
            assert 1_600.0 <= site.area_m2 <= 6_000.0


def test_sites_come_move_and_are_left_within_the_weeks() -> None:
    end_us = STARTS_US + WEEKS * 7 * DAY_US
    sites = many()
    assert all(site.from_us < site.idle_us < site.until_us for site in sites)
    assert all(site.from_us < end_us and site.idle_us > STARTS_US - 18 * DAY_US for site in sites)
    appear = np.mean([site.from_us > STARTS_US for site in sites])
    left = np.mean([site.idle_us < end_us for site in sites])
    assert 0.3 < appear < 0.95
    assert 0.2 < left < 0.95
    moved = [site for site in sites if site.moved_from is not None]
    assert 0.03 < len(moved) / len(sites) < 0.25


def test_a_site_that_moved_begins_after_the_first_was_left_and_not_far_from_it() -> None:
    checked = 0
    for seed in range(10):
        sites, _ = hidden(seed)
        places = dict(zip((site.site_id for site in sites), spots_of(sites, small_prospect()), strict=True))
        named = {site.site_id: site for site in sites}
        for site in sites:
            if site.moved_from is not None:
                first = named[site.moved_from]
                assert site.from_us > first.idle_us
                assert site.kind is first.kind
                away = np.hypot(*(places[site.site_id] - places[first.site_id]))
                assert MOVE_M[0] < away < MOVE_M[1]
                checked += 1
    assert checked > 5


def test_every_cue_has_things_that_show_it_while_it_is_there() -> None:
    prospect = small_prospect()
    sites, things = hidden(3)
    for site in sites:
        for cue in site.cues:
            (east,), (north,) = prospect.lattice.plane.metres(np.radians([cue.lat_deg]), np.radians([cue.lon_deg]))
            near = np.hypot(things.east_m - east, things.north_m - north) < 25.0
            if cue.kind is CueKind.TRACK:
                near = np.hypot(things.east_m - east, things.north_m - north) < 60.0
            during = (things.from_us <= cue.from_us) & (things.until_us >= cue.until_us)
            assert (near & during).any(), cue
            if cue.kind is CueKind.DRUMS:
                assert (near & (things.shape == Shape.CYLINDER)).sum() >= 10
            if cue.kind is CueKind.HEAT_SOURCE:
                assert things.heat_k[near].max() > 20.0
    assert not things.at(STARTS_US - 60 * DAY_US).shape.size
    assert 0 < len(things.at(STARTS_US + 30 * DAY_US)) < len(things)


def test_most_generators_work_at_night() -> None:
    things = [hidden(seed)[1] for seed in range(20)]
    begins = np.concatenate([t.work_from_h[(t.heat_k > 20.0) & (t.shape == Shape.BOX)] for t in things])
    assert 0.5 < np.mean(begins > 17.0) < 0.95


def test_lookalikes_outnumber_sites_and_keep_clear_of_them() -> None:
    country, prospect = small_country(), small_prospect()
    for count in (6, 48):
        sites, _ = hidden(4, count)
        places = spots_of(sites, prospect)
        found, things = add_lookalikes(country, places, np.random.default_rng(6))
        kinds = Counter(one.what for one in found)
        assert set(kinds) == {"ranch", "barn", "farm tank", "kiln", "dump", "burnt field", "parked vehicles"}
        assert sum(kinds.values()) > len(sites)
        spots = np.stack([things.east_m, things.north_m], -1)
        assert np.linalg.norm(spots[:, None] - places[None], axis=-1).min() > 150.0
        assert things.heat_k.max() > 30.0
