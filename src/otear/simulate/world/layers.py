"""The public map of a land as a GeoPackage: lines, villages, the boundary. Nothing hidden is in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray
from pyogrio.errors import DataLayerError, DataSourceError

from otear.simulate.whole import unwritten
from otear.simulate.world.land import Land, Way, WayKind
from otear.simulate.world.papers import corners

_WATERS = frozenset({WayKind.RIVER, WayKind.STREAM})
_MADE_AT = "2000-01-01T00:00:00.000Z"
"""A GeoPackage tells when it was last changed: always this, so that the same land is the same bytes."""


def write_layers(path: Path, land: Land, outline: shapely.Geometry | None = None) -> None:
    """Rivers, roads, villages and the boundary: the `outline` (longitude and latitude in degrees) that somebody gave,
    as far as the land reaches, else that of what may be surveyed. Raises `InputError` where it cannot be written."""
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _MADE_AT})
    try:
        _write_ways(path, land, "rivers", [way for way in land.ways if way.kind in _WATERS])
        _write_ways(path, land, "roads", [way for way in land.ways if way.kind not in _WATERS])
        lat, lon = land.plane.place([v.east_m for v in land.villages], [v.north_m for v in land.villages])
        columns: dict[str, list[object]] = {
            "name": [v.name for v in land.villages],
            "population": [v.population for v in land.villages],
            "radius_m": [round(v.radius_m) for v in land.villages],
        }
        _write(path, "villages", "Point", shapely.points(np.degrees(lon), np.degrees(lat)), columns)
        boundary, kind = (shapely.Polygon(corners(land)), "Polygon") if outline is None else _cut(outline, land)
        _write(path, "boundary", kind, np.array([boundary]), {"name": ["simulated land"]})
    except (DataSourceError, DataLayerError) as error:
        raise unwritten(path, error) from error
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _cut(outline: shapely.Geometry, land: Land) -> tuple[shapely.Geometry, str]:
    """The part of an outline that is in the land, and its type of geometry."""
    bounds = land.grid.bounds
    inside = outline & shapely.box(*np.degrees([bounds.west, bounds.south, bounds.east, bounds.north]).tolist())
    areas = [part for part in shapely.get_parts(inside) if part.geom_type == "Polygon"]
    return shapely.MultiPolygon(areas), "MultiPolygon"


def _write_ways(path: Path, land: Land, layer: str, ways: list[Way]) -> None:
    lines = []
    for way in ways:
        lat, lon = land.plane.place(way.points_m[:, 0], way.points_m[:, 1])
        lines.append(shapely.LineString(np.round(np.degrees(np.stack([lon, lat], -1)), 7)))
    columns: dict[str, list[object]] = {
        "kind": [str(way.kind) for way in ways],
        "width_m": [way.width_m for way in ways],
    }
    _write(path, layer, "LineString", np.array(lines, dtype=object), columns)


def _write(
    path: Path, layer: str, geometry: str, shapes: NDArray[np.object_], columns: Mapping[str, Sequence[object]]
) -> None:
    pyogrio.raw.write(
        path,
        geometry=shapely.to_wkb(shapes),
        field_data=[np.array(values, dtype=object if isinstance(next(iter(values), 0), str) else None)
                    for values in columns.values()],
        fields=list(columns),
        geometry_type=geometry,
        crs="EPSG:4326",
        layer=layer,
        driver="GPKG",
    )  # fmt: skip
