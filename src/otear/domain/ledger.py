"""What the ledger remembers: who did or was refused what, to what, under which authority, and why.

Times are microseconds since 1970-01-01Z; hashes are SHA-256 in hexadecimal.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What came of it."""

    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True)
class Draft:
    """An entry before it has its place. `reason` is the rule and fact of a refusal, or the stated ground of an act.

    `authority_id` and `authority_sha256` are both "" where no authority is concerned. `subject_sha256` is the hash of
    the subject's content, "" where it has none.
    """

    time_us: int
    actor: str
    role: str
    action: str
    subject_kind: str
    subject_id: str
    subject_sha256: str = ""
    authority_id: str = ""
    authority_sha256: str = ""
    outcome: Outcome = Outcome.DONE
    reason: str = ""


@dataclass(frozen=True)
class Entry:
    """A draft at its place in the log; `sequence` counts from 0 without a gap."""

    sequence: int
    draft: Draft
