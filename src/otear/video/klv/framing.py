"""Packets in a stream of bytes: found, checked, put right where that can be proved, and never dropped.

A `Framer` takes the bytes of one elementary stream in pieces of any size and hands on `Frames`: a batch of packets as
arrays over one buffer, which is what the fast decoder works on. `Frames.packets` makes the `Packet` nouns of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from otear.domain.packets import Checksum, Packet, Repair, RepairKind
from otear.video.klv import scan

Bytes = NDArray[np.uint8]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

CHECKSUMS = (Checksum.GOOD, Checksum.BAD, Checksum.ABSENT)
"""What the verdict numbers of `scan` stand for."""
_SHORTEST_PACKET = 14
"""A time and a checksum behind a key that was lost: `scan` finds nothing shorter."""


@dataclass(frozen=True)
class Frames:
    """Packets of one stream in its order: `rows` (n, 8) has the columns that `scan` names, positions in `data`.

    `offset` (n,) is the byte in the recording where each begins, `pts_s` (n,) its presentation time or NaN, `noted` the
    repairs that the demultiplexer made, by row.
    """

    data: Bytes
    rows: Ints
    offset: Ints
    pts_s: Floats
    noted: Mapping[int, tuple[Repair, ...]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.rows)

    @classmethod
    def none(cls) -> Frames:
        """No packets."""
        return cls(np.zeros(0, np.uint8), np.zeros((0, 8), np.int64), np.zeros(0, np.int64), np.zeros(0))

    @classmethod
    def of(cls, packets: Sequence[Packet]) -> Frames:
        """Frames of packets that were cut out before, so that they can be decoded again."""
        data = np.frombuffer(b"".join(packet.raw for packet in packets), dtype=np.uint8)
        starts = np.cumsum([0, *(len(packet.raw) for packet in packets)], dtype=np.int64)
        rows = np.zeros((len(packets), 8), dtype=np.int64)
        scan.locate(data, starts, rows)
        return cls(
            data,
            rows,
            np.array([packet.offset for packet in packets], dtype=np.int64),
            np.array([np.nan if packet.pts_s is None else packet.pts_s for packet in packets], dtype=np.float64),
        )

    def part(self, first: int, last: int) -> Frames:
        """The packets from `first` up to but not including `last`, over a buffer cut to them."""
        if first >= last:
            return Frames.none()
        rows = self.rows[first:last].copy()
        begin, end = int(rows[0, scan.START]), int(rows[:, scan.STOP].max())
        rows[:, [scan.START, scan.STOP, scan.BODY, scan.BODY_STOP]] -= begin
        noted = {row - first: repairs for row, repairs in self.noted.items() if first <= row < last}
        return Frames(self.data[begin:end], rows, self.offset[first:last], self.pts_s[first:last], noted)

    @classmethod
    def joined(cls, parts: Iterable[Frames]) -> Frames:
        """Several batches as one."""
        rows, noted, before, count = [], {}, 0, 0
        kept = [part for part in parts if len(part)]
        if len(kept) == 1:
            return kept[0]
        if not kept:
            return cls.none()
        for part in kept:
            moved = part.rows.copy()
            moved[:, [scan.START, scan.STOP, scan.BODY, scan.BODY_STOP]] += before
            rows.append(moved)
            noted.update({row + count: repairs for row, repairs in part.noted.items()})
            before, count = before + part.data.size, count + len(part)
        return cls(
            np.concatenate([part.data for part in kept]),
            np.concatenate(rows),
            np.concatenate([part.offset for part in kept]),
            np.concatenate([part.pts_s for part in kept]),
            noted,
        )

    @property
    def standard(self) -> Ints:
        """Number of each packet's standard in `keys.STANDARDS`, shape (n,)."""
        return self.rows[:, scan.STANDARD]

    @property
    def verdict(self) -> Ints:
        """Number of each packet's checksum verdict in `CHECKSUMS`, shape (n,)."""
        return self.rows[:, scan.VERDICT]

    @property
    def damaged(self) -> NDArray[np.bool_]:
        """Where a packet was lost: its checksum fails, or bytes stepped over before it could have held one.

        A key or a length that was put right, and a few strange bytes before each packet, are no sign of noise: whole
        recordings are like that.
        """
        size = self.rows[:, scan.STOP] - self.rows[:, scan.START]
        missing = 2 * self.rows[:, scan.STEPPED_OVER] > size
        return np.asarray((self.verdict == scan.BAD) | missing, dtype=np.bool_)

    def body(self, row: int) -> bytes:
        """The bytes of one packet's items."""
        return self.data[self.rows[row, scan.BODY] : self.rows[row, scan.BODY_STOP]].tobytes()

    def repairs(self, row: int) -> tuple[Repair, ...]:
        """What had to be put right before the packet of one row could be read."""
        made = list(self.noted.get(row, ()))
        offset, mended, skipped = int(self.offset[row]), self.rows[row, scan.MENDED], self.rows[row, scan.STEPPED_OVER]
        if skipped:
            made.append(Repair(RepairKind.RESYNCHRONISED, offset, f"{skipped} bytes before it belong to no packet"))
        if mended == scan.KEY_MENDED:
            made.append(
                Repair(RepairKind.KEY_COMPLETED, offset, "the checksum verifies under the whole key and length")
            )
        if mended == scan.LENGTH_MENDED:
            length = self.rows[row, scan.BODY_STOP] - self.rows[row, scan.BODY]
            made.append(
                Repair(
                    RepairKind.LENGTH_CORRECTED, offset, f"the items take {length} bytes and their checksum verifies"
                )
            )
        return tuple(made)


@dataclass(frozen=True)
class _Block:
    """Where a piece of the stream came from; `begin` counts bytes from the start of the stream."""

    begin: int
    offset: int
    pts_s: float
    repairs: tuple[Repair, ...]


class Framer:
    """Cuts one elementary stream into packets.

    With `elementary` the offsets of pieces are positions in the stream itself (a raw .klv file), and a packet's offset
    is exact; otherwise (transport stream) a packet has the offset of the piece in which it begins.
    """

    def __init__(self, *, elementary: bool = False) -> None:
        self._elementary = elementary
        self._pieces: list[bytes] = []
        self._blocks: list[_Block] = []
        self._begin = 0
        self._fed = 0
        self._stepped_over = 0

    @property
    def waiting(self) -> int:
        """Bytes that were fed and have not been handed on."""
        return self._fed - self._begin

    @property
    def trailing(self) -> int:
        """Bytes since the last packet that belong to none."""
        return self._stepped_over

    def add(self, data: bytes, offset: int, pts_s: float | None = None, repairs: tuple[Repair, ...] = ()) -> None:
        """Take in a piece without looking at it yet: `take` is worth calling once for many pieces."""
        self._blocks.append(_Block(self._fed, offset, np.nan if pts_s is None else pts_s, repairs))
        self._pieces.append(data)
        self._fed += len(data)

    def feed(self, data: bytes, offset: int, pts_s: float | None = None, repairs: tuple[Repair, ...] = ()) -> Frames:
        """Take in a piece that begins at `offset` of the recording; the packets that are complete with it."""
        self.add(data, offset, pts_s, repairs)
        return self.take()

    def flush(self) -> Frames:
        """The last packets: nothing more will come."""
        return self.take(final=True)

    def take(self, *, final: bool = False) -> Frames:
        """The packets that are complete by now."""
        data = np.frombuffer(b"".join(self._pieces), dtype=np.uint8)
        rows = np.zeros((data.size // _SHORTEST_PACKET + 1, 8), dtype=np.int64)
        count, used, gap = scan.scan(data, final, rows)
        rows = rows[:count].copy()
        if count:
            rows[0, scan.STEPPED_OVER] += self._stepped_over
            self._stepped_over = 0
        self._stepped_over += used - gap
        frames = self._frames(data, rows)
        self._begin += used
        self._pieces = [data[used:].tobytes()]
        while len(self._blocks) > 1 and self._blocks[1].begin <= self._begin:
            del self._blocks[0]
        return frames

    def _frames(self, data: Bytes, rows: Ints) -> Frames:
        begins = np.array([block.begin for block in self._blocks], dtype=np.int64)
        starts = rows[:, scan.START] + self._begin
        source = np.searchsorted(begins, starts, side="right") - 1
        offset = np.array([block.offset for block in self._blocks], dtype=np.int64)[source]
        if self._elementary:
            offset = offset + starts - begins[source]
        pts = np.array([block.pts_s for block in self._blocks], dtype=np.float64)[source]
        noted = {row: self._blocks[block].repairs for row, block in enumerate(source) if self._blocks[block].repairs}
        return Frames(data, rows, offset, pts, noted)
