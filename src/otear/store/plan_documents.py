"""Plans as JSON: what was written is read again as the same plan."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from otear.domain.bilingual import Bilingual
from otear.domain.plan import Because, Guarantee, Plan, PlannedBox, PlannedSortie
from otear.domain.sortie import GroundPoint, Orbit, Side, Sortie, Stare, Strip, Task

_TASKS: dict[str, Callable[[Mapping[str, Any]], Task]] = {
    "Strip": lambda said: Strip(
        **{**said, "start": GroundPoint(**said["start"]), "end": GroundPoint(**said["end"]), "side": Side(said["side"])}
    ),
    "Stare": lambda said: Stare(
        **{**said, "cells": tuple(GroundPoint(**cell) for cell in said["cells"]), "side": Side(said["side"])}
    ),
    "Orbit": lambda said: Orbit(**{**said, "centre": GroundPoint(**said["centre"]), "side": Side(said["side"])}),
}


def plan_text(plan: Plan) -> str:
    """A plan as JSON, keys in order: the same plan gives the same bytes."""
    document = asdict(plan)
    for said, one in zip(document["sorties"], plan.sorties, strict=True):
        said["sortie"]["tasks"] = [[type(task).__name__, asdict(task)] for task in one.sortie.tasks]
    return json.dumps(document, ensure_ascii=False, sort_keys=True, allow_nan=False)


def plan_from(text: str) -> Plan:
    """What `plan_text` wrote."""
    said = json.loads(text)
    said["guarantee"]["bounds"] = tuple((name, value) for name, value in said["guarantee"]["bounds"])
    return Plan(
        **{
            **said,
            "wind": tuple(said["wind"]),
            "sorties": tuple(_sortie(one) for one in said["sorties"]),
            "boxes": tuple(_box(one) for one in said["boxes"]),
            "guarantee": Guarantee(**said["guarantee"]),
            "left_out_sorties": _words(said["left_out_sorties"]),
            "assumed": _words(said["assumed"]),
        }
    )


def _sortie(said: dict[str, Any]) -> PlannedSortie:
    flight = said["sortie"]
    tasks = tuple(_TASKS[kind](task) for kind, task in flight["tasks"])
    sortie = Sortie(**{**flight, "base": GroundPoint(**flight["base"]), "tasks": tasks})
    lists = {name: tuple(said[name]) for name in ("boxes", "drawn", "crews")}
    return PlannedSortie(**{**said, **lists, "sortie": sortie})


def _box(said: dict[str, Any]) -> PlannedBox:
    return PlannedBox(
        **{
            **said,
            "outline": tuple((lon, lat) for lon, lat in said["outline"]),
            "requests": tuple(said["requests"]),
            "sorties": tuple(said["sorties"]),
            "because": Because(said["because"]),
            "words": Bilingual(**said["words"]),
        }
    )


def _words(said: list[dict[str, str]]) -> tuple[Bilingual, ...]:
    return tuple(Bilingual(**one) for one in said)
