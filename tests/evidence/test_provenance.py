"""The same root is never counted twice, however it comes back."""

from __future__ import annotations

import pytest

from otear.domain.evidence import Report
from otear.errors import InputError
from otear.evidence.provenance import independent, roots_of


def report(name: str, time_us: int = 1, *derived: str) -> Report:
    return Report(name, time_us, f"source of {name}", 0.4, 0.02, derived)


def test_two_reports_of_one_informant_are_one() -> None:
    new, again = independent([report("r-1", 1, "informant"), report("r-2", 2, "informant")], {}, frozenset())
    assert [one.report_id for one in new] == ["r-1"]
    assert [(one.report_id, root) for one, root in again] == [("r-2", "informant")]


def test_a_tip_that_our_flight_prompted_adds_nothing() -> None:
    """Our pass showed something, it was handed over, an officer asked around, a tip came back."""
    road = {"officer": ["h-1"], "h-1": ["pass-7"]}
    new, again = independent([report("tip", 5, "officer")], road, frozenset({"pass-7"}))
    assert new == []
    assert again[0][1] == "pass-7"


def test_the_older_one_counts_whatever_order_they_come_in() -> None:
    later, earlier = report("r-2", 9, "x"), report("r-1", 3, "x")
    for given in ([later, earlier], [earlier, later]):
        new, _ = independent(given, {}, frozenset())
        assert [one.report_id for one in new] == ["r-1"]


def test_a_report_that_is_cited_later_is_a_root_of_its_own() -> None:
    first, citing = report("r-1", 1), report("r-2", 2, "r-1")
    new, again = independent([first, citing], {}, frozenset())
    assert [one.report_id for one in new] == ["r-1"]
    assert again == [(citing, "r-1")]


def test_half_old_is_old() -> None:
    new, again = independent([report("r-1", 1, "a"), report("r-2", 2, "a", "b")], {}, frozenset())
    assert (len(new), len(again)) == (1, 1)


def test_a_circle_is_named() -> None:
    with pytest.raises(InputError, match="a → b → a"):
        roots_of("a", {"a": ["b"], "b": ["a"]})
