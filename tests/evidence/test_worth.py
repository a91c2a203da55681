"""What is worth doing is what may change what is done."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otear.errors import SettingError
from otear.evidence.worth import DEFAULT, Stakes, Step, answer_worth, best_step, hand_over_worth

SHARE = st.floats(0.001, 0.999)


def test_a_hand_over_is_worth_making_from_the_turning_point_on() -> None:
    assert hand_over_worth(DEFAULT.turning_point) == pytest.approx(0.0, abs=1e-12)
    assert hand_over_worth(1.0) == DEFAULT.confirmed
    assert hand_over_worth(0.0) == -DEFAULT.wasted


@given(belief=SHARE, hit=SHARE, false=SHARE)
def test_an_answer_is_never_worth_less_than_nothing_nor_more_than_knowing(
    belief: float, hit: float, false: float
) -> None:
    worth = float(answer_worth(belief, hit, false))
    knowing = belief * DEFAULT.confirmed - max(float(hand_over_worth(belief)), 0.0)
    assert 0.0 <= worth <= knowing + 1e-12


def test_an_answer_by_bayes_rule() -> None:
    """Of 100 places 30 are sites; yes is said of 27 and of 7 others: 27 - 3.5 against the 30 - 35 of now."""
    assert answer_worth(0.3, 0.9, 0.1) == pytest.approx((27.0 - 0.5 * 7.0) / 100.0)


def test_looks_are_worth_most_near_the_turning_point() -> None:
    belief = np.linspace(0.01, 0.99, 99)
    worth = answer_worth(belief, 0.7, 0.05)
    assert abs(belief[np.argmax(worth)] - DEFAULT.turning_point) < 0.15
    assert worth[0] < 0.02
    assert worth[-1] < 0.01


def test_nothing_is_handed_over_that_nobody_reviewed() -> None:
    assert best_step(0.95, 0.7, 0.05, reviewed=False).step is Step.REVIEW
    assert best_step(0.95, 0.7, 0.05, reviewed=True).step is Step.HAND_OVER
    assert best_step(0.15, 0.8, 0.02, reviewed=True).step is Step.LOOK
    assert best_step(0.001, 0.7, 0.05, reviewed=True).step is Step.LEAVE


def test_a_sure_thing_is_not_first_because_its_score_is_highest() -> None:
    """A look at what is in doubt is worth more than one at what is nearly sure."""
    doubtful, sure = (float(answer_worth(belief, 0.8, 0.03)) for belief in (0.3, 0.97))
    assert doubtful > 5.0 * sure


@pytest.mark.parametrize("change", [{"wasted": 0.0}, {"reviewer_hit": 0.05}])
def test_stakes_that_make_no_sense_are_refused(change: dict[str, float]) -> None:
    with pytest.raises(SettingError):
        Stakes(**change)
