"""How warm surfaces are: the temperature of the air, and how far sun and night sky pull each surface from it.

Kelvin of difference, degrees Celsius, local solar hours. A surface answers to the sun like a first-order low-pass
filter: a tin roof within minutes, a concrete wall within hours; under a clear night sky it cools below the
air, most of all thin metal. The figures are our own estimates, good to a few kelvin: they order surfaces as they are
ordered outdoors, they do not measure them.
"""

from __future__ import annotations

import numpy as np

from otear.geo.frames import Floats
from otear.simulate.scene.palette import COUNT, Surface
from otear.simulate.scene.weather import Season, Weather
from otear.simulate.world.land import Singles
from otear.simulate.world.things import Material

_STEP_H = 1.0 / 12.0
_HOURS = np.arange(0.0, 24.0, _STEP_H)
_SUNRISE_H, _WARMEST_H = 6.3, 15.0
_WATER_SHARE = 0.45
"""Where between the coldest and the warmest air of the day standing water stays."""

# Surface: warmest above the air in full sun (K), time constant (h), share that follows the slope, below it by night (K)
_SURFACES: dict[int, tuple[float, float, float, float]] = {
    Surface.WATER: (0.0, 1.0, 0.0, 0.0), Surface.SAND: (21.0, 1.0, 0.7, 2.0), Surface.ROCK: (17.0, 3.0, 0.8, -3.0),
    Surface.PASTURE: (12.0, 0.7, 0.7, 2.5), Surface.SCRUB: (9.0, 0.7, 0.6, 1.0), Surface.FOREST: (6.0, 0.8, 0.5, -0.5),
    Surface.CROPS: (10.0, 1.0, 0.6, 1.5), Surface.RIPARIAN: (3.0, 0.5, 0.4, 0.0), Surface.SOIL: (20.0, 1.2, 0.8, 1.0),
    Surface.LUSH: (3.0, 0.5, 0.4, 0.5), Surface.SHRUB: (5.0, 0.3, 0.4, 0.0), Surface.LEAFLESS: (6.0, 0.3, 0.5, 0.0),
    Surface.BROADLEAF: (2.0, 0.3, 0.4, -0.5), Surface.PINE: (2.0, 0.3, 0.4, -1.0),
    Surface.PAVED: (26.0, 2.5, 0.8, -5.0),
    Surface.GRAVEL: (18.0, 1.5, 0.8, -1.0), Surface.TRACK: (18.0, 1.2, 0.8, 0.5),
    Surface.RIVERBED: (15.0, 1.2, 0.7, 0.5),
    Surface.CROP_1: (3.0, 0.5, 0.4, 0.5), Surface.CROP_2: (5.0, 0.5, 0.4, 0.5), Surface.CROP_3: (12.0, 0.7, 0.6, 2.0),
    Surface.CROP_4: (18.0, 1.2, 0.8, 1.0), Surface.CROP_5: (14.0, 0.8, 0.7, 2.0), Surface.CROP_6: (2.0, 0.5, 0.4, 0.0),
    Surface.GLASS: (12.0, 0.3, 0.8, 5.0),
}  # fmt: skip

_THINGS: dict[Material, tuple[float, float, float, float]] = {
    Material.CONCRETE: (16.0, 3.0, 0.8, -3.0), Material.WHITEWASH: (8.0, 3.0, 0.8, -2.0),
    Material.TILE: (19.0, 1.5, 0.9, 0.0), Material.TIN: (24.0, 0.2, 0.9, 7.0),
    Material.PLASTIC_BLUE: (18.0, 0.2, 0.9, 4.0), Material.PLASTIC_BLACK: (30.0, 0.2, 0.9, 4.0),
    Material.CANVAS: (16.0, 0.2, 0.9, 2.5), Material.WOOD: (14.0, 0.8, 0.8, 1.0),
    Material.BARE_SOIL: (20.0, 1.2, 0.8, 1.0), Material.ASH: (22.0, 0.8, 0.8, 1.5),
    Material.WATER: (0.0, 1.0, 0.0, 0.0),
    Material.PAINT_WHITE: (12.0, 0.3, 0.9, 5.0), Material.PAINT_RED: (20.0, 0.3, 0.9, 5.0),
    Material.PAINT_DARK: (26.0, 0.3, 0.9, 5.0), Material.BRUSH: (8.0, 0.4, 0.5, 0.5),
    Material.RUBBISH: (15.0, 1.0, 0.7, 0.5), Material.BRICK: (16.0, 2.5, 0.8, -3.0),
    Material.CROP_STUBBLE: (14.0, 0.8, 0.7, 2.0),
}  # fmt: skip


def air_c(weather: Weather, solar_h: float) -> float:
    """Temperature of the air: coldest at sunrise, warmest at three in the afternoon, half a cosine each way."""
    if _SUNRISE_H <= solar_h < _WARMEST_H:
        warm = 0.5 - 0.5 * np.cos(np.pi * (solar_h - _SUNRISE_H) / (_WARMEST_H - _SUNRISE_H))
    else:
        warm = 0.5 + 0.5 * np.cos(np.pi * ((solar_h - _WARMEST_H) % 24.0) / (24.0 + _SUNRISE_H - _WARMEST_H))
    return float(weather.coldest_c + (weather.warmest_c - weather.coldest_c) * warm)


def warmth(weather: Weather, solar_h: float, sun_elevation_by_h: Floats) -> Singles:
    """What each surface adds to the temperature of the air, shape (COUNT, 3).

    Column 0: kelvin that the sun has brought; 1: how much of that is worth a slope's own sun (the rest is the same for
    all slopes), as kelvin; 2: kelvin that do not depend on the sun: the night sky, and the inertia of water.
    `sun_elevation_by_h` (radians) holds the sun's day in steps of five minutes, shape (288,).
    """
    table = _table()
    dimmed = 1.0 - 0.7 * weather.cloud_cover
    forcing = np.clip(np.sin(sun_elevation_by_h), 0.0, None) * dimmed
    sun = low_passed(forcing, table[:, 1], solar_h)
    night = (1.0 - np.clip(low_passed(forcing, np.full(COUNT, 0.7), solar_h) * 3.0, 0.0, 1.0)) * dimmed
    wet = 0.75 if weather.season is Season.WET else 1.0
    brought = table[:, 0] * sun * wet
    result = np.stack([brought, brought * table[:, 2], -table[:, 3] * night], axis=1)
    steady = weather.coldest_c + _WATER_SHARE * (weather.warmest_c - weather.coldest_c) - air_c(weather, solar_h)
    for water in (Surface.WATER, Surface.WATER_2, Surface.THING + Material.WATER):
        result[water] = (0.0, 0.0, steady)
    return result.astype(np.float32)


def low_passed(forcing: Floats, constant_h: Floats, solar_h: float) -> Floats:
    """What is left at an hour of a forcing that repeats daily (shape (288,)) after first-order filters, shape (n,)."""
    state, decay = np.zeros(len(constant_h)), np.exp(-_STEP_H / constant_h)
    last = round(solar_h / _STEP_H) % len(_HOURS)
    for step in range(2 * len(_HOURS) + last + 1):  # two days until the start is forgotten
        state = forcing[step % len(_HOURS)] * (1.0 - decay) + state * decay
    return np.asarray(state, dtype=np.float64)


def _table() -> Floats:
    table = np.zeros((COUNT, 4))
    for surface, row in _SURFACES.items():
        table[surface] = row
        if surface < Surface.SOIL:
            table[surface + 1] = (row[0] * 0.8, *row[1:])  # the second shade of a cover is its denser one
    for material, thing in _THINGS.items():
        table[Surface.THING + material] = thing
    return table
