"""Requests: what somebody asks to be looked at, taken in, listed and withdrawn."""

from __future__ import annotations

from pathlib import Path

from otear.authority.roles import Action
from otear.domain.request import Request
from otear.errors import NotFoundError, SettingError
from otear.plan.requests import read_request
from otear.store.plans import RequestRow
from otear.store.workspace import Workspace
from otear.workflow.desk import Desk, Subject
from otear.workflow.files import read_text, text_sha256


def import_request(desk: Desk, path: Path) -> tuple[Request, bool]:
    """Take a request in; False where it was there already. Raises `InputError` for what is no such document,
    `RefusedError`, which the ledger keeps, for one that names anything of a weapon."""
    text = read_text(path)
    subject = Subject("request", path.name, text_sha256(text))
    desk.permit(Action.REQUEST, subject)
    with desk.deciding(Action.REQUEST, subject):
        request = read_request(text, path)
    note = desk.note(
        Action.REQUEST, Subject("request", request.request_id, subject.sha256), reason=f"asked by {request.asked_by}"
    )
    row = RequestRow(request.request_id, desk.clock.now_us(), desk.actor.name, text)
    return request, desk.workspace.plans.add_request(row, [note])


def listed(desk: Desk) -> list[tuple[Request, RequestRow]]:
    """Every request, in the order of import. Raises `RefusedError` where this person may not know."""
    desk.permit(Action.REQUEST, Subject("request", "all"))
    return [(read_request(row.document, row.request_id), row) for row in desk.workspace.plans.requests()]


def withdraw(desk: Desk, name: str, reason: str) -> Request:
    """Withdraw a request by the beginning of its identifier: nothing is planned for it any more.

    Raises `NotFoundError` for none or several that still stand, `SettingError` without a reason.
    """
    if not reason.strip():
        raise SettingError("no reason is given", field="--reason", remedy="Say why, for those who asked")
    found = [row for row in desk.workspace.plans.requests() if name and row.request_id.startswith(name)]
    found = [row for row in found if row.withdrawn_us is None]
    if len(found) != 1:
        raise NotFoundError(
            f"{'several requests begin' if found else 'no request that still stands begins'} with {name!r}",
            field="request_id",
            remedy="`otear request list` shows what there is",
        )
    subject = Subject("request", found[0].request_id, text_sha256(found[0].document))
    desk.permit(Action.REQUEST, subject)
    note = desk.note(Action.REQUEST, subject, reason=f"withdrawn: {reason}")
    desk.workspace.plans.withdraw(found[0].request_id, desk.clock.now_us(), desk.actor.name, reason, [note])
    return read_request(found[0].document, found[0].request_id)


def standing(workspace: Workspace, authority_ids: frozenset[str], from_us: int, until_us: int) -> list[Request]:
    """Requests that stand, are asked for in a time, and under one of these authorities or under none named."""
    read = [
        read_request(row.document, row.request_id) for row in workspace.plans.requests() if row.withdrawn_us is None
    ]
    return [
        one
        for one in read
        if one.from_us < until_us
        and one.by_us > from_us
        and (one.authority_id is None or one.authority_id in authority_ids)
    ]
