"""What a datagram holds: transport packets alone, or behind a header of RTP (RFC 3550, RFC 2250), or something else."""

from __future__ import annotations

from dataclasses import dataclass

from otear.video.demux.transport import PACKET_BYTES, SYNC

_RTP_BYTES = 12


@dataclass(frozen=True, slots=True)
class Payload:
    """The bytes to keep; `packets` of them are transport packets, 0 where they are something else.

    `sequence` is the datagram's number where RTP gives it one, modulo 65,536.
    """

    data: bytes
    packets: int
    sequence: int | None = None


def payload_of(datagram: bytes) -> Payload:
    """Unwrap a datagram. What is not understood is kept as it is: nothing that came is thrown away."""
    packets = _packets(datagram, 0, len(datagram))
    if packets:
        return Payload(datagram, packets)
    begin, end = _rtp_bounds(datagram)
    packets = _packets(datagram, begin, end) if begin else 0
    if packets:
        return Payload(datagram[begin:end], packets, int.from_bytes(datagram[2:4], "big"))
    return Payload(datagram, 0)


def _packets(data: bytes, begin: int, end: int) -> int:
    """How many whole transport packets stand between two places, 0 where anything else does."""
    count, rest = divmod(end - begin, PACKET_BYTES)
    if rest or count <= 0:
        return 0
    # One damaged sync byte does not make it something else, unless it is the only one.
    in_sync = sum(data[at] == SYNC for at in range(begin, end, PACKET_BYTES))
    return count if 2 * in_sync > count else 0


def _rtp_bounds(data: bytes) -> tuple[int, int]:
    """Where the payload of an RTP datagram begins and ends, (0, 0) where it is none."""
    if len(data) < _RTP_BYTES or data[0] >> 6 != 2:
        return 0, 0
    begin = _RTP_BYTES + 4 * (data[0] & 0x0F)
    if data[0] & 0x10:
        if len(data) < begin + 4:
            return 0, 0
        begin += 4 + 4 * int.from_bytes(data[begin + 2 : begin + 4], "big")
    end = len(data) - (data[-1] if data[0] & 0x20 else 0)
    return (begin, end) if begin < end else (0, 0)
