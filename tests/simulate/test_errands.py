"""Sorties that everybody gets: they say nothing of what is hidden."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from otear.flight.library import PROFILES, profile
from otear.geo.frames import Floats
from otear.simulate.world.country import Country
from otear.simulate.world.errands import example_sorties
from otear.simulate.world.folder import World
from otear.simulate.world.hide import hide_sites, spots_of
from otear.simulate.world.instructor import truth_of
from otear.simulate.world.make import make_world
from otear.simulate.world.papers import draw_up
from otear.simulate.world.prospect import Prospect, survey

from .countries import PLANE, STARTS_US

SIZE = {"rows": 640, "columns": 640}
SITES, OTHERS = 10, 29


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[World, Country]]:
    """Five worlds and their lands."""
    folder, lands = tmp_path_factory.mktemp("errands"), []

    def surveyed(country: Country) -> Prospect:
        lands.append(country)
        return survey(country)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("otear.simulate.world.make.survey", surveyed)
        made = [make_world(folder / str(seed), seed=seed, sites=SITES, **SIZE) for seed in range(1, 6)]
    return list(zip(made, lands, strict=True))


def middles(sorties: tuple[Path, ...]) -> list[tuple[float, float]]:
    """The middles of what is stared at, east and north in metres."""
    found = []
    for path in sorties:
        cells = re.search(r'"cells":\[(.*?)\]', path.read_text())
        if cells is not None:
            degrees = np.array(re.findall(r'"lat_deg":([-\d.]+),"lon_deg":([-\d.]+)', cells[1]), dtype=float)
            east, north = PLANE.metres(*np.radians(degrees).mean(axis=0))
            found.append((float(east), float(north)))
    return found


def nearest_m(places_m: Floats, middle_m: tuple[float, float]) -> float:
    return float(np.linalg.norm(places_m - middle_m, axis=1).min())


def test_what_is_stared_at_is_as_near_to_a_site_as_chance_has_it(worlds: list[tuple[World, Country]]) -> None:
    """On each land sites are hidden again and again: the true ones are no nearer to the places stared at than those."""
    ranks, near = [], []
    for seed, (world, country) in enumerate(worlds):
        prospect = survey(country)
        true = spots_of(truth_of(world).sites, prospect)
        others = [
            spots_of(hide_sites(prospect, SITES, STARTS_US, np.random.default_rng([seed, k]))[0], prospect)
            for k in range(OTHERS)
        ]
        for middle in middles(world.sorties):
            away = nearest_m(true, middle)
            ranks.append(np.mean([nearest_m(other, middle) < away for other in others]))
            near.append(away)
    assert len(ranks) >= 8
    # The mean of n ranks that chance gives is 1/2, give or take 0.29 / sqrt(n).
    assert abs(float(np.mean(ranks)) - 0.5) < 3.0 * 0.29 / np.sqrt(len(ranks))
    assert float(np.median(near)) > 600.0


def test_other_sites_leave_every_sortie_as_it_is(worlds: list[tuple[World, Country]], tmp_path: Path) -> None:
    world = worlds[0][0]
    other = make_world(tmp_path / "other", seed=1, sites=SITES + 4, **SIZE)
    assert truth_of(other).sites != truth_of(world).sites
    assert [path.name for path in other.sorties] == [path.name for path in world.sorties]
    assert [path.read_bytes() for path in other.sorties] == [path.read_bytes() for path in world.sorties]
    assert other.world_id == world.world_id


def test_a_land_below_the_sea_has_its_sorties_too(worlds: list[tuple[World, Country]]) -> None:
    world, country = worlds[1]
    lower = replace(country, land=replace(country.land, msl_m=country.land.msl_m - np.float32(600.0)))
    fleet = {aircraft.registration: aircraft for aircraft in map(profile, PROFILES)}
    authority = draw_up(lower.land, 7, STARTS_US, tuple(sorted(fleet))).authority
    sorties = example_sorties(lower, authority, fleet=fleet, starts_us=STARTS_US, rng=np.random.default_rng([2, 3]))
    assert set(sorties) == {path.stem for path in world.sorties}
    assert len(sorties) >= 4
    assert all(sortie.base_msl_m < 0.0 for sortie in sorties.values())
