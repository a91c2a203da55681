"""How good forecasts of a register are, on years that none of them saw: scored, told and drawn.

It needs no workspace: the register is a file, and nothing is kept but the picture.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from otear.domain.progress import Progress, silent
from otear.errors import SettingError
from otear.forecast import baselines
from otear.forecast.base import Forecaster
from otear.forecast.panel import Floats, Panel
from otear.forecast.registers import Register, read_register
from otear.forecast.score_picture import Drawn, draw_scores
from otear.forecast.scoring import Score, YearScore, best_possible, margin, pooled, score_year
from otear.forecast.stacked import Stacked, ours
from otear.workflow.files import check_output, drafted

LIMITS = (
    "Counts are of sites that somebody found and reported: where more was looked or reported more is counted. A model"
    " that is good at this foresees reports, which is less than foreseeing sites.",
    "A share says how sites fall into areas as large as these. It says nothing about where in an area, nor about areas"
    " or series that are not in this file.",
    "A margin within two standard errors of 0 may be luck. The host nation alone decides whether to act.",
)


@dataclass(frozen=True, eq=False)
class Scored:
    """Forecasters of one register by name, each with its test years; ours is the last of them.

    `best_possible` is the share that no order exceeds; `choices` are the weights of ours in the last test year.
    """

    path: Path
    panel: Panel
    tested: range
    others: tuple[str, ...]
    years: dict[str, list[YearScore]]
    best_possible: float
    choices: dict[str, float]

    @property
    def split(self) -> str:
        """The test years, and what each of them was foreseen from."""
        return f"{_span(self.tested)}, each from the years before it"


def score_file(
    path: Path,
    series: str | None = None,
    tested: range | None = None,
    *,
    piled_up: bool = True,
    progress: Progress = silent,
) -> Scored:
    """Every forecaster on one series of a file. Raises `InputError` as `read_register` does, and for test years that
    the register does not have, that have no year before them, or in which nothing was found."""
    register = read_register(path, series, piled_up=piled_up)
    panel, years = register.panel, _checked(path, register, tested)
    model = ours(panel)
    forecasters = forecasters_for(panel, model)
    scored: dict[str, list[YearScore]] = {each.name: [] for each in forecasters}
    done, total = 0, len(forecasters) * len(years)
    for each in forecasters:
        for year in years:
            progress("Scoring forecasts", float(done), float(total))
            scored[each.name].append(score_year(each, panel, year))
            done += 1
    progress("Scoring forecasts", float(total), float(total))
    learned = model.weights(panel.until(years[-1]))
    names = [part.name for part in model.parts]
    return Scored(
        path, panel, years, register.others, scored, best_possible(panel, years).share, _by_name(names, learned)
    )


def forecasters_for(panel: Panel, model: Stacked) -> list[Forecaster]:
    """The baselines and then `model`; kernel density where the panel has places."""
    simple: list[Forecaster] = [
        baselines.random_order(),
        baselines.last_year(),
        baselines.three_years(),
        baselines.decay(),
    ]
    return [*simple, *([baselines.kernel_density()] if panel.places_m is not None else []), model]


def check_picture(path: Path) -> None:
    """Raises `InputError` for what is no file that may be written over."""
    check_output(path)


def draw(scored: Scored, path: Path) -> None:
    """Write the picture. Raises `InputError` for a name that is no PNG's, or no file that may be written over."""
    with drafted(path) as draft:
        draw_scores(Drawn(title(scored), scored.years, scored.panel, scored.best_possible), draft)


def title(scored: Scored) -> str:
    """What was scored."""
    sites = sum(year.sites for year in next(iter(scored.years.values())))
    return f"{scored.panel.series}: {sites:,.0f} sites in {len(scored.panel.areas):,} areas, {_span(scored.tested)}"


def document(scored: Scored, picture: Path | None) -> dict[str, Any]:
    """The scores as one document."""
    mine = scored.years["ours"]
    return {
        "rows": [_row(pooled(years), scored) for years in scored.years.values()],
        "margins": [
            {"ours_less": name} | asdict(margin(mine, years)) for name, years in scored.years.items() if name != "ours"
        ],
        "years": [
            {
                "year": year.year,
                "sites": year.sites,
                "top5_share": {name: _share(years[at]) for name, years in scored.years.items()},
                "log_score": {name: years[at].log_score / years[at].areas for name, years in scored.years.items()},
            }
            for at, year in enumerate(mine)
        ],
        "series": scored.panel.series,
        "other_series": list(scored.others),
        "source": scored.path,
        "areas": len(scored.panel.areas),
        "sites": sum(year.sites for year in mine),
        "choices": scored.choices,
        "does_not_prove": list(LIMITS),
        "picture": picture,
    }


def _row(score: Score, scored: Scored) -> dict[str, Any]:
    return {
        "model": score.name,
        "split": scored.split,
        "top5_share": score.share,
        "log_score": score.log_score,
        "best_possible": scored.best_possible,
        "covered_90": score.covered,
        "stated_90": score.stated,
        "new_share": score.new_share,
    }


def _share(year: YearScore) -> float | None:
    return year.inside / year.sites if year.sites else None


def _by_name(names: list[str], weights: Floats) -> dict[str, float]:
    return {name: float(weight) for name, weight in zip(names, weights, strict=True)}


def _checked(path: Path, register: Register, asked: range | None) -> range:
    """The years to test on. Raises `SettingError`."""
    first, last = int(register.panel.years[0]), int(register.panel.years[-1])
    years = register.tested if asked is None else asked
    if not years or years[0] <= first or years[-1] > last:
        raise SettingError(
            f"{_span(years)} cannot be tested" if years else "there is no year to test",
            source=path,
            field="--test",
            remedy=f"It has the years {first} to {last}: ask for years from {first + 1} to {last}",
        )
    return years


def _span(years: range) -> str:
    return f"{years[0]}-{years[-1]}" if len(years) > 1 else f"{years[0]}"
