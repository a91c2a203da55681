"""The error of a pixel's place on the ground, by the Jacobian of the whole chain from sensor to terrain.

Angles are radians, lengths metres, heights above the ellipsoid. Covariances are 3 x 3 in the order (east, north, up) at
the place itself. The up error of a place is that of a point on the terrain: terrain error plus what the slope makes of
the horizontal error.

Derivatives are taken at the scale of the error, through the real ray caster. First each parameter is moved by one sigma
(noise and bias together) both ways; that gives the Jacobian, and with it the direction in the space of all errors that
moves the place most. Then all parameters are moved together along that direction by sqrt(3) sigmas both ways: these
two points and the middle are the three nodes of Gauss and Hermite, and give slope and bend over the whole error, which
hills and grazing rays make crooked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from otear.errors import SettingError
from otear.geo.budget import ErrorBudget, ErrorSource, Parameter, Pedigree, least_trusted
from otear.geo.camera import Lens, Pose, sight_lines
from otear.geo.ellipse import Axes, ce90, ellipse_90, le90, sigma_axes
from otear.geo.frames import Floats, ecef_from_geodetic, enu_axes, geodetic_from_ecef
from otear.geo.perturb import AT_REST, Caster, Motion, places_with

_COUNTS_FROM = 0.01
"""Share of the horizontal variance from which a source counts for the pedigree of a place."""
_BEND = ErrorSource(Parameter.BEND, 1.0, True, Pedigree.TERRAIN_PRODUCT)


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

    `columns`, shape (k, s, 3), is the shift (east, north, up) that one sigma of each of the s `sources` makes; the last
    is the bend of the chain, which stays the same when one looks again and so is a bias.
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

    `pixels` has shape (k, 2); `pose` and `lens` are one for all or arrays of k. Where one of a pair of perturbed rays
    misses the ground, the difference is taken from the other side; where both do for a parameter, the error has no
    bound and the result says so.

    Raises `SettingError` where the budget has an error of the clock and `motion` is not given.
    """
    parameters = tuple(dict.fromkeys(source.parameter for source in budget.sources))
    if Parameter.CLOCK in parameters and motion is None:
        raise SettingError(
            "an error of the clock means nothing without the motion of the sensor",
            field=str(Parameter.CLOCK),
            remedy="Give `motion`, or take the clock out of the budget",
        )
    hits = cast(*sight_lines(pose, lens, pixels))
    lat, lon, height, range_m = (
        np.where(hits.miss == 0, v, np.nan) for v in (hits.lat, hits.lon, hits.height_m, hits.range_m)
    )
    place, axes = ecef_from_geodetic(lat, lon, height), enu_axes(lat, lon)

    def shifts(errors: Mapping[Parameter, Floats]) -> Floats:
        moved = places_with(errors, pose, lens, pixels, cast=cast, motion=motion or AT_REST)
        return np.asarray(np.einsum("kij,...kj->...ki", axes, moved - place), dtype=np.float64)

    steps = np.stack([np.broadcast_to(budget.sigma(parameter), lat.shape) for parameter in parameters])
    one_by_one = np.eye(len(parameters))[..., None] * steps
    both_ways = np.concatenate([one_by_one, -one_by_one])
    slopes = _slope(*np.split(shifts({p: both_ways[:, i] for i, p in enumerate(parameters)}), 2))

    sigmas = np.stack([np.broadcast_to(source.sigma, lat.shape) for source in budget.sources])
    of = np.array([parameters.index(source.parameter) for source in budget.sources])
    columns = np.moveaxis(slopes[of] * (sigmas / steps[of])[..., None], 0, 1)
    worst = _worst(columns)
    together = np.sqrt(3.0) * sigmas * worst.T
    joint = {p: np.sum(together[of == i], axis=0) for i, p in enumerate(parameters)}
    forth, back = shifts({p: np.stack([error, -error]) for p, error in joint.items()})
    correction = _slope(forth, back) / np.sqrt(3.0) - np.einsum("ksi,ks->ki", columns, worst)
    columns = columns + worst[..., None] * np.nan_to_num(correction)[:, None]
    # Second moment about the place of what is even in the error, by the same three nodes: (forth + back)^2 / 12.
    bend = np.nan_to_num(forth + back) / np.sqrt(12.0)
    columns = np.concatenate([columns, bend[:, None]], axis=1)

    sources = (*budget.sources, _BEND)
    is_bias = np.array([source.bias for source in sources])
    return GroundError(
        lat=lat,
        lon=lon,
        height_m=height,
        noise=_covariance(columns[:, ~is_bias]),
        bias=_covariance(columns[:, is_bias]),
        range_m=range_m,
        miss=hits.miss,
        columns=columns,
        sources=sources,
        unbounded=tuple(
            _unbounded(parameters, row) if met else ""
            for row, met in zip(np.isnan(slopes[..., 0]).T, hits.miss == 0, strict=True)
        ),
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


def _slope(forth: Floats, back: Floats) -> Floats:
    """Half the way from `back` to `forth`; the whole way from or to the middle where only one of them is known."""
    return np.where(np.isnan(forth), -back, np.where(np.isnan(back), forth, (forth - back) / 2.0))


def _worst(columns: Floats) -> Floats:
    """The unit vector, shape (k, s), in the space of all errors in sigmas that moves each place most on the map."""
    azimuth = sigma_axes(_covariance(columns)[:, :2, :2]).azimuth
    along = np.einsum("ksi,ki->ks", columns[..., :2], np.stack([np.sin(azimuth), np.cos(azimuth)], axis=-1))
    length = np.linalg.norm(along, axis=1, keepdims=True)
    return np.asarray(np.divide(along, length, out=np.zeros_like(along), where=length > 0.0), dtype=np.float64)


def _covariance(columns: Floats) -> Floats:
    """The sum of outer products, shape (k, 3, 3), of columns of shape (k, s, 3)."""
    return np.asarray(np.einsum("ksi,ksj->kij", columns, columns), dtype=np.float64)


def _unbounded(parameters: Sequence[Parameter], lost: NDArray[np.bool_]) -> str:
    names = ", ".join(str(p) for p, is_lost in zip(parameters, lost, strict=True) if is_lost)
    return f"one sigma of {names} either way leaves the ground" if names else ""
