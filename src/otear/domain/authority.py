"""Authority: what a host nation authorized, what the programme approved, and whether both still stand.

Edge units: degrees, metres, microseconds since 1970-01-01Z. Rings are tuples of (longitude, latitude), open (the last
point is not the first again), at least three points; their edges are geodesics of WGS 84, and a ring encloses the
smaller of the two parts that it cuts the globe into. Windows are half open: `start_us` belongs to them, `end_us` does
not.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from otear.domain.bilingual import Bilingual


class Datum(StrEnum):
    """What a height stands above: the WGS 84 ellipsoid, or EGM96 mean sea level."""

    ELLIPSOID = "ellipsoid"
    EGM96 = "egm96"


class SensorKind(StrEnum):
    """What a camera sees by."""

    VISIBLE = "visible"
    THERMAL = "thermal"
    RADAR = "radar"


class DataKind(StrEnum):
    """Kinds of data that are kept for different times."""

    IMAGERY = "imagery"
    """Raw recordings, and whatever shows pictures."""
    METADATA = "metadata"
    """Packets and telemetry: where the sensor was and what it said of itself."""
    COVERAGE = "coverage"
    """What was looked at, and how well."""
    FINDINGS = "findings"
    """Cues, sites and what was handed over."""


class ProductKind(StrEnum):
    """What a recipient may be given."""

    REPORT = "report"
    PLACES = "places"
    IMAGERY = "imagery"
    COVERAGE = "coverage"


@dataclass(frozen=True)
class Circle:
    """All places within `radius_m` of a centre, along the ellipsoid."""

    lon_deg: float
    lat_deg: float
    radius_m: float


@dataclass(frozen=True)
class Ring:
    """A polygon without holes."""

    points: tuple[tuple[float, float], ...]


Outline = Circle | Ring


@dataclass(frozen=True)
class Area:
    """An outline less its holes."""

    outline: Outline
    holes: tuple[Outline, ...] = ()


@dataclass(frozen=True)
class AltitudeBand:
    """Heights from `lower_m` to `upper_m`, both included, above `datum`."""

    lower_m: float
    upper_m: float
    datum: Datum


@dataclass(frozen=True)
class Window:
    """From `start_us` until just before `end_us`."""

    start_us: int
    end_us: int


@dataclass(frozen=True)
class Volume:
    """Airspace that may be flown in: an area, a band of altitudes and a window of time."""

    name: str
    area: Area
    altitude: AltitudeBand
    window: Window


@dataclass(frozen=True)
class Exclusion:
    """A zone that is out of bounds, whatever the volumes say.

    `flight` forbids flying through it, `view` looking at it. Without `altitude` it holds at all heights, without
    `window` at all times. `altitude` and flight go together: ground is looked at whatever height it has.
    """

    name: str
    area: Area
    flight: bool
    view: bool
    altitude: AltitudeBand | None = None
    window: Window | None = None


@dataclass(frozen=True)
class Recipient:
    """An authority of the host nation that findings may be handed to, and what it may be given."""

    recipient_id: str
    name: Bilingual
    receives: frozenset[ProductKind]


@dataclass(frozen=True)
class Retention:
    """Days that each kind of data may be kept, from the time that it was collected."""

    imagery_days: int
    metadata_days: int
    coverage_days: int
    findings_days: int

    def days(self, kind: DataKind) -> int:
        """Days that one kind of data may be kept."""
        return int(getattr(self, f"{kind.value}_days"))


@dataclass(frozen=True)
class Authorization:
    """What the host nation authorized, in its own terms.

    `host` is the ISO 3166-1 alpha-3 code of the nation flown over, `reference` the host's own number for the document.
    `survey` are the areas that may be looked at; empty: wherever no exclusion forbids it. `continues` is the
    `authority_id` that this one renews or succeeds, if any.
    """

    host: str
    reference: str
    title: Bilingual
    issued_us: int
    volumes: tuple[Volume, ...]
    exclusions: tuple[Exclusion, ...]
    survey: tuple[Area, ...]
    purposes: frozenset[str]
    site_kinds: frozenset[str]
    sensors: frozenset[SensorKind]
    aircraft: frozenset[str]
    recipients: tuple[Recipient, ...]
    retention: Retention
    conditions: tuple[Bilingual, ...]
    review_by_us: int
    continues: str | None = None


@dataclass(frozen=True)
class Approval:
    """The programme's own approval of a host's authorization, named by the SHA-256 of its canonical form.

    It holds within `window`; after `review_by_us` it holds no longer unless it was reviewed (a new approval).
    `continues` is the `authority_id` that a new approval of the same authorization succeeds, if any.
    """

    authorization_sha256: str
    approved_by: str
    title: Bilingual
    issued_us: int
    window: Window
    review_by_us: int
    conditions: tuple[Bilingual, ...] = ()
    continues: str | None = None


@dataclass(frozen=True)
class Revocation:
    """Consent taken back: by whom, when and why. `rule` is `revoked`, or `key_revoked` where a signing key fell."""

    rule: str
    by: str
    at_us: int
    reason: str


class Standing(Protocol):
    """Tells, each time it is asked, whether an authority still stands: revocation reaches work that is under way."""

    def revocation(self, authority_id: str) -> Revocation | None:
        """The revocation of an authority, None while it stands."""
        ...


@dataclass(frozen=True)
class Authority:
    """A host's authorization and the programme's approval, both signed and verified, and a line to ask if they stand.

    Made by `otear.authority.documents.verified` and nowhere else. `authority_id` is derived from `sha256`, the hash of
    both documents. `before` are the authorities that this one continues, newest first: what they covered while they
    held is part of the programme's history.
    """

    authority_id: str
    sha256: str
    authorization: Authorization
    approval: Approval
    standing: Standing = field(compare=False, repr=False)
    before: tuple[Authority, ...] = ()
