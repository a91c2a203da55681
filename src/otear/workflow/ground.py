"""Which terrain places are put on: the one named, the workspace's own, or, said so, a plane at a reported height."""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot
from pathlib import Path

from otear.errors import InputError
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


def stand_in(workspace: Workspace, centre_hae_m: float | None, spread_m: float) -> Terrain:
    """A plane at the reported height of the frame centre, with an error that owns up to it.

    Raises `InputError` where the stream reports no such height either.
    """
    if centre_hae_m is None:
        raise InputError(
            "there is no elevation, and the stream does not report the height of what it looks at",
            field="--terrain",
            remedy="Give elevation with --terrain, or name it in the workspace's settings (terrain.paths)",
        )
    sigma_m = hypot(workspace.settings.terrain.flat_sigma_m, spread_m)
    return ConstantTerrain(centre_hae_m, VerticalDatum.ELLIPSOID, sigma_m)


def stand_in_warning(terrain: Terrain) -> str:
    """What a person must know who uses a place on the stand-in."""
    return (
        f"No elevation was given: the ground is taken to be flat at the reported frame centre's height "
        f"({terrain.name}), with a 1-sigma error of {terrain.sigma_m:.0f} m."
    )
