"""One pass through a recording: what is counted, numbered and said, over all of its streams."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from otear.domain.packets import Packet
from otear.domain.progress import silent
from otear.domain.telemetry import Telemetry
from otear.errors import RecordingError
from otear.video.clocks import ClockSource
from otear.video.klv import encode_st0601
from otear.video.recording import Reading, RecordingReader

from .recordings import klv, mux

START_US = 1_709_654_400_000_000


class Kept:
    """A sink that keeps everything."""

    def __init__(self) -> None:
        self.all_packets: list[Packet] = []
        self.rows: list[Telemetry] = []

    def packets(self, batch: Sequence[Packet]) -> None:
        self.all_packets += batch

    def telemetry(self, batch: Telemetry, trusted: NDArray[np.bool_]) -> None:
        assert len(trusted) == len(batch)
        self.rows.append(batch)


def read(path: Path) -> tuple[Reading, Kept]:
    kept = Kept()
    return RecordingReader(path, kept).read(START_US, silent), kept


def packet(number: int, lat_deg: float, start_us: int = START_US) -> bytes:
    return encode_st0601(
        {
            "time_us": start_us + 40_000 * number,
            "sensor_latitude_deg": lat_deg,
            "sensor_longitude_deg": -107.4,
            "frame_centre_latitude_deg": lat_deg,
            "frame_centre_longitude_deg": -107.4,
            "frame_centre_height_hae_m": 100.0 + 10.0 * number,
        }
    )


def test_packets_are_numbered_over_all_streams_and_places_come_from_the_first(tmp_path: Path) -> None:
    streams = {0x101: [packet(n, 24.0) for n in range(5)], 0x102: [packet(n, 25.0) for n in range(5)]}
    reading, kept = read(mux(tmp_path / "two.ts", streams))
    assert [p.index for p in kept.all_packets] == list(range(10))
    assert reading.counts.total == reading.counts.valid == 10
    (rows,) = kept.rows
    assert [kept.all_packets[number].raw for number in rows.packet] == streams[0x101]
    assert reading.first_place_deg == pytest.approx((24.0, -107.4), abs=1e-6)
    assert any("PID 258 also describes a sensor" in notice and "PID 257" in notice for notice in reading.notices)


def test_spans_and_heights_are_those_of_the_stream(tmp_path: Path) -> None:
    reading, _ = read(mux(tmp_path / "one.ts", {0x101: [packet(n, 24.0) for n in range(5)]}))
    assert (reading.start_us, reading.end_us) == (START_US, START_US + 160_000)
    assert (reading.frames, reading.first_pts_s) == (5, 1.0)
    assert reading.duration_s == pytest.approx(0.2)
    assert reading.centre_hae_m == pytest.approx(100.0, abs=0.3)
    assert reading.clock.source is ClockSource.METADATA


def test_a_raw_file_lasts_as_long_as_its_clock_and_says_what_it_cannot_place(tmp_path: Path) -> None:
    path = tmp_path / "some.klv"
    path.write_bytes(b"".join(packet(n, 24.0) for n in range(11)) + b"trailing")
    reading, _ = read(path)
    assert (reading.frames, reading.first_pts_s) == (0, None)
    assert reading.duration_s == pytest.approx(0.4)
    assert "8 bytes at the end of the metadata on PID 0 belong to no packet." in reading.notices


def test_announced_metadata_without_a_packet_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "noise.ts"
    mux(path, {0x101: [klv(0)[:20] for _ in range(5)]})
    path.write_bytes(path.read_bytes().replace(klv(0)[:16], bytes(16)))
    with pytest.raises(RecordingError, match=r"no KLV packet could be found") as caught:
        read(path)
    assert caught.value.source == str(path)
