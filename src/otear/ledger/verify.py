"""Verify a file from the ledger, whichever of the two it is: the proof of one entry, or a whole exported log."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from otear.domain.progress import Progress, silent
from otear.errors import InputError
from otear.ledger import export, proofs
from otear.ledger.export_check import verify_export
from otear.ledger.keys import PublicKey
from otear.ledger.report import Report

_LARGEST_PROOF = 1 << 20


def verify_file(
    path: Path,
    *,
    log_key: PublicKey | None,
    witnesses: Sequence[PublicKey] = (),
    old: str | None = None,
    progress: Progress = silent,
) -> Report:
    """Check a proof or an exported log with what the verifier holds; `old` is the note of an older checkpoint.

    Raises `InputError` for a file that is neither, or a proof that cannot be read.
    """
    try:
        with path.open("rb") as file:
            head = file.read(_LARGEST_PROOF + 1)
    except OSError as error:
        raise InputError("cannot be read", source=path, remedy="Give a proof or an exported log") from error
    first, _, second = head.partition(b"\n")
    if export.FORMAT.encode() in first[:100] or second.startswith(export.TRAILER) or second[64:66] == b" {":
        older = [] if old is None else [old]
        return verify_export(path, log_key=log_key, witnesses=witnesses, old=older, progress=progress)
    if proofs.FORMAT.encode() in first and len(head) <= _LARGEST_PROOF:
        proof = proofs.read_proof(head, source=path)
        return proofs.verify_proof(proof, log_key=log_key, witnesses=witnesses, old=old)
    raise InputError(
        "is neither the proof of an entry nor an exported log",
        source=path,
        remedy="Give a file from `otear ledger prove` or `otear ledger export`, byte for byte",
    )
