"""The ground that a flight has shown: all that its pictures hold, and hardly more."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely

from otear.errors import InputError
from otear.geo.camera import sight_lines
from otear.geo.raycast import cast
from otear.simulate.exercise.shown import read_shown, shown_ground, shown_text
from otear.simulate.sortie.lens import camera_lens

from .flights import SIZE, flown, on_task, patch

WIDTH, HEIGHT = SIZE


def shown(visibility_m: float = 40_000.0) -> shapely.Geometry:
    return shown_ground(flown(), patch(), width_px=WIDTH, height_px=HEIGHT, visibility_m=visibility_m)


def test_every_picture_lies_in_what_was_shown() -> None:
    ground = shown()
    rng = np.random.default_rng(1)
    ticks = rng.integers(0, len(flown()), 3_000)
    lens = camera_lens(flown().hfov_rad[ticks], WIDTH, HEIGHT)
    pixels = rng.uniform(0.0, 1.0, (len(ticks), 2)) * SIZE
    hits = cast(patch(), *sight_lines(flown().pose.at(ticks), lens, pixels), max_range_m=40_000.0)
    on = hits.hit
    assert on.mean() > 0.9
    points = shapely.points(np.degrees(hits.lon[on]), np.degrees(hits.lat[on]))
    assert shapely.intersects(ground, points).mean() > 0.99


def test_it_is_hardly_more_than_the_pictures() -> None:
    """As large as what the corners of ten pictures a second enclose, together."""
    corners = np.array([(0, 0), (WIDTH, 0), (WIDTH, HEIGHT), (0, HEIGHT)], dtype=np.float64)
    lens = camera_lens(on_task().hfov_rad, WIDTH, HEIGHT)
    rings = []
    for tick in range(0, len(on_task()), 3):
        pose = on_task().pose.at([tick] * 4)  # type: ignore[arg-type]
        hits = cast(patch(), *sight_lines(pose, lens.at([tick] * 4), corners))  # type: ignore[arg-type]
        rings.append(shapely.Polygon(np.degrees(np.stack([hits.lon, hits.lat], axis=-1))))
    pictures = shapely.union_all(rings)
    ground = shown_ground(on_task(), patch(), width_px=WIDTH, height_px=HEIGHT, visibility_m=40_000.0)
    assert shapely.area(ground) == pytest.approx(shapely.area(pictures), rel=0.05)
    assert shapely.area(shapely.intersection(ground, pictures)) > 0.97 * shapely.area(pictures)


def test_what_lies_beyond_the_visibility_was_not_shown() -> None:
    near = shown(2_000.0)
    assert 0.0 < shapely.area(near) < 0.8 * shapely.area(shown())


def test_what_flights_have_shown_is_read_as_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "shown.geojson"
    one, other = shapely.box(-107.0, 24.0, -106.9, 24.1), shapely.box(-107.0, 24.05, -106.9, 24.2)
    path.write_text(shown_text({"flight-1.ts": one, "flight-2.ts": other}), encoding="utf-8")
    assert shapely.equals(read_shown(path), shapely.union(one, other))
    path.write_text(shown_text({}), encoding="utf-8")
    assert read_shown(path) is None


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"features": [{"geometry": {"type": "Ring"}}]}'])
def test_a_file_that_does_not_say_it_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "shown.geojson"
    with pytest.raises(InputError, match="Make the exercise again"):
        read_shown(path)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"shown\.geojson"):
        read_shown(path)
