"""Blocks are contiguous, apart and like the whole; a random split of a sequence is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otear.detect.splits import block_split, group_split, random_split
from otear.errors import SettingError

LIGHT = st.sampled_from(["day", "night"])


@given(st.lists(st.tuples(st.integers(0, 2000), LIGHT), min_size=5, max_size=80, unique_by=lambda row: row[0]))
def test_a_block_is_contiguous_and_nothing_near_it_is_left(rows: list[tuple[int, str]]) -> None:
    ids = [number for number, _ in rows]
    count = -(-len(ids) // 5)
    split = block_split(ids, [(light,) for _, light in rows], count, gap=60)
    held, rest, gap = (np.array(ids)[part] for part in (split.held, split.rest, split.gap))
    assert sorted([*held, *rest, *gap]) == sorted(ids), "every frame is in one part"
    assert len(held) == count >= 0.2 * len(ids)
    assert not [number for number in [*rest, *gap] if split.first <= number <= split.last]
    assert all(number < split.first - 60 or number > split.last + 60 for number in rest)


def test_the_block_is_the_one_most_like_the_whole() -> None:
    lights = ["day"] * 10 + ["night", "day", "night", "day"] + ["night"] * 10
    split = block_split(list(range(24)), [(light,) for light in lights], 4, gap=2)
    assert [lights[k] for k in split.held].count("day") == 2
    assert split.first in range(8, 13)


def test_a_block_may_be_named_by_its_first_id() -> None:
    ids = [30, 10, 20, 40, 50]
    split = block_split(ids, [("day",)] * 5, 2, gap=5, first=20)
    assert [ids[k] for k in split.held] == [20, 30]
    for wrong in (25, 50):
        with pytest.raises(SettingError, match="begins at id"):
            block_split(ids, [("day",)] * 5, 2, first=wrong)


def test_blocks_of_nothing_and_ids_given_twice_are_refused() -> None:
    with pytest.raises(SettingError, match="occur twice"):
        block_split([1, 1], [("day",)] * 2, 1)
    with pytest.raises(SettingError, match="cannot be held out"):
        block_split([1, 2], [("day",)] * 2, 2)


def test_groups_go_whole() -> None:
    held, rest = group_split(["a", "b", "a", "c"], ["a"])
    assert held.tolist() == [0, 2]
    assert rest.tolist() == [1, 3]
    with pytest.raises(SettingError, match="no frame is of"):
        group_split(["a"], ["z"])
    with pytest.raises(SettingError, match="empty"):
        group_split(["a"], ["a"])


def test_a_random_split_of_a_sequence_is_refused_unless_it_is_called_leaky() -> None:
    rng = np.random.default_rng(1)
    with pytest.raises(SettingError, match="leaky"):
        random_split([5, 6, 7, 90, 91, 92, 99], 2, rng)
    assert len(random_split([5, 6, 7, 90, 91, 92, 99], 2, rng, leaky=True)) == 2
    assert len(random_split([1, 1000, 2000, 3000], 2, rng)) == 2, "what is far apart is no sequence"
