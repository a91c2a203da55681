"""Real clips: what is kept of each, and whether another decoder reads the same values."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tstrans.io import parse_file
from tstrans.klv import decode_uas_datalink

from otear.domain.packets import Checksum, Packet, Standard
from otear.domain.telemetry import Telemetry
from otear.geo.camera import Lens, Pose, sight_lines
from otear.geo.frames import LocalFrame
from otear.video.klv import Batch, PacketReader, decode, describe

OURS = {
    "sensor_lat_deg": "sensor_lat_deg",
    "sensor_lon_deg": "sensor_lon_deg",
    "sensor_msl_m": "sensor_alt_m",
    "heading_deg": "platform_heading_deg",
    "azimuth_deg": "sensor_rel_az_deg",
    "elevation_deg": "sensor_rel_el_deg",
    "twist_deg": "sensor_rel_roll_deg",
    "hfov_deg": "sensor_hfov_deg",
    "vfov_deg": "sensor_vfov_deg",
    "slant_range_m": "slant_range_m",
    "centre_lat_deg": "frame_center_lat_deg",
    "centre_lon_deg": "frame_center_lon_deg",
    "centre_msl_m": "frame_center_elev_m",
}

Clip = Callable[[str], list[Batch]]


@pytest.fixture
def clip(shared_data: Path) -> Clip:
    """Reads the metadata of a clip by its name."""

    def read(name: str) -> list[Batch]:
        path = shared_data / "video" / name
        batches = []
        if path.suffix == ".ts":
            reader = PacketReader()
            for event in parse_file(path):
                if type(event).__name__ == "_MetadataEvent":
                    batches += reader.read(bytes(event.payload), 0)
        else:
            reader = PacketReader(elementary=True)
            batches += reader.read(path.read_bytes(), 0)
        return [*batches, *reader.finish()]

    return read


def packets(batches: list[Batch]) -> list[Packet]:
    return [packet for batch in batches for packet in batch.packets()]


def table(batches: list[Batch]) -> Telemetry:
    (batch,) = batches
    return batch.telemetry


@pytest.mark.parametrize(
    ("name", "count", "standard", "checksum"),
    [
        ("huntsville-sim.ts", 277, Standard.ST0601, Checksum.GOOD),
        ("cheyenne-flight.klv", 711, Standard.ST0601, Checksum.GOOD),
        ("aphill-eg0104.ts", 48, Standard.EG0104, Checksum.ABSENT),
        ("h264_klv.ts", 30, Standard.ST0601, Checksum.GOOD),
        ("h265_klv.ts", 30, Standard.ST0601, Checksum.GOOD),
        ("mpeg2_klv.ts", 30, Standard.ST0601, Checksum.GOOD),
        ("mismms-dynamic.bin", 1, Standard.ST0601, Checksum.GOOD),
        ("vmti-0903.bin", 5, Standard.ST0903, Checksum.GOOD),
    ],
)
def test_every_packet_of_a_clip_is_kept_and_believed(
    clip: Clip, name: str, count: int, standard: Standard, checksum: Checksum
) -> None:
    found = packets(clip(name))
    assert len(found) == count
    assert {(p.standard, p.checksum, p.trusted, p.repaired) for p in found} == {(standard, checksum, True, False)}


def test_the_bad_checksum_is_kept_and_flagged(clip: Clip) -> None:
    (packet,) = packets(clip("mismms-bad-checksum.bin"))
    assert (packet.checksum, packet.trusted, len(packet.raw)) == (Checksum.BAD, False, 228)
    assert len(decode([packet])) == 0
    assert {name: value for _, name, value, _ in describe(packet)}["mission_id"] == "Mission 12"


def test_huntsville_has_130_moving_things_with_places_near_the_frame_centre(clip: Clip) -> None:
    found = [{name: value for _, name, value, _ in describe(p)} for p in packets(clip("huntsville-sim.ts"))]
    reports = [(packet, packet["vmti_set"]) for packet in found if packet.get("vmti_set") is not None]
    assert len(reports) == 37
    things = [(packet, thing) for packet, report in reports for thing in report.targets]
    assert len(things) == 130
    for packet, thing in things:
        if thing.latitude_deg is not None:
            assert abs(thing.latitude_deg - packet["frame_centre_latitude_deg"]) < 0.02
            assert abs(thing.longitude_deg - packet["frame_centre_longitude_deg"]) < 0.02
    marking = found[0]["security_set"]
    assert (marking.classification, marking.country, marking.object_countries) == ("UNCLASSIFIED", "US", "US")
    assert "ASCII" in marking.notes[0]


@pytest.mark.parametrize("name", ["huntsville-sim.ts", "cheyenne-flight.klv", "h264_klv.ts"])
def test_another_decoder_reads_the_same(clip: Clip, name: str) -> None:
    batches = clip(name)
    columns = table(batches)
    theirs = [decode_uas_datalink(packet.raw) for packet in packets(batches)]
    assert columns.time_us.tolist() == [record.timestamp_us for record in theirs]
    for ours, field in OURS.items():
        expected = [np.nan if getattr(r, field) is None else getattr(r, field) for r in theirs]
        np.testing.assert_allclose(getattr(columns, ours), expected, rtol=1e-12, atol=1e-12, err_msg=ours)
    again = decode(packets(batches))
    np.testing.assert_array_equal(again.corner_lat_deg, columns.corner_lat_deg)


def test_the_wider_range_wins_and_errors_come_with_their_items(clip: Clip) -> None:
    columns = table(clip("h264_klv.ts"))
    assert columns.pitch_deg[0] == pytest.approx(-0.4315251020861441, abs=1e-9)
    assert columns.sensor_hae_m[0] == pytest.approx(23456.234375)
    assert columns.frame_width_m[0] == pytest.approx(13898.5)
    assert columns.corner_lat_deg[0, 0] == pytest.approx(-10.528728394)
    assert columns.slant_range_measured[0] == 1
    # Numbers that would be 111 km as degrees are metres; heading is without error.
    assert columns.sigma_lat_m[0] == 1.0
    assert columns.sigma_lon_m[0] == 2.0
    assert columns.sigma_heading_deg[0] == 0.0
    assert np.isnan(columns.sigma_pitch_deg[0])


def test_corners_are_offsets_from_the_frame_centre(clip: Clip) -> None:
    columns = table(clip("cheyenne-flight.klv"))
    assert (np.abs(columns.corner_lat_deg - columns.centre_lat_deg[:, None]) <= 0.075).all()
    assert columns.corner_lon_deg[0, 0] - columns.centre_lon_deg[0] == pytest.approx(0x75 * 0.15 / 65534)
    assert set(columns.slant_range_measured) == {0}
    assert set(table(clip("huntsville-sim.ts")).slant_range_measured) == {-1}


def test_eg0104_angles_look_at_the_reported_ground(clip: Clip) -> None:
    columns = table(clip("aphill-eg0104.ts"))
    radians = [
        np.radians(getattr(columns, f"{name}_deg"))
        for name in ("sensor_lat", "sensor_lon", "heading", "pitch", "roll", "azimuth", "elevation", "twist")
    ]
    pose = Pose(*radians[:2], columns.sensor_msl_m, *radians[2:])
    pixels = [[0, 0], [720, 0], [720, 480], [0, 480], [360, 240]]
    for k in range(len(columns)):
        lens = Lens(np.radians(columns.hfov_deg[k]), np.radians(columns.vfov_deg[k]), 720, 480)
        centre = np.radians([columns.centre_lat_deg[k], columns.centre_lon_deg[k]])
        ground = LocalFrame(*centre)
        origin, sight = sight_lines(pose.at(k), lens, pixels)
        start, along = ground.enu_from_ecef(origin), sight @ ground.axes.T
        ranges = -start[:, 2] / along[:, 2]
        hits = (start + ranges[:, None] * along)[:, :2]
        # The range closes to a metre; the azimuth is off by the grid convergence of UTM zone 18, constant to 0.001.
        assert ranges[4] == pytest.approx(columns.slant_range_m[k], abs=1.0)
        east, north = -start[4, :2]
        bearing = np.degrees(np.arctan2(east, north) - np.arctan2(*along[4, :2]))
        assert bearing == pytest.approx(-1.4661, abs=1e-3)
        turn = np.radians(bearing)
        turned = (hits[:4] - hits[4]) @ np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        corners = np.radians(np.stack([columns.corner_lat_deg[k], columns.corner_lon_deg[k]]))
        reported = ground.enu_from_geodetic(corners[0], corners[1], np.zeros(4))[:, :2]
        np.testing.assert_allclose(turned, reported, atol=0.05)
