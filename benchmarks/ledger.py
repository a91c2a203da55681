"""The ledger beside a plain hash chain: `python -m benchmarks.ledger [ENTRIES]`.

A million entries (or ENTRIES, or `OTEAR_BENCH_ENTRIES`) of about 400 bytes in SQLite on the disk of the temporary
folder, every transaction synced to it. The chain keeps the same bodies in the same kind of table, each with the SHA-256
of the hash before it and its body; the proof of an entry, or that an old head is still the beginning, is everything
from there to the head, and to verify is to replay that. Both have written everything before anything is read. Memory is
the growth of the peak of a fresh process that verifies an exported log, at a tenth of the entries and at all of them.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import BigInteger, Column, Engine, Integer, LargeBinary, MetaData, Table, Text, insert, select

from benchmarks._report import Tables, main
from otear.domain.ledger import Draft, Entry
from otear.ledger.checkpoint import Checkpoint, sign
from otear.ledger.entries import entry_bytes
from otear.ledger.export import Header, write_export
from otear.ledger.export_check import verify_export
from otear.ledger.keys import new_key
from otear.ledger.merkle import leaf_hash, verify_consistency, verify_inclusion
from otear.store.ledger import SqlLedger, writing
from otear.store.sql import SqlStore

_KEY = new_key("bench.example", bytes(32))
_SINGLE, _BATCH, _PROOFS, _REPLAYS = 2000, 1000, 2000, 5
_GENESIS = bytes(32)

_metadata = MetaData()
_chain = Table(
    "chain_entries",
    _metadata,
    Column("sequence", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
)


class Chain:
    """The peer: each entry's hash is over the one before."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        _metadata.create_all(engine)

    def append(self, drafts: Sequence[Draft]) -> None:
        """Append entries in one transaction."""
        with writing(self._engine) as connection:
            newest = select(_chain.c.sequence, _chain.c.hash).order_by(_chain.c.sequence.desc()).limit(1)
            last = connection.execute(newest).first()
            sequence, head = (last.sequence, last.hash) if last else (-1, _GENESIS)
            rows = []
            for number, draft in enumerate(drafts, start=sequence + 1):
                body = entry_bytes(Entry(number, draft))
                head = hashlib.sha256(head + body).digest()
                rows.append({"sequence": number, "body": body.decode(), "hash": head})
            connection.execute(insert(_chain), rows)

    def since(self, sequence: int) -> Iterator[tuple[bytes, bytes]]:
        """Bodies and hashes from an entry to the head, a thousand in memory at a time."""
        key = _chain.c.sequence
        while True:
            with self._engine.connect() as connection:
                rows = connection.execute(select(_chain).where(key >= sequence).order_by(key).limit(_BATCH)).all()
            if not rows:
                return
            yield from ((row.body.encode(), row.hash) for row in rows)
            sequence += len(rows)


def replay(before: bytes, entries: Iterable[tuple[bytes, bytes]]) -> int:
    """Verify a stretch of a chain, given the hash before it; returns how many entries it has."""
    count, head = 0, before
    for body, stored in entries:
        head = hashlib.sha256(head + body).digest()
        if head != stored:
            raise ValueError(f"the chain breaks at entry {count}")
        count += 1
    return count


def tables(entries: int | None = None) -> Tables:
    """Rates of both, and how many times the chain's ours are."""
    entries = entries or int(os.environ.get("OTEAR_BENCH_ENTRIES", "1000000"))
    folder = Path(tempfile.mkdtemp(prefix="otear-bench-"))
    try:
        return {f"The ledger at {entries:,} entries": _measure(folder, entries)}
    finally:
        shutil.rmtree(folder)


def _measure(folder: Path, entries: int) -> list[dict[str, Any]]:
    ours, theirs = SqlStore(f"sqlite:///{folder / 'ours.db'}"), SqlStore(f"sqlite:///{folder / 'chain.db'}")
    ledger, chain, rng = ours.ledger, Chain(theirs.engine), np.random.default_rng(1)
    single = min(_SINGLE, entries // 10)
    rows = [
        _row("appends/s, 1,000 a transaction", *_filled((ledger, chain), 0, entries - single, _BATCH)),
        _row("appends/s, one a transaction", *_filled((ledger, chain), entries - single, entries, 1)),
        *_inclusion(ledger, chain, rng.integers(0, entries, _PROOFS)),
        *_consistency(ledger, chain, rng.integers(1, entries, _PROOFS)),
        _row(
            "stored log verified, entries/s",
            entries / _seconds(lambda: _sure(ledger.verify().valid)),
            entries / _seconds(lambda: _sure(replay(_GENESIS, chain.since(0)) == entries)),
        ),
        *_exported(folder, ledger, chain, entries),
    ]
    ours.close()
    theirs.close()
    return rows


def _filled(logs: Sequence[SqlLedger | Chain], start: int, stop: int, at_once: int) -> list[float]:
    """Appends a second of each; they take turns, so that both meet the same moods of the disk."""
    taken = [0.0] * len(logs)
    for first in range(start, stop, at_once):
        drafts = [_draft(number) for number in range(first, min(first + at_once, stop))]
        for which, log in enumerate(logs):
            taken[which] += _seconds(partial(log.append, drafts))
    return [(stop - start) / seconds for seconds in taken]


def _draft(number: int) -> Draft:
    content, authority = (hashlib.sha256(f"{what}-{number}".encode()).hexdigest() for what in ("content", "authority"))
    return Draft(
        time_us=1_780_000_000_000_000 + 1000 * number,
        actor="ana.lopez",
        role="analyst",
        action="footage.show",
        subject_kind="footage",
        subject_id=f"f-{content[:16]}",
        subject_sha256=content,
        authority_id=f"a-{authority[:16]}",
        authority_sha256=authority,
        reason="",
    )


def _inclusion(ledger: SqlLedger, chain: Chain, chosen: np.ndarray[Any, Any]) -> list[dict[str, Any]]:
    size, root = ledger.size(), ledger.root()
    sequences = [int(sequence) for sequence in chosen]
    proofs: list[list[bytes]] = []
    made_s = _seconds(lambda: proofs.extend(ledger.inclusion(sequence, size) for sequence in sequences))
    bodies = [next(ledger.bodies(sequence)) for sequence in sequences]
    verified_s = _seconds(
        lambda: _sure(
            all(
                verify_inclusion(sequence, size, leaf_hash(body), proof, root)
                for sequence, body, proof in zip(sequences, bodies, proofs, strict=True)
            )
        )
    )
    their_made_s, their_verified_s, their_bytes = _replayed(chain, sequences[:_REPLAYS])
    our_bytes = sum(32 * len(proof) for proof in proofs) / len(proofs)
    return [
        _row("inclusion proofs made/s", len(proofs) / made_s, _REPLAYS / their_made_s),
        _row("inclusion proofs verified/s", len(proofs) / verified_s, _REPLAYS / their_verified_s),
        _row("bytes of an inclusion proof, mean", our_bytes, their_bytes),
    ]


def _consistency(ledger: SqlLedger, chain: Chain, chosen: np.ndarray[Any, Any]) -> list[dict[str, Any]]:
    size, root = ledger.size(), ledger.root()
    olds = [int(old) for old in chosen]
    proofs: list[list[bytes]] = []
    made_s = _seconds(lambda: proofs.extend(ledger.consistency(old, size) for old in olds))
    roots = [ledger.root(old) for old in olds]
    verified_s = _seconds(
        lambda: _sure(
            all(
                verify_consistency(old, size, proof, old_root, root)
                for old, proof, old_root in zip(olds, proofs, roots, strict=True)
            )
        )
    )
    their_made_s, their_verified_s, _ = _replayed(chain, olds[:_REPLAYS])
    return [
        _row("consistency proofs made/s", len(proofs) / made_s, _REPLAYS / their_made_s),
        _row("consistency proofs verified/s", len(proofs) / verified_s, _REPLAYS / their_verified_s),
    ]


def _replayed(chain: Chain, sequences: Sequence[int]) -> tuple[float, float, float]:
    """Seconds to read and to replay the chain from each of these entries on, and the mean bytes of bodies."""
    made_s = verified_s = total = 0.0
    for sequence in sequences:
        before = next(chain.since(sequence - 1))[1] if sequence else _GENESIS
        stretch: list[tuple[bytes, bytes]] = []
        made_s += _seconds(lambda: stretch.extend(chain.since(sequence)))  # noqa: B023
        verified_s += _seconds(lambda: replay(before, stretch))  # noqa: B023
        total += sum(len(body) for body, _ in stretch)
    return made_s, verified_s, total / len(sequences)


def _exported(folder: Path, ledger: SqlLedger, chain: Chain, entries: int) -> list[dict[str, Any]]:
    """Both written to files, and those verified by a fresh process each."""
    small = entries // 10
    found = {}
    for name, export, verify in (("ours", _export_ours, verify_ours), ("chain", _export_chain, verify_chain)):
        part, whole = folder / f"{name}-part", folder / f"{name}-whole"
        log: Any = ledger if name == "ours" else chain
        export(log, part, small)
        written_s = _seconds(lambda: export(log, whole, entries))  # noqa: B023
        _, small_growth = _apart(verify, part, small)
        verified_s, growth = _apart(verify, whole, entries)
        found[name] = (entries / written_s, entries / verified_s, small_growth, growth)
    names = (
        "entries/s exported",
        "exported log verified, entries/s",
        f"peak memory growth, MiB, {small:,} entries",
        f"peak memory growth, MiB, {entries:,} entries",
    )
    return [_row(name, mine, peer) for name, mine, peer in zip(names, found["ours"], found["chain"], strict=True)]


def _export_ours(ledger: SqlLedger, path: Path, entries: int) -> None:
    note = sign(Checkpoint(_KEY.name, entries, ledger.root(entries)), _KEY)
    write_export(path, Header(_KEY.name, _KEY.public), ledger.bodies(0, entries), note)


def _export_chain(chain: Chain, path: Path, entries: int) -> None:
    with path.open("wb") as file:
        for body, head in islice(chain.since(0), entries):
            file.write(b"%b %b\n" % (head.hex().encode(), body))


def verify_ours(path: Path, entries: int) -> None:
    """Verify an exported log with the log's key."""
    report = verify_export(path, log_key=_KEY.public)
    _sure(report.valid and report.entries == entries)


def verify_chain(path: Path, entries: int) -> None:
    """Replay an exported chain."""
    with path.open("rb") as file:
        _sure(replay(_GENESIS, ((line[65:-1], bytes.fromhex(line[:64].decode())) for line in file)) == entries)


def _apart(verify: Callable[[Path, int], None], path: Path, entries: int) -> tuple[float, float]:
    """Seconds, and MiB by which the peak grew, in a process that does nothing else."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(watched, verify, path, entries).result()


def watched(verify: Callable[[Path, int], None], path: Path, entries: int) -> tuple[float, float]:
    """What `_apart` runs in its process."""
    before = _peak_mib()
    seconds = _seconds(lambda: verify(path, entries))
    return seconds, _peak_mib() - before


def _peak_mib() -> float:
    match = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    assert match is not None
    return int(match[1]) / 1024.0


def _row(what: str, ours: float, chain: float) -> dict[str, Any]:
    return {"what": what, "otear": ours, "plain hash chain": chain, "otear / chain": ours / chain if chain else None}


def _sure(true: bool) -> None:
    if not true:
        raise ValueError("what was measured did not verify")


def _seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


if __name__ == "__main__":
    arguments = sys.argv[1:]
    given = int(arguments.pop(0)) if arguments and arguments[0].isdigit() else None
    main(partial(tables, given), __doc__, arguments)
