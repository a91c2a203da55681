"""YAML and JSON texts read so that a document says what its writer sees: only JSON's types, nothing guessed.

Numbers, `true` and `false` are those of JSON (RFC 8259); everything else that is not quoted is text, times and the
country code `NO` among it. Refused are: keys given twice, keys without a value and `null`, tags, characters that do
not show or that turn the direction of writing, and numbers and texts past the limits below. Anchors and aliases may be
used; what they unfold to is counted.
"""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any, NoReturn

import yaml

from otear.errors import InputError

MAX_CHARACTERS = 1 << 20
MAX_VALUES = 100_000
MAX_DEPTH = 24
MAX_NUMBER = 2**53 - 1
"""Beyond it doubles do not tell whole numbers apart."""
_MAX_DIGITS = 40

_TEXT, _NUMBER, _BOOLEAN = "tag:yaml.org,2002:str", "tag:otear:number", "tag:yaml.org,2002:bool"
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")

Source = str | Path | None


class _Loader(yaml.SafeLoader):
    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 (as the base has it)


_Loader.add_implicit_resolver(
    _NUMBER, re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?\Z", re.ASCII), list("-0123456789")
)
_Loader.add_implicit_resolver(_BOOLEAN, re.compile(r"(?:true|false)\Z"), ["t", "f"])
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"(?:~|null|)\Z"), ["~", "n", ""])


def read_mapping(text: str, source: Source = None) -> dict[str, Any]:
    """The mapping that a YAML or JSON text holds: strings, numbers, booleans, lists and dicts.

    Raises `InputError` naming `source` and the byte offset or the field.
    """
    if len(text) > MAX_CHARACTERS:
        raise InputError(
            f"holds {len(text)} characters; a document has at most {MAX_CHARACTERS}",
            source=source,
            remedy="Draw its outlines with fewer points",
        )
    text = text.removeprefix("\ufeff")
    try:
        value = _from_json(text, source) if text.lstrip().startswith("{") else _from_yaml(text, source)
    except RecursionError as error:
        raise _too_deep(source) from error
    if not isinstance(value, dict):
        raise InputError(
            "is not a mapping of keys to values", source=source, remedy="Compare it with the files in docs/examples"
        )
    _Check(source).value(value, "", 0)
    return value


def field_path(parts: tuple[int | str, ...]) -> str:
    """The way to a value, as errors name it: `volumes[2].altitude.upper_m`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts).removeprefix(".")


def _from_json(text: str, source: Source) -> Any:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        for key, value in pairs:
            if key in mapping:
                raise _twice(key, source, None)
            mapping[key] = value
        return mapping

    def number(literal: str) -> Any:
        return _number(literal, source, None)

    try:
        return json.loads(text, object_pairs_hook=once, parse_int=number, parse_float=number, parse_constant=str)
    except json.JSONDecodeError:
        return _from_yaml(text, source)  # a YAML mapping may begin with a brace as well


def _from_yaml(text: str, source: Source) -> Any:
    try:
        node = _Loader(text).get_single_node()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        position = getattr(error, "position", 0) if mark is None else mark.index
        problem = getattr(error, "problem", None) or getattr(error, "reason", "it cannot be read")
        raise InputError(
            f"is neither YAML nor JSON: {problem}",
            source=source,
            offset=len(text[:position].encode(errors="replace")),
            remedy="Mend it there",
        ) from error
    return None if node is None else _Nodes(text, source).value(node, 0)


class _Nodes:
    """Turns a composed tree into values; what is anchored is turned once and shared."""

    def __init__(self, text: str, source: Source) -> None:
        self._text, self._source = text, source
        self._turned: dict[int, Any] = {}

    def value(self, node: yaml.Node, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise _too_deep(self._source)
        if id(node) not in self._turned:
            self._turned[id(node)] = self._turn(node, depth)
        return self._turned[id(node)]

    def _turn(self, node: yaml.Node, depth: int) -> Any:
        if isinstance(node, yaml.MappingNode) and node.tag.endswith(":map"):
            mapping: dict[str, Any] = {}
            for key_node, value_node in node.value:
                if not isinstance(key_node, yaml.ScalarNode) or key_node.tag != _TEXT:
                    self._refuse(key_node, "a key is not plain text", "Write keys as docs/examples shows them")
                if key_node.value in mapping:
                    raise _twice(key_node.value, self._source, self._offset(key_node))
                mapping[key_node.value] = self.value(value_node, depth + 1)
            return mapping
        if isinstance(node, yaml.SequenceNode) and node.tag.endswith(":seq"):
            return [self.value(item, depth + 1) for item in node.value]
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node)
        return self._refuse(node, f"has the tag {node.tag}", "Take the tag away")

    def _scalar(self, node: yaml.ScalarNode) -> Any:
        if node.tag == _TEXT:
            return node.value
        if node.tag == _NUMBER:
            return _number(node.value, self._source, self._offset(node))
        if node.tag == _BOOLEAN and node.value in {"true", "false"}:
            return node.value == "true"
        if node.tag.endswith(":null"):
            return None
        return self._refuse(node, f"has the tag {node.tag}", "Take the tag away")

    def _offset(self, node: yaml.Node) -> int:
        return len(self._text[: node.start_mark.index].encode(errors="replace"))

    def _refuse(self, node: yaml.Node, problem: str, remedy: str) -> NoReturn:
        raise InputError(problem, source=self._source, offset=self._offset(node), remedy=remedy)


class _Check:
    """What holds for every value, however it was written."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._seen = 0

    def value(self, value: Any, path: str, depth: int) -> None:
        self._seen += 1
        if self._seen > MAX_VALUES:
            raise InputError(
                f"unfolds to more than {MAX_VALUES} values", source=self._source, remedy="Use fewer aliases and points"
            )
        if depth > MAX_DEPTH:
            raise _too_deep(self._source)
        if value is None:
            self._refuse(path, "has no value", "Give it one, or leave the key out")
        if isinstance(value, str):
            self._text(value, path)
        elif isinstance(value, dict):
            for key, item in value.items():
                self._text(key, path)
                self.value(item, f"{path}.{key}" if path else key, depth + 1)
        elif isinstance(value, list):
            for index, item in enumerate(value):
                self.value(item, f"{path}[{index}]", depth + 1)

    def _text(self, text: str, path: str) -> None:
        unseen = _UNSEEN.search(text)
        if unseen:
            self._refuse(
                path, f"holds a character that does not show (U+{ord(unseen[0]):04X})", "Type that text anew by hand"
            )

    def _refuse(self, path: str, problem: str, remedy: str) -> NoReturn:
        raise InputError(problem, source=self._source, field=path or None, remedy=remedy)


def _number(literal: str, source: Source, offset: int | None) -> Any:
    value = json.loads(literal) if len(literal) <= _MAX_DIGITS else math.inf
    if abs(value) > MAX_NUMBER:
        raise InputError(
            f"holds the number {literal[:_MAX_DIGITS]}, which is too long or too large to be kept exactly",
            source=source,
            offset=offset,
            remedy="Write numbers below 2^53, with at most 17 digits",
        )
    return value


def _twice(key: str, source: Source, offset: int | None) -> InputError:
    return InputError(
        "is given twice in the same mapping", source=source, offset=offset, field=key, remedy="Keep one of the two"
    )


def _too_deep(source: Source) -> InputError:
    return InputError(
        f"is nested more than {MAX_DEPTH} deep", source=source, remedy="Compare it with the files in docs/examples"
    )
