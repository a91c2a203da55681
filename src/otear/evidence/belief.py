"""What is believed of one place: the forecast's prior, moved once by each pass and once by each independent report.

log odds = log odds(prior) + sum over passes of weight x ratio + sum over new reports of ratio, and an outcome curve
over the result. A pass that showed signs has one ratio, of all its signs together; one that showed nothing has that of
a miss. Weights are those of `tempering`; signs fade by `staleness` before they are weighed. Passes that show the same
kind of cue make it surer that it is there: they add up to what that one cue is worth, not to one cue each. What is
there together is weighed together, against everything else that the place may be (`rates`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from otear.detect.calibration import STRAIGHT, Curve
from otear.detect.odds import log_odds, probability
from otear.domain.evidence import Belief, Line, PassOver, Report
from otear.domain.kinds import CueKind
from otear.errors import InputError
from otear.evidence.provenance import independent
from otear.evidence.rates import ESTIMATED, Rates
from otear.evidence.ratios import detection_log_worth, miss_log_ratio
from otear.evidence.staleness import HALF_LIFE_DAYS, MISS_HALF_LIFE_DAYS, kept
from otear.evidence.tempering import weights

MOST_OF_A_REPORT = float(np.log(20.0))
"""No report moves the odds more than twentyfold, whatever its source is said to be worth."""


@dataclass(frozen=True)
class Scales:
    """What evidence is weighed with: `rates` of cues, `rho` of passes that deceive alike, the `curve` of outcomes."""

    rates: Rates = field(default_factory=lambda: ESTIMATED)
    rho: float = 0.6
    curve: Curve = STRAIGHT


DEFAULT = Scales()


def believed(
    prior: float,
    passes: Sequence[PassOver],
    reports: Sequence[Report],
    *,
    at_us: int,
    scales: Scales = DEFAULT,
    derived_from: Mapping[str, Sequence[str]] | None = None,
) -> Belief:
    """The belief at a moment in all that was known by then. Raises `InputError` for numbers that are no probabilities,
    and for a pass that is given twice."""
    if not 0.0 < prior < 1.0:
        raise InputError(f"{prior} is no prior", field="prior", remedy="Give a probability between 0 and 1")
    known = [one for one in passes if one.time_us <= at_us]
    if len({one.pass_id for one in known}) < len(known):
        raise InputError("a pass is given twice", field="passes", remedy="Give each pass once, with all its signs")
    known.sort(key=lambda each: (each.time_us, each.pass_id))
    lines = [Line("forecast", "forecast", None, float(log_odds(prior)), f"forecast: {_percent(prior)}")]
    worths = dict[CueKind, float]()
    # A pass that could see nothing is no witness: it weighs nothing and thins nobody else's word.
    seeing = [one for one in known if one.signs or one.pd > 0.0]
    for one, weight in zip(seeing, weights([each.condition for each in seeing], scales.rho), strict=True):
        lines.append(_pass_line(one, float(weight), at_us - one.time_us, scales.rates, worths))
    new, again = independent(
        [one for one in reports if one.time_us <= at_us], derived_from or {}, frozenset(one.pass_id for one in known)
    )
    lines += [_report_line(one) for one in new]
    lines += [
        Line(one.report_id, "not counted", one.time_us, 0.0, f"{one.source}: goes back to {root}, which counts already")
        for one, root in again
    ]
    total = sum(line.log_ratio for line in lines)
    posterior = float(scales.curve(probability(np.array([total])))[0])
    kinds, others = scales.rates.shares(worths)
    return Belief(prior, posterior, kinds, tuple(lines), others)


def _pass_line(one: PassOver, weight: float, age_us: int, rates: Rates, worths: dict[CueKind, float]) -> Line:
    """The line of a pass; `worths`, what speaks for each kind of cue so far, are moved on by it."""
    counts = "" if weight > 1.0 - 1e-9 else f"; counts {_percent(weight)}, as others saw it in the same conditions"
    if not one.signs:
        left = kept(MISS_HALF_LIFE_DAYS, age_us)
        ratio = float(miss_log_ratio(one.pd, rates.pfa)) * weight * left
        why = f"nothing was seen, though {_percent(one.pd)} of sites would have shown themselves{_faded(left)}{counts}"
        return Line(one.pass_id, "miss", one.time_us, ratio, why)
    before, said = rates.log_ratio(worths), []
    for sign in one.signs:
        left = kept(HALF_LIFE_DAYS[sign.kind], age_us)
        moved = float(detection_log_worth(sign.real, sign.base_rate, pd=one.pd, pfa=rates.pfa)) * weight * left
        worths[sign.kind] = worths.get(sign.kind, 0.0) + moved
        said.append(
            f"{sign.kind.value.replace('_', ' ')}, {_percent(sign.real)} sure, found at "
            f"{_percent(rates.at_sites(sign.kind))} of sites and {_percent(rates.elsewhere(sign.kind))} of other places"
            f"{_faded(left)}"
        )
    return Line(one.pass_id, "cue", one.time_us, rates.log_ratio(worths) - before, "; ".join(said) + counts)


def _report_line(one: Report) -> Line:
    for name, value in (("hit", one.hit), ("false", one.false)):
        if not 0.0 < value < 1.0:
            raise InputError(f"{value} is no rate", field=f"report.{name}", remedy="Give a share between 0 and 1")
    ratio = float(np.clip(np.log(one.hit / one.false), -MOST_OF_A_REPORT, MOST_OF_A_REPORT))
    why = f"{one.source}: reports {_percent(one.hit)} of sites and {_percent(one.false)} of other places"
    return Line(one.report_id, "report", one.time_us, ratio, why)


def _faded(left: float) -> str:
    return "" if left > 0.995 else f", {_percent(left)} of it left after this time"


def _percent(share: float) -> str:
    return f"{100.0 * share:.1f}%" if share < 0.1 else f"{100.0 * share:.0f}%"
