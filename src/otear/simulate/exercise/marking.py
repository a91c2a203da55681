"""Answers and scores of an exercise for whoever has its instructor's folder: the truth itself stays in this room."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from otear.simulate.exercise.answers import Answers
from otear.simulate.exercise.crews import omniscient_crew, random_crew
from otear.simulate.exercise.exercise import open_exercise
from otear.simulate.exercise.score import Score, score
from otear.simulate.exercise.score_picture import draw_score
from otear.simulate.world.instructor import truth_of


def marked(instructor: Path, answers: Answers, picture: Path | None = None) -> Score:
    """Hold answers against the truth; draw the score to `picture` if that is given. Raises `InputError`.

    The crew's start is the exercise's, whatever its clock says: only the time since then counts.
    """
    exercise = open_exercise(instructor)
    truth = truth_of(exercise.world)
    result = score(_from(exercise.starts_us, answers), truth, exercise.minutes, exercise.shown())
    if picture is not None:
        draw_score(result, truth, picture)
    return result


def guessed(instructor: Path, count: int, rng: np.random.Generator) -> Answers:
    """What chance says. Raises `InputError`."""
    exercise = open_exercise(instructor)
    return random_crew(truth_of(exercise.world), exercise.starts_us, exercise.minutes, count, rng)


def known(instructor: Path, rng: np.random.Generator) -> Answers:
    """What the truth says. Raises `InputError`."""
    exercise = open_exercise(instructor)
    return omniscient_crew(truth_of(exercise.world), exercise.starts_us, exercise.minutes, rng)


def _from(starts_us: int, answers: Answers) -> Answers:
    """The same answers by a clock on which the crew started then."""
    later_us = starts_us - answers.started_us
    moved = tuple(replace(answer, time_us=answer.time_us + later_us) for answer in answers.answers)
    return replace(answers, started_us=starts_us, answers=moved)
