"""Twelve pictures of a world on one page, labelled: is a ranch a ranch, and does light fall from where the sun is?

It reads the truth to know where to look, so it is for those who make worlds and teach with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from otear.domain.authority import SensorKind
from otear.domain.kinds import SiteKind
from otear.errors import InputError
from otear.geo.camera import Lens, Pose
from otear.geo.frames import ecef_from_geodetic, enu_axes, geodetic_from_ecef
from otear.geo.terrain.grid import bilinear
from otear.simulate.scene.render import Renderer
from otear.simulate.scene.weather import Season, Weather
from otear.simulate.sortie.lens import camera_lens
from otear.simulate.world.folder import World
from otear.simulate.world.instructor import truth_of
from otear.simulate.world.land import Cover, Land, Pixels
from otear.simulate.world.truth import HiddenSite, Lookalike, Truth

_SIZE = (640, 360)
_COLUMNS, _BAR_PX, _GAP_PX = 3, 22, 4
_DAY_US, _HOUR_US = 86_400_000_000, 3_600_000_000
_ENDINGS = {".png", ".jpg", ".jpeg"}


@dataclass(frozen=True)
class Frame:
    """One picture: where it looks (metres of the plane), from where, how wide, with what, at which solar hour."""

    label: str
    sensor: SensorKind
    place_m: tuple[float, float]
    bearing_deg: float
    depression_deg: float
    range_m: float
    hfov_deg: float
    solar_h: float


def look_at(
    land: Land, east_m: float, north_m: float, *, bearing_deg: float, depression_deg: float, range_m: float
) -> Pose:
    """The pose of a level camera that sees a place on the ground in the middle of its picture, looking along a bearing
    and down by a depression angle (both as they are at the place). Raises `InputError` for a place off the land."""
    lat, lon = land.plane.place(east_m, north_m)
    column, row = land.grid.index(lat, lon)
    height = float(bilinear(land.patch.heights_m, np.atleast_1d(column), np.atleast_1d(row))[0])
    if not np.isfinite(height):
        raise InputError("is not on the land", field="place", remedy="Look at a place inside the world")
    bearing, down = np.radians(bearing_deg), np.radians(depression_deg)
    axes = enu_axes(lat, lon)
    level = np.cos(down)
    sight = np.array([level * np.sin(bearing), level * np.cos(bearing), -np.sin(down)]) @ axes
    eye = ecef_from_geodetic(lat, lon, height) - range_m * sight
    eye_lat, eye_lon, eye_height = (float(value) for value in geodetic_from_ecef(eye))
    east, north, up = enu_axes(eye_lat, eye_lon) @ sight
    return Pose(eye_lat, eye_lon, eye_height, float(np.arctan2(east, north)), 0.0, 0.0, 0.0, float(np.arcsin(up)), 0.0)


def write_sheet_of(world: World, path: Path) -> list[str]:
    """The same for the folder of a world, with its instructor's part. Raises `InputError`."""
    return write_contact_sheet(truth_of(world), world.season, world.starts_us, path)


def write_contact_sheet(truth: Truth, season: Season, starts_us: int, path: Path) -> list[str]:
    """Write the page as PNG or JPG, by the ending of its name, and return the labels."""
    if path.suffix.lower() not in _ENDINGS:
        raise InputError("is neither PNG nor JPG", source=path, remedy="End its name in .png or .jpg")
    time_us = starts_us + 30 * _DAY_US
    frames = chosen(truth, time_us)
    page = contact_sheet(truth, season, time_us, frames)
    options = [] if path.suffix.lower() == ".png" else [cv2.IMWRITE_JPEG_QUALITY, 72]
    done, coded = cv2.imencode(path.suffix.lower(), page[..., ::-1], options)
    if not done:
        raise InputError("cannot be coded", source=path, remedy="Choose another kind of file")
    path.write_bytes(coded.tobytes())
    return [frame.label for frame in frames]


def chosen(truth: Truth, time_us: int) -> list[Frame]:
    """Twelve frames: the largest valley, a village, a site that is at work, and a lookalike. Raises `InputError` for a
    world that lacks one of them."""
    land = truth.land
    at_work = [site for site in truth.sites if site.from_us <= time_us < site.idle_us] or list(truth.sites)
    if not (land.villages and at_work and truth.lookalikes):
        raise InputError(
            "has no village, site or lookalike", field="world", remedy="Draw the sheet of a world with all three"
        )
    ranch = next((other for other in truth.lookalikes if other.what == "ranch"), truth.lookalikes[0])
    village = max(land.villages, key=lambda each: each.population)
    site = max(at_work, key=lambda each: (each.kind is SiteKind.LABORATORY, len(each.cues)))
    valley = _valley(land)
    town = village.east_m, village.north_m
    hidden, farm = _plane_m(land, site), _plane_m(land, ranch)
    visible, thermal = SensorKind.VISIBLE, SensorKind.THERMAL
    kind = site.kind.value.replace("_", " ")
    return [
        Frame("valley, visible, wide, morning", visible, valley, 60.0, 16.0, 16_000.0, 30.0, 8.3),
        Frame("village, visible, wide", visible, town, 30.0, 28.0, 9_000.0, 9.0, 9.5),
        Frame("village, visible, narrow", visible, town, 30.0, 42.0, 6_000.0, 2.6, 9.5),
        Frame("valley, thermal, wide, morning", thermal, valley, 60.0, 16.0, 16_000.0, 30.0, 8.3),
        Frame("village, thermal, wide, night", thermal, town, 30.0, 28.0, 9_000.0, 9.0, 22.0),
        Frame("village, thermal, narrow, night", thermal, town, 30.0, 42.0, 6_000.0, 2.6, 22.0),
        Frame(f"site ({kind}), visible, wide", visible, hidden, 300.0, 42.0, 6_000.0, 7.0, 15.5),
        Frame(f"site ({kind}), visible, narrow", visible, hidden, 300.0, 48.0, 5_000.0, 1.5, 15.5),
        Frame(f"site ({kind}), thermal, narrow, night", thermal, hidden, 300.0, 48.0, 5_000.0, 1.5, 23.0),
        Frame(f"lookalike ({ranch.what}), visible, wide", visible, farm, 200.0, 42.0, 6_000.0, 7.0, 16.0),
        Frame(f"lookalike ({ranch.what}), visible, narrow", visible, farm, 200.0, 48.0, 5_000.0, 1.5, 16.0),
        Frame(f"lookalike ({ranch.what}), thermal, narrow, day", thermal, farm, 200.0, 48.0, 5_000.0, 1.5, 14.0),
    ]


def _plane_m(land: Land, place: HiddenSite | Lookalike) -> tuple[float, float]:
    east, north = land.plane.metres(np.radians(place.lat_deg), np.radians(place.lon_deg))
    return float(east), float(north)


def _valley(land: Land) -> tuple[float, float]:
    """The place with the most fields within a kilometre and the most relief within four."""
    step = 8
    msl, cover = land.msl_m[::step, ::step], land.cover[::step, ::step]
    rows, columns = msl.shape
    wide = np.ones((min(33, rows), min(33, columns)), dtype=np.uint8)
    relief = cv2.dilate(msl, wide) - cv2.erode(msl, wide)
    fields = cv2.blur((cover == Cover.CROPS).astype(np.float32), (9, 9))
    inner = np.zeros_like(msl)
    inner[rows // 5 : rows - rows // 5, columns // 5 : columns - columns // 5] = 1.0
    row, column = divmod(int(np.argmax((relief + 1.0) * inner * (fields + 1e-3))), columns)
    east, north = land.plane.metres(*land.grid.place(column * step, row * step))
    return float(east), float(north)


def contact_sheet(truth: Truth, season: Season, time_us: int, frames: list[Frame]) -> Pixels:
    """The page, (height, width, 3), three pictures in a row, each with its label under it. `time_us` names the day."""
    width, height = _SIZE
    rows = -(-len(frames) // _COLUMNS)
    page = np.full(
        (rows * (height + _BAR_PX + _GAP_PX) + _GAP_PX, _COLUMNS * (width + _GAP_PX) + _GAP_PX, 3), 24, dtype=np.uint8
    )
    renderers = {
        sensor: Renderer(truth, _weather(season), sensor, width, height, seed=0)
        for sensor in dict.fromkeys(frame.sensor for frame in frames)
    }
    for i, frame in enumerate(frames):
        picture = taken(renderers[frame.sensor], truth.land, frame, time_us)
        top = _GAP_PX + i // _COLUMNS * (height + _BAR_PX + _GAP_PX)
        left = _GAP_PX + i % _COLUMNS * (width + _GAP_PX)
        page[top : top + height, left : left + width] = picture if picture.ndim == 3 else picture[..., None]
        text = f"{frame.label}  ({frame.hfov_deg:g} deg, {frame.range_m / 1000.0:g} km, {frame.solar_h:04.1f} h sun)"
        cv2.putText(
            page, text, (left + 4, top + height + 16), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (235, 235, 235), 1, cv2.LINE_AA
        )
    return page


def taken(renderer: Renderer, land: Land, frame: Frame, time_us: int) -> Pixels:
    """The picture of a frame on the day of a time."""
    pose = look_at(
        land, *frame.place_m, bearing_deg=frame.bearing_deg, depression_deg=frame.depression_deg,
        range_m=frame.range_m,
    )  # fmt: skip
    lens: Lens = camera_lens(np.radians(frame.hfov_deg), renderer.width_px, renderer.height_px)
    hours = frame.solar_h - np.degrees(land.plane.lon) / 15.0
    return renderer.picture(
        pose, Lens(float(lens.hfov), float(lens.vfov), lens.width_px, lens.height_px),
        time_us // _DAY_US * _DAY_US + round(hours * _HOUR_US),
    )  # fmt: skip


def _weather(season: Season) -> Weather:
    """A clear day of the season."""
    coldest, warmest, visibility = (12.0, 29.0, 45_000.0) if season is Season.DRY else (23.0, 34.0, 25_000.0)
    return Weather(season, coldest, warmest, 3.0, 300.0, 0.5, 6_000.0, 0.0, visibility)
