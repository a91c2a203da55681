"""The document of a sortie as it is written by hand: a closed schema, and the noun that it becomes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from otear.authority.schema_types import AuthorityId, Closed, Instant, Name, Slug, Some, distinct
from otear.domain.sortie import GroundPoint, Orbit, Side, Sortie, Stare, Strip, Task

FORMAT = "otear-sortie/1"

_Latitude = Annotated[float, Field(ge=-85.0, le=85.0)]
_Longitude = Annotated[float, Field(ge=-180.0, le=180.0)]
_Height = Annotated[float, Field(ge=-500.0, le=30_000.0)]
_Field = Annotated[float, Field(gt=0.0, lt=180.0)]
_Radius = Annotated[float, Field(gt=0.0, le=50_000.0)]


class _Point(Closed):
    lat_deg: _Latitude
    lon_deg: _Longitude

    def noun(self) -> GroundPoint:
        return GroundPoint(self.lat_deg, self.lon_deg)


class _Base(_Point):
    height_msl_m: _Height


class _Strip(Closed):
    kind: Literal["strip"]
    name: Name
    start: _Point
    end: _Point
    side: Side
    depression_deg: Annotated[float, Field(ge=10.0, le=90.0)]
    hfov_deg: _Field

    def noun(self) -> Task:
        return Strip(self.name, self.start.noun(), self.end.noun(), self.side, self.depression_deg, self.hfov_deg)


class _Stare(Closed):
    kind: Literal["stare"]
    name: Name
    cells: Annotated[tuple[_Point, ...], Some]
    dwell_s: Annotated[float, Field(gt=0.0, le=3_600.0)]
    radius_m: _Radius
    side: Side
    hfov_deg: _Field

    def noun(self) -> Task:
        cells = tuple(cell.noun() for cell in self.cells)
        return Stare(self.name, cells, self.dwell_s, self.radius_m, self.side, self.hfov_deg)


class _Orbit(Closed):
    kind: Literal["orbit"]
    name: Name
    centre: _Point
    radius_m: _Radius
    turns: Annotated[float, Field(gt=0.0, le=1_000.0)]
    side: Side
    hfov_deg: _Field

    def noun(self) -> Task:
        return Orbit(self.name, self.centre.noun(), self.radius_m, self.turns, self.side, self.hfov_deg)


_Task = Annotated[_Strip | _Stare | _Orbit, Field(discriminator="kind")]


class SortieModel(Closed):
    """The whole document."""

    format: Literal["otear-sortie/1"]
    name: Name
    authority: AuthorityId | None = None
    aircraft: Name
    sensor: Name
    purpose: Slug
    depart: Instant
    base: _Base
    height_msl_m: _Height
    tasks: Annotated[tuple[_Task, ...], Some, distinct(lambda task: task.name)]

    def noun(self, sortie_id: str) -> Sortie:
        """As the house says it."""
        return Sortie(
            sortie_id=sortie_id,
            name=self.name,
            authority_id=self.authority,
            aircraft=self.aircraft,
            sensor=self.sensor,
            purpose=self.purpose,
            depart_us=self.depart,
            base=self.base.noun(),
            base_msl_m=self.base.height_msl_m,
            height_msl_m=self.height_msl_m,
            tasks=tuple(task.noun() for task in self.tasks),
        )
