"""The time in the picture: MISP precision time stamps (MISB ST 0604, ST 0603), read without decoding pictures.

H.264 and H.265 carry it in an SEI message of unregistered user data, MPEG-2 in user data after the picture header.
"""

from __future__ import annotations

from tstrans.codec import MispTimeKind, extract_misp_timestamp
from tstrans.mpegts import VideoCodec

from otear.video.demux import VideoUnit

_MARK = b"MISPmicrosectime"
_CODECS = {"h264": VideoCodec.H264, "hevc": VideoCodec.H265}
_MARKS = {
    "h264": (_MARK,),
    "hevc": (
        bytes.fromhex("a8687dd4d7593758a5cef0338b6545f1"),
        bytes.fromhex("cf848278ee23306c9265e8fef22fb8b8"),
        _MARK,
    ),
}
"""Identifiers of the user data: microseconds and nanoseconds in H.265 have their own (ST 0604.6)."""
_GUARD = 0xFF
_MESSAGE_BYTES = 64


def picture_time_us(unit: VideoUnit) -> int | None:
    """Microseconds since 1970-01-01 that a coded picture says it was taken at; None where it says nothing readable.

    A stamp whose guard bytes are damaged counts as unreadable: there is no checksum on it. Whether the time is possible
    is for `clocks.py` to say.
    """
    if unit.codec not in _CODECS:
        return _mpeg2_time_us(unit.data)
    for mark in _MARKS[unit.codec]:
        at = unit.data.find(mark)
        if at >= 0:
            # Only the message around the mark is handed on, not the whole picture.
            start = unit.data.rfind(b"\x00\x00\x01", 0, at)
            return _sei_time_us(unit.data[max(start, 0) : at + _MESSAGE_BYTES], _CODECS[unit.codec])
    return None


def _sei_time_us(data: bytes, codec: VideoCodec) -> int | None:
    try:
        stamp = extract_misp_timestamp(data, codec)
    except ValueError:
        return None
    if stamp is None:
        return None
    return stamp.value if stamp.kind == MispTimeKind.MICRO else stamp.value // 1000


def _mpeg2_time_us(data: bytes) -> int | None:
    at = data.find(_MARK)
    body = data[at + len(_MARK) : at + len(_MARK) + 12]
    # A status byte, then eight bytes of time with a guard after every second one.
    if at < 0 or len(body) < 12 or {body[3], body[6], body[9]} != {_GUARD}:
        return None
    return int.from_bytes(body[1:3] + body[4:6] + body[7:9] + body[10:12], "big")
