"""Folders that are made whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from otear.errors import InputError
from otear.simulate.whole import whole_folder


def test_a_folder_appears_at_the_end_with_all_that_is_in_it(tmp_path: Path) -> None:
    out = tmp_path / "some" / "where"
    with whole_folder(out) as draft:
        (draft / "inner").mkdir()
        (draft / "inner" / "file").write_text("all")
        assert not out.exists()
    assert (out / "inner" / "file").read_text() == "all"
    assert list(out.parent.iterdir()) == [out]


def test_an_empty_folder_gives_way_also_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "empty")
    with whole_folder(tmp_path / "link") as draft:
        (draft / "file").write_text("all")
    assert (tmp_path / "empty" / "file").read_text() == "all"


def make(out: Path, meanwhile: Callable[[], object]) -> None:
    """A folder with a file in it, and what happens while it is made."""
    with whole_folder(out) as draft:
        (draft / "ours").write_text("ours")
        meanwhile()


def failing(error: type[BaseException]) -> None:
    raise error


@pytest.mark.parametrize("failure", [RuntimeError, KeyboardInterrupt])
def test_nothing_stays_behind(tmp_path: Path, failure: type[BaseException]) -> None:
    with pytest.raises(failure):
        make(tmp_path / "some" / "where", lambda: failing(failure))
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_kept(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").write_text("kept")
    (tmp_path / "file").write_text("kept")
    for name in ("full", "file"):
        with pytest.raises(InputError, match="is there already"):
            make(tmp_path / name, lambda: pytest.fail("nothing was to be made"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "full"]


@pytest.mark.parametrize("inside", ["", "theirs"])
def test_what_came_there_meanwhile_is_kept(tmp_path: Path, inside: str) -> None:
    out = tmp_path / "world"

    def meanwhile() -> None:
        (out / inside).parent.mkdir(exist_ok=True)
        (out / inside).write_text("kept")

    with pytest.raises(InputError, match="is there already"):
        make(out, meanwhile)
    assert (out / inside).read_text() == "kept"
    assert list(tmp_path.iterdir()) == [out]


def test_two_for_the_same_folder_do_not_meet(tmp_path: Path) -> None:
    out = tmp_path / "world"
    with pytest.raises(InputError, match="is there already"):
        make(out, lambda: make(out, lambda: None))
    assert (out / "ours").read_text() == "ours"
    assert list(tmp_path.iterdir()) == [out]
