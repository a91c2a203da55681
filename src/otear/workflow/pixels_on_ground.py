"""Where the pixels of one moment lie on the ground, with everything that is known of their errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from otear.coverage.moments import Views
from otear.coverage.reach import bounds_of, reach
from otear.coverage.resolution import ground_sample
from otear.domain.places import Ellipse, ErrorShare, PixelPlace
from otear.geo.budget import ErrorBudget
from otear.geo.camera import sight_lines
from otear.geo.frames import Floats, enu_axes
from otear.geo.geoid import msl_from_hae
from otear.geo.labels import mgrs
from otear.geo.raycast import Hits, Miss, cast
from otear.geo.terrain.grid import Bounds
from otear.geo.terrain.patch import Patch
from otear.geo.uncertainty import GroundError, ground_error
from otear.video.instants import Instant
from otear.workflow.looking import FARTHEST_M

_DEEPEST_M, _HIGHEST_M = -500.0, 9_000.0
"""No ground is lower or higher (HAE)."""


@dataclass(frozen=True, eq=False)
class GroundPixels:
    """The places of k pixels and their errors; ground sample distance in metres, depression in radians, both (k,)."""

    errors: GroundError
    gsd_m: Floats
    depression: Floats

    def why_not(self, k: int) -> str | None:
        """Why a pixel has no place; None where it has one."""
        miss = Miss(int(self.errors.miss[k]))
        return (self.errors.unbounded[k] if miss is Miss.HIT else miss.reason) or None

    def place(self, k: int, terrain: str) -> PixelPlace:
        """The place of a pixel that has one, as products carry it."""
        errors = self.errors
        lat, lon, height = float(errors.lat[k]), float(errors.lon[k]), float(errors.height_m[k])
        lat_deg, lon_deg = float(np.degrees(lat)), (float(np.degrees(lon)) + 180.0) % 360.0 - 180.0
        axes = errors.ellipse
        shares = sorted(zip(errors.sources, errors.shares[k].tolist(), strict=True), key=lambda pair: -pair[1])
        pedigree = errors.pedigree[k]
        return PixelPlace(
            lat=lat_deg,
            lon=lon_deg,
            height_hae_m=height,
            height_msl_m=float(msl_from_hae(lat, lon, height)),
            mgrs=mgrs(lat_deg, lon_deg),
            ce90_m=float(errors.ce90_m[k]),
            le90_m=float(errors.le90_m[k]),
            ellipse=Ellipse(float(axes.major_m[k]), float(axes.minor_m[k]), float(np.degrees(axes.azimuth[k]))),
            gsd_m=float(self.gsd_m[k]),
            slant_range_m=float(errors.range_m[k]),
            depression_deg=float(np.degrees(self.depression[k])),
            terrain=terrain,
            pedigree="" if pedigree is None else pedigree.value,
            budget=tuple(ErrorShare(source.name, share) for source, share in shares if share >= 0.0005),
        )


def pixels_on_ground(
    instant: Instant, pixels: Floats, patch_of: Callable[[Bounds], Patch], budget: ErrorBudget
) -> GroundPixels:
    """The places of pixels (k, 2) of one moment on the terrain that `patch_of` gives, by a budget that is taken as it
    is."""
    one = np.zeros(1, dtype=np.intp)
    views = Views.of(np.array([instant.time_us]), instant.pose.at(one), instant.lens.at(one))
    limit_m = np.array([FARTHEST_M])
    patch = patch_of(bounds_of(views, reach(views, _DEEPEST_M, _HIGHEST_M, limit_m)))

    def caster(origins: Floats, directions: Floats) -> Hits:
        return cast(patch, origins, directions, max_range_m=FARTHEST_M)

    errors = ground_error(instant.pose, instant.lens, pixels, caster, budget=budget, motion=instant.motion)
    _, directions = sight_lines(instant.pose, instant.lens, pixels)
    ifov = (
        2.0 * np.tan(np.asarray(fov) / 2.0) / px
        for fov, px in (
            (instant.lens.hfov, instant.lens.width_px),
            (instant.lens.vfov, instant.lens.height_px),
        )
    )
    across, along = ifov
    depression = np.arcsin(np.clip(-np.einsum("ki,ki->k", directions, enu_axes(errors.lat, errors.lon)[:, 2]), -1, 1))
    return GroundPixels(errors, ground_sample(errors.range_m, across, along, depression).mean_m, depression)
