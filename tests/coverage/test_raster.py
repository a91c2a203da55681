"""A raster that would be too large is refused before anything is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from otear.coverage.aggregate import Aggregate, Extent
from otear.coverage.raster import write_raster
from otear.errors import InputError
from otear.geo.grid import SearchGrid


def test_recordings_far_apart_are_no_one_raster(tmp_path: Path) -> None:
    cells = Aggregate(SearchGrid(24.0, -107.0), Extent(0, 0, 67_072, 30_345), 512, iter([]))
    with pytest.raises(InputError, match="too far apart"):
        write_raster(cells, tmp_path / "coverage.tif")
    assert list(tmp_path.iterdir()) == []
