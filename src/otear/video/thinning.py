"""Bounded samples of endless streams."""

from __future__ import annotations

from typing import Generic, TypeVar

T = TypeVar("T")


class EvenSample(Generic[T]):
    """Every k-th item of a stream, with k doubled whenever `size` is passed: evenly spread, never more than `size`."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._stride = 1
        self._seen = 0
        self.items: list[T] = []

    def add(self, item: T) -> None:
        """Take note of the next item."""
        if self._seen % self._stride == 0:
            if len(self.items) == self._size:
                self.items = self.items[::2]
                self._stride *= 2
            if self._seen % self._stride == 0:
                self.items.append(item)
        self._seen += 1
