"""The store seams: the index of what a workspace holds, what it may do, and how long it keeps what it has.

Whatever changes something takes the ledger entries that tell of it, and both are written or neither is.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from otear.domain.authority import DataKind, Revocation, SensorKind
from otear.domain.cues import Cue
from otear.domain.ledger import Draft
from otear.domain.sites import PlacedReport, Review
from otear.evidence.histories import Change


@dataclass(frozen=True)
class FootageRow:
    """A recording in the index. Times are microseconds since 1970-01-01Z; `summary` is what `ingest` printed;
    `bounds_deg` (west, south, east, north) is None where no ground was seen; without `authority_id` it is in
    quarantine."""

    footage_id: str
    sha256: str
    name: str
    ingested_us: int
    start_us: int | None
    end_us: int | None
    summary: dict[str, Any]
    bounds_deg: tuple[float, float, float, float] | None
    authority_id: str | None = None

    @property
    def quarantined(self) -> bool:
        """Whether no authority covers it: kept and counted, not exploited, not shown, not released."""
        return self.authority_id is None


class Store(Protocol):
    """What there is in a workspace, and where."""

    def add_footage(self, row: FootageRow, keep: Sequence[KeepRow], notes: Sequence[Draft]) -> None:
        """Index a recording and until when it is kept; the same one twice changes nothing."""
        ...

    def change_footage(self, row: FootageRow, keep: Sequence[KeepRow], notes: Sequence[Draft]) -> None:
        """Say something else of a recording: that an authority covers it and what was seen, or that it is purged."""
        ...

    def say_why_quarantined(self, footage_id: str, why: dict[str, Any], notes: Sequence[Draft]) -> FootageRow:
        """Note in a recording's summary why it stays in quarantine, if it is there by now and nothing of it is purged;
        returns the row that stands."""
        ...

    def find(self, footage_id: str) -> FootageRow | None:
        """One recording by its whole identifier, None where there is none."""
        ...

    def footage(self, footage_id: str) -> FootageRow:
        """One recording; any unambiguous beginning of its identifier will do. Raises `NotFoundError`."""
        ...

    def all_footage(self) -> list[FootageRow]:
        """Every recording, oldest ingest first."""
        ...

    def passes_at(self, lat_deg: float, lon_deg: float) -> list[str]:
        """Footage whose coverage may reach a place."""
        ...

    def accept_clock(self, note: Draft) -> None:
        """Count the ledger's time from this entry on, whatever later times stand before it."""
        ...

    def compact(self) -> None:
        """Leave nothing of what was deleted on the disk."""
        ...

    def fact(self, key: str) -> str | None:
        """A fact about the workspace itself."""
        ...

    def settle(self, key: str, value: str) -> str:
        """Set a fact once: returns the value that stands, which is another's where another came first."""
        ...


@dataclass(frozen=True)
class AuthorityRow:
    """An authority as it was imported: canonical JSON of both documents and their signatures."""

    authority_id: str
    sha256: str
    imported_us: int
    bundle: str


@dataclass(frozen=True)
class KeyRow:
    """A key whose signatures are believed in a role; `line` is the public key as signed notes write it."""

    key_id: str
    line: str
    role: str
    holder: str
    added_us: int
    not_before_us: int
    not_after_us: int | None = None
    revoked_us: int | None = None
    revoked_by: str = ""
    revoked_because: str = ""
    replaced_by: str | None = None


@dataclass(frozen=True)
class AircraftRow:
    """An aircraft of the fleet; `document` is canonical JSON."""

    aircraft_id: str
    registration: str
    imported_us: int
    document: str


class Registers(Protocol):
    """Who may do what, and with what: authorities, keys, the fleet."""

    def add_authority(self, row: AuthorityRow, notes: Sequence[Draft]) -> None:
        """Keep an authority; the same one again counts as imported now."""
        ...

    def authorities(self) -> list[AuthorityRow]:
        """Every authority, in the order of import."""
        ...

    def revoke(self, authority_id: str, revocation: Revocation, notes: Sequence[Draft]) -> None:
        """Take consent back; the first revocation stands."""
        ...

    def revocation(self, authority_id: str) -> Revocation | None:
        """The revocation of an authority, as it is at this moment."""
        ...

    def put_keys(self, rows: Sequence[KeyRow], notes: Sequence[Draft]) -> None:
        """Keep keys, over what was known of them; one that was revoked stays revoked."""
        ...

    def all_keys(self) -> list[KeyRow]:
        """Every key, in the order of addition."""
        ...

    def add_aircraft(self, row: AircraftRow, notes: Sequence[Draft]) -> None:
        """Keep an aircraft; the same one twice changes nothing but the notes."""
        ...

    def aircraft(self) -> list[AircraftRow]:
        """The fleet, in the order of import."""
        ...


@dataclass(frozen=True)
class KeepRow:
    """Until when one kind of a recording's data is kept, and once purged, when and by which ledger entry."""

    footage_id: str
    data_kind: DataKind
    collected_us: int
    keep_until_us: int
    purged_us: int | None = None
    purged_entry: int | None = None


@dataclass(frozen=True)
class HoldRow:
    """A recorded ground on which nothing of a recording is purged; it stands until it is lifted."""

    hold_id: str
    footage_id: str
    placed_by: str
    placed_us: int
    ground: str
    lifted_us: int | None = None


@dataclass(frozen=True)
class ExportRow:
    """A file that was written from a recording; `path` is relative to the workspace for one inside it."""

    path: str
    footage_id: str
    data_kind: DataKind
    sha256: str
    written_us: int


class Keeping(Protocol):
    """How long things are kept, what stops a purge, and where copies went."""

    def kept(self) -> list[KeepRow]:
        """Every kind of every recording, purged ones too."""
        ...

    def purged(self, footage_id: str, kinds: Mapping[DataKind, Draft], at_us: int) -> dict[DataKind, int]:
        """Mark kinds of a recording as purged, each with its ledger entry, in its summary too; returns the numbers of
        the entries."""
        ...

    def place_hold(self, row: HoldRow, notes: Sequence[Draft]) -> None:
        """Stop purges of a recording."""
        ...

    def lift_hold(self, hold_id: str, at_us: int, notes: Sequence[Draft]) -> None:
        """Let purges of a recording go on. Raises `NotFoundError`."""
        ...

    def holds(self) -> list[HoldRow]:
        """Every hold, lifted ones too."""
        ...

    def add_exports(self, rows: Sequence[ExportRow], notes: Sequence[Draft]) -> None:
        """Remember files that were written from recordings."""
        ...

    def exports(self) -> list[ExportRow]:
        """Every file that was written from a recording."""
        ...


@dataclass(frozen=True)
class DetectionRow:
    """That cues were looked for in a recording: by which detector, in the pictures of which sensor, when, and how much
    was done. `share` is the part of its pictures that were looked through, 0 where it holds none; `dropped` are times
    (from, to) that nobody looked through all the same; `counts` are of work done and left."""

    footage_id: str
    detector: str
    sensor: SensorKind
    ran_us: int
    share: float
    counts: Mapping[str, int]
    dropped: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class ChangeRow:
    """A change of what belongs to which site, when it was made and by whom; `sequence` counts from 0 in their order."""

    change: Change
    at_us: int
    by: str
    sequence: int = -1


class Sites(Protocol):
    """Cues, what belongs to which site, and what people say of sites. Nothing of it is changed, only added to; cues
    alone go when their time is up."""

    def put_cues(
        self,
        detection: DetectionRow,
        found: Sequence[Cue],
        changes: Sequence[ChangeRow],
        keep: Sequence[KeepRow],
        notes: Sequence[Draft],
    ) -> None:
        """Keep the cues of a recording, the sites that they join, and that they were looked for; cues and changes that
        are there already stay as they are. Raises `InputError` for changes that may not follow those that are there."""
        ...

    def detections(self) -> list[DetectionRow]:
        """Where cues were looked for, oldest first."""
        ...

    def cues(self, footage_ids: Collection[str] | None = None) -> list[Cue]:
        """The cues of some recordings, or of all, in the order of time."""
        ...

    def cues_at(self, bounds_deg: tuple[float, float, float, float]) -> list[Cue]:
        """The cues within bounds: west, south, east and north; west is greater than east over the antimeridian."""
        ...

    def changes(self) -> list[ChangeRow]:
        """Every change, in order."""
        ...

    def add_changes(self, rows: Sequence[ChangeRow], notes: Sequence[Draft]) -> None:
        """Change what belongs to which site. Raises `InputError` for what may not follow."""
        ...

    def reviews(self) -> list[Review]:
        """Every review, in the order in which they came."""
        ...

    def add_review(self, review: Review, notes: Sequence[Draft]) -> None:
        """Keep what somebody says of a site."""
        ...

    def reports(self) -> list[PlacedReport]:
        """Every report from outside, oldest first."""
        ...

    def add_report(self, report: PlacedReport, changes: Sequence[ChangeRow], notes: Sequence[Draft]) -> None:
        """Keep a report, and the site that it joins."""
        ...

    def forget(self, footage_id: str, notes: Sequence[Draft]) -> None:
        """Delete the cues of a recording, and that they were looked for; the names stay in the histories of sites."""
        ...
