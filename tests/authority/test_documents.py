"""From a signed file to an authority: what it must say, and each way in which it is not believed."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otear.authority.documents import Bundle, bundle_text, read_bundle, restored, verified
from otear.authority.registry import KeyRole, Registry, revoked
from otear.authority.signatures import canonical, sha256
from otear.domain.authority import Authority, Circle, Datum, ProductKind, Ring, SensorKind
from otear.errors import InputError, RefusedError
from otear.geo.frames import ecef_from_geodetic
from otear.ledger.keys import new_key

from .bundles import (
    DAY_US,
    EXAMPLES,
    HOST,
    HOST_USA,
    NOW_US,
    PROGRAMME,
    REGISTRY,
    WITNESS,
    Standings,
    entry,
    make_examples,
    parts,
    registry_of,
    signed,
)

STANDING = Standings()


def example(name: str = "sinaloa") -> Bundle:
    path = EXAMPLES / f"authority-{name}.yaml"
    return read_bundle(path.read_text(encoding="utf-8"), path)


def believed(bundle: Bundle, registry: Registry = REGISTRY, now_us: int = NOW_US, *known: Authority) -> Authority:
    return verified(bundle, registry, now_us, STANDING, {authority.authority_id: authority for authority in known})


def refusal(bundle: Bundle, registry: Registry = REGISTRY, now_us: int = NOW_US, *known: Authority) -> RefusedError:
    with pytest.raises(RefusedError) as caught:
        believed(bundle, registry, now_us, *known)
    assert caught.value.because
    assert caught.value.would_be_allowed_if
    assert caught.value.spanish is not None
    assert all(caught.value.spanish)
    assert caught.value.spanish[0] != caught.value.because
    return caught.value


# The examples


@pytest.mark.parametrize(("name", "host"), [("sinaloa", "MEX"), ("huntsville", "USA")])
def test_the_examples_grant_an_authority(name: str, host: str) -> None:
    bundle = example(name)
    assert bundle.authorization is not None
    assert bundle.approval is not None
    authority = believed(bundle)
    full = sha256(f"otear-authority/1\n{bundle.authorization.sha256}\n{bundle.approval.sha256}".encode())
    assert (authority.authority_id, authority.sha256) == (f"a-{full[:16]}", full)
    assert authority.authorization.host == host
    assert authority.standing is STANDING
    assert authority.before == ()


def test_an_authorization_says_what_was_written() -> None:
    authorization = believed(example()).authorization
    volume = authorization.volumes[0]
    assert volume.area.outline == Ring(((-107.9, 24.3), (-106.9, 24.3), (-106.9, 25.3), (-107.9, 25.3)))
    assert (volume.altitude.lower_m, volume.altitude.upper_m, volume.altitude.datum) == (1000.0, 6000.0, Datum.EGM96)
    assert volume.window.start_us == 1_704_067_200_000_000
    assert authorization.issued_us == 1_701_457_200_000_000  # noon at seven hours west
    exclusion = authorization.exclusions[0]
    assert (exclusion.flight, exclusion.view, exclusion.altitude, exclusion.window) == (True, True, None, None)
    assert exclusion.area.outline == Circle(-107.75, 24.5, 5000.0)
    assert authorization.sensors == {SensorKind.VISIBLE, SensorKind.THERMAL}
    assert authorization.recipients[1].receives == {ProductKind.REPORT, ProductKind.PLACES}
    assert authorization.retention.imagery_days == 90
    assert authorization.conditions[0].es.startswith("Solo el Estado anfitrión decide")


def test_the_excluded_town_is_far_from_what_the_example_clip_sees() -> None:
    town = believed(example()).authorization.exclusions[0].area.outline
    assert isinstance(town, Circle)
    places = np.radians([[town.lat_deg, 24.8], [town.lon_deg, -107.4]])
    there, here = ecef_from_geodetic(*places, np.zeros(2))
    assert float(np.linalg.norm(there - here)) > town.radius_m + 25_000.0 + 5_000.0  # the clip looks 5 km far at most


def test_the_script_makes_the_same_examples_again(tmp_path: Path) -> None:
    for path in EXAMPLES.glob("authorization-*.yaml"):
        shutil.copy(path, tmp_path)
    make_examples(tmp_path)
    made = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert len(made) == 14
    assert made == {path: (EXAMPLES / path).read_bytes() for path in made}


# What is not believed


def tampered() -> Bundle:
    whole = parts()
    whole["authorization"]["volumes"][0]["altitude"]["upper_m"] = 9000
    return read_bundle(json.dumps(whole))


def unsigned(over: str) -> Bundle:
    bundle = example()
    return replace(bundle, signatures=tuple(made for made in bundle.signatures if made.over != over))


def of_another_document() -> Bundle:
    ours, theirs = parts(), parts("huntsville")
    ours["approval"] = theirs["approval"]
    ours["signatures"][1] = theirs["signatures"][1]
    return read_bundle(json.dumps(ours))


def approval_with(**changes: Any) -> Bundle:
    whole = parts()
    return signed(whole["authorization"], {**whole["approval"], **changes})


def authorization_with(**changes: Any) -> Bundle:
    whole = parts()
    return signed({**whole["authorization"], **changes}, whole["approval"])


def registry_with(role: KeyRole, **changes: Any) -> Registry:
    keys = {
        key_id: replace(registered, **changes) if registered.role is role else registered
        for key_id, registered in REGISTRY.keys.items()
    }
    return Registry(keys)


def documents() -> tuple[dict[str, Any], dict[str, Any]]:
    whole = parts()
    return whole["authorization"], whole["approval"]


REVIEWED = {"review_by": "2026-01-01T00:00:00Z"}
REFUSALS: list[tuple[str, Callable[[], Bundle], Registry]] = [
    ("no_approval", lambda: signed(documents()[0], None), REGISTRY),
    ("no_authorization", lambda: signed(None, documents()[1]), REGISTRY),
    ("unsigned", lambda: unsigned("authorization"), REGISTRY),
    ("unsigned", lambda: unsigned("approval"), REGISTRY),
    ("unknown_key", example, registry_of(entry(PROGRAMME, KeyRole.PROGRAMME, "x"))),
    ("unknown_key", example, Registry()),
    ("wrong_key_role", lambda: signed(*documents(), host=PROGRAMME), REGISTRY),
    ("wrong_key_role", lambda: signed(*documents(), programme=HOST), REGISTRY),
    ("wrong_key_role", lambda: signed(*documents(), programme=WITNESS), REGISTRY),
    ("key_of_another_host", lambda: signed(*documents(), host=HOST_USA), REGISTRY),
    ("key_revoked", example, revoked(REGISTRY, HOST.public.key_id, NOW_US, "lost", "admin")),
    ("key_revoked", example, revoked(REGISTRY, PROGRAMME.public.key_id, NOW_US + DAY_US, "lost", "admin")),
    ("expired_key", example, registry_with(KeyRole.HOST, not_after_us=NOW_US)),
    ("expired_key", example, registry_with(KeyRole.PROGRAMME, not_before_us=NOW_US + 1)),
    ("expired_key", example, registry_with(KeyRole.HOST, not_after_us=NOW_US, replaced_by="k-0123456789abcdef")),
    ("bad_signature", tampered, REGISTRY),
    ("approval_of_another_document", of_another_document, REGISTRY),
    (
        "approval_expired",
        lambda: approval_with(window={"start": "2024-01-01T00:00:00Z", "end": "2026-02-02T00:00:00Z"}),
        REGISTRY,
    ),
    (
        "approval_not_yet",
        lambda: approval_with(window={"start": "2026-02-03T00:00:00Z", "end": "2027-01-01T00:00:00Z"}),
        REGISTRY,
    ),
    ("approval_unreviewed", lambda: approval_with(**REVIEWED), REGISTRY),
    ("authorization_unreviewed", lambda: authorization_with(**REVIEWED), REGISTRY),
    ("not_yet_issued", lambda: authorization_with(issued="2026-03-01T00:00:00Z"), REGISTRY),
    ("not_yet_issued", lambda: approval_with(issued="2026-03-01T00:00:00Z"), REGISTRY),
    ("unknown_predecessor", lambda: approval_with(continues="a-0123456789abcdef"), REGISTRY),
    ("unknown_predecessor", lambda: authorization_with(continues="a-0123456789abcdef"), REGISTRY),
]


@pytest.mark.parametrize(("rule", "make", "registry"), REFUSALS, ids=[f"{n}-{r[0]}" for n, r in enumerate(REFUSALS)])
def test_each_fault_is_refused_by_its_own_rule(rule: str, make: Callable[[], Bundle], registry: Registry) -> None:
    assert refusal(make(), registry).rule == rule


def test_a_condition_may_say_what_an_aircraft_must_not_carry() -> None:
    whole = parts()
    whole["authorization"]["conditions"].append({"en": "No weapons on board.", "es": "Sin armas a bordo."})
    assert read_bundle(json.dumps(whole)).authorization is not None


def test_terms_that_speak_of_arms_are_refused() -> None:
    whole = parts()
    whole["authorization"]["purposes"].append("missile_launch")
    with pytest.raises(RefusedError) as caught:
        read_bundle(json.dumps(whole))
    assert caught.value.rule == "unarmed"


def test_the_same_key_pair_cannot_stand_in_for_both() -> None:
    one = registry_of(entry(HOST, KeyRole.HOST, "MEX"))
    assert refusal(signed(*documents(), programme=HOST), one).rule == "wrong_key_role"


def test_one_bad_signature_spoils_the_good_ones() -> None:
    bundle = example()
    forged = replace(bundle.signatures[0], key_id=HOST_USA.public.key_id)
    registry = Registry({**REGISTRY.keys, HOST_USA.public.key_id: entry(HOST_USA, KeyRole.HOST, "MEX")})
    assert refusal(replace(bundle, signatures=(*bundle.signatures, forged)), registry).rule == "bad_signature"


@pytest.mark.parametrize("offset_us", [-1, 0])
def test_windows_are_half_open_and_review_days_are_not(offset_us: int) -> None:
    end = {"window": {"start": "2024-01-01T00:00:00Z", "end": "2026-01-01T00:00:00Z"}}
    end_us, review_us = 1_767_225_600_000_000, 1_767_225_600_000_000
    bundle, reviewed = approval_with(**end), approval_with(**REVIEWED)
    believed(reviewed, REGISTRY, review_us + offset_us)
    if offset_us < 0:
        believed(bundle, REGISTRY, end_us + offset_us)
    else:
        assert refusal(bundle, REGISTRY, end_us).rule == "approval_expired"
        assert refusal(reviewed, REGISTRY, review_us + 1).rule == "approval_unreviewed"


CANONICAL = bundle_text(example())
BELIEVED = believed(example())


@settings(max_examples=500)
@given(st.integers(0, len(CANONICAL) - 2), st.characters(codec="utf-8"))
def test_any_change_of_one_character_is_refused_or_changes_nothing(place: int, character: str) -> None:
    changed = CANONICAL[:place] + character + CANONICAL[place + 1 :]
    try:
        authority = believed(read_bundle(changed))
    except (InputError, RefusedError):
        return
    assert authority == BELIEVED


@settings(max_examples=500)
@given(st.data())
def test_any_change_of_a_signed_value_is_refused(data: st.DataObject) -> None:
    whole = parts()
    part = data.draw(st.sampled_from(["authorization", "approval"]))
    places = [match.span() for match in re.finditer(r"[0-9a-z]", canonical(whole[part]).decode())]
    start, end = data.draw(st.sampled_from(places))
    text = canonical(whole[part]).decode()
    other = data.draw(st.sampled_from("0123456789abcdefghijklmnopqrstuvwxyz").filter(lambda c: c != text[start]))
    try:
        whole[part] = json.loads(text[:start] + other + text[end:])
        bundle = read_bundle(json.dumps(whole))
    except (ValueError, RefusedError):
        return
    assert refusal(bundle).rule == "bad_signature"


# What a document must say


def faulty(part: str, path: tuple[str | int, ...], value: Any) -> InputError:
    whole = parts()
    place = whole[part]
    for step in path[:-1]:
        place = place[step]
    if value is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    with pytest.raises(InputError) as caught:
        read_bundle(json.dumps(whole), "consent.json")
    assert caught.value.source == "consent.json"
    assert caught.value.remedy
    return caught.value


AREA = ("volumes", 0, "area")
CIRCLE = {"centre": [0, 0], "radius_m": 1000}
SQUARE = [[-107.9, 24.3], [-106.9, 24.3], [-106.9, 25.3], [-107.9, 25.3]]


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        (("volumes", 0, "altitude", "upper_m"), 1000, "volumes[0].altitude.upper_m"),
        (("volumes", 0, "altitude", "upper_m"), "6000", "volumes[0].altitude.upper_m"),
        (("volumes", 0, "altitude", "lower_m"), True, "volumes[0].altitude.lower_m"),
        (("volumes", 0, "altitude", "datum"), "egm2008", "volumes[0].altitude.datum"),
        (("volumes", 0, "window", "end"), "2024-01-01T00:00:00Z", "volumes[0].window.end"),
        (("volumes", 0, "window", "start"), "2024-01-01T00:00:00", "volumes[0].window.start"),
        (("volumes", 0, "window", "start"), "2024-01-01", "volumes[0].window.start"),
        (("volumes", 0, "window", "start"), "2024-02-30T00:00:00Z", "volumes[0].window.start"),
        (("volumes", 0, "window", "start"), "2024-01-01T00:00:00.1234567Z", "volumes[0].window.start"),
        (("volumes", 0, "window", "start"), 1704067200, "volumes[0].window.start"),
        (("volumes", 0, "window"), ..., "volumes[0].window"),
        (("volumes",), [], "volumes"),
        ((*AREA, "polygon"), SQUARE[:2], "volumes[0].area.polygon"),
        ((*AREA, "polygon"), [*SQUARE[:2], SQUARE[0]], "volumes[0].area.polygon"),
        ((*AREA, "polygon"), [*SQUARE, SQUARE[1]], "volumes[0].area.polygon"),
        ((*AREA, "polygon"), [SQUARE[i] for i in (0, 2, 1, 3)], "volumes[0].area.polygon"),
        ((*AREA, "polygon"), [[179, 0], [-179, 2], [-179, 0], [179, 2]], "volumes[0].area.polygon"),
        ((*AREA, "polygon"), [[0, 80], [120, 80], [-120, 80]], "volumes[0].area.polygon"),
        ((*AREA, "polygon"), [[0, 80], [10, 80], [5, 90]], "volumes[0].area.polygon"),
        ((*AREA, "polygon"), [[0, 0], [180, 0], [90, 10]], "volumes[0].area.polygon"),
        ((*AREA, "polygon", 1, 0), 181, "volumes[0].area.polygon[1][0]"),
        ((*AREA, "polygon", 1, 1), -90.5, "volumes[0].area.polygon[1][1]"),
        ((*AREA, "polygon", 1), [1, 2, 3], "volumes[0].area.polygon[1]"),
        ((*AREA, "circle"), CIRCLE, "volumes[0].area"),
        ((*AREA, "polygon"), ..., "volumes[0].area"),
        (AREA, {"circle": {**CIRCLE, "radius_m": 0}}, "volumes[0].area.circle.radius_m"),
        (AREA, {"circle": {**CIRCLE, "radius_m": 500_001}}, "volumes[0].area.circle.radius_m"),
        (AREA, {"circle": {"centre": [0, 89], "radius_m": 200_000}}, "volumes[0].area.circle.radius_m"),
        (AREA, {"circle": CIRCLE, "holes": [{"circle": CIRCLE}]}, "volumes[0].area.holes[0]"),
        ((*AREA, "holes"), [{"circle": CIRCLE}], "volumes[0].area.holes[0]"),
        ((*AREA, "holes"), [{"circle": CIRCLE, "holes": []}], "volumes[0].area.holes[0].holes"),
        (("exclusions", 0, "forbids"), [], "exclusions[0].forbids"),
        (("exclusions", 0, "forbids"), ["view", "view"], "exclusions[0].forbids[1]"),
        (
            ("exclusions", 0, "altitude"),
            {"lower_m": 2, "upper_m": 1, "datum": "egm96"},
            "exclusions[0].altitude.upper_m",
        ),
        (("purposes",), [], "purposes"),
        (("purposes", 0), "Find laboratories", "purposes[0]"),
        (("site_kinds",), [], "site_kinds"),
        (("site_kinds", 1), "laboratory", "site_kinds[1]"),
        (("sensors", 0), "sonar", "sensors[0]"),
        (("aircraft", 0), "OTEAR-SIM-1 ", "aircraft[0]"),
        (("recipients", 0, "receives", 0), "rumours", "recipients[0].receives[0]"),
        (("recipients", 1, "id"), "fiscalia_ejemplo", "recipients[1]"),
        (("recipients", 0, "name", "es"), " ", "recipients[0].name.es"),
        (("recipients", 0, "name", "es"), ..., "recipients[0].name.es"),
        (("retention", "imagery_days"), 181, "retention.imagery_days"),
        (("retention", "imagery_days"), 0, "retention.imagery_days"),
        (("retention", "coverage_days"), 1.5, "retention.coverage_days"),
        (("conditions", 0, "en"), "", "conditions[0].en"),
        (("title",), "a title", "title"),
        (("host",), "MX", "host"),
        (("review_by",), "2023-01-01T00:00:00Z", "review_by"),
        (("continues",), "the last one", "continues"),
        (("format",), "otear-authorization/2", "format"),
        (("survey",), [], "survey"),
        (("survey",), None, "survey"),
        (("colour",), "blue", "colour"),
    ],
)
def test_faults_of_an_authorization_are_named_by_field(path: tuple[str | int, ...], value: Any, field: str) -> None:
    assert faulty("authorization", path, value).field == f"authorization.{field}"


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        (("authorization_sha256",), "0" * 63, "authorization_sha256"),
        (("window", "end"), "2020-01-01T00:00:00Z", "window.end"),
        (("approved_by",), "", "approved_by"),
        (("review_by",), ..., "review_by"),
        (("reviewby",), "x", "reviewby"),
    ],
)
def test_faults_of_an_approval_are_named_by_field(path: tuple[str | int, ...], value: Any, field: str) -> None:
    assert faulty("approval", path, value).field == f"approval.{field}"


def test_an_altitude_limits_flight_only() -> None:
    whole = parts()
    exclusion = whole["authorization"]["exclusions"][0]
    exclusion["altitude"] = {"lower_m": 0, "upper_m": 1000, "datum": "ellipsoid"}
    read_bundle(json.dumps(whole))
    exclusion["forbids"] = ["view"]
    with pytest.raises(InputError) as caught:
        read_bundle(json.dumps(whole))
    assert caught.value.field == "authorization.exclusions[0].altitude"


@pytest.mark.parametrize("signature", ["", "AAAA", "not base64", parts()["signatures"][0]["signature"].rstrip("=")])
def test_a_signature_that_is_none_is_bad_input(signature: str) -> None:
    whole = parts()
    whole["signatures"][1]["signature"] = signature
    with pytest.raises(InputError) as caught:
        read_bundle(json.dumps(whole))
    assert caught.value.field == "signatures[1].signature"


@pytest.mark.parametrize("key", ["survey", "volumes"])
def test_a_mistyped_key_is_met_with_the_right_one(key: str) -> None:
    fault = faulty("authorization", (f"{key}x",), [])
    assert fault.remedy == f"Did you mean {key}?"


def ring(points: list[list[float]]) -> Ring:
    whole = parts()
    whole["authorization"]["volumes"][0]["area"]["polygon"] = points
    bundle = read_bundle(json.dumps(whole))
    assert bundle.authorization is not None
    outline = bundle.authorization.noun.volumes[0].area.outline
    assert isinstance(outline, Ring)
    return outline


def test_rings_may_be_closed_tiny_or_over_the_antimeridian() -> None:
    assert ring([*SQUARE, SQUARE[0]]) == ring(SQUARE)
    assert len(ring([[179.5, -1], [-179.5, -1], [-179.5, 1], [179.5, 1]]).points) == 4
    assert len(ring([[180, -1], [-179.5, -1], [-179.5, 1], [180, 1]]).points) == 4
    assert len(ring([[0, 0], [1e-6, 0], [1e-6, 1e-6]]).points) == 3


@given(st.floats(-180, 180), st.floats(-80, 80), st.floats(10, 400_000), st.floats(0.05, 0.9))
def test_a_smaller_circle_about_the_same_centre_is_a_hole(
    lon: float, lat: float, radius_m: float, share: float
) -> None:
    whole = parts()
    circle = {"centre": [lon, lat], "radius_m": radius_m}
    inner = {"centre": [lon, lat], "radius_m": radius_m * share}
    volume = whole["authorization"]["volumes"][0]
    volume["area"] = {"circle": circle, "holes": [{"circle": inner}]}
    read_bundle(json.dumps(whole))
    volume["area"] = {"circle": inner, "holes": [{"circle": circle}]}
    with pytest.raises(InputError, match="hole"):
        read_bundle(json.dumps(whole))


# Succession


def test_a_renewal_continues_the_history() -> None:
    first = BELIEVED
    renewed = believed(authorization_with(reference="EJEMPLO/2", continues=first.authority_id), REGISTRY, NOW_US, first)
    assert renewed.before == (first,)
    whole = parts()
    again = signed({**whole["authorization"], "continues": renewed.authority_id}, whole["approval"])
    assert believed(again, REGISTRY, NOW_US, first, renewed).before == (renewed, first)


def test_a_new_administration_approves_the_same_authorization() -> None:
    first = BELIEVED
    new = approval_with(approved_by="The next director", continues=first.authority_id)
    authority = believed(new, REGISTRY, NOW_US, first)
    assert authority.before == (first,)
    assert authority.authorization == first.authorization
    assert authority.authority_id != first.authority_id


def test_a_new_approval_of_a_renewal_keeps_both() -> None:
    first = BELIEVED
    whole = parts()
    renewal = {**whole["authorization"], "continues": first.authority_id}
    renewed = believed(signed(renewal, whole["approval"]), REGISTRY, NOW_US, first)
    approval = {**whole["approval"], "approved_by": "The next director"}
    newest = signed(renewal, {**approval, "continues": renewed.authority_id})
    assert believed(newest, REGISTRY, NOW_US, first, renewed).before == (renewed, first)
    other = believed(approval_with(approved_by="Another"), REGISTRY, NOW_US)
    beside = signed(renewal, {**approval, "continues": other.authority_id})
    assert refusal(beside, REGISTRY, NOW_US, first, other).rule == "contradicting_predecessors"


def test_one_nation_does_not_continue_anothers() -> None:
    theirs = believed(example("huntsville"))
    bundle = approval_with(continues=theirs.authority_id)
    assert refusal(bundle, REGISTRY, NOW_US, theirs).rule == "predecessor_of_another_host"


# Storage


def test_a_stored_bundle_reads_back_as_the_same() -> None:
    for bundle in (example(), example("huntsville"), signed(documents()[0], None), unsigned("approval")):
        text = bundle_text(bundle)
        assert read_bundle(text) == bundle
        assert bundle_text(read_bundle(text)) == text


def test_a_stored_authority_outlives_its_dates_and_its_keys() -> None:
    late = approval_with(window={"start": "2024-01-01T00:00:00Z", "end": "2026-02-03T00:00:00Z"}, **REVIEWED)
    gone = revoked(
        registry_with(KeyRole.HOST, not_after_us=NOW_US + 1, replaced_by="k-0123456789abcdef"),
        PROGRAMME.public.key_id,
        NOW_US + 1,
        "lost",
        "admin",
    )
    assert restored(example(), gone, NOW_US, STANDING, {}) == BELIEVED
    assert restored(late, REGISTRY, NOW_US, STANDING, {}).approval.review_by_us < NOW_US


@pytest.mark.parametrize(
    ("rule", "bundle", "registry"),
    [
        ("bad_signature", tampered(), REGISTRY),
        ("unknown_key", example(), Registry()),
        ("expired_key", example(), registry_with(KeyRole.HOST, not_after_us=NOW_US)),
        ("wrong_key_role", signed(*documents(), programme=HOST), REGISTRY),
        ("no_approval", signed(documents()[0], None), REGISTRY),
        ("approval_of_another_document", of_another_document(), REGISTRY),
    ],
)
def test_storage_is_not_believed_blindly(rule: str, bundle: Bundle, registry: Registry) -> None:
    with pytest.raises(RefusedError) as caught:
        restored(bundle, registry, NOW_US, STANDING, {})
    assert caught.value.rule == rule


def test_a_key_of_the_same_name_is_another_key() -> None:
    impostor = new_key(HOST.name, bytes(32))
    assert refusal(signed(*documents(), host=impostor)).rule == "unknown_key"
