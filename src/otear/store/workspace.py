"""A workspace: one folder with settings, the index database, raw media, and what was derived from them.

otear.toml          settings
otear.db            the index and the ledger (SQLite, WAL)
keys/log.key        what the ledger's checkpoints are signed with, and log.pub, what others verify them with
media/ab/abcd…      raw recordings, byte for byte, named by their SHA-256
sources/ab/abcd…    files of counts and boundaries as they were imported, named in the same way
derived/FOOTAGE/    packets.parquet, telemetry.parquet, coverage.parquet
staging/            work in progress; whatever is here when a command starts was interrupted and is swept, but for what
                    came over a live link (`spool.py`)
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL

from otear.domain.ledger import Draft
from otear.errors import InputError, NotFoundError
from otear.ledger.keys import SigningKey
from otear.store.base import FootageRow, Keeping, KeepRow, Registers, Sites, Store
from otear.store.blobs import Blobs, FolderBlobs, StagedBlob
from otear.store.keeping import SqlKeeping
from otear.store.ledger import SqlLedger
from otear.store.log_key import has_log_key, make_log_key, read_log_key
from otear.store.plans import SqlPlans
from otear.store.recording_files import PACKETS_FILE, TELEMETRY_FILE
from otear.store.records import SqlRecords
from otear.store.registers import SqlRegisters
from otear.store.settings import Settings, read_settings, settings_text
from otear.store.sites import SqlSites
from otear.store.sql import SqlStore
from otear.store.staging import locked, staging_folder

SETTINGS_FILE = "otear.toml"
COVERAGE_FILE = "coverage.parquet"
_DATABASE_FILE = "otear.db"
_KEYS = "keys"


@dataclass(frozen=True)
class Workspace:
    """An open workspace."""

    root: Path
    settings: Settings
    store: Store
    registers: Registers
    keeping: Keeping
    sites: Sites
    records: SqlRecords
    plans: SqlPlans
    ledger: SqlLedger
    blobs: Blobs

    def derived(self, footage_id: str) -> Path:
        """The folder of what was derived from one recording."""
        return self.root / "derived" / footage_id

    def staging(self) -> AbstractContextManager[Path]:
        """An empty folder to build in, gone on the way out; what killed processes left behind is swept first."""
        return staging_folder(self.root / "staging")

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the lock of those who publish, purge or hold recordings, waiting for it."""
        folder = self.root / "derived"
        folder.mkdir(exist_ok=True)
        with locked(folder):
            yield

    def publish(
        self,
        raw: StagedBlob,
        staged: Path,
        row: FootageRow,
        *,
        instead_of: FootageRow | None,
        keep: Sequence[KeepRow],
        notes: Sequence[Draft],
    ) -> FootageRow:
        """Move raw bytes and a folder that was built in staging into place and index them; returns the row that stands.

        `instead_of` is what the index said before, None where it did not know the recording. Where it says something
        else by now another process was faster, and its row is returned.
        """
        final = self.derived(row.footage_id)
        with self.alone():
            standing = self.store.find(row.footage_id)
            if standing is not None and standing != instead_of:
                return standing
            raw.keep()
            if final.exists():
                # Into staging, which is swept: nobody ever sees a folder that is half deleted.
                final.rename(staged.with_name(f"{staged.name}-before"))
            staged.rename(final)
            if standing is None:
                self.store.add_footage(row, keep, notes)
            else:
                self.store.change_footage(row, keep, notes)
        return row

    def publish_coverage(
        self,
        staged: Path | None,
        row: FootageRow,
        *,
        instead_of: FootageRow,
        keep: Sequence[KeepRow],
        notes: Sequence[Draft],
    ) -> FootageRow:
        """Move a coverage file into place and say what was seen; returns the row that stands.

        Where another process adopted the recording since `instead_of` was read, or it was purged, its row is returned.
        """
        with self.alone():
            standing = self.store.footage(row.footage_id)
            if standing.authority_id != instead_of.authority_id or standing.summary.get("purged"):
                return standing
            final = self.derived(row.footage_id) / COVERAGE_FILE
            if staged is None:
                final.unlink(missing_ok=True)
            else:
                staged.replace(final)
            self.store.change_footage(row, keep, notes)
        return row

    def log_key(self) -> SigningKey:
        """What the ledger's checkpoints are signed with. Raises `InputError` where it was lost."""
        return read_log_key(self.root / _KEYS)

    def holds(self, row: FootageRow) -> bool:
        """Whether everything that the index says of a recording is there: its raw bytes, and what was derived."""
        names = [PACKETS_FILE, TELEMETRY_FILE, *([COVERAGE_FILE] if row.bounds_deg is not None else [])]
        return row.sha256 in self.blobs and all((self.derived(row.footage_id) / name).is_file() for name in names)


def create_workspace(root: Path, entropy: Callable[[int], bytes] = secrets.token_bytes) -> Workspace:
    """Make a workspace in an empty or missing folder, or open the one that is there. Raises `InputError`.

    The ledger's key is made from `entropy`. What an interrupted `create_workspace` left does not count as something in
    the folder.
    """
    if (root / SETTINGS_FILE).exists():
        return open_workspace(root)
    draft = root / f".{SETTINGS_FILE}"
    ours = (_DATABASE_FILE, draft.name, _KEYS)
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
            make_log_key(root / _KEYS, entropy)
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
    settings = read_settings(settings_file)
    store = SqlStore(_database_url(root))
    if not has_log_key(root / _KEYS) and store.ledger.size() == 0:
        with locked(root):
            make_log_key(root / _KEYS, secrets.token_bytes)  # of a version that kept no ledger; else there is one
    return Workspace(
        root=root,
        settings=settings,
        store=store,
        registers=SqlRegisters(store.engine, store.ledger),
        keeping=SqlKeeping(store.engine, store.ledger),
        sites=SqlSites(store.engine, store.ledger),
        plans=SqlPlans(store.engine, store.ledger),
        records=SqlRecords(store.engine, store.ledger, FolderBlobs(root / "sources")),
        ledger=store.ledger,
        blobs=FolderBlobs(root / "media"),
    )


def _database_url(root: Path) -> URL:
    return URL.create("sqlite", database=str((root / _DATABASE_FILE).resolve()))
