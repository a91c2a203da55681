"""Simulated truth against what Otear measures: `python -m benchmarks.truth`.

Known ground points are pixels of the true camera, cast on the true terrain. Their pixels are then located from what the
aircraft reports: errors added, written as ST 0601, read again, and put through `locate`. With errors off a place is to
be within half a ground sample of the truth; with errors on the 90% ellipse is to hold 90% of them.

Errors that stay the same for a flight say nothing new at the next point of it, so there are many flights with few
points each: `OTEAR_BENCH_SORTIES` sorties of three aircraft (60), each reported with `OTEAR_BENCH_DRAWS` independent
draws of its errors (30), two points each. Some of them (`OTEAR_BENCH_INGESTS`, 300) go the whole way, four points each:
a recording, a workspace, `ingest`, `locate`. Moments are anywhere between packets, or at one. Pixels are picked with an
error of one pixel each way, and the analyst's terrain is off by 2.4 m (1-sigma, the same over a flight; about what
global models of 30 m claim): both are in the budget at that size.

Standard errors (s.e.) take a flight for one: its points fall together. Squared distances are in sigmas of what is
claimed: of normal errors that are as large as claimed the mean is 2. The whole way is recording, ingest, `locate`.
Within a second of where a task begins or ends the camera may swing there: those moments have a row of their own.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks import _flights
from benchmarks._report import Tables, main
from otear.authority.registry import KeyRole
from otear.authority.roles import Action, Actor, Role
from otear.domain.aircraft import Aircraft
from otear.domain.clock import FixedClock
from otear.flight.kinematics import Flown
from otear.flight.library import PROFILES, profile, profile_text
from otear.geo.camera import sight_lines
from otear.geo.ellipse import ELLIPSE_90
from otear.geo.frames import Floats, ecef_from_geodetic, enu_axes
from otear.geo.raycast import cast
from otear.geo.terrain.grid import Bounds
from otear.geo.terrain.memory import GridTerrain
from otear.geo.terrain.patch import Patch
from otear.simulate.sortie.deviations import NONE, Deviations, Reported, drawn, reported
from otear.simulate.sortie.lens import camera_lens
from otear.simulate.sortie.recording import PACKETS_EVERY, write_telemetry
from otear.simulate.sortie.telemetry import Mission, packets
from otear.store.settings import PlatformSettings
from otear.store.workspace import create_workspace
from otear.video.instants import instant_at
from otear.video.klv.columns import telemetry
from otear.video.klv.framing import Framer, Frames
from otear.workflow.authorities import import_authority
from otear.workflow.desk import Desk
from otear.workflow.fleet import import_aircraft
from otear.workflow.footage import find
from otear.workflow.held import held
from otear.workflow.ingest import ingest
from otear.workflow.keyring import register_key
from otear.workflow.locate import Located, locate, place_pixels
from otear.workflow.platform_budget import Platform, budget_of

TERRAIN_SIGMA_M = 2.4
_SIZE = (1280, 720)
_AROUND = 30
"""Ticks before and after a moment whose packets are written: more than `instant_at` looks at."""


@dataclass(frozen=True)
class Raised:
    """The mountains as an analyst has them: `off_m` too high, and known to be within `sigma_m`."""

    off_m: float
    sigma_m: float
    name: str = "an analyst's mountains"

    @property
    def datum(self) -> str:
        """That of the mountains."""
        return _flights.hills().datum

    def heights(self, lat: Floats, lon: Floats) -> Floats:
        """HAE in metres at places in radians."""
        return _flights.hills().heights(lat, lon) + self.off_m

    def patch(self, bounds: Bounds) -> Patch:
        """The part inside the bounds."""
        true = _flights.hills().patch(bounds)
        return Patch.of((true.heights_m + self.off_m).astype(np.float32), true.grid)


@dataclass(frozen=True)
class Trip:
    """A sortie that was flown."""

    name: str
    aircraft: Aircraft
    flown: Flown


@dataclass(frozen=True)
class Point:
    """A place located: on which flight, whether at a packet, how far off it is in metres, and in 90% ellipses."""

    aircraft: str
    flight: int
    own_packet: bool
    off_m: float
    ellipses: float
    gsd_m: float
    ce90_m: float

    @property
    def held(self) -> bool:
        """Whether its 90% ellipse holds the truth."""
        return self.ellipses <= 1.0


def trips(count: int, seed: int) -> Iterator[Trip]:
    """Sorties, the aircraft in turn."""
    for k in range(count):
        rng = np.random.default_rng([seed, k])
        aircraft = profile(PROFILES[k % len(PROFILES)])
        order = _flights.random_sortie(f"trip {k}", aircraft, rng)
        yield Trip(order.name, aircraft, _flights.flown(order, aircraft, rng))


def moments(trip: Trip, rng: np.random.Generator, each: int = 1, *, settled: bool = True) -> list[int]:
    """Ticks of the flight, `each` from every task: while it is under way, or else within a second of where it begins or
    ends, when the camera may be swinging to it or from it."""
    chosen: list[int] = []
    for task in range(int(trip.flown.task.max()) + 1):
        ticks = np.flatnonzero(trip.flown.task == task)
        ticks = ticks[(ticks > 5 * _AROUND) & (ticks < len(trip.flown) - _AROUND)]
        ends = np.concatenate([ticks[:_AROUND], ticks[-_AROUND:]])
        chosen += rng.choice(ticks[_AROUND:-_AROUND] if settled else ends, each).tolist()
    return chosen


def true_places(trip: Trip, tick: int, pixels: Floats) -> tuple[Floats, Floats, Floats]:
    """Where pixels of the true camera lie on the true terrain: ECEF (k, 3), latitudes and longitudes (radians)."""
    lens = camera_lens(trip.flown.hfov_rad[tick], *_SIZE)
    hits = cast(_whole(), *sight_lines(trip.flown.pose.at(tick), lens, pixels))
    return ecef_from_geodetic(hits.lat, hits.lon, hits.height_m), hits.lat, hits.lon


def _whole() -> Patch:
    hills: GridTerrain = _flights.hills()
    if "patch" not in _CACHE:
        _CACHE["patch"] = hills.patch(hills.grid.bounds)
    return _CACHE["patch"]


_CACHE: dict[str, Patch] = {}


def judged(
    trip: Trip, flight: int, tick: int, located: Sequence[Located], truth: tuple[Floats, Floats, Floats]
) -> list[Point]:
    """Places against the truth; a pixel without a place (the true ray may just miss a crest) is none."""
    points = []
    for each, ecef, lat, lon in zip(located, *truth, strict=True):
        if each.place is None or np.isnan(lat):
            continue
        place, axes = each.place, each.place.ellipse
        found = ecef_from_geodetic(np.radians(place.lat), np.radians(place.lon), place.height_hae_m)
        east, north, _ = enu_axes(lat, lon) @ (found - ecef)
        turn = np.radians(axes.azimuth_deg)
        along, across = east * np.sin(turn) + north * np.cos(turn), east * np.cos(turn) - north * np.sin(turn)
        ellipses = float(np.hypot(along / axes.semi_major_m, across / axes.semi_minor_m))
        off_m, own = float(np.hypot(east, north)), tick % PACKETS_EVERY == 0
        points.append(Point(trip.aircraft.designation, flight, own, off_m, ellipses, place.gsd_m, place.ce90_m))
    return points


def said(trip: Trip, deviations: Deviations, rng: np.random.Generator, every: int = PACKETS_EVERY) -> Reported:
    """What the aircraft of a trip reports."""
    return reported(trip.flown, deviations, every=every, width_px=_SIZE[0], height_px=_SIZE[1], rng=rng)


def on_the_fly(trip: Trip, report: Reported, tick: int, pixels: Floats, terrain: Raised) -> list[Located]:
    """Pixels of a moment, located from packets that are written, read and decoded, without a workspace around it."""
    time_us = int(trip.flown.time_us[tick])
    near = np.flatnonzero(np.abs(report.time_us - time_us) <= _AROUND * 1e6 / 30.0)
    mission = Mission("M", trip.aircraft, trip.aircraft.sensors[0])
    framer = Framer()
    frames = [framer.feed(packet, 0) for packet in packets(report.rows(near), mission, _whole())]
    instant = instant_at(telemetry(Frames.joined([*frames, framer.flush()])), time_us, *_SIZE)
    platform = Platform(trip.aircraft, trip.aircraft.sensors[0])
    budget = budget_of(PlatformSettings(), platform, terrain.sigma_m, instant.row, instant.row_noise)
    return place_pixels(instant, pixels, terrain, budget)


def picks(rng: np.random.Generator, count: int) -> Floats:
    """Pixels anywhere in the picture."""
    return rng.uniform([0.0, 0.0], _SIZE, (count, 2))


def with_errors_off(flights: Sequence[Trip], seed: int) -> dict[bool, list[float]]:
    """Distance to the truth in ground samples: of pictures that have a packet of their own, and of the others."""
    rng = np.random.default_rng([seed, 1])
    shares: dict[bool, list[float]] = {True: [], False: []}
    for k, trip in enumerate(flights):
        report = said(trip, NONE, rng)
        for tick in moments(trip, rng, each=16):
            pixels = picks(rng, 2)
            found = on_the_fly(trip, report, tick, pixels, Raised(0.0, 0.0))
            for point in judged(trip, k, tick, found, true_places(trip, tick, pixels)):
                shares[point.own_packet].append(point.off_m / point.gsd_m)
    return shares


def with_errors_on(flights: Sequence[Trip], draws: int, seed: int, *, settled: bool = True) -> list[Point]:
    """Places of every flight, each reported with several independent draws of its errors."""
    points: list[Point] = []
    for k, trip in enumerate(flights):
        for draw in range(draws):
            rng = np.random.default_rng([seed, 2 if settled else 4, k, draw])
            report = said(trip, drawn(trip.aircraft, trip.aircraft.sensors[0], rng), rng)
            terrain = Raised(TERRAIN_SIGMA_M * float(rng.standard_normal()), TERRAIN_SIGMA_M)
            for tick in moments(trip, rng, settled=settled):
                pixels = picks(rng, 1)
                seen = np.clip(pixels + rng.standard_normal((1, 2)), 0.0, _SIZE)
                found = on_the_fly(trip, report, tick, seen, terrain)
                points += judged(trip, k * draws + draw, tick, found, true_places(trip, tick, pixels))
    return points


def the_whole_way(flights: Sequence[Trip], count: int, folder: Path, seed: int) -> list[Point]:
    """Places of recordings that were written, ingested under an authority, and asked by `locate`."""
    desk = _desk(folder)
    points: list[Point] = []
    for k in range(count):
        trip = flights[k % len(flights)]
        rng = np.random.default_rng([seed, 3, k])
        report = said(trip, drawn(trip.aircraft, trip.aircraft.sensors[0], rng), rng)
        terrain = Raised(TERRAIN_SIGMA_M * float(rng.standard_normal()), TERRAIN_SIGMA_M)
        some = _part(trip, report, rng)
        mission = Mission(trip.name, trip.aircraft, trip.aircraft.sensors[0])
        recording = folder / f"{k}.ts"
        write_telemetry(recording, some.time_us, packets(some, mission, _whole()))
        summary = ingest(desk, recording, terrain=terrain)
        assert not summary["quarantined"], summary
        assert summary["packets"]["valid"] == len(some.time_us), summary["packets"]
        source = held(desk, find(desk.workspace, summary["footage_id"]), Action.PROCESS)
        first, last = np.searchsorted(trip.flown.time_us, some.time_us[[0, -1]])
        for tick in rng.choice(np.arange(first, last + 1), 2, replace=False).tolist():
            pixels = picks(rng, 2)
            seen = np.clip(pixels + rng.standard_normal((2, 2)), 0.0, _SIZE)
            time_s = (int(trip.flown.time_us[tick]) - int(some.time_us[0])) / 1e6
            found = locate(
                desk, source.row, source.authority, time_s=time_s, pixels=[(x, y) for x, y in seen.tolist()],
                terrain=terrain,
            )  # fmt: skip
            points += judged(trip, k, tick, found, true_places(trip, tick, pixels))
    return points


def _part(trip: Trip, report: Reported, rng: np.random.Generator) -> Reported:
    """Twenty seconds of a report, somewhere in a task."""
    on = np.flatnonzero(np.isin(report.time_us, trip.flown.time_us[trip.flown.task >= 0]))
    first = int(rng.integers(on[0] + _AROUND, on[-1] - 200))
    return report.rows(np.arange(first, first + 200))


def _desk(folder: Path) -> Desk:
    """A workspace with the authority and the fleet."""
    actor = Actor("bench", frozenset({Role.ADMINISTRATOR, Role.PLANNER, Role.ANALYST}))
    desk = Desk(create_workspace(folder / "workspace"), actor, FixedClock(_flights.NOW_US + 86_400_000_000 * 7))
    for key, role, holder in (
        (_flights.HOST, KeyRole.HOST, "MEX"),
        (_flights.PROGRAMME, KeyRole.PROGRAMME, "Programme"),
    ):
        (folder / f"{key.name}.pub").write_text(key.public.text)
        register_key(desk, folder / f"{key.name}.pub", role, holder)
    (folder / "authority.json").write_text(_flights.bundle())
    import_authority(desk, folder / "authority.json")
    for name in PROFILES:
        (folder / f"{name}.yaml").write_text(profile_text(name))
        import_aircraft(desk, folder / f"{name}.yaml")
    return desk


def tables() -> Tables:
    """Both trials."""
    count, draws, ingests, seed = (
        int(os.environ.get(f"OTEAR_BENCH_{name}", default))
        for name, default in (("SORTIES", "60"), ("DRAWS", "30"), ("INGESTS", "300"), ("SEED", "7"))
    )
    flights = list(trips(count, seed))
    off = with_errors_off(flights[:30], seed)
    on = with_errors_on(flights, draws, seed)
    swinging = with_errors_on(flights, max(1, draws // 5), seed, settled=False)
    with tempfile.TemporaryDirectory(prefix="otear-bench-") as folder:
        whole = the_whole_way(flights, ingests, Path(folder), seed)
    return {
        "Errors off: distance from the truth, in ground samples": [
            {"pictures": "with a packet of their own" if own else "between packets", "flights": min(count, 30),
             "points": len(shares), "median": float(np.median(shares)), "99%": float(np.quantile(shares, 0.99)),
             "largest": max(shares), "within half, %": 100.0 * float(np.mean(np.array(shares) <= 0.5))}
            for own, shares in off.items()
        ],
        "Errors on: what the 90% ellipse and the CE90 circle hold, mean squared distance, medians": [
            _row(name, points)
            for name, points in (
                *((a, [p for p in on if p.aircraft == a]) for a in sorted({p.aircraft for p in on})),
                ("at a packet", [p for p in on if p.own_packet]),
                ("between", [p for p in on if not p.own_packet]),
                ("all", on),
                ("whole way", whole),
                ("not in them: swings", swinging),
            )
        ],
    }  # fmt: skip


def _row(name: str, points: Sequence[Point]) -> dict[str, object]:
    off, ce90, held = (np.array([getattr(p, each) for p in points]) for each in ("off_m", "ce90_m", "held"))
    _, flight = np.unique([p.flight for p in points], return_inverse=True)
    by_flight = np.bincount(flight, held - held.mean())
    return {
        "of": name.removeprefix("Simulated "),
        "flights": len(by_flight),
        "points": len(points),
        "ellipse, %": 100.0 * float(held.mean()),
        "s.e.": 100.0 * float(np.linalg.norm(by_flight)) / len(points),
        "squared": float(np.mean([(ELLIPSE_90 * p.ellipses) ** 2 for p in points])),
        "circle, %": 100.0 * float(np.mean(off <= ce90)),
        "error, m": float(np.median(off)),
        "CE90, m": float(np.median(ce90)),
    }


if __name__ == "__main__":
    main(tables, __doc__)
