"""Elevation: sources, patches for rays, slope."""

from otear.geo.terrain.base import Bounds, Patch, Terrain, VerticalDatum
from otear.geo.terrain.memory import ConstantTerrain, GridTerrain
from otear.geo.terrain.open import PatchCache, open_terrain

__all__ = [
    "Bounds",
    "ConstantTerrain",
    "GridTerrain",
    "Patch",
    "PatchCache",
    "Terrain",
    "VerticalDatum",
    "open_terrain",
]
