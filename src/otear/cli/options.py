"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from otear.geo.terrain.base import Terrain
    from otear.store.workspace import Workspace
    from otear.workflow.flown import Stated

TerrainOption = Annotated[
    list[Path] | None,
    typer.Option("--terrain", help="GeoTIFF or SRTM .hgt file, or a folder of them; may be repeated."),
]
TerrainDatumOption = Annotated[
    Literal["egm96", "egm2008", "ellipsoid"] | None,
    typer.Option("--terrain-datum", help="What the terrain's heights stand above, where its files do not say."),
]

SensorOption = Annotated[
    Literal["visible", "thermal", "radar"] | None,
    typer.Option(help="What the camera sees by, where the stream does not say; the ledger keeps that it was stated."),
]
AircraftOption = Annotated[
    str | None, typer.Option(help="The aircraft's registration or identifier, where the stream does not say.")
]
PurposeOption = Annotated[
    str | None,
    typer.Option(help="What the flight was made for. Default: the authority's purpose, where it has one only."),
]


def stated_facts(sensor: str | None, aircraft: str | None, purpose: str | None) -> Stated:
    """What the command line says of a flight."""
    from otear.domain.authority import SensorKind
    from otear.workflow.flown import Stated

    return Stated(None if sensor is None else SensorKind(sensor), aircraft, purpose)


def chosen_terrain(
    workspace: Workspace, paths: list[Path] | None, datum: Literal["egm96", "egm2008", "ellipsoid"] | None
) -> Terrain | None:
    """The terrain of the command line, else of the settings, else None."""
    from otear.workflow.ground import terrain_from

    return terrain_from(workspace, paths or [], datum)
