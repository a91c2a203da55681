"""What speaks for and against a site: passes that showed cues, passes that showed nothing, and reports.

Times are microseconds since 1970-01-01 UTC; ratios are natural logarithms of likelihood ratios, above 0 for a site.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from otear.domain.kinds import CueKind, SiteKind


@dataclass(frozen=True)
class Sign:
    """A cue in a pass: what it seems to be, and the probability that it is one.

    `real` is calibrated where the share `base_rate` of what the detector reports is real.
    """

    kind: CueKind
    real: float
    base_rate: float


@dataclass(frozen=True)
class PassOver:
    """What one pass says of one place: the signs that it showed, none where it showed nothing.

    `condition` names what passes that deceive alike share: sensor and light. `pd` is the probability that a site there
    would have shown itself to it, as coverage says of that cell and that pass; 0 where it saw nothing of the place.
    """

    pass_id: str
    time_us: int
    condition: str
    pd: float
    signs: tuple[Sign, ...] = ()


@dataclass(frozen=True)
class Report:
    """What somebody else says of a place. `hit` is how often such a source reports a site that is there, `false` how
    often one that is not; `derived_from` are the reports, passes or hand-overs that it goes back to."""

    report_id: str
    time_us: int
    source: str
    hit: float
    false: float
    derived_from: tuple[str, ...] = ()


@dataclass(frozen=True)
class Line:
    """One line of an account: what it is about, how far it moves belief, and why, in a sentence.

    `subject` is a pass, a report or the forecast; `kind` is forecast, cue, miss, report or not counted.
    """

    subject: str
    kind: str
    time_us: int | None
    log_ratio: float
    why: str


@dataclass(frozen=True)
class Belief:
    """How likely a site is there, what it may be (adding up to 1), and the account of why; `sum` of the lines' ratios
    are the log odds before `posterior` was put right by outcomes. `others` is what it may be if it is none."""

    prior: float
    posterior: float
    kinds: dict[SiteKind, float]
    lines: tuple[Line, ...]
    others: dict[str, float] = field(default_factory=dict)
