"""A witness signs a log that only grew, and refuses every other."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otear.errors import InputError, RefusedError
from otear.ledger.checkpoint import verified
from otear.ledger.witness import cosign_checked

from .logs import Log, entry, log_of
from .signers import HOST, IMPOSTOR, LOG, renamed

NOW_US = 1_770_000_000_000_000
EIGHT = log_of(8)
FORK = Log([entry(0, "x"), *EIGHT.entries[1:]])
FIRST = cosign_checked(EIGHT.note(5), HOST, NOW_US, log_key=LOG.public, old_note=None)


def test_the_first_checkpoint_is_signed_as_it_comes() -> None:
    assert [seen.witness for seen in verified(FIRST, LOG.public, [HOST.public]).witnesses] == [HOST.name]


@given(st.integers(0, 8), st.integers(0, 8))
def test_a_log_that_only_grew_is_signed_and_no_other(old: int, new: int) -> None:
    log = log_of(new)
    proof = log.consistency(old) if 1 <= old <= new else []
    arguments = {"log_key": LOG.public, "old_note": EIGHT.note(old), "consistency": proof}
    if old <= new:
        note = cosign_checked(log.note(), HOST, NOW_US, **arguments)
        assert len(verified(note, LOG.public, [HOST.public]).witnesses) == 1
    else:
        with pytest.raises(RefusedError, match="shrank"):
            cosign_checked(log.note(), HOST, NOW_US, **arguments)


def test_a_fork_is_refused_with_its_reason_in_both_languages() -> None:
    for new, old in ((FORK.note(), FIRST), (FORK.note(5), FIRST)):
        with pytest.raises(RefusedError, match="fork") as caught:
            cosign_checked(new, HOST, NOW_US, log_key=LOG.public, old_note=old, consistency=FORK.consistency(5))
        assert caught.value.rule == "witness-consistency"
        assert caught.value.spanish
        assert "bifurcación" in caught.value.spanish[0]


def test_without_any_proof_it_is_refused() -> None:
    with pytest.raises(RefusedError, match="nothing shows"):
        cosign_checked(EIGHT.note(), HOST, NOW_US, log_key=LOG.public, old_note=FIRST)
    again = cosign_checked(EIGHT.note(5), HOST, NOW_US, log_key=LOG.public, old_note=FIRST)
    assert again.startswith(EIGHT.note(5))


def test_the_whole_log_is_proof_enough(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    path.write_bytes(EIGHT.export())
    for old in (None, FIRST):
        note = cosign_checked(EIGHT.note(), HOST, NOW_US, log_key=LOG.public, old_note=old, export=path)
        assert len(verified(note, LOG.public, [HOST.public]).witnesses) == 1


@pytest.mark.parametrize(
    ("export", "word"),
    [
        (FORK.export(), "Fork"),
        (log_of(4).export(), "Deleted"),
        (log_of(7).export(), "another checkpoint"),
        (EIGHT.export().replace(b"ana", b"eva", 1), "was changed"),
    ],
)
def test_a_log_that_does_not_bear_the_checkpoint_out_is_refused(tmp_path: Path, export: bytes, word: str) -> None:
    path = tmp_path / "log.txt"
    path.write_bytes(export)
    with pytest.raises(RefusedError, match=word) as caught:
        cosign_checked(EIGHT.note(), HOST, NOW_US, log_key=LOG.public, old_note=FIRST, export=path)
    assert caught.value.rule == "witness-log"


def test_a_log_is_no_witness_of_its_own() -> None:
    with pytest.raises(RefusedError) as caught:
        cosign_checked(EIGHT.note(), renamed(LOG, "somebody"), NOW_US, log_key=LOG.public, old_note=None)
    assert caught.value.rule == "witness-independence"


def test_notes_that_the_log_did_not_sign_are_bad_input() -> None:
    forged = Log(EIGHT.entries, IMPOSTOR).note()
    with pytest.raises(InputError, match="not signed"):
        cosign_checked(forged, HOST, NOW_US, log_key=LOG.public, old_note=None)
    with pytest.raises(InputError, match="not signed"):
        cosign_checked(EIGHT.note(), HOST, NOW_US, log_key=LOG.public, old_note=forged)
