"""Roads go round hills, follow one another, and reach everybody."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from otear.simulate.world.country import roads_of
from otear.simulate.world.land import WayKind
from otear.simulate.world.lattice import Lattice
from otear.simulate.world.ways import Network, pairs, reachable

from .countries import PLANE, small_country


def network(msl_m: np.ndarray, barred: np.ndarray | None = None) -> Network:
    lattice = Lattice(PLANE, msl_m.shape)
    dry = np.zeros(msl_m.shape, dtype=bool)
    return Network(lattice, msl_m, dry, dry if barred is None else barred, np.random.default_rng(1))


def test_a_road_goes_through_the_gap_in_a_wall() -> None:
    msl = np.full((240, 240), 100.0)
    msl[:, 115:125] = 600.0
    msl[180:200, 115:125] = 100.0
    roads = network(msl)
    roads.join([(roads.node(-2_000.0, 2_000.0), roads.node(2_000.0, 2_000.0))], WayKind.GRAVEL)
    line = np.concatenate([way.points_m for way in roads.ways])
    crossing = line[np.abs(line[:, 0]).argmin()]
    assert crossing[1] == pytest.approx((119.5 - 190.0) * 30.77, abs=500.0)


def test_no_road_meets_barred_ground_and_none_is_built_where_there_is_no_way_round() -> None:
    msl, barred = np.full((240, 240), 100.0), np.zeros((240, 240), dtype=bool)
    barred[:190, 112:128] = True
    roads = network(msl, barred)
    ends = roads.node(-2_000.0, 2_000.0), roads.node(2_000.0, 2_000.0)
    roads.join([ends], WayKind.GRAVEL)
    lattice = Lattice(PLANE, msl.shape)
    assert not (lattice.drawn([way.points_m for way in roads.ways], 10.0) & barred).any()
    assert min(way.points_m[:, 1].min() for way in roads.ways) < lattice.metres(0, 190)[1]
    barred[:, 112:128] = True
    roads = network(msl, barred)
    roads.join([ends], WayKind.GRAVEL)
    assert roads.ways == []


def test_people_live_on_the_larger_side_of_what_parts_a_land() -> None:
    lattice, everywhere = Lattice(PLANE, (240, 240)), np.ones((240, 240), dtype=bool)
    barred = np.zeros((240, 240), dtype=bool)
    assert reachable(lattice, everywhere, barred).all()
    barred[:, 80:90] = True
    lived_in = reachable(lattice, everywhere, barred)
    assert lived_in[:, 110:].all()
    assert not lived_in[:, :90].any()
    # By what is allowed: the smaller side, where nothing may be on the larger.
    allowed = everywhere.copy()
    allowed[:, 90:] = False
    assert reachable(lattice, allowed, barred)[:, :60].all()
    assert not reachable(lattice, everywhere, everywhere).any()


def test_what_is_built_is_used_and_not_built_again() -> None:
    roads = network(np.full((240, 240), 100.0))
    ends = [roads.node(-3_000.0, 100.0 * i) for i in range(2)]
    far = roads.node(3_000.0, 0.0)
    roads.join([(ends[0], far)], WayKind.PAVED)
    first = sum(np.linalg.norm(np.diff(way.points_m, axis=0), axis=1).sum() for way in roads.ways)
    roads.join([(ends[1], far)], WayKind.GRAVEL)
    both = sum(np.linalg.norm(np.diff(way.points_m, axis=0), axis=1).sum() for way in roads.ways)
    assert first == pytest.approx(6_000.0, rel=0.25)
    assert both < first + 1_500.0


def test_every_village_and_ranch_is_on_one_network() -> None:
    country = small_country()
    drawn = country.lattice.drawn([way.points_m for way in roads_of(country.land)], 60.0).astype(np.uint8)
    _, parts = cv2.connectedComponents(cv2.dilate(drawn, np.ones((5, 5), dtype=np.uint8)))
    homes = [(v.east_m, v.north_m) for v in country.land.villages]
    near = cv2.dilate(parts.astype(np.float32), np.ones((11, 11), dtype=np.uint8))
    found = {int(near[country.lattice.nearest(np.array(home))]) for home in homes}
    ranches = {int(near[country.lattice.nearest(np.array((s.east_m, s.north_m)))]) for s in country.ranches}
    assert found == ranches == {1}


def test_pairs_join_everything_with_the_shortest_lines() -> None:
    line = np.array([[0.0, 0.0], [3.0, 0.0], [1.0, 0.0], [10.0, 0.0]])
    assert {frozenset(pair) for pair in pairs(line, 0)} == {frozenset(p) for p in ((0, 2), (2, 1), (1, 3))}
    assert len(pairs(line, 2)) == 5
    assert pairs(line[:1], 3) == []
