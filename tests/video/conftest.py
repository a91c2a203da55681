"""A recording of the project's own making, and synthetic flights whose truth is known."""

from __future__ import annotations

from pathlib import Path

import pytest

from otear.simulate.clip import write_clip


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds: 60 pictures, 40 packets."""
    folder = tmp_path_factory.mktemp("clip")
    write_clip(folder / "clip.ts", folder / "terrain.tif", seed=7, seconds=4.0)
    return folder / "clip.ts"
