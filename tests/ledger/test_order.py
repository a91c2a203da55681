"""What is missing, moved or there twice is told apart, whatever was done to the order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from otear.ledger.order import Order


def faults(sequences: list[int]) -> str:
    order = Order()
    for line, sequence in enumerate(sequences, start=2):
        order.take(sequence, line)
    return order.finish().text().en


@given(st.integers(0, 50))
def test_entries_in_their_order_have_no_fault(count: int) -> None:
    assert faults(list(range(count))) == ""


@given(st.lists(st.integers(0, 12), max_size=14))
def test_any_other_order_has_one(sequences: list[int]) -> None:
    assert (faults(sequences) == "") == (sequences == list(range(len(sequences))))


@given(st.permutations(range(8)))
def test_entries_that_only_moved_are_neither_missing_nor_doubled(sequences: list[int]) -> None:
    text = faults(sequences)
    assert "dropped" not in text
    assert "duplicated" not in text


@given(st.sets(st.integers(0, 8), min_size=1, max_size=5))
def test_entries_that_were_dropped_are_only_missing(dropped: set[int]) -> None:
    text = faults([sequence for sequence in range(10) if sequence not in dropped])
    assert "dropped" in text
    assert "moved" not in text
    assert "duplicated" not in text


def test_faults_are_placed() -> None:
    assert faults([0, 2, 1, 3]) == "Line 4: entry 1 is not in its place (swapped or moved)."
    assert faults([0, 1, 1, 2]) == "Line 4: entry 1 stands there again (duplicated)."
    assert faults([0, 4, 2, 5]) == (
        "Line 4: entry 2 is not in its place (swapped or moved). Missing (dropped): entry 1."
        " Missing (dropped): entry 3."
    )


def test_only_the_first_faults_are_named() -> None:
    assert faults(list(range(0, 40, 2))).endswith("And 14 more.")


def test_memory_stays_flat_however_badly_a_log_was_shuffled() -> None:
    order = Order()
    for line in range(200_000):
        order.take(2 * line, line)
    assert len(order._gaps) == 1000
    assert order.finish().text().en.endswith("And 199994 more.")
