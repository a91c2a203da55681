"""Who is at work, where and when: what every command begins with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from otear.workflow.desk import Desk


@dataclass(frozen=True)
class Setting:
    """What was said before the command: the workspace, and who is at work."""

    root: Path
    user: str | None


def desk_in(context: typer.Context) -> Desk:
    """The desk that a command works at. Raises `NotFoundError` where there is no workspace or nobody of that name."""
    from otear.domain.clock import SystemClock
    from otear.store.workspace import open_workspace
    from otear.workflow.desk import desk_of

    setting: Setting = context.obj
    return desk_of(open_workspace(setting.root), SystemClock(), setting.user)
