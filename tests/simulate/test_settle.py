"""Where people live, and that nobody lives in a river."""

from __future__ import annotations

import numpy as np

from otear.simulate.world.settle import named
from otear.simulate.world.things import Shape

from .countries import small_country

ROOFS = (Shape.BOX, Shape.GABLE)


def test_villages_are_apart_and_the_largest_comes_first() -> None:
    villages = small_country().land.villages
    assert len(villages) >= 2
    places = np.array([(v.east_m, v.north_m) for v in villages])
    apart = np.linalg.norm(places[:, None] - places[None], axis=-1) + 1e9 * np.eye(len(places))
    assert apart.min() > 2_500.0
    assert villages[0].population == max(v.population for v in villages)


def test_names_are_all_different() -> None:
    made = named(np.zeros((40, 2)), np.random.default_rng(2))
    assert len({village.name for village in made}) == 40
    assert all(village.population >= 70 for village in made)


def test_a_village_has_as_many_houses_as_its_people_need() -> None:
    land = small_country().land
    village = land.villages[0]
    near = np.hypot(land.things.east_m - village.east_m, land.things.north_m - village.north_m)
    roofs = np.isin(land.things.shape, ROOFS) & (near < 1.3 * village.radius_m) & (land.things.length_m > 6.0)
    assert 0.4 * village.population / 4.2 < roofs.sum() < 1.3 * village.population / 4.2


def test_no_house_stands_in_water_or_another_one() -> None:
    country = small_country()
    things = country.land.things
    houses = np.flatnonzero(np.isin(things.shape, ROOFS) & (things.length_m > 6.0) & (things.height_m < 6.0))
    places = np.stack([things.east_m[houses], things.north_m[houses]], -1)
    assert not country.drainage.water[country.lattice.nearest(places)].any()
    apart = np.linalg.norm(places[:, None] - places[None], axis=-1) + 1e9 * np.eye(len(places))
    assert apart.min() > 9.0


def test_ranches_have_what_a_ranch_has_and_lie_out_of_the_villages() -> None:
    country = small_country()
    things = country.land.things
    villages = np.array([(v.east_m, v.north_m) for v in country.land.villages])
    assert len(country.ranches) >= 4
    for spot in country.ranches:
        near = np.hypot(things.east_m - spot.east_m, things.north_m - spot.north_m) < 60.0
        assert {Shape.FENCE, Shape.GABLE, Shape.CYLINDER, Shape.PATCH} <= {Shape(s) for s in things.shape[near]}
        assert np.linalg.norm(villages - (spot.east_m, spot.north_m), axis=1).min() > 1_300.0
