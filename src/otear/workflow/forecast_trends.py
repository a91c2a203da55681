"""Where the numbers of states are going, told with the counts it rests on and what other series say beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from otear.domain.bilingual import Bilingual
from otear.domain.records import CountRecord, Status
from otear.domain.series import Records
from otear.errors import NotFoundError
from otear.forecast.alerts import Alert, by_state, changes
from otear.forecast.map_picture import Direction, Trend
from otear.forecast.panel import Panel
from otear.forecast.readers import yearly_events
from otear.workflow.forecast_ground import Ground
from otear.workflow.forecast_learning import Learning

FIVE = ("25", "26", "13", "21", "14")
"""Sinaloa and Sonora, and Hidalgo, Puebla and Jalisco, which Mexican investigators expect to follow them."""
RECENT, EARLIER = 2, 4
"""Years that are held against each other, where there are so many."""
_SHOWN = 3


@dataclass(frozen=True)
class Spans:
    """First and last years: all there are, the recent ones, and the earlier ones that they are held against (None where
    there is one year only)."""

    every: tuple[int, int]
    recent: tuple[int, int]
    earlier: tuple[int, int] | None

    @classmethod
    def of(cls, panel: Panel) -> Spans:
        """Those of a panel: as many years as `RECENT` and `EARLIER` say, where it has them."""
        first, last = int(panel.years[0]), int(panel.years[-1])
        if first == last:
            return cls((first, last), (first, last), None)
        split = max(last - RECENT, first)
        return cls((first, last), (split + 1, last), (max(split - EARLIER + 1, first), split))


@dataclass(frozen=True, eq=False)
class StateTrends:
    """The trends of some states, and of all areas together: `all_recent` sites in the recent years after `all_earlier`
    in the earlier ones. `alerts` are the numbers behind them, by state."""

    trends: tuple[Trend, ...]
    alerts: dict[str, Alert]
    spans: Spans
    all_recent: float
    all_earlier: float


def state_trends(records: Records, learned: Learning, ground: Ground, states: Sequence[str]) -> StateTrends:
    """How the `states` change, of the series that is learned from; sites that are placed in a state and in no area of
    it count for the state. Raises `NotFoundError` for a state that is not there."""
    panel = with_state_events(records, learned, by_state(learned.panel))
    spans = Spans.of(panel)
    alerts: dict[str, Alert] = {}
    if spans.earlier is not None:
        recent, earlier = (span[1] - span[0] + 1 for span in (spans.recent, spans.earlier))
        alerts = {one.area: one for one in changes(panel, recent_years=recent, earlier_years=earlier)}
    trends = tuple(
        _trend(key, panel, alerts.get(key), spans, _others(records, learned.series, key))
        for key in states_named(ground, states)
    )
    return StateTrends(trends, alerts, spans, _sum(panel, spans.recent), _sum(panel, spans.earlier))


def _sum(panel: Panel, span: tuple[int, int] | None) -> float:
    if span is None:
        return 0.0
    return float(panel.counts[:, panel.column(span[0]) : panel.column(span[1]) + 1].sum())


def states_named(ground: Ground, states: Sequence[str]) -> list[str]:
    """Keys of states by their keys or names; none named: the five of Mexico, elsewhere the first five by their names.

    Raises `NotFoundError` for a state that is not there.
    """
    keys = ground.states.keys
    if not states:
        return list(FIVE) if set(FIVE) <= set(keys) else list(keys[:5])
    named = {name.casefold(): key for key, name in zip(keys, ground.states.names, strict=True)}
    found = []
    for said in states:
        key = said if said in keys else named.get(said.casefold())
        if key is None:
            raise NotFoundError(
                f"there is no state {said!r}", field="--state", remedy=f"Name one of {', '.join(ground.states.names)}"
            )
        found.append(key)
    return list(dict.fromkeys(found))


def with_state_events(records: Records, learned: Learning, panel: Panel) -> Panel:
    """The panel of states, and in it the events that are placed in a state only."""
    counts = panel.counts.copy()
    for series in records.events if learned.what == "events" else ():
        if series.name != learned.series:
            continue
        for area, year, number in yearly_events(series, areas=set(panel.areas)).rows:
            column = year - int(panel.years[0])
            if 0 <= column < len(panel.years) and panel.exposure[panel.areas.index(area), column] > 0:
                counts[panel.areas.index(area), column] += number
    return replace(panel, counts=counts)


def direction(alert: Alert | None) -> Direction:
    """Where a rate is going: told only where the central 90% of its change lies on one side, or within half and
    double."""
    if alert is None:
        return Direction.UNCLEAR
    if alert.low > 1.0:
        return Direction.RISING
    if alert.high < 1.0:
        return Direction.FALLING
    return Direction.STEADY if alert.low >= 0.5 and alert.high <= 2.0 else Direction.UNCLEAR


def _trend(key: str, panel: Panel, alert: Alert | None, spans: Spans, others: tuple[Bilingual, ...]) -> Trend:
    row = panel.areas.index(key)
    counts = [float(n) for n in panel.counts[row]]
    years = [int(year) for year in panel.years]
    silent = tuple(year for year, looked in zip(years, panel.exposure[row].tolist(), strict=True) if looked == 0.0)
    return Trend(key, years, counts, direction(alert), _because(alert, sum(counts), spans), silent, others)


def _because(alert: Alert | None, total: float, spans: Spans) -> Bilingual:
    if total == 0.0:
        every = _span(spans.every)
        return Bilingual(f"no site in this series, {every}", f"ningún sitio en esta serie, {every}")
    if alert is None or spans.earlier is None:
        since = _span(spans.every if spans.earlier is None else (spans.earlier[0], spans.recent[1]))
        return Bilingual(f"nothing to compare in {since}", f"nada que comparar en {since}")
    recent, earlier = _span(spans.recent), _span(spans.earlier)
    change = f"×{_figure(alert.ratio)} (90%: {_figure(alert.low)} – {_figure(alert.high)})"
    return Bilingual(
        f"{alert.recent_sites:,g} in {recent} after {alert.earlier_sites:,g} in {earlier}; rate {change}",
        f"{alert.recent_sites:,g} en {recent} tras {alert.earlier_sites:,g} en {earlier}; tasa {change}",
    )


def _others(records: Records, series: str, key: str) -> tuple[Bilingual, ...]:
    """What the latest of the other series count in a state; one number of each."""
    found: list[CountRecord] = []
    for one in records.counts:
        here = [each for each in one.current() if each.area == key and each.status is Status.UNKNOWN]
        if here and one.name != series:
            found.append(max(here, key=lambda each: (each.period.last, each.period.days)))
    found.sort(key=lambda each: (each.period.last, each.period.first), reverse=True)
    return tuple(
        Bilingual(said, said)
        for said in (
            f"{each.agency} {each.period.first:%Y-%m} – {each.period.last:%Y-%m}: {each.count:,}"
            for each in found[:_SHOWN]
        )
    )


def trends_document(told: StateTrends, ground: Ground) -> dict[str, Any]:
    """The trends with their evidence, as one document."""
    names = dict(zip(ground.states.keys, ground.states.names, strict=True))
    return {
        "recent": list(told.spans.recent),
        "earlier": None if told.spans.earlier is None else list(told.spans.earlier),
        "all_recent": told.all_recent,
        "all_earlier": told.all_earlier,
        "states": [
            {
                "state": one.state,
                "name": names[one.state],
                "trend": one.direction.value,
                "because": one.because.en,
                "counts": {
                    str(year): None if year in one.silent else n for year, n in zip(one.years, one.counts, strict=True)
                },
                "other_series": [each.en for each in one.others],
                "evidence": None if one.state not in told.alerts else alert_document(told.alerts[one.state]),
            }
            for one in told.trends
        ],
    }


def alert_document(alert: Alert) -> dict[str, Any]:
    """How an area changed, in numbers."""
    return {
        "recent_sites": alert.recent_sites,
        "recent_exposure": alert.recent_exposure,
        "earlier_sites": alert.earlier_sites,
        "earlier_exposure": alert.earlier_exposure,
        "ratio": alert.ratio,
        "low": alert.low,
        "high": alert.high,
        "probability": alert.probability,
        "p_value": alert.p_value,
        "false_share": alert.false_share,
    }


def _span(years: tuple[int, int]) -> str:
    return str(years[0]) if years[0] == years[1] else f"{years[0]}–{years[1]}"


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 10.0 else f"{round(value, 1):g}" if value >= 1.0 else f"{value:.2g}"
