"""Rays a second beside Embree: `python -m benchmarks.rays`.

One core, one run, 1,024 x 1,024 posts 30 m apart whose heights follow a formula. Ours gives range, latitude, longitude,
height and normal in float64 on the bilinear surface; Embree gives the range in float32 to two triangles for each cell.
Embree runs robust, as `embreex` has it. Rolling ground has +/- 60 m of relief, mountains +/- 800 m. `frame` is every
pixel of a 1280 x 720 picture, `scattered` are rays with nothing in common. Time is processor time, the best of several
turns that all take by turns; Embree's mesh and the patch are made before. Errors are along the ray: of `posts` against
the slow walk over the bilinear surface of the posts, of `formula` against that over the formula itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks._embree import casters
from benchmarks._report import Tables, main
from benchmarks._scenes import MOUNTAINS, ROLLING, Scene, frame, looking_at_middle, scattered
from otear.geo.frames import Floats
from otear.geo.raycast import cast
from otear.geo.slowcast import slow_cast
from otear.geo.terrain.patch import Patch

VIEWS = {"frame 12 km, 15 deg": (12e3, 15.0), "frame 12 km, 30 deg": (12e3, 30.0), "frame 25 km, 15 deg": (25e3, 15.0)}
OURS = "otear"


def rows(turns: int = 5, checked: int = 500, seed: int = 1) -> list[dict[str, Any]]:
    """One row for each terrain, set of rays and caster; `checked` rays of a set go through the slow reference."""
    rng, found = np.random.default_rng(seed), []
    for scene in (ROLLING, MOUNTAINS):
        patch = scene.patch()
        peers = casters(patch)
        rays = {name: frame(looking_at_middle(scene, *view, azimuth_deg=60.0)) for name, view in VIEWS.items()}
        rays["scattered"] = scattered(patch, 500_000, rng)
        for name, (origins, directions) in rays.items():
            chosen = rng.choice(len(origins), checked, replace=False)
            truth = _truth(scene, patch, origins[chosen], directions[chosen])
            for caster, (rate, ranges) in _race(patch, peers, origins, directions, turns).items():
                found.append(
                    {
                        "terrain": scene.name,
                        "rays": name,
                        "caster": caster,
                        "million_per_s": rate / 1e6,
                        "lost": int(np.count_nonzero(~(ranges < 1e6))),
                        **{
                            f"{surface}_{label}_m": float(np.nanquantile(np.abs(ranges[chosen] - slow), quantile))
                            for surface, slow in truth.items()
                            for label, quantile in (("p50", 0.5), ("p99", 0.99), ("max", 1.0))
                        },
                    }
                )
            ours = next(row for row in found[::-1] if row["caster"] == OURS)["million_per_s"]
            for row in found[-1 - len(peers) :]:
                row["ours_is_times"] = ours / row["million_per_s"]
    return found


def _truth(scene: Scene, patch: Patch, origins: Floats, directions: Floats) -> dict[str, Floats]:
    """Ranges of the slow reference to the bilinear surface of the posts and to the formula."""
    limits = {"top_m": patch.top_m + 10.0, "step_m": 1.0, "max_range_m": 80e3}
    surfaces = {"posts": patch.heights, "formula": scene.surface}
    return {name: slow_cast(surface, origins, directions, **limits) for name, surface in surfaces.items()}


def _race(
    patch: Patch, peers: dict[str, Callable[..., Any]], origins: Floats, directions: Floats, turns: int
) -> dict[str, tuple[float, Floats]]:
    """Rays a second and ranges of each caster, which take turns."""
    local = patch.chart.frame
    single = (
        local.enu_from_ecef(origins).astype(np.float32),
        np.ascontiguousarray(directions @ local.axes.T, np.float32),
    )
    runs: dict[str, Callable[[], Any]] = {OURS: lambda: cast(patch, origins, directions).range_m}
    runs |= {name: (lambda peer=peer: peer(*single)) for name, peer in peers.items()}
    best, ranges = dict.fromkeys(runs, np.inf), {name: run() for name, run in runs.items()}
    for _ in range(turns):
        for name, run in runs.items():
            begin = time.process_time()
            run()
            best[name] = min(best[name], time.process_time() - begin)
    return {name: (len(origins) / best[name], np.asarray(ranges[name], dtype=np.float64)) for name in runs}


def tables() -> Tables:
    """Every caster on every set of rays."""
    return {"Rays a second on one core, 1,024 x 1,024 posts 30 m apart, and error along the ray": rows()}


if __name__ == "__main__":
    main(tables, __doc__)
