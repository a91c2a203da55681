"""Consent through the command line, on the example documents that people are shown."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from implicitdict import ImplicitDict
from uas_standards.astm.f3548.v21.api import Volume4D

from otear.authority.strict_yaml import read_mapping
from otear.cli.main import run
from otear.ledger.keys import SigningKey

from ..consent import HOST, PROGRAMME, authorization, bundle
from .test_commands import EXAMPLES, Cli

KEYS = EXAMPLES / "keys"
BUNDLE = EXAMPLES / "authority-sinaloa.yaml"
AIRCRAFT = EXAMPLES / "aircraft-simulated.yaml"
INSIDE = {
    "--at": "2026-03-05T16:00:00Z", "--lat": 24.8, "--lon": -107.4, "--alt": 2900, "--sensor": "visible",
    "--purpose": "find_laboratories", "--aircraft": "OTEAR-SIM-1",
}  # fmt: skip
EXPLAINED = {"allowed", "rule", "because", "would_be_allowed_if", "authority_id", "es"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Two workspaces to copy: one that believes the example keys, and one that holds the example authority besides."""
    trusting, consented = (tmp_path_factory.mktemp(name) / "workspace" for name in ("trusting", "consented"))
    quiet(trusting, "init")
    for name, role, holder in (("host", "host", "MEX"), ("programme", "programme", "Programme")):
        quiet(trusting, "key", "add", KEYS / f"{name}-example.pub", "--role", role, "--holder", holder)
    shutil.copytree(trusting, consented)
    quiet(consented, "authority", "import", BUNDLE)
    return {"trusting": trusting, "consented": consented}


def quiet(workspace: Path, *arguments: object) -> None:
    with redirect_stdout(io.StringIO()), pytest.raises(SystemExit) as left:
        run(["--workspace", str(workspace), *map(str, arguments), "--json"])
    assert left.value.code == 0


@pytest.fixture
def cli(made: dict[str, Path], capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Cli:
    """A workspace that believes the example keys, and holds no authority yet."""
    return Cli(capsys, Path(shutil.copytree(made["trusting"], tmp_path / "workspace")))


@pytest.fixture
def consented(made: dict[str, Path], capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Cli:
    return Cli(capsys, Path(shutil.copytree(made["consented"], tmp_path / "workspace")))


def refused(cli: Cli, *arguments: object) -> dict[str, Any]:
    """A refusal: exit 1, one document that gives the rule and both reasons in both languages, the same for people."""
    code, out, err = cli(*arguments, "--json")
    assert code == 1, out + err
    answer: dict[str, Any] = json.loads(out)["refused"]
    assert set(answer) == {"rule", "because", "would_be_allowed_if", "es"}
    assert set(answer["es"]) == {"because", "would_be_allowed_if"}
    assert answer["because"] != answer["es"]["because"]
    assert all([answer["because"], answer["would_be_allowed_if"], *answer["es"].values()])
    assert answer["rule"] in err
    return answer


def last_entry(cli: Cli) -> dict[str, Any]:
    (entry,) = cli.json("ledger", "list", "--last", 1)
    assert isinstance(entry, dict)
    return entry


def explain(cli: Cli, **changes: object) -> dict[str, Any]:
    asked = INSIDE | {f"--{name}": value for name, value in changes.items()}
    options = [part for name, value in asked.items() if value is not None for part in (name, value)]
    answer = cli.json("authority", "explain", *options)
    assert set(answer) == EXPLAINED
    assert set(answer["es"]) == {"because", "would_be_allowed_if"}
    return dict(answer)


def test_an_authority_is_imported_listed_and_shown(consented: Cli) -> None:
    (listed,) = consented.json("authority", "list")
    assert listed["authority_id"] == f"a-{listed['sha256'][:16]}"
    assert (listed["host"], listed["reference"]) == ("MEX", "EJEMPLO/SOB/2023/001")
    assert listed["allowed_now"] is True
    for name in (listed["authority_id"], listed["authority_id"][:5]):
        assert consented.json("authority", "show", name) == listed
    terms = listed["terms"]
    assert terms["aircraft"] == ["OTEAR-SIM-1"]
    assert terms["retention_days"]["imagery"] == 90
    assert terms["exclusions"][0]["forbids"] == ["flight", "view"]
    assert len(terms["conditions"]) == 3, "the host's and the programme's"
    entry = last_entry(consented)
    assert (entry["action"], entry["outcome"]) == ("import_authority", "done")
    assert entry["authority"] == {"id": listed["authority_id"], "sha256": listed["sha256"]}
    code, out, _ = consented("authority", "show", listed["authority_id"])
    assert code == 0
    assert "Solo el Estado anfitrión decide" in out
    assert consented("authority", "show", "a-ffff")[0] == 2


def test_the_same_authority_again_is_the_same_one(consented: Cli) -> None:
    consented.json("authority", "import", BUNDLE)
    assert len(consented.json("authority", "list")) == 1


def test_a_picture_of_an_authority_is_drawn(consented: Cli, tmp_path: Path) -> None:
    (listed,) = consented.json("authority", "list")
    consented.json("authority", "show", listed["authority_id"], "--picture", tmp_path / "terms.png")
    assert (tmp_path / "terms.png").read_bytes().startswith(b"\x89PNG")


def test_what_is_within_the_terms_is_allowed_and_says_by_which_volume(consented: Cli) -> None:
    answer = explain(consented)
    assert answer["allowed"] is True
    assert answer["rule"] == "within_terms"
    assert answer["authority_id"] == consented.json("authority", "list")[0]["authority_id"]
    assert "'foothills'" in answer["because"]
    assert "'foothills'" in answer["es"]["because"]
    assert answer["would_be_allowed_if"] == answer["es"]["would_be_allowed_if"] == ""


@pytest.mark.parametrize(
    ("changes", "rule", "fact", "remedy"),
    [
        ({"lat": 25.4}, "outside_volume", "foothills", "inside"),
        ({"alt": 900}, "outside_altitude", "900", "1000 to 6000 m"),
        ({"alt": 6001}, "outside_altitude", "6001", "1000 to 6000 m"),
        ({"at": "2023-12-31T23:59:59Z"}, "approval_not_yet", "2024-01-01", "later"),
        ({"at": "2035-12-31T00:00:00Z"}, "approval_unreviewed", "2035-06-30", "reviewed"),
        ({"at": "2036-01-01T00:00:00Z"}, "approval_expired", "2036-01-01", "anew"),
        ({"lat": 24.5, "lon": -107.75}, "excluded_zone", "invented town", "outside 'invented town'"),
        ({"sensor": "radar"}, "sensor", "radar", "visible"),
        ({"purpose": "count_cattle"}, "purpose", "count_cattle", "find_laboratories"),
        ({"aircraft": "XB-ABC"}, "aircraft", "XB-ABC", "OTEAR-SIM-1"),
    ],
)
def test_each_way_to_be_outside_the_terms_has_its_rule_its_fact_and_its_remedy(
    consented: Cli, changes: dict[str, object], rule: str, fact: str, remedy: str
) -> None:
    answer = explain(consented, **changes)
    assert (answer["allowed"], answer["rule"]) == (False, rule)
    assert fact in answer["because"]
    assert remedy in answer["would_be_allowed_if"]
    for english, spanish in ((answer[key], answer["es"][key]) for key in ("because", "would_be_allowed_if")):
        assert spanish
        assert spanish != english


def test_a_window_of_a_volume_is_told_apart_from_the_approval(consented: Cli, tmp_path: Path) -> None:
    import_changed(consented, tmp_path, lambda terms: terms["volumes"][0]["window"].update(end="2026-01-01T00:00:00Z"))
    newest = consented.json("authority", "list")[-1]["authority_id"]
    answer = explain(consented, authority=newest)
    assert (answer["allowed"], answer["rule"]) == (False, "outside_window")
    assert explain(consented)["allowed"], "the other authority still allows it"
    assert explain(consented, authority=newest, at="2025-12-31T23:59:59Z")["allowed"]


def test_altitudes_are_by_the_datum_that_they_are_given_above(consented: Cli) -> None:
    """The ellipsoid stands some 30 m above the sea here: 980 m above it is more than 1000 m above the sea."""
    assert not explain(consented, alt=980)["allowed"]
    assert explain(consented, alt=980, datum="ellipsoid")["allowed"]


def test_people_are_told_in_both_languages(consented: Cli) -> None:
    options = [part for pair in (INSIDE | {"--alt": 100}).items() for part in pair]
    code, out, _ = consented("authority", "explain", *options)
    assert code == 0, "an explanation of a refusal is no refusal"
    assert "Refused (outside_altitude)" in out
    assert "Denegado (outside_altitude)" in out
    assert "It would be allowed if" in out
    assert "Se permitiría si" in out


def test_without_any_authority_nothing_is_allowed(cli: Cli) -> None:
    answer = explain(cli)
    assert (answer["allowed"], answer["rule"], answer["authority_id"]) == (False, "no_authority", None)


def test_revoking_takes_effect_and_the_first_revocation_stands(consented: Cli) -> None:
    (listed,) = consented.json("authority", "list")
    name = listed["authority_id"]
    code, out, _ = consented("authority", "revoke", name, "--reason", "  ", "--json")
    assert code == 2
    assert json.loads(out)["error"]["field"] == "--reason"
    assert explain(consented)["allowed"]
    assert consented.json("authority", "revoke", name, "--reason", "the host withdrew")["allowed_now"] is False
    entry = last_entry(consented)
    assert (entry["action"], entry["reason"]) == ("revoke_authority", "the host withdrew")
    assert entry["authority"]["id"] == entry["subject"]["id"] == name
    answer = explain(consented)
    assert (answer["allowed"], answer["rule"]) == (False, "revoked")
    assert "the host withdrew" in answer["because"]
    consented.json("authority", "revoke", name, "--reason", "again")
    assert "the host withdrew" in consented.json("authority", "show", name)["state"]
    assert refused(consented, "authority", "import", BUNDLE)["rule"] == "revoked", "import does not undo it"


def test_volumes_go_out_as_f3548(consented: Cli, tmp_path: Path) -> None:
    (listed,) = consented.json("authority", "list")
    written = consented.json("authority", "export", listed["authority_id"], "--out", tmp_path / "volumes.json")
    document = json.loads(Path(written["file"]).read_text(encoding="utf-8"))
    assert document["authority_id"] == listed["authority_id"]
    assert document["not_to_be_looked_at"] == ["invented town"]
    (flown,), (barred,) = document["volumes"], document["excluded"]
    read = ImplicitDict.parse(flown["volume"], Volume4D)
    corners = {(round(vertex.lng, 3), round(vertex.lat, 3)) for vertex in read.volume.outline_polygon.vertices}
    assert {(-107.9, 24.3), (-106.9, 24.3), (-106.9, 25.3), (-107.9, 25.3)} <= corners
    assert read.volume.altitude_lower.value == pytest.approx(1000 - 29, abs=5), "above the ellipsoid"
    assert read.volume.altitude_lower.reference == "W84"
    assert read.time_start.value.datetime.year == 2024
    town = ImplicitDict.parse(barred["volume"], Volume4D)
    assert town.volume.outline_circle.radius.value == pytest.approx(5000.0)


def example_key(name: str) -> Path:
    return KEYS / f"{name}-example.key"


def signed(
    cli: Cli, folder: Path, change: Callable[[dict[str, Any]], object], host: str = "host", programme: str = "programme"
) -> Path:
    """The example documents, the approval changed, signed anew by example keys."""
    approval = read_mapping((EXAMPLES / "approval-sinaloa.yaml").read_text(encoding="utf-8"))
    change(approval)
    (folder / "approval.json").write_text(json.dumps(approval), encoding="utf-8")
    documents = (EXAMPLES / "authorization-sinaloa.yaml", folder / "approval.json")
    keys = ("--host-key", example_key(host), "--programme-key", example_key(programme))
    cli.json("authority", "sign", *documents, *keys, "--out", folder / "signed.json")
    return folder / "signed.json"


def as_it_is(_: object) -> None:
    """No change."""


def import_changed(cli: Cli, folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Take in the example with its authorization changed, signed anew."""
    terms = read_mapping((EXAMPLES / "authorization-sinaloa.yaml").read_text(encoding="utf-8"))
    change(terms)
    (folder / "bundle.json").write_text(bundle(json.loads(json.dumps(terms, default=str))), encoding="utf-8")
    trust_the_tests(cli, folder)
    cli.json("authority", "import", folder / "bundle.json")


def trust_the_tests(cli: Cli, folder: Path) -> None:
    keys: list[tuple[SigningKey, str, str]] = [(HOST, "host", "MEX"), (PROGRAMME, "programme", "Programme")]
    for key, role, holder in keys:
        (folder / f"{role}.pub").write_text(key.public.text, encoding="utf-8")
        cli.json("key", "add", folder / f"{role}.pub", "--role", role, "--holder", holder)


def without(folder: Path, part: str) -> Path:
    """The example bundle without one of its documents and the signature over it."""
    parts = read_mapping(BUNDLE.read_text(encoding="utf-8"))
    del parts[part]
    parts["signatures"] = [one for one in parts["signatures"] if one["over"] != part]
    (folder / "part.json").write_text(json.dumps(parts, default=str), encoding="utf-8")
    return folder / "part.json"


def tampered(folder: Path, old: str, new: str) -> Path:
    text = BUNDLE.read_text(encoding="utf-8")
    assert text.count(old) == 1
    (folder / "tampered.yaml").write_text(text.replace(old, new), encoding="utf-8")
    return folder / "tampered.yaml"


Made = Callable[[Cli, Path], Path]
UNBELIEVED: dict[str, tuple[str, Made]] = {
    "tampered terms": ("bad_signature", lambda _, folder: tampered(folder, "upper_m: 6000", "upper_m: 9000")),
    "tampered approval": (
        "bad_signature",
        lambda _, folder: tampered(folder, "Director of the example programme", "Deputy of the example programme"),
    ),
    "a programme's key for the host": (
        "wrong_key_role",
        lambda cli, folder: signed(cli, folder, as_it_is, host="programme"),
    ),
    "a host's key for the programme": (
        "wrong_key_role",
        lambda cli, folder: signed(cli, folder, as_it_is, programme="host"),
    ),
    "another host's key": ("key_of_another_host", lambda cli, folder: signed(cli, folder, as_it_is, host="host-usa")),
    "a key that is not registered": (
        "unknown_key",
        lambda cli, folder: signed(cli, folder, as_it_is, programme="witness"),
    ),
    "an approval that has ended": (
        "approval_expired",
        lambda cli, folder: signed(cli, folder, lambda one: one["window"].update(end="2025-01-01T00:00:00Z")),
    ),
    "an approval that has not begun": (
        "approval_not_yet",
        lambda cli, folder: signed(
            cli, folder, lambda one: one.update(window={"start": "2199-01-01T00:00:00Z", "end": "2200-01-01T00:00:00Z"})
        ),
    ),
    "an approval that was not reviewed": (
        "approval_unreviewed",
        lambda cli, folder: signed(cli, folder, lambda one: one.update(review_by="2025-01-01T00:00:00Z")),
    ),
    "an approval of another document": (
        "approval_of_another_document",
        lambda cli, folder: signed(cli, folder, lambda one: one.update(authorization_sha256="0" * 64)),
    ),
    "without the programme's approval": ("no_approval", lambda _, folder: without(folder, "approval")),
    "without the host's authorization": ("no_authorization", lambda _, folder: without(folder, "authorization")),
    "a key that was revoked": ("key_revoked", lambda cli, _: revoked_key(cli)),
}


def revoked_key(cli: Cli) -> Path:
    host = next(key["key_id"] for key in cli.json("key", "list") if key["role"] == "host" and key["holder"] == "MEX")
    cli.json("key", "revoke", host, "--reason", "the key was lost")
    return BUNDLE


@pytest.mark.parametrize("name", UNBELIEVED)
def test_what_cannot_be_believed_is_refused_by_its_own_rule_and_the_ledger_says_so(
    cli: Cli, tmp_path: Path, name: str
) -> None:
    rule, make = UNBELIEVED[name]
    cli.json("key", "add", KEYS / "host-usa-example.pub", "--role", "host", "--holder", "USA")
    file = make(cli, tmp_path)
    answer = refused(cli, "authority", "import", file)
    assert answer["rule"] == rule
    entry = last_entry(cli)
    assert (entry["action"], entry["outcome"]) == ("import_authority", "refused")
    assert entry["reason"] == f"{rule}: {answer['because']}"
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    assert entry["subject"] == {"kind": "authority", "id": file.name, "sha256": sha256}
    assert cli.json("authority", "list") == []


def test_the_rules_of_what_cannot_be_believed_are_different_ones() -> None:
    """Two of the ways share a rule on purpose: both are about the same thing."""
    rules = [rule for rule, _ in UNBELIEVED.values()]
    assert len(set(rules)) == len(rules) - 2


def test_a_signed_example_without_changes_is_believed(cli: Cli, tmp_path: Path) -> None:
    """What the refusals above rest on: it is the change that is refused, not the way they are made."""
    taken = cli.json("authority", "import", signed(cli, tmp_path, as_it_is))
    assert taken["authority_id"] == cli.json("authority", "import", BUNDLE)["authority_id"]


def test_a_revoked_key_brings_down_what_it_signed(consented: Cli) -> None:
    assert explain(consented)["allowed"]
    revoked_key(consented)
    answer = explain(consented)
    assert (answer["allowed"], answer["rule"]) == (False, "key_revoked")
    assert "the key was lost" in answer["because"]
    (listed,) = consented.json("authority", "list")
    assert listed["allowed_now"] is False
    assert "key_revoked" in listed["state"]
    assert refused(consented, "authority", "import", BUNDLE)["rule"] == "key_revoked"


def test_a_document_that_is_none_is_bad_input_and_named(cli: Cli, tmp_path: Path) -> None:
    for text, field in (("[1, 2]", None), ('{"authorization": {"format": "otear-authorization/1"}}', "authorization")):
        (tmp_path / "none.json").write_text(text, encoding="utf-8")
        code, out, _ = cli("authority", "import", tmp_path / "none.json", "--json")
        assert code == 2
        error = json.loads(out)["error"]
        assert error["source"] == str(tmp_path / "none.json")
        assert error["remedy"]
        assert field is None or error["field"].startswith(field)
    code, out, _ = cli("authority", "import", tmp_path / "nothing.yaml", "--json")
    assert code == 2
    assert cli.json("authority", "list") == []


def test_an_authority_for_tests_is_believed_like_any_other(cli: Cli, tmp_path: Path) -> None:
    trust_the_tests(cli, tmp_path)
    (tmp_path / "bundle.json").write_text(bundle(authorization()), encoding="utf-8")
    assert cli.json("authority", "import", tmp_path / "bundle.json")["reference"] == "TEST/1"


@pytest.mark.parametrize("name", ["aircraft-simulated.yaml", "aircraft-multirotor.yaml"])
def test_an_unarmed_aircraft_joins_the_fleet_once(cli: Cli, name: str) -> None:
    taken = cli.json("aircraft", "import", EXAMPLES / name)
    assert taken["aircraft_id"].startswith("c-")
    entry = last_entry(cli)
    assert (entry["action"], entry["outcome"]) == ("import_aircraft", "done")
    assert entry["subject"]["id"] == taken["aircraft_id"]
    assert cli.json("aircraft", "import", EXAMPLES / name) == taken
    assert cli.json("aircraft", "list") == [taken]


@pytest.mark.parametrize(
    ("addition", "word"),
    [
        ("hardpoints: 0", "hardpoint"),
        ("weapons: []", "weapon"),
        ("payload: {laser: {designation: none}}", "laser designat"),
        ("notas: punto duro bajo el ala", "punto duro"),
        ("pylons: empty", "pylon"),
        ("remarks: can be fitted for strike missions", "strike"),
    ],
)
def test_an_armed_aircraft_is_refused_whatever_is_said_of_it(
    cli: Cli, tmp_path: Path, addition: str, word: str
) -> None:
    file = tmp_path / "armed.yaml"
    file.write_text(f"{AIRCRAFT.read_text(encoding='utf-8')}\n{addition}\n", encoding="utf-8")
    answer = refused(cli, "aircraft", "import", file)
    assert answer["rule"] == "unarmed"
    assert word in answer["because"]
    entry = last_entry(cli)
    assert (entry["action"], entry["outcome"]) == ("import_aircraft", "refused")
    assert entry["reason"].startswith("unarmed: ")
    assert cli.json("aircraft", "list") == []


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("climb_mps: 4.5", "climb_mps: 4.5\ncolour: white", "colour"),
        ("climb_mps: 4.5", "climb_mps: fast", "climb_mps"),
        ("  cruise_mps: 50", "  cruise_mps: 30", "speeds.cruise_mps"),
    ],
)
def test_what_the_aircraft_schema_does_not_know_is_bad_input_that_names_its_field(
    cli: Cli, tmp_path: Path, old: str, new: str, field: str
) -> None:
    text = AIRCRAFT.read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "odd.yaml").write_text(text.replace(old, new), encoding="utf-8")
    code, out, _ = cli("aircraft", "import", tmp_path / "odd.yaml", "--json")
    assert code == 2
    error = json.loads(out)["error"]
    assert error["field"] == field
    assert error["remedy"]
    assert cli.json("aircraft", "list") == []


def road(cli: Cli, recording: Path, consent: Path, *options: object) -> None:
    """Into quarantine without an authority, and out of it by one that covers the flight; the ledger shows both."""
    summary = cli.json("ingest", recording, *options)
    assert summary["quarantined"] is True
    assert (summary["looks"], summary["bounds"], summary["authority_id"]) == (0, None, None)
    assert summary["packets"]["valid"] == summary["packets"]["total"] > 0
    place = ("locate", "latest", "--time", 1, "--pixel", 320, 180)
    picture = cli.workspace.parent / "picture.png"
    for refusal in (place, (*place, "--picture", picture), ("footage", "quicklook", "latest", "--out", picture)):
        assert refused(cli, *refusal)["rule"] == "quarantined"
        entry = last_entry(cli)
        assert entry["outcome"] == "refused"
        assert entry["subject"]["id"] == summary["footage_id"]
    assert not picture.exists()
    assert cli.json("coverage", "at", "--lat", 24.8, "--lon", -107.4)["withheld"] == 1
    assert len(cli.json("footage", "packets", "latest")["items"]) > 5
    code, out, _ = cli("footage", "track", "latest")
    assert code == 0
    assert len(json.loads(out)["features"]) == 1, "the track, and no footprint"
    code, out, _ = cli("footage", "show", "latest")
    assert (code, "In quarantine: " in out) == (0, True)
    taken = cli.json("authority", "import", consent)
    assert refused(cli, *place)["rule"] == "quarantined", "that there is one now does not adopt it"
    stated = [part for part in options if part in {"--sensor", "visible"}]
    adopted = cli.json("footage", "adopt", "latest", "--authority", taken["authority_id"][:6], *stated)
    assert adopted["quarantined"] is False
    assert adopted["authority_id"] == taken["authority_id"]
    assert adopted["looks"] > 0
    assert adopted == cli.json("footage", "show", "latest")
    assert cli.json(*place)[0]["mgrs"]
    cli.json("footage", "quicklook", "latest", "--out", picture)
    assert picture.read_bytes().startswith(b"\x89PNG")
    told = cli.json("ledger", "list", "--last", 100)
    of_it = [(one["action"], one["outcome"]) for one in told if one["subject"]["id"] == summary["footage_id"]]
    assert of_it == [
        ("ingest", "done"), ("adopt", "refused"), ("process", "refused"), ("process", "refused"),
        ("view_imagery", "refused"), ("process", "refused"), ("adopt", "done"), ("process", "done"),
        ("view_imagery", "done"),
    ]  # fmt: skip
    (adoption,) = (one for one in told if (one["action"], one["outcome"]) == ("adopt", "done"))
    assert adoption["authority"] == {"id": taken["authority_id"], "sha256": taken["sha256"]}
    assert cli.json("ledger", "verify")["valid"] is True


def test_the_road_out_of_quarantine(cli: Cli, clip: Any) -> None:
    road(cli, clip.recording, BUNDLE)


def test_the_road_of_the_public_clip(cli: Cli, shared_data: Path) -> None:
    cli.json("key", "add", KEYS / "host-usa-example.pub", "--role", "host", "--holder", "USA")
    huntsville = shared_data / "video" / "huntsville-sim.ts"
    road(cli, huntsville, EXAMPLES / "authority-huntsville.yaml", "--sensor", "visible")


def test_an_authority_that_does_not_cover_it_adopts_nothing(cli: Cli, clip: Any) -> None:
    """Of another country: exit 1, by the term that fails, and the ledger has the denial under that authority."""
    cli.json("key", "add", KEYS / "host-usa-example.pub", "--role", "host", "--holder", "USA")
    taken = cli.json("authority", "import", EXAMPLES / "authority-huntsville.yaml")
    summary = cli.json("ingest", clip.recording)
    assert summary["quarantine"]["rule"] == "aircraft"
    answer = refused(cli, "footage", "adopt", "latest", "--authority", taken["authority_id"])
    assert answer["rule"] == "aircraft"
    assert last_entry(cli)["authority"]["id"] == taken["authority_id"]
    assert refused(cli, "footage", "quicklook", "latest", "--out", "q.png")["rule"] == "quarantined"


def test_what_was_adopted_is_withheld_when_its_authority_falls(consented: Cli, clip: Any, tmp_path: Path) -> None:
    summary = consented.json("ingest", clip.recording)
    west, south, east, north = summary["bounds"]
    place = ("--lat", (south + north) / 2, "--lon", (west + east) / 2)
    seen = consented.json("coverage", "at", *place)
    assert (seen["never_looked"], seen["withheld"]) == (False, 0)
    assert consented.json("coverage", "export", "--out", tmp_path / "a.tif")["withheld"] == 0
    consented.json("authority", "revoke", summary["authority_id"], "--reason", "the host withdrew")
    seen = consented.json("coverage", "at", *place)
    assert (seen["looks"], seen["withheld"]) == ([], 1)
    code, out, _ = consented("coverage", "at", *place)
    assert code == 0
    assert "1 recordings are left out" in out
    assert consented("coverage", "export", "--out", tmp_path / "b.tif")[0] == 2
    assert not (tmp_path / "b.tif").exists()
    for command in (
        ("locate", "latest", "--time", 1, "--pixel", 320, 180),
        ("footage", "quicklook", "latest", "--out", tmp_path / "b.png"),
    ):
        assert refused(consented, *command)["rule"] == "revoked"
        assert last_entry(consented)["outcome"] == "refused"
    assert not (tmp_path / "b.png").exists()
