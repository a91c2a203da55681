"""Writing ST 0601 packets: universal key, BER length, items, checksum."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from otear.errors import SettingError
from otear.video.klv.ber import encode_length, encode_oid
from otear.video.klv.items import CHECKSUM, EXCLUDED, ITEMS, TAGS, TIME
from otear.video.klv.keys import UAS_LOCAL_SET


def running_sum(data: bytes) -> int:
    """The 16-bit running sum of ST 0601 section 6.6: bytes at even places count 256-fold."""
    values = np.frombuffer(data, dtype=np.uint8)
    return int(values[::2].sum(dtype=np.int64) * 256 + values[1::2].sum(dtype=np.int64)) & 0xFFFF


def encode_item(tag: int, value: object) -> bytes:
    """One item with its tag and length; None writes an item of no length, which says "not known"."""
    item = ITEMS.get(tag)
    if item is None or tag == CHECKSUM:
        raise SettingError(
            f"item {tag} cannot be written", remedy="Use an item of ST 0601 other than the checksum", field=str(tag)
        )
    if tag in EXCLUDED:
        raise SettingError(
            f"item {tag} has no place in an unarmed survey", remedy="Leave it out: it is never written", field=item.name
        )
    # A value that was taken off a packet and a nested set go in as they are.
    try:
        body = b"" if value is None else value if isinstance(value, bytes) else item.codec.encode(value)
    except SettingError as error:
        raise SettingError(error.problem, remedy=error.remedy, field=item.name) from error
    return encode_oid(tag) + encode_length(len(body)) + body


def encode_st0601(values: Mapping[int | str, object]) -> bytes:
    """A whole packet of items by tag or name, in the order given, but the time first; the checksum is added.

    Values are in the item's unit; bytes are written as they are; None says "not known". Raises `SettingError` for an
    item that is unknown, excluded, out of range, or a set without a time.
    """
    by_tag: dict[int, object] = {}
    for key, value in values.items():
        tag = TAGS.get(key) if isinstance(key, str) else key
        if tag is None:
            raise SettingError(f"{key!r} is no item of ST 0601", remedy="Use a name of items.ITEMS", field=str(key))
        by_tag[tag] = value
    if TIME not in by_tag:
        raise SettingError("a packet needs its time", remedy="Give item 2, microseconds since 1970", field="time_us")
    body = encode_item(TIME, by_tag.pop(TIME)) + b"".join(encode_item(tag, value) for tag, value in by_tag.items())
    packet = UAS_LOCAL_SET + encode_length(len(body) + 4) + body + b"\x01\x02"
    return packet + running_sum(packet).to_bytes(2, "big")


def restamped(packet: bytes, later_us: int) -> bytes:
    """A packet of `encode_st0601` with its clock moved on, every other item as it was."""
    head = len(UAS_LOCAL_SET)
    at = head + (1 if packet[head] < 0x80 else 1 + (packet[head] & 0x7F)) + 2
    time_us = int.from_bytes(packet[at : at + 8], "big") + later_us
    moved = packet[:at] + time_us.to_bytes(8, "big") + packet[at + 8 : -2]
    return moved + running_sum(moved).to_bytes(2, "big")
