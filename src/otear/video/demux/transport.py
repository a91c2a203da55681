"""Transport packets as arrays: find them, line them up, and note where each elementary packet (PES) starts.

ISO/IEC 13818-1 (ITU-T H.222.0). Packets of 188 bytes, alone, behind a 4-byte time stamp (192) or before 16 bytes of
parity (204). Arrays are (packet, byte); offsets are file bytes of each sync byte.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Offsets = NDArray[np.int64]

SYNC = 0x47
PACKET_BYTES = 188
STRIDES = (188, 192, 204)
_CONFIRM = 4
_CHUNK_BYTES = 1 << 20
_PCR_HZ = 27_000_000.0


def find_sync(data: Bytes, stride: int, confirm: int = _CONFIRM) -> int:
    """Index of the first sync byte that `confirm` further ones follow at `stride`, -1 if there is none."""
    reach = len(data) - confirm * stride
    if reach <= 0:
        return -1
    good = data[:reach] == SYNC
    for step in range(1, confirm + 1):
        good &= data[step * stride : step * stride + reach] == SYNC
    return int(np.argmax(good)) if good.any() else -1


def packet_stride(head: Bytes) -> int:
    """Distance between transport packets in the first bytes of a file, 0 if it is no transport stream."""
    for confirm in (_CONFIRM, 1):
        found = {stride: find_sync(head, stride, confirm) for stride in STRIDES}
        found = {stride: at for stride, at in found.items() if 0 <= at < (stride if confirm == 1 else len(head))}
        if found and (confirm > 1 or len(head) < (_CONFIRM + 1) * STRIDES[-1]):
            return min(found, key=lambda stride: found[stride])
    return 0


@dataclass(frozen=True, slots=True)
class Packets:
    """Transport packets in line: `rows` (n, 188), `offsets` (n,), and how many bytes before them were stepped over."""

    rows: Bytes
    offsets: Offsets
    skipped: int
    errors: int
    """How many had their transport error indicator set: it is cleared, because the metadata's own checksum decides."""


def read_packets(path: Path, stride: int) -> Iterator[Packets]:
    """Yield the transport packets of a file in bounded pieces.

    A single damaged sync byte between good packets is put right; elsewhere the reader steps to the next place where
    packets line up. The last item may have no rows: its `skipped` counts the bytes of a packet that the file cuts off.
    """
    with path.open("rb") as file:
        held, base, skipped, locked = b"", 0, 0, False
        while True:
            chunk = file.read(_CHUNK_BYTES)
            data = np.frombuffer(held + chunk, dtype=np.uint8)
            last = not chunk
            pos = 0
            while True:
                run = _aligned_run(data, pos, stride, last) if locked else 0
                if run:
                    rows = np.lib.stride_tricks.as_strided(data[pos:], (run, PACKET_BYTES), (stride, 1)).copy()
                    rows[:, 0] = SYNC
                    errors = int(np.count_nonzero(rows[:, 1] & 0x80))
                    rows[:, 1] &= 0x7F
                    offsets = base + pos + stride * np.arange(run, dtype=np.int64)
                    # The time stamp in front of a packet of 192 bytes is no loss.
                    yield Packets(rows, offsets, max(0, skipped - stride + PACKET_BYTES), errors)
                    pos, skipped = min(pos + run * stride, len(data)), 0
                if len(data) - pos < (PACKET_BYTES if last else (_CONFIRM + 2) * stride):
                    break
                step = find_sync(data[pos:], stride, 1 if last else _CONFIRM)
                locked = step >= 0
                step = step if locked else max(1, len(data) - pos - (_CONFIRM + 1) * stride)
                pos, skipped = pos + step, skipped + step
            base, held = base + pos, data[pos:].tobytes()
            if last:
                # Nor is what may stand between packets, after the last one.
                rest = len(held) if len(held) > stride - PACKET_BYTES else 0
                if skipped + rest:
                    empty = np.empty((0, PACKET_BYTES), dtype=np.uint8)
                    yield Packets(empty, np.empty(0, dtype=np.int64), skipped + rest, 0)
                return


def _aligned_run(data: Bytes, pos: int, stride: int, last: bool) -> int:
    """How many whole packets stand in line from `pos`; where more data may come, the last few are left for later."""
    whole = (len(data) - pos - PACKET_BYTES) // stride + 1
    if whole <= 0:
        return 0
    sync = data[pos : pos + (whole - 1) * stride + 1 : stride] == SYNC
    # A packet with a damaged sync byte is kept if the ones around it are in line.
    inside = sync.copy()
    inside[1:-1] |= sync[:-2] & sync[2:]
    run = whole if inside.all() else int(np.argmin(inside))
    return run if last or run < whole else max(0, run - _CONFIRM)


def streams_of(rows: Bytes) -> Offsets:
    """The stream (PID) of each packet (n, 188), shape (n,)."""
    return np.asarray((rows[:, 1].astype(np.int64) & 0x1F) << 8 | rows[:, 2], dtype=np.int64)


def clock_references(rows: Bytes) -> tuple[Offsets, NDArray[np.float64]]:
    """Which packets (n, 188) carry a clock reference (PCR), and what it says in seconds."""
    has = (rows[:, 3] & 0x20 != 0) & (rows[:, 4] >= 7) & (rows[:, 5] & 0x10 != 0)
    at = np.flatnonzero(has).astype(np.int64)
    field = rows[at, 6:12].astype(np.int64)
    base = field[:, 0] << 25 | field[:, 1] << 17 | field[:, 2] << 9 | field[:, 3] << 1 | field[:, 4] >> 7
    return at, (base * 300 + ((field[:, 4] & 1) << 8 | field[:, 5])) / _PCR_HZ


@dataclass(frozen=True, slots=True)
class PesStart:
    """The transport packet in which an elementary packet starts."""

    stream: int
    offset: int
    stream_id: int | None
    pts: int | None
    payload: bytes
    """Those bytes of the elementary packet's payload that fit into this transport packet.

    A header that does not fit itself leaves none of them, nor what it has no room for: `stream_id` and `pts` are None.
    """


def pes_starts(packets: Packets) -> Iterator[PesStart]:
    """Yield every elementary packet that starts in these transport packets."""
    rows = packets.rows
    control = (rows[:, 3] >> 4) & 3
    begin = 4 + np.where(control & 2, 1 + rows[:, 4].astype(np.int64), 0)
    for index in np.flatnonzero((rows[:, 1] & 0x40 != 0) & (control & 1 != 0) & (begin < PACKET_BYTES)):
        start = _pes_start(rows[index].tobytes(), int(packets.offsets[index]), int(begin[index]))
        if start is not None:
            yield start


def _pes_start(packet: bytes, offset: int, begin: int) -> PesStart | None:
    """Read the elementary packet header in a transport packet, None if there is none at `begin`."""
    pes = packet[begin:]
    if not b"\x00\x00\x01".startswith(pes[:3]):
        return None
    stream = (packet[1] & 0x1F) << 8 | packet[2]
    pts = None
    if len(pes) >= 14 and pes[7] & 0x80:
        pts = (pes[9] >> 1 & 7) << 30 | pes[10] << 22 | (pes[11] >> 1) << 15 | pes[12] << 7 | pes[13] >> 1
    return PesStart(stream, offset, pes[3] if len(pes) > 3 else None, pts, pes[9 + pes[8] :] if len(pes) > 9 else b"")
