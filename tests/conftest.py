"""Fixtures for every test."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

from otear.simulate.clip import write_clip
from otear.store.workspace import Workspace, create_workspace

settings.register_profile("house", deadline=None)  # a busy machine is not a failure
settings.load_profile("house")

REPOSITORY = Path(__file__).resolve().parent.parent
SHARED_DATA = Path(os.environ.get("OTEAR_SHARED_DATA", REPOSITORY.parent / "shared" / "data"))


@pytest.fixture
def shared_data() -> Path:
    """The folder of public clips and vectors beside the checkout; a test that needs it skips where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"public test data is not here: {SHARED_DATA} (set OTEAR_SHARED_DATA to its folder)")
    return SHARED_DATA


@dataclass(frozen=True)
class Clip:
    """A recording of the project's own making and the terrain under it."""

    recording: Path
    terrain: Path


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    """Four seconds of flight over synthetic hills, made once."""
    folder = tmp_path_factory.mktemp("clip")
    made = Clip(folder / "clip.ts", folder / "terrain.tif")
    write_clip(made.recording, made.terrain, seed=7, seconds=4.0)
    return made


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """An empty workspace."""
    return create_workspace(tmp_path / "workspace")
