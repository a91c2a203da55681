"""Small worlds for tests: a gentle plain or a ridge, a few things on it, no chance in it."""

from __future__ import annotations

import numpy as np
from affine import Affine

from otear.domain.kinds import CueKind, SiteKind
from otear.geo.frames import Floats
from otear.geo.terrain.grid import Grid
from otear.simulate.world.land import Cover, Land, Village, Way, WayKind
from otear.simulate.world.plane import Plane
from otear.simulate.world.things import ALWAYS_FROM_US, ALWAYS_UNTIL_US, Material, Shape, Things, things
from otear.simulate.world.truth import HiddenCue, HiddenSite, Lookalike, Truth

POSTS = 141
POST_DEG = 1.0 / 3600.0
LAT_DEG, LON_DEG = 24.8, -107.1


def thing(
    shape: Shape,
    material: Material,
    east_m: float,
    north_m: float,
    size: tuple[float, float, float],
    *,
    azimuth_deg: float = 0.0,
    heat: tuple[float, float, float] = (0.0, 0.0, 0.0),
) -> tuple[float, ...]:
    """One row for `things`; `heat` is kelvin, from and to hours."""
    return (
        float(shape), float(material), east_m, north_m, azimuth_deg, *size, *heat,
        float(ALWAYS_FROM_US), float(ALWAYS_UNTIL_US),
    )  # fmt: skip


def land(
    heights: str = "flat", cover: Cover = Cover.PASTURE, canopy: int = 0, rows: list[tuple[float, ...]] | None = None
) -> Land:
    """A land of 4 km: `flat`, or a `ridge` of 250 m from west to east through the middle, on ground 300 m high."""
    half = (POSTS - 1) / 2.0 * POST_DEG
    grid = Grid(Affine(POST_DEG, 0.0, LON_DEG - half, 0.0, -POST_DEG, LAT_DEG + half), (POSTS, POSTS))
    north = (POSTS - 1) / 2.0 - np.arange(POSTS)
    profile: Floats = 250.0 * np.exp(-((north / 6.0) ** 2)) if heights == "ridge" else np.zeros(POSTS)
    shape = (POSTS, POSTS)
    return Land(
        plane=Plane(float(np.radians(LAT_DEG)), float(np.radians(LON_DEG))),
        grid=grid,
        msl_m=np.repeat((300.0 + profile)[:, None], POSTS, axis=1).astype(np.float32),
        cover=np.full(shape, cover, dtype=np.uint8),
        canopy=np.full(shape, canopy, dtype=np.uint8),
        moisture=np.full(shape, 80, dtype=np.uint8),
        ways=(Way(WayKind.TRACK, np.array([[-900.0, -700.0], [900.0, -700.0]]), 4.0),),
        villages=(Village("Uno", 0.0, -1200.0, 120.0, 80),),
        things=things(rows or []),
    )


def truth(ground: Land, hidden: Things | None = None) -> Truth:
    """A truth with one site and one lookalike on a land."""
    cue = HiddenCue(CueKind.STRUCTURE, LAT_DEG, LON_DEG, ALWAYS_FROM_US, ALWAYS_UNTIL_US)
    site = HiddenSite(
        "s-1", SiteKind.LABORATORY, LAT_DEG, LON_DEG, 2000.0, ALWAYS_FROM_US, ALWAYS_UNTIL_US, ALWAYS_UNTIL_US, (cue,)
    )
    ranch = Lookalike("ranch", LAT_DEG + 0.005, LON_DEG, 30.0)
    return Truth("w-test", ground, things([]) if hidden is None else hidden, (site,), (ranch,))
