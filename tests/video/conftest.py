"""A recording of the project's own making, and synthetic flights whose truth is known."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import pytest


class Clip(Protocol):
    """What the fixture of the same name hands out."""

    recording: Path


@pytest.fixture(scope="session")
def clip(clip: Clip) -> Path:
    """The recording alone: 60 pictures, 40 packets."""
    return clip.recording
