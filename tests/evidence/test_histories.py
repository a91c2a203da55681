"""Merging, splitting and undoing never lose evidence, and never give a piece to two sites: 1,000 random histories."""

from __future__ import annotations

import numpy as np
import pytest

from otear.errors import InputError
from otear.evidence.histories import Change, Merged, Seen, Split, Undone, checked, site_name, standing, stands_as


def random_history(rng: np.random.Generator, length: int) -> list[Change]:
    changes: list[Change] = []
    for k in range(length):
        name, sites = f"c-{k}", sorted({s for one in changes for s in (getattr(one, "site", None),) if s})
        earlier = [one.change_id for one in changes if not isinstance(one, Seen)]
        chosen = rng.random()
        change: Change
        if chosen < 0.45 or len(sites) < 2:
            piece = f"e-{k}"
            change = Seen(name, piece, str(rng.choice([*sites, site_name(piece)])))
        elif chosen < 0.65:
            a, b = rng.choice(sites, 2, replace=False)
            change = Merged(name, str(a), str(b))
        elif chosen < 0.85 or not earlier:
            site = str(rng.choice(sites))
            pieces = standing(changes).get(stands_as(site, changes), frozenset())
            some = frozenset(str(one) for one in sorted(pieces) if rng.random() < 0.5)
            change = Split(name, site, some, site_name(name))
        else:
            change = Undone(name, str(rng.choice(earlier)))
        checked(changes, change)
        changes.append(change)
    return changes


@pytest.mark.parametrize("block", range(10))
def test_every_piece_is_in_one_site_whatever_happens(block: int) -> None:
    rng = np.random.default_rng(block)
    for _ in range(100):
        changes = random_history(rng, int(rng.integers(1, 25)))
        for end in range(1, len(changes) + 1):
            so_far = changes[:end]
            sites = standing(so_far)
            held = [piece for pieces in sites.values() for piece in pieces]
            assert sorted(held) == sorted({one.piece for one in so_far if isinstance(one, Seen)})
            assert all(sites.values()), "no site stands on nothing"


@pytest.mark.parametrize("block", range(5))
def test_undoing_the_last_change_gives_back_what_stood_and_undoing_that_the_change(block: int) -> None:
    rng = np.random.default_rng(100 + block)
    undone = 0
    for _ in range(100):
        changes = random_history(rng, int(rng.integers(3, 20)))
        if isinstance(changes[-1], Seen):
            continue
        undone += 1
        back = [*changes, Undone("u-1", changes[-1].change_id)]
        assert standing(back) == standing(changes[:-1])
        assert standing([*back, Undone("u-2", "u-1")]) == standing(changes)
    assert undone > 30


def test_a_merged_site_answers_to_both_names_and_what_comes_later_goes_to_the_whole() -> None:
    changes: list[Change] = [
        Seen("1", "a", "s-a"),
        Seen("2", "b", "s-b"),
        Merged("3", "s-a", "s-b"),
        Seen("4", "c", "s-a"),
    ]
    assert standing(changes) == {"s-b": {"a", "b", "c"}}
    assert stands_as("s-a", changes) == "s-b"
    apart = [*changes, Undone("5", "3")]
    assert standing(apart) == {"s-a": {"a", "c"}, "s-b": {"b"}}


def test_a_split_keeps_both_and_never_empties_a_site() -> None:
    changes: list[Change] = [Seen("1", "a", "s"), Seen("2", "b", "s"), Split("3", "s", frozenset({"b", "x"}), "t")]
    assert standing(changes) == {"s": {"a"}, "t": {"b"}}
    assert standing([*changes[:2], Split("3", "s", frozenset({"a", "b"}), "t")]) == {"s": {"a", "b"}}


def test_a_site_has_the_same_name_when_its_footage_comes_again() -> None:
    first: list[Change] = [Seen("1", "footage:look:3", site_name("footage:look:3"))]
    again = [*first, Seen("2", "footage:look:3", "s-other")]
    assert standing(again) == standing(first)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (Seen("1", "z", "s"), "change_id"),
        (Merged("9", "s", "nowhere"), "into"),
        (Split("9", "nowhere", frozenset(), "t"), "site"),
        (Split("9", "s", frozenset({"a"}), "s"), "new"),
        (Undone("9", "8"), "undoes"),
        (Undone("9", "1"), "undoes"),
    ],
)
def test_what_may_not_follow_is_named(change: Change, field: str) -> None:
    with pytest.raises(InputError) as raised:
        checked([Seen("1", "a", "s")], change)
    assert raised.value.field == field
