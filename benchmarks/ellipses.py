"""How well an error is predicted, beside drawn errors: `python -m benchmarks.ellipses`.

Each row is one slant range over flat or rolling ground (+/- 60 m in waves of 2.6 by 3.4 km, slopes up to 8 degrees),
seen at several places from every side. The prediction is `ground_error` with the default budget and terrain good to
5 m; the truth is the drawn errors of `montecarlo`; beside it stands the shortcut that takes every ellipse for a circle
of 2.146 sigmas. The second table asks from which height modelled figures that are often quoted for an attitude error of
0.1 degree come about on flat ground; there the 0.1 degree is of both axes together, 0.071 about each.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
from affine import Affine
from scipy.optimize import brentq

from benchmarks._report import Tables, main
from otear.geo.budget import GIMBAL, ErrorBudget, Parameter, default_budget
from otear.geo.camera import Lens, Pose
from otear.geo.ellipse import ELLIPSE_90, inside_90
from otear.geo.frames import SEMI_MAJOR_M, Floats, LocalFrame, ecef_from_geodetic, enu_axes
from otear.geo.montecarlo import draw_errors
from otear.geo.perturb import places_with
from otear.geo.raycast import cast
from otear.geo.terrain.grid import Grid
from otear.geo.terrain.patch import Patch
from otear.geo.uncertainty import ground_error

LAT, LON = np.radians(24.8), np.radians(-107.4)
LENS, CENTRE = Lens(np.radians(1.2), np.radians(0.675), 1920, 1080), (960.0, 540.0)
QUOTED_CE90_M = {8_000.0: 25.0, 12_000.0: 48.0, 25_000.0: 140.0}
ATTITUDE = GIMBAL | {Parameter.HEADING, Parameter.PITCH, Parameter.ROLL}


def hills(relief_m: float) -> Patch:
    """30 km of country around (LAT, LON), posts 30 m apart."""
    count, post_deg = 1001, np.degrees(30.0 / SEMI_MAJOR_M)
    across, half = post_deg / np.cos(LAT), (count - 1) / 2
    place = Affine(across, 0.0, np.degrees(LON) - half * across, 0.0, -post_deg, np.degrees(LAT) + half * post_deg)
    column, row = np.meshgrid(np.arange(count) * 30.0, np.arange(count) * 30.0)
    heights = 300.0 + relief_m * np.sin(2 * np.pi * column / 2600.0) * np.cos(2 * np.pi * row / 3400.0)
    return Patch.of(heights.astype(np.float32), Grid(place, (count, count)))


def looking_at(place: Floats, azimuth: float, slant_m: float, above_m: float) -> Pose:
    """A pose from which the picture's centre shows a place (latitude, longitude, height) along an azimuth."""
    ground = LocalFrame(*place)
    away = np.sqrt(slant_m**2 - above_m**2)
    lat, lon, height = ground.geodetic_from_enu([-away * np.sin(azimuth), -away * np.cos(azimuth), above_m])
    line = enu_axes(lat, lon) @ (ground.origin_ecef - ecef_from_geodetic(lat, lon, height))
    heading, elevation = np.arctan2(line[0], line[1]) - np.pi / 2, np.arcsin(line[2] / np.linalg.norm(line))
    return Pose(float(lat), float(lon), float(height), float(heading), 0.0, 0.0, np.pi / 2, float(elevation), 0.0)


def rows(places: int = 20, draws: int = 20_000, seed: int = 1) -> list[dict[str, float]]:
    """One row for each relief, height above ground and slant range."""
    rng, budget, table = np.random.default_rng(seed), default_budget(5.0), []
    for relief_m in (0.0, 60.0):
        patch = hills(relief_m)
        ground = partial(cast, patch)
        for above_m in (6_000.0, 7_500.0):
            for slant_m in QUOTED_CE90_M:
                found = []
                for _ in range(places):
                    lat, lon = LAT + rng.uniform(-8e-4, 8e-4), LON + rng.uniform(-8e-4, 8e-4)
                    spot = np.array([lat, lon, float(patch.heights(lat, lon))])
                    pose = looking_at(spot, rng.uniform(0.0, 2 * np.pi), slant_m, above_m)
                    error = ground_error(pose, LENS, [CENTRE], ground, budget=budget)
                    drawn = places_with(draw_errors(budget, np.arange(draws), rng), pose, LENS, CENTRE, cast=ground)
                    here = LocalFrame(float(error.lat[0]), float(error.lon[0]), float(error.height_m[0]))
                    off = here.enu_from_ecef(drawn)
                    ce90_m = np.quantile(np.hypot(off[:, 0], off[:, 1]), 0.9)
                    circle_m = ELLIPSE_90 * np.sqrt(np.trace(error.covariance[0, :2, :2]) / 2.0)
                    found.append(
                        (
                            error.ce90_m[0],
                            ce90_m,
                            100.0 * (error.ce90_m[0] / ce90_m - 1.0),
                            100.0 * (circle_m / ce90_m - 1.0),
                            100.0 * (error.le90_m[0] / np.quantile(abs(off[:, 2]), 0.9) - 1.0),
                            100.0 * np.mean(inside_90(error.covariance[0, :2, :2], off[:, :2])),
                        )
                    )
                predicted, truth, wrong, circle, le90, held = np.array(found).T
                table.append(
                    {
                        "relief_m": relief_m,
                        "above_m": above_m,
                        "slant_m": slant_m,
                        "depression_deg": float(np.degrees(np.arcsin(above_m / slant_m))),
                        "ce90_m": float(np.median(predicted)),
                        "ce90_drawn_m": float(np.median(truth)),
                        "ce90_median_error_pct": float(np.median(wrong)),
                        "ce90_worst_error_pct": float(wrong[np.argmax(abs(wrong))]),
                        "circle_median_error_pct": float(np.median(circle)),
                        "le90_median_error_pct": float(np.median(le90)),
                        "inside_ellipse_pct": float(np.mean(held)),
                    }
                )
    return table


def quoted() -> list[dict[str, float]]:
    """From which height above flat ground each quoted CE90 comes about."""
    ground = partial(cast, hills(0.0))
    budget = ErrorBudget(
        tuple(
            replace(s, sigma=s.sigma / np.sqrt(2.0)) if s.parameter in ATTITUDE else s
            for s in default_budget(5.0).sources
        )
    )

    def ce90_m(above_m: float, slant_m: float) -> float:
        pose = looking_at(np.array([LAT, LON, 300.0]), 0.0, slant_m, above_m)
        return float(ground_error(pose, LENS, [CENTRE], ground, budget=budget).ce90_m[0])

    table = []
    for slant_m, quoted_m in QUOTED_CE90_M.items():
        above_m = brentq(lambda h, r=slant_m, q=quoted_m: ce90_m(h, r) - q, 0.2 * slant_m, 0.99 * slant_m)
        depression_deg = float(np.degrees(np.arcsin(above_m / slant_m)))
        table.append({"slant_m": slant_m, "ce90_m": quoted_m, "above_m": above_m, "depression_deg": depression_deg})
    return table


def tables() -> Tables:
    """Predicted beside drawn, and where the quoted figures come from."""
    return {"Predicted beside drawn": rows(), "Heights of quoted figures": quoted()}


if __name__ == "__main__":
    main(tables, __doc__)
