"""What decisions about roles say, in both languages: one row for every limit of `policies/limits.cedar`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from otear.authority.rules import RULES
from otear.domain.bilingual import Bilingual
from otear.domain.decision import Decision, refused

ROLES: dict[str, Bilingual] = {
    "planner": Bilingual("planner", "planificador"),
    "analyst": Bilingual("analyst", "analista"),
    "release_officer": Bilingual("release officer", "responsable de entregas"),
    "host_authority": Bilingual("host authority", "autoridad anfitriona"),
    "inspector": Bilingual("inspector", "inspector"),
    "administrator": Bilingual("administrator", "administrador"),
}


@dataclass(frozen=True)
class Reason:
    """Why a limit stops, and what would lift it; both continue a sentence."""

    because: Bilingual
    would_be_allowed_if: Bilingual


LIMITS: dict[str, Bilingual] = {
    "missing_attribute": Bilingual(
        "its authority, its state, its author and its recipient were known as far as this action needs them",
        "se conocieran su autorización, su estado, su autor y su destinatario hasta donde esta acción lo requiere",
    ),
    "clock_doubt": Bilingual(
        "the clock were right again, or an administrator had accepted it",
        "el reloj volviera a estar bien, o un administrador lo hubiera aceptado",
    ),
    "revoked": Bilingual("the host nation authorized it anew", "el Estado anfitrión lo autorizara de nuevo"),
    "not_in_force": Bilingual(
        "an authorization of the host and an approval of the programme were both in force and reviewed in time",
        "rigieran, revisadas a tiempo, la autorización del Estado anfitrión y la aprobación del programa",
    ),
    "quarantined": Bilingual(
        "the footage had been adopted under an authority that covers it",
        "la grabación se hubiera adoptado al amparo de una autorización",
    ),
    "uncovered": Bilingual(
        "an authority covered the place, the time, the sensor and the purpose",
        "una autorización amparara el lugar, la hora, el sensor y el propósito",
    ),
    "two_person": Bilingual("another release officer approved it", "la aprobara otro responsable de entregas"),
    "recipient": Bilingual(
        "it went to a recipient that the authority names", "fuera a un destinatario que nombra la autorización"
    ),
    "held": Bilingual("the hold were lifted", "se levantara la retención"),
    "hold_of_another": Bilingual(
        "whoever placed it, or an inspector, lifted it", "la levantara quien la ordenó, o un inspector"
    ),
    "administrator_apart": Bilingual(
        "somebody who is no administrator did it", "lo hiciera alguien que no sea administrador"
    ),
    "inspector_apart": Bilingual("somebody who is no inspector did it", "lo hiciera alguien que no sea inspector"),
    "not_granted": Bilingual(
        "sight of these pictures were granted to that inspector", "se concediera a ese inspector verlas"
    ),
}
"""What would lift each limit, by the `@id` of the policy; why it stops is the meaning of the rule of that name."""


def because_allowed(name: str, action: str, policies: Sequence[str]) -> tuple[str, str]:
    """Why somebody may, in English and Spanish."""
    known = [ROLES[policy] for policy in policies if policy in ROLES]
    if not known:
        return f"{name} may {_said(action)}: everybody may", f"{name} puede hacer «{action}»: puede cualquiera"
    english = f"{name} may {_said(action)} as {_listed([role.en for role in known], 'and')}"
    return english, f"{name} puede hacer «{action}» como {_listed([role.es for role in known], 'y')}"


def refusal(name: str, action: str, may: Sequence[str] | None, limits: Sequence[str]) -> Decision:
    """No: `may` are the roles that allow the action if none of this person's does; `limits` are those that stop it."""
    reasons = [Reason(RULES[limit], LIMITS[limit]) if limit in LIMITS else _unlisted(limit) for limit in limits]
    if may is not None:
        reasons.insert(0, _not_their_role(name, action, may))
    because, otherwise = [reason.because for reason in reasons], [reason.would_be_allowed_if for reason in reasons]
    return refused("role" if may is not None else limits[0], _joined(because), _joined(otherwise))


def unknown_action(action: str) -> Decision:
    """No: nothing of the kind exists."""
    return refused(
        "unknown_action",
        Bilingual(f"there is no action {action!r}", f"no existe la acción {action!r}"),
        Bilingual("it were one of the actions of docs/roles.md", "fuera una de las acciones de docs/roles.md"),
    )


def unknown_role(roles: Sequence[str]) -> Decision:
    """No: somebody who comes as what does not exist is not believed to be anything else, either."""
    named = ", ".join(repr(str(role)) for role in roles)
    return refused(
        "unknown_role",
        Bilingual(f"there is no role {named}", f"no existe el papel {named}"),
        Bilingual(f"the roles were among {', '.join(ROLES)}", f"los papeles estuvieran entre {', '.join(ROLES)}"),
    )


def nameless() -> Decision:
    """No: what is done is done by somebody."""
    return refused(
        "missing_attribute",
        Bilingual("it is not known who asks", "no se sabe quién lo pide"),
        Bilingual("whoever asks gave a name", "quien lo pide diera un nombre"),
    )


def policy_error(problem: str) -> Decision:
    """No: the rules could not be asked, or did not answer cleanly."""
    return refused(
        "policy_error",
        Bilingual(f"the policies did not answer cleanly: {problem}", f"las políticas no respondieron bien: {problem}"),
        Bilingual(
            "the policies of otear.authority were whole and answered without an error",
            "las políticas de otear.authority estuvieran completas y respondieran sin error",
        ),
    )


def _not_their_role(name: str, action: str, may: Sequence[str]) -> Reason:
    if not may:
        return Reason(
            Bilingual(f"nobody may {_said(action)}", f"nadie puede hacer «{action}»"),
            Bilingual("a policy allowed it to a role", "una política se lo permitiera a algún papel"),
        )
    english, spanish = _listed([ROLES[role].en for role in may], "or"), _listed([ROLES[role].es for role in may], "o")
    return Reason(
        Bilingual(
            f"{name} may not {_said(action)}: that needs the role of {english}",
            f"{name} no puede hacer «{action}»: hace falta el papel de {spanish}",
        ),
        Bilingual(f"somebody with the role of {english} did it", f"lo hiciera alguien con el papel de {spanish}"),
    )


def _unlisted(limit: str) -> Reason:
    """For policies that are not of the package."""
    return Reason(
        Bilingual(f"the policy {limit} forbids it", f"la política {limit} lo prohíbe"),
        Bilingual(f"the policy {limit} did not apply", f"no se aplicara la política {limit}"),
    )


def _joined(texts: Sequence[Bilingual]) -> Bilingual:
    return Bilingual("; and ".join(text.en for text in texts), "; y ".join(text.es for text in texts))


def _listed(words: Sequence[str], joint: str) -> str:
    return f" {joint} ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _said(action: str) -> str:
    return action.replace("_", " ")
