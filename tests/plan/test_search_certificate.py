"""Certificates: the lowest bound counts, and nothing beats it."""

from __future__ import annotations

import numpy as np
import pytest

from otear.errors import InputError
from otear.plan.search.certificate import BoundMethod, certify, explore_share
from otear.plan.search.continuous import Correction

CORRECTION = Correction(0.8, 0.03)
BOUNDS = {BoundMethod.KOOPMAN: 0.6, BoundMethod.PRICE: 0.5, BoundMethod.FLOW: 0.5}


def test_a_certificate() -> None:
    made = certify(0.45, BOUNDS, CORRECTION, explore_share=0.12)
    assert made.ratio == pytest.approx(0.9)
    assert made.bound == 0.5
    assert made.bound_method is BoundMethod.PRICE
    corrected, error = made.corrected
    assert corrected == pytest.approx(0.36)
    assert error == pytest.approx(0.45 * 0.03)
    assert certify(0.0, {BoundMethod.EXACT: 0.0}, CORRECTION).ratio == 1.0


def test_certificates_that_cannot_be() -> None:
    with pytest.raises(InputError, match="none can find more"):
        certify(0.51, BOUNDS, CORRECTION)
    with pytest.raises(InputError, match="no bound"):
        certify(0.4, {}, CORRECTION)
    with pytest.raises(InputError, match="share"):
        certify(0.4, BOUNDS, CORRECTION, explore_share=1.2)


def test_the_share_of_exploration() -> None:
    drawn = np.array([True, False, False])
    assert explore_share([1.0, 2.0, 1.0], drawn) == pytest.approx(0.25)
    assert explore_share([1.0, 2.0, 1.0], drawn, np.array([2.0, 1.0, 2.0])) == pytest.approx(2.0 / 6.0)
    assert explore_share([0.0, 0.0, 0.0], drawn) == 0.0
