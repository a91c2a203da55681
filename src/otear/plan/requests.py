"""Requests as documents: `otear-request/1`, YAML or JSON, read and checked."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator

from otear.authority.area_schema import AreaModel
from otear.authority.schema_types import AuthorityId, Closed, Instant, Name, Slug, Words, distinct, validated, wrong
from otear.authority.signatures import canonical, sha256
from otear.authority.strict_yaml import Source, read_mapping
from otear.authority.unarmed import DENIED, refuse_armed
from otear.domain.bilingual import Bilingual
from otear.domain.request import Request

FORMAT = "otear-request/1"


class RequestModel(Closed):
    """The whole document."""

    format: Literal["otear-request/1"]
    title: Words
    asked_by: Name
    area: AreaModel
    site_kinds: Annotated[tuple[Slug, ...], distinct()] = ()
    priority: Annotated[int, Field(ge=1, le=4)]
    gsd_m: Annotated[float, Field(gt=0.0, le=5.0)] | None = None
    begin: Instant
    by: Instant
    authority: AuthorityId | None = None

    @field_validator("by")
    @classmethod
    def _after_begin(cls, by: int, info: ValidationInfo) -> int:
        if "begin" in info.data and by <= info.data["begin"]:
            raise wrong("is not after the begin", "Give the earlier time first")
        return by

    def noun(self) -> Request:
        """As the house says it."""
        return Request(
            request_id="",
            title=self.title.noun(),
            asked_by=self.asked_by,
            area=self.area.noun(),
            site_kinds=frozenset(self.site_kinds),
            priority=self.priority,
            gsd_m=self.gsd_m,
            from_us=self.begin,
            by_us=self.by,
            authority_id=self.authority,
        )


def read_request(text: str, source: Source = None) -> Request:
    """Read a request's document. `request_id` is derived from its canonical form (RFC 8785).

    Raises `RefusedError` by the rule `unarmed` for a document that names anything of a weapon, `InputError` naming
    `source` and the byte offset or field for all else.
    """
    document: dict[str, Any] = read_mapping(text, source)
    named = "" if source is None else f" {source}"
    refuse_armed(document, Bilingual(f"the request{named}", f"la solicitud{named}"), DENIED)
    read = validated(RequestModel, canonical(document), source).noun()
    return replace(read, request_id=f"r-{sha256(canonical(document))[:16]}")
