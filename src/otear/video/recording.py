"""A recording from end to end: one pass through the file, in memory that does not grow with its length.

Everything decoded goes to a `Sink` as it comes; what is left at the end is a `Reading`: counts, clocks, and the
observer of the stream's health, whose verdict may wait until the terrain is known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from otear.domain.footage import Names, PacketCounts, RepairCount
from otear.domain.packets import Checksum, Packet, RepairKind, Standard
from otear.domain.progress import Progress
from otear.domain.telemetry import Floats, Telemetry
from otear.errors import RecordingError
from otear.video.clocks import ClockAlignment, ClockObserver
from otear.video.demux import Demuxer, Event, Gap, MetadataBlock, Missing, Notice, Restart, VideoUnit
from otear.video.health import HealthObserver
from otear.video.heights import implied_centre_hae_m, resolve_heights
from otear.video.klv.reader import EXCLUDED_NOTE, Batch, PacketReader
from otear.video.poses import placed
from otear.video.probe import Container, container_of, read_recording
from otear.video.thinning import EvenSample

_Number = TypeVar("_Number", int, float)
_HEIGHT_SAMPLE, _HEIGHT_STRIDE = 1024, 8


class Sink(Protocol):
    """Takes what was decoded, batch by batch, in the order of the stream."""

    def packets(self, batch: Sequence[Packet]) -> None:
        """Every packet, damaged ones included."""
        ...

    def telemetry(self, batch: Telemetry, trusted: NDArray[np.bool_]) -> None:
        """A row for every packet that can be decoded, and which of them, (n,), may be believed."""
        ...


@dataclass(frozen=True)
class Reading:
    """What one pass through a recording found.

    `standard` names the standards of its packets, most frequent first. `duration_s` is that of the pictures, or of the
    metadata where there are none. `first_pts_s` is where presentation time begins, None without any; `start_us` and
    `end_us` are the first and last time of the metadata's own clock.
    """

    standard: str
    frames: int
    duration_s: float
    first_pts_s: float | None
    start_us: int | None
    end_us: int | None
    counts: PacketCounts
    repairs: tuple[RepairCount, ...]
    vmti_targets: int
    names: Names
    clock: ClockAlignment
    health: HealthObserver
    notices: tuple[str, ...]
    restarts: tuple[Restart, ...]
    """Where a sender started afresh, so that presentation time had to be carried on."""
    missing: Missing
    """Transport packets that are missing, as far as the recording itself tells."""
    first_place_deg: tuple[float, float] | None
    """Latitude and longitude of the first known sensor position, None without any."""
    centre_hae_m: float | None
    """Median height above the ellipsoid of what is looked at: as reported, else by slant range; None without either."""
    centre_spread_m: float
    """Robust 1-sigma spread of the same."""


@dataclass
class _Tally:
    """Counts that grow while a recording is read."""

    total: int = 0
    valid: int = 0
    flagged: int = 0
    repaired: int = 0
    vmti_targets: int = 0
    set_aside: int = 0
    standards: Counter[Standard] = field(default_factory=Counter)
    repairs: dict[RepairKind, list[int]] = field(default_factory=dict)
    notes: Counter[str] = field(default_factory=Counter)

    def add(self, packets: Sequence[Packet]) -> None:
        for packet in packets:
            self.total += 1
            self.standards[packet.standard] += 1
            self.flagged += not packet.trusted
            self.valid += packet.trusted and packet.checksum is not Checksum.BAD
            self.repaired += packet.repaired
            self.notes.update(packet.notes)
            self.set_aside += EXCLUDED_NOTE in packet.notes
            for repair in packet.repairs:
                count_and_first = self.repairs.setdefault(repair.kind, [0, repair.offset])
                count_and_first[0] += 1

    @property
    def standard(self) -> str:
        return ", ".join(standard.value for standard, _ in self.standards.most_common())


class RecordingReader:
    """Reads one recording into a sink."""

    def __init__(self, path: Path, sink: Sink, demuxer: Demuxer | None = None) -> None:
        self._path = path
        self._sink = sink
        self._demuxer = demuxer
        self._elementary = container_of(path) is Container.RAW_KLV
        self._readers: dict[int, PacketReader] = {}
        self._main_stream: int | None = None
        self._other_streams: set[int] = set()
        self._tally = _Tally()
        self._clock = ClockObserver()
        self._health = HealthObserver()
        self._notices: list[str] = []
        self._gaps: Counter[str] = Counter()
        self._missing = Missing()
        self._restarts: list[Restart] = []
        self._pictures: list[float] = []
        self._frames = 0
        self._times: list[int] = []
        self._names = Names()
        self._first_place_deg: tuple[float, float] | None = None
        self._centre_hae_m: EvenSample[float] = EvenSample(_HEIGHT_SAMPLE)
        self._implied_hae_m: EvenSample[float] = EvenSample(_HEIGHT_SAMPLE)

    def read(self, now_us: int, progress: Progress) -> Reading:
        """Read to the end; `now_us` tells clocks of the future. Raises `RecordingError`, naming the file."""
        size = self._path.stat().st_size
        for event in read_recording(self._path, self._demuxer):
            self._take(event)
            if isinstance(event, MetadataBlock):
                progress("reading", event.offset, size)
        for reader in self._readers.values():
            for batch in reader.finish():
                self._keep(batch)
        progress("reading", size, size)
        if not self._tally.total:
            raise RecordingError(
                "it announces metadata, but no KLV packet could be found in it",
                source=self._path,
                remedy="Check that the stream is MISB KLV and not encrypted",
            )
        return self._reading(now_us)

    def _take(self, event: Event) -> None:
        match event:
            case VideoUnit():
                self._frames += 1
                self._clock.picture(event)
                if event.pts_s is not None:
                    self._pictures = _widened(self._pictures, event.pts_s)
            case MetadataBlock():
                reader = self._readers.get(event.stream)
                if reader is None:
                    reader = PacketReader(event.stream, elementary=self._elementary)
                    self._readers[event.stream] = reader
                for batch in reader.read(event.payload, event.offset, event.pts_s, event.repairs):
                    self._keep(batch)
            case Gap():
                self._gaps[event.detail] += 1
            case Restart():
                self._restarts.append(event)
                self._clock.restart(event.start_s)
            case Missing():
                self._missing = event
            case Notice():
                self._notices.append(event.text)
            case _:
                pass

    def _keep(self, batch: Batch) -> None:
        batch = replace(batch, first_index=self._tally.total)  # counted over all streams
        packets = batch.packets()
        self._tally.add(packets)
        self._tally.vmti_targets += batch.vmti_targets
        self._sink.packets(packets)
        rows = batch.all_telemetry
        if not len(rows):
            return
        if self._main_stream is None:
            self._main_stream = batch.stream
        if batch.stream != self._main_stream:
            self._other_streams.add(batch.stream)
            return
        self._sink.telemetry(rows, batch.trusted_rows)
        for names in batch.names():
            self._names = self._names.with_more(names)
        trusted = rows.rows(batch.trusted_rows)
        self._clock.metadata(batch.frames.offset[trusted.packet - batch.first_index], trusted.pts_s, trusted.time_us)
        self._health.add(trusted)
        self._note(trusted)

    def _note(self, trusted: Telemetry) -> None:
        """First and last time, first place, and a thinned sample of the heights of what is looked at."""
        timed = trusted.time_us[trusted.time_us > 0]
        if len(timed):
            self._times = _widened(_widened(self._times, int(timed.min())), int(timed.max()))
        there = np.flatnonzero(placed(trusted, resolve_heights(trusted).sensor_hae_m))
        if self._first_place_deg is None and len(there):
            first = there[0]
            self._first_place_deg = (float(trusted.sensor_lat_deg[first]), float(trusted.sensor_lon_deg[first]))
        thinned = trusted.rows(slice(None, None, _HEIGHT_STRIDE))
        for height_m in resolve_heights(thinned).centre_hae_m.tolist():
            self._centre_hae_m.add(height_m)
        for height_m in implied_centre_hae_m(thinned).tolist():
            self._implied_hae_m.add(height_m)

    def _reading(self, now_us: int) -> Reading:
        tally, times = self._tally, self._times
        clock = self._clock.alignment(now_us)
        heights = _known(self._centre_hae_m.items)
        if not len(heights):
            heights = _known(self._implied_hae_m.items)
        for stream in sorted(self._other_streams):
            self._notices.append(
                f"The metadata stream on PID {stream} also describes a sensor; its packets are kept, but places come "
                f"from PID {self._main_stream}."
            )
        if self._restarts:
            self._notices.append(
                f"A sender started afresh {len(self._restarts)} times: its clock began again, and presentation time "
                "was carried on."
            )
        self._notices += [f"{detail} ({count} times)." for detail, count in self._gaps.most_common()]
        self._notices += [f"{count} packets: {note}." for note, count in tally.notes.most_common()]
        self._notices += [
            f"{reader.trailing_bytes} bytes at the end of the metadata on PID {stream} belong to no packet."
            for stream, reader in self._readers.items()
            if reader.trailing_bytes
        ]
        pictures_s = self._pictures[1] - self._pictures[0] if self._pictures else 0.0
        if self._frames > 1:
            pictures_s *= self._frames / (self._frames - 1)  # the last picture is on show too
        return Reading(
            standard=tally.standard,
            frames=self._frames,
            duration_s=pictures_s or ((times[1] - times[0]) * 1e-6 if times else 0.0),
            first_pts_s=self._pictures[0] if self._pictures else None,
            start_us=times[0] if times else None,
            end_us=times[1] if times else None,
            counts=PacketCounts(tally.total, tally.valid, tally.flagged, tally.repaired, tally.set_aside),
            repairs=tuple(RepairCount(kind, count, first) for kind, (count, first) in tally.repairs.items()),
            vmti_targets=tally.vmti_targets,
            names=self._names,
            clock=clock,
            health=self._health,
            notices=(*self._notices, *clock.warnings),
            restarts=tuple(self._restarts),
            missing=self._missing,
            first_place_deg=self._first_place_deg,
            centre_hae_m=float(np.median(heights)) if len(heights) else None,
            centre_spread_m=float(1.4826 * np.median(np.abs(heights - np.median(heights)))) if len(heights) else 0.0,
        )


def _known(values: list[float]) -> Floats:
    heights = np.array(values, dtype=np.float64)
    return heights[np.isfinite(heights)]


def _widened(span: list[_Number], value: _Number) -> list[_Number]:
    """First and last of what came so far."""
    return [min(span[0], value), max(span[1], value)] if span else [value, value]
