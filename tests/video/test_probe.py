"""Bad input: a clear error with source, place and remedy."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from otear.errors import RecordingError
from otear.video.probe import Container, container_of

from .recordings import blocks, events, klv, mux, notices


def refusal(path: Path) -> RecordingError:
    with pytest.raises(RecordingError) as caught:
        events(path)
    assert caught.value.source == str(path)
    assert caught.value.remedy
    return caught.value


def test_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "empty.ts"
    path.touch()
    error = refusal(path)
    assert error.problem == "the file is empty"
    assert error.offset == 0


def test_text_file(tmp_path: Path) -> None:
    path = tmp_path / "notes.ts"
    path.write_text("Good luck\n" * 500)
    assert "it is a text file" in refusal(path).problem


def test_picture_file(tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(1000))
    assert "no metadata we know" in refusal(path).problem


def test_folder_and_missing_file(tmp_path: Path) -> None:
    assert refusal(tmp_path).problem == "it is a folder"
    assert refusal(tmp_path / "nowhere.ts").problem == "there is no such file"


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_unreadable_file(tmp_path: Path) -> None:
    path = tmp_path / "secret.ts"
    path.write_bytes(b"x")
    path.chmod(0)
    assert "cannot be opened" in refusal(path).problem


def test_no_metadata_says_which_streams_there_are(shared_data: Path) -> None:
    problem = refusal(shared_data / "video" / "h264_no_klv.ts").problem
    assert "no KLV metadata" in problem
    assert "h264 video on PID 256" in problem


def test_announced_but_empty_metadata_is_no_metadata(tmp_path: Path) -> None:
    assert "klv metadata on PID 257" in refusal(mux(tmp_path / "none.ts", {0x101: []})).problem


def test_no_pictures_is_a_notice(tmp_path: Path) -> None:
    found = events(mux(tmp_path / "dark.ts", {0x101: [klv(n) for n in range(5)]}, picture=b""))
    assert len(blocks(found)) == 5
    assert notices(found) == ["The recording holds metadata but no pictures."]


def test_raw_klv(tmp_path: Path) -> None:
    path, data = tmp_path / "some.klv", b"xx" + b"".join(klv(n % 200) for n in range(9_000))
    path.write_bytes(data)
    found = blocks(events(path))
    assert container_of(path) is Container.RAW_KLV
    assert b"".join(block.payload for block in found) == data
    assert len(found) > 1
    for block in found:
        assert data.startswith(block.payload, block.offset)
        assert block.pts_s is None


def test_raw_klv_whose_keys_lost_their_first_bytes(tmp_path: Path) -> None:
    path = tmp_path / "cut.klv"
    path.write_bytes(b"".join(klv(n)[5:] for n in range(20)))
    assert container_of(path) is Container.RAW_KLV
