"""Where raw bytes live: content-addressed, written whole or not at all, never changed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from otear.errors import InputError, NotFoundError

_CHUNK = 1 << 22
Progress = Callable[[int, int], None]
"""Called with bytes done and bytes in all."""


class Blobs(Protocol):
    """A place for raw bytes; a blob's name is the SHA-256 of its content."""

    def stage(self, source: Path, progress: Progress | None = None) -> StagedBlob:
        """Copy `source` in without publishing it: `StagedBlob.keep` does that, `StagedBlob.discard` undoes it."""
        ...

    def path(self, sha256: str) -> Path:
        """A local path to read the blob from. Raises `NotFoundError`."""
        ...

    def __contains__(self, sha256: str) -> bool: ...


class StagedBlob:
    """Bytes that are in the store's folder but not yet part of it."""

    def __init__(self, staged: Path, final: Path, sha256: str, size: int) -> None:
        self.staged = staged
        self.final = final
        self.sha256 = sha256
        self.size = size

    def keep(self) -> Path:
        """Publish under the content's name in one atomic step; returns where it is now."""
        self.final.parent.mkdir(parents=True, exist_ok=True)
        self.staged.replace(self.final)
        return self.final

    def discard(self) -> None:
        """Leave no trace. Harmless after `keep`."""
        self.staged.unlink(missing_ok=True)


class FolderBlobs:
    """Blobs in a folder: `ab/abcdef…`, read-only files."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def stage(self, source: Path, progress: Progress | None = None) -> StagedBlob:
        """Copy `source` into the folder while hashing it. Raises `InputError` if it cannot be read."""
        self.root.mkdir(parents=True, exist_ok=True)
        staged = self.root / f".staged-{os.getpid()}-{source.name}"
        digest = hashlib.sha256()
        done = 0
        try:
            with source.open("rb") as reader, staged.open("wb") as writer:
                size = os.fstat(reader.fileno()).st_size
                while chunk := reader.read(_CHUNK):
                    digest.update(chunk)
                    writer.write(chunk)
                    done += len(chunk)
                    if progress is not None:
                        progress(done, size)
                writer.flush()
                os.fsync(writer.fileno())
        except BaseException as error:
            staged.unlink(missing_ok=True)
            if isinstance(error, OSError):
                raise InputError(
                    f"cannot be copied into {self.root} ({error.strerror})",
                    source=source,
                    remedy="Check that the file is readable and that the disk has room",
                ) from error
            raise
        staged.chmod(0o444)
        sha256 = digest.hexdigest()
        return StagedBlob(staged, self._place(sha256), sha256, done)

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


@contextmanager
def staged(blobs: Blobs, source: Path, progress: Progress | None = None) -> Iterator[StagedBlob]:
    """A staged blob that is discarded on the way out unless it was kept."""
    blob = blobs.stage(source, progress)
    try:
        yield blob
    finally:
        blob.discard()
