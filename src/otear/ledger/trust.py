"""Checks that a proof and a whole log share: whose key, whose signatures, and what an older checkpoint says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from otear.domain.bilingual import Bilingual
from otear.domain.times import utc_text
from otear.errors import InputError
from otear.ledger.checkpoint import Checkpoint, Cosignature, verified
from otear.ledger.keys import PublicKey
from otear.ledger.report import Check

_THE = Bilingual("The checkpoint", "El punto de control")
_YOUR_OLDER = Bilingual("Your older checkpoint", "Su punto de control anterior")


@dataclass(frozen=True)
class Signed:
    """A note after its signatures were checked; `checkpoint` is None unless the log signed it."""

    checkpoint: Checkpoint | None
    checks: tuple[Check, ...]
    witnesses: tuple[Cosignature, ...]


def check_key(given: PublicKey | None, inside: PublicKey | None) -> Check:
    """Whether the key inside a file is the one that the verifier was given; `inside` is None where it is unreadable."""
    if inside is None:
        return Check(
            "key", False, Bilingual("The file names no readable key.", "El archivo no indica una llave legible.")
        )
    if given is not None and given != inside:
        return Check(
            "key",
            False,
            Bilingual(
                f"The file names the key {inside.key_id} of {inside.name}, you gave {given.key_id} of {given.name}.",
                f"El archivo indica la llave {inside.key_id} de {inside.name}; usted dio {given.key_id} de"
                f" {given.name}.",
            ),
        )
    detail = Bilingual(
        f"The file names the key that you gave: {inside.key_id} of {inside.name}.",
        f"El archivo indica la llave que usted dio: {inside.key_id} de {inside.name}.",
    )
    if given is None:
        detail = Bilingual(
            f"You gave no key: the one in the file is used, {inside.key_id} of {inside.name}. This is NOT proof of"
            " whose log it is.",
            f"Usted no dio una llave: se usa la del archivo, {inside.key_id} de {inside.name}. Esto NO prueba de quién"
            " es la bitácora.",
        )
    return Check("key", True, detail)


def check_signatures(note: str | None, key: PublicKey | None, witnesses: Sequence[PublicKey]) -> Signed:
    """The log's signature, and that of every witness that the verifier named: each must be there and be good."""
    if note is None or key is None:
        detail = Bilingual(
            "There is no readable checkpoint and key to check it with.",
            "No hay un punto de control legible ni llave con qué comprobarlo.",
        )
        return Signed(None, (Check("log-signature", False, detail),), ())
    try:
        seen = verified(note, key)
    except InputError as error:
        return Signed(None, (Check("log-signature", False, _not_signed(key, error, _THE)),), ())
    detail = Bilingual(
        f"The checkpoint of {seen.checkpoint.size} entries is signed with the key {key.key_id} of {key.name}.",
        f"El punto de control de {seen.checkpoint.size} asientos está firmado con la llave {key.key_id} de {key.name}.",
    )
    checks = [Check("log-signature", True, detail)]
    cosignatures: list[Cosignature] = []
    for witness in witnesses:
        check, found = _check_witness(note, key, witness)
        checks.append(check)
        cosignatures += found
    return Signed(seen.checkpoint, tuple(checks), tuple(cosignatures))


def older_checkpoint(note: str, key: PublicKey | None) -> Checkpoint | Check:
    """The checkpoint that the verifier kept, or the check that failed because this log did not sign it."""
    if key is None:
        return Check(
            "older-checkpoint",
            False,
            Bilingual(
                "Your older checkpoint cannot be checked without the log's key.",
                "Su punto de control anterior no puede comprobarse sin la llave de la bitácora.",
            ),
        )
    try:
        return verified(note, key).checkpoint
    except InputError as error:
        return Check("older-checkpoint", False, _not_signed(key, error, _YOUR_OLDER))


def check_older(older: Checkpoint, size: int, root: bytes | None) -> Check:
    """Compare an older checkpoint with the root over as many entries of a log of `size`; None where it is shorter."""
    if older.size > size:
        detail = Bilingual(
            f"Deleted: your older checkpoint counts {older.size} entries, this log has {size}. The last"
            f" {older.size - size} were taken out, or this log is older than your checkpoint.",
            f"Supresión: su punto de control anterior cuenta {older.size} asientos y esta bitácora tiene {size}. Se"
            f" quitaron los últimos {older.size - size}, o esta bitácora es anterior a su punto de control.",
        )
        return Check("older-checkpoint", False, detail)
    if older.root != root:
        detail = Bilingual(
            f"Fork: the first {older.size} entries of this log are not those of your older checkpoint. The history"
            " before it was rewritten, or you are shown another log than before.",
            f"Bifurcación: los primeros {older.size} asientos de esta bitácora no son los de su punto de control"
            " anterior. Se reescribió la historia, o se le muestra otra bitácora que antes.",
        )
        return Check("older-checkpoint", False, detail)
    detail = Bilingual(
        f"The first {older.size} entries are those of your older checkpoint.",
        f"Los primeros {older.size} asientos son los de su punto de control anterior.",
    )
    return Check("older-checkpoint", True, detail)


def _check_witness(note: str, key: PublicKey, witness: PublicKey) -> tuple[Check, tuple[Cosignature, ...]]:
    try:
        found = verified(note, key, [witness]).witnesses
    except InputError as error:
        detail = Bilingual(
            f"The signature of the witness {witness.name} ({witness.key_id}) does not count: {error.problem}.",
            f"La firma del testigo {witness.name} ({witness.key_id}) no vale: es falsa, o su llave es la de la propia"
            " bitácora.",
        )
        return Check("witness", False, detail), ()
    if not found:
        detail = Bilingual(
            f"The witness {witness.name} ({witness.key_id}) has not signed this checkpoint.",
            f"El testigo {witness.name} ({witness.key_id}) no ha firmado este punto de control.",
        )
        return Check("witness", False, detail), ()
    moment = utc_text(found[0].time_us)
    detail = Bilingual(
        f"The witness {witness.name} signed this checkpoint at {moment} by its own clock.",
        f"El testigo {witness.name} firmó este punto de control el {moment} según su propio reloj.",
    )
    return Check("witness", True, detail), found


def _not_signed(key: PublicKey, error: InputError, whose: Bilingual) -> Bilingual:
    return Bilingual(
        f"{whose.en} is not one that the key {key.key_id} of {key.name} signed: {error.problem}.",
        f"{whose.es} no es uno que haya firmado la llave {key.key_id} de {key.name}: está alterado,"
        " no está firmado o es de otra bitácora.",
    )
