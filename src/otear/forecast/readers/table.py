"""Delimited text as rows with their lines: what every importer starts from.

UTF-8 with or without a byte order mark, commas, one header line, quotes as in RFC 4180. A file is read whole or not at
all: whatever is wrong raises `InputError` with the file and line (or the byte), the column and what to do about it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from io import StringIO
from pathlib import Path
from typing import TypeVar

from otear.domain.records import Source
from otear.errors import InputError

Word = TypeVar("Word", bound=StrEnum)
_PLAIN = "Write digits without separators for thousands, with a point before decimals"


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its file, the line on which it starts, and its fields by column, without spaces around them."""

    file: str
    line: int
    fields: dict[str, str]

    def source(self, url: str = "") -> Source:
        """Where it stands."""
        return Source(self.file, self.line, url)

    def wrong(self, column: str, problem: str, remedy: str) -> InputError:
        """An error about one of its fields."""
        return InputError(problem, source=f"{self.file} line {self.line}", field=column, remedy=remedy)

    def text(self, column: str) -> str:
        """A field, empty where it is empty or the file has no such column."""
        return self.fields.get(column, "")

    def needed(self, column: str) -> str:
        """A field that must not be empty."""
        found = self.text(column)
        if not found:
            raise self.wrong(column, "it is empty", "Fill it in")
        return found

    def whole(self, column: str, least: int | None = 0) -> int:
        """A whole number, written with or without a fraction of zero."""
        said = self.number(column)
        if said != said.to_integral_value() or (least is not None and said < least):
            bound = "" if least is None else f" of at least {least}"
            raise self.wrong(column, f"{self.text(column)!r} is not a whole number{bound}", _PLAIN)
        return int(said)

    def whole_or_none(self, column: str) -> int | None:
        """A whole number, None where the field is empty or the file has no such column."""
        return self.whole(column) if self.text(column) else None

    def number(self, column: str) -> Decimal:
        """A decimal number exactly as it is written."""
        said = self.needed(column)
        try:
            found = Decimal(said)
        except InvalidOperation:
            found = Decimal("NaN")
        if not found.is_finite() or "_" in said or not said.isascii() or abs(found.adjusted()) > 30:
            raise self.wrong(column, f"{said!r} is not a number", _PLAIN)
        return found

    def word(self, column: str, words: type[Word], otherwise: Word) -> Word:
        """One of the words of an enumeration; `otherwise` where the field is empty."""
        said = self.text(column)
        try:
            return words(said) if said else otherwise
        except ValueError as error:
            raise self.wrong(column, f"{said!r} is unknown", "Write one of " + ", ".join(words)) from error


@dataclass(frozen=True)
class Table:
    """A file: its path, its header, its rows."""

    path: Path
    header: tuple[str, ...]
    text: str

    def __iter__(self) -> Iterator[Row]:
        lines = _lines(self.path, self.text)
        next(lines)
        name, width = str(self.path), len(self.header)
        for line, values in lines:
            if len(values) != width:
                raise InputError(
                    f"it has {len(values)} fields and the header {width}",
                    source=f"{name} line {line}",
                    remedy="Give every row as many fields as the header; put fields with commas into double quotes",
                )
            yield Row(name, line, dict(zip(self.header, map(str.strip, values), strict=True)))


def read_table(path: Path) -> Table:
    """A file with its header; its rows are read as they are asked for. Raises `InputError`."""
    text = _text(path)
    header = next(_lines(path, text), None)
    if header is None:
        raise InputError("it is empty", source=path, remedy="Give a file with a header line")
    names = tuple(name.strip() for name in header[1])
    for name in names:
        if names.count(name) > 1:
            raise InputError(
                f"the column {name!r} occurs twice", source=f"{path} line 1", field=name, remedy="Name each column once"
            )
    return Table(path, names, text)


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"cannot be read ({error.strerror})", source=path, remedy="Give a file that is there and may be read"
        ) from error
    if b"\0" in raw:
        raise InputError(
            "a byte of zero is no text", source=path, offset=raw.index(b"\0"), remedy="Save it as text in UTF-8"
        )
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            "it is not UTF-8", source=path, offset=error.start, remedy="Save it as text in UTF-8"
        ) from error


def _lines(path: Path, text: str) -> Iterator[tuple[int, Sequence[str]]]:
    """The rows that are not blank, each with the line on which it starts."""
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            values = next(reader, None)
        except csv.Error as error:
            raise InputError(
                f"it cannot be split into fields ({error})",
                source=f"{path} line {line}",
                remedy="Close every double quote, and double the quotes within a field",
            ) from error
        if values is None:
            return
        if any(value.strip() for value in values):
            yield line, values
