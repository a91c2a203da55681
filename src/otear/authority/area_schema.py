"""Areas, altitudes and windows as documents write them."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from otear.authority.outlines import circle_problem, holds, ring_problem
from otear.authority.schema_types import Closed, Instant, wrong
from otear.domain.authority import AltitudeBand, Area, Circle, Datum, Outline, Ring, Window

MAX_RADIUS_M = 500_000.0
MAX_HOLES = 200

_Point = tuple[Annotated[float, Field(ge=-180.0, le=180.0)], Annotated[float, Field(ge=-90.0, le=90.0)]]
_Height = Annotated[float, Field(ge=-8_000.0, le=100_000.0)]
"""Metres; the bounds are those of ASTM F3548."""


def _ring(points: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    opened = points[:-1] if len(points) > 1 and points[0] == points[-1] else points
    problem = ring_problem(Ring(opened))
    if problem:
        raise wrong(problem, "Give at least three points in order around the area; split an area that is no such ring")
    return opened


class CircleModel(Closed):
    """All places within a distance of a centre."""

    centre: _Point
    radius_m: Annotated[float, Field(gt=0.0, le=MAX_RADIUS_M)]

    @field_validator("radius_m")
    @classmethod
    def _off_the_poles(cls, radius_m: float, info: ValidationInfo) -> float:
        if "centre" in info.data:
            lon_deg, lat_deg = info.data["centre"]
            problem = circle_problem(Circle(lon_deg, lat_deg, radius_m))
            if problem:
                raise wrong(problem, "Make it smaller")
        return radius_m

    def noun(self) -> Circle:
        """As the house says it."""
        return Circle(*self.centre, self.radius_m)


class OutlineModel(Closed):
    """A polygon or a circle."""

    polygon: Annotated[tuple[_Point, ...], AfterValidator(_ring)] | None = None
    circle: CircleModel | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> OutlineModel:
        if (self.polygon is None) == (self.circle is None):
            raise wrong("is not either a polygon or a circle", "Give exactly one of `polygon` and `circle`")
        return self

    def outline(self) -> Outline:
        """As the house says it."""
        if self.circle is not None:
            return self.circle.noun()
        return Ring(self.polygon or ())


class AreaModel(OutlineModel):
    """An outline less its holes."""

    holes: Annotated[tuple[OutlineModel, ...], Field(max_length=MAX_HOLES)] = ()

    @model_validator(mode="after")
    def _holes_inside(self) -> AreaModel:
        outline = self.outline()
        for index, hole in enumerate(self.holes):
            if not holds(outline, hole.outline()):
                raise wrong(
                    "the hole does not lie inside the outline, or leaves nothing of it",
                    "Move it inside, or take it away",
                    *("holes", index),
                )
        return self

    def noun(self) -> Area:
        """As the house says it."""
        return Area(self.outline(), tuple(hole.outline() for hole in self.holes))


class AltitudeModel(Closed):
    """A band of heights above a stated datum."""

    lower_m: _Height
    upper_m: _Height
    datum: Datum

    @field_validator("upper_m")
    @classmethod
    def _above_lower(cls, upper_m: float, info: ValidationInfo) -> float:
        if "lower_m" in info.data and upper_m <= info.data["lower_m"]:
            raise wrong(f"is not above lower_m, {info.data['lower_m']:g}", "Give the lower height first")
        return upper_m

    def noun(self) -> AltitudeBand:
        """As the house says it."""
        return AltitudeBand(self.lower_m, self.upper_m, self.datum)


class WindowModel(Closed):
    """From a start until just before an end."""

    start: Instant
    end: Instant

    @field_validator("end")
    @classmethod
    def _after_start(cls, end: int, info: ValidationInfo) -> int:
        if "start" in info.data and end <= info.data["start"]:
            raise wrong("is not after the start", "Give the earlier time first")
        return end

    def noun(self) -> Window:
        """As the house says it."""
        return Window(self.start, self.end)
