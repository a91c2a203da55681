"""Messages in Cursor on Target that come in: read far enough to see what they are, flagged where they are not ours.

An event that has anything to do with weapons or the use of force is kept and flagged, and nothing here or anywhere
acts on it. Source: the base schema of the CoT event, version 2.0, and the type tree that its `type` attribute names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.parsers import expat

from otear.authority.unarmed import find_armed
from otear.domain.bilingual import Bilingual
from otear.errors import InputError

MAX_BYTES = 1 << 18
MAX_DEPTH = 32

_KINDS: tuple[tuple[re.Pattern[str], Bilingual], ...] = (
    (re.compile(r"t-k(-.*)?", re.IGNORECASE), Bilingual("a tasking to use force", "una orden de usar la fuerza")),
    (re.compile(r"a-[^-]+-A-W(-.*)?"), Bilingual("a weapon in flight", "un arma en vuelo")),
    (re.compile(r"a-[^-]+-G-E-W(-.*)?"), Bilingual("a weapon on the ground", "un arma en tierra")),
    (re.compile(r"a-[^-]+-U-W(-.*)?"), Bilingual("a weapon under water", "un arma bajo el agua")),
)
"""Branches of the type tree: tasking of force, and the MIL-STD-2525 symbols that are weapons themselves."""


@dataclass(frozen=True)
class CotScreening:
    """What an event is. `flagged` says why it is set aside, one sentence each; it is empty for what may be read on."""

    uid: str
    type: str
    flagged: tuple[Bilingual, ...]


def screen_cot(data: bytes, source: str | Path | None = None) -> CotScreening:
    """Read one CoT event and say what it is.

    Raises `InputError` naming `source` and the byte offset for what is not one well-formed event, is larger or deeper
    than any event is, or declares a document type: entities have no place in an event and blow up in readers.
    """
    if len(data) > MAX_BYTES:
        raise InputError(
            f"holds {len(data)} bytes; an event has at most {MAX_BYTES}",
            source=source,
            remedy="Send one event at a time",
        )
    reader = _Reader(source)
    reader.read(data)
    event = reader.elements[0][1]
    for name in ("uid", "type"):
        if not event.get(name):
            raise InputError("is missing from the event", source=source, field=name, remedy="Every event has one")
    return CotScreening(event["uid"], event["type"], (*_by_type(event["type"]), *_by_words(reader)))


def _by_type(type_name: str) -> list[Bilingual]:
    """The type may hold several parts, divided by semicolons, of which the first is the place in the tree."""
    kind = type_name.split(";", maxsplit=1)[0].strip()
    return [
        Bilingual(f"its type {type_name!r} is {what.en}", f"su tipo {type_name!r} es {what.es}")
        for pattern, what in _KINDS
        if pattern.fullmatch(kind)
    ]


def _by_words(reader: _Reader) -> list[Bilingual]:
    said: list[Bilingual] = []
    for (path, attributes), texts in zip(reader.elements, reader.texts, strict=True):
        element = path.rsplit("/", maxsplit=1)[-1]
        for finding in find_armed({element: [{key: value} for key, value in attributes.items()] + ["".join(texts)]}):
            because = finding.group.because
            said.append(
                Bilingual(
                    f"{path} names {finding.word!r}: {because.en}", f"{path} nombra {finding.word!r}: {because.es}"
                )
            )
    return list(dict.fromkeys(said))


class _Reader:
    """Elements in the order that they begin: their path and attributes, and their own text."""

    def __init__(self, source: str | Path | None) -> None:
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[list[str]] = []
        self._source = source
        self._open: list[int] = []
        self._parser = expat.ParserCreate()
        self._parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text

    def read(self, data: bytes) -> None:
        try:
            self._parser.Parse(data, True)
        except expat.ExpatError as error:
            raise InputError(
                f"is no well-formed XML: {expat.ErrorString(error.code)}",
                source=self._source,
                offset=max(0, self._parser.ErrorByteIndex),
                remedy="Send one whole event",
            ) from error

    def _doctype(self, *_declared: Any) -> None:
        self._refuse("declares a document type", "Take the DOCTYPE away: an event needs none")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if not self._open and name != "event":
            self._refuse(f"is a <{name}>, not an <event>", "Send one Cursor on Target event")
        if len(self._open) >= MAX_DEPTH:
            self._refuse(f"is nested more than {MAX_DEPTH} deep", "Send one Cursor on Target event")
        above = self.elements[self._open[-1]][0] + "/" if self._open else ""
        self._open.append(len(self.elements))
        self.elements.append((above + name, attributes))
        self.texts.append([])

    def _end(self, _name: str) -> None:
        self._open.pop()

    def _text(self, text: str) -> None:
        self.texts[self._open[-1]].append(text)

    def _refuse(self, problem: str, remedy: str) -> None:
        raise InputError(problem, source=self._source, offset=self._parser.CurrentByteIndex, remedy=remedy)
