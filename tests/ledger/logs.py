"""Small logs that tests keep, prove and export."""

from __future__ import annotations

import io
from collections.abc import Sequence

from otear.domain.ledger import Draft, Entry, Outcome
from otear.ledger.checkpoint import Checkpoint, sign
from otear.ledger.entries import entry_bytes
from otear.ledger.export import Header, write_export
from otear.ledger.keys import SigningKey
from otear.ledger.merkle import Frontier, Node, consistency_proof, inclusion_proof, leaf_hash, root_at
from otear.ledger.proofs import Older, Proof, make_proof

from .signers import LOG


def entry(sequence: int, reason: str = "") -> Entry:
    """One of several kinds, by its number."""
    return Entry(
        sequence,
        Draft(
            time_us=1_767_323_045_000_006 + sequence * 86_400_000_000,
            actor="ana",
            role="analyst",
            action=("imagery.read", "authority.revoke", "export.refuse")[sequence % 3],
            subject_kind="footage",
            subject_id=f"f-{sequence}",
            subject_sha256="ab" * 32 if sequence % 2 else "",
            authority_id="a-1" if sequence % 3 else "",
            authority_sha256="cd" * 32 if sequence % 3 else "",
            outcome=list(Outcome)[sequence % 3],
            reason=reason or 'Dijo "no": fuera de la ventana ñ',
        ),
    )


class Log:
    """Entries in memory, with every perfect subtree over them, as a store keeps them."""

    def __init__(self, entries: Sequence[Entry], key: SigningKey = LOG) -> None:
        self.entries = list(entries)
        self.bodies = [entry_bytes(one) for one in entries]
        self.key = key
        self.hashes: dict[Node, bytes] = {}
        frontier = Frontier.empty()
        for index, body in enumerate(self.bodies):
            self.hashes[0, index] = leaf_hash(body)
            for level, at, whole in frontier.append(leaf_hash(body)):
                self.hashes[level, at] = whole

    def read(self, nodes: Sequence[Node]) -> list[bytes]:
        """A `NodeReader`."""
        return [self.hashes[node] for node in nodes]

    def note(self, size: int | None = None) -> str:
        """The signed checkpoint at a size."""
        size = len(self.bodies) if size is None else size
        return sign(Checkpoint(self.key.name, size, root_at(size, self.read)), self.key)

    def consistency(self, old: int) -> list[bytes]:
        """From an old size to this one."""
        return consistency_proof(old, len(self.bodies), self.read)

    def proof(self, sequence: int, note: str | None = None, old: int | None = None) -> Proof:
        """Of one entry, at a note of this size, with the way from an older size."""
        inclusion = inclusion_proof(sequence, len(self.bodies), self.read)
        older = None if old is None else Older(self.note(old), tuple(self.consistency(old)))
        return make_proof(self.entries[sequence], inclusion, note or self.note(), self.key.public, older)

    def export(self, note: str | None = None) -> bytes:
        """The whole log as a file's bytes."""
        return export_of(self.bodies, self.key, note)


def export_of(bodies: Sequence[bytes], key: SigningKey = LOG, note: str | None = None) -> bytes:
    """What a log that wrote these bytes as its entries would export, whatever they are."""
    frontier = Frontier.empty()
    for body in bodies:
        frontier.append(leaf_hash(body))
    note = note or sign(Checkpoint(key.name, frontier.size, frontier.root()), key)
    file = io.BytesIO()
    write_export(file, Header(key.name, key.public), iter(bodies), note)
    return file.getvalue()


def log_of(size: int) -> Log:
    """A log of as many entries."""
    return Log([entry(sequence) for sequence in range(size)])
