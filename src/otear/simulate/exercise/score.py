"""Answers against the truth: what was found, what was missed, what was false, how well it was placed and believed.

A crew *calls* a site by an answer of a confidence of 0.5 or more: only calls find sites, and only calls are false.
Answers below say how sure a crew is, and count for that.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import shapely

from otear.domain.kinds import SiteKind
from otear.simulate.exercise.answers import Answers
from otear.simulate.exercise.belief import (
    Bin,
    average_precision,
    bins_of,
    brier_skill,
    calibration_error,
    recall_within,
)
from otear.simulate.exercise.chance import Chance, chance_of
from otear.simulate.exercise.findings import Finding, findings_of
from otear.simulate.exercise.grounds import ground_of
from otear.simulate.exercise.looking import Looked, looked
from otear.simulate.exercise.placing import Placing, placing_of
from otear.simulate.world.truth import HiddenSite, Truth

_MINUTE_US = 6e7


@dataclass(frozen=True)
class Score:
    """The whole account of so many minutes. Shares are None where there is nothing to take them of.

    `minutes_to_find` are those that the crew states: nobody else's clock saw when it was sure. `recall_at_budget` is
    the recall going down the answers from the surest until more are false than there are sites.
    """

    crew: str
    minutes: float
    findings: tuple[Finding, ...]
    missed: tuple[HiddenSite, ...]
    chance: Chance
    minutes_to_find: tuple[float, ...]
    looked_at: Looked
    placing: Placing
    average_precision: float | None
    recall_at_budget: float | None
    brier_skill: float | None
    calibration_error: float | None
    bins: tuple[Bin, ...]
    kinds: dict[str, dict[str, int]]

    @property
    def calls(self) -> tuple[Finding, ...]:
        """What became of the answers that say that there is a site."""
        return tuple(finding for finding in self.findings if finding.answer.called)

    @property
    def found(self) -> int:
        """Sites found."""
        return sum(finding.found for finding in self.findings)

    @property
    def false(self) -> int:
        """Calls that are no site."""
        return len(self.calls) - self.found

    @property
    def recall(self) -> float | None:
        """Share of the sites that were found."""
        return _share(self.found, self.found + len(self.missed))

    @property
    def precision(self) -> float | None:
        """Share of the calls that are sites."""
        return _share(self.found, len(self.calls))


def score(answers: Answers, truth: Truth, minutes: float, shown: shapely.Geometry | None = None) -> Score:
    """Hold answers against a world. What can be found is what is there at some time of the `minutes` from the start,
    whatever is answered: else one answer more would change what there is to miss. `shown` is the ground (degrees) that
    the flights handed out have shown."""
    until_us = answers.started_us + round(minutes * _MINUTE_US)
    there = [s for s in truth.sites if s.from_us <= until_us and answers.started_us < s.until_us]
    grounds = tuple(ground_of(site, truth) for site in there)
    findings = findings_of(answers.answers, there, grounds, truth, until_us)
    found = {finding.site.site_id for finding in findings if finding.site and finding.found}
    right = np.array([finding.site is not None for finding in findings], dtype=np.float64)
    said = np.array([finding.answer.confidence for finding in findings], dtype=np.float64)
    bins = bins_of(said, right)
    calls_us = [answer.time_us for answer in answers.answers if answer.called and answer.time_us <= until_us]
    return Score(
        crew=answers.crew,
        minutes=minutes,
        findings=findings,
        missed=tuple(site for site in there if site.site_id not in found),
        chance=chance_of(calls_us, there, grounds, truth),
        minutes_to_find=tuple(
            sorted((f.answer.time_us - answers.started_us) / _MINUTE_US for f in findings if f.found)
        ),
        looked_at=looked(answers, grounds, truth, shown),
        placing=placing_of(findings),
        average_precision=average_precision(said, right, len(there)),
        recall_at_budget=recall_within(said, right, len(there), len(there)),
        brier_skill=brier_skill(said, right, len(there)),
        calibration_error=calibration_error(bins, len(there)),
        bins=bins,
        kinds=_kinds(findings),
    )


def _kinds(findings: tuple[Finding, ...]) -> dict[str, dict[str, int]]:
    """Of the sites of each kind that were found: how often each kind was said ("" where none was)."""
    table: dict[str, Counter[str]] = {kind.value: Counter() for kind in SiteKind}
    for finding in findings:
        if finding.site is not None and finding.found:
            table[finding.site.kind.value][finding.answer.kind or ""] += 1
    return {kind: dict(row) for kind, row in table.items() if row}


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
