"""What is hashed and signed does not depend on how a document is written, and on nothing else."""

from __future__ import annotations

import json
import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otear.authority.signatures import (
    Part,
    canonical,
    sha256,
    sign,
    signature_bytes,
    signature_text,
    signed_message,
)
from otear.authority.strict_yaml import MAX_CHARACTERS, MAX_NUMBER, MAX_VALUES, read_mapping
from otear.errors import InputError

from .bundles import HOST, parts

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["C"], exclude_characters="\u2028\u2029"), max_size=12)
NUMBER = st.integers(-MAX_NUMBER, MAX_NUMBER) | st.floats(-MAX_NUMBER, MAX_NUMBER)
VALUE = st.recursive(
    TEXT | NUMBER | st.booleans(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
DOCUMENT = st.dictionaries(TEXT, VALUE, max_size=5)


def turned(value: Any) -> Any:
    """The same, its keys in the opposite order."""
    if isinstance(value, dict):
        return {key: turned(item) for key, item in reversed(value.items())}
    return [turned(item) for item in value] if isinstance(value, list) else value


@given(DOCUMENT)
def test_the_order_of_keys_and_the_notation_do_not_matter(document: dict[str, Any]) -> None:
    content = canonical(document)
    assert canonical(turned(document)) == content
    assert canonical(read_mapping(json.dumps(document))) == content
    assert canonical(read_mapping(json.dumps(document, indent=1, ensure_ascii=False))) == content
    assert canonical(read_mapping(content.decode())) == content


def block_yaml(value: Any, indent: str = "") -> str:
    """The same in YAML's block style, texts in double quotes."""
    if isinstance(value, dict) and value:
        items = [
            f"{json.dumps(key, ensure_ascii=False)}:{block_yaml(item, indent + ' ')}" for key, item in value.items()
        ]
    elif isinstance(value, list) and value:
        items = [f"-{block_yaml(item, indent + ' ')}" for item in value]
    else:
        return f" {json.dumps(value, ensure_ascii=False)}"
    return "".join(f"\n{indent}{item}" for item in items)


@given(DOCUMENT)
def test_yaml_reads_as_json_does(document: dict[str, Any]) -> None:
    assert canonical(read_mapping(f"# a comment\n---{block_yaml(document)}\n...\n")) == canonical(document)


def test_the_canonical_form_of_rfc_8785() -> None:
    document = {  # section 3.2.2, less its null and its control characters, which no document holds
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": '€$\nA\'B"\\\\"/',
        "literals": [True, False],
    }
    assert (
        canonical(document)
        == (
            '{"literals":[true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
            '"string":"€$\\nA\'B\\"\\\\\\\\\\"/"}'
        ).encode()
    )


@pytest.mark.parametrize("value", [2**53, float("inf"), float("nan"), "\ud800"])
def test_what_json_cannot_hold_has_no_canonical_form(value: object) -> None:
    with pytest.raises(InputError, match="canonical"):
        canonical({"a": value})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"),
        ("yes", "yes"),
        ("off", "off"),
        ("True", "True"),
        ("true", True),
        ("2024-01-01", "2024-01-01"),
        ("2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z"),
        ("12:30:00", "12:30:00"),
        ("010", "010"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("+1", "+1"),
        (".5", ".5"),
        (".inf", ".inf"),
        ("-0.5e3", -500.0),
        ("90", 90),
        ("'90'", "90"),
        ("<<", "<<"),
        ("!!str 5", "5"),
    ],
)
def test_nothing_in_yaml_is_guessed(text: str, value: object) -> None:
    read = read_mapping(f"a: {text}")["a"]
    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: 1\na: 2", "twice"),
        ('{"a": 1, "a": 2}', "twice"),
        ('{"a": {"b": 1, "b": 1}}', "twice"),
        ("a:", "no value"),
        ("a: null", "no value"),
        ("a: [1, ~]", "no value"),
        ('{"a": null}', "no value"),
        ("1: a", "not plain text"),
        ("[a]: 1", "not plain text"),
        ("a: !!int 5", "tag"),
        ("a: !!binary aGk=", "tag"),
        ("a: !!timestamp 2024-01-01", "tag"),
        ("a: !!set {b: }", "tag"),
        ("a: !!python/object/apply:os.getcwd []", "tag"),
        ("a: 1\n---\nb: 2", "neither YAML nor JSON"),
        ("a: [1", "neither YAML nor JSON"),
        ('{"a": 1', "neither YAML nor JSON"),
        ("a: *b", "neither YAML nor JSON"),
        ("a: \x01", "neither YAML nor JSON"),
        ('{"a": "\\u0001"}', "does not show"),
        ('{"a": "\\u202e"}', "does not show"),
        ('{"\\ud800": 1}', "does not show"),
        ("- a", "not a mapping"),
        ("", "not a mapping"),
        ("a: " + "9" * 60, "too large"),
        ('{"a": ' + "9" * 6000 + "}", "too large"),
        ('{"a": 9007199254740992}', "too large"),
        ("a: 1e16", "too large"),
        ("a: -1e400", "too large"),
        ("a: " + "[" * 5000, "nested"),
        ('{"a": ' + "[" * 200_000, "nested"),
        ("a: " + "[" * 30 + "]" * 30, "nested"),
        ("a: &b [*b]", "nested"),
        ("#" * (MAX_CHARACTERS + 1), "characters"),
    ],
)
def test_what_may_mislead_is_refused(text: str, problem: str) -> None:
    with pytest.raises(InputError, match=problem) as caught:
        read_mapping(text, "consent.yaml")
    assert caught.value.source == "consent.yaml"


def test_aliases_may_be_used_and_what_they_unfold_to_is_counted() -> None:
    assert read_mapping("a: &w {b: 1}\nc: *w") == {"a": {"b": 1}, "c": {"b": 1}}
    bomb = "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n"
    bomb += "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10))
    with pytest.raises(InputError, match=f"more than {MAX_VALUES} values"):
        read_mapping(bomb)


def test_errors_say_where_in_bytes() -> None:
    with pytest.raises(InputError) as caught:
        read_mapping("ñ: 1\nb: 2\nb: 3")
    assert (caught.value.offset, caught.value.field) == (len("ñ: 1\nb: 2\n".encode()), "b")


def test_a_signature_is_over_the_format_and_the_canonical_form() -> None:
    document = parts()["authorization"]
    made = sign(turned(document), HOST)
    content = canonical(document)
    assert (made.over, made.key_id) == (Part.AUTHORIZATION, HOST.public.key_id)
    assert HOST.public.verifies(b"otear-authorization/1\n" + content, made.signature)
    assert not HOST.public.verifies(signed_message("otear-approval/1", content), made.signature)
    assert not HOST.public.verifies(content, made.signature)
    assert len(sha256(content)) == 64


def test_only_the_two_documents_can_be_signed() -> None:
    with pytest.raises(InputError, match="format"):
        sign({"format": "otear-key-rotation/1"}, HOST)


@given(st.binary(min_size=64, max_size=64))
def test_a_signature_has_one_way_to_be_written(signature: bytes) -> None:
    text = signature_text(signature)
    assert signature_bytes(text) == signature
    others = [f"{text[:85]}{last}==" for last in string.ascii_letters + string.digits + "+/"]
    read = {other: signature_bytes(other) for other in others}
    assert sum(made is not None for made in read.values()) == 4  # two of the last character's six bits are used
    assert all(made is None or signature_text(made) == other for other, made in read.items())
    assert signature_bytes(text.rstrip("=")) is None
    assert signature_bytes(text + "\n") is None
    assert signature_bytes(signature_text(signature[:-1])) is None
