"""Forecasts as documents: what they are of, what they were learned from, what they assume, and what they are not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from otear.forecast.map_words import WHAT as WHAT_COUNTS_ARE_NOT
from otear.forecast.panel import Floats
from otear.forecast.spread import interval
from otear.store.records import ForecastRow
from otear.workflow.forecast_ground import Ground
from otear.workflow.forecast_learning import Chosen, Learning

MODEL = "Otear's pooled model"
COVERING = 0.9
"""What the intervals hold at least."""
_LISTED = 12


def learned_document(chosen: Chosen, ground: Ground, learned: Learning, year: int) -> dict[str, Any]:
    """What a forecast is of, what it was learned from, and what it assumes: all that is kept beside its numbers."""
    first, last = learned.years
    counted = sum(learned.kinds.values())
    return {
        "series": learned.series,
        "what": learned.what,
        "agencies": list(learned.agencies),
        "files": list(learned.files),
        "only_kinds": sorted(chosen.kinds),
        "status": chosen.status.value,
        "model": MODEL,
        "years": [first, last],
        "year": year,
        "areas": {"name": ground.area_file.name, "sha256": ground.area_file.sha256, "count": len(ground.areas)},
        "states": None
        if ground.state_file is None
        else {"name": ground.state_file.name, "sha256": ground.state_file.sha256, "count": len(ground.states)},
        "counted": counted,
        "kinds": [{"kind": kind, "counted": n, "share": n / max(counted, 1)} for kind, n in learned.kinds.items()],
        "left_out": [{"why": why, "records": n} for why, n in learned.left_out.items()],
        "passed_over": [{"series": name, "why": why} for name, why in learned.passed_over.items()],
        "assumed": assumed(learned),
        "are_not": are_not(learned),
    }


def assumed(learned: Learning) -> list[str]:
    """What is taken for granted, most of it of how well anybody looked."""
    said = [
        "The source says how well was looked for some of its counts, and that is used."
        if learned.stated
        else "The source does not say how well anybody looked: every area counts as looked at equally well in a year"
        " with records."
    ]
    if learned.silent:
        years = ", ".join(str(year) for year in learned.silent)
        said.append(f"Years without a record count as years in which nobody reported: {years}.")
    said.append("An area without a record counts as looked at as well as any in its year, and nothing was found there.")
    if len(learned.kinds) > 1:
        said.append("Kinds of sites are taken to be mixed everywhere as they are in the whole series.")
    return said


def are_not(learned: Learning) -> list[str]:
    """What its counts are, and what they are not."""
    agencies = _listed(["the press" if agency == "press" else agency for agency in learned.agencies])
    what = "sites of single events" if learned.what == "events" else "sites"
    said = [f"They are {what} that {agencies} reported, in the series {learned.series}."]
    said.append("They measure how hard was looked and reported as well as sites.")
    return said + [sentence.en for sentence in WHAT_COUNTS_ARE_NOT]


def document(row: ForecastRow, ground: Ground, now: int) -> dict[str, Any]:
    """A kept forecast as one document: what it is of, the sum, the kinds, and the areas with the highest numbers; `now`
    is the year that it is."""
    low, high = interval(row.mean, row.shape, COVERING)
    total = float(row.mean.sum())
    kinds = [{**one, "expected": one["share"] * total} for one in row.document["kinds"]]
    return {
        "forecast_id": row.forecast_id,
        **row.document,
        "expected": total,
        "kinds": kinds,
        "interval": COVERING,
        "highest": highest(ground, row.areas, row.mean, low, high),
        "states_expected": _by_state(ground, row),
        "warnings": warnings(row, now),
    }


def warnings(row: ForecastRow, now: int) -> list[str]:
    """What is amiss with a forecast."""
    said = []
    first, last = row.document["years"]
    if row.year < now:
        said.append(f"It is for {row.year} and this is {now}: the series ends in {last}. --year {now} looks further.")
    if last == first:
        said.append("One year was counted: nothing could be learned of how years follow one another.")
    said += [f"The series {one['series']} contradicts itself: {one['why']}" for one in row.document["passed_over"]]
    return said


def highest(ground: Ground, keys: Sequence[str], mean: Floats, low: Floats, high: Floats) -> list[dict[str, Any]]:
    """The areas with the highest numbers, highest first."""
    order = np.argsort(-mean, kind="stable")[:_LISTED].tolist()
    at = ground.areas.rows([keys[row] for row in order]).tolist()
    names = dict(zip(ground.states.keys, ground.states.names, strict=True))
    return [
        {
            "area": keys[row],
            "name": ground.areas.names[place],
            "state": names[ground.state_of[place]],
            "expected": float(mean[row]),
            "low": int(low[row]),
            "high": int(high[row]),
        }
        for row, place in zip(order, at, strict=True)
    ]


def _by_state(ground: Ground, row: ForecastRow) -> list[dict[str, Any]]:
    of = dict(zip(ground.areas.keys, ground.state_of, strict=True))
    names = dict(zip(ground.states.keys, ground.states.names, strict=True))
    sums: dict[str, float] = dict.fromkeys(sorted(names), 0.0)
    for area, mean in zip(row.areas, row.mean.tolist(), strict=True):
        sums[of[area]] += mean
    ordered = sorted(sums.items(), key=lambda item: (-item[1], item[0]))
    return [{"state": key, "name": names[key], "expected": expected} for key, expected in ordered]


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
