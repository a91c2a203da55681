"""The checker of routes finds each fault by its rule, and nothing in an answer without one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from otear.errors import InputError
from otear.plan.routes.problem import Orienteering, Route, Routes, Vehicle, Visit
from otear.plan.routes.rules import RouteRule, accept_routes, broken_routes

PROBLEM = Orienteering(
    np.array([[0.0, 10.0, 20.0], [10.0, 0.0, 15.0], [20.0, 15.0, 0.0]]),
    (Visit(1, 3.0, 5.0, 0.0, 40.0), Visit(2, 4.0, 5.0, 0.0, 60.0)),
    (Vehicle(0, 0, 60.0, 10.0, 70.0), Vehicle(0, 0, 60.0, 10.0, 70.0)),
)
GOOD = Route(0, (0, 1), 10.0, (20.0, 40.0), 65.0)
ONE = Route(1, (1,), 10.0, (30.0,), 55.0)


def _rules(*routes: Route, prize: float = 7.0) -> list[RouteRule]:
    return [one.rule for one in broken_routes(PROBLEM, Routes(routes, prize))]


def test_a_good_answer_breaks_nothing_and_is_accepted() -> None:
    answer = Routes((GOOD,), 7.0)
    assert accept_routes(PROBLEM, answer) is answer
    assert _rules(replace(GOOD, departs_s=9.9999999)) == []
    assert _rules(prize=0.0) == []


@pytest.mark.parametrize(
    ("routes", "rule"),
    [
        ((replace(GOOD, vehicle=2),), RouteRule.KNOWN),
        ((replace(GOOD, vehicle=-1),), RouteRule.KNOWN),
        ((replace(GOOD, visits=(0, 2)),), RouteRule.KNOWN),
        ((replace(GOOD, begins_s=(20.0,)),), RouteRule.KNOWN),
        ((GOOD, Route(0, (), 10.0, (), 10.0)), RouteRule.ONE_ROUTE),
        ((GOOD, ONE), RouteRule.ONCE),
        ((replace(GOOD, begins_s=(19.0, 40.0)),), RouteRule.TRAVEL),
        ((replace(GOOD, begins_s=(20.0, 39.0)),), RouteRule.TRAVEL),
        ((replace(GOOD, returns_s=64.0),), RouteRule.TRAVEL),
        ((replace(GOOD, begins_s=(float("nan"), 40.0)),), RouteRule.TRAVEL),
        ((Route(0, (0, 1), 10.0, (41.0, 61.0), 86.0),), RouteRule.WINDOW),
        ((replace(GOOD, departs_s=9.0),), RouteRule.READY),
        ((replace(GOOD, returns_s=71.0),), RouteRule.BACK_BY),
        ((replace(GOOD, returns_s=70.5),), RouteRule.BUDGET),
        ((Route(0, (0,), 10.0, (20.0,), 35.0),), RouteRule.PRIZE),
    ],
)
def test_each_fault_is_found_by_its_rule(routes: tuple[Route, ...], rule: RouteRule) -> None:
    found = _rules(*routes)
    assert rule in found
    if rule is RouteRule.KNOWN:
        assert set(found) == {rule}
    with pytest.raises(InputError, match=r"Plan them anew"):
        accept_routes(PROBLEM, Routes(routes, 7.0))


def test_a_claimed_prize_that_is_no_number_is_a_fault() -> None:
    assert _rules(GOOD, prize=float("nan")) == [RouteRule.PRIZE]
