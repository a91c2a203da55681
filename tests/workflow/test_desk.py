"""Who is at work and what time it is: what every use-case begins with, and what the ledger keeps of a denial."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from otear.authority.roles import Action, Actor, Role
from otear.domain.clock import FixedClock
from otear.errors import InputError, NotFoundError, RefusedError, SettingError
from otear.store.workspace import SETTINGS_FILE, Workspace, create_workspace, open_workspace
from otear.workflow.adopt import adopt
from otear.workflow.authorities import authority_named, import_authority, revoke_authority
from otear.workflow.custody import take_in
from otear.workflow.desk import Desk, desk_of
from otear.workflow.fleet import import_aircraft
from otear.workflow.flown import UNSTATED
from otear.workflow.footage import find, listed, shown
from otear.workflow.held import held
from otear.workflow.ingest import ingest
from otear.workflow.keyring import registry, revoke_key
from otear.workflow.locate import locate
from otear.workflow.log import accept_clock, entries, verify
from otear.workflow.quicklook import quicklook
from otear.workflow.retention import place_hold, purge

from ..cli.test_commands import EXAMPLES, Cli
from ..consent import NOW, NOW_US, authorization, bundle, consented, desk_in, log_of, trusting

PEOPLE = """
[people]
roles = { boss = ["administrator"], ana = ["analyst"], pia = ["planner"], ines = ["inspector", "analyst"], nadie = [], \
odd = ["analyst", "king"] }
at_work = "ana"
"""
DAY_US = 86_400_000_000


@pytest.fixture(scope="module")
def made(clip: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with people in several roles, an authority, and the clip adopted under it."""
    folder = tmp_path_factory.mktemp("people")
    workspace = create_workspace(folder / "workspace")
    consented(desk_in(workspace), folder)
    ingest(desk_in(workspace), clip.recording, terrain=None)
    (workspace.root / SETTINGS_FILE).write_text(PEOPLE, encoding="utf-8")
    return workspace.root


@pytest.fixture
def peopled(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.delenv("OTEAR_USER", raising=False)
    return open_workspace(Path(shutil.copytree(made, tmp_path / "workspace")))


def at_work(workspace: Workspace, name: str) -> Desk:
    return desk_of(workspace, NOW, name)


def test_who_is_at_work_is_asked_for_and_else_in_the_settings(peopled: Workspace) -> None:
    assert desk_of(peopled, NOW).actor == Actor("ana", frozenset({Role.ANALYST}))
    assert desk_of(peopled, NOW, "boss").actor == Actor("boss", frozenset({Role.ADMINISTRATOR}))
    assert desk_of(peopled, NOW, "").actor.name == "ana"


def test_nobody_else_works_here(peopled: Workspace) -> None:
    for name in ("eve", "ANA", "ana "):
        with pytest.raises(NotFoundError) as caught:
            desk_of(peopled, NOW, name)
        assert caught.value.field == "people.roles"
        assert repr(name) in str(caught.value)


def test_a_role_that_does_not_exist_is_named(peopled: Workspace) -> None:
    with pytest.raises(SettingError) as caught:
        at_work(peopled, "odd")
    assert caught.value.field == "people.roles.odd"
    assert "king" in str(caught.value)
    assert "analyst" in caught.value.remedy


@pytest.mark.parametrize(
    ("arguments", "environment", "code"),
    [
        ((), "", 0), (("--user", "ana"), "", 0), ((), "ana", 0), ((), "pia", 0),
        (("--user", "eve"), "", 2), ((), "eve", 2),
        (("--user", "ana"), "eve", 0), (("--user", "odd"), "", 2), (("--user", "nadie"), "", 1),
    ],
)  # fmt: skip
def test_the_command_line_says_who_is_at_work(
    peopled: Workspace,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    environment: str,
    code: int,
) -> None:
    if environment:
        monkeypatch.setenv("OTEAR_USER", environment)
    left, out, err = Cli(capsys, peopled.root)(*arguments, "footage", "list", "--json")
    assert left == code, err
    if code == 2:
        assert json.loads(out)["error"]["field"].startswith("people.roles")
    if code == 1:
        assert json.loads(out)["refused"]["rule"] == "role"


def import_again(desk: Desk) -> object:
    file = desk.workspace.root.parent / "again.json"
    file.write_text(bundle(authorization(reference="TEST/2")), encoding="utf-8")
    return import_authority(desk, file)


def take_again(desk: Desk) -> object:
    """Another recording."""
    source = desk.workspace.root.parent / "other.ts"
    if not source.exists():
        (raw,) = (path for path in (desk.workspace.root / "media").rglob("*") if path.is_file())
        source.write_bytes(raw.read_bytes() + b"\x47" * 188)
    return take_in(desk, source)


def adopt_it(desk: Desk) -> object:
    row, authority = find(desk.workspace, "latest"), authority_named(desk.workspace, "a-")
    adoption = adopt(desk, row, authority, UNSTATED, terrain=None)
    adoption.decision.enforce()
    return adoption


def locate_in_it(desk: Desk) -> object:
    found = held(desk, find(desk.workspace, "latest"), Action.PROCESS)
    return locate(desk, found.row, found.authority, time_s=1.0, pixels=[(320.0, 180.0)], terrain=None)


def draw_it(desk: Desk) -> object:
    found = held(desk, find(desk.workspace, "latest"), Action.PROCESS)
    out = desk.workspace.root.parent / "out.png"
    return quicklook(desk, found.row, found.authority, out, terrain=None)


DENIED: dict[str, tuple[str, Callable[[Desk], object], str, str]] = {
    "an analyst imports no authority": ("ana", import_again, "import_authority", "role"),
    "an analyst revokes none": (
        "ana",
        lambda desk: revoke_authority(desk, authority_named(desk.workspace, "a-"), "no"),
        "revoke_authority",
        "role",
    ),
    "an analyst imports no aircraft": (
        "ana",
        lambda desk: import_aircraft(desk, EXAMPLES / "aircraft-simulated.yaml"),
        "import_aircraft",
        "role",
    ),
    "an analyst does not read the ledger": ("ana", lambda desk: entries(desk, 5), "read_ledger", "role"),
    "an analyst does not purge": ("ana", lambda desk: purge(desk, dry_run=True), "read_oversight", "role"),
    "an analyst places no hold": (
        "ana",
        lambda desk: place_hold(desk, find(desk.workspace, "latest"), "why"),
        "hold",
        "role",
    ),
    "an inspector does not ingest": ("ines", take_again, "ingest", "inspector_apart"),
    "an inspector does not adopt": ("ines", adopt_it, "adopt", "inspector_apart"),
    "an inspector does not process": ("ines", locate_in_it, "process", "inspector_apart"),
    "an inspector sees no pictures that were not granted": ("ines", draw_it, "view_imagery", "not_granted"),
    "a planner does not adopt": ("pia", adopt_it, "adopt", "role"),
    "an administrator does not ingest": ("boss", take_again, "ingest", "role"),
    "an administrator sees no pictures": ("boss", draw_it, "view_imagery", "role"),
    "nobody without a role sees metadata": (
        "nadie",
        lambda desk: shown(desk, find(desk.workspace, "latest")),
        "view_metadata",
        "role",
    ),
    "nor what there is": ("nadie", listed, "view_metadata", "role"),
}


@pytest.mark.parametrize("name", DENIED)
def test_what_a_role_does_not_allow_is_refused_and_in_the_ledger(peopled: Workspace, name: str) -> None:
    person, act, action, rule = DENIED[name]
    before, footage = peopled.ledger.size(), peopled.store.all_footage()
    with pytest.raises(RefusedError) as caught:
        act(at_work(peopled, person))
    assert caught.value.rule == rule
    assert caught.value.spanish is not None
    (entry,) = log_of(peopled)[before:]
    assert (entry["actor"], entry["action"], entry["outcome"]) == (person, action, "refused")
    assert entry["reason"] == f"{rule}: {caught.value.because}"
    assert peopled.store.all_footage() == footage, "and nothing was changed"
    assert len(peopled.registers.authorities()) == 1
    assert not peopled.registers.aircraft()


def test_whoever_may_not_adopt_does_not_change_what_is_said_of_footage(peopled: Workspace) -> None:
    """Not even where no authority covers it, and it would be refused anyway."""
    row = take_again(at_work(peopled, "ana"))
    other = peopled.store.all_footage()
    narrow = peopled.root.parent / "narrow.json"
    narrow.write_text(bundle(authorization(reference="TEST/2", sensors=["thermal"])), encoding="utf-8")
    authority = import_authority(at_work(peopled, "boss"), narrow)
    with pytest.raises(RefusedError) as caught:
        adopt(at_work(peopled, "pia"), row, authority, UNSTATED, terrain=None)  # type: ignore[arg-type]
    assert caught.value.rule == "role"
    assert peopled.store.all_footage() == other


def test_what_a_planner_ingests_waits_in_quarantine_for_an_analyst(peopled: Workspace, clip: Any) -> None:
    source = peopled.root.parent / "other.ts"
    source.write_bytes(clip.recording.read_bytes() + b"\x47" * 188)
    summary = ingest(at_work(peopled, "pia"), source, terrain=None)
    assert summary["quarantined"] is True
    assert summary["quarantine"]["rule"] == "role"
    assert [(entry["action"], entry["outcome"]) for entry in log_of(peopled)[-2:]] == [
        ("ingest", "done"), ("adopt", "refused"),
    ]  # fmt: skip
    assert ingest(at_work(peopled, "ana"), source, terrain=None)["quarantined"] is False


def test_what_is_allowed_is_kept_under_the_name_of_who_did_it(peopled: Workspace) -> None:
    import_again(at_work(peopled, "boss"))
    last = log_of(peopled)[-1]
    assert (last["actor"], last["role"], last["outcome"]) == ("boss", "administrator", "done")
    draw_it(at_work(peopled, "ana"))
    last = log_of(peopled)[-1]
    assert (last["actor"], last["action"]) == ("ana", "view_imagery"), "reads of imagery are kept, too"


def set_back(workspace: Workspace, actor: Actor) -> Desk:
    """A desk whose clock stands a day before the ledger's latest entry."""
    return Desk(workspace, actor, FixedClock(NOW_US - DAY_US))


EVERYBODY = Actor("everybody", frozenset({Role.ADMINISTRATOR, Role.PLANNER, Role.ANALYST}))
DOUBTED = {
    "import_authority": import_again, "ingest": take_again, "process": locate_in_it, "view_imagery": draw_it,
    "view_metadata": listed, "adopt": adopt_it,
    "import_aircraft": lambda desk: import_aircraft(desk, EXAMPLES / "aircraft-simulated.yaml"),
    "read_ledger": lambda desk: entries(desk, 1), "read_oversight": lambda desk: purge(desk, dry_run=True),
}  # fmt: skip


@pytest.mark.parametrize("action", DOUBTED)
def test_a_clock_that_stands_before_the_ledger_is_doubted(peopled: Workspace, action: str) -> None:
    desk, before = set_back(peopled, EVERYBODY), peopled.ledger.size()
    assert not desk.clock_trusted()
    with pytest.raises(RefusedError) as caught:
        DOUBTED[action](desk)
    assert caught.value.rule == "clock_doubt"
    (entry,) = log_of(peopled)[before:]
    assert (entry["action"], entry["outcome"]) == (action, "refused")
    assert len(peopled.store.all_footage()) == len(peopled.registers.authorities()) == 1
    assert not peopled.registers.aircraft()


def test_taking_back_does_not_wait_for_the_clock(peopled: Workspace) -> None:
    desk = set_back(peopled, EVERYBODY)
    authority = authority_named(peopled, "a-")
    revoke_authority(desk, authority, "withdrawn")
    assert authority.standing.revocation(authority.authority_id) is not None
    revoke_key(desk, next(iter(registry(peopled).keys)), "lost")
    place_hold(desk, find(peopled, "latest"), "a question is open")
    assert verify(desk).valid
    done = [(entry["action"], entry["outcome"]) for entry in log_of(peopled)[-3:]]
    assert done == [("revoke_authority", "done"), ("revoke_key", "done"), ("hold", "done")]


def test_an_accepted_clock_counts_again_and_says_why(peopled: Workspace) -> None:
    desk = set_back(peopled, EVERYBODY)
    with pytest.raises(InputError, match="needs a reason"):
        accept_clock(desk, " ")
    assert not desk.clock_trusted()
    accept_clock(desk, "the ground station's clock was a day ahead")
    assert desk.clock_trusted()
    last = log_of(peopled)[-1]
    assert (last["action"], last["outcome"]) == ("accept_clock", "done")
    assert last["reason"] == "the ground station's clock was a day ahead"
    assert take_again(desk)
    assert verify(desk).valid, "the ledger holds although its times go back once"


def test_only_an_administrator_accepts_a_clock(peopled: Workspace) -> None:
    with pytest.raises(RefusedError) as caught:
        accept_clock(set_back(peopled, Actor("ana", frozenset({Role.ANALYST}))), "because")
    assert caught.value.rule == "role"


@pytest.mark.parametrize(
    ("now_us", "trusted"),
    [(NOW_US, True), (NOW_US - 1_000_000, True), (NOW_US - 3_000_000, False), (NOW_US + DAY_US, True), (0, False)],
)
def test_clocks_of_machines_in_step_may_differ_a_little(peopled: Workspace, now_us: int, trusted: bool) -> None:
    assert Desk(peopled, EVERYBODY, FixedClock(now_us)).clock_trusted() is trusted


def test_no_clock_says_a_time_before_there_was_an_otear(workspace: Workspace, tmp_path: Path) -> None:
    """Where the ledger is empty, too."""
    desk = desk_in(workspace, FixedClock(1_000_000_000_000_000))
    with pytest.raises(RefusedError) as caught:
        trusting(desk, tmp_path)
    assert caught.value.rule == "clock_doubt"


def test_every_refusal_of_the_command_line_is_in_the_ledger(
    peopled: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever a person without a role tries: exit 1 comes with one entry more."""
    cli, size = Cli(capsys, peopled.root), peopled.ledger.size()
    tried = (
        ("footage", "list"), ("footage", "show", "latest"), ("footage", "track", "latest"),
        ("footage", "packets", "latest"), ("footage", "quicklook", "latest", "--out", "q.png"),
        ("footage", "adopt", "latest", "--authority", "a-"), ("ingest", peopled.root.parent / "none.ts"),
        ("locate", "latest", "--time", 1, "--pixel", 1, 1), ("coverage", "at", "--lat", 1, "--lon", 1),
        ("coverage", "export", "--out", "c.tif"), ("authority", "import", EXAMPLES / "authority-sinaloa.yaml"),
        ("authority", "revoke", "a-", "--reason", "x"), ("aircraft", "import", EXAMPLES / "aircraft-simulated.yaml"),
        ("key", "add", EXAMPLES / "keys" / "host-example.pub", "--role", "host", "--holder", "MEX"),
        ("key", "revoke", "k-0000000000000000", "--reason", "x"), ("ledger", "list"), ("ledger", "checkpoint"),
        ("ledger", "prove", 0), ("ledger", "export", "--out", "l.jsonl"), ("ledger", "accept-clock", "--reason", "x"),
        ("oversight", "purge"), ("oversight", "hold", "latest", "--ground", "x"), ("oversight", "holds"),
        ("oversight", "lift", "h-1", "--reason", "x"),
    )  # fmt: skip
    (peopled.root.parent / "none.ts").write_bytes(b"".join(raw_of(peopled)) + b"\x47" * 188)
    for arguments in tried:
        code, out, _ = cli("--user", "nadie", *arguments, "--json")
        assert (code, json.loads(out)["refused"]["rule"]) == (1, "role"), arguments
        size += 1
        assert peopled.ledger.size() == size, arguments
        assert log_of(peopled)[-1]["outcome"] == "refused"


def raw_of(workspace: Workspace) -> list[bytes]:
    return [path.read_bytes() for path in (workspace.root / "media").rglob("*") if path.is_file()]
