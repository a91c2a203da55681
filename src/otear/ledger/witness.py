"""What a witness does before it signs: it makes sure that the log only grew since the checkpoint it signed before."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from otear.domain.bilingual import Bilingual
from otear.domain.decision import Decision, allowed, refused
from otear.ledger.checkpoint import Checkpoint, cosign, verified
from otear.ledger.export_check import verify_export
from otear.ledger.keys import PublicKey, SigningKey
from otear.ledger.merkle import verify_consistency

_ANOTHER_LOG = Bilingual(
    "the log is the one whose checkpoint was signed before; keep both checkpoints: together they are evidence",
    "la bitácora es la misma cuyo punto de control se firmó antes; conserve ambos puntos de control: juntos son prueba",
)


def cosign_checked(
    note: str,
    key: SigningKey,
    time_us: int,
    *,
    log_key: PublicKey,
    old_note: str | None,
    consistency: Sequence[bytes] | None = None,
    export: Path | None = None,
) -> str:
    """The note with this witness's signature, if the log only grew since `old_note`, which it signed before.

    A consistency proof shows that (RFC 9162 section 2.1.4), or the whole log exported at the size of `note`; without
    `old_note`, the first time, nothing is asked but the log's signature. Raises `RefusedError` where it is not shown
    or the contrary is, and `InputError` where a note is not one that `log_key` signed.
    """
    new = verified(note, log_key).checkpoint
    old = None if old_note is None else verified(old_note, log_key).checkpoint
    _is_independent(key.public, log_key).enforce()
    if export is not None:
        _is_in_the_log(new, old_note, export, log_key).enforce()
    else:
        _only_grew(old, new, consistency).enforce()
    return cosign(note, key, time_us)


def _is_independent(witness: PublicKey, log_key: PublicKey) -> Decision:
    if witness.raw != log_key.raw:
        return allowed("witness-independence", "the witness has a key of its own", "el testigo tiene su propia llave")
    return refused(
        "witness-independence",
        Bilingual("the witness's key is the log's own", "la llave del testigo es la de la propia bitácora"),
        Bilingual("the witness signs with a key of its own", "el testigo firma con una llave propia"),
    )


def _is_in_the_log(new: Checkpoint, old_note: str | None, export: Path, log_key: PublicKey) -> Decision:
    report = verify_export(export, log_key=log_key, old=[] if old_note is None else [old_note])
    if not report.valid:
        first = report.failed[0].detail
        return refused(
            "witness-log",
            Bilingual(
                f"the exported log does not verify: {first.en}", f"la bitácora exportada no se verifica: {first.es}"
            ),
            _ANOTHER_LOG,
        )
    if (report.entries, report.root_hex) != (new.size, new.root.hex()):
        return refused(
            "witness-log",
            Bilingual(
                f"the exported log ends at another checkpoint, of {report.entries} entries, than the one to sign, of"
                f" {new.size}",
                f"la bitácora exportada termina en otro punto de control, de {report.entries} asientos, que el que se"
                f" ha de firmar, de {new.size}",
            ),
            Bilingual(
                "the log is exported at the checkpoint that is to be signed",
                "la bitácora se exporta en el punto de control que se ha de firmar",
            ),
        )
    return allowed("witness-log", "the whole log verifies", "se verifica la bitácora completa")


def _only_grew(old: Checkpoint | None, new: Checkpoint, consistency: Sequence[bytes] | None) -> Decision:
    rule = "witness-consistency"
    if old is None:
        return allowed(rule, "nothing of this log was signed before", "nada de esta bitácora se había firmado antes")
    if old.size > new.size:
        return refused(
            rule,
            Bilingual(
                f"the log shrank from {old.size} to {new.size} entries",
                f"la bitácora pasó de {old.size} a {new.size} asientos",
            ),
            _ANOTHER_LOG,
        )
    if consistency is None and 0 < old.size < new.size:
        return refused(
            rule,
            Bilingual(
                f"nothing shows that the {new.size} entries begin with the {old.size} of before",
                f"nada muestra que los {new.size} asientos comiencen con los {old.size} anteriores",
            ),
            Bilingual(
                "the whole log, or a consistency proof, is given with it",
                "se entrega además la bitácora completa o una prueba de consistencia",
            ),
        )
    if old.size == 0 or verify_consistency(old.size, new.size, consistency or (), old.root, new.root):
        return allowed(rule, "the log only grew", "la bitácora solo creció")
    return refused(
        rule,
        Bilingual(
            f"fork: its {new.size} entries do not begin with the {old.size} that were signed before",
            f"bifurcación: sus {new.size} asientos no comienzan con los {old.size} que se firmaron antes",
        ),
        _ANOTHER_LOG,
    )
