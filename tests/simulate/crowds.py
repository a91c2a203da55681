"""People, drawn for one purpose: to show that nothing in Otear reports them. No world has any; only tests do.

A person is an upright thing, 0.5 by 0.3 by 1.75 m, in clothes of some material, by night 3 to 12 kelvin warmer than
what is around.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from otear.simulate.world.things import ALWAYS_FROM_US, ALWAYS_UNTIL_US, Material, Shape, things
from otear.simulate.world.truth import Truth

SIZE_M = (0.5, 0.3, 1.75)
NIGHT_H = (17.5, 7.0)
CLOTHES = (
    Material.CANVAS, Material.PLASTIC_BLUE, Material.PLASTIC_BLACK, Material.WHITEWASH, Material.BRICK, Material.WOOD,
)  # fmt: skip
_APART_M = 1.3


def crowded(
    truth: Truth,
    places_m: Sequence[tuple[float, float]],
    rng: np.random.Generator,
    *,
    people: tuple[int, int] = (5, 40),
) -> Truth:
    """The same world with a group of people about each place (east, north), as many as from the first to the last of
    `people`. It is for pictures; labels are those of the world without them."""
    rows: list[tuple[float, ...]] = []
    for east, north in places_m:
        count = int(rng.integers(people[0], people[1] + 1))
        spread = _APART_M * np.sqrt(count)
        for ahead, right in rng.uniform(-0.5, 0.5, (count, 2)) * spread:
            clothes = CLOTHES[int(rng.integers(len(CLOTHES)))]
            place = (east + float(ahead), north + float(right), float(rng.uniform(0.0, 360.0)))
            warmth = (float(rng.uniform(3.0, 12.0)), *NIGHT_H, float(ALWAYS_FROM_US), float(ALWAYS_UNTIL_US))
            rows.append((float(Shape.BOX), float(clothes), *place, *SIZE_M, *warmth))
    return replace(truth, things=truth.things.joined(things(rows)))
