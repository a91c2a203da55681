"""A score as it is told: the document that programs read, and a few lines for people."""

from __future__ import annotations

from collections import Counter
from typing import Any

from otear.simulate.exercise.findings import LATE
from otear.simulate.exercise.looking import Looked
from otear.simulate.exercise.placing import Placing
from otear.simulate.exercise.score import Score


def score_document(score: Score) -> dict[str, Any]:
    """A score by the keys of docs/exercises.md."""
    calls, placing = score.calls, score.placing
    return {
        "crew": score.crew,
        "found": score.found,
        "missed": len(score.missed),
        "false": score.false,
        "not_called": len(score.findings) - len(calls),
        "late": sum(finding.false_for == LATE for finding in score.findings),
        "remains": sum(finding.found and finding.remains for finding in score.findings),
        "recall": score.recall,
        "precision": score.precision,
        "chance": score.chance,
        "average_precision": score.average_precision,
        "recall_at_budget": score.recall_at_budget,
        "minutes_to_find": score.minutes_to_find,
        "looked_at": score.looked_at,
        "median_error_m": placing.median_error_m,
        "ellipse_coverage_90": placing.inside_share,
        "ellipse_coverage_interval": placing.inside_interval,
        "ellipse_mean_square": placing.mean_square,
        "ellipse_mean_square_honest": placing.honest_square,
        "claimed_ce90_m": {"median": placing.median_ce90_m, "p90": placing.largest_ce90_m},
        "brier_skill": score.brier_skill,
        "calibration_error": score.calibration_error,
        "calibration": score.bins,
        "kinds": score.kinds,
        "false_for": sorted(finding.false_for for finding in calls if finding.false_for),
        "missed_kinds": sorted(site.kind.value for site in score.missed),
    }


def score_lines(score: Score) -> dict[str, str]:
    """A score in a few lines, by what they are about."""
    chance, minutes = score.chance, score.minutes_to_find
    remains = sum(finding.found and finding.remains for finding in score.findings)
    return {
        "found": f"{score.found} of {score.found + len(score.missed)} sites ({remains} of them remains)",
        "without looking": f"as many calls find {chance.expected:.2g} at random ({chance.low:.0f} to {chance.high:.0f} "
        f"in 95% of cases), {chance.best:.2g} at best",
        "false": f"{score.false}{_reasons(score)}",
        "precision": f"{_number(score.precision)} (without looking {chance.precision:.2g})",
        "surest first": f"recall {_number(score.recall_at_budget)} when more are false than there are sites; average "
        f"precision {_number(score.average_precision)}",
        "belief": f"skill {_number(score.brier_skill)} (1 is perfect, 0 as good as no answers); sites announced too "
        f"many or too few, by site: {_number(score.calibration_error)}",
        "placed": _placed(score.placing),
        "time": f"as the crew states it: first in minute {minutes[0]:.0f}, last in minute {minutes[-1]:.0f}"
        if minutes
        else "nothing found",
        "looked at": _looked(score.looked_at),
    }


def _placed(placing: Placing) -> str:
    if placing.median_error_m is None:
        return "nothing found"
    off = f"{placing.median_error_m:.3g} m off (median)"
    if placing.honest_square is None:
        return f"{off}; no ellipse claimed"
    low, high = placing.honest_square
    return (
        f"{off}; ellipses claimed: CE90 {_number(placing.median_ce90_m)} m (median), "
        f"{_number(placing.largest_ce90_m)} m (90th percentile); {_number(placing.inside_share)} of the sites inside, "
        f"should be 0.9; mean square {_number(placing.mean_square)}, should be 2 ({low:.2g} to {high:.2g})"
    )


def _reasons(score: Score) -> str:
    why = Counter(finding.false_for for finding in score.calls if finding.false_for)
    told = ", ".join(f"{what} ({count})" if count > 1 else what for what, count in sorted(why.items()))
    return f": {told}" if told else ""


def _looked(at: Looked) -> str:
    parts = []
    if at.shown_district is not None:
        parts.append(
            f"flights showed {at.shown_district:.0%} of the district and {_share(at.shown_sites)} of the sites"
        )
    if at.claimed_district is not None:
        parts.append(f"the crew claims {at.claimed_district:.0%} and {_share(at.claimed_sites)}")
    if at.claimed_unshown is not None:
        parts.append(f"{at.claimed_unshown:.0%} of the claim was never shown")
    return "; ".join(parts) or "nothing is claimed, and no flight was handed out"


def _share(value: float | None) -> str:
    return "none" if value is None else f"{value:.0%}"


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:.3g}"
