"""A metadata packet as it arrived: nothing is dropped, nothing is repaired without saying so."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Standard(StrEnum):
    """The metadata standard that a packet's universal key names."""

    ST0601 = "ST 0601"
    EG0104 = "EG 0104"
    ST0902 = "ST 0902"
    ST0903 = "ST 0903"
    ST0102 = "ST 0102"
    ST0605 = "ST 0605"
    UNKNOWN = "unknown"


class Checksum(StrEnum):
    """What the packet's own checksum says of it."""

    GOOD = "good"
    BAD = "bad"
    ABSENT = "absent"


class RepairKind(StrEnum):
    """What had to be put right before a packet could be read."""

    RESYNCHRONISED = "resynchronised"
    """Bytes before the packet belonged to no packet and were stepped over."""
    KEY_COMPLETED = "key completed"
    """The universal key was damaged or had lost bytes and was put right from what was left."""
    LENGTH_CORRECTED = "length corrected"
    """The outer length disagreed with the items inside, which were followed to the checksum."""
    STREAM_ID_IGNORED = "stream id ignored"
    """The PES stream_id is not the one for metadata (0xBD or 0xFC)."""
    ITEM_LENGTH_TOLERATED = "item length tolerated"
    """An item's length is not one its standard allows; it was read all the same or left raw."""


@dataclass(frozen=True)
class Repair:
    """One repair of one packet: `offset` is the byte of the recording where it was needed, `detail` what was done."""

    kind: RepairKind
    offset: int
    detail: str


@dataclass(frozen=True)
class Packet:
    """One metadata packet, kept byte for byte.

    `index` counts the packets of a recording, or of a stream read by itself, from 0. `raw` is exactly what stood in
    the recording (never the repaired bytes). `offset` is the byte in the recording where it begins; in a transport
    stream, the first byte of the transport packet that carries its start. `pts_s` is its presentation time in seconds,
    `time_us` its own clock in microseconds since 1970-01-01 (POSIX or MISP time scale, as sent); either may be missing.
    `trusted` is False where the checksum failed, or where a good checksum is contradicted by what stands around it
    (`doubts` says why); such a packet is not used for geolocation unless asked for. `notes` says what else a reader of
    the packet should know.
    """

    index: int
    stream: int
    offset: int
    standard: Standard
    checksum: Checksum
    trusted: bool
    raw: bytes
    pts_s: float | None = None
    time_us: int | None = None
    repairs: tuple[Repair, ...] = ()
    doubts: tuple[str, ...] = field(default=())
    notes: tuple[str, ...] = ()

    @property
    def repaired(self) -> bool:
        """Whether anything had to be put right to read it."""
        return bool(self.repairs)
