"""Municipios, states and any other areas of a GeoJSON file: keys, names, shapes, middles, sizes, who touches whom.

Shapes are longitude and latitude in degrees (EPSG:4326, that order). Of Mexico the keys are INEGI's: `cvegeo` of a
municipio, five digits, of which the first two are its state; `cve_ent` of a state.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj import Geod, Proj
from scipy.sparse import csr_array

from otear.errors import InputError, NotFoundError
from otear.geo.frames import Floats

_WGS84 = Geod(ellps="WGS84")
_KEYS = ("cvegeo", "cve_ent", "key")
_NAMES = ("nom_mun", "nom_ent", "name")
_PARENTS = ("nom_ent", "parent")
_TOUCH = ("****1****", "T********")
"""DE-9IM: rims share a line; insides overlap, as those of neighbours do a little where outlines were simplified."""
_REMEDY = "Give a GeoJSON file of polygons in longitude and latitude, with a key for each"

Shapes = NDArray[np.object_]
Indices = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Areas:
    """`n` areas in the order of their keys; `shapes` (n,) are polygons in degrees, longitude first; `parents` are the
    names of what each lies in, empty where the file does not say."""

    source: str
    keys: tuple[str, ...]
    names: tuple[str, ...]
    parents: tuple[str, ...]
    shapes: Shapes

    def __len__(self) -> int:
        return len(self.keys)

    @cached_property
    def area_km2(self) -> Floats:
        """Shape (n,): the area of each on the WGS 84 ellipsoid (Karney 2013, as pyproj computes it)."""
        metres2 = [abs(_WGS84.geometry_area_perimeter(shape)[0]) for shape in shapely.orient_polygons(self.shapes)]
        return np.array(metres2, dtype=np.float64) / 1e6

    @cached_property
    def middles_deg(self) -> Floats:
        """Shape (n, 2): latitude and longitude of each one's centroid, or of a point inside where that is not."""
        middle = shapely.centroid(self.shapes)
        outside = ~shapely.contains(self.shapes, middle)
        middle[outside] = shapely.point_on_surface(self.shapes[outside])
        return np.column_stack([shapely.get_y(middle), shapely.get_x(middle)])

    @cached_property
    def places_m(self) -> Floats:
        """Shape (n, 2): the middles in metres east and north, in Lambert's equal-area projection about all of them."""
        return np.column_stack(self.projection(*self.middles_deg[:, ::-1].T))

    @cached_property
    def projection(self) -> Proj:
        """Lambert's equal-area projection about the middle of all areas; degrees to metres."""
        west, south, east, north = shapely.total_bounds(self.shapes)
        return Proj(proj="laea", lat_0=(south + north) / 2.0, lon_0=(west + east) / 2.0, datum="WGS84")

    @cached_property
    def neighbours(self) -> csr_array:
        """Shape (n, n): 1.0 where two areas share a stretch of rim, or overlap; a common corner alone is none."""
        first, second = shapely.STRtree(self.shapes).query(self.shapes, predicate="intersects")
        first, second = (ends[first < second] for ends in (first, second))
        touch = np.zeros(len(first), dtype=bool)
        for pattern in _TOUCH:
            touch |= shapely.relate_pattern(self.shapes[first], self.shapes[second], pattern)
        ends = np.concatenate([first[touch], second[touch]]), np.concatenate([second[touch], first[touch]])
        return csr_array((np.ones(len(ends[0])), ends), shape=(len(self), len(self)))

    def neighbour_keys(self) -> tuple[tuple[str, str], ...]:
        """Each two keys of areas that touch, once."""
        pairs = self.neighbours.tocoo()
        return tuple(
            (self.keys[a], self.keys[b])
            for a, b in zip(*(ends.tolist() for ends in pairs.coords), strict=True)
            if a < b
        )

    def rows(self, keys: Sequence[str]) -> Indices:
        """Where keys stand in the order of areas. Raises `NotFoundError` for one that is not there."""
        at = {key: row for row, key in enumerate(self.keys)}
        for key in keys:
            if key not in at:
                raise NotFoundError(
                    f"there is no area {key!r}", source=self.source, field="key", remedy=f"It has {_some(self.keys)}"
                )
        return np.array([at[key] for key in keys], dtype=np.int64)

    def holding(self, lat_deg: Sequence[float], lon_deg: Sequence[float]) -> tuple[str | None, ...]:
        """The key of the area that each place lies in, None where there is none; of several the first."""
        points = shapely.points(np.asarray(lon_deg, dtype=float), np.asarray(lat_deg, dtype=float))
        place, area = shapely.STRtree(self.shapes).query(points, predicate="intersects")
        held = dict(zip(place[::-1].tolist(), area[::-1].tolist(), strict=True))
        return tuple(self.keys[held[row]] if row in held else None for row in range(len(points)))


def read_areas(path: Path, key: str | None = None, name: str | None = None, parent: str | None = None) -> Areas:
    """The areas of a GeoJSON file.

    `key`, `name` and `parent` are the properties to take; without them the first that is there of `cvegeo`, `cve_ent`,
    `key`, and of `nom_mun`, `nom_ent`, `name` (else the key), and of `nom_ent`, `parent` where that is not the name.
    Raises `InputError` naming the file, and the property and key, for what cannot be read, a key that is missing or
    occurs twice, and a shape that is no valid polygon in longitude and latitude.
    """
    fields, shapes = _read(path)
    key = key or next((at for at in _KEYS if at in fields), None)
    if key is None or key not in fields:
        raise InputError(
            f"its areas have no property {key or ', '.join(_KEYS)}",
            source=path,
            field=key or _KEYS[0],
            remedy=f"Name one of {_some(tuple(fields))}",
        )
    name = name or next((at for at in _NAMES if at in fields), key)
    parent = parent or next((at for at in _PARENTS if at in fields and at != name), None)
    for at in (name, parent):
        if at is not None and at not in fields:
            raise InputError(
                "its areas have no such property", source=path, field=at, remedy=f"Name one of {_some(tuple(fields))}"
            )
    keys = [_said(each) for each in fields[key]]
    _check(path, key, keys, shapes)
    order = sorted(range(len(keys)), key=keys.__getitem__)
    parents = [""] * len(keys) if parent is None else [_said(each) for each in fields[parent]]
    names = [_said(each) for each in fields[name]]
    return Areas(
        str(path),
        tuple(keys[row] for row in order),
        tuple(names[row] for row in order),
        tuple(parents[row] for row in order),
        shapes[order],
    )


def _read(path: Path) -> tuple[dict[str, NDArray[np.object_]], Shapes]:
    """The properties by name, and the shapes."""
    try:
        meta, _, shapes, values = pyogrio.raw.read(path)
    except (DataSourceError, DataLayerError, OSError, UnicodeDecodeError) as error:
        raise InputError(f"it cannot be read as areas ({error})", source=path, remedy=_REMEDY) from error
    if shapes is None or not len(shapes):
        raise InputError("it holds no area", source=path, remedy=_REMEDY)
    if meta["crs"] not in {None, "EPSG:4326", "OGC:CRS84"}:
        raise InputError(f"it is in {meta['crs']}", source=path, field="crs", remedy=_REMEDY)
    return dict(zip(meta["fields"].tolist(), values, strict=True)), shapely.from_wkb(shapes)


def _check(path: Path, key: str, keys: Sequence[str], shapes: Shapes) -> None:
    polygonal = np.isin(shapely.get_type_id(shapes), (3, 6)) & ~shapely.is_empty(shapes)
    sound = polygonal & shapely.is_valid(shapes)
    bounds = shapely.bounds(shapes)
    on_earth = (np.abs(bounds[:, [0, 2]]) <= 180.0).all(axis=1) & (np.abs(bounds[:, [1, 3]]) <= 90.0).all(axis=1)
    seen: set[str] = set()
    for row, each in enumerate(keys):
        problem = None
        if not each:
            problem = f"area {row + 1} has no key"
        elif each in seen:
            problem = f"{each!r} is the key of two areas"
        elif not polygonal[row]:
            problem = f"{each!r} is no polygon"
        elif not sound[row]:
            problem = f"{each!r} is no valid polygon ({shapely.is_valid_reason(shapes[row])})"
        elif not on_earth[row]:
            problem = f"{each!r} is not in degrees of longitude and latitude"
        if problem is not None:
            raise InputError(problem, source=path, field=key, remedy=_REMEDY)
        seen.add(each)


def _said(value: object) -> str:
    absent = value is None or (isinstance(value, float) and np.isnan(value))
    return "" if absent else str(value).strip()


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")
