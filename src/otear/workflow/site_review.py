"""Judging a site: a person says what it is, on the evidence as it stands. The ledger keeps who, when and why."""

from __future__ import annotations

from collections.abc import Sequence

from otear.authority.roles import Action
from otear.domain.sites import Review, Verdict
from otear.workflow.desk import Desk, Subject
from otear.workflow.held import Held
from otear.workflow.site_accounts import Account
from otear.workflow.site_permission import may_judge, name_of
from otear.workflow.sites import account_of


def review(
    desk: Desk, sources: Sequence[Held], name: str, verdict: Verdict, note: str = "", *, withheld: int = 0
) -> Account:
    """Judge a site on the evidence as it stands; returns it as it is then. Raises `RefusedError` where this person may
    not, `NotFoundError` for a site that may not be shown."""
    account = account_of(desk, sources, name)
    authority = may_judge(desk, account)
    now_us, subject = desk.clock.now_us(), Subject("site", account.site_id)
    said = Review(
        review_id=name_of("v", desk, account.site_id, verdict, note),
        site=account.site_id,
        by=desk.actor.name,
        at_us=now_us,
        verdict=verdict,
        note=note.strip(),
        pieces=account.pieces,
        passes=frozenset(one.pass_id for one in account.passes),
    )
    reason = f"{verdict.value}, at a belief of {account.belief.posterior:.3f}: {said.note}".rstrip(": ")
    desk.workspace.sites.add_review(said, [desk.note(Action.REVIEW_SITE, subject, authority=authority, reason=reason)])
    return account_of(desk, sources, account.site_id, withheld=withheld)
