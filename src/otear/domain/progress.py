"""Long work tells how far it is through this seam."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Called now and then by long work."""

    def __call__(self, stage: str, done: float, total: float) -> None:
        """`done` of `total` of the stage named for people is finished."""
        ...


def silent(stage: str, done: float, total: float) -> None:
    """Progress that nobody watches."""
