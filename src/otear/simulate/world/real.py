"""A real terrain and a boundary, where the user has them: only what stands and grows on it is invented then."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import shapely
from rasterio.features import geometry_mask

from otear.errors import InputError, TerrainError
from otear.geo.geoid import undulation
from otear.geo.terrain.base import Terrain
from otear.geo.terrain.grid import Bounds
from otear.geo.terrain.open import open_terrain
from otear.geo.terrain.raster import RasterTerrain
from otear.simulate.world.flow import Mask
from otear.simulate.world.lattice import POST_DEG, Lattice
from otear.simulate.world.plane import Plane
from otear.simulate.world.relief import Relief

_LEAST_POSTS = 200
_LEAST_SHARE = 0.02


def real_ground(
    terrain: Path | None, boundary: Path | None, shape: tuple[int, int], middle_deg: tuple[float, float]
) -> tuple[Lattice, Relief | None, Mask | None]:
    """The lattice of a world on a real terrain, inside a boundary, or both; its relief and where things may be placed.

    The world lies about the middle of the boundary, else of the terrain, else `middle_deg`; it is as large as `shape`
    allows and the terrain reaches. Raises `InputError`, `TerrainError` naming the file.
    """
    outline = None if boundary is None else read_boundary(boundary)
    relief = None
    if terrain is None:
        about = middle_deg if outline is None else (outline.centroid.y, outline.centroid.x)
        lattice = Lattice(Plane(float(np.radians(about[0])), float(np.radians(about[1]))), shape)
    else:
        lattice, relief = _sampled(terrain, outline, shape)
    if outline is None:
        return lattice, relief, None
    to_map = lattice.grid.map_from_index
    allowed = geometry_mask([outline], lattice.shape, to_map @ to_map.translation(-0.5, -0.5), invert=True)
    if allowed.mean() < _LEAST_SHARE:
        raise InputError(
            "the boundary holds hardly anything of the world", source=boundary, remedy="Give one that meets the terrain"
        )
    return lattice, relief, np.asarray(allowed)


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
    return outline


def _sampled(path: Path, outline: shapely.Geometry | None, shape: tuple[int, int]) -> tuple[Lattice, Relief]:
    """Heights of a terrain on a lattice about the middle of what is wanted of it."""
    source = open_terrain(path)
    reach = reach_of(source)
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
    lattice = Lattice(Plane(lat, lon), (size[0], size[1]))
    lat_at, lon_at = lattice.grid.place(*np.meshgrid(np.arange(size[1]), np.arange(size[0])))
    heights = source.heights(lat_at, lon_at) - undulation(lat_at, lon_at)
    missing = np.isnan(heights)
    if missing.mean() > 0.5:
        raise TerrainError("has no data for most of the world", source=path, remedy="Give terrain without large holes")
    if missing.any():
        heights = np.where(missing, np.nanmin(heights), heights)
    heights = cv2.GaussianBlur(heights, (0, 0), 0.8)
    edge = np.ones(lattice.shape, dtype=bool)
    edge[1:-1, 1:-1] = False
    return lattice, Relief(heights, edge, lattice.step_m)


def reach_of(terrain: Terrain) -> Bounds:
    """The box that holds all files of a terrain. They are taken for one land: none lies on the antimeridian."""
    assert isinstance(terrain, RasterTerrain)
    boxes = [tile.grid.bounds for tile in terrain.tiles]
    return Bounds(
        min(box.west for box in boxes),
        min(box.south for box in boxes),
        max(box.east for box in boxes),
        max(box.north for box in boxes),
    )
