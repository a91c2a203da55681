"""A forecast out of records: how many sites are expected in each area, how uncertain that is, and what is assumed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from otear.authority.roles import Action
from otear.domain.progress import Progress, silent
from otear.domain.series import Records
from otear.errors import SettingError
from otear.forecast.base import Forecast, Forecaster
from otear.forecast.panel import Panel
from otear.forecast.stacked import Stacked, ours
from otear.store.records import ForecastRow
from otear.workflow.desk import Desk, Subject
from otear.workflow.forecast_documents import learned_document
from otear.workflow.forecast_ground import Ground, ground_of
from otear.workflow.forecast_learning import Chosen, Learning, learning

_SUBJECT = "forecast"


@dataclass(frozen=True, eq=False)
class Foreseen:
    """What is expected in one year in each area of some ground, and what it was learned from."""

    chosen: Chosen
    ground: Ground
    learning: Learning
    forecast: Forecast


def this_year(desk: Desk) -> int:
    """The year that it is: what has happened in it is not all told yet."""
    return datetime.fromtimestamp(desk.clock.now_us() / 1e6, UTC).year


def foreseen(
    records: Records,
    ground: Ground,
    chosen: Chosen,
    *,
    now: int,
    year: int | None = None,
    progress: Progress = silent,
) -> Foreseen:
    """What our model expects in `year`, else in the year after the last one that is over and counted.

    Only years before `year`, and before the year `now`, are learned from. Raises as `learning` does, and `SettingError`
    for a year that is not after all that is counted.
    """
    learned = learning(records, ground, chosen, before=now if year is None else min(year, now))
    last = learned.years[1]
    ahead = 1 if year is None else year - last
    if ahead < 1 or ahead > _MOST_AHEAD:
        raise SettingError(
            f"{year} is {ahead} years after the last year that is counted",
            field="--year",
            remedy=f"Ask for a year from {last + 1} to {last + _MOST_AHEAD}",
        )
    return Foreseen(chosen, ground, learned, _told(learned.panel, ahead, progress).forecast(learned.panel, ahead))


def _told(panel: Panel, ahead: int, progress: Progress) -> Stacked:
    """Our forecaster for a panel, which tells how far it is."""
    ours_here = ours(panel)
    asked = min(ours_here.recent, max(len(panel.years) - ahead, 0)) + 1
    steps = count(1)

    def step() -> None:
        progress("Learning", float(next(steps)), float(asked * len(ours_here.parts)))

    return replace(ours_here, parts=tuple(_Telling(part, step) for part in ours_here.parts))


@dataclass(frozen=True)
class _Telling:
    """A forecaster that says when it has made one more forecast."""

    part: Forecaster
    step: Callable[[], None]

    @property
    def name(self) -> str:
        """That of the forecaster it asks."""
        return self.part.name

    def forecast(self, past: Panel, ahead: int = 1) -> Forecast:
        """See `Forecaster`."""
        made = self.part.forecast(past, ahead)
        self.step()
        return made


_MOST_AHEAD = 5
"""Rankings of so many years ago are worth two thirds of those of last year (FACTS.md)."""


def fit(
    desk: Desk, areas: Sequence[Path], chosen: Chosen, year: int | None = None, *, progress: Progress = silent
) -> tuple[ForecastRow, Foreseen]:
    """Learn from a series that is kept, and keep the forecast with the boundaries it is for.

    Raises as `foreseen` and `ground_of` do, and `RefusedError`, which the ledger keeps.
    """
    desk.permit(Action.FORECAST, Subject(_SUBJECT, chosen.series or "any series"))
    workspace = desk.workspace
    ground = ground_of(workspace, areas)
    records = workspace.records.records(chosen.series)
    found = foreseen(records, ground, chosen, now=this_year(desk), year=year, progress=progress)
    row = _row(desk, found)
    with workspace.staging() as folder:
        raws = []
        for at, file in enumerate(ground.files):
            (folder / str(at)).mkdir()
            raws.append(workspace.records.stage(file.path, folder / str(at)))
        reason = f"{found.learning.series}, for {row.year}, learned from {_span(found.learning.years)}"
        note = desk.note(Action.FORECAST, Subject(_SUBJECT, row.forecast_id, _digest(row)), reason=reason)
        workspace.records.add_forecast(row, raws, [note])
    return row, found


def _row(desk: Desk, found: Foreseen) -> ForecastRow:
    """A forecast to keep, called by its content."""
    forecast = found.forecast
    row = ForecastRow(
        forecast_id="",
        made_us=desk.clock.now_us(),
        made_by=desk.actor.name,
        series=found.learning.series,
        year=forecast.year,
        document=learned_document(found.chosen, found.ground, found.learning, forecast.year),
        areas=forecast.areas,
        mean=forecast.mean,
        shape=forecast.shape,
    )
    return replace(row, forecast_id=f"fc-{_digest(row)[:16]}")


def _digest(row: ForecastRow) -> str:
    """The SHA-256 of what a forecast says, its numbers to six digits."""
    numbers = [f"{mean:.6g} {shape:.6g}" for mean, shape in zip(row.mean.tolist(), row.shape.tolist(), strict=True)]
    said = json.dumps([row.document, row.areas, numbers], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()


def _span(years: tuple[int, int]) -> str:
    return f"{years[0]} to {years[1]}" if years[0] < years[1] else str(years[0])
