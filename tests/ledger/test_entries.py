"""Entries have one way to be written: the library for RFC 8785 agrees, and every other byte string is refused."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
import rfc8785
from hypothesis import assume, given
from hypothesis import strategies as st

from otear.domain.ledger import Draft, Entry, Outcome
from otear.errors import InputError
from otear.ledger.canonical import canonical_json
from otear.ledger.entries import entry_bytes, entry_from, sequence_if_canonical

SHA = st.sampled_from(["", "0" * 64, "0123456789abcdef" * 4])
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
ENTRY = Entry(
    41,
    Draft(
        time_us=1_767_323_045_000_006,
        actor="ana",
        role="analyst",
        action="imagery.read",
        subject_kind="footage",
        subject_id="f-1",
        subject_sha256="ab" * 32,
        authority_id="a-1",
        authority_sha256="cd" * 32,
        outcome=Outcome.REFUSED,
        reason="Fuera de la ventana «día»\n",
    ),
)


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    authority_sha256 = draw(SHA)
    return Entry(
        draw(st.integers(0, 2**53 - 1)),
        Draft(
            time_us=draw(st.integers(-62_135_596_800_000_000, 253_402_300_799_999_999)),
            actor=draw(TEXT),
            role=draw(TEXT),
            action=draw(TEXT),
            subject_kind=draw(TEXT),
            subject_id=draw(TEXT),
            subject_sha256=draw(SHA),
            authority_id=draw(TEXT.filter(bool)) if authority_sha256 else "",
            authority_sha256=authority_sha256,
            outcome=draw(st.sampled_from(Outcome)),
            reason=draw(TEXT),
        ),
    )


ESCAPES = [rb"\u%04x" % code for code in range(0x24)] + [rb"\%c" % code for code in range(0x20, 0x7F)]


def test_an_entry_is_written_like_this() -> None:
    assert entry_bytes(ENTRY).decode() == (
        '{"action":"imagery.read","actor":"ana","authority":{"id":"a-1","sha256":"' + "cd" * 32 + '"},'
        '"outcome":"refused","reason":"Fuera de la ventana «día»\\n","role":"analyst","sequence":41,'
        '"subject":{"id":"f-1","kind":"footage","sha256":"' + "ab" * 32 + '"},"time":"2026-01-02T03:04:05.000006Z"}'
    )


def test_an_entry_without_authority_says_null() -> None:
    bare = Entry(0, replace(ENTRY.draft, authority_id="", authority_sha256=""))
    assert b'"authority":null' in entry_bytes(bare)
    assert entry_from(entry_bytes(bare)) == bare


@given(entries())
def test_the_bytes_are_those_of_rfc_8785_on_one_line(entry: Entry) -> None:
    data = entry_bytes(entry)
    assert data == rfc8785.dumps(json.loads(data))
    assert b"\n" not in data
    assert b"\r" not in data


@given(entries())
def test_an_entry_comes_back_as_it_was(entry: Entry) -> None:
    assert entry_from(entry_bytes(entry)) == entry


@given(st.integers(0, 8 * len(entry_bytes(ENTRY)) - 1))
def test_a_changed_bit_is_another_entry_or_none(bit: int) -> None:
    data = bytearray(entry_bytes(ENTRY))
    data[bit // 8] ^= 1 << bit % 8
    with suppress(InputError):
        assert entry_from(bytes(data)) != ENTRY


@given(st.binary(max_size=60))
def test_bytes_that_are_no_entry_are_refused(data: bytes) -> None:
    with pytest.raises(InputError):
        entry_from(data)


CHANGES: list[tuple[str, Callable[[dict[str, Any]], Any]]] = [
    ("has an unknown key", lambda fields: fields | {"note": "x"}),
    ("has no 'role'", lambda fields: {key: value for key, value in fields.items() if key != "role"}),
    ("is not a JSON object", lambda fields: [fields]),
    ("is not a JSON object", lambda fields: fields | {"subject": "f-1"}),
    ("has no 'kind'", lambda fields: fields | {"subject": {"id": "f-1", "sha256": ""}}),
    ("is not a JSON object", lambda fields: fields | {"authority": False}),
    ("names only half", lambda fields: fields | {"authority": {"id": "a-1", "sha256": ""}}),
    ("is not a SHA-256", lambda fields: fields | {"subject": fields["subject"] | {"sha256": "AB" * 32}}),
    ("is not a whole number", lambda fields: fields | {"sequence": 1.5}),
    ("is not a whole number", lambda fields: fields | {"sequence": True}),
    ("is no place", lambda fields: fields | {"sequence": -1}),
    ("is no place", lambda fields: fields | {"sequence": 2**53}),
    ("is no outcome", lambda fields: fields | {"outcome": "maybe"}),
    ("is not text", lambda fields: fields | {"outcome": None}),
    ("is not text", lambda fields: fields | {"actor": None}),
    ("is not a time", lambda fields: fields | {"time": "yesterday"}),
    ("is not a time", lambda fields: fields | {"time": "2026-01-02T03:04:05.000006+00:00"}),
    ("another way", lambda fields: fields | {"time": "2026-01-02T03:04:05Z"}),
    ("another way", lambda fields: fields | {"time": "2026-01-02 03:04:05.000006Z"}),
    ("another way", lambda fields: fields | {"authority": {"id": "", "sha256": ""}}),
]


@pytest.mark.parametrize(("problem", "change"), CHANGES)
def test_what_is_wrong_is_said(problem: str, change: Callable[[dict[str, Any]], Any]) -> None:
    changed = change(json.loads(entry_bytes(ENTRY)))
    data = canonical_json(changed)
    with pytest.raises(InputError, match=problem) as caught:
        entry_from(data, source="log.txt", offset=7)
    assert (caught.value.source, caught.value.offset) == ("log.txt", 7)


@pytest.mark.parametrize("wrap", [b" %s", b"%s\n", b"\xef\xbb\xbf%s"])
def test_an_entry_with_anything_around_it_is_refused(wrap: bytes) -> None:
    with pytest.raises(InputError):
        entry_from(wrap % entry_bytes(ENTRY))


def test_half_of_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(InputError, match="not valid Unicode"):
        entry_from(entry_bytes(ENTRY).replace(b'"ana"', rb'"\ud800"'))


def test_a_key_given_twice_is_refused() -> None:
    data = entry_bytes(ENTRY)
    with pytest.raises(InputError, match="other bytes"):
        entry_from(data.replace(b'{"action"', b'{"action":"x","action"', 1))


def test_json_too_deep_or_too_long_to_read_is_refused() -> None:
    for data in (b"[" * 200_000, b"9" * 10_000):
        with pytest.raises(InputError):
            entry_from(data)


@pytest.mark.parametrize(
    ("field", "change"),
    [
        (None, {"actor": "\udcff"}),
        (None, {"reason": "half \ud83d of a pair"}),
        ("subject.sha256", {"subject_sha256": "abc"}),
        ("authority.sha256", {"authority_sha256": "g" * 64}),
        ("authority", {"authority_id": ""}),
        ("authority", {"authority_sha256": ""}),
        ("time", {"time_us": 10**19}),
    ],
)
def test_what_cannot_be_written_in_one_way_is_refused(field: str | None, change: dict[str, Any]) -> None:
    with pytest.raises(InputError) as caught:
        entry_bytes(Entry(0, replace(ENTRY.draft, **change)))
    assert caught.value.field == field


@given(entries())
def test_the_quick_look_sees_the_sequence(entry: Entry) -> None:
    data = entry_bytes(entry)
    sure = data[-24:-19] != b"02-29" and entry.sequence < 10**15
    assert sequence_if_canonical(data) == (entry.sequence if sure else None)


@given(entries(), st.data())
def test_the_quick_look_never_takes_what_the_strict_reader_refuses(entry: Entry, data: st.DataObject) -> None:
    changed = bytearray(entry_bytes(entry))
    at = data.draw(st.integers(0, len(changed) - 1))
    changed[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3) | st.sampled_from(ESCAPES))
    sequence = sequence_if_canonical(bytes(changed))
    if sequence is not None:
        assert entry_from(bytes(changed)).sequence == sequence


@pytest.mark.parametrize("escape", ESCAPES)
def test_the_quick_look_knows_every_escape(escape: bytes) -> None:
    data = entry_bytes(ENTRY).replace(b'"ana"', b'"%s"' % escape)
    expected: int | None = None
    with suppress(InputError):
        expected = entry_from(data).sequence
    assert sequence_if_canonical(data) == expected


@pytest.mark.parametrize("year", ["0000", "0001", "2023", "2024", "1900", "2000", "9999"])
def test_the_quick_look_knows_the_calendar(year: str) -> None:
    for month, day in itertools.product(range(14), range(33)):
        data = entry_bytes(ENTRY).replace(b"2026-01-02", f"{year}-{month:02}-{day:02}".encode())
        expected: int | None = None
        with suppress(InputError):
            expected = entry_from(data).sequence
        assert sequence_if_canonical(data) == (None if (month, day) == (2, 29) else expected)


@given(entries(), entries())
def test_different_entries_have_different_bytes(one: Entry, other: Entry) -> None:
    assume(one != other)
    assert entry_bytes(one) != entry_bytes(other)
