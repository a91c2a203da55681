"""How much of a transport stream is missing, by its packets' 4-bit continuity counters (ISO/IEC 13818-1, 2.4.3.3).

The counter of a stream goes on by one with every packet that has a payload, so a jump tells how many packets are
missing, modulo 16: what is counted here is the least that can be missing. A counter that jumps once and is right again
in the next packet was damaged itself, and nothing is missing.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from otear.video.demux.events import Missing
from otear.video.demux.transport import Bytes

_PIDS = 1 << 13
_NULL = _PIDS - 1
_PAYLOAD = 12
"""Bytes of a packet from here on are the same where it is sent twice; its clock reference before them may differ."""
_LAST, _JUMP, _SUM = range(3)
"""Per stream: the last counter (-1: none yet), a jump that the next packet must confirm, the sum of its last packet."""
_LOST, _PLACES, _MENDED, _PACKETS = range(4)


class Continuity:
    """Watches the packets of one transport stream, in the order in which they came."""

    def __init__(self) -> None:
        self._streams = np.zeros((_PIDS, 3), dtype=np.int64)
        self._counts = np.zeros(4, dtype=np.int64)
        self.restart()

    def restart(self) -> None:
        """Expect nothing of the next packets: another sender's counters begin anywhere."""
        self._counts[_LOST] += int(self._streams[:, _JUMP].sum())
        self._counts[_PLACES] += int(np.count_nonzero(self._streams[:, _JUMP]))
        self._streams[:] = (-1, 0, 0)

    def add(self, rows: Bytes) -> bool:
        """Take note of packets (n, 188); whether any counter jumped."""
        return bool(_follow(rows, self._streams, self._counts))

    def missing(self) -> Missing:
        """What is missing so far; a jump in the last packet of a stream counts."""
        waiting = self._streams[:, _JUMP]
        lost, places, mended, packets = (int(count) for count in self._counts)
        return Missing(lost + int(waiting.sum()), places + int(np.count_nonzero(waiting)), packets, mended)


@njit(cache=True)  # type: ignore[untyped-decorator]
def _follow(rows: Bytes, streams: NDArray[np.int64], counts: NDArray[np.int64]) -> bool:
    jumped = False
    for i in range(rows.shape[0]):
        counts[_PACKETS] += 1
        pid = (int(rows[i, 1]) & 0x1F) << 8 | int(rows[i, 2])
        control = int(rows[i, 3])
        if pid == _NULL or control & 0x10 == 0:
            continue
        counter = control & 0x0F
        last, jump = streams[pid, _LAST], streams[pid, _JUMP]
        announced = control & 0x20 != 0 and rows[i, 4] > 0 and rows[i, 5] & 0x80 != 0
        total = 0
        for byte in rows[i, _PAYLOAD:]:
            total += byte
        if last < 0 or announced:
            step = 0
        elif counter == last and total == streams[pid, _SUM]:
            continue  # a packet may be sent twice
        else:
            step = (counter - last - 1) & 0x0F
        if jump and step and (counter - last - 1 + jump) & 0x0F == 0:
            counts[_MENDED] += 1
            step = 0
        elif jump:
            counts[_LOST] += jump
            counts[_PLACES] += 1
        jumped = jumped or step != 0
        streams[pid, _LAST] = counter
        streams[pid, _JUMP] = step
        streams[pid, _SUM] = total
    return jumped
