"""Roots and proofs: held to the public RFC 6962 vectors and to the definitions of RFC 9162 written out plainly."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otear.errors import InputError
from otear.ledger.merkle import (
    EMPTY_ROOT,
    Frontier,
    Node,
    consistency_proof,
    frontier_nodes,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_at,
    verify_consistency,
    verify_inclusion,
)

LEAVES = [leaf_hash(str(number).encode()) for number in range(300)]
SIZES = st.integers(1, len(LEAVES))


def naive_root(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 9162 section 2.1.1, over leaf hashes."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = naive_split(len(leaves))
    return hashlib.sha256(b"\x01" + naive_root(leaves[:k]) + naive_root(leaves[k:])).digest()


def naive_split(count: int) -> int:
    k = 1
    while k * 2 < count:
        k *= 2
    return k


def naive_path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH of section 2.1.3.1."""
    if len(leaves) == 1:
        return []
    k = naive_split(len(leaves))
    if index < k:
        return [*naive_path(index, leaves[:k]), naive_root(leaves[k:])]
    return [*naive_path(index - k, leaves[k:]), naive_root(leaves[:k])]


def naive_subproof(old: int, leaves: Sequence[bytes], whole: bool) -> list[bytes]:
    """SUBPROOF of section 2.1.4.1."""
    if old == len(leaves):
        return [] if whole else [naive_root(leaves)]
    k = naive_split(len(leaves))
    if old <= k:
        return [*naive_subproof(old, leaves[:k], whole), naive_root(leaves[k:])]
    return [*naive_subproof(old - k, leaves[k:], False), naive_root(leaves[:k])]


class Nodes:
    """Perfect subtrees as a log keeps them: filled by appends, and counting how they are read."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self.hashes: dict[Node, bytes] = {}
        self.reads: list[int] = []
        self.frontier = Frontier.empty()
        for index, leaf in enumerate(leaves):
            self.hashes[0, index] = leaf
            for level, at, whole in self.frontier.append(leaf):
                assert level >= 1
                self.hashes[level, at] = whole

    def __call__(self, nodes: Sequence[Node]) -> list[bytes]:
        self.reads.append(len(nodes))
        return [self.hashes[node] for node in nodes]


NODES = Nodes(LEAVES)


def test_every_public_vector_gives_the_expected_answer(shared_data: Path) -> None:
    folder = shared_data / "transparency-log" / "rfc6962" / "testdata"
    inclusion = sorted((folder / "inclusion").rglob("*.json"))
    consistency = sorted((folder / "consistency").rglob("*.json"))
    assert (len(inclusion), len(consistency)) == (98, 98)
    answers = {True: 0, False: 0}
    for path in inclusion:
        vector = json.loads(path.read_bytes())
        answer = verify_inclusion(
            vector["leafIdx"],
            vector["treeSize"],
            _bytes(vector["leafHash"]),
            [_bytes(part) for part in vector["proof"] or []],
            _bytes(vector["root"]),
        )
        assert answer is not vector["wantErr"], path
        answers[answer] += 1
    for path in consistency:
        vector = json.loads(path.read_bytes())
        answer = verify_consistency(
            vector["size1"],
            vector["size2"],
            [_bytes(part) for part in vector["proof"] or []],
            _bytes(vector["root1"]),
            _bytes(vector["root2"]),
        )
        assert answer is not vector["wantErr"], path
        answers[answer] += 1
    assert answers == {True: 12, False: 184}


def _bytes(text: Any) -> bytes:
    return base64.b64decode(text, validate=True)


@given(SIZES)
def test_roots_are_those_of_the_definition(size: int) -> None:
    nodes = Nodes(LEAVES[:size])
    assert nodes.frontier.size == size
    assert nodes.frontier.root() == naive_root(LEAVES[:size]) == root_at(size, NODES)
    assert [nodes.hashes[node] for node in frontier_nodes(size)] == list(nodes.frontier.hashes)


@given(SIZES, st.data())
def test_every_completed_node_covers_the_leaves_it_says(size: int, data: st.DataObject) -> None:
    nodes = Nodes(LEAVES[:size])
    level, index = data.draw(st.sampled_from(sorted(nodes.hashes)))
    covered = LEAVES[:size][index << level : (index + 1) << level]
    assert len(covered) == 1 << level
    assert nodes.hashes[level, index] == naive_root(covered)
    assert len(nodes.hashes) == sum(size >> level for level in range(size.bit_length()))


def test_a_tree_without_leaves() -> None:
    assert Frontier.empty().root() == EMPTY_ROOT == root_at(0, NODES) == naive_root([])
    assert frontier_nodes(0) == []


@given(SIZES, st.data())
def test_a_frontier_goes_on_from_what_was_kept(size: int, data: st.DataObject) -> None:
    kept = data.draw(st.integers(0, size))
    frontier = Frontier(kept, NODES(frontier_nodes(kept)))
    for leaf in LEAVES[kept:size]:
        frontier.append(leaf)
    assert frontier.root() == naive_root(LEAVES[:size])


@given(st.integers(0, 50), st.integers(0, 9))
def test_a_frontier_of_the_wrong_number_of_hashes_is_refused(size: int, count: int) -> None:
    if count == size.bit_count():
        return
    with pytest.raises(InputError):
        Frontier(size, LEAVES[:count])


@given(SIZES, st.data())
def test_inclusion_proofs_are_those_of_the_definition_and_hold(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    NODES.reads.clear()
    proof = inclusion_proof(index, size, NODES)
    assert len(NODES.reads) <= 1
    assert sum(NODES.reads) <= 2 * size.bit_length()
    assert proof == naive_path(index, LEAVES[:size])
    root = naive_root(LEAVES[:size])
    assert verify_inclusion(index, size, LEAVES[index], proof, root)
    assert not verify_inclusion(index, size, leaf_hash(b"another"), proof, root)
    assert not verify_inclusion(index, size, LEAVES[index], [*proof, root], root)
    if proof:
        assert not verify_inclusion(index, size, LEAVES[index], proof[:-1], root)


@given(SIZES, st.data())
def test_consistency_proofs_are_those_of_the_definition_and_hold(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, new))
    NODES.reads.clear()
    proof = consistency_proof(old, new, NODES)
    assert len(NODES.reads) <= 1
    assert sum(NODES.reads) <= 2 * new.bit_length()
    assert proof == naive_subproof(old, LEAVES[:new], True)
    old_root, new_root = naive_root(LEAVES[:old]), naive_root(LEAVES[:new])
    assert verify_consistency(old, new, proof, old_root, new_root)
    assert not verify_consistency(old, new, [*proof, new_root], old_root, new_root)
    assert not verify_consistency(old, new, proof, leaf_hash(b"another"), new_root)
    assert not verify_consistency(old, new, proof, old_root, leaf_hash(b"another"))
    if proof:
        assert not verify_consistency(old, new, proof[:-1], old_root, new_root)


@given(SIZES, st.data())
def test_no_proof_holds_for_a_history_that_was_rewritten(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, new))
    changed = data.draw(st.integers(0, old - 1))
    rewritten = Nodes([*LEAVES[:changed], leaf_hash(b"rewritten"), *LEAVES[changed + 1 : new]])
    proof = consistency_proof(old, new, rewritten)
    assert not verify_consistency(old, new, proof, naive_root(LEAVES[:old]), rewritten.frontier.root())


@given(st.lists(st.binary(max_size=40), max_size=12), st.integers(-2, 20), st.integers(-2, 20))
def test_verifiers_answer_whatever_they_are_given(proof: list[bytes], first: int, second: int) -> None:
    assert verify_inclusion(first, second, b"leaf", proof, b"root") is False
    assert verify_consistency(first, second, proof, b"old", b"new") is False


def test_leaves_and_nodes_cannot_be_taken_for_one_another() -> None:
    assert leaf_hash(LEAVES[0] + LEAVES[1]) != node_hash(LEAVES[0], LEAVES[1])


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_a_proof_of_an_entry_that_is_not_there_is_refused(index: int, size: int) -> None:
    with pytest.raises(InputError, match="no entry"):
        inclusion_proof(index, size, NODES)


@pytest.mark.parametrize(("old", "new"), [(0, 3), (4, 3), (0, 0), (-1, 2)])
def test_a_proof_between_sizes_that_cannot_be_is_refused(old: int, new: int) -> None:
    with pytest.raises(InputError, match="no proof leads"):
        consistency_proof(old, new, NODES)
