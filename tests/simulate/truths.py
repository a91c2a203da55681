"""A small world made by hand: flat land of 12 km, a few sites and lookalikes."""

from __future__ import annotations

import numpy as np
from affine import Affine

from otear.domain.kinds import CueKind, SiteKind
from otear.geo.terrain.grid import Grid
from otear.simulate.world.land import Cover, Land
from otear.simulate.world.plane import Plane
from otear.simulate.world.things import ALWAYS_FROM_US, ALWAYS_UNTIL_US, Material, Shape, Things, things
from otear.simulate.world.truth import HiddenCue, HiddenSite, Lookalike, Truth

START_US = 1_790_000_000_000_000
DAY_US = 86_400_000_000
LAT, LON = 24.8, -107.2
_POSTS, _POST_DEG = 121, 1.0 / 1_200.0


def land() -> Land:
    """Pasture, level at 400 m."""
    half = (_POSTS - 1) / 2.0 * _POST_DEG
    grid = Grid(Affine(_POST_DEG, 0.0, LON - half, 0.0, -_POST_DEG, LAT + half), (_POSTS, _POSTS))
    layer = np.full(grid.shape, Cover.PASTURE, dtype=np.uint8)
    nothing = np.zeros(grid.shape, dtype=np.uint8)
    plane = Plane(float(np.radians(LAT)), float(np.radians(LON)))
    return Land(plane, grid, np.full(grid.shape, 400.0, np.float32), layer, nothing, nothing, (), (), things([]))


def site(number: int, north_m: float, east_m: float, **changes: object) -> HiddenSite:
    """A site of 2,500 square metres at a place in metres from the middle, there for thirty days."""
    lat, lon = (float(np.degrees(v)) for v in land().plane.place(east_m, north_m))
    facts: dict[str, object] = {
        "site_id": f"h{number}",
        "kind": list(SiteKind)[number % 3],
        "lat_deg": lat,
        "lon_deg": lon,
        "area_m2": 2_500.0,
        "from_us": START_US - 10 * DAY_US,
        "idle_us": START_US + 10 * DAY_US,
        "until_us": START_US + 20 * DAY_US,
        "cues": (HiddenCue(CueKind.DRUMS, lat, lon, START_US - 10 * DAY_US, START_US + 20 * DAY_US),),
    }
    return HiddenSite(**{**facts, **changes})  # type: ignore[arg-type]


def runway(of: HiddenSite, azimuth_deg: float, length_m: float, width_m: float) -> Things:
    """The strip of an airstrip, and a track that begins beside it."""
    east, north = (float(v) for v in land().plane.metres(np.radians(of.lat_deg), np.radians(of.lon_deg)))
    rest = (0.0, 0.0, 0.0, 24.0, ALWAYS_FROM_US, ALWAYS_UNTIL_US)
    track = (Shape.STRIP, Material.BARE_SOIL, east + 22.0, north, 90.0, 45.0, 3.2, *rest)
    return things([track, (Shape.STRIP, Material.BARE_SOIL, east, north, azimuth_deg, length_m, width_m, *rest)])


def truth(*more: HiddenSite, hidden: Things | None = None) -> Truth:
    """Twelve sites on a lattice, and those given; six kilns between them."""
    sites = [site(i, 2_500.0 * (i // 4 - 1), 2_400.0 * (i % 4 - 1.5)) for i in range(12)]
    kilns = []
    for i in range(6):
        lat, lon = (float(np.degrees(v)) for v in land().plane.place(2_000.0 * (i - 2.5), 1_250.0))
        kilns.append(Lookalike("kiln", lat, lon, 15.0))
    return Truth("w-test", land(), hidden or things([]), (*sites, *more), tuple(kilns))
