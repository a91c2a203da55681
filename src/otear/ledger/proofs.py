"""The proof of one entry as a small file: the entry, its way to the root, and the checkpoint that was signed.

    {"checkpoint":"NOTE","entry":{…},"format":"otear-proof/1","inclusion":["HEX",…],"key":"NAME+HASH+BASE64",
     "older":{"checkpoint":"NOTE","consistency":["HEX",…]} or null}

Canonical JSON on one line. `older` leads from an older checkpoint to this one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from otear.domain.bilingual import Bilingual
from otear.domain.ledger import Entry
from otear.errors import InputError
from otear.ledger.canonical import canonical_json, checked_keys, checked_text, from_canonical
from otear.ledger.checkpoint import Checkpoint, read_note
from otear.ledger.entries import entry_bytes, entry_fields, entry_from
from otear.ledger.keys import PublicKey, public_key
from otear.ledger.merkle import EMPTY_ROOT, leaf_hash, verify_consistency, verify_inclusion
from otear.ledger.report import Check, Report
from otear.ledger.statements import entry_proved, not_proved
from otear.ledger.trust import check_key, check_older, check_signatures, older_checkpoint

FORMAT = "otear-proof/1"
_KEYS = frozenset({"checkpoint", "entry", "format", "inclusion", "key", "older"})
_OLDER_KEYS = frozenset({"checkpoint", "consistency"})
_HASH = re.compile(r"[0-9a-f]{64}")
_LONGEST_PROOF = 64  # of a tree of 2**64 entries


@dataclass(frozen=True)
class Older:
    """The note of an older checkpoint, and the hashes that lead from it to the newer one (RFC 9162 section 2.1.4)."""

    note: str
    consistency: tuple[bytes, ...]


@dataclass(frozen=True)
class Proof:
    """That `entry` is in the log whose checkpoint is `note`; `inclusion` as RFC 9162 section 2.1.3 has it."""

    entry: Entry
    inclusion: tuple[bytes, ...]
    note: str
    key: PublicKey
    older: Older | None = None


def make_proof(
    entry: Entry, inclusion: Sequence[bytes], note: str, key: PublicKey, older: Older | None = None
) -> Proof:
    """A proof that holds. Raises `InputError` where the hashes do not lead from the entry to the note's root."""
    proof = Proof(entry, tuple(inclusion), note, key, older)
    checkpoint = read_note(note).checkpoint
    if not _is_included(proof, checkpoint):
        raise InputError(
            f"entry {entry.sequence} does not lead to the root of the checkpoint of {checkpoint.size} entries",
            remedy="Run `otear ledger verify`: the log or the checkpoint was changed",
        )
    if older and not _is_consistent(older, read_note(older.note).checkpoint, checkpoint):
        raise InputError(
            "the older checkpoint does not lead to the newer one",
            remedy="Give a checkpoint of this log; if it is one, run `otear ledger verify`",
        )
    return proof


def proof_bytes(proof: Proof) -> bytes:
    """The file."""
    older = proof.older and {"checkpoint": proof.older.note, "consistency": _hex(proof.older.consistency)}
    fields = {
        "checkpoint": proof.note,
        "entry": entry_fields(proof.entry),
        "format": FORMAT,
        "inclusion": _hex(proof.inclusion),
        "key": proof.key.text,
        "older": older,
    }
    return canonical_json(fields) + b"\n"


def read_proof(data: bytes, source: str | Path | None = None) -> Proof:
    """Read a proof file. Raises `InputError` naming `source` for any other bytes than `proof_bytes` writes."""
    try:
        return _read(data)
    except InputError as error:
        raise InputError(error.problem, remedy=error.remedy, field=error.field, source=source) from error


def verify_proof(
    proof: Proof, *, log_key: PublicKey | None, witnesses: Sequence[PublicKey] = (), old: str | None = None
) -> Report:
    """Check a proof with what the verifier holds: the log's key, witnesses' keys, the note of an older checkpoint.

    Without `log_key` the key in the proof is used, and the report says that this does not prove whose log it is.
    """
    key = log_key or proof.key
    signed = check_signatures(proof.note, key, witnesses)
    checks = [check_key(log_key, proof.key), *signed.checks]
    checkpoint = signed.checkpoint
    compared: list[Checkpoint] = []
    if checkpoint is not None:
        checks.append(_check_inclusion(proof, checkpoint))
        enclosed = _enclosed(proof.older, key, checkpoint)
        if proof.older:
            checks.append(_check_enclosed(enclosed))
        if old is not None:
            kept = older_checkpoint(old, key)
            checks.append(kept if isinstance(kept, Check) else _check_kept(kept, enclosed, checkpoint))
            compared += [kept] if isinstance(kept, Checkpoint) and kept.size > 0 else []
    proved: tuple[Bilingual, ...] = ()
    if checkpoint is not None and all(check.passed for check in checks):
        proved = entry_proved(proof.entry.sequence, checkpoint, key, signed.witnesses, compared)
    return Report(
        kind="proof",
        checks=tuple(checks),
        entries=checkpoint.size if checkpoint else 0,
        root_hex=checkpoint.root.hex() if checkpoint else "",
        witnesses=signed.witnesses,
        proved=proved,
        not_proved=not_proved(key_given=log_key is not None, witnessed=bool(signed.witnesses), compared=bool(compared)),
    )


def _read(data: bytes) -> Proof:
    fields = checked_keys(from_canonical(data.removesuffix(b"\n")), _KEYS)
    if fields["format"] != FORMAT or not data.endswith(b"\n"):
        raise InputError(f"is not a whole file of the format {FORMAT}", remedy="Give the file byte for byte")
    older: Older | None = None
    if fields["older"] is not None:
        enclosed = checked_keys(fields["older"], _OLDER_KEYS, "older")
        older = Older(checked_text(enclosed, "checkpoint"), _hashes(enclosed, "consistency"))
    return Proof(
        entry=entry_from(canonical_json(fields["entry"])),
        inclusion=_hashes(fields, "inclusion"),
        note=checked_text(fields, "checkpoint"),
        key=public_key(checked_text(fields, "key")),
        older=older,
    )


def _check_inclusion(proof: Proof, checkpoint: Checkpoint) -> Check:
    sequence = proof.entry.sequence
    if _is_included(proof, checkpoint):
        detail = Bilingual(
            f"Entry {sequence} leads to the root of the checkpoint, which covers {checkpoint.size}.",
            f"El asiento {sequence} conduce a la raíz del punto de control, que cubre {checkpoint.size}.",
        )
        return Check("inclusion", True, detail)
    detail = Bilingual(
        f"Entry {sequence} as it is written here is not in the log at that place: it, or its proof, was changed.",
        f"El asiento {sequence}, como está escrito aquí, no consta en ese lugar de la bitácora: se modificó el asiento"
        " o su prueba.",
    )
    return Check("inclusion", False, detail)


def _check_enclosed(enclosed: Checkpoint | None) -> Check:
    """The older checkpoint that came with the proof: it must hold, but only one that the verifier kept proves more."""
    if enclosed is not None:
        detail = Bilingual(
            f"The checkpoint of {enclosed.size} entries that is enclosed leads to this one.",
            f"El punto de control de {enclosed.size} asientos que se adjunta conduce a este.",
        )
        return Check("enclosed-checkpoint", True, detail)
    detail = Bilingual(
        "The older checkpoint that is enclosed does not lead to this one, or is not of this log.",
        "El punto de control anterior que se adjunta no conduce a este, o no es de esta bitácora.",
    )
    return Check("enclosed-checkpoint", False, detail)


def _check_kept(kept: Checkpoint, enclosed: Checkpoint | None, checkpoint: Checkpoint) -> Check:
    """The verifier's own older checkpoint against what the proof shows of the log at the same size."""
    if kept.size == 0:
        return check_older(kept, checkpoint.size, EMPTY_ROOT)
    if kept.size == checkpoint.size:
        return check_older(kept, checkpoint.size, checkpoint.root)
    if enclosed is not None and enclosed.size == kept.size:
        return check_older(kept, checkpoint.size, enclosed.root)
    detail = Bilingual(
        f"The proof holds no way between your older checkpoint of {kept.size} entries and this one of"
        f" {checkpoint.size}: ask for a proof made with your checkpoint, or for the whole log.",
        f"La prueba no contiene un camino entre su punto de control anterior de {kept.size} asientos y este de"
        f" {checkpoint.size}: pida una prueba hecha con el suyo, o la bitácora completa.",
    )
    return Check("older-checkpoint", False, detail)


def _enclosed(older: Older | None, key: PublicKey, checkpoint: Checkpoint) -> Checkpoint | None:
    """The older checkpoint in a proof, if the log signed it and it leads to this one."""
    enclosed = older_checkpoint(older.note, key) if older else None
    if older and isinstance(enclosed, Checkpoint) and _is_consistent(older, enclosed, checkpoint):
        return enclosed
    return None


def _is_included(proof: Proof, checkpoint: Checkpoint) -> bool:
    leaf = leaf_hash(entry_bytes(proof.entry))
    return verify_inclusion(proof.entry.sequence, checkpoint.size, leaf, proof.inclusion, checkpoint.root)


def _is_consistent(older: Older, kept: Checkpoint, checkpoint: Checkpoint) -> bool:
    return verify_consistency(kept.size, checkpoint.size, older.consistency, kept.root, checkpoint.root)


def _hex(hashes: Sequence[bytes]) -> list[str]:
    return [part.hex() for part in hashes]


def _hashes(fields: dict[str, Any], key: str) -> tuple[bytes, ...]:
    texts = fields[key]
    if not isinstance(texts, list) or len(texts) > _LONGEST_PROOF:
        raise InputError(f"is not a list of at most {_LONGEST_PROOF} hashes", field=key, remedy="Ask for it again")
    for text in texts:
        if not isinstance(text, str) or not _HASH.fullmatch(text):
            raise InputError(f"{text!r:.80} is not a SHA-256", field=key, remedy="Ask for the proof again")
    return tuple(bytes.fromhex(text) for text in texts)
