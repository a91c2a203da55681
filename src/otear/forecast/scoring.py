"""How good forecasts were, on years that they could not see.

For every test year the panel is cut (`Panel.until`), the forecaster gets the cut and nothing else, and its forecast is
held against the year.

- **Share**: of the sites of the test years, those inside the areas ranked highest, 5% of all areas rounded to a whole
  number, over all sites of all test years. All areas count, also those where nothing was ever found (`registers`).
  Areas of equal rank on the edge share the places that are left there: the share is what a random order among them
  gives on average.
- **Log score**: the mean over areas and test years of the natural logarithm of the probability given to the number
  that was found; nearer 0 is better.
- **Covered**: how often the number lay in the central 90% interval, beside **stated**, the probability that the
  intervals claim. Counts are whole numbers, so an interval that holds at least 90% holds more, most of all where next
  to nothing is expected; the same again over areas where at least half a site was expected.
- **New**: of the sites in areas that had none in all years before, the share inside the 5% of those areas that are
  ranked highest among themselves; a random order has 0.05.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from otear.errors import SettingError
from otear.forecast.base import Forecast, Forecaster
from otear.forecast.panel import Floats, Panel
from otear.forecast.spread import held

TOP = 0.05
COVERING = 0.9
EXPECTED_SOME = 0.5


@dataclass(frozen=True)
class YearScore:
    """One forecast against one year: sums, so that years can be pooled."""

    name: str
    year: int
    areas: int
    sites: float
    inside: float
    log_score: float
    covered: float
    stated: float
    some: int
    some_covered: float
    some_stated: float
    new_sites: float
    new_inside: float


@dataclass(frozen=True)
class Score:
    """Over all test years; numbers as in the module's text. None where there was nothing to judge by."""

    name: str
    share: float
    log_score: float | None
    covered: float | None
    stated: float | None
    some_covered: float | None
    some_stated: float | None
    new_share: float | None


def top_places(areas: int, top: float = TOP) -> int:
    """How many of `areas` are in the top share: the nearest whole number, at least 1."""
    if not 0.0 < top <= 1.0:
        raise SettingError(f"the share is {top}", field="top", remedy="Give it above 0 and up to 1")
    return max(1, round(top * areas))


def inside_top(order: Floats, sites: Floats, places: int) -> float:
    """Sites in the `places` areas ranked highest; areas equal to the last of them share what is left."""
    if places >= len(order):
        return float(sites.sum())
    edge = np.partition(order, len(order) - places)[len(order) - places]
    above, level = order > edge, order == edge
    return float(sites[above].sum() + sites[level].sum() * (places - above.sum()) / level.sum())


def score_year(forecaster: Forecaster, panel: Panel, year: int, *, ahead: int = 1, top: float = TOP) -> YearScore:
    """How well `year` was foreseen from the years up to `ahead` before it."""
    at = panel.column(year)
    past = panel.until(year - ahead + 1)
    forecast = forecaster.forecast(past, ahead)
    return _scored(forecast, past, panel.counts[:, at], panel.exposure[:, at], top)


def score_years(
    forecaster: Forecaster, panel: Panel, years: Iterable[int], *, ahead: int = 1, top: float = TOP
) -> list[YearScore]:
    """`score_year` for each of `years`."""
    return [score_year(forecaster, panel, year, ahead=ahead, top=top) for year in years]


def pooled(scores: Sequence[YearScore]) -> Score:
    """The test years of one forecaster as one score."""

    def ratio(part: float, whole: float) -> float | None:
        return part / whole if whole > 0 else None

    def total(field: str) -> float:
        return float(sum(getattr(score, field) for score in scores))

    areas, some, sites = total("areas"), total("some"), total("sites")
    if not scores or sites == 0:
        raise SettingError("nothing was found in the test years", field="years", remedy="Test on years with sites")
    return Score(
        name=scores[0].name,
        share=total("inside") / sites,
        log_score=ratio(total("log_score"), areas),
        covered=ratio(total("covered"), areas),
        stated=ratio(total("stated"), areas),
        some_covered=ratio(total("some_covered"), some),
        some_stated=ratio(total("some_stated"), some),
        new_share=ratio(total("new_inside"), total("new_sites")),
    )


def best_possible(panel: Panel, years: Iterable[int], top: float = TOP) -> Score:
    """What a forecaster that knew the truth would reach: the share that no ranking exceeds."""
    columns = [panel.counts[:, panel.column(year)] for year in years]
    inside = sum(inside_top(sites, sites, top_places(len(sites), top)) for sites in columns)
    share = inside / float(sum(sites.sum() for sites in columns))
    return Score("best possible", share, None, None, None, None, None, None)


def _scored(forecast: Forecast, past: Panel, sites: Floats, exposure: Floats, top: float) -> YearScore:
    low, high = forecast.interval(COVERING)
    mean = forecast.mean * exposure
    if np.any(exposure != 1.0):
        low, high = Forecast("", 0, (), forecast.order, mean, forecast.shape).interval(COVERING)
    covered = (low <= sites) & (sites <= high)
    stated = held(low, high, mean, forecast.shape)
    some = mean >= EXPECTED_SOME
    new = past.counts.sum(axis=1) == 0
    return YearScore(
        name=forecast.name,
        year=forecast.year,
        areas=len(sites),
        sites=float(sites.sum()),
        inside=inside_top(forecast.order, sites, top_places(len(sites), top)),
        log_score=float(forecast.log_score(sites, exposure).sum()),
        covered=float(covered.sum()),
        stated=float(stated.sum()),
        some=int(some.sum()),
        some_covered=float(covered[some].sum()),
        some_stated=float(stated[some].sum()),
        new_sites=float(sites[new].sum()),
        new_inside=_new_inside(forecast.order, sites, new, top),
    )


def _new_inside(order: Floats, sites: Floats, new: NDArray[np.bool_], top: float) -> float:
    return inside_top(order[new], sites[new], top_places(int(new.sum()), top)) if new.any() else 0.0
