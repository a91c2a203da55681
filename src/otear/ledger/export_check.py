"""Verify an exported log, in one pass and in memory that does not grow with it, naming whatever is wrong and where."""

from __future__ import annotations

from binascii import hexlify
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import BinaryIO

from otear.domain.bilingual import Bilingual
from otear.domain.progress import Progress, silent
from otear.errors import InputError
from otear.ledger.checkpoint import Checkpoint
from otear.ledger.entries import entry_from, sequence_if_canonical
from otear.ledger.export import LONGEST_LINE, TRAILER, Header, read_header, read_trailer
from otear.ledger.keys import PublicKey
from otear.ledger.merkle import Frontier, leaf_hash
from otear.ledger.order import Faults, Order
from otear.ledger.report import Check, Report
from otear.ledger.statements import log_proved, not_proved
from otear.ledger.trust import Signed, check_key, check_older, check_signatures, older_checkpoint

_LINES_BETWEEN_REPORTS = 1 << 15


def verify_export(
    path: Path,
    *,
    log_key: PublicKey | None,
    witnesses: Sequence[PublicKey] = (),
    old: Sequence[str] = (),
    progress: Progress = silent,
) -> Report:
    """Check a file from `export.write_export` against the log's key, witnesses, and older checkpoint notes.

    Every witness that is named must have signed, every older checkpoint must be a beginning of this log. Without
    `log_key` the key in the file is used, and the report says that this does not prove whose log it is. Whatever the
    file holds, the answer is a report; raises `InputError` only where it cannot be opened.
    """
    try:
        size_bytes = path.stat().st_size
        file = path.open("rb")
    except OSError as error:
        raise InputError("cannot be read", source=path, remedy="Give an exported log") from error
    with file:
        header_line = file.readline(LONGEST_LINE)
        header, format_check = _check_header(header_line)
        key = log_key or (header.key if header else None)
        older = [older_checkpoint(note, key) for note in old]
        walk = _Walk(len(header_line), {kept.size for kept in older if isinstance(kept, Checkpoint)})
        trailer = walk.through(file, partial(progress, "verify", total=size_bytes))
        note, end_check = _check_end(trailer, header_line, walk, file)
    signed = check_signatures(note, key, witnesses)
    checks = [
        format_check,
        check_key(log_key, header.key if header else None),
        walk.check_lines(),
        walk.check_order(),
        end_check,
        *signed.checks,
    ]
    if signed.checkpoint is not None:
        checks += [_check_size(signed.checkpoint, walk), _check_root(signed.checkpoint, walk)]
    checks += [
        kept if isinstance(kept, Check) else check_older(kept, walk.frontier.size, walk.roots.get(kept.size))
        for kept in older
    ]
    compared = [kept for kept in older if isinstance(kept, Checkpoint) and kept.size > 0]
    return _report(signed, key, checks, compared, log_key is not None)


def _report(
    signed: Signed, key: PublicKey | None, checks: list[Check], compared: list[Checkpoint], key_given: bool
) -> Report:
    checkpoint = signed.checkpoint
    proved: tuple[Bilingual, ...] = ()
    if checkpoint is not None and key is not None and all(check.passed for check in checks):
        proved = log_proved(checkpoint, key, signed.witnesses, compared)
    return Report(
        kind="log",
        checks=tuple(checks),
        entries=checkpoint.size if checkpoint else 0,
        root_hex=checkpoint.root.hex() if checkpoint else "",
        witnesses=signed.witnesses,
        proved=proved,
        not_proved=not_proved(key_given=key_given, witnessed=bool(signed.witnesses), compared=bool(compared)),
    )


class _Walk:
    """Goes through the lines of entries, builds the tree over what they hold, and notes roots and faults on the way."""

    def __init__(self, offset: int, stops: set[int]) -> None:
        self.frontier = Frontier.empty()
        self.order = Order()
        self.lines = Faults()
        self.offset = offset
        self.line = 1
        self.roots = {0: self.frontier.root()}
        self._stops = stops

    def through(self, file: BinaryIO, progress: partial[None]) -> bytes:
        """Up to the line with the checkpoint, which is returned; b"" where the file ends without."""
        frontier, order, stops = self.frontier, self.order, self._stops
        for line in iter(partial(file.readline, LONGEST_LINE), b""):
            if line.startswith(TRAILER):
                return line
            self.line += 1
            body = line[65:-1]
            leaf = leaf_hash(body)
            sequence = sequence_if_canonical(body)
            if sequence is None or line != b"%b %b\n" % (hexlify(leaf), body):
                sequence = self._examined(line, body, leaf)
            if sequence == order.expected:
                order.expected += 1
            else:
                order.take(sequence, self.line)
            frontier.append(leaf)
            self.offset += len(line)
            if frontier.size in stops:
                self.roots[frontier.size] = frontier.root()
            if not self.line % _LINES_BETWEEN_REPORTS:
                progress(done=self.offset)
        return b""

    def _examined(self, line: bytes, body: bytes, leaf: bytes) -> int:
        """The sequence of an entry that the quick look could not pass; where its bytes are bad, the one to expect."""
        fault: tuple[str, str] | None = None
        if not line.endswith(b"\n"):
            fault = ("the line is cut short or far too long", "la línea está cortada o es demasiado larga")
        elif line.endswith(b"\r\n"):
            fault = ("the line ends as Windows ends it (CR LF)", "la línea termina como en Windows (CR LF)")
        elif line[:65] != hexlify(leaf) + b" ":
            fault = (
                "the line was changed: its bytes do not have the hash written before them",
                "la línea fue modificada: su contenido no corresponde a la huella escrita antes de él",
            )
        else:
            try:
                return entry_from(body).sequence
            except InputError as error:
                fault = (f"it is not an entry: {error.problem}", "no es un asiento en la forma debida")
        expected = self.order.expected
        where = f"{self.line}, byte {self.offset}"
        self.lines.add(
            f"Line {where}, where entry {expected} should be: {fault[0]}.",
            f"Línea {where}, donde debe estar el asiento {expected}: {fault[1]}.",
        )
        return expected

    def check_lines(self) -> Check:
        """Whether every entry has its hash and its canonical form."""
        count = self.frontier.size
        fine = Bilingual(
            f"All {count} entries have the hash that is written before them, and the form of an entry.",
            f"Los {count} asientos tienen la huella escrita antes de ellos y la forma de un asiento.",
        )
        return Check("entries", not self.lines, self.lines.text() if self.lines else fine)

    def check_order(self) -> Check:
        """Whether entries are numbered without a gap."""
        faults = self.order.finish()
        fine = Bilingual(
            "Entries are numbered from 0 without a gap.", "Los asientos están numerados desde 0 sin hueco."
        )
        return Check("sequence", not faults, faults.text() if faults else fine)


def _check_header(line: bytes) -> tuple[Header | None, Check]:
    try:
        header = read_header(line)
    except InputError as error:
        detail = Bilingual(
            f"Line 1, byte 0: {error.problem}.",
            "Línea 1, byte 0: no es la primera línea de una bitácora exportada, o fue modificada.",
        )
        return None, Check("format", False, detail)
    detail = Bilingual(f"An exported log: {header.origin}.", f"Una bitácora exportada: {header.origin}.")
    return header, Check("format", True, detail)


def _check_end(trailer: bytes, header_line: bytes, walk: _Walk, file: BinaryIO) -> tuple[str | None, Check]:
    where = f"{walk.line + 1}, byte {walk.offset}"
    if not trailer:
        detail = Bilingual(
            f"Line {where}: the file ends without a checkpoint. It was cut short (truncated).",
            f"Línea {where}: el archivo termina sin punto de control. Está cortado (truncado).",
        )
        return None, Check("end", False, detail)
    try:
        note = read_trailer(trailer, header_line)
    except InputError as error:
        detail = Bilingual(
            f"Line {where}: {error.problem}.",
            f"Línea {where}: la última línea, o la primera desde que se escribió, fue modificada o está cortada.",
        )
        return None, Check("end", False, detail)
    if file.read(1):
        after = walk.offset + len(trailer)
        detail = Bilingual(
            f"Line {walk.line + 2}, byte {after}: something follows the checkpoint (trailing data).",
            f"Línea {walk.line + 2}, byte {after}: hay algo después del punto de control (datos sobrantes).",
        )
        return note, Check("end", False, detail)
    detail = Bilingual("The file is whole: it ends with its checkpoint.", "El archivo está completo, hasta su final.")
    return note, Check("end", True, detail)


def _check_size(checkpoint: Checkpoint, walk: _Walk) -> Check:
    held, signed, seen = walk.frontier.size, checkpoint.size, walk.order.expected
    en = f"The checkpoint counts {signed} entries, the file holds {held}."
    es = f"El punto de control cuenta {signed} asientos; el archivo contiene {held}."
    if seen < signed:
        en += f" Missing (dropped): the last {signed - seen}."
        es += f" Faltan (se quitaron): los últimos {signed - seen}."
    return Check("size", held == signed, Bilingual(en, es))


def _check_root(checkpoint: Checkpoint, walk: _Walk) -> Check:
    if walk.frontier.root() == checkpoint.root:
        detail = Bilingual(
            "The entries are exactly those that were signed: their root is that of the checkpoint.",
            "Los asientos son exactamente los que se firmaron: su raíz es la del punto de control.",
        )
        return Check("root", True, detail)
    detail = Bilingual(
        "Rewritten: the entries are not those that were signed, their root is another than the checkpoint's.",
        "Reescritura: los asientos no son los que se firmaron; su raíz es distinta de la del punto de control.",
    )
    return Check("root", False, detail)
