"""What a verified log or proof proves and does not prove, in words that need no mathematics."""

from __future__ import annotations

from collections.abc import Sequence

from otear.domain.bilingual import Bilingual
from otear.domain.times import utc_text
from otear.ledger.checkpoint import Checkpoint, Cosignature
from otear.ledger.keys import PublicKey


def not_proved(*, key_given: bool, witnessed: bool, compared: bool) -> tuple[Bilingual, ...]:
    """The limits of any verification, and those of one without the log's key, a witness, or an older checkpoint."""
    sentences = [_TRUTH, _COMPLETENESS, _CLOCK, _LATER]
    if not key_given:
        sentences.insert(0, _WHOSE)
    sentences.append(_ONLY_THE_WITNESS if witnessed else _SAME_FOR_ALL)
    if not (compared or witnessed):
        sentences.append(_REWRITTEN)
    return tuple(sentences)


def log_proved(
    checkpoint: Checkpoint, key: PublicKey, witnesses: Sequence[Cosignature], older: Sequence[Checkpoint]
) -> tuple[Bilingual, ...]:
    """Of a whole log in which every check passed."""
    whole = Bilingual(
        f"The file holds every entry that the checkpoint covers, {checkpoint.size} in number, in their order: since"
        " it was signed none was changed, taken out, added or moved.",
        f"El archivo contiene todos los asientos que cubre el punto de control, {checkpoint.size} en total, en su"
        " orden: desde que se firmó, ninguno se modificó, quitó, agregó ni cambió de lugar.",
    )
    return (whole, _signed(key), *map(_seen, witnesses), *map(_continues, older))


def entry_proved(
    sequence: int,
    checkpoint: Checkpoint,
    key: PublicKey,
    witnesses: Sequence[Cosignature],
    older: Sequence[Checkpoint],
) -> tuple[Bilingual, ...]:
    """Of one entry whose proof passed every check."""
    included = Bilingual(
        f"Entry {sequence} stands in the log exactly as it is written in the proof, as one of the {checkpoint.size}"
        " entries that the checkpoint covers.",
        f"El asiento {sequence} consta en la bitácora exactamente como está escrito en la prueba y es uno de los"
        f" {checkpoint.size} asientos que cubre el punto de control.",
    )
    return (included, _signed(key), *map(_seen, witnesses), *map(_continues, older))


def _signed(key: PublicKey) -> Bilingual:
    return Bilingual(
        f"The checkpoint was signed with the key {key.key_id} of the log {key.name}.",
        f"El punto de control se firmó con la llave {key.key_id} de la bitácora {key.name}.",
    )


def _seen(seen: Cosignature) -> Bilingual:
    moment = utc_text(seen.time_us)
    return Bilingual(
        f"The witness {seen.witness} signed the same checkpoint, by its own clock at {moment}.",
        f"El testigo {seen.witness} firmó el mismo punto de control, según su propio reloj, el {moment}.",
    )


def _continues(older: Checkpoint) -> Bilingual:
    return Bilingual(
        f"The log begins with exactly the {older.size} entries of the older checkpoint: nothing of that history was"
        " rewritten.",
        f"La bitácora comienza exactamente con los {older.size} asientos del punto de control anterior: nada de esa"
        " historia se reescribió.",
    )


_WHOSE = Bilingual(
    "WHOSE log this is. The key came with the file itself, and anybody can make a key: get the log's public key from"
    " its owner by another way and verify again with it.",
    "DE QUIÉN es esta bitácora. La llave venía en el propio archivo y cualquiera puede hacer una: obtenga del titular,"
    " por otra vía, la llave pública de la bitácora y verifique de nuevo con ella.",
)
_TRUTH = Bilingual(
    "That what the entries say is true: only that this is what was recorded.",
    "Que sea cierto lo que dicen los asientos: solo que eso fue lo que se registró.",
)
_COMPLETENESS = Bilingual(
    "That nothing happened without being recorded.",
    "Que no haya ocurrido algo que no se registró.",
)
_CLOCK = Bilingual(
    "When things happened: the times of entries are those of the operator's own clock.",
    "Cuándo ocurrieron los hechos: las horas de los asientos son las del reloj del propio operador.",
)
_LATER = Bilingual(
    "What was recorded after the checkpoint.",
    "Qué se registró después del punto de control.",
)
_SAME_FOR_ALL = Bilingual(
    "That others are shown the same log: the operator could keep two. A witness that you trust and whose signature is"
    " checked here would speak to that.",
    "Que a otros se les muestre la misma bitácora: el operador podría llevar dos. Lo acreditaría la firma, comprobada"
    " aquí, de un testigo en quien usted confíe.",
)
_ONLY_THE_WITNESS = Bilingual(
    "That nobody is shown another log, beyond the word of the witness: this is worth as much as the witness is honest"
    " and independent of the operator.",
    "Que a nadie se le muestre otra bitácora, más allá de la palabra del testigo: vale tanto como su honradez y su"
    " independencia del operador.",
)
_REWRITTEN = Bilingual(
    "That the whole history was not written anew: who holds the log's key can sign another one. An older checkpoint"
    " that you kept, or a witness, would show it.",
    "Que no se haya escrito de nuevo toda la historia: quien tiene la llave de la bitácora puede firmar otra. Lo"
    " mostraría un punto de control anterior que usted conserve, o un testigo.",
)
