"""Sites: the queue of what is worth doing, and the account of each, line by line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from otear.authority.roles import Action
from otear.domain.authority import Authority, DataKind
from otear.domain.sites import State
from otear.errors import NotFoundError
from otear.evidence.accounts import named
from otear.evidence.histories import Change, standing
from otear.store.base import FootageRow
from otear.workflow.desk import Desk
from otear.workflow.held import Held, all_held, exporting
from otear.workflow.site_accounts import Account, accounts
from otear.workflow.site_documents import document
from otear.workflow.site_picture import draw_account
from otear.workflow.site_words import words


def queue(desk: Desk, sources: Sequence[Held], *, state: State | None = None, withheld: int = 0) -> list[Account]:
    """Sites in the order of what the next step about them is worth, likeliest first among equals; all, or those of one
    state. Raises `RefusedError` where an authority does not allow it."""
    found = accounts(desk, all_held(sources), withheld=withheld)
    chosen = [one for one in found if state is None or one.judged.state is state]
    return sorted(chosen, key=lambda one: (-one.next.worth, -one.belief.posterior, one.site_id))


def account_of(desk: Desk, sources: Sequence[Held], name: str, *, withheld: int = 0) -> Account:
    """One site, by a name that it has or had, or by the beginning of one. Raises `NotFoundError` where there is none
    that may be shown, or several; `RefusedError` where an authority does not allow it."""
    sources = all_held(sources)
    changes = [row.change for row in desk.workspace.sites.changes()]
    whole = named(name, changes)
    names = {whole} if whole is not None else _beginning(name, changes)
    if len(names) == 1:
        found = accounts(desk, sources, withheld=withheld, only=names.pop())
        if found:
            return found[0]
    raise NotFoundError(
        f"{'several sites begin' if len(names) > 1 else 'no site that may be shown is called'} {name!r}",
        field="site_id",
        remedy="`otear sites list` shows those that there are",
    )


def documents(desk: Desk, found: Sequence[Account]) -> list[dict[str, Any]]:
    """Accounts as `--json` prints them to whoever is at work."""
    return [document(one, desk.actor.name) for one in found]


def told(desk: Desk, account: Account) -> list[str]:
    """An account in sentences, to whoever is at work."""
    return words(account, desk.actor.name)


def draw(desk: Desk, sources: Sequence[Held], account: Account, path: Path) -> None:
    """Draw an account: belief line by line, and where its cues lie. Raises `RefusedError` where an authority does not
    allow it."""
    all_held(sources)
    shown: list[tuple[FootageRow, Authority | None]] = [(one.row, one.authority) for one in account.sources]
    with exporting(desk, path, shown, Action.PROCESS, DataKind.FINDINGS) as draft:
        draw_account(account, draft)


def _beginning(name: str, changes: Sequence[Change]) -> set[str]:
    """The sites that a beginning of a name may mean, by the names that they stand under."""
    return {site for site in standing(changes) if name and site.startswith(name)}
