"""A proof of one entry: it holds wherever the log holds, and nothing in it can be changed."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otear.errors import InputError
from otear.ledger.checkpoint import cosign
from otear.ledger.proofs import make_proof, proof_bytes, read_proof, verify_proof
from otear.ledger.report import Report

from .logs import Log, entry, log_of
from .signers import HOST, IMPOSTOR, LOG, OTHER_LOG, UNIVERSITY

ELEVEN = log_of(11)
COSIGNED = cosign(ELEVEN.note(), HOST, 1_770_000_000_000_000)
PROOF = ELEVEN.proof(6, COSIGNED, old=5)
DATA = proof_bytes(PROOF)


def failures(report: Report) -> dict[str, str]:
    assert not report.valid
    assert not report.document("es")["proved"]
    return {check.name: check.detail.en for check in report.failed}


@given(st.integers(1, 40), st.data())
def test_a_proof_of_any_entry_holds_and_comes_back(size: int, data: st.DataObject) -> None:
    log = log_of(size)
    old = data.draw(st.none() | st.integers(1, size))
    proof = log.proof(data.draw(st.integers(0, size - 1)), old=old)
    assert read_proof(proof_bytes(proof)) == proof
    report = verify_proof(proof, log_key=LOG.public, old=old and log.note(old))
    assert report.valid, report.text("en")
    assert report.entries == size
    assert len(report.proved) == 2 + (old is not None)


def test_a_file_looks_like_this() -> None:
    fields = json.loads(DATA)
    assert list(fields) == ["checkpoint", "entry", "format", "inclusion", "key", "older"]
    assert fields["format"] == "otear-proof/1"
    assert fields["entry"]["sequence"] == 6
    assert DATA.count(b"\n") == 1
    assert len(DATA) < 3000


def test_a_proof_of_a_large_log_is_small() -> None:
    proof = log_of(3000).proof(1234, old=77)
    assert len(proof.inclusion) <= 12
    assert len(proof_bytes(proof)) < 5000


@given(st.integers(0, 8 * len(DATA) - 1))
def test_no_changed_bit_verifies(bit: int) -> None:
    data = bytearray(DATA)
    data[bit // 8] ^= 1 << bit % 8
    try:
        proof = read_proof(bytes(data))
    except InputError:
        return
    report = verify_proof(proof, log_key=LOG.public, witnesses=[HOST.public], old=ELEVEN.note(5))
    assert failures(report)


def test_a_changed_entry_is_named() -> None:
    changed = replace(PROOF, entry=entry(6, "another reason"))
    found = failures(verify_proof(changed, log_key=LOG.public))
    assert found.keys() == {"inclusion"}
    assert "Entry 6" in found["inclusion"]


@pytest.mark.parametrize("sequence", [5, 7, 11, 100])
def test_an_entry_at_another_place_is_named(sequence: int) -> None:
    moved = replace(PROOF, entry=replace(PROOF.entry, sequence=sequence))
    assert failures(verify_proof(moved, log_key=LOG.public)).keys() == {"inclusion"}


def test_without_a_key_the_report_says_what_that_is_worth() -> None:
    report = verify_proof(PROOF, log_key=None)
    assert report.valid
    assert "WHOSE" in report.not_proved[0].en
    assert "DE QUIÉN" in report.text("es")
    forged = Log(ELEVEN.entries, IMPOSTOR).proof(6)
    assert verify_proof(forged, log_key=None).valid
    assert failures(verify_proof(forged, log_key=LOG.public)).keys() == {"key", "log-signature"}


def test_a_witness_that_is_named_must_have_signed() -> None:
    assert verify_proof(PROOF, log_key=LOG.public, witnesses=[HOST.public]).witnesses[0].witness == HOST.name
    found = failures(verify_proof(PROOF, log_key=LOG.public, witnesses=[UNIVERSITY.public]))
    assert found.keys() == {"witness"}


def test_an_older_checkpoint_that_the_verifier_kept_must_lead_here() -> None:
    kept = {"own size": ELEVEN.note(), "enclosed": ELEVEN.note(5), "empty": ELEVEN.note(0)}
    for old in kept.values():
        assert verify_proof(PROOF, log_key=LOG.public, old=old).valid
    for old, word in {
        Log([entry(0, "x"), *ELEVEN.entries[1:]]).note(11): "Fork",
        ELEVEN.note(4): "no way",
        Log([entry(0, "x"), *ELEVEN.entries[1:]]).note(5): "Fork",
        log_of(12).note(): "no way",
        Log(ELEVEN.entries, OTHER_LOG).note(5): "not one that the key",
        "nonsense": "not one that the key",
    }.items():
        found = failures(verify_proof(PROOF, log_key=LOG.public, old=old))
        assert found.keys() == {"older-checkpoint"}
        assert word in found["older-checkpoint"]


def test_an_enclosed_checkpoint_of_another_history_is_named() -> None:
    fork = Log([entry(0, "x"), *ELEVEN.entries[1:]])
    assert PROOF.older
    for enclosed in (fork.note(5), Log(ELEVEN.entries, OTHER_LOG).note(5), "nonsense"):
        changed = replace(PROOF, older=replace(PROOF.older, note=enclosed))
        assert failures(verify_proof(changed, log_key=LOG.public)).keys() == {"enclosed-checkpoint"}
        report = verify_proof(changed, log_key=LOG.public, old=fork.note(5))
        assert "older-checkpoint" in failures(report)


def test_a_proof_that_would_not_hold_is_not_made() -> None:
    assert PROOF.older
    with pytest.raises(InputError, match="does not lead to the root"):
        make_proof(entry(5), PROOF.inclusion, COSIGNED, LOG.public)
    with pytest.raises(InputError, match="older checkpoint does not lead"):
        make_proof(PROOF.entry, PROOF.inclusion, COSIGNED, LOG.public, replace(PROOF.older, note=ELEVEN.note(4)))


@pytest.mark.parametrize(
    ("problem", "change"),
    [
        ("unknown key", {"note": "x"}),
        ("otear-proof/1", {"format": "otear-proof/2"}),
        ("not a list", {"inclusion": "ab"}),
        ("not a list", {"inclusion": ["ab" * 32] * 65}),
        ("not a SHA-256", {"inclusion": ["AB" * 32]}),
        ("not a SHA-256", {"inclusion": [3]}),
        ("not a JSON object", {"older": []}),
        ("not a JSON object", {"entry": None}),
        ("public key", {"key": "x"}),
        ("not text", {"checkpoint": 5}),
    ],
)
def test_what_is_wrong_with_a_file_is_said(problem: str, change: dict[str, object]) -> None:
    fields = json.loads(DATA) | change
    data = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
    with pytest.raises(InputError, match=problem) as caught:
        read_proof(data, source="proof.json")
    assert caught.value.source == "proof.json"


@pytest.mark.parametrize("data", [b"", DATA[:-1], DATA + b"\n", b" " + DATA, DATA.replace(b"\n", b"\r\n"), DATA[:200]])
def test_a_file_in_other_bytes_is_refused(data: bytes) -> None:
    with pytest.raises(InputError):
        read_proof(data)


def test_a_proof_says_only_what_it_proves() -> None:
    both = verify_proof(PROOF, log_key=LOG.public, witnesses=[HOST.public], old=ELEVEN.note(5))
    assert [sentence.en.split(" ")[0:2] for sentence in both.proved] == [
        ["Entry", "6"],
        ["The", "checkpoint"],
        ["The", "witness"],
        ["The", "log"],
    ]
    against_nothing = verify_proof(PROOF, log_key=LOG.public, old=ELEVEN.note(0))
    assert len(against_nothing.proved) == 2  # nor does one of an empty log
    assert any("written anew" in sentence.en for sentence in against_nothing.not_proved)
    enclosed_only = verify_proof(PROOF, log_key=LOG.public)
    assert len(enclosed_only.proved) == 2  # a checkpoint that came with the proof says nothing new
