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
- **Margin**: one forecaster less another, with the standard error by leaving out each test year in turn. Years are few
  and no two are alike: a margin within two standard errors of 0 may well be luck.
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


@dataclass(frozen=True)
class Margin:
    """One forecaster less another over the same test years: differences of share and log score, each with one standard
    error (None for a single year), and in how many of the years the share was larger and smaller."""

    years: int
    share: float
    share_error: float | None
    log_score: float
    log_score_error: float | None
    better: int
    worse: int


def margin(mine: Sequence[YearScore], other: Sequence[YearScore]) -> Margin:
    """How much better `mine` is. Raises `SettingError` where the years differ or nothing was found in them."""
    if [score.year for score in mine] != [score.year for score in other]:
        raise SettingError("the years differ", field="years", remedy="Score both on the same years")
    share, log_score = _less(mine, other)
    left_out = [
        _less([*mine[:at], *mine[at + 1 :]], [*other[:at], *other[at + 1 :]])
        for at in range(len(mine))
        if len(mine) > 1
    ]
    errors = [_jackknife([pair[which] for pair in left_out]) for which in (0, 1)]
    pairs = [(a.inside, b.inside) for a, b in zip(mine, other, strict=True)]
    better, worse = sum(a > b for a, b in pairs), sum(a < b for a, b in pairs)
    return Margin(len(mine), share, errors[0], log_score, errors[1], better, worse)


def _less(mine: Sequence[YearScore], other: Sequence[YearScore]) -> tuple[float, float]:
    a, b = pooled(mine), pooled(other)
    if a.log_score is None or b.log_score is None:
        raise SettingError("no area was scored", field="years", remedy="Test on years with areas")
    return a.share - b.share, a.log_score - b.log_score


def _jackknife(left_out: Sequence[float]) -> float | None:
    """The standard error of a number, from what it is without each of n years in turn."""
    n = len(left_out)
    return float(np.sqrt((n - 1.0) / n * np.sum((np.array(left_out) - np.mean(left_out)) ** 2))) if n else None


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
