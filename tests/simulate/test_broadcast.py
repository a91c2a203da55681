"""A broadcast is the recording, at its own pace, less exactly what it says was lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from otear.errors import InputError, RecordingError, SettingError
from otear.simulate.live.broadcast import Sent, broadcast
from otear.simulate.live.impairments import DropOut, Impairments, Noise
from otear.simulate.live.outlets import outlet_to
from otear.simulate.live.pace import PER_DATAGRAM, datagrams, timed_packets
from otear.simulate.live.restart import FreshMuxer
from otear.video.demux import MetadataBlock, TstransDemuxer, VideoUnit
from otear.video.demux.continuity import Continuity
from otear.video.demux.transport import clock_references
from otear.video.live.address import live_address

from .live_links import FastStopwatch, Shelf

GOOD = Impairments()


def sent(path: Path, impairments: Impairments = GOOD, *, seed: int = 3, speed: float = 1.0) -> tuple[Shelf, Sent]:
    stopwatch = FastStopwatch()
    shelf = Shelf(stopwatch)
    rng = np.random.default_rng(seed)
    return shelf, broadcast(path, shelf.connect, impairments, rng, stopwatch=stopwatch, speed=speed)


def rows_of(data: bytes) -> np.ndarray:
    return np.frombuffer(data, dtype=np.uint8).reshape(-1, 188)


def test_a_good_link_carries_every_byte_at_the_recordings_pace(clip: Any) -> None:
    shelf, told = sent(clip.recording)
    assert shelf.data == clip.recording.read_bytes()
    assert (len(shelf.sent), shelf.closed) == (1, 1)
    times = np.array([at for at, _ in shelf.sent[0]]) - 100.0
    assert (np.diff(times) >= 0.0).all()
    assert times[-1] == pytest.approx(4.0, abs=0.15)
    assert {len(data) for _, data in shelf.sent[0][:-1]} == {1316}
    assert told.datagrams == len(times)
    assert told.bytes == clip.recording.stat().st_size
    assert (told.lost_datagrams, told.flipped_bits, told.unsent_datagrams) == (0, 0, 0)


def test_each_clock_reference_is_sent_when_it_says(clip: Any) -> None:
    parts = list(timed_packets(clip.recording))
    rows, due = np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])
    at, seconds = clock_references(rows)
    assert len(at) > 30
    assert due[at] == pytest.approx(seconds - seconds[0], abs=1e-6)


def test_speed_divides_the_time(clip: Any) -> None:
    shelf, _ = sent(clip.recording, speed=4.0)
    assert shelf.sent[0][-1][0] - 100.0 == pytest.approx(1.0, abs=0.05)


def test_the_same_seed_loses_the_same_datagrams(clip: Any) -> None:
    bad = Impairments(loss=0.2, bit_errors=1e-5, jitter_ms=3.0)
    first, again, other = sent(clip.recording, bad), sent(clip.recording, bad), sent(clip.recording, bad, seed=4)
    assert first[0].sent == again[0].sent
    assert first[1] == again[1]
    assert first[0].data != other[0].data


def test_losses_are_whole_datagrams_and_are_counted(clip: Any) -> None:
    shelf, told = sent(clip.recording, Impairments(loss=0.1))
    whole = [one.rows.tobytes() for one in datagrams(clip.recording)]
    came = {data for _, data in shelf.sent[0]}
    assert told.lost_datagrams == sum(data not in came for data in whole) > 5
    assert told.ts_packets + told.lost_ts_packets == sum(len(data) // 188 for data in whole)


def test_one_impairment_does_not_change_another(clip: Any) -> None:
    alone, _ = sent(clip.recording, Impairments(loss=0.1))
    jittery, _ = sent(clip.recording, Impairments(loss=0.1, jitter_ms=50.0))
    noisy, _ = sent(clip.recording, Impairments(loss=0.1, bit_errors=1e-4))
    assert alone.data == jittery.data
    assert [at for at, _ in alone.sent[0]] == [at for at, _ in noisy.sent[0]], "the same datagrams are lost"
    late = [b[0] - a[0] for a, b in zip(alone.sent[0], jittery.sent[0], strict=True)]
    assert max(late) > 0.01
    assert min(late) >= 0.0
    assert max(late) <= 0.05 + 1e-9


def test_bits_are_flipped_as_often_as_said(clip: Any) -> None:
    shelf, told = sent(clip.recording, Impairments(bit_errors=1e-4))
    differ = np.bitwise_xor(np.frombuffer(shelf.data, np.uint8), np.fromfile(clip.recording, np.uint8))
    assert int(np.unpackbits(differ).sum()) == told.flipped_bits
    assert told.flipped_bits == pytest.approx(8e-4 * told.bytes, rel=0.25)


def test_a_drop_out_is_silence_and_nothing_else(clip: Any) -> None:
    shelf, told = sent(clip.recording, Impairments(drop_outs=(DropOut(1.0, 1.5),)))
    times = np.array([at for at, _ in shelf.sent[0]]) - 100.0
    assert np.diff(times).max() == pytest.approx(1.5, abs=0.1)
    assert (told.drop_outs, len(shelf.sent)) == (1, 1)
    assert told.unsent_datagrams > 20
    assert told.ts_packets + told.unsent_ts_packets == clip.recording.stat().st_size // 188


def test_a_restart_has_fresh_counters_and_fresh_clocks_on_the_same_flight(clip: Any, tmp_path: Path) -> None:
    shelf, told = sent(clip.recording, Impairments(restarts_s=(1.5,), pause_s=1.0))
    assert (told.restarts, len(shelf.sent), shelf.closed) == (1, 2, 2)
    before, after = (rows_of(b"".join(data for _, data in row)) for row in shelf.sent)
    assert shelf.sent[1][0][0] - shelf.sent[0][-1][0] == pytest.approx(1.0, abs=0.15)
    for rows in (before, after):
        continuity = Continuity()
        continuity.add(rows)
        assert continuity.missing().lost == 0
    streams = (after[:, 1].astype(int) & 0x1F) << 8 | after[:, 2]
    for stream in np.unique(streams):
        assert after[np.argmax(streams == stream), 3] & 0x0F == 0
    # Clocks begin where the first sender's began; the flight's own clock goes on.
    starts = [clock_references(rows)[1][0] for rows in (before, after)]
    assert starts[1] == pytest.approx(starts[0], abs=0.15)
    (tmp_path / "after.ts").write_bytes(after.tobytes())
    units = [e for e in TstransDemuxer().events(tmp_path / "after.ts") if isinstance(e, VideoUnit)]
    whole = [e for e in TstransDemuxer().events(clip.recording) if isinstance(e, VideoUnit)]
    stamps = {unit.data: unit.pts_s for unit in whole}
    shifts = {round(stamps[unit.data] - unit.pts_s, 3) for unit in units if unit.data in stamps}
    assert len(shifts) == 1
    assert shifts.pop() == pytest.approx(2.5, abs=0.1)
    assert sum(isinstance(e, MetadataBlock) for e in TstransDemuxer().events(tmp_path / "after.ts")) >= 13


def test_a_fresh_muxer_that_starts_at_once_changes_counters_only(clip: Any) -> None:
    rows = rows_of(clip.recording.read_bytes())
    fresh = FreshMuxer(0.0).rewritten(rows)
    rest = np.arange(188) != 3
    assert (fresh[:, rest] == rows[:, rest]).all()


def test_noise_hits_every_byte_in_the_long_run() -> None:
    noise = Noise(Impairments(bit_errors=0.5), np.random.default_rng(1))
    data, flipped = noise.damaged(bytes(188))
    assert flipped == int(np.unpackbits(np.frombuffer(data, np.uint8)).sum())
    assert sum(byte != 0 for byte in data) > 180


def test_what_has_no_pace_is_named(tmp_path: Path, clip: Any) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear sir, " * 1000)
    with pytest.raises(RecordingError, match="cannot be broadcast"):
        sent(letter)
    rows = rows_of(clip.recording.read_bytes()).copy()
    carries = rows[:, 3] & 0x20 != 0
    rows[carries, 5] &= 0xEF
    (tmp_path / "timeless.ts").write_bytes(rows.tobytes())
    with pytest.raises(RecordingError, match="no clock references"):
        sent(tmp_path / "timeless.ts")


def test_datagrams_are_seven_packets(clip: Any) -> None:
    sizes = [len(one.rows) for one in datagrams(clip.recording)]
    assert set(sizes[:-1]) == {PER_DATAGRAM}
    assert sum(sizes) == clip.recording.stat().st_size // 188


@pytest.mark.parametrize("to", ["udp://@:5000", "srt://:9000"])
def test_somewhere_to_send_to_is_needed(to: str) -> None:
    with pytest.raises(InputError, match="names no host"):
        outlet_to(live_address(to), FastStopwatch())


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("--loss", {"loss": float("nan")}),
        ("--jitter-ms", {"jitter_ms": float("inf")}),
        ("--bit-errors", {"bit_errors": -1e-9}),
        ("--drop-out", {"drop_outs": (DropOut(float("nan"), 1.0),)}),
        ("--drop-out", {"drop_outs": (DropOut(-5.0, 3.0),)}),
        ("--drop-out", {"drop_outs": (DropOut(5.0, -3.0),)}),
        ("--restart", {"restarts_s": (float("nan"),)}),
        ("--restart", {"restarts_s": (4.0, -5.0)}),
        ("--pause", {"pause_s": float("inf")}),
    ],
)
def test_what_no_link_can_be_is_named(field: str, values: dict[str, Any]) -> None:
    with pytest.raises(SettingError) as raised:
        Impairments(**values)
    assert raised.value.field == field
