"""Items of ST 0601 that hold more than one value, decoded into plain dicts and tuples (degrees, metres, nanometres).

Every decoder takes the bytes of the item's value and raises `MalformedError` where they do not hold what the standard
says. There is no decoder for what the house does not deal in: see `excluded_records`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from otear.errors import SettingError
from otear.video.klv.ber import Cursor, text
from otear.video.klv.codecs import Imapb, Mapped

Record = dict[str, object]

_LATITUDE = Mapped(4, -90.0, 90.0, signed=True)
_LONGITUDE = Mapped(4, -180.0, 180.0, signed=True)
_WAVELENGTH_NM = Imapb(0.0, 1e9)
_AZIMUTH = Imapb(0.0, 360.0)
_ELEVATION = Imapb(-180.0, 180.0)
_PLACE = (
    ("latitude_deg", 4, Imapb(-90.0, 90.0)),
    ("longitude_deg", 4, Imapb(-180.0, 180.0)),
    ("height_hae_m", 3, Imapb(-900.0, 9000.0)),
)
_PAYLOADS = ("electro-optical", "lidar", "radar", "signals", "synthetic aperture radar")
_WAYPOINT_FLAGS = ("manual", "ad hoc")


@dataclass(frozen=True)
class Pack:
    """An item with a structure of its own; written from ready bytes only."""

    reader: Callable[[bytes], object]

    @property
    def lengths(self) -> tuple[int, ...]:
        return ()

    def decode(self, value: bytes) -> object:
        return self.reader(value) if value else None

    def encode(self, value: object) -> bytes:
        if not isinstance(value, bytes):
            raise SettingError("this item is written from ready bytes only", remedy="Give the bytes of its value")
        return value


def raw(value: bytes) -> object:
    """Bytes that are kept as they are: nested sets, and what no table knows."""
    return value


def horizon(value: bytes) -> Record:
    """Item 81: where the horizon enters and leaves the picture (per cent of width and height), and the places there."""
    cursor = Cursor(value)
    record: Record = {f"{name}_pct": cursor.number(1) for name in ("start_x", "start_y", "end_x", "end_y")}
    for name, codec in (
        ("start_latitude_deg", _LATITUDE),
        ("start_longitude_deg", _LONGITUDE),
        ("end_latitude_deg", _LATITUDE),
        ("end_longitude_deg", _LONGITUDE),
    ):
        record[name] = codec.decode(cursor.take(4)) if cursor else None
    return record


def control_command(value: bytes) -> Record:
    """Item 115: a command to platform or sensor with its number and, from version 13, its time."""
    cursor = Cursor(value)
    return {
        "number": cursor.oid(),
        "command": text(cursor.chunk()),
        "time_us": cursor.number(8) if cursor else None,
    }


def numbers(value: bytes) -> tuple[int, ...]:
    """Items 116 and 121: a list of BER-OID numbers."""
    cursor, out = Cursor(value), []
    while cursor:
        out.append(cursor.oid())
    return tuple(out)


def country_codes(value: bytes) -> Record:
    """Item 122: coding method and the countries flown over, operating and of manufacture; "" where one is left out."""
    cursor = Cursor(value)
    record: Record = {"coding_method": int.from_bytes(cursor.chunk(), "big")}
    for name in ("overflight", "operator", "manufacture"):
        record[name] = text(cursor.chunk()) if cursor else ""
    return record


def frame_rate(value: bytes) -> Record:
    """Item 127: frames per second as a fraction."""
    cursor = Cursor(value)
    return {"numerator": cursor.oid(), "denominator": cursor.oid() if cursor else 1}


def wavelengths(value: bytes) -> tuple[Record, ...]:
    """Item 128: wavelength bands that the sensors can see."""
    return tuple(
        {
            "number": band.oid(),
            "low_nm": _WAVELENGTH_NM.decode(band.take(4)),
            "high_nm": _WAVELENGTH_NM.decode(band.take(4)),
            "name": text(band.rest()),
        }
        for band in _chunks(value)
    )


def _chunks(value: bytes) -> list[Cursor]:
    cursor, out = Cursor(value), []
    while cursor:
        out.append(Cursor(cursor.chunk()))
    return out


def _place(value: bytes) -> Record | None:
    cursor = Cursor(value)
    return {name: codec.decode(cursor.take(size)) for name, size, codec in _PLACE if cursor} or None


def airbases(value: bytes) -> Record:
    """Item 130: where the platform took off and where it is to land; None where that is not known."""
    cursor = Cursor(value)
    take_off = _place(cursor.chunk())
    return {"take_off": take_off, "recovery": _place(cursor.chunk()) if cursor else take_off}


def payloads(value: bytes) -> tuple[Record, ...]:
    """Item 138: the sensors on board."""
    cursor = Cursor(value)
    out: list[Record] = []
    cursor.oid()
    while cursor:
        record = Cursor(cursor.chunk())
        number, kind = record.oid(), record.oid()
        out.append(
            {
                "number": number,
                "kind": _PAYLOADS[kind] if kind < len(_PAYLOADS) else kind,
                "name": text(record.chunk()),
            }
        )
    return tuple(out)


def active_payloads(value: bytes) -> tuple[int, ...]:
    """Item 139: numbers of the payloads (item 138) that are active."""
    bits = int.from_bytes(value, "big")
    return tuple(bit for bit in range(8 * len(value)) if bits >> bit & 1)


def waypoints(value: bytes) -> tuple[Record, ...]:
    """Item 141: the platform's waypoints; a negative order is past, 0 is the present one, 32767 is switched off."""
    out: list[Record] = []
    for point in _chunks(value):
        number, order = point.oid(), point.number(2, signed=True)
        flags = point.oid() if point else 0
        out.append(
            {
                "number": number,
                "order": order,
                "flags": tuple(name for bit, name in enumerate(_WAYPOINT_FLAGS) if flags >> bit & 1),
                "place": _place(point.rest()),
            }
        )
    return tuple(out)


def view_domain(value: bytes) -> Record:
    """Item 142: angles that the gimbal can reach, each as start and range in degrees; None where not told."""
    cursor = Cursor(value)
    record: Record = {}
    for name, start in (("azimuth", _AZIMUTH), ("elevation", _ELEVATION), ("roll", _ELEVATION)):
        pair = cursor.chunk() if cursor else b""
        half = len(pair) // 2
        record[name] = (
            {"start_deg": start.decode(pair[:half]), "range_deg": _AZIMUTH.decode(pair[half:])} if pair else None
        )
    return record


def substream(value: bytes) -> Record:
    """Item 143: number of the metadata substream that the set belongs to and, where sent, its 16-byte identifier."""
    cursor = Cursor(value)
    return {"number": cursor.oid(), "identifier": cursor.rest().hex() or None}


def excluded_number(value: bytes) -> int:
    """Items 60 to 62, which this house gives no meaning: the bare number, so that an inspector sees what arrived."""
    return int.from_bytes(value, "big")


def excluded_records(value: bytes) -> tuple[Record, ...]:
    """Item 140, which this house gives no meaning: records of bare numbers and a text, for an inspector's eyes."""
    out: list[Record] = []
    for record in _chunks(value):
        values = tuple(record.oid() for _ in range(5))
        out.append({"numbers": values, "text": text(record.chunk())})
    return tuple(out)
