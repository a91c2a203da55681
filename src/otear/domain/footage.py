"""A recording and what may be believed of it.

Edge units: degrees, metres, seconds, milliseconds where the name says so. A number that the stream does not let one
find is None, never 0.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum

from otear.domain.packets import RepairKind


class RangePedigree(StrEnum):
    """Where a stream's slant range comes from."""

    MEASURED = "measured"
    COMPUTED = "computed"
    ABSENT = "absent"


@dataclass(frozen=True)
class Names:
    """What a stream calls its camera and its aircraft: each name once, in the order in which they come."""

    sensor: tuple[str, ...] = ()
    tail_number: tuple[str, ...] = ()
    designation: tuple[str, ...] = ()

    def with_more(self, other: Names) -> Names:
        """These names and those that the other adds."""
        return Names(*(tuple(dict.fromkeys((*getattr(self, f.name), *getattr(other, f.name)))) for f in fields(Names)))


@dataclass(frozen=True)
class VideoInfo:
    """The picture: `codec` is "h264", "hevc" or "mpeg2video", `width` and `height` pixels, `fps` frames per second."""

    codec: str
    width: int
    height: int
    fps: float


@dataclass(frozen=True)
class PacketCounts:
    """Metadata packets kept: all of them, those whose checksum holds, those not trusted, those that needed repair.

    `set_aside` are those with items that have no place in an unarmed survey: flagged, and never acted on.
    """

    total: int
    valid: int
    flagged: int
    repaired: int
    set_aside: int = 0


@dataclass(frozen=True)
class RepairCount:
    """How many repairs of one kind a recording needed, and the byte where the first was."""

    kind: RepairKind
    count: int
    first_offset: int


@dataclass(frozen=True)
class Health:
    """The verdict on a recording from its stream alone.

    `lag_ms` is how late the platform's attitude is against position and picture (positive: late), `gimbal_lag_ms` the
    same for the gimbal's angles; None where the camera moved too little to show it. `pointing_*` is the closure of the
    modelled line of sight on the reported frame centre as the stream stands, `fitted_*` after lag and mount are fitted;
    `mount_deg` are the fitted angles about body x, y, z; all None without rows to close. `rows_closed` rows of
    telemetry went into these. `range_because` says how the pedigree of the slant range is known. `stale_fields` are
    frozen while the rest moves.
    """

    lag_ms: float | None
    lag_sigma_ms: float | None
    gimbal_lag_ms: float | None
    pointing_rms_deg: float | None
    pointing_median_deg: float | None
    pointing_p90_deg: float | None
    fitted_rms_deg: float | None
    fitted_median_deg: float | None
    fitted_p90_deg: float | None
    mount_deg: tuple[float, float, float] | None
    rows_closed: int
    range_pedigree: RangePedigree
    range_because: str
    stale_fields: tuple[str, ...]
    jumps: int
    gaps: int
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Footage:
    """One recording, kept byte for byte, and a summary of it.

    `bounds` are (west, south, east, north) of the covered ground in degrees, None where nothing was seen.
    """

    footage_id: str
    sha256: str
    standard: str
    duration_s: float
    frames: int
    video: VideoInfo | None
    packets: PacketCounts
    repairs: tuple[RepairCount, ...]
    vmti_targets: int
    bounds: tuple[float, float, float, float] | None
    looks: int
    covered_km2: float
    quarantined: bool
    health: Health


def footage_id(sha256: str) -> str:
    """The identifier of a recording, derived from the SHA-256 of its bytes (hexadecimal)."""
    return f"f-{sha256[:16]}"
