"""What grows where people would look for it."""

from __future__ import annotations

import numpy as np
import pytest

from otear.simulate.world.drainage import Drainage
from otear.simulate.world.growth import grow
from otear.simulate.world.land import Cover
from otear.simulate.world.lattice import Lattice, slope_of
from otear.simulate.world.plane import Plane

from .countries import small_country


def test_crops_stand_on_level_ground_and_forest_higher_than_they() -> None:
    country = small_country()
    land = country.land
    steep = np.degrees(np.arctan(np.hypot(*slope_of(country.drainage.msl_m, country.lattice.step_m))))
    crops, forest, rock = (land.cover == kind for kind in (Cover.CROPS, Cover.FOREST, Cover.ROCK))
    assert crops.any()
    assert forest.any()
    assert steep[crops].max() < 3.3
    assert land.msl_m[forest].mean() > land.msl_m[crops].mean() + 100.0
    assert not rock.any() or steep[rock].min() > 30.0


def test_trees_stand_by_water_and_on_shaded_slopes_more_than_elsewhere() -> None:
    country = small_country()
    land, channel = country.land, country.drainage.channel_m
    dry = land.cover != Cover.WATER
    near, far = dry & (channel < 60.0), dry & (channel > 250.0)
    assert land.moisture[near].mean() > land.moisture[far].mean() + 20.0
    assert (land.cover[near] == Cover.RIPARIAN).mean() > 0.3
    east, north = slope_of(country.drainage.msl_m, country.lattice.step_m)
    hills = dry & (land.cover == Cover.SCRUB) & (np.hypot(east, north) > 0.2)
    # Ground that rises to the south faces north.
    assert land.canopy[hills & (north < -0.15)].mean() > land.canopy[hills & (north > 0.15)].mean() + 3.0


@pytest.mark.parametrize(("lat_deg", "wetter"), [(35.0, 1.0), (-35.0, -1.0), (0.0, 0.0)])
def test_the_side_of_a_hill_that_the_sun_does_not_reach_is_wetter_in_either_hemisphere(
    lat_deg: float, wetter: float
) -> None:
    lattice, (rows, columns) = Lattice(Plane(float(np.radians(lat_deg)), 0.0), (121, 121)), (121, 121)
    profile = 500.0 + 10.0 * (60.0 - np.abs(np.arange(rows) - 60.0))
    ridge, nothing = np.repeat(profile[:, None], columns, axis=1), np.zeros((rows, columns), dtype=bool)
    far = np.full((rows, columns), 5_000.0, dtype=np.float32)
    drainage = Drainage(ridge, np.full((rows, columns), 0.01), nothing, nothing, far, ())
    moisture = grow(drainage, lattice, far, np.random.default_rng(2)).moisture.astype(float)
    north, south = moisture[20:50].mean(), moisture[70:100].mean()
    assert north - south == pytest.approx(wetter * 74.0, abs=20.0)


def test_canopy_is_a_share_and_none_stands_in_water() -> None:
    land = small_country().land
    assert land.canopy.max() <= 95
    assert not land.canopy[np.isin(land.cover, [Cover.WATER, Cover.CROPS])].any()
    assert {Cover(kind) for kind in np.unique(land.cover)} >= {Cover.SCRUB, Cover.PASTURE, Cover.CROPS}
