"""What is worth doing next about a site: another look, a review by a person, a hand-over, or nothing.

A hand-over that is confirmed is worth `confirmed`, one that sends people to nothing costs `wasted`: it is worth making
where p confirmed > (1 - p) wasted. A look, or a review, is worth what it may change of that (the expected value of
sample information; H. Raiffa, R. Schlaifer 1961), less what it costs: most where belief is near the turning point,
nothing where no answer would change anything. Arrays broadcast.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike

from otear.detect.odds import log_odds, probability
from otear.domain.sites import Verdict
from otear.errors import SettingError
from otear.geo.frames import Floats


class Step(StrEnum):
    """What may be done next."""

    HAND_OVER = "hand_over"
    REVIEW = "review"
    LOOK = "look"
    LEAVE = "leave"


@dataclass(frozen=True)
class Stakes:
    """Worths and costs, in any one unit; how often a reviewer says yes of a site (`hit`), and of what is none."""

    confirmed: float = 1.0
    wasted: float = 0.5
    look: float = 0.02
    review: float = 0.002
    reviewer_hit: float = 0.85
    reviewer_false: float = 0.10

    def __post_init__(self) -> None:
        if min(self.confirmed, self.wasted, self.look, self.review) <= 0.0:
            raise SettingError("a worth or cost is not above 0", field="stakes", remedy="Give positive numbers")
        if not 0.0 < self.reviewer_false < self.reviewer_hit < 1.0:
            raise SettingError(
                "reviewers are right less often than wrong", field="stakes", remedy="Give 0 < false < hit < 1"
            )

    @property
    def turning_point(self) -> float:
        """The belief from which on a hand-over is worth making."""
        return self.wasted / (self.confirmed + self.wasted)


@dataclass(frozen=True)
class Next:
    """What to do next about a site, and what that is worth."""

    step: Step
    worth: float


DEFAULT = Stakes()


def hand_over_worth(belief: ArrayLike, stakes: Stakes = DEFAULT) -> Floats:
    """What handing over is worth; below 0 where it is not."""
    p = np.asarray(belief, dtype=np.float64)
    return np.asarray(p * stakes.confirmed - (1.0 - p) * stakes.wasted)


def answer_worth(belief: ArrayLike, hit: ArrayLike, false: ArrayLike, stakes: Stakes = DEFAULT) -> Floats:
    """What an answer is worth, its cost aside, that is yes for the share `hit` of sites and `false` of other places."""
    p, yes, wrong = np.broadcast_arrays(*(np.asarray(each, dtype=np.float64) for each in (belief, hit, false)))
    said_yes = p * yes + (1.0 - p) * wrong
    with np.errstate(divide="ignore"):
        after_yes = probability(log_odds(p) + np.log(yes) - np.log(wrong))
        after_no = probability(log_odds(p) + np.log1p(-yes) - np.log1p(-wrong))
    then = said_yes * _settled(after_yes, stakes) + (1.0 - said_yes) * _settled(after_no, stakes)
    # Never below nothing but for rounding: an answer need not be listened to.
    return np.asarray(np.maximum(then - _settled(p, stakes), 0.0))


def best_step(belief: float, pd: float, pfa: float, *, reviewed: bool, stakes: Stakes = DEFAULT) -> Next:
    """What to do next, for a next look that shows a site with `pd` and nothing with 1 - `pfa`.

    Only what a person has reviewed is handed over; what was reviewed is not reviewed again without new evidence.
    """
    choices = [
        Next(Step.LEAVE, 0.0),
        Next(Step.LOOK, float(answer_worth(belief, pd, pfa, stakes)) - stakes.look),
    ]
    if reviewed:
        choices.append(Next(Step.HAND_OVER, float(hand_over_worth(belief, stakes))))
    else:
        # A review decides about the hand-over: what it opens is worth as much as what it changes.
        decided = float(answer_worth(belief, stakes.reviewer_hit, stakes.reviewer_false, stakes))
        choices.append(Next(Step.REVIEW, decided + float(_settled(np.asarray(belief), stakes)) - stakes.review))
    return max(choices, key=lambda each: each.worth)


def step_after(belief: float, verdict: Verdict | None, pd: float, pfa: float, *, stakes: Stakes = DEFAULT) -> Next:
    """What to do next about a site, given what its review said of the evidence as it stands; None before a review.

    A verdict moves belief as far as reviewers are right. What was refuted is left until there is new evidence; where
    another look is wanted, that is the step, whatever it is worth.
    """
    if verdict is None:
        return best_step(belief, pd, pfa, reviewed=False, stakes=stakes)
    if verdict is Verdict.REFUTED:
        return Next(Step.LEAVE, 0.0)
    if verdict is Verdict.LOOK_AGAIN:
        return Next(Step.LOOK, float(answer_worth(belief, pd, pfa, stakes)) - stakes.look)
    yes = np.log(stakes.reviewer_hit) - np.log(stakes.reviewer_false)
    after = float(probability(log_odds(belief) + yes))
    return best_step(after, pd, pfa, reviewed=True, stakes=stakes)


def _settled(belief: Floats, stakes: Stakes) -> Floats:
    """What a belief is worth to whoever decides by it now."""
    return np.maximum(hand_over_worth(belief, stakes), 0.0)
