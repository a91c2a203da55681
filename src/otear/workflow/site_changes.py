"""What belongs together: people merge sites, split them, and take that back. Nothing is deleted: all can be undone.

Every change is kept with its entry in the ledger.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from otear.authority.roles import Action
from otear.domain.authority import Authority
from otear.domain.times import utc_text
from otear.errors import InputError, NotFoundError
from otear.evidence.histories import Change, Merged, Seen, Split, Undone, site_name, standing, stands_as
from otear.store.base import ChangeRow
from otear.workflow.desk import Desk, Subject
from otear.workflow.held import Held, all_held
from otear.workflow.site_accounts import Account
from otear.workflow.site_permission import may_judge, name_of
from otear.workflow.sites import account_of


def merge(desk: Desk, sources: Sequence[Held], name: str, into: str) -> ChangeRow:
    """Let all that belongs to one site belong to another, until it is undone. Raises as `review` does, and `InputError`
    where both are one."""
    one, other = account_of(desk, sources, name), account_of(desk, sources, into)
    if one.site_id == other.site_id:
        raise InputError(f"{name} and {into} are one site already", field="into", remedy="Name another one")
    authority = may_judge(desk, one)
    may_judge(desk, other)
    change = Merged(name_of("ch", desk, "merged", one.site_id, other.site_id), one.site_id, other.site_id)
    return _made(desk, change, one.site_id, authority, f"merged into {other.site_id}")


def split(desk: Desk, sources: Sequence[Held], name: str, cues: Sequence[str]) -> ChangeRow:
    """Let some cues or reports of a site, by their names or beginnings, be another site. Raises as `review` does, and
    `InputError` for what is not the site's, and where nothing would be left of it."""
    account = account_of(desk, sources, name)
    authority = may_judge(desk, account)
    pieces = frozenset(_piece(account, one) for one in cues)
    if not pieces or pieces == account.pieces:
        raise InputError(
            "nothing would be left on one side", field="--cue", remedy="Name some cues of the site, and not all"
        )
    change_id = name_of("ch", desk, "split", account.site_id, *sorted(pieces))
    change = Split(change_id, account.site_id, pieces, site_name(change_id))
    said = f"split: {', '.join(sorted(pieces))} are {change.new}"
    return _made(desk, change, account.site_id, authority, said)


def undo(desk: Desk, sources: Sequence[Held], change_id: str) -> ChangeRow:
    """Take back a merge, a split, or the taking back of one. Raises as `review` does, and `InputError` for what cannot
    be taken back."""
    sources = all_held(sources)
    changes = [row.change for row in desk.workspace.sites.changes()]
    touched = _touched(change_id, changes)
    whole = sorted({stands_as(name, changes) for name in touched} & standing(changes).keys())
    authority = None
    for name in whole:
        authority = may_judge(desk, account_of(desk, sources, name))
    if authority is None:
        raise NotFoundError(
            f"there is no change {change_id!r} of a site that may be shown",
            field="change_id",
            remedy="`otear sites history` shows the changes of a site",
        )
    change = Undone(name_of("ch", desk, "undone", change_id), change_id)
    return _made(desk, change, whole[0], authority, f"undone: {change_id}")


def history(desk: Desk, sources: Sequence[Held], name: str) -> tuple[Account, list[ChangeRow]]:
    """A site, and every change that ever touched it. Raises as `account_of` does."""
    account = account_of(desk, sources, name)
    rows = desk.workspace.sites.changes()
    names, related = {account.site_id, *account.also_known_as}, set[str]()
    for row in rows:
        change = row.change
        own = isinstance(change, Seen) and change.piece in account.pieces
        about = not isinstance(change, Seen) and bool(names & set(_sites_named(change)))
        if own or about or (isinstance(change, Undone) and change.undoes in related):
            related.add(change.change_id)
    return account, [row for row in rows if row.change.change_id in related]


def change_document(row: ChangeRow) -> dict[str, Any]:
    """A change as `--json` prints it; `sites` are those that it names, the one that is new last."""
    return {
        "change_id": row.change.change_id,
        "what": described(row.change),
        "sites": _sites_named(row.change),
        "time": utc_text(row.at_us),
        "by": row.by,
    }


def described(change: Change) -> str:
    """What a change did, in words."""
    match change:
        case Seen(_, piece, site):
            return f"{piece} joined {site}"
        case Merged(_, site, into):
            return f"{site} was merged into {into}"
        case Split(_, site, pieces, new):
            return f"{', '.join(sorted(pieces))} of {site} became {new}"
        case Undone(_, undoes):
            return f"{undoes} was undone"


def _made(desk: Desk, change: Change, site: str, authority: Authority, said: str) -> ChangeRow:
    row = ChangeRow(change, desk.clock.now_us(), desk.actor.name)
    reason = f"{change.change_id}: {said}"
    note = desk.note(Action.REVIEW_SITE, Subject("site", site), authority=authority, reason=reason)
    desk.workspace.sites.add_changes([row], [note])
    return row


def _touched(change_id: str, changes: Sequence[Change]) -> tuple[str, ...]:
    """The sites that a change, or the one that it takes back, is about; none where there is no such change."""
    by_name = {one.change_id: one for one in changes}
    change = by_name.get(change_id)
    while isinstance(change, Undone):
        change = by_name.get(change.undoes)
    return () if change is None else _sites_named(change)


def _sites_named(change: Change) -> tuple[str, ...]:
    match change:
        case Seen(_, _, site):
            return (site,)
        case Merged(_, site, into):
            return (site, into)
        case Split(_, site, _, new):
            return (site, new)
        case _:
            return ()


def _piece(account: Account, name: str) -> str:
    found = [piece for piece in sorted(account.pieces) if name and piece.startswith(name)]
    if len(found) == 1:
        return found[0]
    raise InputError(
        f"{'several pieces begin' if found else 'no piece begins'} with {name!r} in {account.site_id}",
        field="--cue",
        remedy=f"`otear sites history {account.site_id}` shows them",
    )
