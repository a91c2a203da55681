"""The two documents of an authority as they are written by hand, and the nouns that they become."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from otear.authority.area_schema import AltitudeModel, AreaModel, WindowModel
from otear.authority.schema_types import (
    AuthorityId,
    Closed,
    Instant,
    Name,
    Sha256,
    Slug,
    Some,
    Trigraph,
    Words,
    distinct,
    validated,
    wrong,
)
from otear.authority.strict_yaml import Source
from otear.domain.authority import (
    Approval,
    Authorization,
    Exclusion,
    ProductKind,
    Recipient,
    Retention,
    SensorKind,
    Volume,
)

MAX_IMAGERY_DAYS = 180
"""US Presidential Memorandum of 15 February 2015: what may show private life is deleted within 180 days. A ground to
keep a recording for longer is recorded for that recording, not granted beforehand."""

_Days = Annotated[int, Field(ge=1, le=36_500)]


def authorization(content: bytes, source: Source = None, under: tuple[str, ...] = ()) -> Authorization:
    """The host's authorization in canonical form. Raises `InputError` naming the field, by its way from `under`."""
    return _AuthorizationModel.noun(validated(_AuthorizationModel, content, source, under))


def approval(content: bytes, source: Source = None, under: tuple[str, ...] = ()) -> Approval:
    """The programme's approval in canonical form. Raises `InputError` naming the field, by its way from `under`."""
    return _ApprovalModel.noun(validated(_ApprovalModel, content, source, under))


class VolumeModel(Closed):
    """Airspace that may be flown in."""

    name: Name
    area: AreaModel
    altitude: AltitudeModel
    window: WindowModel

    def noun(self) -> Volume:
        """As the house says it."""
        return Volume(self.name, self.area.noun(), self.altitude.noun(), self.window.noun())


class _ExclusionModel(Closed):
    name: Name
    area: AreaModel
    forbids: Annotated[tuple[Literal["flight", "view"], ...], Some, distinct()]
    altitude: AltitudeModel | None = None
    window: WindowModel | None = None

    @field_validator("altitude")
    @classmethod
    def _with_flight(cls, altitude: AltitudeModel | None, info: ValidationInfo) -> AltitudeModel | None:
        if altitude is not None and "flight" not in info.data.get("forbids", ("flight",)):
            raise wrong(
                "an altitude limits flight, which this exclusion does not forbid", "Take it away, or forbid flight"
            )
        return altitude

    def noun(self) -> Exclusion:
        return Exclusion(
            name=self.name,
            area=self.area.noun(),
            flight="flight" in self.forbids,
            view="view" in self.forbids,
            altitude=None if self.altitude is None else self.altitude.noun(),
            window=None if self.window is None else self.window.noun(),
        )


class _RecipientModel(Closed):
    id: Slug
    name: Words
    receives: Annotated[tuple[ProductKind, ...], Some, distinct()]

    def noun(self) -> Recipient:
        return Recipient(self.id, self.name.noun(), frozenset(self.receives))


class _RetentionModel(Closed):
    imagery_days: Annotated[int, Field(ge=1, le=MAX_IMAGERY_DAYS)]
    metadata_days: _Days
    coverage_days: _Days
    findings_days: _Days

    def noun(self) -> Retention:
        return Retention(self.imagery_days, self.metadata_days, self.coverage_days, self.findings_days)


class _Reviewed(Closed):
    issued: Instant
    review_by: Instant

    @field_validator("review_by")
    @classmethod
    def _after_issue(cls, review_by: int, info: ValidationInfo) -> int:
        if "issued" in info.data and review_by <= info.data["issued"]:
            raise wrong("is not after the document was issued", "Give the day by which it must be reviewed")
        return review_by


class _AuthorizationModel(_Reviewed):
    format: Literal["otear-authorization/1"]
    host: Trigraph
    reference: Name
    title: Words
    volumes: Annotated[tuple[VolumeModel, ...], Some, distinct(lambda volume: volume.name)]
    exclusions: Annotated[tuple[_ExclusionModel, ...], distinct(lambda exclusion: exclusion.name)]
    survey: Annotated[tuple[AreaModel, ...], Some] | None = None
    purposes: Annotated[tuple[Slug, ...], Some, distinct()]
    site_kinds: Annotated[tuple[Slug, ...], Some, distinct()]
    sensors: Annotated[tuple[SensorKind, ...], Some, distinct()]
    aircraft: Annotated[tuple[Name, ...], Some, distinct()]
    recipients: Annotated[tuple[_RecipientModel, ...], distinct(lambda recipient: recipient.id)]
    retention: _RetentionModel
    conditions: tuple[Words, ...]
    continues: AuthorityId | None = None

    def noun(self) -> Authorization:
        return Authorization(
            host=self.host,
            reference=self.reference,
            title=self.title.noun(),
            issued_us=self.issued,
            volumes=tuple(volume.noun() for volume in self.volumes),
            exclusions=tuple(exclusion.noun() for exclusion in self.exclusions),
            survey=tuple(area.noun() for area in self.survey or ()),
            purposes=frozenset(self.purposes),
            site_kinds=frozenset(self.site_kinds),
            sensors=frozenset(self.sensors),
            aircraft=frozenset(self.aircraft),
            recipients=tuple(recipient.noun() for recipient in self.recipients),
            retention=self.retention.noun(),
            conditions=tuple(condition.noun() for condition in self.conditions),
            review_by_us=self.review_by,
            continues=self.continues,
        )


class _ApprovalModel(_Reviewed):
    format: Literal["otear-approval/1"]
    authorization_sha256: Sha256
    approved_by: Name
    title: Words
    window: WindowModel
    conditions: tuple[Words, ...] = ()
    continues: AuthorityId | None = None

    def noun(self) -> Approval:
        return Approval(
            authorization_sha256=self.authorization_sha256,
            approved_by=self.approved_by,
            title=self.title.noun(),
            issued_us=self.issued,
            window=self.window.noun(),
            review_by_us=self.review_by,
            conditions=tuple(condition.noun() for condition in self.conditions),
            continues=self.continues,
        )
