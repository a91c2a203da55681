"""Why documents are not accepted: each refusal with its own rule, its fact and its remedy in both languages."""

from __future__ import annotations

from otear.authority.reasons import moment
from otear.domain.bilingual import Bilingual
from otear.domain.decision import Decision, refused

AUTHORIZATION = Bilingual("the host's authorization", "la autorización del Estado anfitrión")
APPROVAL = Bilingual("the programme's approval", "la aprobación del programa")
ROTATION = Bilingual("the rotation statement", "la declaración de sustitución de llave")


def no_authorization() -> Decision:
    """An approval of nothing."""
    return refused(
        "no_authorization",
        Bilingual(
            "the programme's approval came without the host's authorization",
            "la aprobación del programa llegó sin la autorización del Estado anfitrión",
        ),
        Bilingual(
            "the file held the authorization that the host signed",
            "el archivo contuviera la autorización firmada por el Estado anfitrión",
        ),
    )


def no_approval() -> Decision:
    """A host's consent that the programme has not approved."""
    return refused(
        "no_approval",
        Bilingual(
            "the host's authorization came without the programme's own approval",
            "la autorización del Estado anfitrión llegó sin la aprobación del propio programa",
        ),
        Bilingual(
            "the file held the programme's signed approval of that authorization",
            "el archivo contuviera la aprobación firmada del programa para esa autorización",
        ),
    )


def unsigned(what: Bilingual) -> Decision:
    """A document under which no signature stands."""
    return refused(
        "unsigned",
        Bilingual(f"{what.en} bears no signature", f"{what.es} no lleva ninguna firma"),
        Bilingual("whoever issues it signed it", "la firmara quien la expide"),
    )


def bad_signature(what: Bilingual, key_id: str) -> Decision:
    """A signature that was not made by its key over this text."""
    return refused(
        "bad_signature",
        Bilingual(
            f"the signature of key {key_id} does not belong to the text of {what.en}: one of them was changed",
            f"la firma de la llave {key_id} no corresponde al texto de {what.es}: se alteró una u otro",
        ),
        Bilingual("the text were exactly the one that was signed", "el texto fuera exactamente el que se firmó"),
    )


def key_of_another_host(key_id: str, holder: str, host: str) -> Decision:
    """One nation's key under another's authorization."""
    return refused(
        "key_of_another_host",
        Bilingual(
            f"the authorization is {host}'s and key {key_id} is {holder}'s",
            f"la autorización es de {host} y la llave {key_id} es de {holder}",
        ),
        Bilingual(f"a key of {host} signed it", f"la firmara una llave de {host}"),
    )


def approval_of_another_document(approved: str, given: str) -> Decision:
    """An approval that names the hash of a different authorization."""
    return refused(
        "approval_of_another_document",
        Bilingual(
            f"the approval is of authorization {approved[:16]}…, and this one is {given[:16]}…",
            f"la aprobación corresponde a la autorización {approved[:16]}… y esta es {given[:16]}…",
        ),
        Bilingual(
            "the programme approved this very authorization", "el programa aprobara precisamente esta autorización"
        ),
    )


def not_yet_issued(what: Bilingual, issued_us: int) -> Decision:
    """A document dated in the future: its date or our clock is wrong."""
    when = moment(issued_us)
    return refused(
        "not_yet_issued",
        Bilingual(
            f"{what.en} is dated {when}, which is still to come by this machine's clock",
            f"{what.es} lleva fecha {when}, que según el reloj de este equipo aún no llega",
        ),
        Bilingual(
            "its date had come and the clock were right", "su fecha hubiera llegado y el reloj marcara la hora correcta"
        ),
    )


def unknown_predecessor(authority_id: str) -> Decision:
    """A document that continues an authority which is not held here."""
    return refused(
        "unknown_predecessor",
        Bilingual(
            f"it continues authority {authority_id}, which is not held here",
            f"continúa la autorización {authority_id}, que aquí no consta",
        ),
        Bilingual(
            f"authority {authority_id} were imported first", f"antes se importara la autorización {authority_id}"
        ),
    )


def contradicting_predecessors(authorization_continues: str, approval_continues: str) -> Decision:
    """An approval whose history does not hold what the authorization says that it continues."""
    return refused(
        "contradicting_predecessors",
        Bilingual(
            f"the authorization continues {authorization_continues}, and the history of {approval_continues}, which the"
            " approval continues, does not hold it",
            f"la autorización continúa {authorization_continues} y los antecedentes de {approval_continues}, que la"
            " aprobación continúa, no la contienen",
        ),
        Bilingual("both continued the same history", "ambas continuaran los mismos antecedentes"),
    )


def predecessor_of_another_host(authority_id: str, its_host: str, host: str) -> Decision:
    """One nation's authorization said to continue another's."""
    return refused(
        "predecessor_of_another_host",
        Bilingual(
            f"the authorization is {host}'s and authority {authority_id}, which it continues, is {its_host}'s",
            f"la autorización es de {host} y la autorización {authority_id}, que continúa, es de {its_host}",
        ),
        Bilingual(f"it continued an authority of {host}", f"continuara una autorización de {host}"),
    )
