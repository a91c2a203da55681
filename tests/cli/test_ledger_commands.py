"""The ledger and its keeping on the command line: exit 0 what holds, 1 what does not, 2 what cannot be read."""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from otear.domain.clock import SystemClock
from otear.ledger.checkpoint import Checkpoint, sign
from otear.ledger.entries import entry_bytes, entry_from
from otear.ledger.export import Header, write_export
from otear.ledger.keys import SigningKey
from otear.ledger.merkle import Frontier, leaf_hash
from otear.store.log_key import read_log_key
from otear.store.workspace import SETTINGS_FILE, create_workspace
from otear.workflow.quicklook import quicklook
from otear.workflow.track import write_track

from ..conftest import Clip
from ..consent import NOW_US, held_in, take
from .test_commands import Cli

YEAR_US = 366 * 86_400_000_000


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory, clip: Clip) -> Path:
    """A workspace in which something was done, to be copied."""
    workspace = create_workspace(tmp_path_factory.mktemp("used") / "workspace")
    take(workspace, clip.recording, clip.terrain)
    desk, row, authority = held_in(workspace)
    quicklook(desk, row, authority, workspace.root / "look.png", terrain=None)
    for number in range(4):
        write_track(desk, row, workspace.root / f"track-{number}.kml")
    workspace.store.compact()
    return workspace.root


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What time it is, to be set."""
    now = [NOW_US]
    monkeypatch.setattr(SystemClock, "now_us", lambda _self: now[0])
    return now


@pytest.fixture
def cli(used: Path, tmp_path: Path, clock: list[int], capsys: pytest.CaptureFixture[str]) -> Cli:
    """Commands in a workspace of this test alone."""
    shutil.copytree(used, tmp_path / "workspace")
    return Cli(capsys, tmp_path / "workspace")


@pytest.fixture
def key(cli: Cli) -> Path:
    """The log's public key."""
    return cli.workspace / "keys" / "log.pub"


@pytest.fixture
def exported(cli: Cli, tmp_path: Path) -> Path:
    """The whole ledger in one file."""
    cli.json("ledger", "export", "--out", tmp_path / "ledger.txt")
    return tmp_path / "ledger.txt"


def failures(cli: Cli, *arguments: object) -> dict[str, str]:
    """The checks that `otear verify` says failed, each with what was found; the exit code is 1."""
    code, out, err = cli("verify", *arguments, "--json")
    assert (code, err) == (1, "")
    report = json.loads(out)
    assert report["valid"] is False
    assert report["proved"] == []
    return {check["name"]: check["detail"] for check in report["checks"] if not check["passed"]}


def test_a_witness_takes_part_from_end_to_end(cli: Cli, tmp_path: Path, key: Path) -> None:
    note, signed, log, proof = (tmp_path / name for name in ("a.note", "signed.note", "ledger.txt", "proof.json"))
    made = cli.json("key", "new", "host.example/witness", "--out", tmp_path / "witness")
    checkpoint = cli.json("ledger", "checkpoint", "--out", note)
    assert checkpoint["checkpoint"] == note.read_text()
    entries = checkpoint["entries"]
    assert cli.json("ledger", "export", "--out", log, "--upto", note) == {"entries": entries, "file": str(log)}
    workspace, cli.workspace = cli.workspace, tmp_path / "none"
    cosign = ("ledger", "cosign", note, "--key", made["secret"], "--log-key", key, "--out", signed)
    cli.json(*cosign, "--since", note, "--log", log)
    cli.workspace = workspace
    code, _, err = cli("ledger", "witness", signed)
    assert code == 2
    assert "otear key add --role witness" in err
    cli.json("key", "add", made["public"], "--role", "witness", "--holder", "The host")
    (witness,) = cli.json("ledger", "witness", signed)["witnesses"]
    assert witness["name"] == "host.example/witness"
    verdict = cli.json("ledger", "verify")
    assert set(verdict) >= {"entries", "root", "valid", "witnesses"}
    assert verdict["valid"] is True
    assert verdict["witnesses"] == [{**witness, "entries": entries}]
    code, out, _ = cli("ledger", "verify")
    assert code == 0
    assert f"host.example/witness ({entries} entries)" in out
    cli.json("ledger", "prove", 3, "--out", proof)
    cli.json("ledger", "export", "--out", log, "--upto", signed)
    for file in (proof, log):
        report = cli.json("verify", file, "--key", key, "--witness", made["public"], "--checkpoint", note)
        assert report["valid"] is True
        assert report["witnesses"] == [witness]
    cli.json("ledger", "prove", entries + 1, "--since", note, "--out", proof)
    assert cli.json("verify", proof, "--key", key, "--checkpoint", note)["entries"] == entries + 4
    assert set(failures(cli, proof, "--key", key, "--witness", made["public"])) == {"witness"}


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        (
            "en",
            ("VALID", "What this proves", "What this does NOT prove", "That nothing happened without being recorded"),
        ),
        (
            "es",
            ("VÁLIDO", "Lo que esto prueba", "Lo que esto NO prueba", "Que no haya ocurrido algo que no se registró"),
        ),
    ],
)
def test_whoever_has_the_file_needs_no_workspace(
    exported: Path, key: Path, cli: Cli, tmp_path: Path, lang: str, words: tuple[str, ...]
) -> None:
    empty, proof = tmp_path / "empty", tmp_path / "proof.json"
    empty.mkdir()
    cli.json("ledger", "prove", 2, "--out", proof)
    env = {name: value for name, value in os.environ.items() if not name.startswith("OTEAR_")}
    for file in (exported, proof):
        command = [sys.executable, "-m", "otear", "verify", str(file), "--key", str(key), "--lang", lang]
        done = subprocess.run(command, cwd=empty, env=env, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        assert all(word in done.stdout for word in words)
        changed = tmp_path / "changed"
        changed.write_bytes(file.read_bytes().replace(b"2026-09-21", b"2026-09-22", 1))
        command[4] = str(changed)
        done = subprocess.run(command, cwd=empty, env=env, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (1, "")
        assert {"en": "NOT VALID", "es": "NO VÁLIDO"}[lang] in done.stdout
    assert list(empty.iterdir()) == []


def test_any_bit_of_an_exported_ledger_counts(cli: Cli, exported: Path, key: Path, tmp_path: Path) -> None:
    data, changed, generator = exported.read_bytes(), tmp_path / "changed.txt", random.Random(3)
    assert cli.json("verify", exported, "--key", key)["valid"] is True
    first, last = data.index(b"\n"), data.rindex(b"\n", 0, -1)
    entries = [generator.randrange(first, last) for _ in range(150)]
    ends = [generator.randrange(first + 1) for _ in range(25)]
    ends += [generator.randrange(last, len(data)) for _ in range(25)]
    for place in entries + ends:
        flipped = bytearray(data)
        flipped[place] ^= 1 << generator.randrange(8)
        changed.write_bytes(flipped)
        found = failures(cli, changed, "--key", key)
        assert any("ine " in detail or "key" in detail for detail in found.values()), (place, found)
        if place in ends:
            assert failures(cli, changed), "nor by the key in the file itself"


def test_entries_that_are_dropped_swapped_or_doubled_are_named(
    cli: Cli, exported: Path, key: Path, tmp_path: Path
) -> None:
    header, *lines, trailer = exported.read_bytes().splitlines(keepends=True)
    changed = tmp_path / "changed.txt"

    def named(*kept: bytes) -> str:
        changed.write_bytes(header + b"".join(kept) + trailer)
        found = failures(cli, changed, "--key", key)
        assert set(found) >= {"sequence", "root"}
        return found["sequence"]

    for at in range(len(lines) - 1):
        dropped, after = lines[at], lines[at + 1]
        assert named(*lines[:at], *lines[at + 1 :]) == f"Missing (dropped): entry {at}."
        swapped = named(*lines[:at], after, dropped, *lines[at + 2 :])
        assert f"entry {at} is not in its place (swapped or moved)" in swapped
        doubled = named(*lines[: at + 1], dropped, *lines[at + 1 :])
        assert f"entry {at} stands there again (duplicated)" in doubled
    changed.write_bytes(header + b"".join(lines[:-1]) + trailer)
    assert set(failures(cli, changed, "--key", key)) == {"size", "root"}


def forged(file: Path, to: Path, log_key: SigningKey) -> None:
    """What who holds the log's key can write: another history, without a fault in itself."""
    lines = file.read_bytes().splitlines()[1:-1]
    bodies = [line[65:].replace(b'"actor":"operator"', b'"actor":"somebody"') for line in lines]
    assert all(entry_bytes(entry_from(body)) == body for body in bodies)
    frontier = Frontier.empty()
    for body in bodies:
        frontier.append(leaf_hash(body))
    note = sign(Checkpoint(log_key.name, frontier.size, frontier.root()), log_key)
    write_export(to, Header(log_key.name, log_key.public), bodies, note)


def test_a_fork_is_named_by_who_holds_a_witnessed_checkpoint(
    cli: Cli, exported: Path, key: Path, tmp_path: Path
) -> None:
    note, signed, fork = tmp_path / "a.note", tmp_path / "signed.note", tmp_path / "fork.txt"
    witness = cli.json("key", "new", "host.example/witness", "--out", tmp_path / "witness")
    cli.json("ledger", "checkpoint", "--out", note)
    cosign = ("--key", witness["secret"], "--log-key", key)
    cli.json("ledger", "cosign", note, *cosign, "--out", signed)
    forged(exported, fork, read_log_key(cli.workspace / "keys"))
    assert cli.json("verify", fork, "--key", key)["valid"] is True, "without a witness nobody could tell"
    found = failures(cli, fork, "--key", key, "--checkpoint", signed)
    assert set(found) == {"older-checkpoint"}
    assert found["older-checkpoint"].startswith("Fork: the first ")
    assert set(failures(cli, fork, "--key", key, "--witness", witness["public"])) == {"witness"}
    last = json.loads(fork.read_text().splitlines()[-1])
    (tmp_path / "fork.note").write_text(last["checkpoint"])
    again = ("ledger", "cosign", tmp_path / "fork.note", *cosign, "--out", tmp_path / "never.note", "--json")
    code, out, _ = cli(*again, "--since", signed, "--log", fork)
    assert code == 1
    assert json.loads(out)["refused"]["rule"] == "witness-log"
    assert "Fork" in json.loads(out)["refused"]["because"]
    code, out, _ = cli(*again, "--since", signed)
    assert code == 1
    assert json.loads(out)["refused"]["rule"] == "witness-consistency"
    assert not (tmp_path / "never.note").exists()


def test_what_cannot_be_read_is_bad_input(cli: Cli, exported: Path, key: Path, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear sir\n")
    (tmp_path / "bytes").write_bytes(bytes(range(256)) * 20)
    (tmp_path / "empty").touch()
    for file in ("letter.txt", "bytes", "empty", "nothing.json", "."):
        code, out, _ = cli("verify", tmp_path / file, "--json")
        assert code == 2, file
        assert json.loads(out)["error"]["source"] == str(tmp_path / file)
    for option in ("--key", "--witness", "--checkpoint"):
        code, out, _ = cli("verify", exported, option, tmp_path / "bytes", "--json")
        assert code == 2
        assert json.loads(out)["error"]["source"] == str(tmp_path / "bytes")
    assert set(failures(cli, exported, "--checkpoint", tmp_path / "letter.txt")) == {"older-checkpoint"}
    code, out, _ = cli("verify", exported, "--key", cli.workspace / "keys" / "log.key", "--json")
    assert code == 2, "a secret key is no public one"
    assert read_log_key(cli.workspace / "keys").text not in out
    proof = tmp_path / "proof.json"
    cli.json("ledger", "prove", 2, "--out", proof)
    proof.write_bytes(proof.read_bytes()[:-20])
    code, out, _ = cli("verify", proof, "--key", key, "--json")
    assert code == 2
    assert json.loads(out)["error"]["source"] == str(proof)
    for arguments in (
        ("prove", 999),
        ("prove", 1, "--since", tmp_path / "letter.txt"),
        ("witness", tmp_path / "empty"),
    ):
        assert cli("ledger", *arguments, "--json")[0] == 2


def test_a_ledger_that_was_changed_where_it_lies_is_exit_1(cli: Cli) -> None:
    cli.json("ledger", "checkpoint")
    with closing(sqlite3.connect(cli.workspace / "otear.db")) as database:
        database.execute("DROP TRIGGER ledger_entries_no_update")
        database.execute("UPDATE ledger_entries SET body = replace(body, 'operator', 'somebody') WHERE sequence = 4")
        database.commit()
    code, out, _ = cli("ledger", "verify", "--json")
    assert code == 1
    verdict = json.loads(out)
    assert verdict["valid"] is False
    assert [fault["en"].split(":")[0] for fault in verdict["faults"]] == ["entry 4"]
    code, out, _ = cli("ledger", "verify")
    assert code == 1
    assert "DOES NOT HOLD" in out
    assert "! entry 4: " in out


def test_a_lost_log_key_is_told_plainly(cli: Cli) -> None:
    (cli.workspace / "keys" / "log.key").unlink()
    code, out, _ = cli("ledger", "checkpoint", "--json")
    assert code == 2
    error = json.loads(out)["error"]
    assert error["source"] == str(cli.workspace / "keys" / "log.key")
    assert "from a copy" in error["remedy"]
    code, out, _ = cli("ledger", "verify", "--json")
    assert code == 1
    assert "is gone" in json.loads(out)["faults"][0]["en"]
    assert cli.json("footage", "list")


def test_the_ledger_is_listed_for_those_who_may(cli: Cli) -> None:
    (cli.workspace / SETTINGS_FILE).write_text('[people]\nroles = {operator = ["administrator"], ana = ["analyst"]}\n')
    listed = cli.json("ledger", "list", "--last", 3)
    assert [one["action"] for one in listed] == ["view_metadata"] * 3
    code, out, _ = cli("ledger", "list")
    assert code == 0
    assert "operator: adopt, done, footage f-" in out
    code, out, _ = cli("--user", "ana", "ledger", "list", "--json")
    assert code == 1
    assert json.loads(out)["refused"]["rule"] == "role"
    assert cli.json("ledger", "list", "--last", 1)[0]["outcome"] == "refused"
    assert cli("--user", "nobody", "ledger", "list")[0] == 2


def test_a_purge_shows_holds_deletes_and_proves(cli: Cli, clock: list[int], tmp_path: Path, key: Path) -> None:
    clock[0] += 10 * YEAR_US
    (footage,) = cli.json("footage", "list")
    hold = cli.json("oversight", "hold", "latest", "--ground", "complaint 12/2026")
    assert (hold["footage_id"], hold["ground"]) == (footage["footage_id"], "complaint 12/2026")
    would = cli.json("oversight", "purge", "--dry-run")
    assert would["dry_run"] is True
    assert {one["data"] for one in would["due"]} == {"imagery", "metadata", "coverage"}
    assert all(one["held"][0]["ground"] == "complaint 12/2026" for one in would["due"])
    code, out, _ = cli("oversight", "purge")
    assert code == 0
    assert out.count("held: complaint 12/2026") == 3
    assert hold["hold_id"] in cli("oversight", "holds")[1]
    assert cli("oversight", "lift", "h-0", "--reason", "over", "--json")[0] == 2
    cli.json("oversight", "lift", hold["hold_id"], "--reason", "answered")
    assert "lifted" in cli("oversight", "holds")[1]
    code, out, _ = cli("oversight", "purge", "--dry-run")
    assert out.count("would be purged") == 3
    before = [Path(path) for one in cli.json("oversight", "purge", "--dry-run")["due"] for path in one["files"]]
    assert len(before) == 9
    assert all(path.is_file() for path in before)
    done = cli.json("oversight", "purge")
    assert done["dry_run"] is False
    assert not any(path.exists() for path in before)
    for one in done["due"]:
        assert one["sha256"] == footage["sha256"]
        proof = tmp_path / f"{one['data']}.json"
        cli.json("ledger", "prove", one["ledger_entry"], "--out", proof)
        assert cli.json("verify", proof, "--key", key)["valid"] is True
        assert json.loads(proof.read_text())["entry"]["subject"]["sha256"] == footage["sha256"]
    assert cli("oversight", "purge")[1] == "Nothing is due.\n"
    assert cli.json("oversight", "purge") == {"dry_run": False, "due": []}


def test_what_was_purged_answers_with_its_proof(cli: Cli, clock: list[int], tmp_path: Path, clip: Clip) -> None:
    clock[0] += 10 * YEAR_US
    (footage,) = cli.json("footage", "list")
    entries = {one["data"]: one["ledger_entry"] for one in cli.json("oversight", "purge")["due"]}
    west, south, east, north = footage["bounds"]
    (tombstone,) = cli.json("footage", "list")
    assert cli.json("footage", "show", "latest") == tombstone
    assert tombstone["purged"] == entries
    assert (tombstone["sha256"], tombstone["packets"]) == (footage["sha256"], footage["packets"])
    assert not {"health", "says", "start", "first_place_deg", "clock"} & set(tombstone)
    for arguments in (("list",), ("show", "latest")):
        code, out, err = cli("footage", *arguments)
        assert (code, err) == (0, "")
        assert footage["footage_id"] in out
    assert f"`otear ledger prove {entries['metadata']}`" in cli("footage", "show", "latest")[1]
    out = tmp_path / "never.png"
    pixel = ("locate", "latest", "--time", 1, "--pixel", 320, 180)
    for arguments, kind in (
        (("footage", "packets", "latest"), "metadata"),
        (("footage", "track", "latest"), "metadata"),
        (("footage", "track", "latest", "--out", tmp_path / "never.kml"), "metadata"),
        (pixel, "metadata"),
        ((*pixel, "--picture", out), "metadata"),
        (("footage", "quicklook", "latest", "--out", out), "imagery"),
        (("footage", "adopt", "latest", "--authority", tombstone["authority_id"]), "metadata"),
    ):
        code, text, _ = cli(*arguments, "--json")
        assert code == 2, arguments
        error = json.loads(text)["error"]
        assert f"the {kind} of {footage['footage_id']} was purged" in error["problem"]
        assert f"`otear ledger prove {entries[kind]}`" in error["remedy"]
    middle = ("--lat", (south + north) / 2, "--lon", (west + east) / 2)
    seen = cli.json("coverage", "at", *middle)
    assert (seen["looks"], seen["withheld"]) == ([], 1), "that it was never looked at is not said without a word"
    assert "purged" in cli("coverage", "at", *middle)[1]
    assert cli("coverage", "export", "--out", tmp_path / "never.tif", "--json")[0] == 2
    code, text, _ = cli("ingest", clip.recording, "--json")
    assert code == 1
    refusal = json.loads(text)["refused"]
    assert refusal["rule"] == "purged"
    assert str(max(entries.values())) in refusal["because"]
    assert refusal["es"]["because"]
    assert not list(tmp_path.glob("never*"))


def test_a_dry_run_of_someone_who_may_not_purge(cli: Cli, clock: list[int]) -> None:
    (cli.workspace / SETTINGS_FILE).write_text('[people]\nroles = {operator = ["inspector"], ana = ["analyst"]}\n')
    clock[0] += 10 * YEAR_US
    assert len(cli.json("oversight", "purge", "--dry-run")["due"]) == 3
    for who, arguments in (("operator", ()), ("ana", ()), ("ana", ("--dry-run",))):
        code, out, _ = cli("--user", who, "oversight", "purge", *arguments, "--json")
        assert code == 1
        assert json.loads(out)["refused"]["rule"] == "role"
    assert len(cli.json("oversight", "purge", "--dry-run")["due"]) == 3


def test_a_clock_that_went_back_can_be_accepted(cli: Cli, clock: list[int]) -> None:
    cli.json("ledger", "witness", *_cosigned(cli, clock))
    clock[0] -= YEAR_US // 2
    code, out, _ = cli("oversight", "purge", "--json")
    assert code == 1
    assert json.loads(out)["refused"]["rule"] == "clock_doubt"
    assert cli("ledger", "accept-clock", "--reason", " ")[0] == 2
    assert cli.json("ledger", "accept-clock", "--reason", "the clock was wrong until today") == {"accepted": True}
    assert cli("oversight", "purge", "--json")[0] == 0
    assert cli.json("ledger", "verify")["valid"] is True


def _cosigned(cli: Cli, clock: list[int]) -> list[Path]:
    folder = cli.workspace.parent
    made = cli.json("key", "new", "w", "--out", folder / "w")
    cli.json("key", "add", made["public"], "--role", "witness", "--holder", "W")
    cli.json("ledger", "checkpoint", "--out", folder / "w.note")
    arguments: tuple[Any, ...] = ("--key", made["secret"], "--log-key", cli.workspace / "keys" / "log.pub")
    cli.json("ledger", "cosign", folder / "w.note", *arguments, "--out", folder / "w.signed")
    return [folder / "w.signed"]
