"""Which terrain places are put on: the one named, the workspace's own, or, said so, a plane at a reported height."""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot
from pathlib import Path

from otear.geo.terrain import ConstantTerrain, Terrain, VerticalDatum, open_terrain
from otear.store.workspace import Workspace


def terrain_from(workspace: Workspace, paths: Sequence[Path], datum: str | None) -> Terrain | None:
    """The terrain of these paths, else of the settings, else None. Raises `TerrainError`."""
    settings = workspace.settings.terrain
    chosen = list(paths) or [workspace.root / path for path in settings.paths]
    if not chosen:
        return None
    wanted = datum or settings.datum
    return open_terrain(chosen, VerticalDatum(wanted) if wanted else None, settings.sigma_m)


def stand_in(workspace: Workspace, centre_hae_m: float | None, spread_m: float) -> Terrain | None:
    """A plane at the height of what the stream says it looks at, with an error that owns up to it; None without one."""
    if centre_hae_m is None:
        return None
    sigma_m = hypot(workspace.settings.terrain.flat_sigma_m, spread_m)
    return ConstantTerrain(centre_hae_m, VerticalDatum.ELLIPSOID, sigma_m)


def stand_in_warning(terrain: Terrain | None) -> str:
    """What a person must know who uses a place on the stand-in, or has none."""
    if terrain is None:
        return (
            "No elevation was given, and the stream does not say how high the ground is: nothing can be placed. "
            "Give elevation with --terrain, or name it in the settings (terrain.paths)."
        )
    return (
        f"No elevation was given: the ground is taken to be flat at the height that the stream gives for what it looks "
        f"at ({terrain.name}), with a 1-sigma error of {terrain.sigma_m:.0f} m."
    )
