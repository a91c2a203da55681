"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from otear.geo.terrain.base import Terrain
    from otear.store.workspace import Workspace

TerrainOption = Annotated[
    list[Path] | None,
    typer.Option("--terrain", help="GeoTIFF or SRTM .hgt file, or a folder of them; may be repeated."),
]
TerrainDatumOption = Annotated[
    Literal["egm96", "egm2008", "ellipsoid"] | None,
    typer.Option("--terrain-datum", help="What the terrain's heights stand above, where its files do not say."),
]


def chosen_terrain(
    workspace: Workspace, paths: list[Path] | None, datum: Literal["egm96", "egm2008", "ellipsoid"] | None
) -> Terrain | None:
    """The terrain of the command line, else of the settings, else None."""
    from otear.workflow.ground import terrain_from

    return terrain_from(workspace, paths or [], datum)
