"""A whole log in one text file that needs nothing else to be verified.

    {"format":"otear-ledger/1","key":"NAME+HASH+BASE64","origin":"NAME"}
    HEX CANONICAL-ENTRY          one line per entry: its leaf hash, a space, its canonical JSON
    {"checkpoint":"NOTE","sha256":"HEX"}

UTF-8, lines end in LF, the last one too. The `sha256` in the last line is that of the first line with its LF followed
by the note: the tree covers the entries and signatures cover the checkpoint, and this covers the rest, so that no bit
of the file can change unseen. It guards against damage, not against a forger: that the signatures do.
"""

from __future__ import annotations

import hashlib
import tempfile
from binascii import hexlify
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from otear.errors import InputError
from otear.ledger.canonical import canonical_json, checked_keys, checked_text, from_canonical
from otear.ledger.checkpoint import read_note
from otear.ledger.keys import PublicKey, public_key
from otear.ledger.merkle import Frontier, leaf_hash

FORMAT = "otear-ledger/1"
TRAILER = b'{"checkpoint":'
"""How the last line begins, and no other."""
LONGEST_LINE = 1 << 24
"""Bytes; what a reader must hold in memory at a time."""

_HEADER_KEYS = frozenset({"format", "key", "origin"})
_TRAILER_KEYS = frozenset({"checkpoint", "sha256"})


@dataclass(frozen=True)
class Header:
    """Which log it is, and the key that its checkpoints are signed with."""

    origin: str
    key: PublicKey

    @property
    def line(self) -> bytes:
        """The first line, with its LF."""
        return canonical_json({"format": FORMAT, "key": self.key.text, "origin": self.origin}) + b"\n"


def write_export(out: Path | BinaryIO, header: Header, entries: Iterable[bytes], note: str) -> int:
    """Write a log as one file and return the number of its entries, each given in its canonical bytes, in order.

    A file of that path appears whole or not at all. Raises `InputError` where the note is not of exactly these entries.
    """
    if isinstance(out, Path):
        with _whole(out) as file:
            return write_export(file, header, entries, note)
    out.write(header.line)
    frontier = Frontier.empty()
    for body in entries:
        leaf = leaf_hash(body)
        frontier.append(leaf)
        if len(body) > LONGEST_LINE - 100:
            raise InputError(f"entry {frontier.size - 1} is too long for a line", remedy="Export up to the one before")
        out.write(b"%b %b\n" % (hexlify(leaf), body))
    checkpoint = read_note(note).checkpoint
    if (checkpoint.origin, checkpoint.size, checkpoint.root) != (header.origin, frontier.size, frontier.root()):
        raise InputError(
            f"the checkpoint of {checkpoint.size} entries of {checkpoint.origin!r} is not that of the"
            f" {frontier.size} entries given of {header.origin!r}",
            remedy="Give the checkpoint of this log at this size; if it is, run `otear ledger verify`",
        )
    out.write(canonical_json({"checkpoint": note, "sha256": seal(header.line, note)}) + b"\n")
    return frontier.size


def read_header(line: bytes, source: str | Path | None = None) -> Header:
    """The first line of an exported log. Raises `InputError` saying what is wrong with it."""
    if line.startswith(b"\xef\xbb\xbf"):
        raise _bad_header("it begins with a byte order mark, which a text editor put there", source)
    if line.endswith(b"\r\n"):
        raise _bad_header("its lines end as Windows ends them (CR LF), which some program changed", source)
    if not line.endswith(b"\n"):
        raise _bad_header("the file ends in it" if line else "the file is empty", source)
    fields = checked_keys(from_canonical(line[:-1], source=source, offset=0), _HEADER_KEYS)
    header = Header(checked_text(fields, "origin"), public_key(checked_text(fields, "key"), source=source))
    if fields["format"] != FORMAT or header.line != line:
        raise _bad_header(f"it is not that of {FORMAT}", source)
    if header.origin != header.key.name:
        raise _bad_header("its key bears another name than the log", source)
    return header


def read_trailer(line: bytes, header_line: bytes, source: str | Path | None = None) -> str:
    """The note in the last line. Raises `InputError` where the line, or the first line since, was changed."""
    if not line.endswith(b"\n") or line.endswith(b"\r\n"):
        raise _bad_trailer("does not end in a line feed: the end of the file was changed", source)
    fields = checked_keys(from_canonical(line[:-1], source=source), _TRAILER_KEYS)
    note = checked_text(fields, "checkpoint")
    if fields["sha256"] != seal(header_line, note):
        raise _bad_trailer("does not have the sha256 written in it, together with the first line", source)
    return note


def seal(header_line: bytes, note: str) -> str:
    """The hexadecimal SHA-256 over what neither the tree nor a signature covers."""
    return hashlib.sha256(header_line + note.encode()).hexdigest()


@contextmanager
def _whole(path: Path) -> Iterator[BinaryIO]:
    with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder:
        draft = Path(folder) / path.name
        with draft.open("xb") as file:
            yield file
        draft.replace(path)


def _bad_header(why: str, source: str | Path | None) -> InputError:
    return InputError(
        f"the first line is not that of an exported log: {why}",
        source=source,
        offset=0,
        remedy="Give the file as `otear ledger export` wrote it, byte for byte",
    )


def _bad_trailer(why: str, source: str | Path | None) -> InputError:
    return InputError(
        f"the last line, with the checkpoint, {why}",
        source=source,
        remedy="Give the file as `otear ledger export` wrote it, byte for byte",
    )
