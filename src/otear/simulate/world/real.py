"""A real terrain and a boundary, where the user has them: only what stands and grows on it is invented then."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from rasterio.features import geometry_mask

from otear.errors import InputError, TerrainError
from otear.geo.terrain.base import Terrain
from otear.geo.terrain.grid import Bounds
from otear.geo.terrain.open import open_terrain
from otear.geo.terrain.raster import RasterTerrain
from otear.simulate.world.flow import Mask
from otear.simulate.world.lattice import POST_DEG, Lattice
from otear.simulate.world.plane import Plane
from otear.simulate.world.surface import Surface, surface_of

_LEAST_POSTS = 200
_LEAST_SHARE = 0.02
_TURN = 2.0 * np.pi


@dataclass(frozen=True, eq=False)
class Ground:
    """What a world is made on: the surface of its terrain, the outline of its boundary (longitude and latitude in
    degrees) and the posts inside; None for each that nobody gave."""

    lattice: Lattice
    surface: Surface | None = None
    outline: shapely.Geometry | None = None
    allowed: Mask | None = None


def real_ground(
    terrain: Path | None,
    boundary: Path | None,
    shape: tuple[int, int],
    middle_deg: tuple[float, float],
    datum: str | None = None,
) -> Ground:
    """The ground of a world on a real terrain, inside a boundary, both, or neither.

    The world lies about the middle of the boundary, else of the terrain, else `middle_deg`; it is as large as `shape`
    allows and the terrain reaches. `datum` is what the terrain's heights stand above, where its files do not say.
    Raises `InputError`, `TerrainError` naming the file.
    """
    outline = None if boundary is None else read_boundary(boundary)
    surface = None
    if terrain is None:
        about = middle_deg if outline is None else (outline.centroid.y, outline.centroid.x)
        lattice = Lattice(Plane(float(np.radians(about[0])), float(np.radians(about[1]))), shape)
    else:
        source = open_terrain(terrain, datum)
        assert isinstance(source, RasterTerrain)
        lattice = _lattice(source, terrain, outline, shape)
        surface = surface_of(source, lattice, terrain)
    east = lattice.grid.bounds.east
    if max(east, -lattice.grid.bounds.west) > np.pi:
        raise InputError(
            "the world would lie on both sides of the antimeridian, which is not supported",
            source=boundary or terrain,
            remedy="Give terrain and a boundary on one side of it",
        )
    allowed = None if outline is None else _inside(outline, lattice)
    _check_room(surface, allowed, terrain, boundary)
    return Ground(lattice, surface, outline, allowed)


def read_boundary(path: Path) -> shapely.Geometry:
    """The areas of a GeoJSON file as one, longitude and latitude in degrees. Raises `InputError`."""
    remedy = "Give a GeoJSON file of polygons in longitude and latitude"
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", source=path, remedy=remedy) from error
    except ValueError as error:
        raise InputError("is no JSON", source=path, remedy=remedy) from error
    try:
        shape = shapely.from_geojson(json.dumps(document))
    except shapely.errors.GEOSException as error:
        raise InputError(f"is no GeoJSON: {error}", source=path, remedy=remedy) from error
    parts = [part for part in shapely.get_parts(shape) if part.geom_type in {"Polygon", "MultiPolygon"}]
    outline = shapely.union_all(parts)
    west, south, east, north = outline.bounds if parts else (np.nan,) * 4
    if not (-180.0 <= west < east <= 180.0 and -85.0 <= south < north <= 85.0):
        raise InputError("holds no area on the map", source=path, remedy=remedy)
    if east - west > 180.0:
        raise InputError(
            "lies on both sides of the antimeridian, which is not supported",
            source=path,
            remedy="Give a boundary on one side of it",
        )
    return outline


def reach_of(terrain: Terrain) -> Bounds:
    """The box that holds all files of a terrain, taken for one land that does not lie on the antimeridian."""
    assert isinstance(terrain, RasterTerrain)
    boxes = [tile.grid.bounds for tile in terrain.tiles]
    return Bounds(
        min(box.west for box in boxes),
        min(box.south for box in boxes),
        max(box.east for box in boxes),
        max(box.north for box in boxes),
    )


def _lattice(source: RasterTerrain, path: Path, outline: shapely.Geometry | None, shape: tuple[int, int]) -> Lattice:
    """Posts about the middle of what is wanted of a terrain: on its own posts, as far as they are as far apart."""
    reach = _in_one_turn(reach_of(source), path)
    middle = reach.middle if outline is None else (np.radians(outline.centroid.y), np.radians(outline.centroid.x))
    lat, lon = float(middle[0]), float(middle[1])
    post = np.radians(POST_DEG)
    half = (min(lat - reach.south, reach.north - lat), min(lon - reach.west, reach.east - lon))
    size = tuple(min(side, int(2.0 * room / post) - 1) for side, room in zip(shape, half, strict=True))
    if min(size) < _LEAST_POSTS:
        raise TerrainError(
            f"reaches over {max(size[0], 0)} by {max(size[1], 0)} seconds of arc about the middle of the world",
            source=path,
            remedy=f"Give a terrain of at least {_LEAST_POSTS} by {_LEAST_POSTS}, and a boundary in its middle",
        )
    corner = Lattice(Plane(lat, lon), (size[0], size[1])).grid.bounds
    own = source.tiles[0].grid
    column, row = own.index(corner.north, corner.west)
    north, west = own.place(np.round(column), np.round(row))
    if own.crs.is_geographic:
        lat += float(north) - corner.north
        lon += float(west - corner.west - _TURN * np.round((west - corner.west) / _TURN))
    return Lattice(Plane(lat, lon), (size[0], size[1]))


def _in_one_turn(reach: Bounds, path: Path) -> Bounds:
    """The box, its longitudes brought between -180 and 180 degrees. Raises `TerrainError` where they are not so."""
    turned = _TURN * np.round((reach.west + reach.east) / 2.0 / _TURN)
    west, east = float(reach.west - turned), float(reach.east - turned)
    if max(east, -west) > np.pi or east - west > np.pi:
        raise TerrainError(
            "lies on both sides of the antimeridian, which is not supported",
            source=path,
            remedy="Give the files on one side of it",
        )
    return Bounds(west, reach.south, east, reach.north)


def _inside(outline: shapely.Geometry, lattice: Lattice) -> Mask:
    to_map = lattice.grid.map_from_index
    return np.asarray(geometry_mask([outline], lattice.shape, to_map @ to_map.translation(-0.5, -0.5), invert=True))


def _check_room(surface: Surface | None, allowed: Mask | None, terrain: Path | None, boundary: Path | None) -> None:
    """Raises `InputError` where a boundary holds next to nothing of a world, or nothing but sea and holes."""
    if allowed is not None and allowed.mean() < _LEAST_SHARE:
        raise InputError(
            "the boundary holds hardly anything of the world", source=boundary, remedy="Give one that meets the terrain"
        )
    if surface is not None:
        dry = ~surface.barred if allowed is None else allowed & ~surface.barred
        if dry.mean() < _LEAST_SHARE:
            raise InputError(
                f"{surface.sea.mean():.0%} of the world is sea, and there is hardly any land to place anything on",
                source=boundary or terrain,
                remedy="Give terrain or a boundary that holds more land",
            )
