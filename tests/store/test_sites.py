"""Cues and sites in the index: only added to, in one order, with their entries, and the same when they come again."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from otear.domain.authority import DataKind
from otear.domain.evidence import Report
from otear.domain.ledger import Draft
from otear.domain.sites import PlacedReport, Review, Verdict
from otear.errors import InputError
from otear.evidence.accounts import named
from otear.evidence.histories import Merged, Seen, Split, Undone, site_name, standing
from otear.store.base import AuthorityRow, ChangeRow, KeepRow
from otear.store.ledger import SqlLedger
from otear.store.workspace import Workspace, create_workspace, open_workspace

from ..made_cues import cue, put, run
from .test_workspace import ROW

F = ROW.footage_id
G = "f-fedcba9876543210"
HERE = (24.8, -107.4)
NOTE = Draft(1, "ana", "analyst", "process", "footage", F)
UNWRITABLE = replace(NOTE, subject_sha256="no hash")
CUES = [cue("c-1", F, HERE), cue("c-2", F, HERE, (400.0, 0.0)), cue("c-3", F, HERE, (10.0, 5.0))]
SEEN = [ChangeRow(Seen(f"seen-{one.cue_id}", one.cue_id, site_name(one.cue_id)), 5, "otear") for one in CUES]
REVIEW = Review("v-1", "s-1", "ana", 7, Verdict.CONFIRMED, "ñ", frozenset({"c-1", "c-2"}), frozenset({F}))
REPORT = PlacedReport(Report("r-1", 3, "a neighbour", 0.3, 0.05, ("c-1",)), 24.8, -107.4, 80.0, "ana", 8, "a-1")
KEEP = KeepRow(F, DataKind.FINDINGS, 1, 100)


@pytest.fixture
def filled(workspace: Workspace) -> Workspace:
    """Two recordings, an authority, and no cue."""
    workspace.store.add_footage(ROW, [], [])
    workspace.store.add_footage(replace(ROW, footage_id=G, sha256="1" * 64), [], [])
    workspace.registers.add_authority(AuthorityRow("a-1", "ab" * 32, 5, "{}"), [])
    return workspace


def state(workspace: Workspace) -> tuple[object, ...]:
    """All that these verbs can change."""
    at = workspace.sites
    rows = at.detections(), at.cues(), at.changes(), at.reviews(), at.reports(), workspace.keeping.kept()
    return *rows, list(workspace.ledger.bodies())


def test_what_was_put_in_comes_back_the_same(filled: Workspace) -> None:
    detection = run(F, dropped=((1, 2), (3, 4)), share=0.5)
    filled.sites.put_cues(detection, CUES, SEEN, [KEEP], [NOTE])
    filled.sites.add_review(REVIEW, [NOTE])
    filled.sites.add_report(REPORT, [], [NOTE])
    again = open_workspace(filled.root).sites
    assert again.detections() == [detection]
    assert again.cues() == again.cues({F}) == CUES
    assert again.cues({G}) == again.cues([]) == []
    assert [row.change for row in again.changes()] == [row.change for row in SEEN]
    assert [row.sequence for row in again.changes()] == [0, 1, 2]
    assert again.reviews() == [REVIEW]
    assert again.reports() == [REPORT]
    assert filled.keeping.kept() == [KEEP]
    assert filled.ledger.size() == 3


def test_cues_are_found_by_where_they_are(filled: Workspace) -> None:
    over = cue("c-4", F, (24.8, 179.9999))
    filled.sites.put_cues(run(F), [*CUES, over], [], [], [])
    assert filled.sites.cues_at((-107.401, 24.799, -107.398, 24.801)) == [CUES[0], CUES[2]]
    assert filled.sites.cues_at((179.99, 24.0, -179.99, 25.0)) == [over]


def test_putting_them_twice_changes_nothing_but_the_ledger(filled: Workspace) -> None:
    filled.sites.put_cues(run(F), CUES, SEEN, [KEEP], [NOTE])
    before = state(filled)
    other = [replace(one, real=0.1) for one in CUES]
    filled.sites.put_cues(run(F, ran_us=99), other, SEEN, [KEEP], [])
    assert state(filled) == before


def test_another_detector_adds_and_a_run_that_did_more_takes_the_place_of_one_that_did_less(filled: Workspace) -> None:
    filled.sites.put_cues(run(F, share=0.5), CUES[:1], SEEN[:1], [], [])
    filled.sites.put_cues(run(F, share=1.0), CUES[:2], SEEN[:2], [], [])
    filled.sites.put_cues(run(F, detector="made/2", ran_us=1), CUES[2:], SEEN[2:], [], [])
    assert [(one.detector, one.share) for one in filled.sites.detections()] == [("made/2", 1.0), ("made/1", 1.0)]
    assert filled.sites.cues() == CUES


def test_changes_that_may_not_follow_are_refused_whole(filled: Workspace) -> None:
    filled.sites.put_cues(run(F), CUES, SEEN, [], [])
    before = state(filled)
    names = [site_name(one.cue_id) for one in CUES]
    good = ChangeRow(Merged("m-1", names[0], names[1]), 6, "ana")
    for bad in (Merged("m-2", names[0], "s-none"), Undone("m-2", "m-9"), Split("m-2", "s-no", frozenset(), "s-x")):
        with pytest.raises(InputError):
            filled.sites.add_changes([good, ChangeRow(bad, 6, "ana")], [NOTE])
    assert state(filled) == before
    filled.sites.add_changes([good], [NOTE])
    with pytest.raises(InputError, match="there already"):
        filled.sites.add_changes([good], [NOTE])


def test_forgotten_cues_leave_their_names_in_the_histories(filled: Workspace) -> None:
    filled.sites.put_cues(run(F), CUES, SEEN, [], [])
    other = cue("c-9", G, HERE)
    filled.sites.put_cues(run(G), [other], [], [], [])
    filled.sites.forget(F, [NOTE])
    assert filled.sites.cues() == [other]
    assert [one.footage_id for one in filled.sites.detections()] == [G]
    assert len(filled.sites.changes()) == 3


VERBS: dict[str, Callable[[Workspace, Draft], Any]] = {
    "cues": lambda at, note: at.sites.put_cues(run(F, detector="made/2"), CUES, SEEN, [KEEP], [note]),
    "changes": lambda at, note: at.sites.add_changes(SEEN, [note]),
    "review": lambda at, note: at.sites.add_review(REVIEW, [note]),
    "report": lambda at, note: at.sites.add_report(REPORT, SEEN, [note]),
    "forget": lambda at, note: at.sites.forget(G, [note]),
}


@pytest.mark.parametrize("verb", VERBS)
def test_rows_and_entries_stand_or_fall_together(filled: Workspace, verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    filled.sites.put_cues(run(G), [cue("c-9", G, HERE)], [], [], [])
    before, real = state(filled), SqlLedger.append_in
    with pytest.raises(InputError):
        VERBS[verb](filled, UNWRITABLE)
    assert state(filled) == before

    def interrupted(*arguments: Any) -> None:
        real(*arguments)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(SqlLedger, "append_in", interrupted)
        with pytest.raises(KeyboardInterrupt):
            VERBS[verb](filled, NOTE)
    assert state(filled) == before
    VERBS[verb](filled, NOTE)
    assert state(filled) != before


def test_several_may_put_the_same_at_once_and_it_is_there_once(filled: Workspace) -> None:
    others = [open_workspace(filled.root) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda at: at.sites.put_cues(run(F), CUES, SEEN, [], [NOTE]), others))
    assert filled.sites.cues() == CUES
    assert [row.sequence for row in filled.sites.changes()] == [0, 1, 2]
    assert filled.ledger.verify().valid


def land(rng: np.random.Generator) -> dict[str, list[Any]]:
    """Cues of two passes over five places a kilometre apart: some seen by both, some by one."""
    passes: dict[str, list[Any]] = {F: [], G: []}
    for place in range(5):
        for start, (footage, its) in enumerate(passes.items()):
            for k in range(int(rng.integers(place == 0, 4))):
                off = (1_000.0 * place + rng.normal(0.0, 10.0), rng.normal(0.0, 10.0))
                name = f"c-{footage[-4:]}-{place}-{k}"
                its.append(cue(name, footage, HERE, off, time_us=1_772_726_400_000_000 + start * 10**9 + place))
    return passes


@pytest.mark.parametrize("seed", range(2))
def test_a_site_is_the_same_when_its_footage_is_looked_at_again(filled: Workspace, seed: int, tmp_path: Any) -> None:
    """In whatever order a pass's cues come, and in another workspace; put twice, nothing changes."""
    passes = land(np.random.default_rng(seed))
    other = create_workspace(tmp_path / "other")
    for row in filled.store.all_footage():
        other.store.add_footage(row, [], [])
    for footage, cues in passes.items():
        put(filled, footage, cues)
        put(other, footage, random.Random(seed).sample(cues, len(cues)))
    sites = standing([row.change for row in filled.sites.changes()])
    assert sites == standing([row.change for row in other.sites.changes()])
    assert 1 <= len(sites) <= 5
    for footage, cues in passes.items():
        put(filled, footage, cues)
    assert standing([row.change for row in filled.sites.changes()]) == sites
    assert len(filled.sites.changes()) == sum(map(len, passes.values()))


@pytest.mark.parametrize("seed", range(2))
def test_the_later_pass_first_gives_the_same_sites_under_names_that_lead_to_them(
    filled: Workspace, seed: int, tmp_path: Any
) -> None:
    passes = land(np.random.default_rng(seed))
    other = create_workspace(tmp_path / "other")
    for row in filled.store.all_footage():
        other.store.add_footage(row, [], [])
    for footage in (F, G):
        put(filled, footage, passes[footage])
    for footage in (G, F):
        put(other, footage, passes[footage])
    here, there = ([row.change for row in at.sites.changes()] for at in (filled, other))
    sites, others = standing(here), standing(there)
    assert set(sites.values()) == set(others.values())
    for name, pieces in sites.items():
        found = named(name, there)
        assert found is not None
        assert others[found] == pieces
    assert named("s-none", here) is None


@pytest.mark.parametrize("seed", range(3))
def test_no_piece_is_lost_or_in_two_sites_whatever_is_written_down(filled: Workspace, seed: int) -> None:
    """Random merges, splits and undoing, each read back from the index; undoing the last gives back what stood."""
    rng = np.random.default_rng(seed)
    put(filled, F, land(rng)[F])
    pieces = {one.cue_id for one in filled.sites.cues()}
    for k in range(25):
        changes = [row.change for row in filled.sites.changes()]
        sites, earlier = standing(changes), [one.change_id for one in changes if not isinstance(one, Seen)]
        names, chosen = sorted(sites), rng.random()
        if chosen < 0.4 and len(names) > 1:
            one, into = (str(name) for name in rng.choice(names, 2, replace=False))
            change: Any = Merged(f"m-{k}", one, into)
        elif chosen < 0.7 or not earlier:
            site = str(rng.choice(names))
            some = frozenset(piece for piece in sorted(sites[site]) if rng.random() < 0.5)
            change = Split(f"m-{k}", site, some, site_name(f"m-{k}"))
        else:
            change = Undone(f"m-{k}", str(rng.choice(earlier)))
        filled.sites.add_changes([ChangeRow(change, k, "ana")], [NOTE])
        after = standing([row.change for row in filled.sites.changes()])
        held = [piece for its in after.values() for piece in its]
        assert sorted(held) == sorted(pieces)
        if k % 8 == 7:
            filled.sites.add_changes([ChangeRow(Undone(f"u-{k}", f"m-{k}"), k, "ana")], [])
            assert standing([row.change for row in filled.sites.changes()]) == sites
