"""Detect: cues on the ground, kept, joined to sites, and counted. The detectors here are told what to find."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest

from otear.detect.base import KINDS, NONE, Detections, Picture
from otear.domain.authority import SensorKind
from otear.domain.kinds import CueKind
from otear.errors import InputError, NotFoundError
from otear.evidence.histories import standing
from otear.geo.terrain import open_terrain
from otear.store.base import FootageRow
from otear.store.workspace import Workspace
from otear.workflow import pictures
from otear.workflow.detect import sensor_of
from otear.workflow.detected import Detected, detect, draw
from otear.workflow.families import UNKNOWN_SHARE, Calibrations, Family
from otear.workflow.footage import find
from otear.workflow.held import Held
from otear.workflow.locate import locate
from otear.workflow.track import trusted_telemetry

from ..consent import held_in, log_of, take

CENTRE = (320.0, 180.0)


@dataclass
class Told:
    """Finds a tank at the same pixels of every picture, or nothing."""

    pixels: Sequence[tuple[float, float]] = (CENTRE,)
    name: str = "told 1"
    sensors: frozenset[SensorKind] = frozenset(SensorKind)
    kinds: frozenset[CueKind] = frozenset({CueKind.TANK})
    seen: list[Picture] = field(default_factory=list)

    def detect(self, picture: Picture) -> Detections:
        self.seen.append(picture)
        if not self.pixels:
            return NONE
        boxes = np.array([[x - 5, y - 5, x + 5, y + 5] for x, y in self.pixels], dtype=np.float32)
        kind = np.full(len(boxes), KINDS.index(CueKind.TANK), dtype=np.int8)
        return Detections(boxes, kind, np.full(len(boxes), 0.7, dtype=np.float32))


def family(quick: Sequence[Told] = (), slow: Sequence[Told] = ()) -> Family:
    return Family(tuple(quick), tuple(slow), Calibrations({}))


@pytest.fixture
def row(workspace: Workspace, clip: Any) -> FootageRow:
    take(workspace, clip.recording, clip.terrain)
    return find(workspace, "latest")


def looked_through(workspace: Workspace, row: FootageRow, clip: Any, these: Family) -> Detected:
    terrain = open_terrain([clip.terrain])
    return detect(*held_in(workspace, row.footage_id), these, sensor=SensorKind.VISIBLE, earlier=None, terrain=terrain)


def test_a_cue_is_where_locate_puts_its_pixel(workspace: Workspace, row: FootageRow, clip: Any) -> None:
    told = Told()
    found = looked_through(workspace, row, clip, family(slow=[told]))
    cue = found.cues[0]
    assert cue.kind is CueKind.TANK
    time_s = (cue.time_us - (row.start_us or 0)) / 1e6
    (place,) = locate(
        *held_in(workspace, row.footage_id), time_s=time_s, pixels=[cue.pixel], terrain=open_terrain([clip.terrain])
    )
    assert place.place is not None
    assert cue.place.lat == pytest.approx(place.place.lat, abs=2e-4)
    assert 0.3 < cue.place.ce90_m / place.place.ce90_m < 1.1
    assert cue.ellipse.semi_minor_m <= cue.place.ce90_m
    assert cue.look is not None
    assert (cue.real, cue.base_rate) == (UNKNOWN_SHARE, UNKNOWN_SHARE)
    assert "nobody" in cue.stratum


def test_slow_detectors_see_key_frames_in_colours_and_quick_ones_every_picture(
    workspace: Workspace, row: FootageRow, clip: Any
) -> None:
    slow, quick = Told(()), Told((), "told 2")
    found = looked_through(workspace, row, clip, family([quick], [slow]))
    work = found.found.work
    assert len(quick.seen) == work.pictures == row.summary["frames"]
    assert 1 <= len(slow.seen) == work.key_frames < work.pictures
    assert {one.pixels.ndim for one in slow.seen} == {3}
    assert {one.pixels.ndim for one in quick.seen} == {2}
    assert 0.05 < slow.seen[0].gsd_m < 20.0
    assert 5.0 < slow.seen[0].depression_deg < 90.0
    assert work.key_frames_dropped == 0
    assert found.cues == ()


@pytest.mark.parametrize(
    ("says", "stated", "dark"),
    [(1, None, True), (0, None, False), (-1, None, False), (1, False, False), (0, True, True)],
)
def test_what_is_hot_is_dark_where_the_stream_says_so_unless_somebody_knows_better(
    workspace: Workspace, row: FootageRow, clip: Any, monkeypatch: pytest.MonkeyPatch, says: int, stated: bool | None,
    dark: bool,
) -> None:  # fmt: skip
    known = trusted_telemetry(workspace, row)
    flags = np.where(np.arange(len(known)) < len(known) // 2, says, known.infrared_black_hot)
    monkeypatch.setattr(pictures, "trusted_telemetry", lambda *_: replace(known, infrared_black_hot=flags))
    told = Told(())
    detect(
        *held_in(workspace, row.footage_id), family([told]), sensor=SensorKind.THERMAL, earlier=None,
        terrain=open_terrain([clip.terrain]), black_hot=stated,
    )  # fmt: skip
    first, last = told.seen[0], told.seen[-1]
    assert first.white_hot is not dark
    assert last.white_hot is not bool(stated), "the second half of the stream says nothing"


def test_what_is_found_is_kept_joins_sites_and_the_ledger_tells(
    workspace: Workspace, row: FootageRow, clip: Any
) -> None:
    before = len(log_of(workspace))
    found = looked_through(workspace, row, clip, family(slow=[Told()]))
    assert [one.cue_id for one in workspace.sites.cues([row.footage_id])] == [one.cue_id for one in found.cues]
    sites = standing([one.change for one in workspace.sites.changes()])
    assert frozenset().union(*sites.values()) == {one.cue_id for one in found.cues}
    assert set(found.sites) == set(sites)
    (run,) = workspace.sites.detections()
    assert (run.footage_id, run.detector, run.share) == (row.footage_id, "told 1", pytest.approx(1.0))
    *_, last = log_of(workspace)[before:]
    assert f"told 1: {len(found.cues)} cues" in last["reason"]


def test_again_changes_nothing_and_sites_keep_their_names(workspace: Workspace, row: FootageRow, clip: Any) -> None:
    first = looked_through(workspace, row, clip, family(slow=[Told()]))
    changes = workspace.sites.changes()
    second = looked_through(workspace, row, clip, family(slow=[Told()]))
    assert first.document() == second.document()
    assert workspace.sites.changes() == changes


def test_looked_through_and_nothing_found_is_on_record(workspace: Workspace, row: FootageRow, clip: Any) -> None:
    found = looked_through(workspace, row, clip, family(slow=[Told(())]))
    assert found.cues == ()
    assert [one.footage_id for one in workspace.sites.detections()] == [row.footage_id]
    assert workspace.sites.changes() == []


def test_the_surest_cues_are_drawn(workspace: Workspace, row: FootageRow, clip: Any, tmp_path: Any) -> None:
    found = looked_through(workspace, row, clip, family(slow=[Told()]))
    picture = tmp_path / "cues.png"
    draw(*held_in(workspace, row.footage_id), found.cues, picture)
    assert picture.read_bytes()[:4] == b"\x89PNG"
    with pytest.raises(NotFoundError):
        draw(*held_in(workspace, row.footage_id), (), tmp_path / "none.png")
    assert not (tmp_path / "none.png").exists()


def test_the_stream_says_what_made_the_pictures_or_somebody_must(row: FootageRow) -> None:
    says = sensor_of(row, None)
    assert says is SensorKind.VISIBLE
    silent = FootageRow(**{**vars(row), "summary": {**row.summary, "says": {"sensor": []}}})
    assert sensor_of(silent, SensorKind.THERMAL) is SensorKind.THERMAL
    with pytest.raises(InputError) as caught:
        sensor_of(silent, None)
    assert caught.value.field == "--sensor"


def test_a_recording_against_itself_shows_no_change(workspace: Workspace, row: FootageRow, clip: Any) -> None:
    desk, same, authority = held_in(workspace, row.footage_id)
    found = detect(
        desk, same, authority, family(), sensor=SensorKind.VISIBLE, earlier=Held(same, authority),
        terrain=open_terrain([clip.terrain]),
    )  # fmt: skip
    assert found.found.pairs >= 1
    assert (found.found.pairs_missing, found.cues) == (0, ())


def test_an_earlier_recording_of_another_camera_is_refused(workspace: Workspace, row: FootageRow, clip: Any) -> None:
    desk, same, authority = held_in(workspace, row.footage_id)
    warm = FootageRow(**{**vars(same), "summary": {**same.summary, "says": {"sensor": ["IR"]}}})
    with pytest.raises(InputError) as caught:
        detect(
            desk, same, authority, family(), sensor=SensorKind.VISIBLE, earlier=Held(warm, authority),
            terrain=open_terrain([clip.terrain]),
        )  # fmt: skip
    assert caught.value.field == "--against"
    assert workspace.sites.detections() == []
