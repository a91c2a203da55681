"""Exercises: a scenario becomes two folders, the trainees' and the instructor's, that have nothing hidden in common.

    TRAINEE/     README.md, LEEME.md, answers.yaml (a form), world.json, terrain.tif, layers.gpkg, map.png,
                 authority.yaml, keys/, aircraft/, footage/*.ts, sorties/ (those that the scenario gives)
    INSTRUCTOR/  scenario.yaml, exercise.json, shown.geojson (the ground that the flights have shown), world/ (the
                 whole world, its truth sealed)

What a trainee gets is made of what an aircraft sends and of what any map shows. The seed, and with it the key to the
truth, is in the instructor's folder only.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import shapely

from otear.domain.progress import Progress, silent
from otear.domain.times import instant_us, utc_text
from otear.errors import InputError
from otear.simulate.exercise.flights import fly_all
from otear.simulate.exercise.handout import hand_out
from otear.simulate.exercise.ready import check_ready, ready_sorties
from otear.simulate.exercise.scenario import Scenario
from otear.simulate.exercise.shown import read_shown, shown_text
from otear.simulate.whole import whole_folder
from otear.simulate.world.folder import World, open_world
from otear.simulate.world.hide import Chosen
from otear.simulate.world.make import make_world

FORMAT = "otear-exercise/1"
_DOCUMENT, _SCENARIO, _SHOWN, _WORLD = "exercise.json", "scenario.yaml", "shown.geojson", "world"
_ROW_M, _COLUMN_M = 30.8, 28.1
_WORKSPACE_FILE = "otear.toml"


@dataclass(frozen=True)
class Exercise:
    """An exercise as its instructor has it. Answers count from `starts_us` on."""

    folder: Path
    title: str
    starts_us: int
    minutes: int

    @property
    def world(self) -> World:
        """Its world, with the instructor's part."""
        return open_world(self.folder / _WORLD)

    def shown(self) -> shapely.Geometry | None:
        """The ground (degrees) that its flights have shown, None where there were none. Raises `InputError`."""
        return read_shown(self.folder / _SHOWN)


def make_exercise(
    scenario: Scenario,
    text: str,
    *,
    trainee: Path,
    instructor: Path,
    seed: int,
    sorties: Mapping[str, str] | None = None,
    progress: Progress = silent,
) -> Exercise:
    """Make both folders, each whole or not at all; `text` is the scenario's own, `sorties` are the texts of those that
    it gives by the names of their files. Raises `InputError`, and `RefusedError` for a sortie that is not allowed."""
    check_apart(trainee, instructor)
    texts = sorties or {}
    ready = ready_sorties(texts)
    rows, columns = (round(scenario.district_km * 1e3 / post_m) for post_m in (_ROW_M, _COLUMN_M))
    with whole_folder(trainee) as given, whole_folder(instructor) as kept:
        kept.chmod(0o700)
        world = make_world(
            kept / _WORLD,
            seed=seed,
            sites=_hidden(scenario),
            starts_us=scenario.starts_us,
            season=scenario.season,
            rows=rows,
            columns=columns,
            progress=progress,
        )
        check_ready(ready, scenario, world)
        (kept / _SCENARIO).write_text(text, encoding="utf-8")
        document = {
            "format": FORMAT,
            "title": scenario.title.en,
            "starts": utc_text(scenario.crew_starts_us),
            "minutes": scenario.minutes,
        }
        (kept / _DOCUMENT).write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        hand_out(given, world, scenario, texts)
        shown = fly_all(given / "footage", world, scenario, seed, progress)
        (kept / _SHOWN).write_text(shown_text(shown), encoding="utf-8")
    return open_exercise(instructor)


def open_exercise(folder: Path) -> Exercise:
    """An exercise from its instructor's folder. Raises `InputError`."""
    path = folder / _DOCUMENT
    try:
        document = json.loads(path.read_bytes())
        if document["format"] != FORMAT:
            raise InputError(
                f"is no document of {FORMAT}", source=path, field="format", remedy="Make the exercise again"
            )
        return Exercise(
            folder, str(document["title"]), instant_us(str(document["starts"]), "starts"), int(document["minutes"])
        )
    except OSError as error:
        raise InputError(
            f"cannot be read ({error.strerror})", source=path, remedy="Name the instructor's folder of an exercise"
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"is no exercise: {error}", source=path, remedy="Make the exercise again") from error


def check_apart(trainee: Path, instructor: Path) -> None:
    """Raises `InputError` unless both folders are new, neither lies in the other, and the instructor's in no
    workspace."""
    one, other = trainee.resolve(), instructor.resolve()
    for folder in (trainee, instructor):
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise InputError("is there already", source=folder, remedy="Name a new folder")
    if one == other or one in other.parents or other in one.parents:
        raise InputError(
            "lies in the other folder of the exercise, or is the same",
            source=instructor,
            remedy="Name two folders, neither of which holds the other",
        )
    for parent in other.parents:
        if (parent / _WORKSPACE_FILE).exists():
            raise InputError(
                f"lies in the workspace {parent}", source=instructor, remedy="Keep the instructor's folder elsewhere"
            )


def _hidden(scenario: Scenario) -> int | Chosen:
    """What to hide: what was chosen by kind is at work from the first flight until the crew's time is up."""
    if isinstance(scenario.sites, int):
        return scenario.sites
    first_us = min([scenario.crew_starts_us, *(flight.depart_us for flight in scenario.flights)])
    return Chosen(scenario.sites, first_us, scenario.crew_starts_us + scenario.minutes * 60_000_000)
