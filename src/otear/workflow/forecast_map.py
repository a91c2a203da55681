"""A forecast as a map: of the one that is kept, or of one that is made for the picture from files named with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from otear.authority.roles import Action
from otear.domain.bilingual import Bilingual, Language
from otear.domain.kinds import SiteKind
from otear.domain.progress import Progress, silent
from otear.domain.records import Status
from otear.domain.series import Records
from otear.errors import InputError, NotFoundError
from otear.forecast.base import Forecast
from otear.forecast.map_picture import MapPicture, draw_map
from otear.forecast.map_words import AREA, MUNICIPIO, REPORTED
from otear.forecast.panel import Floats
from otear.workflow.desk import Desk, Subject
from otear.workflow.files import check_output, drafted, file_sha256
from otear.workflow.forecast import Foreseen, foreseen, this_year
from otear.workflow.forecast_documents import COVERING, highest, learned_document
from otear.workflow.forecast_ground import ground_of, kept_ground
from otear.workflow.forecast_learning import Chosen, Learning, learning
from otear.workflow.forecast_records import records_of
from otear.workflow.forecast_trends import StateTrends, state_trends, trends_document

_MODEL = Bilingual("Otear's pooled model", "Modelo agrupado de Otear")
_ASSUMED = Bilingual(
    "Nobody says how well was looked: all areas count as looked at equally well in a year with records, and a year"
    " without any as one in which nobody reported.",
    "Nadie dice qué tan bien se buscó: todas las áreas cuentan como buscadas por igual en un año con registros, y un"
    " año sin ninguno como uno en el que nadie informó.",
)


@dataclass(frozen=True, eq=False)
class Sources:
    """What a picture or a list is made of: `files` that are named with it, else what the workspace keeps; over the
    areas of `areas`, else over those of the forecast that was made last."""

    files: tuple[Path, ...] = ()
    areas: tuple[Path, ...] = ()
    chosen: Chosen = field(default_factory=Chosen)
    year: int | None = None

    @property
    def kept(self) -> bool:
        """Whether the forecast that is kept is meant."""
        named = self.files or self.areas or self.chosen.kinds or self.chosen.status is not Status.UNKNOWN
        return not named and self.year is None


def records_for(desk: Desk, sources: Sources) -> Records:
    """The records of the files that are named, else all that are kept. Raises `InputError` as `records_of` does."""
    if sources.files:
        return records_of(sources.files, sources.chosen.series)
    return desk.workspace.records.records()


def expected_on(desk: Desk, sources: Sources, records: Records, progress: Progress = silent) -> tuple[Foreseen, str]:
    """The forecast to show and its identifier, "" where it was made for this only.

    Raises `NotFoundError` where one that is kept is meant and there is none, and as `foreseen` does.
    """
    workspace, now = desk.workspace, this_year(desk)
    if not sources.kept:
        ground = ground_of(workspace, sources.areas)
        made = foreseen(records, ground, sources.chosen, now=now, year=sources.year, progress=progress)
        return made, ""
    row = workspace.records.latest_forecast(sources.chosen.series)
    if row is None:
        raise NotFoundError(
            "no forecast is kept here" + (f" of {sources.chosen.series!r}" if sources.chosen.series else ""),
            field="--from",
            remedy="Make one with `otear forecast fit`, or name files with --from and their boundaries with --areas",
        )
    ground = kept_ground(workspace, row.document)
    kinds = frozenset(SiteKind(kind) for kind in row.document["only_kinds"])
    chosen = Chosen(row.series, kinds, Status(row.document["status"]))
    learned = learning(records, ground, chosen, before=row.document["years"][1] + 1)
    forecast = Forecast(row.document["model"], row.year, row.areas, row.mean, row.mean, row.shape)
    return Foreseen(chosen, ground, learned, forecast), row.forecast_id


def write_map(
    desk: Desk,
    sources: Sources,
    path: Path,
    *,
    states: Sequence[str] = (),
    language: Language = "en",
    progress: Progress = silent,
) -> dict[str, Any]:
    """Draw what is expected as a map and tell what is on it.

    Raises `InputError` as `expected_on` does and for a name that is no PNG's, `RefusedError`, which the ledger keeps.
    """
    subject = Subject("forecast", path.name)
    desk.permit(Action.FORECAST, subject)
    check_png(path)
    records = records_for(desk, sources)
    found, forecast_id = expected_on(desk, sources, records, progress)
    told = state_trends(records, found.learning, found.ground, states)
    low, high = found.forecast.interval(COVERING)
    with drafted(path) as draft:
        draw_map(_picture(found, told, low, high), draft, language)
    reason = f"map of {found.learning.series} for {found.forecast.year}"
    note = desk.note(Action.FORECAST, Subject("forecast", forecast_id or path.name, file_sha256(path)), reason=reason)
    desk.workspace.ledger.append([note])
    return {
        "picture": path,
        "forecast_id": forecast_id,
        **learned_document(found.chosen, found.ground, found.learning, found.forecast.year),
        "expected": float(found.forecast.mean.sum()),
        "interval": COVERING,
        "highest": highest(found.ground, found.forecast.areas, found.forecast.mean, low, high),
        "trends": trends_document(told, found.ground),
    }


def check_png(path: Path) -> None:
    """Raises `InputError` for a name that is no PNG's, or of what may not be written over."""
    if path.suffix.lower() != ".png":
        raise InputError("pictures are written as PNG", source=path, remedy="End the name in .png")
    check_output(path)


def _picture(found: Foreseen, told: StateTrends, low: Floats, high: Floats) -> MapPicture:
    ground, learned = found.ground, found.learning
    at = ground.areas.rows(found.forecast.areas)
    expected, lowest, highest = (_placed(at, len(ground.areas), values) for values in (found.forecast.mean, low, high))
    files = ", ".join(file.name for file in ground.files)
    return MapPicture(
        areas=ground.areas,
        states=ground.states,
        expected=expected,
        low=lowest,
        high=highest,
        share=COVERING,
        year=found.forecast.year,
        series=learned.series,
        first=learned.years[0],
        last=learned.years[1],
        model=_MODEL,
        trends=told.trends,
        trends_series=learned.series,
        credit=f"INEGI ({files})" if ground.mexican else files,
        what=_what(learned),
        note=_note(told, learned),
        unit=MUNICIPIO if all(len(key) == 5 for key in ground.areas.keys) and ground.mexican else AREA,
    )


def _placed(at: Any, size: int, values: Floats) -> Floats:
    """Values in the order of all areas; NaN where nothing is forecast."""
    placed = np.full(size, np.nan)
    placed[at] = values
    return placed


def _what(learned: Learning) -> Bilingual:
    if "press" in learned.agencies:
        return REPORTED
    agencies = ", ".join(learned.agencies)
    return Bilingual(
        f"They are sites that {agencies} reported, in the series named above. They measure enforcement and reporting as"
        " well as sites.",
        f"Son sitios que {agencies} informó, en la serie nombrada arriba. Miden la actividad de las autoridades y de"
        " quien informa tanto como los sitios.",
    )


def _note(told: StateTrends, learned: Learning) -> Bilingual:
    said = Bilingual("", "") if learned.stated else _ASSUMED
    if told.spans.earlier is None:
        return said
    (a, b), (c, d) = told.spans.recent, told.spans.earlier
    together = Bilingual(
        f"All states together: {told.all_recent:,g} in {a}–{b} after {told.all_earlier:,g} in {c}–{d}; part of any"
        " state's change may be how much was looked for and reported everywhere. ",
        f"Todos los estados juntos: {told.all_recent:,g} en {a}–{b} tras {told.all_earlier:,g} en {c}–{d}; parte del"
        " cambio de cualquier estado puede deberse a cuánto se buscó e informó en todas partes. ",
    )
    return Bilingual(together.en + said.en, together.es + said.es)
