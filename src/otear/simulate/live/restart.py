"""What a sender that starts afresh makes of a stream: its counters and clocks begin again.

The stream itself goes on, as the flight does; but a new muxer knows nothing of the old one's continuity counters and
time stamps. ISO/IEC 13818-1: adaptation field 2.4.3.4, PES header 2.4.3.6.
"""

from __future__ import annotations

from otear.video.demux.transport import PACKET_BYTES, Bytes

_TICKS = 90_000
_ROUND = 1 << 33


class FreshMuxer:
    """Rewrites packets as a muxer would write them that starts when the stream has run for `after_s` seconds."""

    def __init__(self, after_s: float) -> None:
        self._back = round(after_s * _TICKS)
        self._first: dict[int, int] = {}

    def rewritten(self, rows: Bytes) -> Bytes:
        """The packets (n, 188) with counters from 0 and clocks set back to the start of the stream."""
        rows = rows.copy()
        for row in rows:
            stream = (int(row[1]) & 0x1F) << 8 | int(row[2])
            counter, control = int(row[3]) & 0x0F, int(row[3]) & 0xF0
            first = self._first.setdefault(stream, counter)
            row[3] = control | (counter - first) & 0x0F
            begin = 4
            if control & 0x20:
                begin += 1 + int(row[4])
                if row[4] >= 7 and row[5] & 0x10:
                    self._set_back_reference(row)
            if row[1] & 0x40 and control & 0x10 and begin + 19 <= PACKET_BYTES:
                self._set_back_stamps(row[begin:])
        return rows

    def _set_back_reference(self, row: Bytes) -> None:
        base = int.from_bytes(row[6:11].tobytes(), "big") >> 7
        base = (base - self._back) % _ROUND
        row[6:11] = list((base << 7 | int(row[10]) & 0x7F).to_bytes(5, "big"))

    def _set_back_stamps(self, pes: Bytes) -> None:
        if pes[0] or pes[1] or pes[2] != 1 or pes[6] >> 6 != 2:
            return
        for flag, at in ((0x80, 9), (0x40, 14)):
            if pes[7] & flag:
                b0, b1, b2, b3, b4 = (int(byte) for byte in pes[at : at + 5])
                ticks = (b0 >> 1 & 7) << 30 | b1 << 22 | b2 >> 1 << 15 | b3 << 7 | b4 >> 1
                ticks = (ticks - self._back) % _ROUND
                pes[at : at + 5] = [
                    b0 & 0xF0 | ticks >> 29 & 0x0E | 1,
                    ticks >> 22 & 0xFF,
                    ticks >> 14 & 0xFE | 1,
                    ticks >> 7 & 0xFF,
                    ticks << 1 & 0xFE | 1,
                ]
