"""What only the instructor's folder of a world tells. Nothing outside `otear.simulate` may import this module, nor call
anything that gives away what it returns (tests/test_hidden_truth.py)."""

from __future__ import annotations

from pathlib import Path

from otear.errors import InputError
from otear.simulate.world.folder import INSTRUCTOR, World
from otear.simulate.world.seal import read_truth
from otear.simulate.world.truth import Truth


def seed_of(world: World) -> int:
    """What a world was made from. Raises `InputError` where the instructor's folder is not there."""
    return _read_seed(world.folder / INSTRUCTOR / "seed")


def truth_of(world: World) -> Truth:
    """What is hidden in a world. Raises `InputError` where the instructor's folder is not there, or is damaged."""
    return read_truth(world.folder / INSTRUCTOR / "truth", seed_of(world))


def _read_seed(path: Path) -> int:
    """The seed in a file. Raises `InputError`."""
    try:
        return int(path.read_text(encoding="ascii"))
    except OSError as error:
        raise InputError(
            f"cannot be read ({error.strerror})",
            source=path,
            remedy="Ask the instructor: only whoever made the world has its seed",
        ) from error
    except ValueError as error:
        raise InputError(
            "holds no whole number", source=path, remedy="Write the seed there and nothing else"
        ) from error
