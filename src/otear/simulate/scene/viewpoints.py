"""Where pictures for training and evaluation are taken from: a stated mix of places, angles, hours and weathers.

Half look at places where things stand: sites 26%, lookalikes 16%, villages 8%; half at land anywhere, so that most of
those show nothing. The camera looks down by 30 to 90 degrees from any side, its field of view is 2 to 6 degrees, and
its distance follows from the ground sample distance. All shares and ranges are assumed, not surveyed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from otear.domain.authority import SensorKind
from otear.errors import SettingError
from otear.geo.camera import Lens, Pose
from otear.geo.frames import Floats
from otear.geo.sun import between, solar_hour, sun_at
from otear.simulate.scene.contact_sheet import look_at
from otear.simulate.scene.weather import Season, Weather
from otear.simulate.world.land import Land
from otear.simulate.world.things import Things
from otear.simulate.world.truth import Lookalike, Truth

SHARES = {"site": 0.26, "lookalike": 0.16, "village": 0.08, "land": 0.50}
SUN_ABOVE_DEG = 8.0
"""Visible pictures are taken while the sun stands higher."""
WARM = 0.4
"""The share of thermal pictures of sites and lookalikes that look at something warm while it is: there is little of it,
and what there is works some hours of the day."""
_DAYS = 84
_DAY_US, _HOUR_US = 86_400_000_000, 3_600_000_000
_TRIES = 200
_EDGE_M = 900.0
_JITTER = 0.35
"""How far from the middle of the picture, as a share of its size, the thing is that it was taken for."""
_ABOVE_ALL_M = 14_000.0
"""Clouds stand above the camera: they dim the light and hide nothing."""

Span = tuple[float, float]
Rng = np.random.Generator


@dataclass(frozen=True)
class Wanted:
    """What is asked for: ground sample distances in turn, each a number or a range (lowest, highest), metres; pictures
    so large; local solar hours, round midnight where the first is later."""

    gsd_m: tuple[Span, ...]
    width_px: int
    height_px: int
    hours: Span

    @property
    def size_px(self) -> Floats:
        """Width and height, (2,)."""
        return np.array([self.width_px, self.height_px], dtype=np.float64)


@dataclass(frozen=True)
class Viewpoint:
    """One picture to take. `over` says of what; `gsd_m` is the geometric mean over level ground in its middle."""

    pose: Pose
    lens: Lens
    time_us: int
    solar_h: float
    gsd_m: float
    depression_deg: float
    range_m: float
    over: str
    weather: Weather


@dataclass(frozen=True)
class _Subject:
    """What a picture is taken for: where (metres of the plane), between which times, and at which hours it is warm."""

    at_m: Floats
    times_us: tuple[int, int]
    warm_h: Span | None = None


def viewpoint(truth: Truth, starts_us: int, sensor: SensorKind, wanted: Wanted, *, gsd: Span, rng: Rng) -> Viewpoint:
    """A viewpoint with a ground sample distance of a range. Raises `SettingError` where there is no daylight for it in
    the hours that are wanted."""
    gsd_m = float(np.exp(rng.uniform(*np.log(gsd))))
    over = str(rng.choice(list(SHARES), p=list(SHARES.values())))
    subject = _subject(truth, starts_us, over, warm=sensor is SensorKind.THERMAL and rng.random() < WARM, rng=rng)
    time_us = _time(truth.land, subject, wanted.hours, daylight=sensor is SensorKind.VISIBLE, rng=rng)
    beside = np.zeros(2) if over == "land" else _JITTER * gsd_m * rng.uniform(-1.0, 1.0, 2) * wanted.size_px
    inner = np.array(truth.land.half_size_m) - _EDGE_M
    east, north = np.clip(subject.at_m + beside, -inner, inner).tolist()
    depression = float(rng.uniform(30.0, 90.0))
    hfov = float(np.radians(rng.uniform(2.0, 6.0)))
    # A pixel is longer on the ground than across by the sine of the depression angle.
    across_m = gsd_m * np.sqrt(np.sin(np.radians(depression))) * wanted.width_px
    range_m = float(0.5 * across_m / np.tan(0.5 * hfov))
    pose = look_at(
        truth.land, east, north, bearing_deg=float(rng.uniform(0.0, 360.0)), depression_deg=depression, range_m=range_m
    )
    vfov = float(2.0 * np.arctan(np.tan(0.5 * hfov) * wanted.height_px / wanted.width_px))
    lens = Lens(hfov, vfov, wanted.width_px, wanted.height_px)
    solar_h = solar_hour(time_us, truth.land.plane.lon)
    return Viewpoint(pose, lens, time_us, solar_h, gsd_m, depression, range_m, over, _weather(rng))


def _subject(truth: Truth, starts_us: int, over: str, *, warm: bool, rng: Rng) -> _Subject:
    """What a picture over a site, a lookalike, a village or the land is taken for."""
    land, whole = truth.land, (starts_us, starts_us + _DAYS * _DAY_US)
    if over == "land":
        return _Subject((np.array(land.half_size_m) - _EDGE_M) * rng.uniform(-1.0, 1.0, 2), whole)
    things = land.things.joined(truth.things)
    things = things.rows((things.from_us < whole[1]) & (things.until_us > whole[0]))
    circles = _circles(truth, over)
    if warm:
        hot = things.rows(things.heat_k > 0.0)
        hot_circles = [one for one in circles if len(_within(hot, one))]
        things, circles = (hot, hot_circles) if hot_circles else (things, circles)
    # Of each word as often: ranches are many.
    word = sorted({one.what for one in circles})[int(rng.integers(len({one.what for one in circles})))]
    named = [one for one in circles if one.what == word]
    circle = named[int(rng.integers(len(named)))]
    near = _within(things, circle)
    if not len(near):
        return _Subject(np.array([circle.east_m, circle.north_m]), whole)
    looks = things.shape[near].astype(np.int64) * 256 + things.material[near]
    alike = near[looks == rng.choice(np.unique(looks))]
    chosen = int(alike[int(rng.integers(len(alike)))])
    times = max(int(things.from_us[chosen]), whole[0]), min(int(things.until_us[chosen]), whole[1])
    warm_h = (
        (float(things.work_from_h[chosen]), float(things.work_to_h[chosen])) if things.heat_k[chosen] > 0.0 else None
    )
    return _Subject(np.array([things.east_m[chosen], things.north_m[chosen]]), times, warm_h if warm else None)


@dataclass(frozen=True)
class _Circle:
    """A place where things stand, and a word for it."""

    what: str
    east_m: float
    north_m: float
    radius_m: float


def _circles(truth: Truth, over: str) -> list[_Circle]:
    if over == "village":
        return [_Circle(over, one.east_m, one.north_m, one.radius_m) for one in truth.land.villages]
    found: list[_Circle] = []
    for place in truth.sites if over == "site" else truth.lookalikes:
        east, north = truth.land.plane.metres(np.radians(place.lat_deg), np.radians(place.lon_deg))
        what = place.what if isinstance(place, Lookalike) else over
        found.append(_Circle(what, float(east), float(north), place.radius_m))
    return found


def _within(things: Things, circle: _Circle) -> NDArray[np.int64]:
    """The things in a circle."""
    away = np.hypot(things.east_m - circle.east_m, things.north_m - circle.north_m)
    return np.flatnonzero(away <= circle.radius_m)


def _time(land: Land, subject: _Subject, hours: Span, *, daylight: bool, rng: Rng) -> int:
    """Some time within hours, by daylight if need be; while the subject is warm, where the hours allow it."""
    for attempt in range(2 * _TRIES):
        first, last = subject.warm_h if subject.warm_h is not None and attempt < _TRIES else hours
        hour = (first + ((last - first) % 24.0 or 24.0) * float(rng.random())) % 24.0
        some = int(rng.integers(*subject.times_us))
        time_us = some + round(((hour - solar_hour(some, land.plane.lon) + 12.0) % 24.0 - 12.0) * _HOUR_US)
        sun = sun_at(time_us, land.plane.lat, land.plane.lon)
        allowed = bool(between(hour, *(np.array([end]) for end in hours))[0])
        if allowed and (not daylight or np.degrees(sun.elevation) > SUN_ABOVE_DEG):
            return time_us
    raise SettingError(
        f"the sun does not stand {SUN_ABOVE_DEG:g} degrees high from {hours[0]:g} to {hours[1]:g} h",
        field="--hours",
        remedy="Give hours of the day, or ask for thermal pictures alone",
    )


def _weather(rng: Rng) -> Weather:
    """One day's: dry two times of three, mostly clear, with more or less haze."""
    dry = bool(rng.random() < 0.65)
    coldest, warmest = (12.0, 29.0) if dry else (23.0, 34.0)
    warmer = float(rng.normal(0.0, 2.5))
    cover = float(rng.choice([0.0, rng.uniform(0.1, 0.8)], p=[0.6, 0.4]))
    return Weather(
        season=Season.DRY if dry else Season.WET,
        coldest_c=coldest + warmer,
        warmest_c=warmest + warmer,
        wind_mps=float(rng.uniform(0.0, 12.0)),
        wind_from_deg=float(rng.uniform(0.0, 360.0)),
        gust_mps=0.0,
        cloud_base_msl_m=_ABOVE_ALL_M,
        cloud_cover=cover,
        visibility_m=float(np.exp(rng.uniform(np.log(20_000.0), np.log(60_000.0)))),
    )
