"""The universal set: absolute sight lines become gimbal angles, and a set is read from its bytes alone."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otear.domain.packets import Checksum, Standard
from otear.geo.camera import Pose, line_of_sight
from otear.video.klv import PacketReader, decode, describe
from otear.video.klv.ber import encode_length
from otear.video.klv.eg0104 import gimbal_angles
from otear.video.klv.keys import UNIVERSAL_SET

ANGLE = st.floats(-180.0, 180.0)


@given(heading=ANGLE, pitch=st.floats(-30, 30), roll=st.floats(-60, 60), azimuth=ANGLE, elevation=st.floats(-89, 89))
def test_gimbal_angles_look_where_the_sight_line_looks(
    heading: float, pitch: float, roll: float, azimuth: float, elevation: float
) -> None:
    relative, up = gimbal_angles(
        (np.array([heading]), np.array([pitch]), np.array([roll])), (np.array([azimuth]), np.array([elevation]))
    )
    pose = Pose(0.3, 0.4, 1000.0, *np.radians([heading, pitch, roll, relative[0], up[0]]), 0.0)
    bearing, depression = line_of_sight(pose)
    assert np.degrees(depression) == pytest.approx(-elevation, abs=1e-6)
    apart = (np.degrees(bearing) - azimuth + 180.0) % 360.0 - 180.0
    assert apart * np.cos(np.radians(elevation)) == pytest.approx(0.0, abs=1e-6)


def universal(items: dict[str, bytes]) -> bytes:
    body = b"".join(
        bytes.fromhex("060e2b3401010101" + key) + encode_length(len(value)) + value for key, value in items.items()
    )
    return UNIVERSAL_SET + encode_length(len(body)) + body


SET = {
    "0702010101050000": (1_221_515_219_356_000).to_bytes(8, "big"),
    "0701020102040200": struct.pack(">d", 38.25),
    "0701020102060200": struct.pack(">d", -77.36),
    "0701100106000000": struct.pack(">f", -90.0),
    "0701100105000000": struct.pack(">f", 0.0),
    "0701100104000000": struct.pack(">f", 0.0),
    "0701100102000000": struct.pack(">f", 45.0),
    "0701100103000000": struct.pack(">f", -30.0),
    "7777777777777777": b"new",
}


def test_a_set_is_read_into_columns_and_words() -> None:
    reader = PacketReader(elementary=True)
    (batch,) = [*reader.read(universal(SET), 0), *reader.finish()]
    (packet,) = batch.packets()
    assert (packet.standard, packet.checksum, packet.trusted) == (Standard.EG0104, Checksum.ABSENT, True)
    assert packet.time_us == 1_221_515_219_356_000
    columns = decode([packet])
    assert columns.heading_deg[0] == pytest.approx(270.0)
    assert columns.azimuth_deg[0] == pytest.approx(135.0)
    assert columns.elevation_deg[0] == pytest.approx(-30.0)
    assert np.isnan(columns.centre_lat_deg[0])
    names = [(name, value) for _, name, value, _ in describe(packet)]
    assert ("sensor_lat_deg", 38.25) in names
    assert names[-1] == ("", b"new")


def test_a_set_whose_items_do_not_fill_it_is_not_trusted() -> None:
    whole = universal(SET)
    # The last item claims a byte too many.
    broken = whole[:-4] + b"\x04new"
    reader = PacketReader(elementary=True)
    (packet,) = [p for batch in [*reader.read(broken, 0), *reader.finish()] for p in batch.packets()]
    assert not packet.trusted
    assert describe(packet)[-1][1] == "unreadable"
    assert describe(packet)[1][2] == 38.25


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
def test_a_number_that_is_none_is_missing(value: float) -> None:
    reader = PacketReader(elementary=True)
    (batch,) = [*reader.read(universal({**SET, "0701020102040200": struct.pack(">d", value)}), 0), *reader.finish()]
    assert np.isnan(batch.telemetry.sensor_lat_deg[0])
    assert batch.telemetry.sensor_lon_deg[0] == pytest.approx(-77.36)
