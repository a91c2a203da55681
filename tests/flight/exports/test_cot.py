"""Cursor on Target: by the public base schema, past our own screening, at the pace of the flight."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from otear.authority.cot import screen_cot
from otear.domain.aircraft import Airframe
from otear.domain.clock import FixedClock
from otear.domain.sortie import Sortie
from otear.domain.times import instant_us
from otear.errors import InputError, RefusedError
from otear.flight.exports import cot_events, cot_track, platform_of, send_cot
from otear.flight.exports.cot import UNKNOWN_M, Platform
from otear.flight.exports.cot_track import Moments
from otear.flight.kinematics import Flown, fly
from otear.flight.wind import Wind
from otear.geo.camera import line_of_sight

from .flights import DEPART_US, aircraft, authority, ground, moments_of_flight, route, sortie

XS = "{http://www.w3.org/2001/XMLSchema}"
DATE_TIME = re.compile(r"-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?")
DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")


def complaints(event: str, schema: Path) -> list[str]:
    """What the base schema has against an event: it is read for attributes, whether they are required, their types,
    patterns and ranges, and for the children of an event."""
    root = ElementTree.parse(schema).getroot()
    declared = {one.get("name"): one for one in root.findall(f"{XS}element")}
    found = list[str]()
    top = ElementTree.fromstring(event)
    children = [one.get("ref") for one in declared["event"].iter(f"{XS}element") if one.get("ref")]
    required = [one.get("ref") for one in declared["event"].iter(f"{XS}element") if one.get("minOccurs") != "0"]
    tags = [one.tag for one in top]
    found += [f"{tag} twice or unknown" for tag in tags if tags.count(tag) > 1 or tag not in children]
    found += [f"no {ref}" for ref in required if ref is not None and ref not in tags]
    for element in (top, *(one for one in top if one.tag == "point")):
        known = {one.get("name"): one for one in declared[element.tag].iter(f"{XS}attribute")}
        found += [f"{element.tag} has {name}" for name in element.attrib if name not in known]
        for name, one in known.items():
            value = element.get(name or "")
            if value is None:
                found += [f"{element.tag} lacks {name}"] if one.get("use") == "required" else []
                continue
            rule = one.find(f".//{XS}restriction")
            kind = one.get("type") or (rule.get("base") if rule is not None else "")
            if kind == "xs:decimal" and not DECIMAL.fullmatch(value):
                found.append(f"{name} {value} is no decimal")
            if kind == "xs:dateTime" and not DATE_TIME.fullmatch(value):
                found.append(f"{name} {value} is no time")
            for facet in [] if rule is None else list(rule):
                limit = facet.get("value") or ""
                bad = {
                    f"{XS}pattern": lambda v, r: re.fullmatch(r, v) is None,
                    f"{XS}minInclusive": lambda v, r: float(v) < float(r),
                    f"{XS}maxInclusive": lambda v, r: float(v) > float(r),
                }[facet.tag](value, limit)
                found += [f"{name} {value} against {limit}"] if bad else []
    return found


@pytest.fixture(scope="module")
def flown() -> Flown:
    """Ten minutes of a multirotor."""
    name = "multirotor"
    return fly(
        sortie(name=name), aircraft(name), authority(),
        wind=Wind(3.0, 300.0), heights=ground, rng=np.random.default_rng(1),
    )  # fmt: skip


@pytest.fixture(scope="module")
def moments(flown: Flown) -> Moments:
    return moments_of_flight(flown, sortie(name="multirotor"), aircraft("multirotor"), ground)


@pytest.fixture(scope="module")
def events(moments: Moments) -> list[tuple[int, str]]:
    return list(cot_track(moments, platform_of(aircraft("multirotor")), simulation="test", sensor="gimbal camera"))


def test_all_of_it_is_valid_by_the_base_schema(shared_data: Path, events: list[tuple[int, str]]) -> None:
    schema = shared_data / "cot" / "cot-base-event.xsd"
    every = [*cot_events(route(), sortie(), aircraft(), now_us=DEPART_US), *(event for _, event in events)]
    assert len(every) > 500
    assert not [wrong for event in every for wrong in complaints(event, schema)]


@pytest.mark.parametrize(
    ("old", "new"),
    [('hae="', 'height="'), ('lat="2', 'lat="99'), ("b-m-r", "b m r"), ("2.0", "1.1"), ("detail", "details"),
     ('ce="', 'ce="1e'), ("how=", "why="), ("T08:", " 08:")],
)  # fmt: skip
def test_the_check_against_the_schema_can_fail(shared_data: Path, old: str, new: str) -> None:
    schema = shared_data / "cot" / "cot-base-event.xsd"
    (event,) = cot_events(route(), sortie(), aircraft(), now_us=DEPART_US)
    assert old in event
    assert complaints(event.replace(old, new), schema)


def test_all_of_it_passes_our_own_screening(events: list[tuple[int, str]]) -> None:
    for event in (*cot_events(route(), sortie(), aircraft(), now_us=DEPART_US), *(one for _, one in events[::60])):
        assert screen_cot(event.encode()).flagged == ()


def test_what_the_screening_flags_is_not_written() -> None:
    named: Sortie = replace(sortie(), name="missile range")
    with pytest.raises(RefusedError) as caught:
        cot_events(route(), named, aircraft(), now_us=DEPART_US)
    assert caught.value.rule == "unarmed"


def test_a_track_of_an_armed_name_does_not_begin(moments: Moments) -> None:
    with pytest.raises(RefusedError):
        next(cot_track(moments, platform_of(aircraft()), sensor="laser designator"))


def test_a_route_says_where_and_when_it_goes() -> None:
    (event,) = cot_events(route(), sortie(), aircraft(), now_us=DEPART_US - 1_000_000)
    top = ElementTree.fromstring(event)
    assert (top.get("type"), top.get("uid")) == ("b-m-r", "otear.s-0123456789abcdef")
    assert instant_us(top.get("start") or "", "") == DEPART_US
    assert instant_us(top.get("stale") or "", "") == pytest.approx(route().starts_us[-1], abs=1_000)
    links = list(top.iter("link"))
    assert len({one.get("uid") for one in links}) == len(links)
    named = [one.get("callsign") for one in links if one.get("type") == "b-m-p-w"]
    assert [name for name in dict.fromkeys(named) if name in {"ridge", "cells", "ford"}] == ["ridge", "cells", "ford"]
    assert {one.get("type") for one in links if not one.get("callsign")} == {"b-m-p-c"}
    assert named[-1] == "base"
    assert len(event.encode()) < 65_507  # one datagram


@pytest.mark.parametrize(
    ("airframe", "symbol"),
    [(Airframe.FIXED_WING, "F"), (Airframe.VTOL, "F"), (Airframe.MULTIROTOR, "H"), (Airframe.HELICOPTER, "H"),
     (Airframe.AIRSHIP, "L")],
)  # fmt: skip
def test_an_aircraft_is_friendly_airborne_and_civil(airframe: Airframe, symbol: str) -> None:
    assert platform_of(replace(aircraft(), airframe=airframe)).type == f"a-f-A-C-{symbol}"


def test_errors_are_one_sigma_of_what_95_percent_stay_within() -> None:
    platform = platform_of(aircraft())
    rng = np.random.default_rng(3)
    plane = np.hypot(*rng.normal(0.0, platform.ce_m, (2, 200_000)))
    line = np.abs(rng.normal(0.0, platform.le_m, 200_000))
    error = aircraft().navigation_error
    assert np.mean(plane < error.horizontal_m) == pytest.approx(0.95, abs=0.002)
    assert np.mean(line < error.vertical_m) == pytest.approx(0.95, abs=0.002)


def test_a_track_is_where_the_aircraft_was_each_second(flown: Flown, events: list[tuple[int, str]]) -> None:
    times = np.array([time_us for time_us, _ in events])
    steps = np.diff(times) / 1e6
    assert np.abs(steps[:-1] - 1.0).max() < 0.05
    assert times[0] == flown.time_us[0]
    assert times[-1] == flown.time_us[-1]
    for time_us, event in events[::60]:
        row = int(np.searchsorted(flown.time_us, time_us))
        top = ElementTree.fromstring(event)
        assert instant_us(top.get("time") or "", "") == pytest.approx(time_us, abs=1_000)
        assert instant_us(top.get("stale") or "", "") == pytest.approx(time_us + 3_000_000, abs=1_000)
        assert (top.get("how"), top.get("opex")) == ("m-s", "s-test")
        point = top.find("point")
        track = top.find("detail/track")
        sensor = top.find("detail/sensor")
        assert point is not None
        assert track is not None
        assert sensor is not None
        assert float(point.get("lat", "")) == pytest.approx(np.degrees(flown.pose.lat)[row], abs=1e-7)
        assert float(point.get("lon", "")) == pytest.approx(np.degrees(flown.pose.lon)[row], abs=1e-7)
        assert float(point.get("hae", "")) == pytest.approx(np.asarray(flown.pose.height_m)[row], abs=0.01)
        assert float(track.get("speed", "")) == pytest.approx(flown.ground_speed_mps[row], abs=0.01)
        assert float(track.get("course", "")) == pytest.approx(np.degrees(flown.track_rad)[row], abs=0.01)
        azimuth, depression = line_of_sight(flown.pose.at(slice(row, row + 1)))
        assert float(sensor.get("azimuth", "")) == pytest.approx(np.degrees(azimuth)[0] % 360.0, abs=0.01)
        assert float(sensor.get("elevation", "")) == pytest.approx(-np.degrees(depression)[0], abs=0.01)
        assert sensor.get("model") == "gimbal camera"


def test_the_range_is_that_of_the_place_that_is_looked_at(flown: Flown, moments: Moments) -> None:
    """On an orbit the camera is on the middle of it."""
    on = np.flatnonzero(flown.task == 2)[300::300]
    orbit = sortie(name="multirotor").tasks[2]
    above = moments.hae_m[on] - 100.0
    assert moments.range_m[on] == pytest.approx(np.hypot(orbit.radius_m, above), rel=0.15)


def test_a_rehearsal_happens_today_and_changes_nothing_else(moments: Moments, events: list[tuple[int, str]]) -> None:
    platform = platform_of(aircraft("multirotor"))
    day_us = 86_400_000_000
    today = list(cot_track(moments, platform, simulation="test", sensor="gimbal camera", later_us=day_us))
    assert [time_us - day_us for time_us, _ in today] == [time_us for time_us, _ in events]
    assert [event.replace("2026-03-06", "2026-03-05") for _, event in today] == [event for _, event in events]


def test_what_is_not_known_is_not_said(moments: Moments) -> None:
    few = moments.rows(np.arange(3))
    blind = replace(few, azimuth_deg=np.full(3, np.nan), speed_mps=np.full(3, np.nan), range_m=np.full(3, np.nan))
    unknown = Platform("otear.x", "x", "a-f-A-C", UNKNOWN_M, UNKNOWN_M)
    for _, event in cot_track(blind, unknown, every_s=0.01):
        assert "sensor" not in event
        assert "track" not in event
        assert "nan" not in event
        assert 'ce="9999999.0"' in event
    assert list(cot_track(few.rows(np.arange(0)), unknown)) == []


class Machine:
    """A clock that stands still but for being waited for."""

    def __init__(self) -> None:
        self.time_us = 5_000_000
        self.waits: list[float] = []

    def now_us(self) -> int:
        return self.time_us

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.time_us += round(seconds * 1e6)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.bind(("127.0.0.1", 0))
        made.settimeout(5.0)
        yield made


def test_events_are_sent_at_their_pace_one_a_datagram(listener: socket.socket, events: list[tuple[int, str]]) -> None:
    machine = Machine()
    port = listener.getsockname()[1]
    few = events[:5]
    assert send_cot(few, f"udp://127.0.0.1:{port}", clock=machine, wait=machine.wait) == 5
    assert [listener.recv(65_536).decode() for _ in few] == [event for _, event in few]
    assert machine.waits == pytest.approx([1.0] * 4, abs=0.05)


def test_a_sender_that_is_late_does_not_wait(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    waits: list[float] = []
    send_cot([(0, "a"), (0, "b")], f"udp://127.0.0.1:{port}", clock=FixedClock(1), wait=waits.append)
    assert waits == []


def test_what_the_network_does_not_take_is_said() -> None:
    with pytest.raises(InputError, match="cannot be sent to") as caught:
        send_cot([(0, "more than a datagram holds" * 4_000)], "udp://127.0.0.1:4242", clock=FixedClock(0))
    assert caught.value.source == "udp://127.0.0.1:4242"


@pytest.mark.parametrize(
    "address", ["127.0.0.1:4242", "tcp://127.0.0.1:4242", "udp://127.0.0.1", "udp://:1", "udp://a:b"]
)
def test_an_address_that_is_none_says_how_to_write_one(address: str) -> None:
    with pytest.raises(InputError) as caught:
        send_cot([], address, clock=FixedClock(0))
    assert "udp://" in caught.value.remedy
