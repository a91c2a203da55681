"""The ledger's key: made once with the workspace, for its owner's eyes, and never replaced."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from otear.domain.ledger import Draft
from otear.errors import InputError
from otear.ledger.keys import public_key
from otear.store import log_key
from otear.store.log_key import make_log_key, read_log_key
from otear.store.workspace import Workspace, create_workspace, open_workspace


def modes(folder: Path) -> dict[str, int]:
    """Who may do what with the files of a folder, itself included."""
    return {path.name: path.stat().st_mode & 0o777 for path in (folder, *folder.iterdir())}


def test_a_new_workspace_has_a_key_for_its_owner_s_eyes(workspace: Workspace) -> None:
    folder = workspace.root / "keys"
    assert modes(folder) == {"keys": 0o700, "log.key": 0o600, "log.pub": modes(folder)["log.pub"]}
    assert set(modes(folder)) == {"keys", "log.key", "log.pub"}, "no draft is left"
    assert public_key((folder / "log.pub").read_text()) == workspace.log_key().public
    assert "PRIVATE" not in (folder / "log.pub").read_text()


def test_no_two_logs_share_a_name_or_a_key(tmp_path: Path) -> None:
    keys = [create_workspace(tmp_path / str(n)).log_key() for n in range(3)]
    assert len({key.name for key in keys}) == len({key.public.raw for key in keys}) == 3


def test_the_same_entropy_gives_the_same_key(tmp_path: Path) -> None:
    for name in ("one", "two"):
        make_log_key(tmp_path / name, lambda count: bytes(range(count)))
    assert read_log_key(tmp_path / "one").text == read_log_key(tmp_path / "two").text


def test_making_it_again_changes_nothing(workspace: Workspace) -> None:
    before = workspace.log_key().text
    make_log_key(workspace.root / "keys", secrets.token_bytes)
    assert open_workspace(workspace.root).log_key().text == before


def test_a_making_that_was_interrupted_is_made_good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the public key and the secret one: the public key must not stay another one's."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(log_key, "write_secret", interrupt)
        with pytest.raises(KeyboardInterrupt):
            create_workspace(tmp_path / "workspace")
    workspace = create_workspace(tmp_path / "workspace")
    assert public_key((workspace.root / "keys" / "log.pub").read_text()) == workspace.log_key().public


def test_a_workspace_of_a_version_without_a_ledger_gets_one(workspace: Workspace) -> None:
    folder = workspace.root / "keys"
    for path in folder.iterdir():
        path.unlink()
    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(open_workspace, [workspace.root] * 4))
    assert len({one.log_key().text for one in opened}) == 1
    assert public_key((folder / "log.pub").read_text()) == opened[0].log_key().public


@pytest.mark.parametrize("whole_folder", [False, True])
def test_a_key_that_is_lost_is_told_and_not_replaced(workspace: Workspace, *, whole_folder: bool) -> None:
    folder = workspace.root / "keys"
    workspace.ledger.append([Draft(1, "ana", "analyst", "plan", "plan", "p-1")])
    (folder / "log.key").unlink()
    if whole_folder:
        (folder / "log.pub").unlink()
        folder.rmdir()
    opened = open_workspace(workspace.root)
    with pytest.raises(InputError, match="is gone") as caught:
        opened.log_key()
    assert caught.value.source == str(folder / "log.key")
    assert "copy" in caught.value.remedy
    assert opened.ledger.verify().valid


@pytest.mark.parametrize("content", [b"", b"nonsense", b"\xff\xfe\x00", "PRIVATE+KEY+é+1+x".encode()])
def test_a_key_that_is_not_whole_is_named(workspace: Workspace, content: bytes) -> None:
    secret = workspace.root / "keys" / "log.key"
    kept = secret.read_bytes()
    for damaged in (content, kept[: len(kept) // 2], kept[:-10] + b"AAAA\n"):
        secret.write_bytes(damaged)
        with pytest.raises(InputError) as caught:
            workspace.log_key()
        assert caught.value.source == str(secret)
        assert kept.decode().strip() not in str(caught.value), "no error tells the secret"
