"""The parent of writers that a test kills: it imports once and forks four for every line that it reads.

A line is DATABASE_URL, a folder, the first time to write, and how many batches each writer appends (0: until killed).
It answers with the writers' process numbers, and once all have ended with their exit codes. Writer N notes
what the ledger acknowledged, one `SEQUENCE LEAF` a line, in the folder's file N, after `append` has returned.
"""

from __future__ import annotations

import itertools
import os
import sys
import traceback
from pathlib import Path

from otear.domain.ledger import Draft
from otear.ledger.entries import entry_bytes
from otear.ledger.merkle import leaf_hash
from otear.store.sql import SqlStore

WRITERS = 4


def batch(writer: int, number: int, time_us: int) -> list[Draft]:
    """One to three entries that belong together: they name their batch, and how many they are."""
    count = 1 + number % 3
    subject = f"{time_us}-{writer}-{number}"
    return [Draft(time_us, f"writer {writer}", "analyst", "write", str(count), subject) for _ in range(count)]


def write(url: str, notes: Path, writer: int, time_us: int, batches: int) -> None:
    """Append, and note what was acknowledged."""
    ledger = SqlStore(url).ledger
    file = os.open(notes, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for number in range(batches) if batches else itertools.count():
        entries = ledger.append(batch(writer, number, time_us))
        os.write(file, b"".join(b"%d %s\n" % (e.sequence, leaf_hash(entry_bytes(e)).hex().encode()) for e in entries))


def fork(url: str, notes: Path, writer: int, time_us: int, batches: int) -> int:
    """Start a writer; returns its process number."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            write(url, notes, writer, time_us, batches)
            code = 0
        except Exception:
            traceback.print_exc()
        finally:
            os._exit(code)
    return pid


def answer(numbers: list[int]) -> None:
    """Say numbers on one line."""
    sys.stdout.write(" ".join(map(str, numbers)) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Answer lines until there are no more."""
    for line in sys.stdin:
        url, folder, time_us, batches = line.split()
        pids = [fork(url, Path(folder) / str(writer), writer, int(time_us), int(batches)) for writer in range(WRITERS)]
        answer(pids)
        codes = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]
        answer(codes)


if __name__ == "__main__":
    main()
