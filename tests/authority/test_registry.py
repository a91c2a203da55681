"""Keys are trusted in one role, for a time, until they are replaced or revoked."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otear.authority.registry import KeyRole, RegisteredKey, Registry, fallen_key, registered, revoked
from otear.authority.rotation import read_rotation, rotated, rotation_text
from otear.domain.authority import Revocation
from otear.errors import InputError, NotFoundError, RefusedError
from otear.ledger.keys import new_key

from .bundles import DAY_US, HOST, NOW_US, PROGRAMME, REGISTRY, entry, registry_of

NEW = new_key("host-of-2026", bytes(range(32)))
HOST_ID, NEW_ID = HOST.public.key_id, NEW.public.key_id
ISSUED = "2026-02-01T00:00:00Z"


def handed_over(registry: Registry = REGISTRY, now_us: int = NOW_US) -> Registry:
    return rotated(registry, read_rotation(rotation_text(HOST, NEW.public, ISSUED)), now_us)


@given(
    st.integers(-5, 5),
    st.integers(-5, 5),
    st.none() | st.integers(-5, 5),
    st.none() | st.integers(-5, 5),
    st.sampled_from(KeyRole),
    st.sampled_from(KeyRole),
)
def test_a_key_signs_in_its_role_and_its_time_until_it_is_revoked(
    now: int, first: int, end: int | None, fallen: int | None, has: KeyRole, needs: KeyRole
) -> None:
    key = RegisteredKey(HOST.public, has, "MEX", 0, first, end, fallen)
    decision = registry_of(key).signer(HOST_ID, needs, now)
    assert decision.allowed == (has is needs and first <= now and (end is None or now < end) and fallen is None)
    trusted = registry_of(key).trusted(HOST_ID, needs, now)
    assert trusted.allowed == (has is needs and first <= now and (end is None or now < end))


@pytest.mark.parametrize(
    ("rule", "key"),
    [
        ("unknown_key", entry(PROGRAMME, KeyRole.PROGRAMME, "x")),
        ("wrong_key_role", entry(HOST, KeyRole.RECIPIENT, "x", revoked_us=0)),
        ("key_revoked", entry(HOST, KeyRole.HOST, "MEX", revoked_us=0, not_after_us=1)),
        ("expired_key", entry(HOST, KeyRole.HOST, "MEX", not_after_us=1)),
        ("expired_key", entry(HOST, KeyRole.HOST, "MEX", not_before_us=NOW_US + 1)),
    ],
)
def test_each_reason_has_its_rule(rule: str, key: RegisteredKey) -> None:
    assert registry_of(key).signer(HOST_ID, KeyRole.HOST, NOW_US).rule == rule


def test_registries_do_not_change_underneath() -> None:
    with pytest.raises(TypeError):
        REGISTRY.keys[NEW_ID] = entry(NEW, KeyRole.HOST, "MEX")  # type: ignore[index]
    before = dict(REGISTRY.keys)
    handed_over()
    revoked(REGISTRY, HOST_ID, NOW_US, "lost", "admin")
    assert REGISTRY.keys == before
    assert Registry(before) == REGISTRY


def test_a_key_has_one_holder_and_one_role() -> None:
    with pytest.raises(InputError, match="registered already"):
        registered(REGISTRY, entry(HOST, KeyRole.PROGRAMME, "x"))
    with pytest.raises(InputError, match="ends before it begins"):
        registered(REGISTRY, entry(NEW, KeyRole.HOST, "MEX", not_before_us=5, not_after_us=5))
    assert registered(REGISTRY, entry(NEW, KeyRole.HOST, "MEX"))[NEW_ID].holder == "MEX"
    with pytest.raises(NotFoundError):
        REGISTRY[NEW_ID]


# Rotation


def test_a_rotated_key_signs_nothing_new_and_its_successor_does() -> None:
    registry = handed_over()
    assert registry.signer(HOST_ID, KeyRole.HOST, NOW_US).rule == "expired_key"
    assert NEW_ID in registry.signer(HOST_ID, KeyRole.HOST, NOW_US).because.es
    assert registry.trusted(HOST_ID, KeyRole.HOST, NOW_US - 1).allowed
    assert registry.signer(NEW_ID, KeyRole.HOST, NOW_US).allowed
    assert not registry.trusted(NEW_ID, KeyRole.HOST, NOW_US - 1).allowed
    assert (registry[NEW_ID].holder, registry[HOST_ID].replaced_by) == ("MEX", NEW_ID)
    assert fallen_key([HOST_ID, NEW_ID], registry) is None


def test_a_key_cannot_lengthen_the_trust_put_in_it() -> None:
    ends = NOW_US + DAY_US
    registry = handed_over(registry_of(entry(HOST, KeyRole.HOST, "MEX", not_after_us=ends)))
    assert registry[NEW_ID].not_after_us == ends


def refused_rule(registry: Registry, text: str, now_us: int = NOW_US) -> str:
    with pytest.raises(RefusedError) as caught:
        rotated(registry, read_rotation(text), now_us)
    assert caught.value.spanish is not None
    return caught.value.rule


def test_who_may_not_sign_may_not_hand_over() -> None:
    text = rotation_text(HOST, NEW.public, ISSUED)
    assert refused_rule(Registry(), text) == "unknown_key"
    assert refused_rule(revoked(REGISTRY, HOST_ID, 0, "lost", "admin"), text) == "key_revoked"
    assert refused_rule(handed_over(), text) == "expired_key"
    assert refused_rule(REGISTRY, text, NOW_US - 30 * DAY_US) == "not_yet_issued"
    statement = json.loads(text)
    statement["rotation"]["new"] = PROGRAMME.public.text
    assert refused_rule(REGISTRY, json.dumps(statement)) == "bad_signature"


def test_the_new_key_must_be_new() -> None:
    with pytest.raises(InputError, match="registered already"):
        rotated(REGISTRY, read_rotation(rotation_text(HOST, PROGRAMME.public, ISSUED)), NOW_US)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"signature": "AAAA"}, "signature"),
        ({"colour": "blue"}, "colour"),
        ({"rotation": {"format": "otear-key-rotation/1"}}, "rotation.old"),
    ],
)
def test_a_faulty_statement_is_bad_input(change: dict[str, object], field: str) -> None:
    statement = {**json.loads(rotation_text(HOST, NEW.public, ISSUED)), **change}
    with pytest.raises(InputError) as caught:
        read_rotation(json.dumps(statement), "rotation.json")
    assert (caught.value.source, caught.value.field) == ("rotation.json", field)


# Revocation


def test_a_revoked_key_brings_down_what_it_signed() -> None:
    registry = revoked(REGISTRY, HOST_ID, NOW_US, "its holder lost it", "admin")
    assert fallen_key([PROGRAMME.public.key_id, HOST_ID], registry) == Revocation(
        "key_revoked", "admin", NOW_US, "its holder lost it"
    )
    assert fallen_key([PROGRAMME.public.key_id], registry) is None


def test_the_first_revocation_stands() -> None:
    registry = revoked(REGISTRY, HOST_ID, NOW_US, "lost", "admin")
    assert revoked(registry, HOST_ID, NOW_US + 1, "found", "other") == registry
    with pytest.raises(NotFoundError):
        revoked(REGISTRY, NEW_ID, NOW_US, "lost", "admin")


def test_a_key_that_was_rotated_out_can_fall_too() -> None:
    registry = revoked(handed_over(), HOST_ID, NOW_US, "it had leaked", "admin")
    assert fallen_key([HOST_ID], registry) is not None
    assert registry.signer(NEW_ID, KeyRole.HOST, NOW_US).allowed


def test_a_key_that_is_missing_has_fallen() -> None:
    fallen = fallen_key([HOST_ID], Registry())
    assert fallen is not None
    assert fallen.rule == "key_revoked"
    assert replace(fallen, reason="") == Revocation("key_revoked", "", 0, "")
