"""A moment: what stays the same for ten minutes of a world, so that its pictures can be kept for that long.

The sun moves by 2.5 degrees in ten minutes, which moves the end of a house's shadow by a few decimetres.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from otear.geo.frames import Floats
from otear.geo.sun import Sun, between, sun_at
from otear.simulate.scene.heat import air_c, warmth
from otear.simulate.scene.light import Light, light
from otear.simulate.scene.palette import Surface, colours
from otear.simulate.scene.shade import Relief, Shade
from otear.simulate.scene.weather import Weather
from otear.simulate.world.land import Land, Singles
from otear.simulate.world.things import Things

LENGTH_US = 600_000_000
_DAY_US = 86_400_000_000


@dataclass(frozen=True, eq=False)
class Moment:
    """Sun, light and shade; `palette` (surfaces, 3) as `paint` wants it; of every thing whether it is there, and its
    surface (n, 3) with the heat of its work."""

    sun: Sun
    light: Light
    shade: Shade
    palette: Singles
    present: NDArray[np.bool_]
    heat_k: Floats


def start_of(time_us: int) -> int:
    """When the moment of a time began."""
    return time_us // LENGTH_US * LENGTH_US


def moment(time_us: int, land: Land, relief: Relief, things: Things, weather: Weather, *, thermal: bool) -> Moment:
    """The moment that holds a time, as it is in its middle."""
    middle = start_of(time_us) + LENGTH_US // 2
    lat, lon = land.plane.lat, land.plane.lon
    sun = sun_at(middle, lat, lon)
    air = air_c(weather, sun.solar_h)
    if thermal:
        # The day's elevations by solar hour: midnight is `solar_h` before the middle of this moment.
        midnight = middle - round(sun.solar_h * 3.6e9)
        day = [sun_at(midnight + step * _DAY_US // 288, lat, lon).elevation for step in range(288)]
        palette = warmth(weather, sun.solar_h, np.array(day))
    else:
        palette = colours(weather.season)
    present = (things.from_us <= middle) & (middle < things.until_us)
    at_work = between(sun.solar_h, things.work_from_h, things.work_to_h)
    heat = np.where(at_work, things.heat_k, 0.0) if thermal else np.zeros(len(things))
    return Moment(sun, light(sun, weather, air, thermal=thermal), Shade.of(relief, sun), palette, present, heat)


def surfaces(at: Moment, surface: NDArray[np.int64], thing: NDArray[np.int64]) -> Singles:
    """The three numbers of surfaces that belong to things, shape (n, 3)."""
    rows = at.palette[surface].copy()
    if at.light.thermal:
        rows[:, 2] += at.heat_k[thing].astype(np.float32)
    return rows


def material_surfaces(material: NDArray[np.uint8]) -> NDArray[np.int64]:
    """The surface of each material."""
    return material.astype(np.int64) + int(Surface.THING)
