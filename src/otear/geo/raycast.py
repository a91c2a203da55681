"""Rays against terrain: where each sight line first meets the ground, or why it does not.

Positions and directions are ECEF, shape (n, 3), metres and unit vectors; places are radians, heights metres above the
ellipsoid (HAE), normals east-north-up at the place itself. Everything is float64 (the posts are float32).

The surface is bilinear in column and row between posts. A ray is a straight line, so its column, row and HAE are smooth
curves: over a piece of a few kilometres, quadratics through three values of the patch's chart. Each piece goes through
blocks of 32, then 4 cells a side, each with a plane that its posts are not above: a ray over the plane skips the block,
and one that goes through it starts there. In the cells that remain, height above the surface is a quadratic along the
ray whose first root is the answer, refined by one step of Newton's method for the bend of the path within the cell.
From cell to cell the path is continuous, so that no ray slips through.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from otear.geo.first_ground import Miss, cast_rays
from otear.geo.frames import Floats
from otear.geo.terrain.patch import Patch

__all__ = ["Hits", "Miss", "cast"]


@dataclass(frozen=True, eq=False)
class Hits:
    """Where n rays meet the ground.

    `range_m`, `lat`, `lon` (radians), `height_m` (HAE) of shape (n,), `normal_enu` of shape (n, 3): the upward unit
    normal of the surface in east-north-up axes at the place; NaN for a miss. `miss` of shape (n,), uint8: values of
    `Miss`.
    """

    range_m: Floats
    lat: Floats
    lon: Floats
    height_m: Floats
    normal_enu: Floats
    miss: NDArray[np.uint8]

    @property
    def hit(self) -> NDArray[np.bool_]:
        """Which rays meet the ground, shape (n,)."""
        return np.asarray(self.miss == Miss.HIT)


def cast(
    patch: Patch, origins_ecef: ArrayLike, directions_ecef: ArrayLike, *, max_range_m: ArrayLike = 500_000.0
) -> Hits:
    """Where rays first meet the ground of a patch.

    `origins_ecef` of shape (n, 3) or (3,), `directions_ecef` unit vectors of shape (n, 3), `max_range_m` one for all or
    of shape (n,). A miss has no place and always a reason.
    """
    directions = np.array(directions_ecef, dtype=np.float64, ndmin=2, order="C", copy=None)
    count = len(directions)
    origins = np.broadcast_to(np.asarray(origins_ecef, dtype=np.float64), (count, 3))
    limits = np.broadcast_to(np.asarray(max_range_m, dtype=np.float64), (count,))
    places, normals, miss = np.empty((4, count)), np.empty((count, 3)), np.empty(count, dtype=np.uint8)
    chart, roofs = patch.chart, patch.roofs
    sphere = np.array([chart.radius_m, patch.top_m + chart.pad_m, patch.bottom_m - chart.pad_m, roofs.steepest_m])
    cast_rays(
        patch.heights_m, roofs.fine.reshape(-1), roofs.coarse.reshape(-1), chart.coefficients, chart.metric, chart.box,
        sphere, chart.piece_m, 1.0 / chart.scale_m, np.vstack([chart.frame.axes, chart.frame.origin_ecef]),
        np.ascontiguousarray(origins), directions, np.ascontiguousarray(limits), places, normals, miss,
    )  # fmt: skip
    return Hits(places[0], places[1], places[2], places[3], normals, miss)
