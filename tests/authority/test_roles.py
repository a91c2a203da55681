"""Every role, action and state against a grid written by hand, and every way in which a rule can fail to answer."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import cedarpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otear.authority import role_reasons
from otear.authority.roles import Action, Actor, Policies, Resource, Role, packaged_policies, permitted

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "roles.md"

# Who may: planner, analyst, release officer, host authority, inspector, administrator.
# y may · - may not · i only where an inspector was granted sight of the pictures
GRID = """
                   pl an ro ha in ad
explain_authority  y  y  y  y  y  y
import_authority   -  -  -  -  -  y
revoke_authority   -  -  -  y  -  y
register_key       -  -  -  -  -  y
revoke_key         -  -  -  y  -  y
import_aircraft    -  -  -  -  -  y
import_records     y  y  -  -  -  -
forecast           y  y  -  -  -  -
request            y  y  -  -  -  -
plan               y  -  -  -  -  -
launch             y  -  -  -  -  -
ingest             y  y  -  -  -  -
adopt              -  y  -  -  -  -
process            -  y  -  -  -  -
view_metadata      y  y  y  y  y  y
view_imagery       -  y  y  -  i  -
export_coverage    y  y  y  -  -  -
review_site        -  y  -  -  -  -
author_release     -  y  y  -  -  -
approve_release    -  -  y  -  -  -
recall_release     -  -  y  -  -  -
acknowledge        -  -  -  y  -  -
report_outcome     -  -  -  y  -  -
read_ledger        -  -  -  y  y  y
witness_ledger     -  -  -  y  y  y
checkpoint_ledger  -  -  -  y  y  y
read_oversight     -  -  -  y  y  y
hold               -  -  -  y  y  y
lift_hold          -  -  -  y  y  y
purge              -  -  -  -  -  y
verify             y  y  y  y  y  y
accept_clock       -  -  -  -  -  y
"""

# What stops even those who may, by the state of the thing: not in force, revoked, uncovered, quarantined, own
# authorship, a recipient that is not named, held, and a clock in doubt. x stops · . does not
# (o: lifting somebody else's hold is what is stopped, for all but an inspector)
STATES = ("not_in_force", "revoked", "uncovered", "quarantined", "own", "recipient", "held", "clock_doubt")
LIMITS = """
                   nif rev unc qua own rec hel clo
explain_authority  .   .   .   .   .   .   .   x
import_authority   .   .   .   .   .   .   .   x
revoke_authority   .   .   .   .   .   .   .   .
register_key       .   .   .   .   .   .   .   x
revoke_key         .   .   .   .   .   .   .   .
import_aircraft    .   .   .   .   .   .   .   x
import_records     .   .   .   .   .   .   .   x
forecast           .   .   .   .   .   .   .   x
request            .   .   .   .   .   .   .   x
plan               x   x   x   .   .   .   .   x
launch             x   x   x   .   .   .   .   x
ingest             .   .   .   .   .   .   .   x
adopt              x   x   x   .   .   .   .   x
process            x   x   x   x   .   .   .   x
view_metadata      .   .   .   .   .   .   .   x
view_imagery       x   x   x   x   .   .   .   x
export_coverage    x   x   x   x   .   .   .   x
review_site        x   x   x   x   .   .   .   x
author_release     x   x   x   x   .   x   .   x
approve_release    x   x   x   x   x   x   .   x
recall_release     .   .   .   .   .   .   .   .
acknowledge        .   .   .   .   .   .   .   x
report_outcome     .   .   .   .   .   .   .   x
read_ledger        .   .   .   .   .   .   .   x
witness_ledger     .   .   .   .   .   .   .   x
checkpoint_ledger  .   .   .   .   .   .   .   x
read_oversight     .   .   .   .   .   .   .   x
hold               .   .   .   .   .   .   .   .
lift_hold          .   .   .   .   o   .   .   x
purge              .   .   .   .   .   .   x   x
verify             .   .   .   .   .   .   .   .
accept_clock       .   .   .   .   .   .   .   .
"""

RULES = {
    "not_in_force": "not_in_force", "revoked": "revoked", "uncovered": "uncovered", "quarantined": "quarantined",
    "own": "two_person", "recipient": "recipient", "held": "held", "clock_doubt": "clock_doubt",
}  # fmt: skip


def cells(grid: str) -> dict[str, list[str]]:
    return {words[0]: words[1:] for words in (line.split() for line in grid.strip().splitlines()[1:])}


MAY, STOPS = cells(GRID), cells(LIMITS)

FINE = Resource(
    kind="thing", resource_id="x", in_force=True, revoked=False, covered=True, quarantined=False, held=False,
    author="Bea", recipient="prosecutor", recipients=frozenset({"prosecutor"}),
)  # fmt: skip
IN_STATE = {
    "not_in_force": replace(FINE, in_force=False), "revoked": replace(FINE, revoked=True),
    "uncovered": replace(FINE, covered=False), "quarantined": replace(FINE, quarantined=True),
    "own": replace(FINE, author="Ana"), "recipient": replace(FINE, recipient="a newspaper"),
    "held": replace(FINE, held=True), "clock_doubt": FINE,
}  # fmt: skip


def ana(*roles: Role) -> Actor:
    return Actor("Ana", frozenset(roles))


def expected(role: Role, action: Action, state: str | None) -> str:
    """The rule by which the grids say that it is refused, "" where it is allowed."""
    may, place = MAY[action][list(Role).index(role)], STATES.index(state) if state else None
    if may == "-":
        return "role"
    if place is not None and STOPS[action][place] == "x":
        return RULES[STATES[place]]
    if action is Action.LIFT_HOLD and role is not Role.INSPECTOR and state != "own":
        return "hold_of_another"
    return "not_granted" if may == "i" else ""


def test_the_grids_speak_of_every_action_role_and_state() -> None:
    assert list(MAY) == list(STOPS) == list(Action)
    assert {len(row) for row in MAY.values()} == {len(Role)}
    assert {len(row) for row in STOPS.values()} == {len(STATES)}


@pytest.mark.parametrize(("role", "action"), list(itertools.product(Role, Action)))
def test_every_role_action_and_state_is_as_the_grids_say(role: Role, action: Action) -> None:
    for state in (None, *STATES):
        resource = IN_STATE[state] if state else FINE
        decision = permitted(ana(role), action, resource, clock_trusted=state != "clock_doubt")
        rule = expected(role, action, state)
        assert decision.allowed == (rule == ""), (state, decision)
        if rule:
            assert decision.rule == rule, (state, decision)
            assert decision.would_be_allowed_if.en
            assert decision.would_be_allowed_if.es


@pytest.mark.parametrize("action", Action)
def test_nobody_without_a_role_may_do_anything_but_verify(action: Action) -> None:
    assert permitted(ana(), action, FINE, clock_trusted=True).allowed == (action is Action.VERIFY)


def test_quarantined_footage_is_seen_by_its_metadata_ingested_adopted_held_and_purged_and_nothing_else() -> None:
    footage = Resource(
        "footage", "f-1", in_force=True, revoked=False, covered=True, quarantined=True, held=False,
        recipient="prosecutor", recipients=frozenset({"prosecutor"}), author="Bea",
    )  # fmt: skip
    about_footage = [
        Action.VIEW_METADATA, Action.INGEST, Action.ADOPT, Action.HOLD, Action.PURGE, Action.PROCESS,
        Action.VIEW_IMAGERY, Action.EXPORT_COVERAGE, Action.REVIEW_SITE, Action.AUTHOR_RELEASE, Action.APPROVE_RELEASE,
    ]  # fmt: skip
    possible = {
        action
        for action in about_footage
        if any(permitted(ana(role), action, footage, clock_trusted=True).allowed for role in Role)
    }
    assert possible == {Action.VIEW_METADATA, Action.INGEST, Action.ADOPT, Action.HOLD, Action.PURGE}


def test_an_inspector_sees_pictures_only_where_granted_by_name() -> None:
    granted = replace(FINE, granted_to=frozenset({"ana"}))
    assert permitted(ana(Role.INSPECTOR), Action.VIEW_IMAGERY, granted, clock_trusted=True).allowed
    other = Actor("Eva", frozenset({Role.INSPECTOR}))
    assert permitted(other, Action.VIEW_IMAGERY, granted, clock_trusted=True).rule == "not_granted"


@pytest.mark.parametrize("author", ["Ana", "ANA", " ana ", "ＡＮＡ"])
def test_the_same_person_is_known_however_the_name_is_written(author: str) -> None:
    decision = permitted(
        ana(Role.RELEASE_OFFICER), Action.APPROVE_RELEASE, replace(FINE, author=author), clock_trusted=True
    )
    assert decision.rule == "two_person"


@pytest.mark.parametrize(
    ("roles", "action", "rule"),
    [
        ((Role.RELEASE_OFFICER, Role.ADMINISTRATOR), Action.APPROVE_RELEASE, "administrator_apart"),
        ((Role.ANALYST, Role.ADMINISTRATOR), Action.REVIEW_SITE, "administrator_apart"),
        ((Role.ANALYST, Role.INSPECTOR), Action.PROCESS, "inspector_apart"),
        ((Role.ANALYST, Role.INSPECTOR), Action.VIEW_IMAGERY, "not_granted"),
        ((Role.PLANNER, Role.INSPECTOR), Action.LAUNCH, "inspector_apart"),
    ],
)
def test_of_two_roles_the_one_that_forbids_wins(roles: tuple[Role, Role], action: Action, rule: str) -> None:
    assert permitted(ana(roles[0]), action, FINE, clock_trusted=True).allowed
    assert permitted(ana(*roles), action, FINE, clock_trusted=True).rule == rule


@given(st.frozensets(st.sampled_from(Role)), st.sampled_from(Action), st.sampled_from(sorted(IN_STATE)))
def test_what_may_be_done_by_several_roles_may_be_done_by_one_of_them(
    roles: frozenset[Role], action: Action, state: str
) -> None:
    def may(*held: Role) -> bool:
        return permitted(ana(*held), action, IN_STATE[state], clock_trusted=True).allowed

    assert not may(*roles) or any(may(role) for role in roles) or action is Action.VERIFY


NEEDED = {
    Action.PLAN: ("in_force", "revoked", "covered"),
    Action.LAUNCH: ("in_force", "revoked", "covered"),
    Action.ADOPT: ("in_force", "revoked", "covered"),
    Action.PROCESS: ("in_force", "revoked", "covered", "quarantined"),
    Action.VIEW_IMAGERY: ("in_force", "revoked", "covered", "quarantined"),
    Action.EXPORT_COVERAGE: ("in_force", "revoked", "covered", "quarantined"),
    Action.REVIEW_SITE: ("in_force", "revoked", "covered", "quarantined"),
    Action.AUTHOR_RELEASE: ("in_force", "revoked", "covered", "quarantined", "recipient", "recipients"),
    Action.APPROVE_RELEASE: ("in_force", "revoked", "covered", "quarantined", "recipient", "recipients", "author"),
    Action.LIFT_HOLD: ("author",),
    Action.PURGE: ("held",),
}
OPTIONAL = ("in_force", "revoked", "covered", "quarantined", "held", "author", "recipient", "recipients")


@pytest.mark.parametrize(("action", "attribute"), list(itertools.product(Action, OPTIONAL)))
def test_what_is_not_known_of_a_thing_stops_whatever_needs_it(action: Action, attribute: str) -> None:
    resource = replace(FINE, author="Ana" if action is Action.LIFT_HOLD else "Bea")
    allowed = [role for role in Role if permitted(ana(role), action, resource, clock_trusted=True).allowed]
    assert allowed
    unknown = replace(resource, **{attribute: None})
    for role in allowed:
        decision = permitted(ana(role), action, unknown, clock_trusted=True)
        missed = attribute in NEEDED.get(action, ())
        assert decision.allowed != missed, decision
        if missed:
            assert decision.rule == "missing_attribute"


def test_an_author_without_a_name_is_not_known() -> None:
    decision = permitted(
        ana(Role.RELEASE_OFFICER), Action.APPROVE_RELEASE, replace(FINE, author="  "), clock_trusted=True
    )
    assert decision.rule == "missing_attribute"


def test_whoever_has_no_name_may_nothing() -> None:
    assert permitted(Actor(" "), Action.VERIFY, FINE, clock_trusted=True).rule == "missing_attribute"


@pytest.mark.parametrize("trusted", [False, None])
def test_a_clock_that_is_wrong_or_unknown_stops_planning(trusted: bool | None) -> None:
    assert permitted(ana(Role.PLANNER), Action.PLAN, FINE, clock_trusted=trusted).rule == "clock_doubt"


@pytest.mark.parametrize("action", ["", "PLAN", "delete_everything", 'plan"; permit (principal, action, resource);//'])
def test_an_unknown_action_is_refused(action: str) -> None:
    assert permitted(ana(*Role), action, FINE, clock_trusted=True).rule == "unknown_action"


def test_an_unknown_role_is_refused_even_beside_one_that_may() -> None:
    actor = Actor("Ana", frozenset({Role.PLANNER, "king"}))  # type: ignore[arg-type]
    assert permitted(actor, Action.PLAN, FINE, clock_trusted=True).rule == "unknown_role"


@pytest.mark.parametrize("name", ['Ana"', "a\nb", "\\", "::", "Ñandú 🛩", "x" * 5000])
def test_no_name_or_identifier_upsets_the_question(name: str) -> None:
    actor, resource = Actor(name, frozenset({Role.PLANNER})), replace(FINE, resource_id=name, kind=name)
    assert permitted(actor, Action.PLAN, resource, clock_trusted=True).allowed
    assert not permitted(actor, Action.PURGE, resource, clock_trusted=True).allowed


def test_the_policies_fit_their_schema_and_every_one_has_a_name_and_a_reason() -> None:
    texts = packaged_policies()
    result = cedarpy.validate_policies(texts.roles + texts.limits, texts.schema)
    assert result.validation_passed, result.errors
    names = [line.removeprefix('@id("').removesuffix('")') for line in texts.limits.splitlines() if line[:3] == "@id"]
    assert len(names) == len(cedarpy.PolicySet.from_str(texts.limits))
    assert set(names) == set(role_reasons.LIMITS)
    assert texts.roles.count("@id(") == len(cedarpy.PolicySet.from_str(texts.roles))
    assert "forbid" not in [line.split(" ")[0] for line in texts.roles.splitlines()]
    assert "permit" not in [line.split(" ")[0] for line in texts.limits.splitlines()]
    assert set(role_reasons.ROLES) == set(Role)


# What Cedar itself answers where a policy fails, and what is made of it here.
SKIPPED = '@id("skipped") forbid (principal, action, resource) when { resource.cleared_by != "host" };'
OVERFLOW = '@id("skipped") forbid (principal, action, resource) when { 9223372036854775807 + 1 > 0 };'


def asked_of_cedar(policies: str) -> cedarpy.AuthzResult:
    return cedarpy.is_authorized(
        {
            "principal": {"type": "Otear::Person", "id": "ana"},
            "action": {"type": "Otear::Action", "id": "verify"},
            "resource": {"type": "Otear::Thing", "id": "x"},
            "context": {"clock_trusted": True},
        },
        policies,
        [{"uid": {"type": "Otear::Thing", "id": "x"}, "attrs": {}, "parents": []}],
    )


@pytest.mark.parametrize("forbid", [SKIPPED, OVERFLOW], ids=["missing attribute", "overflow"])
def test_cedar_allows_where_a_forbid_fails_and_here_it_is_refused(forbid: str) -> None:
    texts = packaged_policies()
    raw = asked_of_cedar(texts.roles + forbid)
    assert raw.decision is cedarpy.Decision.Allow
    assert raw.diagnostics.errors
    assert permitted(ana(), Action.VERIFY, FINE, clock_trusted=True).allowed
    broken = replace(texts, limits=texts.limits + forbid)
    decision = permitted(ana(), Action.VERIFY, FINE, clock_trusted=True, policies=broken)
    assert decision.rule == "policy_error"
    assert not decision.allowed


def test_an_error_in_the_answer_is_refused_though_the_policies_fit_their_schema() -> None:
    texts = packaged_policies()
    assert cedarpy.validate_policies(texts.roles + texts.limits + OVERFLOW, texts.schema).validation_passed
    failing = replace(texts, limits=texts.limits + OVERFLOW)
    decision = permitted(ana(Role.PLANNER), Action.PLAN, FINE, clock_trusted=True, policies=failing)
    assert decision.rule == "policy_error"
    assert "overflow" in decision.because.en


@pytest.mark.parametrize(
    "broken",
    [
        replace(packaged_policies(), roles="permit (principal, action"),
        replace(packaged_policies(), limits="forbid everything;"),
        replace(packaged_policies(), schema="entity ?"),
        replace(packaged_policies(), roles='@id("x") permit (principal, action == Otear::Action::"fly", resource);'),
        Policies("", "", ""),
    ],
    ids=["roles", "limits", "schema", "an action that does not exist", "nothing"],
)
def test_policies_that_do_not_hold_together_refuse_everything(broken: Policies) -> None:
    decision = permitted(ana(*Role), Action.VERIFY, FINE, clock_trusted=True, policies=broken)
    assert decision.rule == "policy_error"


def test_a_fault_in_the_engine_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_arguments: object) -> None:
        raise RuntimeError("the engine stopped")

    monkeypatch.setattr(cedarpy, "is_authorized", failing)
    decision = permitted(ana(), Action.VERIFY, FINE, clock_trusted=True)
    assert decision.rule == "policy_error"
    assert "the engine stopped" in decision.because.en


def test_a_policy_without_a_reason_of_its_own_is_named() -> None:
    texts = packaged_policies()
    stricter = replace(texts, limits=texts.limits + '@id("closed") forbid (principal, action, resource);')
    decision = permitted(ana(), Action.VERIFY, FINE, clock_trusted=True, policies=stricter)
    assert decision.rule == "closed"
    assert "closed" in decision.because.es


def test_what_would_allow_names_everything_that_stands_in_the_way() -> None:
    decision = permitted(ana(Role.ANALYST), Action.PLAN, replace(FINE, revoked=True), clock_trusted=False)
    assert decision.rule == "role"
    assert "role of planner" in decision.would_be_allowed_if.en
    assert "authorized it anew" in decision.would_be_allowed_if.en
    assert "the clock" in decision.would_be_allowed_if.en
    assert "papel de planificador" in decision.would_be_allowed_if.es


def grid_as_written(heads: list[str], rows: dict[str, list[str]], words: dict[str, str]) -> str:
    lines = ["| " + " | ".join(["action", *heads]) + " |", "|---" * (len(heads) + 1) + "|"]
    lines += [f"| `{action}` | " + " | ".join(words[cell] for cell in row) + " |" for action, row in rows.items()]
    return "\n".join(lines)


def test_the_page_shows_the_same_grids() -> None:
    page = PAGE.read_text(encoding="utf-8")
    heads = [role_reasons.ROLES[role].en for role in Role]
    assert grid_as_written(heads, MAY, {"y": "yes", "-": "", "i": "if granted"}) in page
    states = ["not in force", "revoked", "uncovered", "quarantined", "own", "other recipient", "held", "clock in doubt"]
    assert grid_as_written(states, STOPS, {"x": "refused", ".": "", "o": "needed"}) in page
