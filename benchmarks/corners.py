"""What interpolating between the four corners of a picture costs in hills: `python -m benchmarks.corners`.

Rolling ground of +/- 60 m with posts 30 m apart, seen from 12 and 25 km of slant range at several depression angles and
from several sides. The corners that every shortcut starts from are the true ones, so all of its error is its own. The
truth of a pixel is the slow walk along its ray over the same posts; an error is the horizontal distance to it. `otear`
is the ray against the terrain.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np

from benchmarks._report import Tables, main
from benchmarks._scenes import LENS, ROLLING, looking_at_middle
from otear.geo.camera import Pose, sight_lines
from otear.geo.frames import Floats
from otear.geo.raycast import cast
from otear.geo.slowcast import slow_cast
from otear.geo.terrain.patch import Patch

SLANTS_M, DEPRESSIONS_DEG, AZIMUTHS_DEG = (12_000.0, 25_000.0), (15.0, 20.0, 30.0), (20.0, 110.0, 200.0, 290.0)
CORNERS = np.array([[0.0, 0.0], [LENS.width_px, 0.0], [LENS.width_px, LENS.height_px], [0.0, LENS.height_px]])
Interpolation = Callable[[Floats, Floats], Floats]


def bilinear(corners: Floats, pixels: Floats) -> Floats:
    """East and north of pixels, shape (n, 2), by weights of the four corners: what most tools do."""
    x, y = (pixels / [LENS.width_px, LENS.height_px]).T
    weights = np.stack([(1.0 - x) * (1.0 - y), x * (1.0 - y), x * y, (1.0 - x) * y], axis=-1)
    return np.asarray(weights @ corners)


def affine(corners: Floats, pixels: Floats) -> Floats:
    """By the affine map that fits the four corners best: a world file."""
    ones = np.ones((4, 1))
    solution, *_ = np.linalg.lstsq(np.hstack([CORNERS, ones]), corners, rcond=None)
    return np.asarray(np.hstack([pixels, np.ones((len(pixels), 1))]) @ solution)


def homography(corners: Floats, pixels: Floats) -> Floats:
    """By the projective map through the four corners: right where the ground is a plane."""
    matrix = cv2.getPerspectiveTransform(CORNERS.astype(np.float32), corners.astype(np.float32))
    return np.asarray(cv2.perspectiveTransform(pixels[None].astype(np.float64), matrix)[0], dtype=np.float64)


SHORTCUTS: dict[str, Interpolation] = {"bilinear": bilinear, "affine": affine, "homography": homography}


def rows(pixels: int = 150, seed: int = 1) -> list[dict[str, Any]]:
    """One row for each slant range and method, over all depression angles and sides; `pixels` of each picture."""
    rng, patch, found = np.random.default_rng(seed), ROLLING.patch(), []
    for slant_m in SLANTS_M:
        errors: dict[str, list[Floats]] = {name: [] for name in (*SHORTCUTS, "otear")}
        for depression_deg in DEPRESSIONS_DEG:
            for azimuth_deg in AZIMUTHS_DEG:
                pose = looking_at_middle(ROLLING, slant_m, depression_deg, azimuth_deg)
                chosen = rng.uniform(0.0, [LENS.width_px, LENS.height_px], size=(pixels, 2))
                for name, error in _errors(patch, pose, chosen).items():
                    errors[name].append(error)
        for name, parts in errors.items():
            p50, p90, p99, worst = np.quantile(np.concatenate(parts), [0.5, 0.9, 0.99, 1.0])
            found.append({"slant_m": slant_m, "method": name, "p50_m": p50, "p90_m": p90, "p99_m": p99, "max_m": worst})
    return found


def _errors(patch: Patch, pose: Pose, pixels: Floats) -> dict[str, Floats]:
    """Horizontal error in metres of each method at the pixels of one picture."""
    frame = patch.chart.frame
    origins, directions = sight_lines(pose, LENS, np.concatenate([CORNERS, pixels]))
    ranges = slow_cast(patch.heights, origins, directions, top_m=patch.top_m, step_m=1.0, max_range_m=100e3)
    truth = frame.enu_from_ecef(origins + ranges[:, None] * directions)[:, :2]
    found = {name: shortcut(truth[:4], pixels) for name, shortcut in SHORTCUTS.items()}
    hits = cast(patch, origins[4:], directions[4:])
    found["otear"] = frame.enu_from_geodetic(hits.lat, hits.lon, hits.height_m)[:, :2]
    return {name: np.linalg.norm(places - truth[4:], axis=-1) for name, places in found.items()}


def tables() -> Tables:
    """Every method at every slant range."""
    return {"Horizontal error of a pixel on rolling ground of +/- 60 m": rows()}


if __name__ == "__main__":
    main(tables, __doc__)
