"""The names of rules: every one that a decision may bear, once, with what it means.

A meaning says what the rule asks for, or what is wrong where it refuses. docs/authority.md, docs/roles.md and, for
witnesses, docs/ledger.md have the same lists.
"""

from __future__ import annotations

from typing import Final

from otear.domain.bilingual import Bilingual

OF_TERMS: Final[dict[str, Bilingual]] = {
    "no_authority": Bilingual("nothing is done without an authority", "nada se hace sin autorización"),
    "missing_fact": Bilingual("a fact that the terms ask for is missing", "falta un dato que los términos exigen"),
    "doubtful_fact": Bilingual(
        "a fact cannot be true, or cannot be judged", "un dato no puede ser cierto, o no puede valorarse"
    ),
    "doubtful_term": Bilingual(
        "a term of the authority cannot be decided on", "un término de la autorización no permite decidir"
    ),
    "stands": Bilingual("the authority was not revoked", "la autorización no fue revocada"),
    "revoked": Bilingual("consent was taken back", "se retiró el consentimiento"),
    "key_revoked": Bilingual("a key that signed it was revoked", "se revocó una llave con que se firmó"),
    "in_force": Bilingual("the approval holds and was reviewed in time", "la aprobación rige y se revisó a tiempo"),
    "approval_not_yet": Bilingual("the approval does not hold yet", "la aprobación aún no rige"),
    "approval_expired": Bilingual("the approval holds no longer", "la aprobación ya no rige"),
    "approval_unreviewed": Bilingual(
        "the approval's review date has passed", "venció la fecha de revisión de la aprobación"
    ),
    "authorization_unreviewed": Bilingual(
        "the review date of the host's authorization has passed",
        "venció la fecha de revisión de la autorización del Estado anfitrión",
    ),
    "within_terms": Bilingual("every term was met", "se cumplen todos los términos"),
    "outside_volume": Bilingual("the aircraft leaves the authorized area", "la aeronave sale del área autorizada"),
    "outside_altitude": Bilingual(
        "the height is not within the authorized band", "la altura queda fuera de la banda autorizada"
    ),
    "outside_window": Bilingual(
        "the time is not within the authorized window", "la hora queda fuera del periodo autorizado"
    ),
    "excluded_zone": Bilingual(
        "the aircraft touches a zone excluded from flight", "la aeronave toca una zona excluida del vuelo"
    ),
    "excluded_view": Bilingual(
        "the camera sees a zone excluded from view", "la cámara ve una zona excluida de la observación"
    ),
    "view_unknown": Bilingual(
        "what was looked at could not be placed, so that nobody can say whether it kept out of excluded zones",
        "lo observado no pudo ubicarse, y nadie puede decir si quedó fuera de las zonas excluidas",
    ),
    "outside_survey": Bilingual(
        "the camera looks beyond the survey area", "la cámara observa fuera del área de reconocimiento"
    ),
    "purpose": Bilingual("the purpose must be an authorized one", "el propósito debe estar autorizado"),
    "sensor": Bilingual("the sensor must be an authorized one", "el sensor debe estar autorizado"),
    "aircraft": Bilingual("the aircraft must be an authorized one", "la aeronave debe estar autorizada"),
    "site_kind": Bilingual("the kind of site must be an authorized one", "el tipo de sitio debe estar autorizado"),
    "recipient": Bilingual(
        "the recipient must be one that the authority names",
        "el destinatario debe ser uno de los que nombra la autorización",
    ),
    "product": Bilingual(
        "the recipient may be given only what the terms say", "el destinatario solo recibe lo que los términos dicen"
    ),
}
"""By which an authority decides."""

OF_FOOTAGE: Final[dict[str, Bilingual]] = {
    "covered": Bilingual("the authority covers it", "la autorización lo ampara"),
    "uncovered": Bilingual("the authority does not cover it", "la autorización no lo ampara"),
    "quarantined": Bilingual(
        "it is in quarantine: kept and counted, but not looked into",
        "está en cuarentena: se guarda y se cuenta, pero no se examina",
    ),
    "purged": Bilingual("it was deleted when its time was up", "se eliminó al vencer su plazo"),
}
"""By which recordings are worked on, or left alone."""

OF_DOCUMENTS: Final[dict[str, Bilingual]] = {
    "no_authorization": Bilingual(
        "the host's authorization is not there", "falta la autorización del Estado anfitrión"
    ),
    "no_approval": Bilingual("the programme's approval is not there", "falta la aprobación del programa"),
    "unsigned": Bilingual("a document bears no signature", "un documento no lleva firma"),
    "bad_signature": Bilingual(
        "text or signature was changed after signing", "el texto o la firma se alteró después de firmar"
    ),
    "key_of_another_host": Bilingual("the key is another nation's", "la llave es de otro Estado"),
    "approval_of_another_document": Bilingual(
        "the approval is of another authorization", "la aprobación es de otra autorización"
    ),
    "not_yet_issued": Bilingual("a document is dated later than now", "un documento lleva una fecha futura"),
    "unknown_predecessor": Bilingual(
        "it continues an authority that is not here", "continúa una autorización que aquí no consta"
    ),
    "predecessor_of_another_host": Bilingual(
        "it continues an authority of another nation", "continúa una autorización de otro Estado"
    ),
    "contradicting_predecessors": Bilingual(
        "its two documents continue different histories", "sus dos documentos continúan antecedentes distintos"
    ),
    "unarmed": Bilingual(
        "it speaks of anything but an unarmed survey", "habla de algo ajeno a un reconocimiento desarmado"
    ),
}
"""By which documents are not accepted, besides dates and keys."""

OF_KEYS: Final[dict[str, Bilingual]] = {
    "key_trusted": Bilingual(
        "the key is registered for this and valid", "la llave está registrada para ello y vigente"
    ),
    "unknown_key": Bilingual("the key is not registered", "la llave no está registrada"),
    "wrong_key_role": Bilingual("the key is registered for something else", "la llave está registrada para otra cosa"),
    "expired_key": Bilingual("the key is not valid yet, or not any more", "la llave aún no es válida, o ya no lo es"),
}
"""By which signatures are believed, besides `key_revoked`."""

OF_ROLES: Final[dict[str, Bilingual]] = {
    "anyone": Bilingual("everybody may", "puede cualquiera"),
    "any_role": Bilingual("whoever has a role may", "puede quien tenga algún papel"),
    "planner": Bilingual("a planner may", "puede un planificador"),
    "analyst": Bilingual("an analyst may", "puede un analista"),
    "release_officer": Bilingual("a release officer may", "puede un responsable de entregas"),
    "host_authority": Bilingual("the host authority may", "puede la autoridad anfitriona"),
    "inspector": Bilingual("an inspector may", "puede un inspector"),
    "administrator": Bilingual("an administrator may", "puede un administrador"),
    "role": Bilingual("no role of this person's allows the action", "ningún papel de esta persona permite la acción"),
    "missing_attribute": Bilingual("something that decides is not known of it", "no se conoce de ello algo que decide"),
    "clock_doubt": Bilingual(
        "it is not certain what time it is, and windows and reviews mean nothing by a clock that may be wrong",
        "no hay certeza de la hora, y ni plazos ni revisiones valen con un reloj que puede estar mal",
    ),
    "not_in_force": Bilingual("no authority for it is in force now", "ninguna autorización para ello rige ahora"),
    "two_person": Bilingual(
        "whoever authored a release does not approve it", "quien elabora una entrega no la aprueba"
    ),
    "held": Bilingual("a legal hold stands on it", "pesa sobre ello una retención legal"),
    "hold_of_another": Bilingual("somebody else placed the hold", "otra persona ordenó la retención"),
    "administrator_apart": Bilingual(
        "whoever administers keys and people neither reviews findings nor releases them",
        "quien administra llaves y personas no revisa hallazgos ni los entrega",
    ),
    "inspector_apart": Bilingual(
        "an inspector has no part in what is inspected", "un inspector no toma parte en lo que se inspecciona"
    ),
    "not_granted": Bilingual(
        "an inspector sees the account, and pictures only where sight of them was granted",
        "un inspector ve el registro de lo hecho, y las imágenes solo donde se le concedió verlas",
    ),
    "unknown_action": Bilingual("there is no such action", "no existe esa acción"),
    "unknown_role": Bilingual(
        "somebody comes with a role that does not exist", "alguien se presenta con un papel que no existe"
    ),
    "policy_error": Bilingual(
        "the policies do not hold together, or did not answer cleanly",
        "las políticas no son coherentes, o no respondieron bien",
    ),
}
"""By which people may; `revoked`, `uncovered`, `quarantined` and `recipient` stop them, too."""

OF_WITNESSES: Final[dict[str, Bilingual]] = {
    "witness-independence": Bilingual(
        "the witness's key must not be the log's own", "la llave del testigo no debe ser la de la propia bitácora"
    ),
    "witness-log": Bilingual(
        "the exported log must verify, and end at the checkpoint",
        "la bitácora exportada debe verificarse y terminar en el punto de control",
    ),
    "witness-consistency": Bilingual(
        "the log must only have grown since the witness signed before",
        "la bitácora solo debe haber crecido desde la firma anterior del testigo",
    ),
}
"""By which a witness signs a checkpoint."""

CATALOGUES: Final = (OF_TERMS, OF_FOOTAGE, OF_DOCUMENTS, OF_KEYS, OF_ROLES, OF_WITNESSES)
RULES: Final[dict[str, Bilingual]] = {rule: meaning for part in CATALOGUES for rule, meaning in part.items()}
"""All of them."""
