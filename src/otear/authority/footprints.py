"""Footprints of a camera as shapes whose place can be asked for. Degrees; edges are geodesics of WGS 84."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

from otear.authority.areas import Bools
from otear.authority.charts import GEODESIC, STEP_M, Chart, closed_edges
from otear.authority.path_doubts import LATITUDE, LONGITUDE
from otear.authority.reasons import doubtful, missing, number_doubt
from otear.domain.bilingual import Bilingual
from otear.domain.decision import Decision
from otear.geo.frames import Floats, ecef_from_geodetic

LARGEST_LOOK_M = 1_000_000.0
"""No footprint reaches further than this from its first corner."""

Rings = Sequence[Sequence[tuple[float, float]]]


@dataclass(frozen=True, eq=False)
class Footprints:
    """n rings, one after the other: `lon_deg`, `lat_deg` (m,) of all corners, and `sizes` (n,) of the rings."""

    lon_deg: Floats
    lat_deg: Floats
    sizes: NDArray[np.int64]

    @property
    def count(self) -> int:
        """Number of rings."""
        return self.sizes.size

    @cached_property
    def firsts(self) -> NDArray[np.int64]:
        """Index of the first corner of each ring, shape (n,)."""
        return np.cumsum(self.sizes) - self.sizes

    @cached_property
    def _following(self) -> NDArray[np.int64]:
        following = np.arange(self.lon_deg.size) + 1
        following[self.firsts + self.sizes - 1] = self.firsts
        return following

    @cached_property
    def spans_m(self) -> Floats:
        """How far the furthest corner of each ring is from its first one, shape (n,)."""
        first = np.repeat(self.firsts, self.sizes)
        _, _, span_m = GEODESIC.inv(self.lon_deg[first], self.lat_deg[first], self.lon_deg, self.lat_deg)
        return np.maximum.reduceat(np.asarray(span_m), self.firsts)

    def near(self, centre_ecef: Floats, distance_m: float) -> Bools:
        """Which rings may come within a distance of a place; a chord is never longer than the geodesic."""
        lon, lat = np.radians(self.lon_deg[self.firsts]), np.radians(self.lat_deg[self.firsts])
        chord_m = np.linalg.norm(ecef_from_geodetic(lat, lon, 0.0) - centre_ecef, axis=1)
        return np.asarray(chord_m <= distance_m + self.spans_m + STEP_M, dtype=np.bool_)

    def drawn(self, chart: Chart, which: Bools) -> tuple[NDArray[np.object_], Floats]:
        """Rings as polygons on a chart, and the first corner of each; one that crosses itself as its convex hull."""
        ring = np.repeat(np.arange(self.count), self.sizes)
        corner, points = closed_edges(self.lon_deg, self.lat_deg, self._following)
        wanted = which[ring[corner]]
        xy = chart.xy(*points[wanted].T)
        index = np.unique(ring[corner][wanted], return_inverse=True)[1]
        polygons = shapely.polygons(shapely.linearrings(xy, indices=index)) if index.size else np.empty(0, dtype=object)
        tangled = ~shapely.is_valid(polygons)
        polygons[tangled] = shapely.convex_hull(polygons[tangled])
        first = np.flatnonzero(np.diff(index, prepend=-1))
        return polygons, xy[first]


def footprints(rings: Rings) -> Footprints:
    """Rings without doubts, as shapes."""
    sizes = np.array([len(ring) for ring in rings], dtype=np.int64)
    corners = np.concatenate([np.asarray(ring, dtype=np.float64) for ring in rings])
    return Footprints(corners[:, 0], corners[:, 1], sizes)


def rings_doubt(rings: Rings) -> Decision | None:
    """What keeps footprints from being judged, None where nothing does."""
    if not isinstance(rings, Sequence) or not rings:
        return missing(Bilingual("what the camera covered", "lo que cubrió la cámara"))
    for ring in rings:
        corners = np.asarray(ring, dtype=np.float64) if _is_ring(ring) else np.empty((0, 2))
        if len(corners) < 3:
            return doubtful(
                Bilingual(
                    "a footprint is no ring of three places or more", "una huella no es un anillo de tres lugares o más"
                ),
                Bilingual("each footprint were one", "cada huella lo fuera"),
            )
        for values, name, lower, upper in (
            (corners[:, 0], LONGITUDE, -180.0, 360.0),
            (corners[:, 1], LATITUDE, -90.0, 90.0),
        ):
            for value in values[~((values >= lower) & (values <= upper))][:1]:
                return number_doubt(name, float(value), lower, upper)
    for span_m in footprints(rings).spans_m:
        if span_m > LARGEST_LOOK_M:
            return doubtful(
                Bilingual(
                    f"a footprint is {span_m / 1000.0:.0f} km across", f"una huella mide {span_m / 1000.0:.0f} km"
                ),
                Bilingual(
                    f"no footprint were larger than {LARGEST_LOOK_M / 1000.0:.0f} km",
                    f"ninguna huella pasara de {LARGEST_LOOK_M / 1000.0:.0f} km",
                ),
            )
    return None


def _is_ring(ring: object) -> bool:
    return isinstance(ring, Sequence | np.ndarray) and all(
        isinstance(corner, Sequence | np.ndarray)
        and len(corner) == 2
        and all(isinstance(value, int | float | np.number) for value in corner)
        for corner in ring
    )
