"""Packets and telemetry come back from their files exactly as they went in."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otear.domain.packets import Checksum, Packet, Repair, RepairKind, Standard
from otear.domain.telemetry import Telemetry
from otear.store.recording_files import (
    TELEMETRY_FILE,
    RecordingWriter,
    read_packet,
    read_packets,
    read_telemetry,
    read_telemetry_near,
)
from otear.video.health import joined

whole = st.integers(0, 2**62)
repairs = st.builds(Repair, kind=st.sampled_from(RepairKind), offset=whole, detail=st.text(max_size=20))
packets = st.builds(
    Packet,
    index=whole,
    stream=st.integers(0, 8191),
    offset=whole,
    standard=st.sampled_from(Standard),
    checksum=st.sampled_from(Checksum),
    trusted=st.booleans(),
    raw=st.binary(max_size=300),
    pts_s=st.none() | st.floats(0, 1e9),
    time_us=st.none() | whole,
    repairs=st.lists(repairs, max_size=3).map(tuple),
    doubts=st.lists(st.text(max_size=20), max_size=3).map(tuple),
    notes=st.lists(st.text(max_size=20), max_size=3).map(tuple),
)


def telemetry(rows: int, seed: int) -> Telemetry:
    rng = np.random.default_rng(seed)
    columns = {}
    for field in fields(Telemetry):
        if field.type == "Ints":
            columns[field.name] = rng.integers(-1, 2**60, rows)
        else:
            shape = (rows, 4) if field.name.startswith("corner") else (rows,)
            columns[field.name] = np.where(rng.random(shape) < 0.1, np.nan, rng.normal(size=shape))
    return Telemetry(**columns)


@settings(max_examples=25, deadline=None)
@given(st.lists(packets, min_size=1, max_size=8), st.integers(1, 5))
def test_packets_round_trip(tmp_path_factory: pytest.TempPathFactory, batch: list[Packet], rows: int) -> None:
    folder = tmp_path_factory.mktemp("recording")
    with RecordingWriter(folder) as writer:
        writer.packets(batch)
        writer.packets(batch)
    assert [p for part in read_packets(folder, rows) for p in part] == batch * 2
    assert [read_packet(folder, number) for number in range(2 * len(batch) + 1)] == [*batch, *batch, None]


def equal(left: Telemetry, right: Telemetry) -> None:
    for field in fields(Telemetry):
        np.testing.assert_array_equal(getattr(left, field.name), getattr(right, field.name))


def test_telemetry_round_trips_in_batches(tmp_path: Path) -> None:
    first, second = telemetry(700, 1), telemetry(300, 2)
    with RecordingWriter(tmp_path) as writer:
        writer.telemetry(first, np.ones(700, dtype=bool))
        writer.telemetry(second, np.ones(300, dtype=bool))
    parts = list(read_telemetry(tmp_path, rows=128))
    equal(joined(parts), joined([first, second]))


def test_flagged_rows_come_back_only_when_asked_for(tmp_path: Path) -> None:
    rows = telemetry(200, 3)
    trusted = np.arange(200) % 3 != 0
    with RecordingWriter(tmp_path) as writer:
        writer.telemetry(rows, trusted)
    equal(joined(list(read_telemetry(tmp_path))), rows.rows(trusted))
    equal(joined(list(read_telemetry(tmp_path, use_flagged=True))), rows)


def test_rows_near_a_moment_come_in_the_order_of_their_clock(tmp_path: Path) -> None:
    rows = telemetry(500, 4)
    rows.time_us[:] = np.random.default_rng(5).permutation(500) * 1000
    with RecordingWriter(tmp_path) as writer:
        writer.telemetry(rows, np.ones(500, dtype=bool))
    near = read_telemetry_near(tmp_path, 100_000, 110_000)
    assert near.time_us.tolist() == list(range(100_000, 111_000, 1000))
    equal(near, rows.rows(np.argsort(rows.time_us)[100:111]))


def test_a_file_from_before_there_was_a_column_says_nothing_of_it(tmp_path: Path) -> None:
    rows = telemetry(20, 6)
    with RecordingWriter(tmp_path) as writer:
        writer.telemetry(rows, np.ones(20, dtype=bool))
    whole = pq.read_table(tmp_path / TELEMETRY_FILE)
    pq.write_table(whole.drop_columns(["infrared_black_hot"]), tmp_path / TELEMETRY_FILE)
    (read,) = read_telemetry(tmp_path)
    equal(read, replace(rows, infrared_black_hot=np.full(20, -1)))
