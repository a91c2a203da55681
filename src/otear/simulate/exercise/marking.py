"""Answers and scores of an exercise for whoever has its instructor's folder: the truth itself stays in this room."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from otear.simulate.exercise.answers import Answers
from otear.simulate.exercise.crews import omniscient_crew, random_crew
from otear.simulate.exercise.exercise import open_exercise
from otear.simulate.exercise.score import Score, score
from otear.simulate.exercise.score_picture import draw_score


def marked(instructor: Path, answers: Answers, picture: Path | None = None) -> Score:
    """Hold answers against the truth; draw the score to `picture` if that is given. Raises `InputError`."""
    truth = open_exercise(instructor).truth()
    result = score(answers, truth)
    if picture is not None:
        draw_score(result, truth, picture)
    return result


def guessed(instructor: Path, count: int, rng: np.random.Generator) -> Answers:
    """What chance says. Raises `InputError`."""
    exercise = open_exercise(instructor)
    return random_crew(exercise.truth(), exercise.starts_us, count, rng)


def known(instructor: Path, rng: np.random.Generator) -> Answers:
    """What the truth says. Raises `InputError`."""
    exercise = open_exercise(instructor)
    return omniscient_crew(exercise.truth(), exercise.starts_us, rng)
