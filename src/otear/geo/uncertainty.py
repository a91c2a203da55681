"""The error of a pixel's place on the ground, by the Jacobian of the whole chain from sensor to terrain.

Angles are radians, lengths metres, heights above the ellipsoid. Covariances are 3 x 3 in the order (east, north, up) at
the place itself. The up error of a place is that of a point on the terrain: terrain error plus what the slope makes of
the horizontal error.

The Jacobian is taken by central differences through the real ray caster with a step of one sigma of each parameter
(noise and bias together), so that slope, curvature and ridges are felt at the scale of the error and not at a point.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from otear.errors import SettingError
from otear.geo.budget import ErrorBudget, ErrorSource, Parameter, Pedigree, least_trusted
from otear.geo.camera import Lens, Pose, sight_lines
from otear.geo.ellipse import Axes, ce90, ellipse_90, le90
from otear.geo.frames import Floats, ecef_from_geodetic, enu_axes, geodetic_from_ecef

_COUNTS_FROM = 0.01
"""Share of the horizontal variance from which a source counts for the pedigree of a place."""

_POSE_FIELDS = {
    Parameter.HEADING: "heading",
    Parameter.PITCH: "pitch",
    Parameter.ROLL: "roll",
    Parameter.AZIMUTH: "azimuth",
    Parameter.ELEVATION: "elevation",
    Parameter.TWIST: "twist",
}
_SHIFTS = {
    Parameter.EAST: (1.0, 0.0, 0.0),
    Parameter.NORTH: (0.0, 1.0, 0.0),
    Parameter.UP: (0.0, 0.0, 1.0),
    Parameter.GEOID: (0.0, 0.0, 1.0),
}


class HitsLike(Protocol):
    """What a ray caster tells of n rays: places in radians and metres HAE, and in `miss` 0 for a hit."""

    @property
    def range_m(self) -> Floats: ...
    @property
    def lat(self) -> Floats: ...
    @property
    def lon(self) -> Floats: ...
    @property
    def height_m(self) -> Floats: ...
    @property
    def miss(self) -> NDArray[np.uint8]: ...


Caster = Callable[[Floats, Floats], HitsLike]
"""Origins and unit directions in ECEF, both (n, 3), to where they meet the ground."""


@dataclass(frozen=True)
class Motion:
    """How the sensor moves, for the error of the clock: velocity east, north, up, shape (3,) or (k, 3), and turn rates.

    Rates are radians per second, floats or arrays of shape (k,).
    """

    velocity_enu_mps: Floats
    heading: Floats | float = 0.0
    pitch: Floats | float = 0.0
    roll: Floats | float = 0.0
    azimuth: Floats | float = 0.0
    elevation: Floats | float = 0.0
    twist: Floats | float = 0.0


@dataclass(frozen=True)
class Spread:
    """Places and how well they are known: `lat`, `lon`, `height_m` of shape (...,), `noise` and `bias` (..., 3, 3).

    Everything is NaN where there is no place, and both covariances are where there is no bound; then the radii below
    are infinite, so that no comparison takes the place for a good one.
    """

    lat: Floats
    lon: Floats
    height_m: Floats
    noise: Floats
    bias: Floats

    @property
    def covariance(self) -> Floats:
        """Noise and bias together."""
        return self.noise + self.bias

    @property
    def ellipse(self) -> Axes:
        """The horizontal ellipse that holds 90% of the errors."""
        return ellipse_90(self.covariance[..., :2, :2])

    @property
    def ce90_m(self) -> Floats:
        """Radius of the horizontal circle that holds 90% of the errors."""
        return np.nan_to_num(ce90(self.covariance[..., :2, :2]), nan=np.inf)

    @property
    def le90_m(self) -> Floats:
        """Half height of the interval that holds 90% of the vertical errors."""
        return np.nan_to_num(le90(self.covariance[..., 2, 2]), nan=np.inf)


@dataclass(frozen=True)
class GroundError(Spread):
    """The places of k pixels or looks, and what their errors are made of.

    `columns`, shape (k, s, 3), is the shift (east, north, up) that one sigma of each of the s `sources` makes.
    `miss`, shape (k,), is the ray caster's code, 0 where the sight line met the ground. `unbounded` says for each place
    what keeps its error from having a bound ("" where nothing does).
    """

    range_m: Floats
    miss: NDArray[np.uint8]
    columns: Floats
    sources: tuple[ErrorSource, ...]
    unbounded: tuple[str, ...]

    @property
    def shares(self) -> Floats:
        """What part of the horizontal variance each source makes, shape (k, s); rows add up to 1."""
        variance = np.sum(self.columns[..., :2] ** 2, axis=-1)
        return np.asarray(variance / variance.sum(axis=-1, keepdims=True), dtype=np.float64)

    @property
    def pedigree(self) -> tuple[Pedigree | None, ...]:
        """The least trusted source of each place that makes at least 1% of its variance; None without a bound."""
        return tuple(
            least_trusted(s.pedigree for s, share in zip(self.sources, row, strict=True) if share >= _COUNTS_FROM)
            if np.isfinite(row).all()
            else None
            for row in self.shares
        )


def ground_error(
    pose: Pose, lens: Lens, pixels: ArrayLike, cast: Caster, *, budget: ErrorBudget, motion: Motion | None = None
) -> GroundError:
    """Where k pixels lie on the ground, and how well that is known.

    `pixels` has shape (k, 2); `pose` and `lens` are one for all or arrays of k. All perturbed rays go through `cast` in
    one call. Where one of a pair of perturbed rays misses the ground, the difference is taken from the other side;
    where both do, the error has no bound and the result says so. An error of the terrain's height is an equal and
    opposite one of the sensor's with the place moved back along the vertical, which feels the local slope.

    Raises `SettingError` where the budget has an error of the clock and `motion` is not given.
    """
    pixels = np.atleast_2d(np.asarray(pixels, dtype=np.float64))
    parameters = tuple(dict.fromkeys(source.parameter for source in budget.sources))
    if Parameter.CLOCK in parameters and motion is None:
        raise SettingError(
            "an error of the clock means nothing without the motion of the sensor",
            field=str(Parameter.CLOCK),
            remedy="Give `motion`, or take the clock out of the budget",
        )
    count = len(pixels)
    steps = {p: np.broadcast_to(budget.sigma(p), (count,)) for p in parameters}
    changes = [(p, sign * steps[p]) for sign in (1.0, -1.0) for p in parameters]
    rays = [
        sight_lines(pose, lens, pixels),
        *(_perturbed(pose, lens, pixels, p, step=step, motion=motion) for p, step in changes),
    ]
    hits = cast(np.concatenate([origins for origins, _ in rays]), np.concatenate([lines for _, lines in rays]))

    shape = (len(rays), count)
    found = (hits.miss == 0).reshape(shape)
    ecef = ecef_from_geodetic(hits.lat, hits.lon, hits.height_m).reshape(*shape, 3)
    lat, lon, height, range_m = (
        np.where(found[0], v[:count], np.nan) for v in (hits.lat, hits.lon, hits.height_m, hits.range_m)
    )
    moved = np.einsum("kij,nkj->nki", enu_axes(lat, lon), ecef[1:] - ecef[0])
    for shift, (parameter, step) in zip(moved, changes, strict=True):
        if parameter is Parameter.TERRAIN:
            shift[:, 2] += step
    slopes, bounded = _differences(moved.reshape(2, -1, count, 3), found[1:].reshape(2, -1, count))

    columns = np.stack(
        [slopes[parameters.index(s.parameter)] * (s.sigma / steps[s.parameter])[:, None] for s in budget.sources],
        axis=1,
    )
    is_bias = np.array([source.bias for source in budget.sources])
    return GroundError(
        lat=lat,
        lon=lon,
        height_m=height,
        noise=_covariance(columns[:, ~is_bias]),
        bias=_covariance(columns[:, is_bias]),
        range_m=range_m,
        miss=hits.miss[:count],
        columns=columns,
        sources=budget.sources,
        unbounded=tuple(_unbounded(parameters, bounded[:, i]) if found[0, i] else "" for i in range(count)),
    )


def combine(looks: Sequence[GroundError]) -> Spread:
    """One place from several looks at the same thing on one flight.

    The horizontal estimate is generalised least squares with a bias state that all looks share: look i sees the place
    off by its noise and by its own columns times the same unknown biases, so that many looks from one side reduce noise
    and never bias, and looks from several sides reduce bias by as much as the geometry allows. Heights are averaged
    with the same weights. Looks without a place or without a bound are left out.

    Raises `SettingError` when no look is left, or when the looks were made with different sources of error.
    """
    names = {tuple(source.name for source in look.sources) for look in looks}
    if len(names) != 1:
        raise SettingError(
            f"{len(names)} different error budgets for {len(looks)} looks",
            field="looks",
            remedy="Give at least one look, and reckon all looks of a flight with the same sources",
        )
    is_bias = np.array([source.bias for source in looks[0].sources])
    columns = np.concatenate([look.columns for look in looks])
    places = np.concatenate([ecef_from_geodetic(look.lat, look.lon, look.height_m) for look in looks])
    good = np.isfinite(columns).all(axis=(1, 2))
    if not good.any():
        raise SettingError("no look has a place with a bound", field="looks", remedy="Take looks that met the ground")
    columns, places = columns[good], places[good]

    lat, lon, _ = geodetic_from_ecef(places[0])
    axes = enu_axes(lat, lon)
    offsets = (places - places[0]) @ axes.T
    noise, shared = _covariance(columns[:, ~is_bias]), np.swapaxes(columns[:, is_bias], -1, -2)
    weights = _weights(noise[:, :2, :2], shared[:, :2])
    lat, lon, height = geodetic_from_ecef(places[0] + np.einsum("kij,kj->i", weights, offsets) @ axes)
    bias = np.einsum("kij,kjm->im", weights, shared)
    return Spread(lat, lon, height, np.einsum("kij,kjl,kml->im", weights, noise, weights), bias @ bias.T)


def _weights(noise: Floats, shared: Floats) -> Floats:
    """Weights (k, 3, 3) that add up to one: least squares in the horizontal, and for the height their mean.

    The information of the state (east, north, biases) is summed over looks; the biases are normal with unit variance.
    """
    # A millimetre of noise keeps the weights defined where a budget has biases only.
    design = np.concatenate([np.broadcast_to(np.eye(2), (len(noise), 2, 2)), shared], axis=-1)
    weighted = np.swapaxes(design, -1, -2) @ np.linalg.inv(noise + 1e-6 * np.eye(2))
    information = np.sum(weighted @ design, axis=0) + np.diag([0.0, 0.0, *[1.0] * shared.shape[-1]])
    horizontal = np.linalg.inv(information)[:2] @ weighted
    weights = np.zeros((len(noise), 3, 3))
    weights[:, :2, :2] = horizontal
    weights[:, 2, 2] = np.trace(horizontal, axis1=1, axis2=2) / 2.0
    return weights


def _perturbed(
    pose: Pose, lens: Lens, pixels: Floats, parameter: Parameter, *, step: Floats, motion: Motion | None
) -> tuple[Floats, Floats]:
    """The sight lines with one parameter off by `step`, shape (k,)."""
    shift: Any = None
    if parameter in _POSE_FIELDS:
        field = _POSE_FIELDS[parameter]
        pose = replace(pose, **{field: getattr(pose, field) + step})
    elif parameter in _SHIFTS:
        shift = np.multiply.outer(step, _SHIFTS[parameter])
    elif parameter is Parameter.TERRAIN:
        shift = np.multiply.outer(-step, (0.0, 0.0, 1.0))
    elif parameter is Parameter.FIELD_OF_VIEW:
        lens = replace(lens, hfov=lens.hfov * (1.0 + step), vfov=lens.vfov * (1.0 + step))
    elif parameter is Parameter.CLOCK:
        assert motion is not None
        turned = {field: getattr(pose, field) + getattr(motion, field) * step for field in _POSE_FIELDS.values()}
        pose, shift = replace(pose, **turned), motion.velocity_enu_mps * step[:, None]
    else:
        pixels = pixels + np.multiply.outer(step, (1.0, 0.0) if parameter is Parameter.PIXEL_X else (0.0, 1.0))
    origins, lines = sight_lines(pose, lens, pixels)
    if shift is not None:
        origins = origins + np.einsum("...ji,...j->...i", enu_axes(pose.lat, pose.lon), shift)
    return origins, lines


def _differences(moved: Floats, found: NDArray[np.bool_]) -> tuple[Floats, NDArray[np.bool_]]:
    """Shift by one step (p, k, 3) and whether it is known (p, k), from the shifts both ways (2, p, k, 3)."""
    forth, back = found[..., None]
    one_sided = np.where(forth, moved[0], -moved[1])
    slopes = np.where(forth & back, (moved[0] - moved[1]) / 2.0, one_sided)
    return np.where(forth | back, slopes, np.nan), found[0] | found[1]


def _covariance(columns: Floats) -> Floats:
    """The sum of outer products of columns of shape (k, s, 3)."""
    return np.asarray(np.einsum("ksi,ksj->kij", columns, columns), dtype=np.float64)


def _unbounded(parameters: Sequence[Parameter], bounded: NDArray[np.bool_]) -> str:
    lost = [str(p) for p, known in zip(parameters, bounded, strict=True) if not known]
    return f"one sigma either way of {', '.join(lost)} leaves the ground" if lost else ""
