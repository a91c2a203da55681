"""What surfaces look like: a colour for each, in the dry and in the wet season.

Colours are display values (0 to 255) of red, green and blue under full light, chosen by eye for the foothills of the
Sierra Madre Occidental: straw, dust and leafless grey in February, green in August.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from otear.simulate.scene.weather import Season
from otear.simulate.world.land import Singles
from otear.simulate.world.things import Material


class Surface(IntEnum):
    """Everything that a picture shows. The first sixteen are two shades for each `Cover`, in its order; from `THING` on
    follow the values of `Material`."""

    WATER, WATER_2 = 0, 1
    SAND, SAND_2 = 2, 3
    ROCK, ROCK_2 = 4, 5
    PASTURE, PASTURE_2 = 6, 7
    SCRUB, SCRUB_2 = 8, 9
    FOREST, FOREST_2 = 10, 11
    CROPS, CROPS_2 = 12, 13
    RIPARIAN, RIPARIAN_2 = 14, 15
    SOIL = 16
    LUSH = 17
    SHRUB = 18
    LEAFLESS = 19
    BROADLEAF = 20
    PINE = 21
    PAVED = 22
    GRAVEL = 23
    TRACK = 24
    RIVERBED = 25
    CROP_1, CROP_2, CROP_3, CROP_4, CROP_5, CROP_6 = 26, 27, 28, 29, 30, 31
    GLASS = 32
    THING = 33


COUNT = int(Surface.THING) + len(Material)

_DRY: dict[int, tuple[int, int, int]] = {
    Surface.WATER: (62, 78, 72), Surface.WATER_2: (78, 90, 76),
    Surface.SAND: (210, 193, 158), Surface.SAND_2: (186, 168, 134),
    Surface.ROCK: (156, 143, 126), Surface.ROCK_2: (122, 112, 99),
    Surface.PASTURE: (186, 166, 117), Surface.PASTURE_2: (156, 140, 94),
    Surface.SCRUB: (151, 134, 98), Surface.SCRUB_2: (120, 110, 76),
    Surface.FOREST: (124, 108, 78), Surface.FOREST_2: (100, 90, 63),
    Surface.CROPS: (160, 138, 96), Surface.CROPS_2: (140, 120, 84),
    Surface.RIPARIAN: (118, 118, 74), Surface.RIPARIAN_2: (90, 98, 58),
    Surface.SOIL: (166, 124, 88), Surface.LUSH: (104, 118, 62), Surface.SHRUB: (88, 90, 58),
    Surface.LEAFLESS: (121, 108, 82), Surface.BROADLEAF: (66, 82, 44), Surface.PINE: (50, 66, 42),
    Surface.PAVED: (104, 103, 102), Surface.GRAVEL: (196, 181, 150), Surface.TRACK: (198, 171, 128),
    Surface.RIVERBED: (204, 190, 160),
    Surface.CROP_1: (92, 116, 56), Surface.CROP_2: (122, 136, 66), Surface.CROP_3: (190, 170, 110),
    Surface.CROP_4: (138, 104, 74), Surface.CROP_5: (204, 188, 140), Surface.CROP_6: (72, 98, 48),
    Surface.GLASS: (46, 52, 58),
}  # fmt: skip

_WET: dict[int, tuple[int, int, int]] = _DRY | {
    Surface.WATER: (104, 92, 68), Surface.WATER_2: (118, 104, 76),
    Surface.PASTURE: (116, 132, 66), Surface.PASTURE_2: (98, 118, 58),
    Surface.SCRUB: (98, 114, 58), Surface.SCRUB_2: (82, 100, 50),
    Surface.FOREST: (76, 92, 46), Surface.FOREST_2: (64, 82, 42),
    Surface.RIPARIAN: (84, 104, 50), Surface.RIPARIAN_2: (68, 90, 44),
    Surface.LUSH: (80, 112, 48), Surface.SHRUB: (66, 86, 40),
    Surface.LEAFLESS: (68, 90, 42), Surface.BROADLEAF: (58, 80, 38),
    Surface.SOIL: (140, 100, 70), Surface.TRACK: (168, 134, 96),
    Surface.CROP_3: (110, 130, 60), Surface.CROP_4: (124, 92, 64), Surface.CROP_5: (96, 124, 54),
}  # fmt: skip

_THINGS: dict[Material, tuple[int, int, int]] = {
    Material.CONCRETE: (178, 174, 166), Material.WHITEWASH: (226, 220, 204), Material.TILE: (172, 98, 68),
    Material.TIN: (198, 200, 202), Material.PLASTIC_BLUE: (52, 92, 168), Material.PLASTIC_BLACK: (42, 42, 44),
    Material.CANVAS: (104, 102, 70), Material.WOOD: (132, 104, 76), Material.BARE_SOIL: (178, 138, 98),
    Material.ASH: (56, 52, 48), Material.WATER: (60, 80, 76), Material.PAINT_WHITE: (232, 232, 228),
    Material.PAINT_RED: (160, 48, 40), Material.PAINT_DARK: (58, 60, 66), Material.BRUSH: (118, 104, 68),
    Material.RUBBISH: (166, 160, 152), Material.BRICK: (162, 102, 78), Material.CROP_STUBBLE: (196, 176, 122),
}  # fmt: skip

WALLS: dict[int, Material] = {Material.TILE: Material.WHITEWASH, Material.TIN: Material.BRICK}
"""What the walls under a roof are made of; else the same as the roof."""


def colours(season: Season) -> Singles:
    """Red, green and blue of every surface, shape (COUNT, 3)."""
    table = np.zeros((COUNT, 3), dtype=np.float32)
    for surface, colour in (_WET if season is Season.WET else _DRY).items():
        table[surface] = colour
    for material, colour in _THINGS.items():
        table[Surface.THING + material] = colour
    return table
