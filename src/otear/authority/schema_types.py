"""What the schemas of documents are made of: closed models, times, names and texts."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Hashable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError
from pydantic_core import PydanticCustomError

from otear.authority.strict_yaml import Source, field_path
from otear.domain.bilingual import Bilingual
from otear.errors import InputError

_Model = TypeVar("_Model", bound=BaseModel)
_Item = TypeVar("_Item")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LOCAL = r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?"
_ZONED = re.compile(_LOCAL + r"(?:Z|[+-]\d\d:\d\d)", re.ASCII)
_NAIVE = re.compile(_LOCAL + "|" + r"\d{4}-\d\d-\d\d", re.ASCII)


class Closed(BaseModel):
    """A model that takes its own keys and no others, and no value of another type."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


def wrong(problem: str, remedy: str, *under: int | str) -> PydanticCustomError:
    """The error of a validator. `under` leads on from the field that is validated to the value that is wrong."""
    return PydanticCustomError("wrong", "{problem}", {"problem": problem, "remedy": remedy, "under": under})


def _instant_us(value: Any) -> int:
    if isinstance(value, str) and _NAIVE.fullmatch(value):
        raise wrong("is a time without a zone", "Write it as 2024-01-31T18:00:00Z or 2024-01-31T11:00:00-07:00")
    if not (isinstance(value, str) and _ZONED.fullmatch(value)):
        raise wrong("is not a time of ISO 8601 with its zone", "Write it as 2024-01-31T18:00:00Z")
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise wrong(f"is not a time: {error}", "Write it as 2024-01-31T18:00:00Z") from error
    return (moment - _EPOCH) // timedelta(microseconds=1)


Instant = Annotated[int, BeforeValidator(_instant_us)]
"""Microseconds since 1970-01-01Z, written in ISO 8601 with a zone."""

Name = Annotated[str, StringConstraints(max_length=200, pattern=r"^\S(?:.*\S)?$")]
"""One line that begins and ends with something that shows."""

Prose = Annotated[str, StringConstraints(max_length=4000, pattern=r"\S")]
"""Text of which something shows."""

Slug = Annotated[str, StringConstraints(max_length=60, pattern=r"^[a-z][a-z0-9_]*$")]
AuthorityId = Annotated[str, StringConstraints(pattern=r"^a-[0-9a-f]{16}$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Trigraph = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


def distinct(key: Callable[[Any], Hashable] = lambda item: item) -> AfterValidator:
    """A validator of tuples: no two items have the same key."""

    def check(items: tuple[_Item, ...]) -> tuple[_Item, ...]:
        seen: set[Hashable] = set()
        for index, item in enumerate(items):
            if key(item) in seen:
                raise wrong(f"gives {key(item)!r} a second time", "Give each only once", index)
            seen.add(key(item))
        return items

    return AfterValidator(check)


Some = Field(min_length=1)


class Words(Closed):
    """A text in both languages."""

    en: Prose
    es: Prose

    def noun(self) -> Bilingual:
        """As the house says it."""
        return Bilingual(self.en, self.es)


def validated(model: type[_Model], content: bytes, source: Source, under: Iterable[int | str] = ()) -> _Model:
    """Read the canonical form of a document. Raises `InputError` for its first fault, named by its way from `under`.

    What is read is what was hashed: two documents of the same canonical form say the same.
    """
    try:
        return model.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        context = first.get("ctx", {})
        place = (*under, *first["loc"], *context.get("under", ()))
        problem = context.get("problem") or first["msg"][0].lower() + first["msg"][1:]
        remedy = context.get("remedy") or _remedy(first["type"], model, first["loc"])
        raise InputError(problem, source=source, field=field_path(place) or None, remedy=remedy) from error


def _remedy(kind: str, model: type[BaseModel], place: tuple[int | str, ...]) -> str:
    if kind == "missing":
        return "Add it, as the files in docs/examples have it"
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(str(place[-1]), model.model_fields, 1) if len(place) == 1 else []
        return f"Did you mean {near[0]}?" if near else "Take it away: the format has no such key there"
    return "Change its value, as the files in docs/examples have it"
