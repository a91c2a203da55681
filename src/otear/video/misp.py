"""The time in the picture: MISP precision time stamps (MISB ST 0604, ST 0603), read without decoding pictures.

H.264 and H.265 carry it in an SEI message of unregistered user data, MPEG-2 in user data after the picture header.
"""

from __future__ import annotations

from tstrans.codec import MispTimeKind, extract_misp_timestamp
from tstrans.mpegts import VideoCodec

from otear.video.demux import VideoUnit

_MARK = b"MISPmicrosectime"
_MARK_START = b"MISP"
_GUARD = 0xFF
_SEI_BYTES = 64
_CODECS = {"h264": VideoCodec.H264, "hevc": VideoCodec.H265}
_FAR_FUTURE_US = 4_102_444_800_000_000
"""2100-01-01: a larger number of "microseconds" is a writer that put nanoseconds there (real flights do)."""


def picture_time_us(unit: VideoUnit) -> int | None:
    """Microseconds since 1970-01-01 that a coded picture says it was taken at; None where it says nothing readable.

    A stamp whose guard bytes are damaged counts as unreadable: there is no checksum on it.
    """
    at = unit.data.find(_MARK_START)
    if at < 0:
        return None
    if unit.codec in _CODECS:
        # Only the message around the mark is handed on, not the whole picture.
        start = unit.data.rfind(b"\x00\x00\x01", 0, at)
        if start < 0:
            return None
        try:
            stamp = extract_misp_timestamp(unit.data[start : at + _SEI_BYTES], _CODECS[unit.codec])
        except ValueError:
            return None
        if stamp is None:
            return None
        value = stamp.value if stamp.kind == MispTimeKind.MICRO else stamp.value // 1000
    else:
        body = unit.data[at + len(_MARK) : at + len(_MARK) + 12]
        if not unit.data.startswith(_MARK, at) or len(body) < 12 or {body[3], body[6], body[9]} != {_GUARD}:
            return None
        value = int.from_bytes(body[1:3] + body[4:6] + body[7:9] + body[10:12], "big")
    return value // 1000 if value > _FAR_FUTURE_US else value
