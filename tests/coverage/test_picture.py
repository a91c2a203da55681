"""A pass as a picture, where passes are awkward; what the picture shows is tested where recordings are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread

from otear.coverage.picture import PassPicture, draw_pass
from otear.domain.looks import Look, LookCells
from otear.geo.frames import Floats
from otear.geo.grid import SearchGrid


def pixels(path: Path, grid: SearchGrid, row: list[int], col: list[int]) -> Floats:
    """The picture of a pass that saw these cells well, as (height, width, 3)."""
    size = len(row)
    one, seen = np.ones(size, np.float32), np.ones(size, np.bool_)
    where = np.array(row, np.int32), np.array(col, np.int32)
    cells = LookCells(np.zeros(size, np.int32), *where, seen, one, one, one, one, 0.9 * one)
    lat, lon = np.degrees(grid.corners(*where))
    # As footprints come: each is unbroken, and they need not be on the same turn.
    unbroken = np.unwrap(lon, period=360.0, axis=-1)
    rings = tuple(tuple(zip(*ring, strict=True)) for ring in zip(unbroken, lat, strict=True))
    track = np.column_stack([lon[:, 0], lat[:, 0]])
    look = Look(0, 0, 1, 5.0, 1, "end of the recording", rings, ())
    draw_pass(PassPicture("pass", "", grid, [look], cells, track, None, "none", None, "no picture"), path)
    return np.asarray(imread(path)[..., :3], dtype=np.float64)


def test_a_pass_of_a_thousand_kilometres_is_drawn_in_the_memory_of_a_small_one(tmp_path: Path) -> None:
    """Forty thousand cells each way: as an array of cells it would be 13 GB."""
    assert pixels(tmp_path / "wide.png", SearchGrid(24.7, -107.3), [0, 40_000], [0, 40_000]).shape[0] > 700


@pytest.mark.parametrize("origin_lon_deg", [-107.3, 179.999, -180.0])
def test_a_pass_over_the_antimeridian_is_drawn_like_any_other(tmp_path: Path, origin_lon_deg: float) -> None:
    grid = SearchGrid(-17.0, origin_lon_deg)
    row, col = (side.ravel().tolist() for side in np.mgrid[-20:20, -20:20])
    shown = pixels(tmp_path / "pass.png", grid, row, col)
    best = np.array([0.97, 0.91, 0.35])  # the yellow of a high probability, over the ground's grey
    assert np.mean(np.abs(shown - best).max(axis=-1) < 0.3) > 0.1
