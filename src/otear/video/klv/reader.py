"""From the bytes of one stream to packets with their verdicts and to telemetry, in batches and in flat memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isnan

import numpy as np
from numpy.typing import NDArray

from otear.domain.footage import Names
from otear.domain.packets import Packet, Repair
from otear.domain.telemetry import Telemetry
from otear.video.klv import scan
from otear.video.klv.ber import MalformedError, local_items, text
from otear.video.klv.columns import NAMING, Gathered, decodable, gather, telemetry
from otear.video.klv.doubts import REACH, judge
from otear.video.klv.eg0104 import universal_items
from otear.video.klv.framing import CHECKSUMS, Framer, Frames
from otear.video.klv.items import TIME, VMTI
from otear.video.klv.keys import EG0104_CODE, ST0601_CODE, ST0903_CODE, STANDARDS
from otear.video.klv.sets import vmti

EXCLUDED_NOTE = "carries items that have no place in an unarmed survey; they are kept raw and never acted upon"


@dataclass(frozen=True)
class Batch:
    """Consecutive packets of one stream: packet k has index `first_index` + k, `trusted` (n,) and `doubts` by row."""

    stream: int
    first_index: int
    frames: Frames
    trusted: NDArray[np.bool_]
    doubts: dict[int, tuple[str, ...]]

    def __len__(self) -> int:
        return len(self.frames)

    @cached_property
    def items(self) -> Gathered:
        """The raw items of the packets."""
        return gather(self.frames)

    @cached_property
    def all_telemetry(self) -> Telemetry:
        """A row for every packet of ST 0601 or EG 0104, trusted or not; `trusted_rows` tells which."""
        return telemetry(self.frames, self.first_index, self.items)

    @property
    def trusted_rows(self) -> NDArray[np.bool_]:
        """Which rows of `all_telemetry` come from trusted packets."""
        return self.trusted[decodable(self.frames)]

    @property
    def telemetry(self) -> Telemetry:
        """The rows of trusted packets."""
        return self.all_telemetry.rows(self.trusted_rows)

    @property
    def vmti_targets(self) -> int:
        """How many moving things the trusted packets report (ST 0903), in sets of their own or within ST 0601."""
        alone = self.frames.standard == ST0903_CODE
        rows = np.flatnonzero(self.trusted & (self.items.vmti | alone)).tolist()
        return sum(_targets(self.frames.body(row), alone=bool(alone[row])) for row in rows)

    def names(self) -> list[Names]:
        """What the trusted packets call camera and aircraft; those that say the same as one before are left out."""
        trusted, standard = np.flatnonzero(self.trusted), self.frames.standard
        _, first = np.unique(self.items.naming[trusted], return_index=True)
        local = [row for row in trusted[np.sort(first)].tolist() if standard[row] == ST0601_CODE]
        universal = trusted[standard[trusted] == EG0104_CODE].tolist()
        said = [_local_names(self.frames.body(row)) for row in local]
        said += [_universal_names(self.frames.body(row)) for row in universal]
        return list(dict.fromkeys(said))

    def packets(self) -> list[Packet]:
        """Every packet as a noun, damaged ones included."""
        frames, items = self.frames, self.items
        data, rows = frames.data.tobytes(), frames.rows.tolist()
        times = items.whole(TIME)
        if (frames.standard == EG0104_CODE).any():
            table = self.all_telemetry
            times = times.copy()
            times[table.packet - self.first_index] = table.time_us
        repaired = frames.rows[:, [scan.MENDED, scan.STEPPED_OVER]].any(axis=1) | (items.odd_tag != 0)
        repaired[list(frames.noted)] = True
        columns = (
            rows,
            frames.offset.tolist(),
            frames.pts_s.tolist(),
            times.tolist(),
            self.trusted.tolist(),
            repaired.tolist(),
            items.excluded.tolist(),
        )
        return [
            Packet(
                index=self.first_index + k,
                stream=self.stream,
                offset=offset,
                standard=STANDARDS[row[scan.STANDARD]],
                checksum=CHECKSUMS[row[scan.VERDICT]],
                trusted=trusted,
                raw=data[row[scan.START] : row[scan.STOP]],
                pts_s=None if isnan(pts_s) else pts_s,
                time_us=time_us if time_us >= 0 else None,
                repairs=(*frames.repairs(k), *items.odd_length(k, offset)) if mended else (),
                doubts=self.doubts.get(k, ()),
                notes=(EXCLUDED_NOTE,) if excluded else (),
            )
            for k, (row, offset, pts_s, time_us, trusted, mended, excluded) in enumerate(zip(*columns, strict=True))
        ]


def _local_names(body: bytes) -> Names:
    named = {NAMING[tag]: (text(value),) for tag, value in local_items(body) if tag in NAMING and text(value)}
    return Names(**named)


def _universal_names(body: bytes) -> Names:
    items = {"device_designation": "designation", "image_source_sensor": "sensor"}
    return Names(
        **{items[name]: (str(value),) for _, name, value, _ in universal_items(body) if name in items and value}
    )


def _targets(body: bytes, *, alone: bool) -> int:
    """Targets in a packet's reports; a report that is malformed lists none (`describe` shows its bytes)."""
    try:
        reports = [body] if alone else [value for tag, value in local_items(body) if tag == VMTI]
        return sum(len(vmti(report).targets) for report in reports)
    except MalformedError:
        return 0


class PacketReader:
    """Reads one metadata stream: give it the bytes in order, take the batches as they come, then `finish`.

    A packet is judged by `doubts.REACH` packets on either side, so that many are held back until more come or the
    stream ends. At least `batch_bytes` are gathered before anything is looked at; 0 reads every piece at once.
    """

    def __init__(self, stream: int = 0, *, elementary: bool = False, batch_bytes: int = 1 << 20) -> None:
        self._stream = stream
        self._framer = Framer(elementary=elementary)
        self._batch_bytes = batch_bytes
        self._unread = 0
        self._held = Frames.none()
        self._judged = 0
        self._index = 0

    @property
    def trailing_bytes(self) -> int:
        """Bytes since the last packet that belong to none; final after `finish`."""
        return self._framer.trailing

    def read(
        self, data: bytes, offset: int, pts_s: float | None = None, repairs: tuple[Repair, ...] = ()
    ) -> Iterator[Batch]:
        """Take in a piece that begins at byte `offset` of the recording; the batches that are complete with it."""
        self._framer.add(data, offset, pts_s, repairs)
        self._unread += len(data)
        if self._unread >= self._batch_bytes:
            self._unread = 0
            yield from self._batches(self._framer.take(), REACH)

    def finish(self) -> Iterator[Batch]:
        """The last batch."""
        yield from self._batches(self._framer.flush(), 0)

    def _batches(self, new: Frames, held_back: int) -> Iterator[Batch]:
        """Judge what has enough behind it; keep that and `REACH` packets before it as context."""
        frames = Frames.joined([self._held, new])
        last = max(self._judged, len(frames) - held_back)
        if last > self._judged:
            trusted, doubts = judge(frames, gather(frames))
            first = self._judged
            yield Batch(
                self._stream,
                self._index,
                frames.part(first, last),
                trusted[first:last],
                {row - first: said for row, said in doubts.items() if first <= row < last},
            )
            self._index += last - first
        kept = max(0, last - REACH)
        self._held, self._judged = frames.part(kept, len(frames)), last - kept


def decode(packets: Sequence[Packet]) -> Telemetry:
    """Telemetry of packets that were read before: a row for each of ST 0601 or EG 0104 that is trusted."""
    frames = Frames.of(packets)
    table = telemetry(frames)
    index = np.array([packet.index for packet in packets], dtype=np.int64)
    trusted = np.array([packet.trusted for packet in packets], dtype=np.bool_)
    rows = table.rows(trusted[table.packet])
    rows.packet[:] = index[rows.packet]
    return rows
