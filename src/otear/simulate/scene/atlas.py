"""Painted tiles in one block of memory, the longest unused giving way first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from otear.simulate.scene.light import Codes32
from otear.simulate.scene.tiles import SIDE

_FIRST_TILES = 512


class Atlas:
    """Tiles by their keys. `texels` has shape (slots, SIDE + 1, SIDE + 1) and may be another array after `bring`."""

    def __init__(self) -> None:
        self.texels: Codes32 = np.empty((_FIRST_TILES, SIDE + 1, SIDE + 1), dtype=np.uint32)
        self._slots: OrderedDict[int, int] = OrderedDict()

    def clear(self) -> None:
        """Forget all tiles."""
        self._slots.clear()

    def bring(self, keys: list[int], paint: Callable[[int], Codes32]) -> NDArray[np.int32]:
        """The slots of keys, each given once, shape (len(keys),); what is missing is painted.

        There is always room for three times as many tiles as one picture wants, so that a camera that comes back finds
        what it left.
        """
        slots = np.empty(len(keys), dtype=np.int32)
        if 3 * len(keys) > len(self.texels):
            more = np.empty((3 * len(keys), SIDE + 1, SIDE + 1), dtype=np.uint32)
            more[: len(self.texels)] = self.texels
            self.texels = more
        for key in keys:
            if key in self._slots:
                self._slots.move_to_end(key)
        for i, key in enumerate(keys):
            slot = self._slots.get(key)
            if slot is None:
                slot = len(self._slots) if len(self._slots) < len(self.texels) else self._slots.popitem(last=False)[1]
                self.texels[slot] = paint(key)
                self._slots[key] = slot
            slots[i] = slot
        return slots
