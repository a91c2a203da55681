"""An exported log: whole it verifies with nothing else at hand, and any change of it is detected, named and placed."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otear.domain.ledger import Entry
from otear.errors import InputError
from otear.ledger.checkpoint import cosign
from otear.ledger.entries import entry_bytes
from otear.ledger.export import LONGEST_LINE, Header, write_export
from otear.ledger.export_check import verify_export
from otear.ledger.keys import PublicKey
from otear.ledger.merkle import leaf_hash, root_at
from otear.ledger.report import Report

from .logs import Log, entry, export_of, log_of
from .signers import HOST, IMPOSTOR, LOG, OTHER_LOG, UNIVERSITY

SMALL = log_of(9)
COSIGNED = cosign(SMALL.note(), HOST, 1_770_000_000_000_000)
EXPORT = SMALL.export(COSIGNED)
LINES = EXPORT.splitlines(keepends=True)


@pytest.fixture
def verify(tmp_path: Path) -> Callable[..., Report]:
    def of(
        data: bytes,
        log_key: PublicKey | None = LOG.public,
        witnesses: Sequence[PublicKey] = (),
        old: Sequence[str] = (),
    ) -> Report:
        path = tmp_path / "log.txt"
        path.write_bytes(data)
        return verify_export(path, log_key=log_key, witnesses=witnesses, old=old)

    return of


Verify = Callable[..., Report]


def failures(report: Report) -> dict[str, str]:
    assert not report.valid
    assert not report.document("es")["proved"]
    assert all(check.detail.en and check.detail.es for check in report.checks)
    return {check.name: check.detail.en for check in report.failed}


def test_a_file_looks_like_this() -> None:
    assert LINES[0] == b'{"format":"otear-ledger/1","key":"%b","origin":"otear/log-a"}\n' % LOG.public.text.encode()
    assert LINES[1] == leaf_hash(SMALL.bodies[0]).hex().encode() + b" " + SMALL.bodies[0] + b"\n"
    assert LINES[-1].startswith(b'{"checkpoint":"otear/log-a\\n9\\n')
    assert len(LINES) == 11


@pytest.mark.parametrize("size", [0, 1, 2, 7, 64])
def test_a_whole_file_verifies(size: int, verify: Verify) -> None:
    log = log_of(size)
    report = verify(log.export(), old=[log.note(old) for old in range(size + 1)])
    assert report.valid, report.text("en")
    assert report.entries == size
    assert report.root_hex == root_at(size, log.read).hex()
    assert len(report.checks) == 8 + size + 1
    assert len(report.proved) == 2 + size  # a checkpoint of the empty log says nothing


def test_witnesses_that_are_named_must_have_signed(verify: Verify) -> None:
    report = verify(EXPORT, witnesses=[HOST.public])
    assert report.valid
    assert report.document("en")["witnesses"] == [{"name": HOST.name, "time": "2026-02-02T02:40:00.000Z"}]
    assert "university.example" in failures(verify(EXPORT, witnesses=[HOST.public, UNIVERSITY.public]))["witness"]
    assert "log's own" in failures(verify(EXPORT, witnesses=[LOG.public]))["witness"]


def test_a_witnesss_false_signature_is_named(verify: Verify) -> None:
    other = cosign(log_of(8).note(), HOST, 0).splitlines(keepends=True)[-1]
    found = failures(verify(SMALL.export(SMALL.note() + other), witnesses=[HOST.public]))
    assert found.keys() == {"witness"}
    assert HOST.name in found["witness"]


def test_without_a_key_the_report_says_what_that_is_worth(verify: Verify) -> None:
    alone = verify(EXPORT, log_key=None)
    assert alone.valid
    assert any("WHOSE" in sentence.en and "ANYBODY" in sentence.en.upper() for sentence in alone.not_proved)
    assert not any("WHOSE" in sentence.en for sentence in verify(EXPORT).not_proved)


def test_a_forgers_whole_log_verifies_only_by_its_own_key(verify: Verify) -> None:
    forged = Log(SMALL.entries, IMPOSTOR)
    assert verify(forged.export(), log_key=None).valid
    assert failures(verify(forged.export())).keys() == {"key", "log-signature"}


def test_every_bit_of_a_file_counts(tmp_path: Path) -> None:
    """Every bit of the first and last lines, and 2,000 of the others: valid is False, and what and where is said."""
    bits = [*range(8 * len(LINES[0])), *range(8 * (len(EXPORT) - len(LINES[-1])), 8 * len(EXPORT))]
    bits += random.Random(7).sample(range(8 * len(EXPORT)), 2000)
    path = tmp_path / "log.txt"
    for bit in bits:
        changed = bytearray(EXPORT)
        changed[bit // 8] ^= 1 << bit % 8
        path.write_bytes(changed)
        report = verify_export(path, log_key=LOG.public)
        found = failures(report)
        assert found, bit
        line = EXPORT.count(b"\n", 0, bit // 8) + 1
        places = " ".join(found.values())
        assert f"Line {line}," in places or f"Line {len(LINES)}," in places, (bit, found)


@pytest.mark.parametrize("at", [1, 5, 9])
def test_a_dropped_entry_is_named(at: int, verify: Verify) -> None:
    found = failures(verify(b"".join(LINES[:at] + LINES[at + 1 :])))
    assert found.keys() == ({"sequence", "size", "root"} if at < 9 else {"size", "root"})
    if at < 9:
        assert found["sequence"] == f"Missing (dropped): entry {at - 1}."
    last = "" if at < 9 else " Missing (dropped): the last 1."
    assert found["size"] == "The checkpoint counts 9 entries, the file holds 8." + last


def test_several_dropped_entries_are_named(verify: Verify) -> None:
    found = failures(verify(b"".join(LINES[:2] + LINES[4:6] + LINES[7:])))
    assert found["sequence"] == "Missing (dropped): entry 1 to 2. Missing (dropped): entry 5."


def test_swapped_entries_are_named(verify: Verify) -> None:
    found = failures(verify(b"".join([*LINES[:3], LINES[4], LINES[3], *LINES[5:]])))
    assert found.keys() == {"sequence", "root"}
    assert found["sequence"] == "Line 5: entry 2 is not in its place (swapped or moved)."


def test_a_duplicated_entry_is_named(verify: Verify) -> None:
    found = failures(verify(b"".join([*LINES[:3], LINES[2], *LINES[3:]])))
    assert found["sequence"] == "Line 4: entry 1 stands there again (duplicated)."
    assert found.keys() == {"sequence", "size", "root"}


def test_a_duplicate_in_the_place_of_another_is_named(verify: Verify) -> None:
    found = failures(verify(b"".join([*LINES[:3], LINES[2], *LINES[4:]])))
    assert "entry 1 stands there again" in found["sequence"]
    assert "Missing (dropped): entry 2" in found["sequence"]
    assert found.keys() == {"sequence", "root"}


@pytest.mark.parametrize("cut", range(1, len(EXPORT), 13))
def test_a_truncated_file_is_named(cut: int, verify: Verify) -> None:
    found = failures(verify(EXPORT[:-cut]))
    assert "end" in found or "format" in found
    assert "log-signature" in found


def test_the_last_byte_is_missed(verify: Verify) -> None:
    assert "does not end in a line feed" in failures(verify(EXPORT[:-1]))["end"]


@pytest.mark.parametrize("more", [b"\n", b" ", b"\x00", LINES[-1], LINES[3], EXPORT])
def test_trailing_data_is_named(more: bytes, verify: Verify) -> None:
    found = failures(verify(EXPORT + more))
    assert found == {"end": f"Line 12, byte {len(EXPORT)}: something follows the checkpoint (trailing data)."}


def test_windows_line_ends_are_named(verify: Verify) -> None:
    found = failures(verify(EXPORT.replace(b"\n", b"\r\n")))
    assert "CR LF" in found["format"]
    assert "CR LF" in found["entries"]
    one = failures(verify(b"".join([*LINES[:4], LINES[4].replace(b"\n", b"\r\n"), *LINES[5:]])))
    assert one.keys() == {"entries", "root"}
    assert one["entries"].startswith("Line 5, byte ")
    assert "where entry 3 should be" in one["entries"]


def test_a_byte_order_mark_is_named(verify: Verify) -> None:
    assert "byte order mark" in failures(verify(b"\xef\xbb\xbf" + EXPORT))["format"]


@pytest.mark.parametrize("data", [b"", b"\n", b"hello", bytes(1000), b"PK\x03\x04", b"{}\n{}\n", LINES[-1]])
def test_a_file_of_something_else_is_no_log(data: bytes, verify: Verify) -> None:
    found = failures(verify(data))
    assert found["format"].startswith("Line 1, byte 0: ")
    assert failures(verify(data, log_key=None))["key"]


@given(st.binary(max_size=300), st.integers(0, len(EXPORT)), st.integers(0, 300))
def test_whatever_the_bytes_the_answer_is_a_report(
    tmp_path_factory: pytest.TempPathFactory, more: bytes, at: int, cut: int
) -> None:
    path = tmp_path_factory.mktemp("any") / "log.txt"
    data = EXPORT[:at] + more + EXPORT[at + cut :]
    path.write_bytes(data)
    report = verify_export(path, log_key=None, old=[COSIGNED, "nonsense"])
    assert report.text("es")
    assert not report.valid
    if data != EXPORT:
        assert not verify_export(path, log_key=LOG.public).valid


def test_a_line_without_end_does_not_fill_the_memory(verify: Verify) -> None:
    found = failures(verify(b"".join(LINES[:4]) + b"a" * (LONGEST_LINE + 5)))
    assert "cut short or far too long" in found["entries"]


def rewritten(at: int, key_log: Log = SMALL, size: int = 9) -> Log:
    return Log([entry(sequence, "another reason" if sequence == at else "") for sequence in range(size)], key_log.key)


def test_a_rewrite_under_the_signed_checkpoint_is_named(verify: Verify) -> None:
    entries = rewritten(4).export().splitlines(keepends=True)[1:-1]
    found = failures(verify(b"".join([LINES[0], *entries, LINES[-1]])))
    assert found.keys() == {"root"}
    assert found["root"].startswith("Rewritten")


@pytest.mark.parametrize("old", [5, 8, 9])
def test_a_fork_against_an_older_checkpoint_is_named(old: int, verify: Verify) -> None:
    """The operator writes history anew and signs it: only who kept a checkpoint can tell."""
    forked = rewritten(4, size=12).export()
    assert verify(forked).valid
    found = failures(verify(forked, old=[SMALL.note(2), cosign(SMALL.note(old), HOST, 0)]))
    assert found.keys() == {"older-checkpoint"}
    assert found["older-checkpoint"].startswith("Fork")
    assert str(old) in found["older-checkpoint"]


def test_a_log_that_was_cut_is_named(verify: Verify) -> None:
    found = failures(verify(log_of(6).export(), old=[SMALL.note()]))
    assert found.keys() == {"older-checkpoint"}
    assert found["older-checkpoint"].startswith("Deleted: your older checkpoint counts 9 entries, this log has 6.")


def test_an_older_checkpoint_of_another_log_is_named(verify: Verify) -> None:
    found = failures(verify(EXPORT, old=[Log(SMALL.entries, OTHER_LOG).note(5)]))
    assert found.keys() == {"older-checkpoint"}
    assert "otear/log-a" in found["older-checkpoint"]


def test_entries_that_the_log_itself_wrote_badly_are_named(verify: Verify) -> None:
    """Hashes, root and signature are all right; what they cover is not a ledger."""
    good = SMALL.bodies
    for bad, check in (
        (good[3].replace(b'"role"', b'"rolE"'), "entries"),
        (good[3] + b" ", "entries"),
        (good[3].replace(b"2026-01-05", b"2026-02-30"), "entries"),
        (good[7], "sequence"),
    ):
        found = failures(verify(export_of([*good[:3], bad, *good[4:]])))
        assert found.keys() == {check}
        assert "Line 5, byte" in found[check] or "entry 3" in found[check]


def test_days_that_the_quick_look_leaves_to_the_strict_reader_verify(verify: Verify) -> None:
    leap = [Entry(at, entry(at).draft) for at in range(4)]
    bodies = [entry_bytes(one).replace(b"2026-01-0", b"2024-02-2") for one in leap]
    bodies[2] = bodies[2].replace(b"2024-02-24", b"2024-02-29")
    assert b"-02-29T" in bodies[2]
    assert verify(export_of(bodies)).valid


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    header = Header(LOG.name, LOG.public)
    for note in (SMALL.note(8), Log(SMALL.entries, OTHER_LOG).note(), "nonsense"):
        with pytest.raises(InputError):
            write_export(path, header, iter(SMALL.bodies), note)
        assert list(tmp_path.iterdir()) == []
    assert write_export(path, header, iter(SMALL.bodies), COSIGNED) == 9
    assert path.read_bytes() == EXPORT
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_is_not_there_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        verify_export(tmp_path / "none.txt", log_key=None)


def test_progress_is_told(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    path.write_bytes(export_of([entry_bytes(entry(0))] * 40_000))
    told: list[tuple[str, float, float]] = []
    report = verify_export(path, log_key=None, progress=lambda stage, done, total: told.append((stage, done, total)))
    assert len(told) == 1
    assert told[0][0] == "verify"
    assert 0 < told[0][1] < told[0][2] == path.stat().st_size
    assert "39994 more" in failures(report)["sequence"]
