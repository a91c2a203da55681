"""The contact sheet shows twelve labelled pictures of a world."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from otear.errors import InputError
from otear.geo.camera import Lens, sight_lines
from otear.geo.raycast import cast
from otear.simulate.scene.contact_sheet import chosen, contact_sheet, look_at, write_contact_sheet
from otear.simulate.scene.weather import Season
from otear.simulate.world.land import Cover

from .lands import land, truth

DAY = 1_772_064_000_000_000


def test_look_at_puts_the_place_in_the_middle_of_the_picture() -> None:
    ground = land("ridge")
    pose = look_at(ground, 200.0, -900.0, bearing_deg=35.0, depression_deg=40.0, range_m=1_200.0)
    hits = cast(ground.patch, *sight_lines(pose, Lens(0.1, 0.05, 640, 360), np.array([[320.0, 180.0]])))
    east, north = ground.plane.metres(hits.lat, hits.lon)
    assert (float(east[0]), float(north[0])) == pytest.approx((200.0, -900.0), abs=0.01)
    assert hits.range_m[0] == pytest.approx(1_200.0, abs=0.01)


def test_a_place_off_the_land_is_refused() -> None:
    with pytest.raises(InputError, match="not on the land"):
        look_at(land(), 90_000.0, 0.0, bearing_deg=0.0, depression_deg=40.0, range_m=1_000.0)


def test_twelve_frames_of_every_kind() -> None:
    frames = chosen(truth(land("flat", Cover.CROPS)), DAY)
    assert len(frames) == 12
    assert len({frame.label for frame in frames}) == 12
    for word in ("valley", "village", "site", "lookalike", "visible", "thermal", "wide", "narrow"):
        assert sum(word in frame.label for frame in frames) >= 2, word


def test_a_world_without_villages_has_no_sheet() -> None:
    with pytest.raises(InputError, match="no village"):
        chosen(truth(replace(land(), villages=())), DAY)


def test_the_page_is_written_whole_or_refused(tmp_path: Path) -> None:
    world = truth(land("flat", Cover.SCRUB))
    frames = chosen(world, DAY)[2:4]
    page = contact_sheet(world, Season.DRY, DAY, frames)
    assert page.shape[1] > 3 * 640
    assert page[4:364, 4:644].std() > 5.0
    with pytest.raises(InputError, match="neither PNG nor JPG"):
        write_contact_sheet(world, Season.DRY, DAY, tmp_path / "sheet.gif")
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_the_written_page_can_be_read(tmp_path: Path) -> None:
    labels = write_contact_sheet(truth(land("flat", Cover.SCRUB)), Season.DRY, DAY, tmp_path / "sheet.jpg")
    assert len(labels) == 12
    page = cv2.imread(str(tmp_path / "sheet.jpg"))
    assert page.shape[0] > 4 * 360
