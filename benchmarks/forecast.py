"""Where next year's sites will be, foreseen from the years before: `python -m benchmarks.forecast`.

Four registers in `../shared/data/seizures` (`otear.forecast.registers`): US counties (DEA, test years 2005-17),
Illinois counties (2004-21, the first year with three before it), Indiana 5 km cells (2008-14) with and without
piled-up geocodes. What the columns mean is said in `otear.forecast.scoring`. Every forecaster learns from the years
before each test year and from nothing else, ours its choices too (`otear.forecast.stacked`); *pooled* is ours with the
neutral choices alone. The neutral choices are round numbers, tried on made-up counts only; which parts the model has
was settled earlier, while scores of these registers were looked at. *Ahead*: the same one to five years ahead, test
years 2005 + ahead to 2017. *Feedback*: `otear.forecast.feedback`; `--picture FILE` draws it and does nothing else.
*Alerts*: on made-up counts, of which it is known what rises.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks._report import SHARED_DATA, Tables, main
from otear.forecast.alerts import rising
from otear.forecast.base import Forecaster
from otear.forecast.feedback import Districts, Shares, ends, naive
from otear.forecast.feedback import ours as feedback_ours
from otear.forecast.feedback_picture import draw_feedback
from otear.forecast.panel import Panel, panel_of
from otear.forecast.pooled import Pooled
from otear.forecast.registers import DEA, ILLINOIS, cell_panel, county_panel
from otear.forecast.scoring import best_possible, margin, pooled, score_years
from otear.forecast.stacked import ours
from otear.workflow.forecast_score import forecasters_for

RUNS, DAYS = 500, 2000

Registers = dict[str, tuple[Panel, range]]
Row = dict[str, Any]


def registers() -> Registers:
    """The four panels and their test years."""
    folder = SHARED_DATA / "seizures"
    counties, cells = folder / "us_lab_county_year.csv", folder / "indiana_lab_5km_cell_year.csv"
    return {
        "US counties": (county_panel(counties, DEA), range(2005, 2018)),
        "Illinois counties": (county_panel(counties, ILLINOIS), range(2004, 2022)),
        "Indiana cells": (cell_panel(cells, piled_up=True), range(2008, 2015)),
        "Indiana cells, not piled up": (cell_panel(cells, piled_up=False), range(2008, 2015)),
    }


def forecasters(panel: Panel) -> list[Forecaster]:
    """The baselines, the model with neutral choices, and ours."""
    model = ours(panel)
    *simple, last = forecasters_for(panel, model)
    return [*simple, Pooled(), last]


def next_year(panels: Registers) -> tuple[list[Row], list[Row]]:
    """One row for each register and forecaster; and ours less each of them."""
    rows, years_better = [], []
    for register, (panel, years) in panels.items():
        best = best_possible(panel, years)
        rows.append({"register": register, "forecaster": best.name, "areas": len(panel.areas), "share": best.share})
        by_name = {each.name: score_years(each, panel, years) for each in forecasters(panel)}
        for name, scores in by_name.items():
            score = pooled(scores)
            rows.append(
                {
                    "register": register,
                    "forecaster": name,
                    "areas": len(panel.areas),
                    "share": score.share,
                    "log score": score.log_score,
                    "covered": score.covered,
                    "stated": score.stated,
                    "covered at 0.5 or more": score.some_covered,
                    "stated at 0.5 or more": score.some_stated,
                    "new": score.new_share,
                }
            )
            if name not in ("ours", "random"):
                years_better.append({"register": register, "ours less": name} | asdict(margin(by_name["ours"], scores)))
    return rows, years_better


def choices(panels: Registers) -> list[Row]:
    """What each choice is worth to ours in the first and in the last test year: learned from the years before it."""
    rows = []
    for register, (panel, years) in panels.items():
        model = ours(panel)
        for year in (years[0], years[-1]):
            weights = model.weights(panel.until(year))
            names = [part.name for part in model.parts]
            rows.append({"register": register, "for": str(year)} | dict(zip(names, weights.tolist(), strict=True)))
    return rows


def years_ahead(panel: Panel) -> list[Row]:
    """The share and the log score of US counties one to five years ahead."""
    rows = []
    for each in forecasters(panel)[1:]:
        scores = {ahead: pooled(score_years(each, panel, _tested(ahead), ahead=ahead)) for ahead in range(1, 6)}
        row: Row = {"forecaster": each.name}
        row |= {f"share {ahead}": score.share for ahead, score in scores.items()}
        rows.append(row | {f"log score {ahead}": score.log_score for ahead, score in scores.items()})
    best = {f"share {ahead}": best_possible(panel, _tested(ahead)).share for ahead in range(1, 6)}
    return [*rows, {"forecaster": "best possible"} | best]


def _tested(ahead: int) -> range:
    return range(2005 + ahead, 2018)


def never_seen(panel: Panel, years: Iterable[int]) -> Row:
    """How many of the sites of the test years were found where none had been."""
    ever = recently = total = 0.0
    for year in years:
        at = panel.column(year)
        sites, past = panel.counts[:, at], panel.counts[:, :at]
        total += sites.sum()
        ever += sites[past.sum(axis=1) == 0].sum()
        recently += sites[past[:, -3:].sum(axis=1) == 0].sum()
    return {"sites": int(total), "never before": ever / total, "none for three years": recently / total}


def feedback() -> list[Row]:
    """Where the share of effort ends, of runs of the same two districts."""
    districts = Districts()
    far, near = _simulated(districts)
    bare = feedback_ours(districts, RUNS, DAYS, np.random.default_rng(3), reserved=0.0)
    return [
        {"learning": name, "true split": districts.split} | asdict(ends(shares, districts))
        for name, shares in (("naive", far), ("ours", near), ("ours, nothing reserved", bare))
    ]


def _simulated(districts: Districts) -> tuple[Shares, Shares]:
    return (
        naive(districts, RUNS, DAYS, np.random.default_rng(1)),
        feedback_ours(districts, RUNS, DAYS, np.random.default_rng(2)),
    )


def draw(path: Path) -> None:
    """The feedback experiment as a picture."""
    districts = Districts()
    draw_feedback(districts, *_simulated(districts), path)


def alerts(areas: int = 1000, rise: int = 50, times: float = 4.0) -> list[Row]:
    """Of made-up areas, some of which rise: alerts, the mean share of false ones, how many risers are found."""
    rows = []
    for shape in (None, 2.0):
        rng = np.random.default_rng(11)
        found = kept = 0
        false: list[float] = []
        for _ in range(20):
            rate = rng.gamma(1.0, 2.0, size=(areas, 1)) * np.ones((1, 8))
            rate[:rise] = 2.0
            rate[:rise, -2:] *= times
            if shape is not None:
                rate = rate * rng.gamma(shape, 1.0 / shape, size=rate.shape)
            counts = rng.poisson(rate)
            names = {f"{at:05d}": "all" for at in range(areas)}
            given = [(f"{at:05d}", 2000 + t, float(counts[at, t])) for at, t in np.argwhere(counts)]
            raised = {alert.area for alert in rising(panel_of("made up", given, state_of=names, years=(2000, 2007)))}
            risers = sum(int(name) < rise for name in raised)
            found, kept = found + risers, kept + len(raised)
            false.append((len(raised) - risers) / max(len(raised), 1))
        rows.append(
            {
                "counts": "Poisson" if shape is None else f"negative binomial, shape {shape:g}",
                "alerts": kept / 20,
                "false share": float(np.mean(false)),
                "of risers": found / (20 * rise),
            }
        )
    return rows


def tables() -> Tables:
    """Everything above."""
    panels = registers()
    scores, better = next_year(panels)
    counties, tested = panels["US counties"]
    return {
        "Next year": scores,
        "Ours less others, with one standard error over years": better,
        "Weights of choices, learned from the years before": choices(panels),
        "US counties, years ahead": years_ahead(counties),
        "US counties, sites where none had been": [never_seen(counties, tested)],
        "Share of effort after 2,000 days": feedback(),
        "Alerts": alerts(),
    }


if __name__ == "__main__":
    if sys.argv[1:2] == ["--picture"]:
        draw(Path(sys.argv[2]))
    else:
        main(tables, __doc__)
