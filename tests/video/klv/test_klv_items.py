"""Items against the vectors of two other projects, and against themselves through the encoder."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otear.domain.packets import Packet
from otear.errors import SettingError
from otear.video.klv import PacketReader, describe, encode_st0601
from otear.video.klv.ber import local_items
from otear.video.klv.codecs import Imapb, Mapped
from otear.video.klv.describe import local_set
from otear.video.klv.eg0104 import universal_items
from otear.video.klv.items import CHECKSUM, CORE_ID, EXCLUDED, ITEMS, TAGS, TIME
from otear.video.klv.sets import core_identifier, location, sdcc, security_marking, vmti

DISAGREEMENTS: dict[tuple[int, str, object], str] = {}
"""(tag, hex, expected) of vectors that we do not agree with, and why the fault is theirs. There is none."""

# What the names in kwiver's C++ stand for in our words.
NAMES: dict[str, object] = {
    "KLV_0601_ICING_DETECTED_TRUE": "icing detected",
    "KLV_0601_GENERIC_FLAG_DATA_BIT_LASER_RANGE": "laser range",
    "KLV_0601_GENERIC_FLAG_DATA_BIT_SLANT_RANGE": "slant range measured",
    "KLV_0601_GENERIC_FLAG_DATA_BIT_IMAGE_INVALID": "image invalid",
    "KLV_0601_OPERATIONAL_MODE_OPERATIONAL": "operational",
    "KLV_0102_COUNTRY_CODING_METHOD_GENC_THREE_LETTER": 14,
    "KLV_0601_POSITIONING_METHOD_SOURCE_BIT_ON_BOARD_INS": "inertial",
    "KLV_0601_POSITIONING_METHOD_SOURCE_BIT_GPS": "GPS",
    "KLV_0601_PLATFORM_STATUS_EGRESS": "egress",
    "KLV_0601_SENSOR_CONTROL_MODE_AUTO_HOLDING_POSITION": "auto holding position",
    "KLV_0601_PAYLOAD_TYPE_ELECTRO_OPTICAL": "electro-optical",
    "KLV_0601_WAYPOINT_INFO_BIT_MODE": "manual",
    "KLV_0601_WAYPOINT_INFO_BIT_SOURCE": "ad hoc",
    "KLV_1204_DEVICE_ID_TYPE_PHYSICAL": "physical",
    "KLV_1204_DEVICE_ID_TYPE_VIRTUAL": "virtual",
    "std::nullopt": None,
}
# Which part of a pack jmisb's getters return.
GETTERS = {
    "getX0": "start_x_pct",
    "getY0": "start_y_pct",
    "getX1": "end_x_pct",
    "getY1": "end_y_pct",
    "getLatitude0": "start_latitude_deg",
    "getLongitude0": "start_longitude_deg",
    "getLatitude1": "end_latitude_deg",
    "getLongitude1": "end_longitude_deg",
    "getOverflightCountry": "overflight",
    "getOperatorCountry": "operator",
    "getCountryOfManufacture": "manufacture",
    "getNumerator": "numerator",
    "getDenominator": "denominator",
}
RECORD_PARTS = {"getStationId": 0, "getHardpointId": 1, "getCarriageId": 2, "getStoreId": 3}
CLOCK_PARTS = {"getYear": "%Y", "getDayOfMonth": "%d", "getHour": "%H", "getMinute": "%M", "getSecond": "%S"}


@pytest.fixture
def vectors(shared_data: Path) -> dict[str, list[dict[str, object]]]:
    return json.loads((shared_data / "video" / "klv-vectors.json").read_text())


def literals(code: str) -> list[object]:
    """The values in a C++ initialiser, in order: numbers, texts, and enumerators in our words; types are skipped."""
    found: list[object] = []
    for text, name, number in re.findall(r'"([^"]*)"|([A-Za-z_][\w:]*)|(-?(?:0x[0-9A-Fa-f]+|\d[\d.]*))', code):
        if number:
            found.append(float(number) if "." in number else int(number, 0))
        elif not name:
            found.append(text)
        elif name.isupper() or name == "std::nullopt" or name.startswith("KLV_"):
            found.append(NAMES[name])
    return found


def flat(value: object) -> list[object]:
    """The values inside nested dicts and tuples, in order."""
    if isinstance(value, dict):
        return [part for inner in value.values() for part in flat(inner)]
    if isinstance(value, tuple):
        return [part for inner in value for part in flat(inner)]
    return [value]


def trimmed(values: list[object]) -> list[object]:
    """Without what was left out: at the end, or as an empty text."""
    values = [None if value == "" else value for value in values]
    while values and values[-1] is None:
        values.pop()
    return values


def agrees(value: object, expected: object, tolerance: float) -> bool:
    if isinstance(expected, (int, float)) and isinstance(value, (int, float)):
        # Expected values were printed with so many digits: half a unit of the last is theirs.
        digits = len(repr(float(expected)).partition(".")[2]) if "e" not in repr(float(expected)) else 12
        return abs(value - expected) <= max(tolerance, 0.5 * 10.0**-digits) + 1e-9
    return value == expected


def of_jmisb(tag: int, getter: str, value: object, raw: bytes) -> object:
    """What a jmisb getter would return of our value."""
    if tag == TIME:
        moment = datetime.fromtimestamp(value // 10**6, UTC)
        return value % 10**6 * 1000 if getter == "getNano" else int(moment.strftime(CLOCK_PARTS[getter]))
    if getter == "getFrameRate":
        return value["numerator"] / value["denominator"]
    if getter == "getPositioningSource":
        return sum(1 << ITEMS[tag].codec.names.index(name) for name in value)
    if tag == 140:
        return value[0]["text"] if getter == "getStoreType" else value[0]["numbers"][RECORD_PARTS[getter]]
    return value[GETTERS[getter]] if getter in GETTERS and isinstance(value, dict) else value


def test_all_item_vectors_decode_to_what_their_authors_expect(vectors: dict[str, list[dict[str, object]]]) -> None:
    wrong, checked = [], 0
    for vector in vectors["item_vectors"]:
        tag, raw = int(vector["tag"]), bytes.fromhex(vector["hex"])
        item = ITEMS[tag]
        value = item.read(raw)
        tolerance = item.codec.resolution(len(raw)) if isinstance(item.codec, (Mapped, Imapb)) else 0.0
        if "expected" in vector:
            expected = vector["expected"]
            if vector["source"] == "jmisb":
                value = of_jmisb(tag, vector["getter"], value, raw)
                tolerance = 0.005 if vector["getter"] == "getFrameRate" else tolerance
            same = agrees(value, expected, tolerance)
        elif tag == CORE_ID:
            expected = literals(vector["expected_cxx"])
            numbers = [part for part in expected if isinstance(part, int)][1:]
            same = bytes(numbers).hex().upper() in core_identifier(raw).replace("-", "").replace("/", "")
            value = core_identifier(raw)
        elif vector["expected_cxx"] == "?":
            # The extraction lost these two: the name tells one, the number of records is all there is of the other.
            expected = {63: "medium", 140: 3}[tag]
            same = (len(value) if tag == 140 else value) == expected
        else:
            code = vector["expected_cxx"]
            expected, ours = trimmed(literals(code)), trimmed(flat(value))
            if code.count("{") > code.count("}"):
                # The extraction cut this one off: what is left of it must agree.
                assert tag == 141
                ours = ours[: len(expected)]
            same = len(expected) == len(ours) and all(agrees(a, b, 1e-6) for a, b in zip(ours, expected, strict=True))
        checked += 1
        if not same and (tag, vector["hex"], str(expected)) not in DISAGREEMENTS:
            wrong.append((tag, vector["hex"], value, expected))
    assert wrong == []
    assert checked == 415


def sets_of(vectors: dict[str, list[dict[str, object]]], standard: str) -> list[dict[str, object]]:
    return [vector for vector in vectors["set_vectors"] if vector["standard"] == standard]


def test_whole_st0601_set_holds_the_item_vectors(vectors: dict[str, list[dict[str, object]]]) -> None:
    (vector,) = sets_of(vectors, "ST0601")
    ours = list(local_items(bytes.fromhex(vector["hex"])))
    theirs = [v for v in vectors["item_vectors"] if v["source"] == "kwiver"]
    assert [tag for tag, _ in ours] == [v["tag"] for v in theirs]
    differ = [tag for (tag, value), v in zip(ours, theirs, strict=True) if value.hex() != v["hex"]]
    # Their set carries a word less in 115 and other last bits in the heights than their single items.
    assert set(differ) <= {103, 104, 105, 115}
    assert [name for _, name, _, _ in local_set(bytes.fromhex(vector["hex"]))] == [ITEMS[tag].name for tag, _ in ours]


ST0102_TAGS = {
    "SECURITY_CLASSIFICATION": 1, "COUNTRY_CODING_METHOD": 2, "CLASSIFYING_COUNTRY": 3, "SCI_SHI_INFORMATION": 4,
    "CAVEATS": 5, "RELEASING_INSTRUCTIONS": 6, "CLASSIFIED_BY": 7, "DERIVED_FROM": 8, "CLASSIFICATION_REASON": 9,
    "DECLASSIFICATION_DATE": 10, "CLASSIFICATION_AND_MARKING_SYSTEM": 11, "OBJECT_COUNTRY_CODING_METHOD": 12,
    "OBJECT_COUNTRY_CODES": 13, "CLASSIFICATION_COMMENTS": 14, "VERSION": 22,
    "COUNTRY_CODING_METHOD_VERSION_DATE": 23, "OBJECT_COUNTRY_CODING_METHOD_VERSION_DATE": 24,
    "SECURITY_CLASSIFICATION_UNCLASSIFIED": 1, "COUNTRY_CODING_METHOD_GENC_TWO_LETTER": 13,
}  # fmt: skip


def test_security_set_vector(vectors: dict[str, list[dict[str, object]]]) -> None:
    (vector,) = sets_of(vectors, "ST0102")
    value = bytearray()
    for symbol, char, number in re.findall(r"KLV_0102_(\w+)|'(.)'|(0x[0-9A-Fa-f]+|\d+)", vector["hex_with_symbols"]):
        value.append(ST0102_TAGS[symbol] if symbol else ord(char) if char else int(number, 0))
    marking = security_marking(bytes(value))
    assert (marking.classification, marking.country, marking.caveats) == ("UNCLASSIFIED", "US", "CAVEAT")
    assert (marking.releasable_to, marking.object_countries, marking.version) == ("NOW", "US", 12)


def test_security_country_of_another_length_is_read_and_noted() -> None:
    marking = security_marking(bytes.fromhex("010101") + bytes.fromhex("020101") + b"\x03\x05//USA")
    assert marking.country == "USA"
    assert any("3 letters" in note for note in marking.notes)


def test_universal_set_vector_is_known_to_the_last_item(vectors: dict[str, list[dict[str, object]]]) -> None:
    (vector,) = sets_of(vectors, "ST0104")
    # The extraction lost the letters of its texts: a key follows their length at once. Dots stand for them here.
    body, key = bytes.fromhex(vector["hex"]), bytes.fromhex("060e2b34")
    at = 0
    while at < len(body):
        length = body[at + 16]
        if length and body[at + 17 : at + 21] == key:
            body = body[: at + 17] + b"." * length + body[at + 17 :]
        at += 17 + length
    found = {name: value for _, name, value, _ in universal_items(body)}
    assert "" not in found
    assert found["time_us"] == 1224807209913000
    # The same flight as the ST 0601 vectors describe, item by item.
    theirs = {v["tag"]: v["expected"] for v in vectors["item_vectors"] if v["source"] == "kwiver" and "expected" in v}
    same = {"sensor_lat_deg": 13, "sensor_lon_deg": 14, "sensor_msl_m": 15, "centre_lat_deg": 23, "centre_lon_deg": 24,
            "centre_msl_m": 25, "hfov_deg": 16, "vfov_deg": 17, "slant_range_m": 21, "frame_width_m": 22,
            "angle_to_north_deg": 18, "platform_pitch_deg": 6, "platform_roll_deg": 7}  # fmt: skip
    for name, tag in same.items():
        assert found[name] == pytest.approx(theirs[tag], rel=1e-4, abs=0.01), name


def test_vmti_vectors(vectors: dict[str, list[dict[str, object]]]) -> None:
    whole, place, *_ = sets_of(vectors, "ST0903")
    report = vmti(bytes.fromhex(whole["hex"]), (20.0, -100.0))
    assert (report.system, report.detected, report.frame_width_px) == ("DSTO_ADSS_VMTI", 28, 1920)
    first, second = report.targets
    # Pixel 409,600 of a picture 1,920 wide, counted from 1 along rows.
    assert (first.number, first.row, first.column) == (1, 409599 // 1920 + 1, 409599 % 1920 + 1)
    assert (second.number, second.row, second.column, second.confidence_pct) == (1234, 872, 1137, 80)
    assert (second.latitude_deg, second.longitude_deg, second.height_hae_m) == pytest.approx((30.0, -88.0, 10000.0))
    at, sigmas = location(bytes.fromhex(place["hex"]))
    assert (*at, *sigmas) == pytest.approx(tuple(literals(place["expected_cxx"])[:6]))


def test_error_vectors(vectors: dict[str, list[dict[str, object]]]) -> None:
    uas, _ = sets_of(vectors, "ST1010")  # the other is of ST 1107, which never stands in ST 0601 item 102
    assert sdcc(local_items(bytes.fromhex(uas["hex"]))) == {13: 1.0, 14: 2.0, 5: 0.0}


def test_segments_and_amendments_are_opened(vectors: dict[str, list[dict[str, object]]]) -> None:
    (vector,) = sets_of(vectors, "ST1607")
    body = bytes.fromhex(vector["hex"])
    # Here, too, the extraction lost the letters: put them back where their lengths stand.
    for text, before in ((b"ALPHA", b"\x03\x05"), (b"BRAVO", b"\x03\x05"), (b"LARRY", b"F\x05"), (b"JOHNNY", b"F\x06")):
        at = body.rindex(before) + 2 if text == b"BRAVO" else body.index(before) + 2
        body = body[:at] + text + body[at:]
    found = [(name, value) for _, name, value, _ in local_set(body)]
    assert ("mission_id", "ALPHA") in found
    assert [value[0][1:3] for name, value in found if name == "amend_set"] == [("mission_id", "BRAVO")]
    assert [value[0][2] for name, value in found if name == "segment_set"] == ["LARRY", "JOHNNY"]


REALS = [item for item in ITEMS.values() if isinstance(item.codec, (Mapped, Imapb))]


@given(st.sampled_from(REALS), st.floats(0.0, 1.0))
def test_reals_come_back_within_a_step(item: object, share: float) -> None:
    codec = item.codec
    value = codec.low + share * (codec.high - codec.low)
    raw = codec.encode(value)
    assert codec.decode(raw) == pytest.approx(value, abs=codec.resolution(len(raw)))


@given(st.sampled_from(REALS))
def test_not_a_number_is_set_aside_and_comes_back_unknown(item: object) -> None:
    if isinstance(item.codec, Imapb) or item.codec.signed:
        assert item.codec.decode(item.codec.encode(float("nan"))) is None


def decoded(raw: bytes) -> dict[str, object]:
    reader = PacketReader(elementary=True)
    (packet,) = [p for batch in [*reader.read(raw, 0), *reader.finish()] for p in batch.packets()]
    assert isinstance(packet, Packet)
    return {name: value for _, name, value, _ in describe(packet)}


def test_a_written_packet_reads_as_it_was_written() -> None:
    values = {
        "time_us": 1_700_000_000_123_456,
        "mission_id": "SURVEY 7",
        "platform_heading_deg": 271.5,
        "platform_status": "automated orbit",
        "flags": ("laser range", "slant range measured"),
        "leap_seconds": -5,
        "storage_capacity_gb": 70_000,
        "sensor_height_hae_extended_m": 3210.5,
        "frame_width_m": None,
        "active_payloads": bytes([0b101]),
    }
    found = decoded(encode_st0601(values))
    assert list(found) == [*values, "checksum"]
    assert found.pop("platform_heading_deg") == pytest.approx(271.5, abs=0.006)
    assert found.pop("checksum") is not None
    assert found == {**{k: v for k, v in values.items() if k in found}, "active_payloads": (0, 2)}


@pytest.mark.parametrize("tag", sorted(EXCLUDED))
def test_what_has_no_place_here_is_never_written(tag: int) -> None:
    for key in (tag, ITEMS[tag].name):
        with pytest.raises(SettingError, match="unarmed"):
            encode_st0601({TIME: 0, key: b"\x01"})


@pytest.mark.parametrize(
    ("values", "what"),
    [
        ({"mission_id": "no time"}, "time"),
        ({TIME: 0, "no_such_item": 1}, "no_such_item"),
        ({TIME: 0, 999: b""}, "999"),
        ({TIME: 0, CHECKSUM: 1}, "cannot be written"),
        ({TIME: 0, "sensor_latitude_deg": 91.0}, "sensor_latitude_deg"),
        ({TIME: 0, "sensor_latitude_deg": "north"}, "not a number"),
        ({TIME: -1}, "time_us"),
        ({TIME: 0, "mission_id": "x" * 128}, "127"),
    ],
)
def test_what_cannot_be_written_is_named(values: dict[int | str, object], what: str) -> None:
    with pytest.raises(SettingError, match=what):
        encode_st0601(values)


def test_no_item_is_named_for_arms_or_for_aiming() -> None:
    words = ("weapon", "target", "laser_prf", "store", "fire", "hostile")
    assert [name for name in TAGS if any(word in name for word in words)] == []
    assert {ITEMS[tag].name for tag in EXCLUDED} == {f"excluded_{tag}" for tag in EXCLUDED}


def test_columns_scale_as_single_values_do() -> None:
    rng = np.random.default_rng(1)
    for item in REALS:
        for size in item.codec.lengths:
            raw = rng.integers(0, 1 << 8 * size, 50, dtype=np.uint64)
            column = item.codec.scale(raw, size)
            single = [item.codec.decode(int(r).to_bytes(size, "big")) for r in raw]
            np.testing.assert_array_equal(column, [np.nan if s is None else s for s in single])
