"""Where raw bytes live: content-addressed, written whole or not at all, never changed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from otear.errors import InputError, NotFoundError

_CHUNK = 1 << 22
Progress = Callable[[int, int], None]
"""Called with bytes done and bytes in all."""


class StagedBlob(Protocol):
    """A copy of some bytes that is not yet part of the store."""

    @property
    def path(self) -> Path:
        """Where to read it, until it is kept."""
        ...

    @property
    def sha256(self) -> str:
        """Its name to be."""
        ...

    def keep(self) -> None:
        """Publish it in one step."""
        ...


class Blobs(Protocol):
    """A place for raw bytes; a blob's name is the SHA-256 of its content."""

    def stage(self, source: Path, folder: Path, progress: Progress | None = None) -> StagedBlob:
        """Copy `source` into `folder`, which is on the workspace's disk. Raises `InputError` where that fails."""
        ...

    def path(self, sha256: str) -> Path:
        """A local path to read the blob from. Raises `NotFoundError`."""
        ...

    def __contains__(self, sha256: str) -> bool: ...


class FolderBlobs:
    """Blobs in a folder: `ab/abcdef…`, read-only files."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def stage(self, source: Path, folder: Path, progress: Progress | None = None) -> StagedFile:
        """Copy `source` into `folder` while hashing it. Raises `InputError` where that fails."""
        copy = folder / "raw"
        digest = hashlib.sha256()
        done = 0
        try:
            with source.open("rb") as reader, copy.open("wb") as writer:
                size = os.fstat(reader.fileno()).st_size
                while chunk := reader.read(_CHUNK):
                    digest.update(chunk)
                    writer.write(chunk)
                    done += len(chunk)
                    if progress is not None:
                        progress(done, size)
                writer.flush()
                os.fsync(writer.fileno())
        except OSError as error:
            raise InputError(
                f"cannot be copied into {folder} ({error.strerror})",
                source=source,
                remedy="Check that the file is readable and that the disk has room",
            ) from error
        copy.chmod(0o444)
        sha256 = digest.hexdigest()
        return StagedFile(copy, sha256, self._place(sha256))

    def path(self, sha256: str) -> Path:
        """The blob's file. Raises `NotFoundError`."""
        place = self._place(sha256)
        if not place.is_file():
            raise NotFoundError(f"no blob {sha256} in {self.root}", field="sha256", remedy="Ingest the recording again")
        return place

    def __contains__(self, sha256: str) -> bool:
        return self._place(sha256).is_file()

    def _place(self, sha256: str) -> Path:
        return self.root / sha256[:2] / sha256


class StagedFile:
    """A copy in a staging folder, to be moved to its place by its content."""

    def __init__(self, path: Path, sha256: str, place: Path) -> None:
        self.path = path
        self.sha256 = sha256
        self._place = place

    def keep(self) -> None:
        """Move it into place in one step; the same bytes may already be there."""
        self._place.parent.mkdir(parents=True, exist_ok=True)
        self.path.replace(self._place)
