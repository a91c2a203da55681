"""A short flight over hills that several tests share: flown once, by an aircraft that comes with Otear."""

from __future__ import annotations

from functools import cache

import numpy as np
from affine import Affine

from otear.domain.aircraft import Aircraft, Sensor
from otear.flight.kinematics import Flown, fly
from otear.flight.wind import Wind
from otear.geo.terrain.grid import Grid
from otear.geo.terrain.memory import GridTerrain
from otear.geo.terrain.patch import Patch
from otear.simulate.sortie.deviations import NONE, Deviations, Reported, reported

from ..flight.surveys import MEDIUM, aircraft, at, consent, hills, orbit, sortie, strip

SIZE = (1280, 720)


def craft() -> Aircraft:
    """The medium one."""
    return aircraft(MEDIUM)


def camera() -> Sensor:
    """Its daylight camera."""
    return craft().sensors[0]


@cache
def terrain() -> GridTerrain:
    """Posts of the hills of `flight.surveys`, 55 km a side."""
    posts, step = 1_001, 1.0 / 1_800.0
    half = (posts - 1) / 2.0 * step
    grid = Grid(Affine(step, 0.0, -107.4 - half, 0.0, -step, 24.8 + half), (posts, posts))
    lat, lon = grid.place(*np.meshgrid(np.arange(posts), np.arange(posts)))
    return GridTerrain(hills(lat, lon).astype(np.float32), grid, name="hills")


@cache
def patch() -> Patch:
    """All of it, for rays."""
    return terrain().patch(terrain().grid.bounds)


@cache
def flown() -> Flown:
    """An orbit and a strip in a breeze."""
    tasks = orbit("orbit", (0.0, 0.0), turns=0.4), strip("strip", (2_000.0, 3_000.0), (4_000.0, 3_000.0))
    order = sortie(MEDIUM, *tasks, base=at(-3_000.0, -3_000.0), height_msl_m=2_000.0)
    wind, rng = Wind(5.0, 240.0, 0.5), np.random.default_rng(3)
    return fly(order, craft(), consent(), wind=wind, heights=terrain().heights, rng=rng)


@cache
def on_task() -> Flown:
    """Ten seconds of the orbit, the camera settled."""
    first = int(np.flatnonzero(flown().task == 0)[0]) + 300
    return flown().rows(slice(first, first + 300))


def said(deviations: Deviations = NONE, *, seed: int = 1, every: int = 3, of: Flown | None = None) -> Reported:
    """What is reported of a flight."""
    rng = np.random.default_rng(seed)
    return reported(of or on_task(), deviations, every=every, width_px=SIZE[0], height_px=SIZE[1], rng=rng)
