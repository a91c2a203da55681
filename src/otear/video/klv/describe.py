"""One packet, item by item, for a person."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from otear.domain.packets import Packet, Standard
from otear.video.klv.ber import Cursor, MalformedError
from otear.video.klv.eg0104 import universal_items
from otear.video.klv.framing import Frames
from otear.video.klv.items import AMEND, CORE_ID, ITEMS, SDCC, SECURITY, SEGMENT, VMTI
from otear.video.klv.sets import core_identifier, precision_time_us, sdcc, security_marking, vmti

Described = tuple[int | str, str, object, str]
"""Tag (a key in hexadecimal in EG 0104), name, value and unit of one item."""

_FRAME_CENTRE = (23, 24)
_NESTED: dict[int, Callable[[bytes], object]] = {SECURITY: security_marking, CORE_ID: core_identifier}


def describe(packet: Packet) -> list[Described]:
    """Every item of a packet in its order with its name, value and unit, as far as the packet can be read.

    Values that are not known are None; what has no decoder, and what is malformed, is given as its bytes. Where a
    packet does not hold together, a last entry named "unreadable" says why.
    """
    described: list[Described] = []
    try:
        for item in _items(packet.standard, Frames.of([packet]).body(0)):
            described.append(item)
    except MalformedError as error:
        described.append(("", "unreadable", str(error), ""))
    return described


def _items(standard: Standard, body: bytes) -> Iterator[Described]:
    match standard:
        case Standard.ST0601 | Standard.ST0902:
            yield from local_set(body)
        case Standard.EG0104:
            for key, name, value, unit in universal_items(body):
                yield key.hex(), name, value, unit
        case Standard.ST0903:
            yield "", "vmti_set", vmti(body), ""
        case Standard.ST0102:
            yield "", "security_set", security_marking(body), ""
        case Standard.ST0605:
            yield "", "time_us", precision_time_us(body)[0], "µs"
        case Standard.UNKNOWN:
            yield "", "unknown_set", body, ""


def local_set(body: bytes) -> Iterator[Described]:
    """The items of a set of ST 0601, those of its segment and amend sets (ST 1607) as lists of the same kind."""
    cursor = Cursor(body)
    before: list[tuple[int, bytes]] = []
    centre: dict[int, float] = {}
    while cursor:
        tag, value = cursor.oid(), cursor.chunk()
        item = ITEMS.get(tag)
        before.append((tag, value))
        if item is None:
            yield tag, "", value, ""
            continue
        read = item.read(value)
        if tag in _FRAME_CENTRE and isinstance(read, float):
            centre[tag] = read
        yield tag, item.name, _nested(before, centre, read), item.unit


def _nested(before: list[tuple[int, bytes]], centre: dict[int, float], read: object) -> object:
    """The set that the last item holds, decoded; `read` where it holds none or a malformed one."""
    tag, value = before[-1]
    if not value:
        return read
    try:
        if tag in _NESTED:
            return _NESTED[tag](value)
        if tag == VMTI:
            return vmti(value, (centre[23], centre[24]) if len(centre) == 2 else None)
        if tag in (SEGMENT, AMEND):
            return list(local_set(value))
        if tag == SDCC:
            return {ITEMS[of].name: sigma for of, sigma in sdcc(before).items() if of in ITEMS}
    except MalformedError:
        return read
    return read
