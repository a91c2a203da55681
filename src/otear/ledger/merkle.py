"""The Merkle tree of RFC 9162 section 2.1 over SHA-256: roots, and proofs of inclusion and of consistency.

A node is named `(level, index)`: it is the root of the perfect subtree over the leaves `index * 2**level` up to, not
including, `(index + 1) * 2**level`; level 0 holds the leaves. Every hash is 32 bytes, and a leaf is always given as
its hash, `leaf_hash(data)`. Perfect subtrees never change once they are complete, so a log keeps those and works out
everything else from O(log n) of them, which come in through one `NodeReader` call.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Self

from otear.errors import InputError

Node = tuple[int, int]
NodeReader = Callable[[Sequence[Node]], list[bytes]]
"""Hashes of perfect subtrees, in the order in which they are asked for."""

EMPTY_ROOT = hashlib.sha256(b"").digest()
HASH_BYTES = 32

_sha256 = hashlib.sha256


def leaf_hash(data: bytes) -> bytes:
    """What the tree holds for one entry's bytes."""
    return _sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of the node over two others."""
    return _sha256(b"\x01" + left + right).digest()


class Frontier:
    """The right edge of a growing tree: the roots of its perfect subtrees, from which the next root follows."""

    __slots__ = ("_hashes", "_size")

    def __init__(self, size: int, hashes: Sequence[bytes]) -> None:
        """`hashes` are those of `frontier_nodes(size)`. Raises `InputError` for another number of them."""
        if size < 0 or len(hashes) != size.bit_count():
            raise InputError(
                f"{len(hashes)} hashes cannot be the perfect subtrees of a tree of {size} leaves",
                remedy="Read the hash of every node in frontier_nodes(size)",
            )
        self._size = size
        self._hashes = list(hashes)

    @classmethod
    def empty(cls) -> Self:
        """Of a tree without leaves."""
        return cls(0, [])

    @property
    def size(self) -> int:
        """How many leaves the tree has."""
        return self._size

    @property
    def hashes(self) -> tuple[bytes, ...]:
        """Hashes of the perfect subtrees, largest first."""
        return tuple(self._hashes)

    def append(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Add one leaf, given as its hash; return the subtrees above it that this completes.

        Each is `(level, index, hash)` with level 1 or more, lowest first.
        """
        completed = []
        level, index, whole = 0, self._size, leaf
        while index & 1:
            whole = _sha256(b"\x01" + self._hashes.pop() + whole).digest()
            level, index = level + 1, index >> 1
            completed.append((level, index, whole))
        self._hashes.append(whole)
        self._size += 1
        return completed

    def root(self) -> bytes:
        """The root of the tree as it is now."""
        return _folded(self._hashes) if self._hashes else EMPTY_ROOT


def frontier_nodes(size: int) -> list[Node]:
    """The perfect subtrees that make up a tree of `size` leaves, largest first."""
    levels = (level for level in reversed(range(size.bit_length())) if size >> level & 1)
    return [(level, (size >> level) - 1) for level in levels]


def root_at(size: int, read: NodeReader) -> bytes:
    """The root of the first `size` leaves, in one read."""
    if size == 0:
        return EMPTY_ROOT
    (root,) = _read_ranges([(0, size)], read)
    return root


def inclusion_proof(index: int, size: int, read: NodeReader) -> list[bytes]:
    """The hashes that lead from leaf `index` to the root of the first `size` leaves (RFC 9162 section 2.1.3.1).

    Raises `InputError` where the tree has no such leaf.
    """
    if not 0 <= index < size:
        raise InputError(
            f"a log of {size} entries has no entry {index}", field="index", remedy=f"Ask for one from 0 to {size - 1}"
        )
    start, end = 0, size
    siblings = []
    while end - start > 1:
        middle = _middle(start, end)
        if index < middle:
            siblings.append((middle, end))
            end = middle
        else:
            siblings.append((start, middle))
            start = middle
    return _read_ranges(siblings[::-1], read)


def consistency_proof(old: int, new: int, read: NodeReader) -> list[bytes]:
    """The hashes that show the first `old` of `new` leaves to be the old tree (RFC 9162 section 2.1.4.1).

    Raises `InputError` unless 1 <= old <= new: nothing can contradict an empty log, so there is nothing to prove.
    """
    if not 1 <= old <= new:
        raise InputError(
            f"no proof leads from {old} to {new} entries", field="old", remedy=f"Ask for a size from 1 to {new}"
        )
    start, end = 0, new
    parts = []
    while end != old:
        middle = _middle(start, end)
        if old <= middle:
            parts.append((middle, end))
            end = middle
        else:
            parts.append((start, middle))
            start = middle
    if start > 0:  # else this part is the whole old tree, and the verifier has its root
        parts.append((start, end))
    return _read_ranges(parts[::-1], read)


def verify_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the leaf of this hash stands at `index` in the tree of this size and root (RFC 9162 section 2.1.3.2)."""
    if not 0 <= index < size or not _are_hashes([leaf, *proof]):
        return False
    node, last, seen = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            seen = node_hash(sibling, seen)
            node, last = _past_lone_ancestors(node, last)
        else:
            seen = node_hash(seen, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and seen == root


def verify_consistency(old_size: int, new_size: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """Whether the tree of the new size and root begins with the tree of the old ones (RFC 9162 section 2.1.4.2).

    An old size of 0 is never proved: an empty log is consistent with everything, which is no statement.
    """
    if not 1 <= old_size <= new_size or not _are_hashes(proof):
        return False
    if old_size == new_size:
        return not proof and old_root == new_root
    whole = old_size & (old_size - 1) == 0  # a perfect old tree is a node of the new one: its root leads the path
    path = iter([old_root, *proof] if whole else proof)
    first = next(path, None)
    if first is None:
        return False
    node, last = old_size - 1, new_size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old_seen = new_seen = first
    for sibling in path:
        if last == 0:
            return False
        if node & 1 or node == last:
            old_seen, new_seen = node_hash(sibling, old_seen), node_hash(sibling, new_seen)
            node, last = _past_lone_ancestors(node, last)
        else:
            new_seen = node_hash(new_seen, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and old_seen == old_root and new_seen == new_root


def _past_lone_ancestors(node: int, last: int) -> tuple[int, int]:
    """Up to where the node is a right child, or the leftmost: a left child at the right edge has no sibling."""
    while not node & 1 and node:
        node, last = node >> 1, last >> 1
    return node, last


def _middle(start: int, end: int) -> int:
    """Where the tree over these leaves parts: after the largest power of two that is smaller than their number."""
    return start + (1 << ((end - start - 1).bit_length() - 1))


def _read_ranges(ranges: Sequence[tuple[int, int]], read: NodeReader) -> list[bytes]:
    """The roots of the trees over these ranges of leaves, each of which starts where RFC 9162 would split."""
    covers = [
        [(level, index + (start >> level)) for level, index in frontier_nodes(end - start)] for start, end in ranges
    ]
    nodes = [node for cover in covers for node in cover]
    hashes: Iterator[bytes] = iter(read(nodes) if nodes else [])
    return [_folded(list(islice(hashes, len(cover)))) for cover in covers]


def _folded(hashes: Sequence[bytes]) -> bytes:
    """The root over perfect subtrees, largest first."""
    rest = list(hashes)
    whole = rest.pop()
    while rest:
        whole = node_hash(rest.pop(), whole)
    return whole


def _are_hashes(values: Sequence[bytes]) -> bool:
    return all(len(value) == HASH_BYTES for value in values)
