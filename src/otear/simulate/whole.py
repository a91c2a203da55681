"""A folder that is made whole or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from otear.errors import InputError


@contextmanager
def whole_folder(out: Path) -> Iterator[Path]:
    """A draft beside `out` to write into, which becomes `out` on the way out; on any exception nothing stays behind.

    What is at `out` is never written over, also where it came there meanwhile: only a folder that is empty gives way.
    Raises `InputError` for that, before anything is made or in the end, and `OSError` where nothing can be written.
    """
    where = Path(os.path.realpath(out))
    _check_free(where, out)
    made = [folder for folder in where.parents if not folder.exists()]
    # Named by chance: two runs beside each other, for the same folder even, do not meet.
    draft = where.parent / f".otear-{secrets.token_hex(8)}.draft"
    try:
        draft.mkdir(parents=True)
        yield draft
        try:
            draft.rename(where)
        except OSError:
            # Asked only now: what a look before would find, somebody may put there after it.
            _check_free(where, out)
            raise
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        with suppress(OSError):
            for folder in made:
                folder.rmdir()
        raise


def unwritten(path: Path, error: Exception) -> InputError:
    """What to say of a file that a library could not write."""
    return InputError(
        f"cannot be written ({error})",
        source=path,
        remedy="Check that the disk has room and who may read and write there",
    )


def _check_free(where: Path, named: Path) -> None:
    if where.exists() and (not where.is_dir() or any(where.iterdir())):
        raise InputError("is there already", source=named, remedy="Name a new folder: nothing is written over")
