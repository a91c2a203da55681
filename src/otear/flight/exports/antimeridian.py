"""Lines and rings over the antimeridian: cut there, as RFC 7946 (section 3.1.9) asks, each piece within 180 degrees."""

from __future__ import annotations

import numpy as np
import shapely
from shapely import affinity

from otear.geo.frames import Floats


def cut_line(places: Floats) -> list[Floats]:
    """Pieces of a line (n, k) whose first column is longitude in degrees, the others anything that is interpolated.

    Every piece has at least two places; a line that does not cross is one piece. Longitudes are from -180 to 180.
    """
    line = np.array(places, dtype=np.float64)
    line[:, 0] = np.unwrap(line[:, 0], period=360.0)
    lap = np.floor((line[:, 0] + 180.0) / 360.0)
    pieces: list[Floats] = []
    piece = [line[0]]
    at = lap[0]
    for before, after, on in zip(line[:-1], line[1:], lap[1:], strict=True):
        last = before
        while on != at:
            edge = 360.0 * (at + (1.0 if on > at else 0.0)) - 180.0
            share = (edge - last[0]) / (after[0] - last[0])
            last = last + share * (after - last)
            last[0] = edge
            piece.append(last)
            pieces.append(_turned(np.array(piece), at))
            piece, at = [last], at + np.sign(on - at)
        piece.append(after)
    pieces.append(_turned(np.array(piece), at))
    return [one for one in pieces if len(one) > 1 and np.ptp(one[:, :2], axis=0).any()] or [_turned(line, lap[0])]


def cut_ring(ring: Floats) -> list[Floats]:
    """The exterior rings (m, 2), closed and counter-clockwise, of a polygon (n, 2) of longitudes and latitudes."""
    closed = np.array(ring, dtype=np.float64)
    closed[:, 0] = np.unwrap(closed[:, 0], period=360.0)
    whole = shapely.Polygon(closed)
    first = int(np.floor((closed[:, 0].min() + 180.0) / 360.0))
    last = int(np.floor((closed[:, 0].max() + 180.0) / 360.0))
    rings: list[Floats] = []
    for lap in range(first, last + 1):
        west = 360.0 * lap - 180.0
        inside = whole.intersection(shapely.box(west, -90.0, west + 360.0, 90.0))
        turned = affinity.translate(inside, xoff=-360.0 * lap)
        rings += [
            np.asarray(shapely.geometry.polygon.orient(one).exterior.coords)
            for one in shapely.get_parts(turned)
            if one.geom_type == "Polygon" and one.area > 0.0
        ]
    return rings


def _turned(piece: Floats, lap: float) -> Floats:
    moved = piece.copy()
    moved[:, 0] -= 360.0 * lap
    return moved
