"""Roles and actions: whether somebody may do something to something, by policies that counsel can read.

The policies are Cedar text in `policies/`: `roles.cedar` says who may, `limits.cedar` what stops even those, and
`otear.cedarschema` what both speak of; docs/roles.md shows them as tables. Cedar skips a policy that runs into an error
and answers by the rest, so that a `forbid` with an error ends in Allow. Here anything but a clean Allow is a refusal.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

import cedarpy

from otear.authority import role_reasons as reasons
from otear.domain.decision import Decision, allowed


class Role(StrEnum):
    """What somebody is here; a person may be several things."""

    PLANNER = "planner"
    ANALYST = "analyst"
    RELEASE_OFFICER = "release_officer"
    HOST_AUTHORITY = "host_authority"
    INSPECTOR = "inspector"
    ADMINISTRATOR = "administrator"


class Action(StrEnum):
    """Everything that is asked leave for."""

    EXPLAIN_AUTHORITY = "explain_authority"
    IMPORT_AUTHORITY = "import_authority"
    REVOKE_AUTHORITY = "revoke_authority"
    REGISTER_KEY = "register_key"
    REVOKE_KEY = "revoke_key"
    IMPORT_AIRCRAFT = "import_aircraft"
    IMPORT_RECORDS = "import_records"
    FORECAST = "forecast"
    REQUEST = "request"
    PLAN = "plan"
    LAUNCH = "launch"
    INGEST = "ingest"
    ADOPT = "adopt"
    PROCESS = "process"
    VIEW_METADATA = "view_metadata"
    VIEW_IMAGERY = "view_imagery"
    EXPORT_COVERAGE = "export_coverage"
    REVIEW_SITE = "review_site"
    AUTHOR_RELEASE = "author_release"
    APPROVE_RELEASE = "approve_release"
    RECALL_RELEASE = "recall_release"
    ACKNOWLEDGE = "acknowledge"
    REPORT_OUTCOME = "report_outcome"
    READ_LEDGER = "read_ledger"
    WITNESS_LEDGER = "witness_ledger"
    CHECKPOINT_LEDGER = "checkpoint_ledger"
    READ_OVERSIGHT = "read_oversight"
    HOLD = "hold"
    LIFT_HOLD = "lift_hold"
    PURGE = "purge"
    VERIFY = "verify"
    ACCEPT_CLOCK = "accept_clock"


@dataclass(frozen=True)
class Actor:
    """Somebody who asks. Names that differ in capitals or spaces only are the same person's."""

    name: str
    roles: frozenset[Role] = frozenset()


@dataclass(frozen=True)
class Resource:
    """What an action is about, and what is known of it; None is not known, and what has to be known stops.

    `in_force`: the authority is signed, approved, reviewed in time and within its window. `revoked`: consent was taken
    back. `covered`: that authority covers the place, time, sensor and purpose. `quarantined`: footage, or what was made
    of it, that no authority covers. `held`: a legal hold stands. `author` made it, or placed the hold; `recipient` is
    whom it goes to and `recipients` are those the authority lets it go to. `granted_to` are the names of the inspectors
    who were granted sight of the pictures.
    """

    kind: str
    resource_id: str
    in_force: bool | None = None
    revoked: bool | None = None
    covered: bool | None = None
    quarantined: bool | None = None
    held: bool | None = None
    author: str | None = None
    recipient: str | None = None
    recipients: frozenset[str] | None = None
    granted_to: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Policies:
    """Texts of policies: who may, what stops, and the schema of both."""

    roles: str
    limits: str
    schema: str


@cache
def packaged_policies() -> Policies:
    """The policies that come with the package."""
    folder = files("otear.authority") / "policies"
    names = ("roles.cedar", "limits.cedar", "otear.cedarschema")
    return Policies(*((folder / name).read_text(encoding="utf-8") for name in names))


def permitted(
    actor: Actor,
    action: Action | str,
    resource: Resource,
    *,
    clock_trusted: bool | None,
    policies: Policies | None = None,
) -> Decision:
    """Whether `actor` may do `action` to `resource`; `policies` are those of the package unless others are given.

    Only a clean Allow allows. The rule of a refusal is `unknown_action`, `unknown_role`, `policy_error` (policies that
    do not hold together, or any error while they were asked), `role` (no role of this person's may), else the first
    policy of `limits.cedar` that stops it, of which `missing_attribute` and `clock_doubt` are two. `because` and
    `would_be_allowed_if` name all that stand in the way.
    """
    if action not in set(Action):
        return reasons.unknown_action(str(action))
    strangers = sorted(set(actor.roles) - set(Role))
    if strangers:
        return reasons.unknown_role(strangers)
    if not _name(actor.name):
        return reasons.nameless()
    texts = policies or packaged_policies()
    try:
        answer = _ask(actor, action, resource, clock_trusted is True, texts)
        if answer.allowed:
            return allowed(answer.policies[0], *reasons.because_allowed(actor.name, action, answer.policies))
        may = [role for role in Role if _role_may(role, action, resource, texts)]
        lacking = not _ask(actor, action, resource, True, Policies(texts.roles, "", texts.schema)).allowed
    # Whatever goes wrong while rules are asked is a refusal by its own name: going on would be going on without them.
    except Exception as fault:
        return reasons.policy_error(f"{type(fault).__name__}: {fault}")
    return reasons.refusal(actor.name, action, may if lacking else None, answer.policies)


@dataclass(frozen=True)
class _Answer:
    """Cedar's answer, without errors: whether it is allowed, and the `@id` of each policy that decided, in order."""

    allowed: bool
    policies: tuple[str, ...]


class _PolicyError(Exception):
    """Policies that do not hold together, or did not answer cleanly."""


def _ask(actor: Actor, action: str, resource: Resource, clock_trusted: bool, texts: Policies) -> _Answer:
    """Raises `_PolicyError` for policies that do not fit their schema and for errors in the answer."""
    parsed, schema = _parsed(texts)
    result = cedarpy.is_authorized(
        {
            "principal": _uid("Person", _name(actor.name)),
            "action": _uid("Action", action),
            "resource": _uid("Thing", resource.resource_id),
            "context": {"clock_trusted": clock_trusted},
        },
        parsed,
        _entities(actor, resource),
        schema,
    )
    if result.diagnostics.errors or result.decision is cedarpy.Decision.NoDecision:
        raise _PolicyError("; ".join(result.diagnostics.errors) or "no decision")
    names = result.diagnostics.id_annotations_by_reason
    order = sorted(result.diagnostics.reasons, key=lambda policy: int(policy.removeprefix("policy")))
    return _Answer(result.allowed, tuple(dict.fromkeys(str(names.get(policy) or policy) for policy in order)))


def _role_may(role: Role, action: str, resource: Resource, texts: Policies) -> bool:
    """Whether a role allows an action to anybody, limits aside."""
    somebody = Actor("somebody", frozenset({role}))
    return _ask(somebody, action, resource, True, Policies(texts.roles, "", texts.schema)).allowed


@cache
def _parsed(texts: Policies) -> tuple[cedarpy.PolicySet, cedarpy.Schema]:
    schema = cedarpy.Schema.from_str(texts.schema)
    together = f"{texts.roles}\n{texts.limits}"
    checked = cedarpy.validate_policies(together, schema)
    if not checked.validation_passed:
        raise _PolicyError("; ".join(str(error) for error in checked.errors))
    return cedarpy.PolicySet.from_str(together), schema


def _entities(actor: Actor, resource: Resource) -> list[dict[str, object]]:
    """Actor, roles and resource in Cedar's JSON; what is not known of the resource is left out."""
    roles = [_uid("Role", role) for role in sorted(actor.roles)]
    person = _entity(_uid("Person", _name(actor.name)), {"name": _name(actor.name)}, roles)
    known: dict[str, object] = {
        "kind": resource.kind,
        "in_force": resource.in_force,
        "revoked": resource.revoked,
        "covered": resource.covered,
        "quarantined": resource.quarantined,
        "held": resource.held,
        "author": _name(resource.author or "") or None,
        "recipient": resource.recipient,
        "recipients": None if resource.recipients is None else sorted(resource.recipients),
        "granted_to": sorted(_name(name) for name in resource.granted_to),
    }
    thing = _entity(_uid("Thing", resource.resource_id), {k: value for k, value in known.items() if value is not None})
    return [person, *(_entity(role, {}) for role in roles), thing]


def _entity(uid: object, attributes: dict[str, object], parents: object = ()) -> dict[str, object]:
    return {"uid": uid, "attrs": attributes, "parents": parents}


def _uid(kind: str, name: str) -> dict[str, str]:
    return {"type": f"Otear::{kind}", "id": name}


def _name(name: str) -> str:
    """A person's name as names are compared."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
