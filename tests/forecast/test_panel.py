"""A panel is what was known, and a cut of it holds nothing later."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otear.errors import InputError, NotFoundError
from otear.forecast.alerts import by_state
from otear.forecast.panel import panel_of
from tests.forecast.made import clustered, panel


@given(st.integers(2001, 2008))
def test_a_cut_holds_what_came_before_and_nothing_else(year: int) -> None:
    whole = panel(clustered(1))
    past = whole.until(year)
    assert past.years[-1] == year - 1
    assert np.array_equal(past.counts, whole.counts[:, : year - 2000])
    assert past.counts.base is None or past.counts.base.shape == past.counts.shape  # no way back to the whole


def test_a_cut_before_the_first_year_is_an_error() -> None:
    with pytest.raises(NotFoundError, match="no year before 2000"):
        panel(clustered(1)).until(2000)


def test_rows_of_one_area_and_year_are_added_up_and_areas_without_rows_are_zero() -> None:
    made = panel_of(
        "s", [("a", 2001, 2.0), ("a", 2001, 3.0), ("b", 2003, 1.0)], state_of={"a": "x", "b": "y", "c": "y"}
    )
    assert made.years.tolist() == [2001, 2002, 2003]
    assert made.counts.tolist() == [[5, 0, 0], [0, 0, 1], [0, 0, 0]]
    assert made.totals()[0].tolist() == [[5, 0, 0], [0, 0, 1]]
    assert by_state(made).areas == ("x", "y")
    assert by_state(made).exposure.tolist() == [[1, 1, 1], [2, 2, 2]]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"rows": [("z", 2001, 1.0)]}, "area 'z'"),
        ({"rows": [("a", 2001, -1.0)]}, "below 0"),
        ({"rows": [("a", 2001, float("nan"))]}, "not finite"),
        ({"exposure": {("a", 2001): 0.0}}, "nobody looked"),
        ({"exposure": {("a", 1990): 1.0}}, "year 1990"),
        ({"places_m": {"a": (0.0, 0.0)}}, "'b' has none"),
        ({"neighbours": [("a", "z")]}, "neighbour 'z'"),
        ({"state_of": {}}, "no areas"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(changes: dict[str, object], problem: str) -> None:
    given_rows = {"rows": [("a", 2001, 1.0), ("b", 2002, 1.0)], "state_of": {"a": "x", "b": "x"}} | changes
    with pytest.raises(InputError, match=problem):
        panel_of("s", **given_rows)  # type: ignore[arg-type]


def test_neighbours_are_neighbours_both_ways() -> None:
    made = panel_of("s", [("a", 2001, 1.0)], state_of={"a": "x", "b": "x"}, neighbours=[("a", "b"), ("a", "a")])
    assert made.neighbours is not None
    assert made.neighbours.toarray().tolist() == [[0, 1], [1, 0]]


def test_nobody_writes_into_a_panel() -> None:
    with pytest.raises(ValueError, match="read-only"):
        panel(clustered(1)).counts[0, 0] = 1.0


def test_a_fingerprint_changes_with_anything_in_a_panel() -> None:
    rows, states = [("a", 2001, 1.0), ("b", 2002, 1.0)], {"a": "x", "b": "y"}
    kinds: list[dict[str, object]] = [
        {},
        {"rows": [("a", 2001, 1.0), ("b", 2002, 2.0)]},
        {"exposure": {("a", 2002): 0.5}},
        {"state_of": {"a": "x", "b": "x"}},
        {"state_of": {"a": "x", "c": "y"}, "rows": [("a", 2001, 1.0), ("c", 2002, 1.0)]},
        {"places_m": {"a": (0.0, 0.0), "b": (1.0, 0.0)}},
        {"covariates": {"a": (0.0, 0.0), "b": (1.0, 0.0)}},
        {"neighbours": [("a", "b")]},
        {"years": (2000, 2002)},
    ]
    made = [panel_of("s", **{"rows": rows, "state_of": states} | kind) for kind in kinds]  # type: ignore[arg-type]
    assert len({each.fingerprint() for each in made}) == len(kinds)
    assert made[0].fingerprint() == panel_of("s", rows, state_of=states).fingerprint()
