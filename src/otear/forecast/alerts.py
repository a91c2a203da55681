"""Where the rate of sites is rising, with the evidence in numbers and the share of false alerts held down.

The last years of an area are held against its years before. With n1 sites found at exposure e1 and n0 at e0, and
Poisson counts, n1 of n0 + n1 is binomial with chance f e1 / (f e1 + e0) if the rate grew by the factor f (Przyborowski
and Wilenski 1940, Biometrika 31). Real counts scatter more than that: both are divided by `scatter`, how much the
counts of neighbouring years differ beyond Poisson, before they are weighed. Of many areas some rise by chance: the
alerts returned are those that the step-up rule of Benjamini and Hochberg (1995, JRSS B 57) keeps, among which no more
than the stated share is expected to be false.

An area that nobody looked at in one of the two spans cannot be judged and is not.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import betainc, betaincinv

from otear.errors import SettingError
from otear.forecast.panel import Floats, Panel

_JEFFREYS = 0.5


@dataclass(frozen=True)
class Alert:
    """How one area changed; `rising` returns those that rise.

    `ratio` is the recent rate over the earlier one (the middle of its posterior), `low` and `high` its central 90%;
    `probability` is that of a ratio above the factor asked for; `p_value` is the chance of so many recent sites at just
    that factor; `false_share` is the share of false alerts expected among this one and all that are clearer.
    """

    area: str
    recent_sites: float
    recent_exposure: float
    earlier_sites: float
    earlier_exposure: float
    ratio: float
    low: float
    high: float
    probability: float
    p_value: float
    false_share: float


def rising(
    panel: Panel,
    *,
    recent_years: int = 2,
    earlier_years: int = 4,
    factor: float = 1.0,
    false_share: float = 0.1,
    beside_all: bool = False,
) -> list[Alert]:
    """The areas whose rate has risen by more than `factor`, clearest first; settings as in `changes`.

    Those are kept of which no more than `false_share` is expected to be false. Raises `SettingError`.
    """
    if not 0.0 < false_share < 1.0:
        raise SettingError("the share is out of range", field="false_share", remedy="Give a share above 0 and below 1")
    found = changes(panel, recent_years=recent_years, earlier_years=earlier_years, factor=factor, beside_all=beside_all)
    kept = [alert for alert in found if alert.false_share <= false_share]
    return sorted(kept, key=lambda alert: (alert.p_value, alert.area))


def changes(
    panel: Panel,
    *,
    recent_years: int = 2,
    earlier_years: int = 4,
    factor: float = 1.0,
    beside_all: bool = False,
) -> list[Alert]:
    """How every area that can be judged has changed, in the order of the panel: rising or not.

    The last `recent_years` are held against the `earlier_years` before them. With `beside_all` an area must rise more
    than the panel as a whole: the exposure of each year is multiplied by the year's rate over all areas, which takes
    out a year in which everybody reported more. Raises `SettingError`.
    """
    if recent_years < 1 or earlier_years < 1 or recent_years + earlier_years > len(panel.years):
        raise SettingError(
            f"{recent_years} recent and {earlier_years} earlier years of {len(panel.years)} are asked for",
            field="recent_years",
            remedy="Ask for 1 or more of each, and for no more than there are",
        )
    if factor <= 0.0:
        raise SettingError("the factor is out of range", field="factor", remedy="Give a factor above 0")
    counts, exposure = panel.counts, panel.exposure
    if beside_all:
        level = counts.sum(axis=0) / np.maximum(exposure.sum(axis=0), 1e-12)
        exposure = exposure * level / max(float(level[-recent_years:].mean()), 1e-12)
    start = len(panel.years) - recent_years
    n1, e1 = counts[:, start:].sum(axis=1), exposure[:, start:].sum(axis=1)
    before = slice(start - earlier_years, start)
    n0, e0 = counts[:, before].sum(axis=1), exposure[:, before].sum(axis=1)
    judged = np.flatnonzero((n0 + n1 > 0) & (e0 > 0) & (e1 > 0))
    if not len(judged):
        return []
    n1, e1, n0, e0 = n1[judged], e1[judged], n0[judged], e0[judged]
    spread = scatter(panel)
    weighed1, weighed0 = n1 / spread, n0 / spread
    chance = factor * e1 / (factor * e1 + e0)
    p = np.where(weighed1 > 0, betainc(np.maximum(weighed1, 1e-9), weighed0 + 1.0, chance), 1.0)
    posterior = (weighed1 + _JEFFREYS, weighed0 + _JEFFREYS)
    above = 1.0 - betainc(*posterior, chance)

    def ratio(at: float) -> Floats:
        share = np.clip(betaincinv(*posterior, at), 1e-12, 1.0 - 1e-12)
        return np.asarray(share / (1.0 - share) * e0 / e1)

    columns = np.column_stack([n1, e1, n0, e0, ratio(0.5), ratio(0.05), ratio(0.95), above, p, adjusted(p)])
    return [Alert(panel.areas[area], *row) for area, row in zip(judged.tolist(), columns.tolist(), strict=True)]


def scatter(panel: Panel) -> float:
    """How much the counts of neighbouring years differ, in units of what Poisson counts would: at least 1.

    The sum of squared differences from what the exposures and the years' rates make of their sum, over what is expected
    of them. Areas that do change add to it, which makes alerts rarer and never more frequent.
    """
    level = panel.counts.sum(axis=0) / np.maximum(panel.exposure.sum(axis=0), 1e-12)
    expected = panel.exposure * level
    first, second = panel.counts[:, :-1], panel.counts[:, 1:]
    both, share = first + second, expected[:, 1:] / np.maximum(expected[:, :-1] + expected[:, 1:], 1e-12)
    variance = both * share * (1.0 - share)
    known = variance > 0
    if not known.any():
        return 1.0
    return max(1.0, float(((second - both * share)[known] ** 2).sum() / variance[known].sum()))


def adjusted(p_values: Floats) -> Floats:
    """The smallest share of false alerts at which each would be kept (Benjamini and Hochberg)."""
    order = np.argsort(p_values)
    steps = p_values[order] * len(p_values) / np.arange(1, len(p_values) + 1)
    shares = np.empty_like(steps)
    shares[order] = np.minimum(np.minimum.accumulate(steps[::-1])[::-1], 1.0)
    return shares


def by_state(panel: Panel) -> Panel:
    """The panel of the states of `panel`: counts and exposures summed."""
    found, looked = panel.totals()
    return replace(
        panel,
        areas=panel.groups,
        counts=found,
        exposure=looked,
        group=np.arange(len(panel.groups)),
        places_m=None,
        neighbours=None,
        covariates=None,
    )
