"""Requests and rosters as documents: read, refused with the field, and the same identifier for the same document."""

from __future__ import annotations

import pytest

from otear.domain.rota import Seat
from otear.domain.sortie import GroundPoint
from otear.errors import InputError, RefusedError
from otear.flight.library import profile
from otear.plan.requests import read_request
from otear.plan.rota.roster import assumed_roster, read_roster

REQUEST = """
format: otear-request/1
title: {en: North of the dam, es: Al norte de la presa}
asked_by: Example prosecution service
area: {circle: {centre: [-106.95, 24.93], radius_m: 6000}}
priority: 2
gsd_m: 0.25
begin: 2026-09-22T00:00:00Z
by: 2026-10-05T00:00:00Z
"""
ROSTER = """
format: otear-roster/1
bases: [{name: strip, lat_deg: 24.8, lon_deg: -107.3}]
airframes: [{registration: OTEAR-SIM-1, base: strip, hours_left: 12.5}]
crews: {pilots: [p1, p2], sensor_operators: [s1]}
duty: {longest_flight_h: 6}
"""


def test_a_request_says_what_it_says_and_has_one_name() -> None:
    one = read_request(REQUEST)
    assert (one.priority, one.gsd_m, one.authority_id) == (2, 0.25, None)
    assert one.title.es == "Al norte de la presa"
    assert (
        one.request_id
        == read_request(REQUEST.replace("priority: 2\ngsd_m: 0.25", "gsd_m: 0.25\npriority: 2")).request_id
    )
    assert one.request_id != read_request(REQUEST.replace("priority: 2", "priority: 3")).request_id


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("priority: 2", "priority: 5", "priority"),
        ("2026-10-05", "2026-09-05", "by"),
        ("radius_m: 6000", "radius_m: -1", "area"),
        ("asked_by", "asked_buy", "asked_b"),
        ("2026-09-22T00:00:00Z", "2026-09-22T00:00:00", "begin"),
    ],
)
def test_what_is_wrong_with_a_request_is_named(old: str, new: str, field: str) -> None:
    with pytest.raises(InputError) as caught:
        read_request(REQUEST.replace(old, new))
    assert field in str(caught.value)


def test_a_request_that_names_a_weapon_is_refused() -> None:
    with pytest.raises(RefusedError, match="unarmed"):
        read_request(REQUEST.replace("North of the dam", "drop a bomb on the dam"))


def test_a_roster_becomes_airframes_and_crews() -> None:
    roster = read_roster(ROSTER)
    craft = profile("medium-fixed-wing")
    frame = roster.airframe(craft, 0, 10)
    assert (frame.airframe_id, frame.base, frame.minutes_left_min) == (craft.registration, "strip", 750)
    crews = roster.crews((craft.designation,))
    assert [one.seat for one in crews].count(Seat.PILOT) == 2
    assert {one.rules.longest_flight_min for one in crews} == {360}
    assert roster.cancelled == 0.2


def test_an_airframe_at_no_base_is_refused() -> None:
    with pytest.raises(InputError, match="no base") as caught:
        read_roster(ROSTER.replace("base: strip", "base: elsewhere"))
    assert "Bases: strip" in str(caught.value.remedy)


def test_without_a_roster_there_are_two_crews_for_each_aircraft() -> None:
    roster = assumed_roster({"base 1": GroundPoint(24.8, -107.3)}, ("A", "B"))
    assert len(roster.crews(("x",))) == 8
    assert roster.at == {"A": "base 1", "B": "base 1"}
