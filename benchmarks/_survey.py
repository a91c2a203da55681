"""A simulated survey to measure a whole search by: places of a world, passes over them, cues with places.

Every site of a world is looked at, and a sample of everything else, in strata: lookalikes, villages, open land. A
stratum's `weight` is how many such places the world has for each that was looked at, so that counts stand for the whole
world. On a pass the aircraft circles about each place in turn, at `RADIUS_M`; one picture is taken there, off the
middle of the place. Positions, angles and clock are reported with the errors that `simulate fly` gives them, the same
biases for a whole pass; the analyst's terrain is off by `TERRAIN_SIGMA_M` (1-sigma), the same for all passes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import numpy as np

from otear.coverage.resolution import ResolutionModel
from otear.detect.base import KINDS, Detector, Picture
from otear.detect.gathering import Gathering, Shot
from otear.domain.authority import SensorKind
from otear.domain.cues import Cue
from otear.errors import InputError
from otear.flight.guidance import RATE_HZ
from otear.flight.kinematics import Flown
from otear.flight.library import profile
from otear.geo.camera import Pose
from otear.geo.frames import Floats
from otear.geo.terrain.patch import Patch
from otear.simulate.scene.render import Renderer
from otear.simulate.scene.weather import CALM
from otear.simulate.sortie.deviations import drawn, reported
from otear.simulate.sortie.lens import camera_lens
from otear.simulate.sortie.recording import PACKETS_EVERY
from otear.simulate.sortie.telemetry import Mission, packets
from otear.simulate.world.truth import Truth
from otear.store.settings import PlatformSettings
from otear.video.instants import Instant, instant_at
from otear.video.klv.columns import telemetry
from otear.video.klv.framing import Framer, Frames
from otear.workflow.cue_places import Calibrated, Placed, cue_of, one_for_each, placed
from otear.workflow.detect import LEAST_REAL
from otear.workflow.pixels_on_ground import GroundPixels, pixels_on_ground
from otear.workflow.platform_budget import Platform, budget_of

RADIUS_M, ABOVE_M, HFOV_DEG = 2_600.0, 3_000.0, 2.8
TERRAIN_SIGMA_M = 2.4
DWELL_S = 4.0
_SPEED_MPS = 80.0
_SIZE = (1280, 720)
_TICKS = 61
_APART_US = 120_000_000
_OFF_M = 45.0
"""A place is anywhere within this of the middle of its picture, each way."""


@dataclass(frozen=True)
class Spot:
    """A place that is looked at, metres in the plane of the world; it stands for `weight` such places."""

    stratum: str
    weight: float
    east_m: float
    north_m: float


@dataclass(frozen=True)
class PassPlan:
    """A pass: its name, sensor, time, and from which side each place is seen (degrees)."""

    name: str
    sensor: SensorKind
    time_us: int
    from_deg: float

    @property
    def condition(self) -> str:
        """Sensor and light."""
        return f"{self.sensor}, {'night' if self.sensor is SensorKind.THERMAL else 'day'}"


@dataclass(frozen=True, eq=False)
class Sights:
    """What a pass saw: cues with their places; `gsd_m` of the picture of each spot, NaN where it showed no ground."""

    plan: PassPlan
    cues: tuple[Cue, ...]
    gsd_m: Floats


@dataclass(frozen=True, eq=False)
class Raised:
    """Terrain as it is, and as an analyst has it: `off_m` too high."""

    true: Patch
    off_m: float

    @cached_property
    def known(self) -> Patch:
        """As the analyst has it."""
        return Patch.of((self.true.heights_m + self.off_m).astype(np.float32), self.true.grid)


def spots(truth: Truth, time_us: int, counts: tuple[int, int, int], rng: np.random.Generator) -> list[Spot]:
    """Every site that is there at a time, and so many lookalikes, places in villages and places on open land."""
    land = truth.land
    there = [site for site in truth.sites if site.from_us <= time_us < site.until_us]
    found = [Spot("site", 1.0, *_plane(truth, site.lat_deg, site.lon_deg)) for site in there]
    others = [_plane(truth, one.lat_deg, one.lon_deg) for one in truth.lookalikes]
    chosen = rng.permutation(len(others))[: counts[0]]
    found += [Spot("lookalike", len(others) / len(chosen), *others[k]) for k in chosen.tolist()]
    gsd = HFOV_DEG * np.pi / 180.0 * np.hypot(RADIUS_M, ABOVE_M) / _SIZE[0]
    picture_m2 = _SIZE[0] * _SIZE[1] * gsd**2 / np.sin(np.arctan2(ABOVE_M, RADIUS_M))
    area_m2 = sum(np.pi * one.radius_m**2 for one in land.villages)
    for _ in range(counts[1]):
        village = land.villages[int(rng.choice(len(land.villages), p=_shares(land.villages)))]
        turn, away = rng.uniform(0.0, 2.0 * np.pi), village.radius_m * np.sqrt(rng.random())
        place = village.east_m + away * np.sin(turn), village.north_m + away * np.cos(turn)
        found.append(Spot("village", max(area_m2 / picture_m2 / counts[1], 1.0), *place))
    half = half_m(truth)
    weight = 4.0 * half[0] * half[1] / picture_m2 / counts[2]
    known = np.array([(one.east_m, one.north_m) for one in found] + others)
    for _ in range(counts[2]):
        while True:
            place = rng.uniform(-0.9 * half[0], 0.9 * half[0]), rng.uniform(-0.9 * half[1], 0.9 * half[1])
            if np.hypot(*(known - place).T).min() > 300.0:
                break
        found.append(Spot("land", weight, *place))
    return found


def _shares(villages: Sequence[Any]) -> Floats:
    areas = np.array([one.radius_m**2 for one in villages])
    return np.asarray(areas / areas.sum())


def degrees(truth: Truth, spot: Spot) -> tuple[float, float]:
    """Latitude and longitude of a place."""
    lat, lon = truth.land.plane.place(spot.east_m, spot.north_m)
    return float(np.degrees(lat)), float(np.degrees(lon))


def half_m(truth: Truth) -> tuple[float, float]:
    """Half of what the world measures, east and north."""
    bounds = truth.land.grid.bounds
    east, north = truth.land.plane.metres(np.array([bounds.north]), np.array([bounds.east]))
    return float(east[0]), float(north[0])


def _plane(truth: Truth, lat_deg: float, lon_deg: float) -> tuple[float, float]:
    east, north = truth.land.plane.metres(np.radians([lat_deg]), np.radians([lon_deg]))
    return float(east[0]), float(north[0])


def flown(truth: Truth, places: Sequence[Spot], plan: PassPlan, rng: np.random.Generator) -> Flown:
    """The true states of a pass: `_TICKS` for each place, on a circle about where the camera looks."""
    land = truth.land
    count = len(places) * _TICKS
    times = np.empty(count, dtype=np.int64)
    columns = {name: np.zeros(count) for name in Pose.__dataclass_fields__}
    for k, spot in enumerate(places):
        rows = slice(k * _TICKS, (k + 1) * _TICKS)
        seconds = np.arange(_TICKS) / RATE_HZ
        times[rows] = plan.time_us + k * _APART_US + np.round(seconds * 1e6).astype(np.int64)
        off = rng.uniform(-_OFF_M, _OFF_M, 2)
        east, north = spot.east_m + off[0], spot.north_m + off[1]
        lat, lon = land.plane.place(east, north)
        ground = float(np.asarray(land.patch.heights(np.atleast_1d(lat), np.atleast_1d(lon)))[0])
        turn = np.radians(plan.from_deg + rng.uniform(-60.0, 60.0)) + seconds * _SPEED_MPS / RADIUS_M
        at = land.plane.place(east + RADIUS_M * np.sin(turn), north + RADIUS_M * np.cos(turn))
        columns["lat"][rows], columns["lon"][rows] = at
        columns["height_m"][rows] = ground + ABOVE_M
        columns["heading"][rows] = turn + np.pi / 2.0
        columns["roll"][rows] = np.radians(13.0)
        # The gimbal takes the bank out: it looks to the right, at the middle of the circle.
        columns["azimuth"][rows] = np.pi / 2.0
        columns["elevation"][rows] = -np.arctan2(ABOVE_M, RADIUS_M) + np.radians(13.0)
    hfov = np.full(count, np.radians(HFOV_DEG))
    unused, speed = np.zeros(count), np.full(count, _SPEED_MPS)
    return Flown(
        times, Pose(**columns), hfov, speed, speed, unused, unused, unused, unused,
        np.repeat(np.arange(len(places), dtype=np.int16), _TICKS), cast(Any, None), (),
    )  # fmt: skip


def seen(
    truth: Truth, places: Sequence[Spot], plan: PassPlan, detectors: Sequence[Detector], *, calibrated: Calibrated,
    terrain: Raised, seed: int,
) -> Sights:  # fmt: skip
    """Fly a pass, take its pictures, and look at them."""
    flights, errors, noise = (np.random.default_rng([seed, i]) for i in range(3))
    aircraft = profile("long-endurance")
    sensor = next(one for one in aircraft.sensors if one.kind is plan.sensor)
    states = flown(truth, places, plan, flights)
    report = reported(
        states, drawn(aircraft, sensor, errors), every=PACKETS_EVERY, width_px=_SIZE[0], height_px=_SIZE[1], rng=noise
    )
    renderer = Renderer(truth, CALM, plan.sensor, *_SIZE, seed=seed)
    found: list[Placed] = []
    gsd_m = np.full(len(places), np.nan)
    for k in range(len(places)):
        tick = k * _TICKS + _TICKS // 2
        time_us = int(states.time_us[tick])
        pixels = renderer.picture(_pose(states, tick), camera_lens(float(states.hfov_rad[tick]), *_SIZE), time_us)
        near = np.flatnonzero(np.abs(report.time_us - time_us) <= 1_000_000)
        framer = Framer()
        mission = Mission(plan.name, aircraft, sensor)
        frames = [framer.feed(packet, 0) for packet in packets(report.rows(near), mission, terrain.true)]
        instant = instant_at(telemetry(Frames.joined([*frames, framer.flush()])), time_us, *_SIZE)
        place = _placer(instant, terrain, Platform(aircraft, sensor))
        middle = place(time_us, np.array([[_SIZE[0] / 2.0, _SIZE[1] / 2.0]]))
        if middle.why_not(0) is not None:
            continue
        gsd_m[k], depression = float(middle.gsd_m[0]), float(np.degrees(middle.depression[0]))
        picture = Picture(pixels, plan.sensor, float(gsd_m[k]), depression)
        for detector in detectors:
            answer = detector.detect(picture)
            for row, box in enumerate(answer.boxes):
                shot = Shot(time_us, box, float(answer.score[row]), picture.gsd_m, depression)
                one = Gathering(detector.name, KINDS[int(answer.kind[row])], (shot,), 1)
                sure = calibrated(one)
                if sure.real < LEAST_REAL:
                    continue
                on_ground = placed(one, sure, place)
                found += [] if on_ground is None else [on_ground]
    cues = [cue_of(group, plan.name, plan.sensor, ()) for group in one_for_each(found)]
    return Sights(plan, tuple(cues), gsd_m)


def _pose(states: Flown, tick: int) -> Pose:
    return Pose(**{name: float(np.asarray(value)[tick]) for name, value in states.pose.__dict__.items()})


def _placer(instant: Instant, terrain: Raised, platform: Platform) -> Callable[[int, Floats], GroundPixels]:
    budget = budget_of(PlatformSettings(), platform, TERRAIN_SIGMA_M, instant.row, instant.row_noise)

    def place(time_us: int, pixels: Floats) -> GroundPixels:
        if time_us != instant.time_us:
            raise InputError("a pixel of another picture", field="time_us", remedy="Place each picture by its own")
        return pixels_on_ground(instant, pixels, lambda _: terrain.known, budget)

    return place


def detection_probability(gsd_m: float) -> float:
    """What coverage says of a place in such a picture, as `ResolutionModel` does."""
    return float(ResolutionModel().probability(gsd_m, DWELL_S))
