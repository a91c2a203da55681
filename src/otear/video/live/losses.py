"""What a link lost: counted while it comes, and said in words.

Continuity counters have 4 bits, so of a burst of losses they only tell the length modulo 16, and packets without
payload, which carry clocks or fill, are not counted at all. But senders put the same number of transport packets into
every datagram (7, nearly always), and whole datagrams are lost: between two moments at which every stream has been seen
to go on, a multiple of that is missing. Of the multiples that the counters allow, the likeliest is taken. Where RTP
numbers the datagrams, nothing need be inferred.
"""

from __future__ import annotations

from math import comb, inf, log, log1p

import numpy as np

from otear.domain.arrival import Arrival, Silence
from otear.video.demux.continuity import Continuity
from otear.video.demux.events import Missing
from otear.video.demux.transport import PACKET_BYTES, streams_of
from otear.video.live.payload import Payload

_ROUND = 16
_MOST_ROUNDS = 2
_MOST_MORE = 5
_LEAST_SHARE = 1e-4
_NULL = 0x1FFF
_SEQUENCES = 1 << 16


class LossCounter:
    """Counts what is missing among the datagrams of one link, in the order in which they come."""

    def __init__(self) -> None:
        self._continuity = Continuity()
        self._sizes = set[int]()
        self._uncounted = 0
        """Packets that arrived and that no counter counts."""
        self._settled = 0
        """Lost packets beyond those that counters tell of."""
        self._sequence: int | None = None
        self._by_sequence, self._places = 0, 0
        self._forget()

    def _forget(self) -> None:
        self._known = set[int]()
        self._sequence = None
        self._open(sound=True)

    def _open(self, *, sound: bool) -> None:
        """Begin a stretch in which nothing is missing so far."""
        self._before = self._continuity.missing()
        self._unseen = dict[int, int]()
        self._jumped, self._sound = False, sound

    def restart(self) -> None:
        """Expect nothing of what comes next: it is from another sender."""
        self._continuity.restart()
        self._forget()

    def add(self, payload: Payload) -> None:
        """Take note of the next datagram."""
        if payload.sequence is not None:
            self._number(payload)
        if not payload.packets:
            self._sound = False
            return
        rows = np.frombuffer(payload.data, dtype=np.uint8).reshape(-1, PACKET_BYTES)
        streams: list[int] = streams_of(rows).tolist()
        self._sizes.add(payload.packets)
        self._uncounted += sum(
            row & 0x10 == 0 or stream == _NULL for row, stream in zip(rows[:, 3].tolist(), streams, strict=True)
        )
        if self._continuity.add(rows):
            # A stream is known to go on when a second packet bears the first one out.
            self._jumped, self._unseen = True, dict.fromkeys(self._known, 2)
        fresh = set(streams) - self._known
        self._sound = self._sound and not (fresh and self._jumped)
        self._known |= fresh
        if not self._jumped:
            return
        for stream in streams:
            left = self._unseen.get(stream, 0) - 1
            if left > 0:
                self._unseen[stream] = left
            else:
                self._unseen.pop(stream, None)
        if not self._unseen:
            self._close()

    def _close(self) -> None:
        """Every stream has gone on since the last loss: how much was it?"""
        now = self._continuity.missing()
        if self._sound and len(self._sizes) == 1 and now.damaged == self._before.damaged:
            counted = now.lost - self._before.lost
            self._settled += self._likeliest(counted, max(self._sizes), now) - counted
        self._open(sound=True)

    def _likeliest(self, counted: int, size: int, now: Missing) -> int:
        """How many packets were lost, in datagrams of `size`, where counters tell of `counted`."""
        silent = max(_LEAST_SHARE, self._uncounted / now.arrived)
        per_datagram = log(max(_LEAST_SHARE, now.share))
        best, found = -inf, counted
        for rounds in range(_MOST_ROUNDS + 1):
            least = counted + _ROUND * rounds
            for datagrams in range(-(-least // size), least // size + _MOST_MORE):
                lost = datagrams * size
                unseen = lost - least
                odds = (
                    datagrams * per_datagram + unseen * log(silent) + least * log1p(-silent) + log(comb(lost, unseen))
                )
                if odds > best:
                    best, found = odds, lost
        return found

    def _number(self, payload: Payload) -> None:
        last, self._sequence = self._sequence, payload.sequence
        if last is None or payload.sequence is None:
            return
        ahead = (payload.sequence - last - 1) % _SEQUENCES
        if ahead >= _SEQUENCES // 2:
            self._sequence = last  # it was overtaken; that it came late is no loss of another
            self._by_sequence -= payload.packets
        elif ahead:
            self._by_sequence += ahead * payload.packets
            self._places += 1

    def missing(self) -> Missing:
        """What is missing so far."""
        seen = self._continuity.missing()
        if self._places:
            return Missing(max(0, self._by_sequence), self._places, seen.arrived, seen.damaged)
        open_lost = seen.lost - self._before.lost
        unseen = round(open_lost * self._uncounted / max(1, seen.arrived - self._uncounted))
        return Missing(seen.lost + self._settled + unseen, seen.places, seen.arrived, seen.damaged)


def missing_texts(missing: Missing) -> list[str]:
    """What a person should know of losses that a recording itself tells of; nothing where there are none."""
    texts = []
    if missing.lost:
        texts.append(
            f"At least {missing.lost:,} transport packets ({missing.share:.2%}) are missing, in {missing.places:,} "
            "places, by their continuity counters."
        )
    return texts + _damage_texts(missing.damaged)


def _damage_texts(damaged: int) -> list[str]:
    return [f"{damaged:,} continuity counters were damaged; no packet is missing there."] if damaged else []


def arrival_texts(arrival: Arrival) -> list[str]:
    """What a person should know of how a recording arrived; nothing where all went well."""
    texts = []
    if arrival.lost_ts_packets:
        texts.append(
            f"{arrival.lost_ts_packets:,} transport packets ({arrival.lost_share:.2%}) were lost on the way, in "
            f"{arrival.places:,} places."
        )
    texts += _damage_texts(arrival.damaged_counters)
    texts += [_silence_text(gap) for gap in arrival.gaps]
    if arrival.odd_datagrams:
        texts.append(
            f"{arrival.odd_datagrams:,} datagrams held no whole transport packets; they were kept as they came."
        )
    if arrival.senders > 1 + sum(gap.restarted for gap in arrival.gaps):
        texts.append(f"{arrival.senders} senders sent to this address at once: the recording mixes their packets.")
    if arrival.refused_bytes and arrival.lost_ts_packets:
        texts.append(
            f"The machine gave {arrival.refused_bytes:,} bytes less of receive buffer than asked for, so it may have "
            "lost packets itself: an administrator can raise net.core.rmem_max."
        )
    return texts


def _silence_text(gap: Silence) -> str:
    again = ", then a sender started afresh" if gap.restarted else ""
    return f"Gap: nothing arrived for {gap.seconds:.1f} s, {gap.after_s:.1f} s after the first byte{again}."
