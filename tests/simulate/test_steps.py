"""What ST 0601 has too few bits for is on a step of it, and loses nothing."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from otear.geo.camera import Pose, camera_axes
from otear.simulate.sortie.heading import with_heading_on_a_step
from otear.simulate.sortie.lens import camera_lens
from otear.video.klv.items import ITEMS

ANGLE = st.floats(-3.1, 3.1)


def sent(tag: int, degrees: float) -> float:
    codec = ITEMS[tag].codec
    found = codec.decode(codec.encode(degrees))
    assert isinstance(found, float)
    return found


@given(st.tuples(ANGLE, st.floats(-0.3, 0.3), st.floats(-0.6, 0.6), ANGLE, st.floats(-1.57, 0.3), st.floats(-0.5, 0.5)))
def test_a_heading_on_a_step_leaves_the_sight_lines_as_they_are(angles: tuple[float, ...]) -> None:
    heading, pitch, roll, azimuth, elevation, twist = (np.array([angle]) for angle in angles)
    here = np.zeros(1)
    pose = Pose(here, here, here, heading, pitch, roll, azimuth, elevation, twist)
    stepped = with_heading_on_a_step(pose)
    # Looking straight down along the axis of its azimuth, the rest of the heading turns the picture by half a step.
    assert np.abs(camera_axes(stepped) - camera_axes(pose)).max() < (1e-9 if np.cos(elevation) > 1e-4 else 1e-4)
    degrees = float(np.degrees(stepped.heading[0])) % 360.0
    assert abs((sent(5, degrees) - degrees + 180.0) % 360.0 - 180.0) < 1e-9
    assert abs((degrees - np.degrees(heading[0]) + 180.0) % 360.0 - 180.0) <= 0.5 * 360.0 / 65_535 + 1e-9


@given(st.floats(0.3, 80.0))
def test_a_lens_is_one_that_a_stream_can_say(hfov_deg: float) -> None:
    lens = camera_lens(np.radians(hfov_deg), 1280, 720)
    assert abs(np.degrees(lens.hfov) - hfov_deg) < 0.0014
    for tag, field in ((16, lens.hfov), (17, lens.vfov)):
        assert abs(sent(tag, float(np.degrees(field))) - float(np.degrees(field))) < 1e-9
    assert abs(np.tan(lens.vfov / 2.0) / np.tan(lens.hfov / 2.0) - 720 / 1280) < 0.01


def test_lenses_of_many_moments_are_each_the_one_of_its_moment() -> None:
    fields = np.radians([0.6, 2.8, 34.0])
    many = camera_lens(fields, 1280, 720)
    assert [float(f) for f in np.asarray(many.vfov)] == [float(camera_lens(f, 1280, 720).vfov) for f in fields]
