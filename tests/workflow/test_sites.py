"""Sites through the workspace: the account of each, who may judge it, and what stays hidden from whom."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from otear.authority.roles import Action, Actor, Role
from otear.domain.authority import SensorKind
from otear.domain.clock import FixedClock
from otear.domain.kinds import CueKind
from otear.domain.sites import State, Verdict
from otear.errors import InputError, NotFoundError, RefusedError
from otear.evidence.light import Light, light
from otear.evidence.marks import Plane
from otear.evidence.worth import Step
from otear.simulate import clip
from otear.store.workspace import SETTINGS_FILE, Workspace, create_workspace, open_workspace
from otear.workflow.authorities import authority_named, revoke_authority
from otear.workflow.desk import Desk
from otear.workflow.footage import chosen, find
from otear.workflow.held import Held, in_reach
from otear.workflow.site_accounts import Account
from otear.workflow.site_changes import history, merge, split, undo
from otear.workflow.site_reports import Stated, add_report
from otear.workflow.site_review import review
from otear.workflow.sites import account_of, documents, draw, queue, told

from ..consent import WORKER, desk_in, log_of, take
from ..made_cues import cue, put

ANA, LUZ = (Actor(name, frozenset({Role.ANALYST})) for name in ("Ana", "luz"))
DAY_US = 86_400_000_000
NOW_US = 1_772_830_000_000_000
"""The day after the flight: vehicles and heat have not faded yet."""
SETTINGS = """
[coverage]
site_kind = "clearing"
"""


@pytest.fixture(scope="module")
def flown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A second of flight over synthetic hills on a day of these tests, and the terrain under it."""
    return fly(tmp_path_factory.mktemp("flown"), NOW_US - DAY_US)


def fly(folder: Path, start_us: int) -> tuple[Path, Path]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clip, "_START_US", start_us)
        clip.write_clip(folder / "clip.ts", folder / "terrain.tif", seed=7, seconds=1.0)
    return folder / "clip.ts", folder / "terrain.tif"


@pytest.fixture(scope="module")
def made(flown: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with the flight adopted; it counts looks by what shows a clearing."""
    workspace = create_workspace(tmp_path_factory.mktemp("sites") / "workspace")
    (workspace.root / SETTINGS_FILE).write_text(SETTINGS, encoding="utf-8")
    workspace = open_workspace(workspace.root)
    take(workspace, *flown, desk=at_work(workspace, WORKER))
    return workspace.root


@pytest.fixture
def workspace(made: Path, tmp_path: Path) -> Workspace:
    return open_workspace(Path(shutil.copytree(made, tmp_path / "workspace")))


def middle(workspace: Workspace) -> tuple[float, float]:
    """The middle of what the clip shows."""
    west, south, east, north = find(workspace, "latest").summary["bounds"]
    return (south + north) / 2.0, (west + east) / 2.0


def seen(workspace: Workspace) -> tuple[str, int]:
    """The clip, and when it was made."""
    row = find(workspace, "latest")
    assert row.start_us is not None
    return row.footage_id, row.start_us


def with_site(workspace: Workspace, **changes: Any) -> str:
    """Put drums and a tank of one site into the clip; the name of the site."""
    footage, start_us = seen(workspace)
    at = middle(workspace)
    cues = [
        cue("c-drums", footage, at, (5.0, 0.0), time_us=start_us + 1, **changes),
        cue("c-tank", footage, at, (-8.0, 6.0), kind=CueKind.TANK, time_us=start_us + 2, **changes),
    ]
    put(workspace, footage, cues)
    (found,) = queue(*reach(workspace))
    return found.site_id


def at_work(workspace: Workspace, actor: Actor = ANA) -> Desk:
    return desk_in(workspace, FixedClock(NOW_US), actor)


def reach(workspace: Workspace, actor: Actor = ANA) -> tuple[Desk, list[Held]]:
    desk = at_work(workspace, actor)
    return desk, in_reach(desk, chosen(workspace, []), Action.PROCESS)[0]


def shown(workspace: Workspace, name: str, actor: Actor = ANA) -> tuple[Account, dict[str, Any], str]:
    desk, sources = reach(workspace, actor)
    account = account_of(desk, sources, name)
    return account, documents(desk, [account])[0], "\n".join(told(desk, account))


def test_an_account_has_what_was_promised_and_adds_up(workspace: Workspace) -> None:
    name = with_site(workspace)
    account, document, said = shown(workspace, name)
    assert {"site_id", "kind", "place", "posterior", "prior", "evidence", "state"} <= set(document)
    assert {"lat", "lon", "height_hae_m", "height_msl_m", "mgrs", "ce90_m", "le90_m"} <= set(document["place"])
    forecast, line = document["evidence"]
    assert set(line) >= {"look", "cue", "llr", "why"}
    assert line["cue"] == ["c-drums", "c-tank"]
    assert line["look"].startswith(seen(workspace)[0])
    odds = document["posterior"] / (1.0 - document["posterior"])
    assert np.log(odds) == pytest.approx(forecast["llr"] + line["llr"])
    assert document["posterior"] > document["prior"] == 0.02
    assert line["belief"] == pytest.approx(document["posterior"])
    at = Plane(*middle(workspace)).metres(document["place"]["lat"], document["place"]["lon"])
    assert np.hypot(*at) < 10.0
    assert "drums, 90% sure" in said
    assert "speaks" in said
    assert said.endswith("alone to decide.")
    assert document["not_covered"]["never"] == ("in heat by day", "in heat by night")
    assert account.never == 0.0


def test_a_pass_that_showed_nothing_speaks_against_as_far_as_it_could_see(workspace: Workspace, tmp_path: Path) -> None:
    """The same ground again, by night, with no cue of the site: heat would have shown it, visible light would not."""
    name = with_site(workspace)
    before, _, _ = shown(workspace, name)
    night = fly(tmp_path, NOW_US - DAY_US // 2)
    other = take(workspace, *night, desk=at_work(workspace, WORKER))["footage_id"]
    account, document, said = shown(workspace, name)
    assert account.belief.posterior == before.belief.posterior
    (uncounted,) = document["not_counted"]
    assert uncounted["subject"] == other
    assert "nobody has looked for cues in it yet" in said
    put(workspace, other, [], share=0.0)
    assert "no pictures that were looked through" in shown(workspace, name)[2]
    row = find(workspace, other)
    assert row.start_us is not None
    assert row.end_us is not None
    put(workspace, other, [], share=0.8)
    assert "shows nothing then" in shown(workspace, name)[2]
    heat: dict[str, Any] = {"detector": "made/2", "share": 0.9, "sensor": SensorKind.THERMAL}
    put(workspace, other, [], **heat, dropped=((row.start_us, row.end_us),))
    assert "nobody looked through them" in shown(workspace, name)[2]
    put(workspace, other, [], **heat)
    account, document, said = shown(workspace, name)
    assert document["not_counted"] == []
    (miss,) = [line for line in document["evidence"] if line["kind"] == "miss"]
    assert 0.5 < miss["miss"]["pd"] <= 0.81, "of 90% at best, in nine pictures of ten"
    assert miss["miss"]["condition"] == "thermal by night"
    assert miss["llr"] < 0.0
    assert account.belief.posterior < before.belief.posterior
    assert "nothing was seen, though" in said
    assert (document["passes_for"], document["passes_against"]) == (1, 1)


def test_where_the_site_may_be_is_more_than_its_middle(workspace: Workspace) -> None:
    """At the edge of the picture part of the ellipse was never looked at."""
    footage, start_us = seen(workspace)
    west, south, _, _ = find(workspace, "latest").summary["bounds"]
    put(workspace, footage, [cue("c-edge", footage, (south, west), time_us=start_us)])
    put(workspace, footage, [cue("c-out", footage, (south - 0.01, west), time_us=start_us)])
    found = {one.cues[0].cue_id: one for one in queue(*reach(workspace))}
    assert 0.2 < found["c-edge"].never < 1.0
    assert found["c-out"].never == 1.0
    assert found["c-out"].looks == ()


def test_the_queue_is_ordered_by_what_the_next_step_is_worth(workspace: Workspace) -> None:
    footage, start_us = seen(workspace)
    lat, lon = middle(workspace)
    for k, real in enumerate((0.02, 0.95, 0.3)):
        put(workspace, footage, [cue(f"c-{k}", footage, (lat + 0.005 * k, lon), time_us=start_us, real=real)])
    found = queue(*reach(workspace))
    worths = [one.next.worth for one in found]
    assert worths == sorted(worths, reverse=True)
    assert found[0].cues[0].cue_id == "c-1"
    desk, sources = reach(workspace)
    review(desk, sources, found[0].site_id, Verdict.REFUTED)
    after = queue(*reach(workspace))
    assert after[0].site_id == found[1].site_id
    assert next(one for one in after if one.site_id == found[0].site_id).next.step is Step.LEAVE
    assert [one.site_id for one in queue(*reach(workspace), state=State.REFUTED)] == [found[0].site_id]


def test_a_verdict_holds_for_the_evidence_that_it_was_given_on(workspace: Workspace) -> None:
    name = with_site(workspace)
    desk, sources = reach(workspace)
    account = review(desk, sources, name, Verdict.CONFIRMED, "drums in rows")
    assert account.judged.state is State.CONFIRMED
    assert account.next.step is Step.HAND_OVER
    entry = log_of(workspace)[-1]
    assert (entry["action"], entry["subject"]["id"], entry["actor"]) == ("review_site", name, "Ana")
    assert "drums in rows" in entry["reason"]
    footage, start_us = seen(workspace)
    put(workspace, footage, [cue("c-pit", footage, middle(workspace), kind=CueKind.WASTE_PIT, time_us=start_us)])
    account, document, said = shown(workspace, name)
    assert account.judged.state is State.OPEN
    assert document["reviews"] == []
    assert [one["verdict"] for one in document["reviews_before"]] == [Verdict.CONFIRMED]
    assert "before there was more evidence" in said


def test_a_second_reader_does_not_know_what_the_first_one_said(workspace: Workspace) -> None:
    settings = workspace.root / SETTINGS_FILE
    settings.write_text(f"{SETTINGS}\n[evidence]\nreaders = 2\n", encoding="utf-8")
    workspace = open_workspace(workspace.root)
    name = with_site(workspace)
    account = review(*reach(workspace, ANA), name, Verdict.CONFIRMED, "sure")
    assert account.judged.state is State.OPEN
    _, document, said = shown(workspace, name, LUZ)
    assert (document["reviews"], document["reviews_not_shown"]) == ([], 1)
    assert "sure" not in said.split("What people say")[1].split("Worth")[0].replace("you have said", "")
    assert "confirmed" not in said.split("What people say")[1].split("Worth")[0]
    _, document, _ = shown(workspace, name, Actor("  ANA ", ANA.roles))
    assert [one["by"] for one in document["reviews"]] == ["Ana"], "capitals and spaces are no other person"
    account = review(*reach(workspace, LUZ), name, Verdict.REFUTED)
    assert (account.judged.state, account.judged.disagreed) == (State.OPEN, True)
    _, document, said = shown(workspace, name, LUZ)
    assert len(document["reviews"]) == 2
    assert "They do not agree" in said
    account = review(*reach(workspace, LUZ), name, Verdict.CONFIRMED)
    assert account.judged.state is State.CONFIRMED


def test_only_analysts_judge_and_not_those_who_administer(workspace: Workspace) -> None:
    name = with_site(workspace)
    both = Actor("operator", frozenset({Role.ANALYST, Role.ADMINISTRATOR}))
    with pytest.raises(RefusedError) as caught:
        review(*reach(workspace, both), name, Verdict.CONFIRMED)
    assert caught.value.rule == "administrator_apart"
    assert log_of(workspace)[-1]["outcome"] == "refused"
    desk, sources = reach(workspace)
    planner = replace(desk, actor=Actor("pia", frozenset({Role.PLANNER})))
    for step in (lambda: queue(planner, sources), lambda: account_of(planner, sources, name)):
        with pytest.raises(RefusedError):
            step()
    assert workspace.sites.reviews() == []


def test_a_site_whose_recordings_are_all_withheld_is_not_shown(workspace: Workspace) -> None:
    name = with_site(workspace)
    desk, sources = reach(workspace)
    authority = authority_named(workspace, workspace.registers.authorities()[0].authority_id)
    revoke_authority(at_work(workspace, WORKER), authority, "consent was taken back")
    with pytest.raises(RefusedError):
        queue(desk, sources)
    desk, sources = reach(workspace)
    assert sources == []
    assert queue(desk, sources) == []
    with pytest.raises(NotFoundError, match="no site that may be shown"):
        account_of(desk, sources, name)
    with pytest.raises(NotFoundError):
        account_of(desk, sources, "s-")


def two_sites(workspace: Workspace) -> tuple[str, str]:
    footage, start_us = seen(workspace)
    lat, lon = middle(workspace)
    cues = [
        cue("c-a", footage, (lat, lon), time_us=start_us),
        cue("c-b", footage, (lat, lon), (20.0, 0.0), time_us=start_us + 1),
    ]
    put(workspace, footage, [*cues, cue("c-far", footage, (lat, lon), (300.0, 0.0), time_us=start_us + 2)])
    one, other = sorted(queue(*reach(workspace)), key=lambda each: -len(each.cues))
    assert {piece.cue_id for piece in one.cues} == {"c-a", "c-b"}
    return one.site_id, other.site_id


def test_merging_splitting_and_undoing_are_kept_with_their_history(workspace: Workspace) -> None:
    one, other = two_sites(workspace)
    merged = merge(*reach(workspace), one, other)
    account, document, _ = shown(workspace, one)
    assert account.site_id == other
    assert document["also_known_as"] == (one,)
    assert len(account.cues) == 3
    with pytest.raises(InputError, match="one site already"):
        merge(*reach(workspace), one, other)
    parted = split(*reach(workspace), other, ["c-b"])
    assert sorted(len(each.cues) for each in queue(*reach(workspace))) == [1, 2]
    undo(*reach(workspace), parted.change.change_id)
    back = undo(*reach(workspace), merged.change.change_id)
    assert {each.site_id for each in queue(*reach(workspace))} == {one, other}
    assert [each.change.change_id for each in history(*reach(workspace), one)[1]][-1] == back.change.change_id
    assert len(history(*reach(workspace), one)[1]) == 4
    undo(*reach(workspace), back.change.change_id)
    assert len(queue(*reach(workspace))) == 1
    assert [entry["action"] for entry in log_of(workspace)][-5:] == ["review_site"] * 5
    assert workspace.ledger.verify().valid


def test_what_cannot_be_changed_is_named(workspace: Workspace) -> None:
    one, _ = two_sites(workspace)
    desk, sources = reach(workspace)
    for cues, said in ((["c-a", "c-b"], "nothing would be left"), (["c-far"], "no piece"), (["c-"], "several pieces")):
        with pytest.raises(InputError, match=said):
            split(desk, sources, one, cues)
    with pytest.raises(NotFoundError):
        undo(desk, sources, "ch-none")
    with pytest.raises(InputError, match="cannot be undone"):
        undo(desk, sources, "seen-c-a")
    assert len(workspace.sites.changes()) == 3


def stated(workspace: Workspace, **changes: Any) -> Stated:
    base = Stated("a neighbour", middle(workspace), 80.0, NOW_US - DAY_US, 0.4, 0.05)
    return replace(base, **changes)


def test_a_report_joins_the_site_that_it_may_be_of_and_moves_belief_once(workspace: Workspace) -> None:
    name = with_site(workspace)
    before, _, _ = shown(workspace, name)
    placed, account = add_report(*reach(workspace), stated(workspace))
    assert account.site_id == name
    assert account.belief.posterior > before.belief.posterior
    assert account.place == before.place, "what is only told of does not move what was seen"
    report = placed.report.report_id
    _, again = add_report(*reach(workspace), stated(workspace, source="a radio", derived_from=(report,)))
    assert again.belief.posterior == account.belief.posterior
    for root in (seen(workspace)[0], "c-drums", name):
        _, again = add_report(*reach(workspace), stated(workspace, source=root, hit=0.9, derived_from=(root,)))
        assert again.belief.posterior == account.belief.posterior, "our own flight prompted it"
    _, _, said = shown(workspace, name)
    assert said.count("goes back to our own recording") == 3
    assert "which counts already" in said


def test_a_report_of_an_empty_place_is_a_site_of_its_own_that_cues_can_join(workspace: Workspace) -> None:
    placed, account = add_report(*reach(workspace), stated(workspace))
    assert account.cues == ()
    assert account.place.ce90_m == pytest.approx(80.0)
    _, document, _ = shown(workspace, account.site_id)
    assert document["evidence"][-1]["report"] == placed.report.report_id
    assert with_site(workspace) == account.site_id
    assert review(*reach(workspace), account.site_id, Verdict.LOOK_AGAIN).next.step is Step.LOOK


def test_reports_need_consent_for_the_place_and_numbers_that_are_rates(workspace: Workspace) -> None:
    for changes, field in (
        ({"hit": 1.5}, "report.hit"), ({"ce90_m": 0.0}, "--ce90"), ({"source": " "}, "--source"),
        ({"time_us": NOW_US + 1}, "--time"),
    ):  # fmt: skip
        with pytest.raises(InputError) as caught:
            add_report(*reach(workspace), stated(workspace, **changes))
        assert caught.value.field == field
    desk, sources = reach(workspace)
    planner = replace(desk, actor=Actor("pia", frozenset({Role.PLANNER})))
    with pytest.raises(RefusedError) as refused:
        add_report(planner, sources, stated(workspace))
    assert refused.value.rule == "role"
    add_report(desk, sources, stated(workspace))
    with pytest.raises(RefusedError):
        queue(planner, [])
    authority = authority_named(workspace, workspace.registers.authorities()[0].authority_id)
    revoke_authority(at_work(workspace, WORKER), authority, "consent was taken back")
    assert queue(*reach(workspace)) == []
    with pytest.raises(RefusedError) as refused:
        add_report(*reach(workspace), stated(workspace))
    assert refused.value.rule == "no_authority"
    assert log_of(workspace)[-1]["outcome"] == "refused"


def test_the_picture_is_the_same_each_time_and_a_purge_finds_it(workspace: Workspace, tmp_path: Path) -> None:
    name = with_site(workspace)
    desk, sources = reach(workspace)
    account = account_of(desk, sources, name)
    for file in ("one.png", "two.png"):
        draw(desk, sources, account, tmp_path / file)
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()
    assert {one.data_kind.value for one in workspace.keeping.exports()} == {"findings"}


def test_heat_seen_by_night_is_another_witness_than_light_by_day(workspace: Workspace) -> None:
    """Passes of one condition count less than two; the sun says which condition it is."""
    noon, midnight = 1_772_737_800_000_000, 1_772_694_600_000_000  # 2026-03-05, 12:10 and 0:10 local solar time
    assert light(noon, 24.8, -107.4) is Light.DAY
    assert light(midnight, 24.8, -107.4) is Light.NIGHT
    assert light(noon, 24.8, 72.6) is Light.NIGHT
    name = with_site(workspace, sensor=SensorKind.THERMAL)
    assert shown(workspace, name)[1]["not_covered"]["never"][0] == "in visible light by day"
