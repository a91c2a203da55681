"""Canonical JSON is that of RFC 8785 for everything that the ledger writes, and no other bytes are read."""

from __future__ import annotations

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from otear.errors import InputError
from otear.ledger.canonical import canonical_json, checked_keys, checked_text, from_canonical

KEYS = st.text(st.characters(max_codepoint=0x7F), max_size=6)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(1 - 2**53, 2**53 - 1) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_it_is_that_of_the_library_and_comes_back(value: object) -> None:
    data = canonical_json(value)
    assert data == rfc8785.dumps(value)  # type: ignore[arg-type]
    assert from_canonical(data) == value


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b" 1",
        b"1 ",
        b'{"b":1,"a":2}',
        b'{"a":1,"a":1}',
        b'"\\u0041"',
        b'"\\/"',
        b"\xff",
        b'\xef\xbb\xbf"a"',
        b"1e2",
    ],
)
def test_any_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(InputError) as caught:
        from_canonical(data, source="a.json", offset=3)
    assert (caught.value.source, caught.value.offset) == ("a.json", 3)


@pytest.mark.parametrize("depth", [100, 900, 980, 1000, 5000, 100_000])
def test_depth_is_read_or_refused(depth: int) -> None:
    data = b"[" * depth + b"]" * depth
    try:
        value = from_canonical(data)
    except InputError:
        assert depth > 900
        return
    assert canonical_json(value) == data


def test_half_of_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(InputError, match="not valid Unicode"):
        canonical_json(["\ud800"])
    with pytest.raises(InputError, match="not valid Unicode"):
        from_canonical(rb'"\ud800"')


def test_keys_and_texts_are_checked() -> None:
    assert checked_keys({"a": "x"}, frozenset("a")) == {"a": "x"}
    assert checked_text({"a": "x"}, "a") == "x"
    for value, problem in (({}, "has no 'a'"), ({"a": 1, "b": 2}, "unknown key: 'b'"), ([], "not a JSON object")):
        with pytest.raises(InputError, match=problem):
            checked_keys(value, frozenset("a"), "field")
    with pytest.raises(InputError, match="is not text"):
        checked_text({"a": 1}, "a")
