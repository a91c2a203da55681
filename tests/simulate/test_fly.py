"""Sorties over a small world: the same bytes from the same seed, the truth where errors are off, and clear refusals."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from otear.domain.telemetry import Telemetry
from otear.domain.times import instant_us
from otear.errors import InputError, NotFoundError, RefusedError
from otear.flight.sortie import read_sortie
from otear.geo.frames import ecef_from_geodetic
from otear.simulate.scene.weather import CALM
from otear.simulate.sortie.fly import Recorded, Take, fly_sortie, ground_of
from otear.simulate.world.folder import World, open_world
from otear.simulate.world.make import make_world
from otear.video.demux import MetadataBlock
from otear.video.klv.columns import telemetry
from otear.video.klv.framing import Framer, Frames
from otear.video.probe import read_recording

from ..cli.test_commands import Cli

BREEZE = replace(CALM, wind_mps=4.0, wind_from_deg=200.0, gust_mps=0.5)
Changed = Callable[..., Path]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Nine kilometres a side, without the instructor's folder: flights need none of it."""
    folder = tmp_path_factory.mktemp("small") / "world"
    make_world(folder, seed=7, sites=4, rows=300, columns=320)
    shutil.rmtree(folder / "instructor")
    return open_world(folder)


@pytest.fixture(scope="module")
def document(world: World) -> dict[str, Any]:
    """Two minutes of the multirotor: up, once about a clearing, and down."""
    ground = float(ground_of(world).heights(np.radians([24.8]), np.radians([-107.1]))[0])
    base = round(ground + 35.0)  # above the ellipsoid, which lies some 30 m above the sea here
    return {
        "format": "otear-sortie/1",
        "name": "clearing",
        "aircraft": "OTEAR-SIM-2",
        "sensor": "gimbal daylight camera",
        "purpose": "find_laboratories",
        "depart": "2026-02-20T17:00:00Z",
        "base": {"lat_deg": 24.8, "lon_deg": -107.1, "height_msl_m": base},
        "height_msl_m": base + 320,
        "tasks": [
            {
                "kind": "orbit", "name": "clearing", "centre": {"lat_deg": 24.802, "lon_deg": -107.1},
                "radius_m": 150, "turns": 1, "side": "left", "hfov_deg": 20,
            }
        ],
    }  # fmt: skip


@pytest.fixture
def written(document: dict[str, Any], tmp_path: Path) -> Changed:
    """Writes the sortie's document with some of its values changed."""

    def write(name: str = "sortie", **changes: Any) -> Path:
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps({**document, **changes}), encoding="utf-8")
        return path

    return write


Fly = Callable[..., Recorded]


@pytest.fixture
def flown(world: World, document: dict[str, Any], tmp_path: Path) -> Fly:
    def fly(file: str = "flight", *, seed: int = 3, take: Take | None = None, **changes: Any) -> Recorded:
        sortie = read_sortie(json.dumps({**document, **changes}))
        path = tmp_path / "footage" / f"{file}.ts"
        return fly_sortie(world, sortie, path, weather=BREEZE, seed=seed, take=take or Take())

    return fly


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Cli:
    return Cli(capsys, tmp_path / "no-workspace")


def said(path: Path) -> Telemetry:
    """What a recording says of itself."""
    framer = Framer()
    data = b"".join(event.payload for event in read_recording(path) if isinstance(event, MetadataBlock))
    return telemetry(Frames.joined([framer.feed(data, 0), framer.flush()]))


def off_m(rows: Telemetry, of: Recorded) -> np.ndarray:  # type: ignore[type-arg]
    """How far the places that are said are from the true ones."""
    at = np.searchsorted(of.flown.time_us, rows.time_us)
    assert np.array_equal(of.flown.time_us[at], rows.time_us)
    true = of.flown.pose.at(at)
    place = ecef_from_geodetic(np.radians(rows.sensor_lat_deg), np.radians(rows.sensor_lon_deg), rows.sensor_hae_m)
    return np.asarray(np.linalg.norm(place - true.position_ecef, axis=1))


def test_the_same_seed_is_the_same_bytes_whatever_was_flown_before(flown: Fly) -> None:
    first = flown("first")
    other = flown("other", name="another")
    again = flown("again")
    assert first.path.read_bytes() == again.path.read_bytes()
    assert first.packets == again.packets
    assert other.packets != first.packets
    assert flown("later", seed=4).packets != first.packets


def test_without_errors_a_recording_is_the_truth_and_with_them_it_is_not(flown: Fly) -> None:
    exact, erring = flown("exact", take=Take(errors=False)), flown("erring")
    assert np.array_equal(exact.flown.pose.position_ecef, erring.flown.pose.position_ecef)
    rows = said(exact.path)
    assert len(rows) == len(exact.packets) == -(-len(exact.flown) // 3)
    assert off_m(rows, exact).max() < 0.02
    model = exact.aircraft.flight_model
    assert model is not None
    sigma = np.hypot(model.horizontal_m.bias, model.horizontal_m.noise)
    assert 0.1 * sigma < np.median(off_m(said(erring.path), erring)) < 6.0 * sigma


def test_a_part_with_errors_says_what_the_whole_flight_said_then(flown: Fly) -> None:
    whole, part = flown("whole"), flown("part", take=Take(from_s=20.0, for_s=12.0))
    told, cut = said(whole.path), said(part.path)
    for name in ("time_us", "sensor_lat_deg", "sensor_lon_deg", "heading_deg", "elevation_deg", "centre_lat_deg"):
        assert np.array_equal(getattr(told, name)[200:320], getattr(cut, name)), name


def test_a_part_of_a_flight_is_cut_out_of_the_whole(flown: Fly) -> None:
    whole = flown("whole", take=Take(errors=False))
    part = flown("part", take=Take(errors=False, from_s=20.0, for_s=12.0))
    assert len(part.flown) == 12 * 30
    rest = flown("rest", take=Take(errors=False, from_s=20.0))
    told, cut, end = (said(one.path) for one in (whole, part, rest))
    assert np.array_equal(told.time_us[200:320], cut.time_us)
    assert np.array_equal(told.centre_lat_deg[200:320], cut.centre_lat_deg)
    assert np.array_equal(told.time_us[200:], end.time_us)


@pytest.mark.parametrize(
    ("take", "field"),
    [
        (Take(from_s=1_000.0), "--from"),
        (Take(from_s=1_000.0, for_s=5.0), "--from"),
        (Take(from_s=-1.0, for_s=5.0), "--from"),
        (Take(from_s=float("nan")), "--from"),
        (Take(for_s=1_000.0), "--for"),
        (Take(from_s=100.0, for_s=160.0), "--for"),
        (Take(for_s=float("nan")), "--for"),
        (Take(for_s=-5.0), "--for"),
        (Take(for_s=0.1), "--for"),
    ],
)
def test_what_is_not_in_the_flight_cannot_be_recorded(flown: Fly, tmp_path: Path, take: Take, field: str) -> None:
    with pytest.raises(InputError) as caught:
        flown(take=take)
    assert caught.value.field == field
    assert not (tmp_path / "footage").exists()


def test_an_aircraft_that_is_not_of_the_world_is_named_with_those_that_are(flown: Fly, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"OTEAR-SIM-9.*OTEAR-SIM-1, OTEAR-SIM-2"):
        flown(aircraft="OTEAR-SIM-9")
    assert not (tmp_path / "footage").exists()


@pytest.mark.parametrize(
    ("changes", "rule"),
    [({"purpose": "count_cattle"}, "purpose"), ({"depart": "2028-02-20T17:00:00Z"}, "approval_expired")],
)
def test_a_refused_sortie_leaves_no_file(flown: Fly, tmp_path: Path, changes: dict[str, str], rule: str) -> None:
    with pytest.raises(RefusedError) as caught:
        flown(**changes)
    assert caught.value.rule == rule
    assert not (tmp_path / "footage").exists()


def test_a_sortie_under_another_authority_is_not_flown_under_this_one(world: World, flown: Fly) -> None:
    with pytest.raises(InputError) as caught:
        flown(authority="a-0123456789abcdef")
    assert caught.value.field == "authority"
    assert flown(authority=world.authority_id).packets


def test_the_events_of_a_flight_are_where_it_says_that_it_is(
    cli: Cli, world: World, written: Changed, flown: Fly, tmp_path: Path
) -> None:
    file = tmp_path / "track.cot"
    options = ("--world", world.folder, "--out", tmp_path / "out", "--seed", 3, "--wind-mps", 4, "--wind-from", 200)
    told = cli.json("simulate", "fly", written(), *options, "--gusts-mps", 0.5, "--cot", file)
    events = [ElementTree.fromstring(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert told["cot"] == str(file)
    assert told["flights"][0]["cot_events"] == len(events)
    rows, same = said(tmp_path / "out" / "sortie.ts"), flown()
    times = np.array([instant_us(event.get("time") or "", "time") for event in events])
    assert np.diff(times[:-1]) / 1e6 == pytest.approx(np.ones(len(times) - 2), abs=0.002)
    at = np.searchsorted(rows.time_us, times - 1_000)
    assert np.abs(rows.time_us[at] - times).max() < 1_000  # an event tells milliseconds
    for name, column in (("lat", rows.sensor_lat_deg), ("lon", rows.sensor_lon_deg), ("hae", rows.sensor_hae_m)):
        sent = np.array([float(event.find("point").get(name)) for event in events])  # type: ignore[union-attr,arg-type]
        assert sent == pytest.approx(column[at], abs=0.006 if name == "hae" else 6e-9)
    # That is not where it was: what is exported has the errors of the flight.
    assert off_m(rows, same)[at].min() > 0.02
    assert {event.get("opex") for event in events} == {f"s-{world.world_id}"}
    assert {event.get("uid") for event in events} == {"otear.OTEAR-SIM-2"}


def test_events_are_sent_live_at_the_pace_of_the_flight(
    cli: Cli, world: World, written: Changed, tmp_path: Path
) -> None:
    import socket
    import time

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(5.0)
        to = f"udp://127.0.0.1:{listener.getsockname()[1]}"
        began_us = time.time_ns() // 1_000
        told = cli.json(
            "simulate", "fly", written(), "--world", world.folder, "--out", tmp_path / "out", "--from", 30, "--for", 1,
            "--cot", to,
        )  # fmt: skip
        assert told["flights"][0]["cot_events"] == 2
        events = [ElementTree.fromstring(listener.recv(65_536)) for _ in range(2)]
    times = [instant_us(event.get("time") or "", "time") for event in events]
    assert began_us - 1_000 <= times[0] < times[1] <= time.time_ns() // 1_000 + 100_000
    assert times[1] - times[0] == pytest.approx(900_000, abs=2_000)


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (("--from", 1_000), "--from"),
        (("--wind-mps", "inf"), "wind_mps"),
        (("--cot", "udp://127.0.0.1"), "address"),
        (("--cot", "tcp://127.0.0.1:4242"), "address"),
        (("--video",), None),
    ],
)
def test_bad_input_is_exit_2_and_leaves_nothing(
    cli: Cli, world: World, written: Changed, tmp_path: Path, arguments: tuple[object, ...], field: str | None
) -> None:
    code, out, _ = cli(
        "simulate", "fly", written(), "--world", world.folder, "--out", tmp_path / "out", *arguments, "--json"
    )
    assert code == 2
    error = json.loads(out)["error"]
    assert error["remedy"]
    assert error.get("field") == field
    assert not (tmp_path / "out").exists()


def test_a_refused_sortie_is_exit_1_and_neither_recorded_nor_exported(
    cli: Cli, world: World, written: Changed, tmp_path: Path
) -> None:
    track = tmp_path / "track.cot"
    code, out, _ = cli(
        "simulate", "fly", written(purpose="count_cattle"), "--world", world.folder, "--out", tmp_path / "out",
        "--cot", track, "--json",
    )  # fmt: skip
    assert (code, json.loads(out)["refused"]["rule"]) == (1, "purpose")
    assert not (tmp_path / "out").exists()
    assert not track.exists()


def test_two_sorties_of_one_name_are_not_recorded_over_each_other(
    cli: Cli, world: World, written: Changed, tmp_path: Path
) -> None:
    one = written()
    two = tmp_path / "more" / one.name
    two.parent.mkdir()
    shutil.copyfile(one, two)
    code, _, err = cli("simulate", "fly", one, two, "--world", world.folder, "--out", tmp_path / "out")
    assert code == 2
    assert "two sorties have one name" in err
    assert not (tmp_path / "out").exists()
