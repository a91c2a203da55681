"""A world from a seed: the land, what is hidden in it, and the folder that holds both."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from otear.domain.progress import Progress, silent
from otear.errors import InputError
from otear.flight.library import PROFILES, profile, profile_text
from otear.flight.sortie import sortie_text
from otear.simulate.elevation import write_elevation
from otear.simulate.scene.weather import Season
from otear.simulate.world.country import make_country
from otear.simulate.world.errands import example_sorties
from otear.simulate.world.folder import DOCUMENT, World, world_document
from otear.simulate.world.hide import Chosen, hide_chosen, hide_sites, spots_of
from otear.simulate.world.land import Land
from otear.simulate.world.lattice import Lattice
from otear.simulate.world.layers import write_layers
from otear.simulate.world.lookalikes import add_lookalikes
from otear.simulate.world.papers import Papers, draw_up
from otear.simulate.world.plane import Plane
from otear.simulate.world.prospect import survey
from otear.simulate.world.real import real_ground
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


def make_world(
    out: Path,
    *,
    seed: int,
    sites: int | Chosen = SITES,
    starts_us: int = STARTS_US,
    season: Season = Season.DRY,
    terrain: Path | None = None,
    boundary: Path | None = None,
    rows: int = ROWS,
    columns: int = COLUMNS,
    progress: Progress = silent,
) -> World:
    """Make a world and write its folder, whole or not at all.

    `terrain` is elevation to use instead of invented relief, `boundary` a GeoJSON outside of which nothing is placed;
    `rows` and `columns` are the posts, one second of arc apart. Raises `InputError` for a folder that is there
    already, for terrain or a boundary that cannot be used, and where sites that were chosen by kind have no place.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InputError("is there already", source=out, remedy="Name a new folder: a world is never written over")
    made = _make(seed, sites, starts_us, terrain=terrain, boundary=boundary, shape=(rows, columns), progress=progress)
    world_id = made.truth.world_id
    lat, lon = made.truth.land.plane.lat, made.truth.land.plane.lon
    authority_id = made.papers.authority.authority_id
    degrees = round(float(np.degrees(lat)), 6), round(float(np.degrees(lon)), 6)
    draft = out.with_name(f".{out.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        _write(draft, World(draft, world_id, starts_us, season, *degrees, authority_id), made, seed, progress)
        if out.exists():
            out.rmdir()
        draft.replace(out)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return World(out, world_id, starts_us, season, *degrees, authority_id)


def _make(
    seed: int,
    sites: int | Chosen,
    starts_us: int,
    *,
    terrain: Path | None,
    boundary: Path | None,
    shape: tuple[int, int],
    progress: Progress,
) -> _Made:
    # Each step has its own stream of random numbers: more sites do not make another land.
    streams = [np.random.default_rng([seed, step]) for step in range(4)]
    if terrain is None and boundary is None:
        lattice = Lattice(Plane(*np.radians(MIDDLE_DEG).tolist()), shape)
        country = make_country(lattice, streams[0], progress)
    else:
        lattice, relief, allowed = real_ground(terrain, boundary, shape, MIDDLE_DEG)
        country = make_country(lattice, streams[0], progress, relief=relief, allowed=allowed)
    prospect = survey(country)
    if isinstance(sites, Chosen):
        hidden, hidden_things = hide_chosen(prospect, sites, streams[1])
    else:
        hidden, hidden_things = hide_sites(prospect, sites, starts_us, streams[1])
    alike, alike_things = add_lookalikes(country, spots_of(hidden, prospect), streams[2])
    fleet = {aircraft.registration: aircraft for aircraft in map(profile, PROFILES)}
    papers = draw_up(country.land, seed, starts_us, tuple(sorted(fleet)))
    progress("sorties", 0, 1)
    flights = example_sorties(country, hidden, papers.authority, fleet=fleet, starts_us=starts_us, rng=streams[3])
    progress("sorties", 1, 1)
    sorties = {name: sortie_text(sortie) for name, sortie in flights.items()}
    world_id = _world_id(country.land, papers.text, sorties)
    truth = Truth(world_id, country.land, hidden_things.joined(alike_things), hidden, alike)
    return _Made(truth, papers, sorties)


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


def _write(folder: Path, world: World, made: _Made, seed: int, progress: Progress) -> None:
    land = made.truth.land
    for name in ("keys", "aircraft", "sorties", "instructor"):
        (folder / name).mkdir(parents=True)
    progress("files", 0, 3)
    write_elevation(world.terrain, land.msl_m, land.grid)
    write_layers(world.layers, land)
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
    more = {"rows": rows, "columns": columns, "villages": len(land.villages)}
    (folder / DOCUMENT).write_text(world_document(world, **more), encoding="utf-8")
    progress("files", 3, 3)
