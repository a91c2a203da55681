"""A world from a seed: the land, what is hidden in it, and the folder that holds both."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import shapely

from otear.domain.progress import Progress, silent
from otear.flight.library import PROFILES, profile, profile_text
from otear.flight.sortie import sortie_text
from otear.simulate.elevation import write_elevation
from otear.simulate.scene.weather import Season
from otear.simulate.whole import whole_folder
from otear.simulate.world.country import make_country
from otear.simulate.world.errands import example_sorties
from otear.simulate.world.folder import DOCUMENT, World, world_document
from otear.simulate.world.hide import Chosen, hide_chosen, hide_sites, spots_of
from otear.simulate.world.land import Land
from otear.simulate.world.layers import write_layers
from otear.simulate.world.lookalikes import add_lookalikes
from otear.simulate.world.papers import Papers, check_starts, draw_up
from otear.simulate.world.prospect import survey
from otear.simulate.world.real import Ground, real_ground
from otear.simulate.world.seal import write_truth
from otear.simulate.world.truth import Truth
from otear.simulate.world.world_map import draw_map

STARTS_US = 1_769_904_000_000_000
"""2026-02-01T00:00:00Z."""
SITES = 48
ROWS, COLUMNS = 2_000, 2_200
"""61.5 km from north to south and 61.8 km from west to east, at 24.8 degrees north."""
MIDDLE_DEG = (24.8, -107.1)


@dataclass(frozen=True, eq=False)
class _Made:
    """All that goes into the folder."""

    truth: Truth
    papers: Papers
    sorties: dict[str, str]
    outline: shapely.Geometry | None
    filled_posts: int


def make_world(
    out: Path,
    *,
    seed: int,
    sites: int | Chosen = SITES,
    starts_us: int = STARTS_US,
    season: Season = Season.DRY,
    terrain: Path | None = None,
    datum: str | None = None,
    boundary: Path | None = None,
    rows: int = ROWS,
    columns: int = COLUMNS,
    progress: Progress = silent,
) -> World:
    """Make a world and write its folder, whole or not at all.

    `terrain` is elevation to use instead of invented relief, above `datum` where it does not say itself; `boundary` a
    GeoJSON outside of which nothing is placed; `rows` and `columns` are the posts, one second of arc apart. Raises
    `InputError` for a folder that is there already, for a start that no paper can tell, for terrain or a boundary that
    cannot be used, and for a land that has no place for so many sites.
    """
    check_starts(starts_us)
    with whole_folder(out) as draft:
        ground = real_ground(terrain, boundary, (rows, columns), MIDDLE_DEG, datum)
        made = _make(seed, sites, starts_us, progress, ground)
        plane = made.truth.land.plane
        degrees = round(float(np.degrees(plane.lat)), 6), round(float(np.degrees(plane.lon)), 6)
        authority_id = made.papers.authority.authority_id
        world = World(draft, made.truth.world_id, starts_us, season, *degrees, authority_id)
        _write(world, made, seed, progress)
    return replace(world, folder=out)


def filled_posts(world: World) -> int:
    """How many posts of its terrain were made up between those that had heights."""
    return int(json.loads((world.folder / DOCUMENT).read_bytes())["filled_posts"])


def _make(seed: int, sites: int | Chosen, starts_us: int, progress: Progress, ground: Ground) -> _Made:
    # Each step has its own stream of random numbers: more sites do not make another land.
    streams = [np.random.default_rng([seed, step]) for step in range(4)]
    surface = ground.surface
    country = make_country(ground.lattice, streams[0], progress, surface=surface, allowed=ground.allowed)
    prospect = survey(country)
    if isinstance(sites, Chosen):
        hidden, hidden_things = hide_chosen(prospect, sites, streams[1])
    else:
        hidden, hidden_things = hide_sites(prospect, sites, starts_us, streams[1])
    alike, alike_things = add_lookalikes(country, spots_of(hidden, prospect), streams[2])
    fleet = {aircraft.registration: aircraft for aircraft in map(profile, PROFILES)}
    papers = draw_up(country.land, seed, starts_us, tuple(sorted(fleet)))
    progress("sorties", 0, 1)
    flights = example_sorties(country, papers.authority, fleet=fleet, starts_us=starts_us, rng=streams[3])
    progress("sorties", 1, 1)
    sorties = {name: sortie_text(sortie) for name, sortie in flights.items()}
    world_id = _world_id(country.land, papers.text, sorties)
    truth = Truth(world_id, country.land, hidden_things.joined(alike_things), hidden, alike)
    return _Made(truth, papers, sorties, ground.outline, 0 if surface is None else int(surface.filled.sum()))


def _world_id(land: Land, papers: str, sorties: dict[str, str]) -> str:
    """`w-` and 16 hexadecimal digits of a hash of what anybody may see of it."""
    public = hashlib.sha256(repr((land.plane, land.grid.shape, land.villages)).encode())
    public.update(np.ascontiguousarray(land.msl_m).tobytes())
    for way in land.ways:
        public.update(f"{way.kind} {way.width_m}".encode() + np.ascontiguousarray(way.points_m).tobytes())
    public.update(papers.encode())
    for name, text in sorties.items():
        public.update(f"{name} {text}".encode())
    return f"w-{public.hexdigest()[:16]}"


def _write(world: World, made: _Made, seed: int, progress: Progress) -> None:
    folder, land = world.folder, made.truth.land
    for name in ("keys", "aircraft", "sorties", "instructor"):
        (folder / name).mkdir()
    progress("files", 0, 3)
    write_elevation(world.terrain, land.msl_m, land.grid)
    write_layers(world.layers, land, made.outline)
    progress("files", 1, 3)
    draw_map(world.map, land, world.world_id)
    progress("files", 2, 3)
    world.authority.write_text(made.papers.text, encoding="utf-8")
    for name, key in (("host", made.papers.host), ("programme", made.papers.programme)):
        (folder / "keys" / f"{name}.pub").write_text(f"{key.text}\n", encoding="utf-8")
    for name in PROFILES:
        (folder / "aircraft" / f"{name}.yaml").write_text(profile_text(name), encoding="utf-8")
    for name, text in made.sorties.items():
        (folder / "sorties" / f"{name}.yaml").write_text(text, encoding="utf-8")
    instructor = folder / "instructor"
    instructor.chmod(0o700)
    write_truth(instructor / "truth", made.truth, seed)
    (instructor / "seed").touch(mode=0o600)
    (instructor / "seed").write_text(f"{seed}\n", encoding="ascii")
    rows, columns = land.grid.shape
    more = {"rows": rows, "columns": columns, "villages": len(land.villages), "filled_posts": made.filled_posts}
    (folder / DOCUMENT).write_text(world_document(world, **more), encoding="utf-8")
    progress("files", 3, 3)
