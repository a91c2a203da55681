"""A desk: somebody at work in a workspace, at a time. Every use-case begins here, with a permission and its record.

What is refused is written into the ledger before it is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from otear.authority.roles import Action, Actor, Resource, Role, permitted
from otear.domain.authority import Authority
from otear.domain.clock import Clock
from otear.domain.decision import Decision
from otear.domain.ledger import Draft, Outcome
from otear.errors import NotFoundError, RefusedError, SettingError
from otear.store.workspace import SETTINGS_FILE, Workspace

_SKEW_US = 2_000_000
"""Clocks of machines that are kept in step differ by less."""
_DAWN_US = 1_767_225_600_000_000
"""2026-01-01Z: no clock that is right says an earlier time."""


@dataclass(frozen=True)
class Subject:
    """What an action is about, as the ledger names it; `sha256` is the hash of its content, "" where it has none."""

    kind: str
    subject_id: str
    sha256: str = ""


WORKSPACE = Subject("workspace", "workspace")


@dataclass(frozen=True)
class Desk:
    """A workspace, who is at work in it, and what time it is."""

    workspace: Workspace
    actor: Actor
    clock: Clock

    def permit(
        self, action: Action, subject: Subject, *, resource: Resource | None = None, authority: Authority | None = None
    ) -> None:
        """Go on if this person's role allows this action. Raises `RefusedError`, which the ledger keeps."""
        self.require(self.permission(action, subject, resource=resource), action, subject, authority=authority)

    def permission(self, action: Action, subject: Subject, *, resource: Resource | None = None) -> Decision:
        """Whether this person's role allows this action."""
        asked = resource or Resource(kind=subject.kind, resource_id=subject.subject_id)
        return permitted(self.actor, action, asked, clock_trusted=self.clock_trusted())

    def require(
        self, decision: Decision, action: Action, subject: Subject, *, authority: Authority | None = None
    ) -> None:
        """Go on if a decision allows it. Raises `RefusedError`, which the ledger keeps."""
        with self.deciding(action, subject, authority=authority):
            decision.enforce()

    @contextmanager
    def deciding(self, action: Action, subject: Subject, *, authority: Authority | None = None) -> Iterator[None]:
        """Keep any refusal by what is called in here in the ledger, and let it go on up."""
        try:
            yield
        except RefusedError as refusal:
            self.write_down(refusal, action, subject, authority=authority)
            raise

    def write_down(
        self, refusal: RefusedError, action: Action, subject: Subject, *, authority: Authority | None = None
    ) -> None:
        """Keep a denial in the ledger."""
        reason = f"{refusal.rule}: {refusal.because}"
        note = self.note(action, subject, authority=authority, outcome=Outcome.REFUSED, reason=reason)
        self.workspace.ledger.append([note])

    def note(
        self,
        action: Action,
        subject: Subject,
        *,
        authority: Authority | None = None,
        outcome: Outcome = Outcome.DONE,
        reason: str = "",
    ) -> Draft:
        """A ledger entry about what this person does now."""
        return Draft(
            time_us=self.clock.now_us(),
            actor=self.actor.name,
            role=",".join(sorted(role.value for role in self.actor.roles)),
            action=action.value,
            subject_kind=subject.kind,
            subject_id=subject.subject_id,
            subject_sha256=subject.sha256,
            authority_id="" if authority is None else authority.authority_id,
            authority_sha256="" if authority is None else authority.sha256,
            outcome=outcome,
            reason=reason,
        )

    def clock_trusted(self) -> bool:
        """Whether the clock can be right: it does not stand before what the ledger has seen."""
        now_us = self.clock.now_us()
        return now_us >= max(_DAWN_US, self.workspace.ledger.latest_us() - _SKEW_US)


def desk_of(workspace: Workspace, clock: Clock, user: str | None = None) -> Desk:
    """A desk for `user`, else for whom the settings say is at work.

    Raises `NotFoundError` for somebody who is not in the settings, `SettingError` for a role that does not exist.
    """
    people = workspace.settings.people
    name = user or people.at_work
    if name not in people.roles:
        raise NotFoundError(
            f"nobody called {name!r} works here",
            source=workspace.root / SETTINGS_FILE,
            field="people.roles",
            remedy=f"Known here: {', '.join(people.roles)}; an administrator adds people to the settings",
        )
    roles = frozenset(_role(workspace, name, role) for role in people.roles[name])
    return Desk(workspace, Actor(name, roles), clock)


def _role(workspace: Workspace, name: str, role: str) -> Role:
    if role not in set(Role):
        raise SettingError(
            f"{role!r} is no role",
            source=workspace.root / SETTINGS_FILE,
            field=f"people.roles.{name}",
            remedy=f"Roles: {', '.join(Role)}",
        )
    return Role(role)
