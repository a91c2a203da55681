"""The certificate of a plan: what it finds, what no plan can beat, and what of that is a matter of the model.

The bound holds in the model of cells, for every plan there (`price_bound`, `flow_bound`, `campaign_bound`, `exact`).
The `ratio` is how much of it the plan reaches. What is found when the plan is flown is `corrected`, with its error
(`continuous`). The exploration share is what part of the effort goes to cells that were drawn at random, so that the
forecast also learns of places where nobody looks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from otear.errors import InputError
from otear.geo.frames import Floats
from otear.plan.search.continuous import Correction

_ROUNDING = 1e-9


class BoundMethod(StrEnum):
    """How a bound was proved."""

    KOOPMAN = "effort spread at will"
    REACH = "effort spread within reach and endurance"
    FLOW = "flow relaxation, linear programme"
    PRICE = "prices for looks"
    EXACT = "best of all plans"


@dataclass(frozen=True)
class Certificate:
    """Expected sites that a plan detects (`p_detect`; a probability where the prior adds up to 1), the `bound` that no
    plan beats, their `ratio`, how the bound was proved, what flying makes of it, and the share given to exploration."""

    p_detect: float
    bound: float
    ratio: float
    bound_method: BoundMethod
    continuous_correction: Correction
    explore_share: float

    @property
    def corrected(self) -> tuple[float, float]:
        """What the plan detects when it is flown, and the standard error of that."""
        return self.continuous_correction.of(self.p_detect)


def certify(
    p_detect: float, bounds: dict[BoundMethod, float], correction: Correction, *, explore_share: float = 0.0
) -> Certificate:
    """The certificate with the lowest of the bounds; of equals the first.

    Raises `InputError` without a bound, for a share that is none, and for a plan that beats a bound: then one of them
    is of another problem.
    """
    if not bounds:
        raise InputError("no bound", field="bounds", remedy="Give at least one: `reach_bound` is always at hand")
    if not 0.0 <= explore_share <= 1.0:
        raise InputError(f"{explore_share} is no share", field="explore_share", remedy="Give 0 to 1")
    method = min(bounds, key=lambda each: bounds[each])
    bound = bounds[method]
    if not 0.0 <= p_detect <= bound * (1.0 + _ROUNDING):
        raise InputError(
            f"the plan finds {p_detect:g}, and none can find more than {bound:g}",
            field="p_detect",
            remedy="Take plan and bound of the same problem",
        )
    ratio = min(p_detect / bound, 1.0) if bound > 0.0 else 1.0
    return Certificate(p_detect, bound, ratio, method, correction, explore_share)


def explore_share(looks: Sequence[float] | Floats, drawn: NDArray[np.bool_], takes_s: Floats | None = None) -> float:
    """The part of the effort that goes to cells `drawn` (n,) at random: of looks (n,), or of their time where a look
    `takes_s` (n,)."""
    effort = np.asarray(looks, dtype=np.float64) * (1.0 if takes_s is None else takes_s)
    total = float(effort.sum())
    return float(effort[drawn].sum()) / total if total > 0.0 else 0.0
