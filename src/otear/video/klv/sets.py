"""Sets inside a packet, as far as the house has a use for them: marking, identity, moving-object reports, errors.

The decoding of ST 0102, ST 0903, ST 1204 and ST 1010 is `tstrans`'s; what is done here is to put its values into the
house's units and places. Image chips and trackers of ST 0903 stay undecoded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tstrans.exceptions import KlvError
from tstrans.klv import (
    SecurityClassification,
    VTargetPack,
    core_id_text,
    decode_core_id,
    decode_precision_timestamp,
    decode_sdcc_flp,
    decode_security,
    decode_vmti,
)

from otear.geo.frames import ECCENTRICITY_SQ, SEMI_MAJOR_M
from otear.video.klv.ber import Cursor, MalformedError, encode_length, local_items, text
from otear.video.klv.codecs import Imapb
from otear.video.klv.framing import Frames
from otear.video.klv.items import SDCC
from otear.video.klv.keys import PRECISION_TIME_STAMP

Floats = NDArray[np.float64]

_LATITUDE, _LONGITUDE, _HEIGHT, _SIGMA = Imapb(-90, 90), Imapb(-180, 180), Imapb(-900, 19000), Imapb(0, 650)
_OBJECT_COUNTRIES = 13
_ONTOLOGY_CLASS = 2
_METRES_FROM = 0.01
_SIGMAS = {
    13: "sigma_lat_m", 14: "sigma_lon_m", 15: "sigma_height_m", 75: "sigma_height_m", 104: "sigma_height_m",
    5: "sigma_heading_deg", 6: "sigma_pitch_deg", 90: "sigma_pitch_deg", 7: "sigma_roll_deg", 91: "sigma_roll_deg",
    18: "sigma_azimuth_deg", 19: "sigma_elevation_deg", 20: "sigma_twist_deg",
}  # fmt: skip
"""Columns of the 1-sigma errors of items, by tag."""


@dataclass(frozen=True)
class SecurityMarking:
    """A security set (ST 0102) in words; "" where the set does not say. `notes` lists what does not conform."""

    classification: str
    country: str
    releasable_to: str
    object_countries: str
    caveats: str
    version: int | None
    notes: tuple[str, ...]


@dataclass(frozen=True)
class VmtiTarget:
    """One moving thing that the sender's detector reports (a VTarget of ST 0903): where it is in picture and on Earth.

    `row` and `column` are pixels counted from 1 as sent, `box` is (top row, left column, bottom row, right column).
    Latitude and longitude are degrees, None where neither offset nor place was sent; `sigma_*_m` are the sender's
    1-sigma errors along north, east and up. `confidence_pct` is the detector's own word; `classes` what it takes it for
    (ontology classes of its VObjects).
    """

    number: int
    row: int | None
    column: int | None
    box: tuple[int, int, int, int] | None
    confidence_pct: int | None
    latitude_deg: float | None
    longitude_deg: float | None
    height_hae_m: float | None
    sigma_north_m: float | None = None
    sigma_east_m: float | None = None
    sigma_up_m: float | None = None
    classes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Vmti:
    """A moving-object report (ST 0903): `detected` things in the picture of which `targets` are listed."""

    time_us: int | None
    system: str
    frame_width_px: int | None
    frame_height_px: int | None
    detected: int | None
    targets: tuple[VmtiTarget, ...]
    notes: tuple[str, ...]


def security_marking(value: bytes) -> SecurityMarking:
    """The marking that a security set (item 48, or a packet of ST 0102) states; it is never inferred, only read out.

    Country codes of any length are read as they stand, and a note says where their method asks for another length;
    so are object countries in ASCII, where the standard asks for UTF-16. Raises `MalformedError` where the bytes are no
    local set.
    """
    try:
        record = decode_security(value)
    except KlvError as error:
        raise MalformedError(f"not a security set: {error}") from error
    level = record.security_classification
    notes = [f"item {problem.tag}: {problem.message}" for problem in record.field_errors]
    objects = record.object_country_codes or ""
    sent = dict(local_items(value)).get(_OBJECT_COUNTRIES, b"")
    if sent and all(0x20 <= byte < 0x7F for byte in sent):
        objects = text(sent)
        notes.append(f"item {_OBJECT_COUNTRIES}: object countries {objects!r} are ASCII, the standard asks for UTF-16")
    country = (record.classifying_country or "").strip("/")
    method = record.classifying_country_coding_method
    asked = {"TWO": 2, "THREE": 3, "FOUR": 4}
    size = next((n for word, n in asked.items() if word in getattr(method, "name", "").split("_")), None)
    if country and size is not None and len(country) != size:
        notes.append(f"item 3: country {country!r} has {len(country)} letters, its coding method asks for {size}")
    return SecurityMarking(
        classification=level.name.replace("_", " ")
        if isinstance(level, SecurityClassification)
        else "" if level is None else f"code {level}",
        country=country,
        releasable_to=record.releasing_instructions or "",
        object_countries=objects,
        caveats=record.caveats or "",
        version=record.version,
        notes=tuple(notes),
    )  # fmt: skip


def core_identifier(value: bytes) -> str:
    """The MIIS Core Identifier (ST 1204) in its text form; `MalformedError` where the bytes hold none."""
    try:
        return core_id_text(decode_core_id(value))
    except KlvError as error:
        raise MalformedError(f"not a core identifier: {error}") from error


def precision_time_us(value: bytes) -> tuple[int, int]:
    """Microseconds since 1970 and the status byte of a Precision Time Stamp Pack (ST 0605), given its value."""
    try:
        pack = decode_precision_timestamp(PRECISION_TIME_STAMP + encode_length(len(value)) + value)
    except KlvError as error:
        raise MalformedError(f"not a precision time stamp: {error}") from error
    return pack.timestamp_us, pack.time_status.raw


def vmti(value: bytes, centre_deg: tuple[float, float] | None = None) -> Vmti:
    """A moving-object report (item 74, or the items of a packet of ST 0903).

    `centre_deg` is the frame centre (latitude, longitude) that offsets count from; without it only targets with a
    place of their own have one. Raises `MalformedError` where the bytes are no local set.
    """
    try:
        record = decode_vmti(value)
    except KlvError as error:
        raise MalformedError(f"not a moving-object report: {error}") from error
    width = record.frame_width
    return Vmti(
        time_us=record.precision_time_stamp,
        system=record.vmti_system_name or "",
        frame_width_px=width,
        frame_height_px=record.frame_height,
        detected=record.total_targets_in_frame,
        targets=tuple(_target(pack, width, centre_deg) for pack in record.targets),
        notes=tuple(f"item {problem.tag}: {problem.message}" for problem in record.field_errors),
    )


def _target(pack: VTargetPack, width: int | None, centre_deg: tuple[float, float] | None) -> VmtiTarget:
    row, column = pack.centroid_pix_row, pack.centroid_pix_col
    if row is None or column is None:
        row, column = _pixel(pack.centroid_pixel, width)
    corners = (*_pixel(pack.bbox_top_left_pixel, width), *_pixel(pack.bbox_bottom_right_pixel, width))
    whole = tuple(n for n in corners if n is not None)
    latitude, longitude, height = None, None, pack.centroid_hae
    north, east, up = (None, None, None)
    if centre_deg and pack.centroid_lat_offset is not None and pack.centroid_lon_offset is not None:
        latitude, longitude = centre_deg[0] + pack.centroid_lat_offset, centre_deg[1] + pack.centroid_lon_offset
    if pack.target_location:
        (latitude, longitude, height), (north, east, up) = location(pack.target_location)
    return VmtiTarget(
        pack.target_id,
        row,
        column,
        (whole[0], whole[1], whole[2], whole[3]) if len(whole) == 4 else None,
        pack.confidence_level,
        latitude,
        longitude,
        height,
        north,
        east,
        up,
        tuple(_classes(pack.vobject_series or b"")),
    )


def _classes(series: bytes) -> Iterator[str]:
    """The ontology class (item 2) of each VObject of a series; none where the bytes are no series."""
    cursor = Cursor(series)
    while cursor:
        try:
            said = [text(value) for tag, value in local_items(cursor.chunk()) if tag == _ONTOLOGY_CLASS]
        except MalformedError:
            return
        yield from said


def _pixel(number: int | None, width: int | None) -> tuple[int | None, int | None]:
    """Row and column of a pixel number: ST 0903 counts from 1 at the top left, row by row."""
    if number is None or not width or number < 1:
        return None, None
    return (number - 1) // width + 1, (number - 1) % width + 1


def location(value: bytes) -> tuple[tuple[float | None, float | None, float | None], tuple[float | None, ...]]:
    """Item 17 of a VTarget: latitude, longitude (degrees), HAE (metres); and their 1-sigma errors in metres or None.

    Correlations that may follow are left undecoded.
    """
    cursor = Cursor(value)
    place = (_real(_LATITUDE, cursor.take(4)), _real(_LONGITUDE, cursor.take(4)), _real(_HEIGHT, cursor.take(2)))
    sigmas: tuple[float | None, ...] = (None, None, None)
    if cursor:
        sigmas = tuple(_real(_SIGMA, cursor.take(2)) for _ in range(3))
    return place, sigmas


def _real(codec: Imapb, value: bytes) -> float | None:
    number = codec.decode(value)
    return number if isinstance(number, float) else None


def sdcc(items: Iterable[tuple[int, bytes]]) -> dict[int, float]:
    """1-sigma errors by tag that the SDCC-FLPs (item 102, ST 1010) of one set state, in the unit of each item.

    Each covers the items that stand immediately before it, as many as its matrix has rows.
    """
    before: list[int] = []
    errors: dict[int, float] = {}
    for tag, value in items:
        if tag != SDCC:
            before.append(tag)
            continue
        if not value:
            continue
        try:
            matrix = decode_sdcc_flp(value)
        except KlvError as error:
            raise MalformedError(f"not an SDCC-FLP: {error}") from error
        if len(before) >= matrix.matrix_size:
            errors.update(zip(before[len(before) - matrix.matrix_size :], matrix.std_devs, strict=True))
    return errors


def sdcc_columns(frames: Frames, has_sdcc: NDArray[np.bool_], latitude_deg: Floats) -> dict[str, Floats]:
    """The `sigma_*` columns of a batch; errors of latitude and longitude become metres on the ellipsoid.

    Senders state these in the item's own unit (degrees) or in metres, and nothing in the packet says which. A receiver
    is good to between a millimetre and a kilometre, so that only one reading makes sense: from `_METRES_FROM` on a
    number is metres.
    """
    columns = {name: np.full(len(frames), np.nan) for name in _SIGMAS.values()}
    for row in np.flatnonzero(has_sdcc).tolist():
        try:
            errors = sdcc(local_items(frames.body(row)))
        except MalformedError:
            continue
        for tag, sigma in errors.items():
            if tag in _SIGMAS:
                columns[_SIGMAS[tag]][row] = sigma
    sine = np.sin(np.radians(latitude_deg))
    flat = 1.0 - ECCENTRICITY_SQ * sine**2
    for name, degree_m in (
        ("sigma_lat_m", np.radians(SEMI_MAJOR_M * (1.0 - ECCENTRICITY_SQ) / flat**1.5)),
        ("sigma_lon_m", np.radians(SEMI_MAJOR_M * np.sqrt(1.0 - sine**2) / np.sqrt(flat))),
    ):
        columns[name] *= np.where(columns[name] < _METRES_FROM, degree_m, 1.0)
    return columns
