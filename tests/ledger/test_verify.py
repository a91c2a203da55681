"""One command verifies both kinds of file, and takes nothing else for one."""

from __future__ import annotations

from pathlib import Path

import pytest

from otear.errors import InputError
from otear.ledger.proofs import proof_bytes
from otear.ledger.verify import verify_file

from .logs import log_of
from .signers import LOG

SIX = log_of(6)


@pytest.mark.parametrize(
    ("data", "kind"), [(SIX.export(), "log"), (log_of(0).export(), "log"), (proof_bytes(SIX.proof(2, old=3)), "proof")]
)
@pytest.mark.parametrize("old", [None, 0])
def test_either_file_is_verified_as_what_it_is(tmp_path: Path, data: bytes, kind: str, old: int | None) -> None:
    path = tmp_path / "file"
    path.write_bytes(data)
    report = verify_file(path, log_key=LOG.public, old=None if old is None else SIX.note(old))
    assert (report.kind, report.valid) == (kind, True)


def test_an_older_checkpoint_reaches_both(tmp_path: Path) -> None:
    path = tmp_path / "file"
    for data in (SIX.export(), proof_bytes(SIX.proof(2))):
        path.write_bytes(data)
        assert not verify_file(path, log_key=LOG.public, old=log_of(7).note()).valid


def test_a_damaged_log_is_still_verified_as_a_log(tmp_path: Path) -> None:
    path = tmp_path / "file"
    data = SIX.export()
    for bit in range(8 * len(data)):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        if bit // 8 > 200 and bit % 97:
            continue
        path.write_bytes(changed)
        assert not verify_file(path, log_key=LOG.public).valid


@pytest.mark.parametrize("data", [b"", b"hello", SIX.note().encode(), bytes(3 << 20), b"otear-proof/1", b'{"a":1}\n'])
def test_any_other_file_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(data)
    with pytest.raises(InputError) as caught:
        verify_file(path, log_key=None)
    assert caught.value.source == str(path)


def test_a_file_that_is_not_there_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        verify_file(tmp_path / "none", log_key=None)
