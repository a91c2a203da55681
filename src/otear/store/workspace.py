"""A workspace: one folder with settings, the index database, raw media, and what was derived from them.

otear.toml          settings
otear.db            the index (SQLite, WAL)
media/ab/abcd…      raw recordings, byte for byte, named by their SHA-256
derived/FOOTAGE/    packets.parquet, telemetry.parquet, coverage.parquet
staging/            work in progress; whatever is here when a command starts was interrupted and is swept
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL

from otear.errors import InputError, NotFoundError
from otear.store.base import FootageRow, Store
from otear.store.blobs import Blobs, FolderBlobs
from otear.store.recording_files import PACKETS_FILE, TELEMETRY_FILE
from otear.store.settings import Settings, read_settings, settings_text
from otear.store.sql import SqlStore
from otear.store.staging import locked, staging_folder

SETTINGS_FILE = "otear.toml"
COVERAGE_FILE = "coverage.parquet"
_DATABASE_FILE = "otear.db"


@dataclass(frozen=True)
class Workspace:
    """An open workspace."""

    root: Path
    settings: Settings
    store: Store
    blobs: Blobs

    def derived(self, footage_id: str) -> Path:
        """The folder of what was derived from one recording."""
        return self.root / "derived" / footage_id

    def staging(self) -> AbstractContextManager[Path]:
        """An empty folder to build in, gone on the way out; what killed processes left behind is swept first."""
        return staging_folder(self.root / "staging")

    def publish(self, staged: Path, row: FootageRow) -> FootageRow:
        """Move a folder that was built in staging into place and index it; returns the row that stands.

        It goes over what an interrupted run may have left there. What the index already describes stays: another
        process was faster, and its row is returned.
        """
        final = self.derived(row.footage_id)
        final.parent.mkdir(parents=True, exist_ok=True)
        with locked(final.parent):
            standing = next((one for one in self.store.all_footage() if one.footage_id == row.footage_id), None)
            if standing is not None and self.holds(standing):
                return standing
            if final.exists():
                # Into staging, which is swept: nobody ever sees a folder that is half deleted.
                final.rename(staged.with_name(f"{staged.name}-before"))
            staged.rename(final)
            if standing is not None:
                return standing
            self.store.add_footage(row)
        return row

    def holds(self, row: FootageRow) -> bool:
        """Whether everything that the index says of a recording is there: its raw bytes, and what was derived."""
        names = [PACKETS_FILE, TELEMETRY_FILE, *([COVERAGE_FILE] if row.bounds_deg is not None else [])]
        return row.sha256 in self.blobs and all((self.derived(row.footage_id) / name).is_file() for name in names)


def create_workspace(root: Path) -> Workspace:
    """Make a workspace in an empty or missing folder, or open the one that is there. Raises `InputError`.

    What an interrupted `create_workspace` left does not count as something in the folder.
    """
    if (root / SETTINGS_FILE).exists():
        return open_workspace(root)
    draft = root / f".{SETTINGS_FILE}"
    ours = (_DATABASE_FILE, draft.name)
    if root.exists() and (not root.is_dir() or any(not path.name.startswith(ours) for path in root.iterdir())):
        raise InputError(
            "is not an empty folder",
            source=root,
            remedy="Name a new or empty folder with --workspace",
        )
    root.mkdir(parents=True, exist_ok=True)
    with locked(root):
        if not (root / SETTINGS_FILE).exists():
            # The settings file comes last: its presence is what makes the folder a workspace.
            SqlStore(_database_url(root)).close()
            draft.write_text(settings_text(), encoding="utf-8")
            draft.replace(root / SETTINGS_FILE)
    return open_workspace(root)


def open_workspace(root: Path) -> Workspace:
    """Open the workspace in `root`. Raises `NotFoundError` if there is none, `SettingError` for its settings."""
    settings_file = root / SETTINGS_FILE
    if not settings_file.is_file():
        raise NotFoundError(
            "is not an Otear workspace",
            source=root,
            remedy=f"Make one with `otear --workspace {root} init`, or name another with --workspace",
        )
    return Workspace(
        root=root,
        settings=read_settings(settings_file),
        store=SqlStore(_database_url(root)),
        blobs=FolderBlobs(root / "media"),
    )


def _database_url(root: Path) -> URL:
    return URL.create("sqlite", database=str((root / _DATABASE_FILE).resolve()))
