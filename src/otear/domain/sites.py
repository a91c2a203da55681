"""Sites as people judge them: verdicts, and what they come to.

A verdict is about the evidence as it stood when it was given: `pieces` are the cues and reports that were the site's,
`passes` the recordings that spoke for or against it. Times are microseconds since 1970-01-01Z.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from otear.domain.evidence import Report


class Verdict(StrEnum):
    """What a reviewer says of a site."""

    CONFIRMED = "confirmed"
    REFUTED = "refuted"
    LOOK_AGAIN = "look_again"


class State(StrEnum):
    """How far a site has come; `open` is waiting for a review of the evidence as it stands."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    REFUTED = "refuted"
    LOOK_AGAIN = "look_again"


@dataclass(frozen=True)
class Review:
    """What one person said of one site."""

    review_id: str
    site: str
    by: str
    at_us: int
    verdict: Verdict
    note: str
    pieces: frozenset[str]
    passes: frozenset[str]


@dataclass(frozen=True)
class PlacedReport:
    """A report from outside about a place in degrees that is known to `ce90_m`; taken in by `by` at `at_us`, under an
    authority that covers the place."""

    report: Report
    lat_deg: float
    lon_deg: float
    ce90_m: float
    by: str
    at_us: int
    authority_id: str
