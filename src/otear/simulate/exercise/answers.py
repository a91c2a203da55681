"""What a crew, or an algorithm, says that it found: places, how sure, how exactly, and when.

Degrees, metres, microseconds since 1970-01-01Z. The format is `otear-answers/1` (docs/exercises.md).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from otear.authority.schema_types import Closed, Instant, Name, validated, wrong
from otear.authority.signatures import canonical
from otear.authority.strict_yaml import Source, read_mapping
from otear.domain.kinds import SiteKind
from otear.domain.times import utc_text
from otear.errors import InputError

FORMAT = "otear-answers/1"
CALLED_FROM = 0.5
"""From this confidence on an answer says that there is a site. Below it, it only says how sure a crew is."""

_Latitude = Annotated[float, Field(ge=-90.0, le=90.0)]
_Longitude = Annotated[float, Field(ge=-180.0, le=180.0)]
_Metres = Annotated[float, Field(ge=0.01, le=100_000.0)]


@dataclass(frozen=True)
class Claim:
    """A 90% ellipse: half axes, and the azimuth of the major one."""

    semi_major_m: float
    semi_minor_m: float
    azimuth_deg: float


@dataclass(frozen=True)
class Answer:
    """One site that is said to be there. `confidence` is the probability that it is one."""

    lat_deg: float
    lon_deg: float
    confidence: float
    time_us: int
    kind: SiteKind | None = None
    ellipse: Claim | None = None

    @property
    def called(self) -> bool:
        """Whether it says that there is a site: at least as likely as not."""
        return self.confidence >= CALLED_FROM


@dataclass(frozen=True)
class Answers:
    """All that a crew says. `looked_at` are polygons, rings of (longitude, latitude), that it says it covered."""

    crew: str
    started_us: int
    answers: tuple[Answer, ...]
    looked_at: tuple[tuple[tuple[float, float], ...], ...] = ()


class _Ellipse(Closed):
    semi_major_m: _Metres
    semi_minor_m: _Metres
    azimuth_deg: Annotated[float, Field(ge=-360.0, le=360.0)]

    @model_validator(mode="after")
    def _major_is_larger(self) -> Self:
        if self.semi_minor_m > self.semi_major_m:
            raise wrong(
                "is longer than semi_major_m", "Give the longer half axis first, with its azimuth", "semi_minor_m"
            )
        return self


class _Answer(Closed):
    lat_deg: _Latitude
    lon_deg: _Longitude
    confidence: Annotated[float, Field(ge=0.0, le=1.0)]
    time: Instant
    kind: SiteKind | None = None
    ellipse: _Ellipse | None = None

    def noun(self) -> Answer:
        ellipse = None if self.ellipse is None else Claim(**dict(self.ellipse))
        return Answer(self.lat_deg, self.lon_deg, self.confidence, self.time, self.kind, ellipse)


class _Answers(Closed):
    format: Literal["otear-answers/1"]
    crew: Name
    started: Instant
    answers: tuple[_Answer, ...]
    looked_at: tuple[Annotated[tuple[tuple[_Longitude, _Latitude], ...], Field(min_length=3)], ...] = ()


def read_answers(text: str, source: Source = None) -> Answers:
    """Read answers, YAML or JSON. Raises `InputError` naming `source` and the byte offset or the field."""
    model = validated(_Answers, canonical(read_mapping(text, source)), source)
    for number, answer in enumerate(model.answers):
        if answer.time < model.started:
            raise InputError(
                f"is before the start ({utc_text(model.started)})",
                source=source,
                field=f"answers[{number}].time",
                remedy="Write when it was said, by the clock that `started` is of",
            )
    return Answers(model.crew, model.started, tuple(answer.noun() for answer in model.answers), model.looked_at)


def answers_text(answers: Answers) -> str:
    """The document of answers, which `read_answers` reads again."""
    document: dict[str, Any] = {
        "format": FORMAT,
        "crew": answers.crew,
        "started": utc_text(answers.started_us),
        "answers": [_document(answer) for answer in answers.answers],
    }
    if answers.looked_at:
        document["looked_at"] = [[list(point) for point in ring] for ring in answers.looked_at]
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _document(answer: Answer) -> dict[str, Any]:
    document: dict[str, Any] = {
        "lat_deg": answer.lat_deg,
        "lon_deg": answer.lon_deg,
        "confidence": answer.confidence,
        "time": utc_text(answer.time_us),
    }
    if answer.kind is not None:
        document["kind"] = answer.kind.value
    if answer.ellipse is not None:
        document["ellipse"] = dict(answer.ellipse.__dict__)
    return document
