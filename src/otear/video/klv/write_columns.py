"""Writing many ST 0601 packets of one layout at once: columns in, rows of bytes out.

Every packet holds the same items of the same lengths in the same order, so that all of them are one array of bytes,
(packet, byte), filled column by column. What `encode_st0601` writes for the same values is the same, byte for byte.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from otear.errors import SettingError
from otear.video.klv.ber import encode_length, encode_oid
from otear.video.klv.codecs import Floats, Imapb, Mapped, Raw, Whole
from otear.video.klv.encode import encode_item
from otear.video.klv.items import EXCLUDED, ITEMS, TAGS, TIME
from otear.video.klv.keys import UAS_LOCAL_SET

Bytes = NDArray[np.uint8]

Column = Floats | Bytes
"""Values of shape (n,) in the item's unit; or bytes of shape (n, size) that are the item's value as they are."""


def packets_of(time_us: NDArray[np.int64], values: Mapping[int | str, Column | object]) -> Bytes:
    """Packets of shape (n, length): the time first, then items by tag or name in the order given, then the checksum.

    A value that is an array is one for each packet, anything else the same in all of them. Raises `SettingError` for
    what `encode_st0601` would refuse.
    """
    count = len(time_us)
    parts: list[Bytes] = [_item(TIME, time_us.astype(np.uint64), 8)]
    for key, value in values.items():
        tag = TAGS.get(key) if isinstance(key, str) else key
        if tag is None or tag not in ITEMS or tag == TIME:
            raise SettingError(f"{key!r} is no item to write", remedy="Use a name of items.ITEMS", field=str(key))
        if not isinstance(value, np.ndarray):
            fixed = np.frombuffer(encode_item(tag, value), dtype=np.uint8)
            parts.append(np.broadcast_to(fixed, (count, fixed.size)))
        else:
            parts.append(_column(tag, value))
    body = sum(part.shape[1] for part in parts) + 4
    head = np.frombuffer(UAS_LOCAL_SET + encode_length(body), dtype=np.uint8)
    tail = np.array([1, 2, 0, 0], dtype=np.uint8)
    packets = np.concatenate(
        [np.broadcast_to(head, (count, head.size)), *parts, np.broadcast_to(tail, (count, 4))], axis=1
    )
    sums = packets[:, :-2:2].sum(axis=1, dtype=np.int64) * 256 + packets[:, 1:-2:2].sum(axis=1, dtype=np.int64)
    packets[:, -2:] = _big_endian(sums.astype(np.uint64) & np.uint64(0xFFFF), 2)
    return packets


def _column(tag: int, value: NDArray[np.generic]) -> Bytes:
    if tag in EXCLUDED:
        raise SettingError(
            f"item {tag} has no place in an unarmed survey",
            remedy="Leave it out: it is never written",
            field=ITEMS[tag].name,
        )
    if value.ndim == 2 and value.dtype == np.uint8:
        head = np.frombuffer(encode_oid(tag) + encode_length(value.shape[1]), dtype=np.uint8)
        return np.concatenate([np.broadcast_to(head, (len(value), head.size)), value.astype(np.uint8)], axis=1)
    codec = ITEMS[tag].codec
    if not isinstance(codec, Mapped | Imapb | Whole) or codec.size is None or value.ndim != 1:
        raise SettingError(
            "it is no item of one number of a fixed size, so a column of numbers does not say it",
            remedy="Give one value for all packets, or ready bytes of shape (n, size)",
            field=ITEMS[tag].name,
        )
    try:
        return _item(tag, codec.pack(value.astype(np.float64)), codec.size)
    except SettingError as error:
        raise SettingError(error.problem, remedy=error.remedy, field=ITEMS[tag].name) from error


def _item(tag: int, raw: Raw, size: int) -> Bytes:
    head = np.frombuffer(encode_oid(tag) + encode_length(size), dtype=np.uint8)
    return np.concatenate([np.broadcast_to(head, (len(raw), head.size)), _big_endian(raw, size)], axis=1)


def _big_endian(raw: Raw, size: int) -> Bytes:
    """The low `size` bytes of whole numbers, (n, size)."""
    return raw.astype(">u8").view(np.uint8).reshape(-1, 8)[:, 8 - size :]
