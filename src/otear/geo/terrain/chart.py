"""A patch's chart: from metres in a local frame to column, row and height without trigonometry.

A ray is a straight line in the local east-north-up frame of the patch's middle; the surface is bilinear in column and
row of the grid and its heights are above the ellipsoid. The chart holds polynomials of (x, y, z) = ENU / `scale_m` for
(column, row, HAE, latitude, longitude), fitted by least squares to the exact formulas over the whole of the patch, of
degree 4 in x and y, 3 where z comes in once, 1 where it comes in twice. The fit is checked on places it has not seen:
within `TOLERANCE_M`, or the patch is refused as too large.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from otear.errors import UnchartableError
from otear.geo.frames import ECCENTRICITY_SQ, SEMI_MAJOR_M, SEMI_MINOR_M, Floats, LocalFrame, nearest_turn
from otear.geo.terrain.grid import Grid

TOLERANCE_M = 2e-3
"""Largest error of the chart anywhere in the patch, and of a quarter of that for a piece of a ray."""
_POWERS = np.array(
    [(i, j, 0) for i in range(5) for j in range(5 - i)]
    + [(i, j, 1) for i in range(4) for j in range(4 - i)]
    + [(0, 0, 2), (0, 1, 2), (1, 0, 2)]
)
_LONGEST_PIECE_M = 8_000.0


@dataclass(frozen=True, eq=False)
class Chart:
    """The polynomials of one patch and the limits inside which they hold.

    `coefficients` has shape (5, 28), one row each for column, row, HAE (m), latitude and longitude (radians). `metric`
    has shape (4, 3): the four terms of the derivative of (column, row) by metres (east, north) at the place itself,
    each as constant, factor of column, factor of row. `box` is (west, east, south, north) in metres of the frame. A
    sphere of radius `radius_m` whose top is the frame's origin stands for the ellipsoid: heights above the two differ
    by less than `pad_m` in the box. `piece_m` is the length of ray over which column, row and HAE are quadratics of
    range.
    """

    frame: LocalFrame
    scale_m: float
    coefficients: Floats
    metric: Floats
    box: Floats
    radius_m: float
    pad_m: float
    piece_m: float
    residual_m: float


@njit(cache=True, error_model="numpy", fastmath={"contract"})  # type: ignore[untyped-decorator]
def evaluate(chart: Floats, k: int, x: float, y: float, z: float) -> float:
    """Polynomial `k` of the chart at scaled x, y, z, by Horner's rule; `chart` are its coefficients, shape (5, 28).

    The powers come in the order of `_POWERS`. Compiled code may fuse multiplications with additions, nothing else.
    """
    flat: float = (
        chart[k, 0]
        + y * (chart[k, 1] + y * (chart[k, 2] + y * (chart[k, 3] + y * chart[k, 4])))
        + x
        * (
            (chart[k, 5] + y * (chart[k, 6] + y * (chart[k, 7] + y * chart[k, 8])))
            + x
            * (
                (chart[k, 9] + y * (chart[k, 10] + y * chart[k, 11]))
                + x * ((chart[k, 12] + y * chart[k, 13]) + x * chart[k, 14])
            )
        )
    )
    once: float = (chart[k, 15] + y * (chart[k, 16] + y * (chart[k, 17] + y * chart[k, 18]))) + x * (
        (chart[k, 19] + y * (chart[k, 20] + y * chart[k, 21]))
        + x * ((chart[k, 22] + y * chart[k, 23]) + x * chart[k, 24])
    )
    twice: float = chart[k, 25] + y * chart[k, 26] + x * chart[k, 27]
    return flat + z * (once + z * twice)


def fit_chart(grid: Grid, bottom_m: float, top_m: float) -> Chart:
    """The chart of a grid whose heights lie between `bottom_m` and `top_m` (HAE).

    Raises `UnchartableError` where the patch is too large, or too near a pole, for the tolerance.
    """
    rows, columns = grid.shape
    lat, lon = grid.place((columns - 1) / 2.0, (rows - 1) / 2.0)
    frame = LocalFrame(float(lat), float(lon))
    curvature = 1.0 - ECCENTRICITY_SQ * np.sin(frame.lat) ** 2
    radius_m = float(SEMI_MINOR_M / curvature)  # Gauss: the geometric mean of the two principal radii
    middle_m, half_m = (bottom_m + top_m) / 2.0, (top_m - bottom_m) / 2.0 + 20.0

    edge = np.linspace(-1.0, 1.0, 33)
    column, row = (
        (size - 1) / 2.0 * (1.0 + side) for size, side in zip((columns, rows), np.meshgrid(edge, edge), strict=True)
    )
    outline = frame.enu_from_geodetic(*grid.place(column, row), middle_m)
    spread = np.ptp(outline[..., :2].reshape(-1, 2), axis=0)
    margin = 10.0 + spread * (2.0 / min(rows, columns) + 1e-3)
    low, high = outline[..., :2].min(axis=(0, 1)) - margin, outline[..., :2].max(axis=(0, 1)) + margin
    box = np.array([low[0], high[0], low[1], high[1]])
    scale_m = float(np.abs(box).max())

    def lattice(nodes: Floats, levels: Floats) -> Floats:
        """ENU positions, shape (k, 3), at fractions -1 to 1 of the box and of the heights above the sphere."""
        x, y, level = (
            axis.ravel()
            for axis in np.meshgrid(
                (box[0] + box[1]) / 2.0 + nodes * (box[1] - box[0]) / 2.0,
                (box[2] + box[3]) / 2.0 + nodes * (box[3] - box[2]) / 2.0,
                middle_m + levels * half_m,
            )
        )
        # The square root of (R + h)^2 - x^2 - y^2, less R, without the cancellation.
        above = 2.0 * radius_m * level + level**2 - x**2 - y**2
        return np.stack([x, y, above / (radius_m + np.sqrt(np.maximum(radius_m**2 + above, 0.0)))], axis=-1)

    def exact(enu: Floats) -> Floats:
        """Column, row, HAE, latitude, longitude by the exact formulas, shape (k, 5)."""
        lat, lon, height = frame.geodetic_from_enu(enu)
        lon = nearest_turn(lon, frame.lon)
        return np.stack([*grid.index(lat, lon), height, lat, lon], axis=-1)

    nodes = np.cos(np.pi * (np.arange(11) + 0.5) / 11)
    seen = lattice(nodes, np.array([-0.9, 0.0, 0.9]))
    truth = exact(seen)
    solution, *_ = np.linalg.lstsq(_terms(seen / scale_m), truth, rcond=None)
    coefficients = np.ascontiguousarray(solution.T)

    metric = _metric(grid, middle_m)
    post_m = 1.0 / np.abs(metric[:, 0]).max()
    metres = np.array([post_m, post_m, 1.0, SEMI_MAJOR_M, SEMI_MAJOR_M * np.cos(frame.lat)])
    unseen = lattice(np.linspace(-1.0, 1.0, 14), np.array([-1.0, -0.3, 0.4, 1.0]))
    residual_m = float(np.max(np.abs(_terms(unseen / scale_m) @ solution - exact(unseen)) * metres))
    if not residual_m <= TOLERANCE_M:
        raise UnchartableError(
            f"a patch of {spread[0] / 1e3:,.0f} by {spread[1] / 1e3:,.0f} km at latitude {np.degrees(frame.lat):.1f} "
            f"is too large to cast rays at exactly (error {residual_m:.3g} m)",
            remedy="Ask for a smaller area at a time",
        )
    on_sphere = np.linalg.norm(seen + np.array([0.0, 0.0, radius_m]), axis=-1) - radius_m
    pad_m = 0.1 + 1.5 * float(np.max(np.abs(truth[:, 2] - on_sphere)))
    piece_m = _piece_length(coefficients, box, scale_m, middle_m, post_m)
    return Chart(frame, scale_m, coefficients, metric, box, radius_m, pad_m, piece_m, residual_m)


def _terms(scaled: Floats) -> Floats:
    """The 28 products of powers of x, y and z, shape (k, 28)."""
    return np.asarray(np.prod(scaled[:, None, :] ** _POWERS, axis=-1), dtype=np.float64)


def _metric(grid: Grid, height_m: float) -> Floats:
    """Derivative of (column, row) by metres (east, north), as `Chart.metric` describes, at one height."""
    rows, columns = grid.shape
    column, row = (side.ravel() for side in np.meshgrid(np.linspace(0, columns - 1, 7), np.linspace(0, rows - 1, 7)))
    lat, lon = grid.place(column, row)
    vertical_sq = 1.0 - ECCENTRICITY_SQ * np.sin(lat) ** 2
    east_m = (SEMI_MAJOR_M / np.sqrt(vertical_sq) + height_m) * np.cos(lat)
    north_m = SEMI_MAJOR_M * (1.0 - ECCENTRICITY_SQ) / vertical_sq**1.5 + height_m
    step = 1e-7
    slopes = []
    for lat_step, lon_step, per_radian in ((0.0, step, east_m), (step, 0.0, north_m)):
        ahead, behind = grid.index(lat + lat_step, lon + lon_step), grid.index(lat - lat_step, lon - lon_step)
        slopes += [(a - b) / (2.0 * step * per_radian) for a, b in zip(ahead, behind, strict=True)]
    terms = np.stack([np.ones_like(column), column, row], axis=-1)
    solution, *_ = np.linalg.lstsq(terms, np.stack(slopes, axis=-1), rcond=None)
    return np.ascontiguousarray(solution.T)  # d column / d east, d row / d east, d column / d north, d row / d north


def _piece_length(coefficients: Floats, box: Floats, scale_m: float, height_m: float, post_m: float) -> float:
    """Longest piece of a ray (m) that quadratics through its ends and middle follow well enough.

    Well enough is a quarter of the tolerance, and a chord within half a post of the curve. The error of a quadratic
    grows with the cube of the length and that of a chord with its square; both are measured here on trial pieces.
    """
    trial_m = min(_LONGEST_PIECE_M / 2.0, min(box[1] - box[0], box[3] - box[2]) / 2.0)
    turn = np.linspace(0.0, np.pi, 8, endpoint=False)
    directions = np.concatenate(
        [np.stack([np.cos(turn) * c, np.sin(turn) * c, np.full(8, -s)], axis=-1) for c, s in ((1.0, 0.0), (0.8, 0.6))]
    )
    spread = np.array([0.25, 0.5, 0.75])
    x, y = np.meshgrid(box[0] + spread * (box[1] - box[0]), box[2] + spread * (box[3] - box[2]))
    middles = np.stack([x.ravel(), y.ravel(), np.full(x.size, height_m)], axis=-1)

    def along(fraction: float) -> Floats:
        enu = middles[:, None, :] + fraction * trial_m * directions
        return (_terms(enu.reshape(-1, 3) / scale_m) @ coefficients[:3].T) * [post_m, post_m, 1.0]

    start, middle, end = along(-0.5), along(0.0), along(0.5)
    quadratic = [
        np.abs(a * start + 0.75 * middle + b * end - along(f))
        for a, b, f in ((0.375, -0.125, -0.25), (-0.125, 0.375, 0.25))
    ]
    cubic_error_m = float(np.max(quadratic)) + 1e-12
    chord_error_m = float(np.max(np.abs((start + end) / 2.0 - middle)[:, :2])) + 1e-12
    factor = min((TOLERANCE_M / 4.0 / cubic_error_m) ** (1.0 / 3.0), np.sqrt(post_m / 2.0 / chord_error_m))
    return float(min(_LONGEST_PIECE_M, trial_m * factor))
