"""`otear simulate exercise`: training missions with hidden truth, made and scored."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from otear.cli.output import JsonOption, facts_table, out, print_json, progress_bars

InstructorOption = Annotated[Path, typer.Option(help="The instructor's folder: it holds the truth.")]


class Crew(StrEnum):
    """Crews that are none, to hold a score against."""

    RANDOM = "random"
    OMNISCIENT = "omniscient"


def register(group: typer.Typer) -> None:
    """Add the group of commands."""
    exercise = typer.Typer(help="Training missions with hidden truth.", no_args_is_help=True, rich_markup_mode=None)
    exercise.command(name="make")(make)
    exercise.command(name="answer")(answer)
    exercise.command(name="score")(score)
    group.add_typer(exercise, name="exercise")


def make(
    scenario: Annotated[Path, typer.Argument(help="What is wanted: a document of docs/exercises.md.")],
    trainee: Annotated[Path, typer.Option(help="New folder for those who train.")],
    instructor: InstructorOption,
    json: JsonOption = False,
) -> None:
    """Make an exercise: a folder for the trainees, and one for the instructor, who alone has the truth."""
    from secrets import randbits

    from otear.simulate.exercise.exercise import make_exercise
    from otear.simulate.exercise.scenario import read_scenario
    from otear.workflow.files import read_text

    text = read_text(scenario)
    wanted = read_scenario(text, scenario, name=scenario.stem)
    # Nobody can guess 128 bits, and whoever has the seed has the truth.
    seed = randbits(128) if wanted.seed is None else wanted.seed
    sorties = {Path(name).name: read_text(scenario.parent / name) for name in wanted.sorties}
    with progress_bars() as bars:
        made = make_exercise(
            wanted, text, trainee=trainee, instructor=instructor, seed=seed, sorties=sorties, progress=bars
        )
    files = sorted(path for path in trainee.rglob("*") if path.is_file())
    if json:
        print_json({"world_id": made.world.world_id, "trainee": trainee, "instructor": instructor, "files": files})
        return
    out.print(f"Exercise {made.title}: {made.world.world_id}\nTrainee    {trainee}: {len(files)} files")
    out.print(f"Instructor {instructor}: keep it where no trainee can read it")


def answer(
    instructor: InstructorOption,
    to: Annotated[Path, typer.Option("--out", help="File to write the answers to.")],
    crew: Annotated[Crew, typer.Option(help="One that guesses, or one that knows the truth.")],
    count: Annotated[int, typer.Option(min=0, help="How many answers the guessing one gives.")] = 30,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same answers.")] = 0,
    json: JsonOption = False,
) -> None:
    """Answer an exercise as chance would, or as the truth does: what a score is held against."""
    import numpy as np

    from otear.simulate.exercise.answers import answers_text
    from otear.simulate.exercise.marking import guessed, known
    from otear.workflow.files import write_text

    rng = np.random.default_rng(seed)
    answers = guessed(instructor, count, rng) if crew is Crew.RANDOM else known(instructor, rng)
    write_text(to, answers_text(answers))
    if json:
        print_json({"file": to, "answers": len(answers.answers)})
    else:
        out.print(f"Answers {to}: {len(answers.answers)}")


def score(
    answers: Annotated[Path, typer.Argument(help="What a crew, or an algorithm, says: docs/exercises.md.")],
    instructor: InstructorOption,
    picture: Annotated[Path | None, typer.Option(help="A PNG to draw: map, belief, time to find.")] = None,
    json: JsonOption = False,
) -> None:
    """Hold answers against the truth: what was found, missed and false, and how true the claims were."""
    from otear.simulate.exercise.answers import read_answers
    from otear.simulate.exercise.marking import marked
    from otear.simulate.exercise.report import score_document, score_lines
    from otear.workflow.files import drafted, read_text

    given = read_answers(read_text(answers), answers)
    if picture is None:
        result = marked(instructor, given)
    else:
        with drafted(picture) as draft:
            result = marked(instructor, given, draft)
    if json:
        print_json(score_document(result))
        return
    out.print(facts_table(f"Crew {result.crew}", score_lines(result)))
    if picture is not None:
        out.print(f"Picture {picture}")
