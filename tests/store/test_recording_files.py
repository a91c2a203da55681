"""Packets and telemetry come back from their files exactly as they went in."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from otear.domain.packets import Checksum, Packet, Repair, RepairKind, Standard
from otear.domain.telemetry import Telemetry
from otear.store.recording_files import RecordingWriter, read_packets, read_telemetry

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
def test_packets_round_trip(tmp_path_factory, batch: list[Packet], rows: int) -> None:  # type: ignore[no-untyped-def]
    folder: Path = tmp_path_factory.mktemp("recording")
    with RecordingWriter(folder) as writer:
        writer.packets(batch)
        writer.packets(batch)
    assert [p for part in read_packets(folder, rows) for p in part] == batch * 2


def test_telemetry_round_trips_in_batches(tmp_path: Path) -> None:
    first, second = telemetry(700, 1), telemetry(300, 2)
    with RecordingWriter(tmp_path) as writer:
        writer.telemetry(first)
        writer.telemetry(second)
    parts = list(read_telemetry(tmp_path, rows=128))
    assert sum(map(len, parts)) == 1000
    for field in fields(Telemetry):
        wanted = np.concatenate([getattr(first, field.name), getattr(second, field.name)])
        np.testing.assert_array_equal(np.concatenate([getattr(p, field.name) for p in parts]), wanted)
