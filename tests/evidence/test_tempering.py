"""Passes in the same condition are fewer witnesses than passes."""

from __future__ import annotations

import numpy as np
import pytest

from otear.errors import SettingError
from otear.evidence.tempering import tempered_sums, weights


def test_passes_of_their_own_condition_count_in_full() -> None:
    assert weights(["a", "b", "c"], 0.9).tolist() == [1.0, 1.0, 1.0]


def test_a_condition_counts_as_its_effective_size() -> None:
    found = weights(["a", "b", "a", "a"], 0.5)
    assert found.tolist() == pytest.approx([0.5, 1.0, 0.5, 0.5])
    assert weights(["a"] * 7, 1.0).sum() == pytest.approx(1.0)
    assert weights(["a"] * 7, 0.0).sum() == 7.0


@pytest.mark.parametrize("rho", [-0.1, 1.1, float("nan")])
def test_rho_is_a_share(rho: float) -> None:
    with pytest.raises(SettingError):
        weights(["a"], rho)


def test_many_places_at_once_are_each_weighed_like_one() -> None:
    rng = np.random.default_rng(1)
    ratios, condition = rng.normal(size=(40, 6)), rng.integers(0, 3, (40, 6))
    counted = rng.random((40, 6)) < 0.7
    sums = tempered_sums(ratios, condition, counted, 0.4)
    for k in range(40):
        mine = weights(condition[k][counted[k]], 0.4) @ ratios[k][counted[k]]
        assert sums[k] == pytest.approx(mine)
