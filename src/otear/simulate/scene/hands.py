"""Two threads that share the rows of a picture between them.

Each row is worked on by one of them, whichever it is, so that the picture does not depend on who was quicker.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

Hands = Callable[[Callable[[int, int], None], int], None]
"""Calls work with (first row, row after the last) until all of so many rows are done."""


class TwoHands:
    """Splits rows into halves; the work must let go of the interpreter (`nogil`) to gain anything."""

    def __init__(self) -> None:
        self._other = ThreadPoolExecutor(max_workers=1, thread_name_prefix="otear-picture")

    def __call__(self, work: Callable[[int, int], None], rows: int) -> None:
        """Do the first half elsewhere and the second half here; an error of either is raised."""
        first = self._other.submit(work, 0, rows // 2)
        work(rows // 2, rows)
        first.result()
