"""What trainees are given on paper: what is asked in both languages, a form for answers, and what is public."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from otear.domain.times import utc_text
from otear.simulate.exercise.answers import CALLED_FROM
from otear.simulate.exercise.answers import FORMAT as ANSWERS_FORMAT
from otear.simulate.exercise.scenario import Scenario
from otear.simulate.world.folder import World

_PUBLIC = ("world.json", "terrain.tif", "layers.gpkg", "map.png", "authority.yaml", "keys")


def hand_out(folder: Path, world: World, scenario: Scenario, sorties: Mapping[str, str]) -> None:
    """The public files, the aircraft of the fleet, its sorties, what is asked, and a form for the answers."""
    (folder / "footage").mkdir(parents=True)
    (folder / "aircraft").mkdir()
    for name in _PUBLIC:
        source = world.folder / name
        if source.is_dir():
            shutil.copytree(source, folder / name)
        else:
            shutil.copyfile(source, folder / name)
    for path in world.aircraft:
        if path.stem in scenario.fleet:
            shutil.copyfile(path, folder / "aircraft" / path.name)
    for name, text in sorties.items():
        (folder / "sorties").mkdir(exist_ok=True)
        (folder / "sorties" / name).write_text(text, encoding="utf-8")
    texts = {"README.md": _english, "LEEME.md": _spanish}
    for name, write in texts.items():
        (folder / name).write_text(write(scenario, ready=bool(sorties)), encoding="utf-8")
    (folder / "answers.yaml").write_text(_form(world, scenario), encoding="utf-8")


def _english(scenario: Scenario, *, ready: bool) -> str:
    starts = utc_text(scenario.crew_starts_us)
    fly = "Sorties that are ready to be flown are in `sorties`.\n" if ready else ""
    return (
        f"# {scenario.title.en}\n\n{scenario.task.en}\n\n"
        f"You have {scenario.minutes} minutes. Times of answers count from {starts}.\n"
        f"{fly}Everything here is simulated. Write what you find into `answers.yaml`.\n\n"
        f"From a confidence of {CALLED_FROM:g} on an answer says that there is a site: it finds one, or is false.\n"
        "Below, it finds nothing and is not false. Every confidence counts for how well you know how sure you are:\n"
        "write what you believe. Spreading answers over the district does not help: the score says beside what\n"
        "you find how much as many answers without looking would find.\n"
    )


def _spanish(scenario: Scenario, *, ready: bool) -> str:
    starts = utc_text(scenario.crew_starts_us)
    fly = "Salidas listas para volar están en `sorties`.\n" if ready else ""
    return (
        f"# {scenario.title.es}\n\n{scenario.task.es}\n\n"
        f"Tiene {scenario.minutes} minutos. Las horas de las respuestas cuentan desde {starts}.\n"
        f"{fly}Todo aquí es simulado. Escriba lo que encuentre en `answers.yaml`.\n\n"
        f"Desde una confianza de {CALLED_FROM:g} una respuesta dice que hay un sitio: encuentra uno, o es falsa.\n"
        "Por debajo no encuentra nada ni es falsa. Toda confianza cuenta para saber qué tan bien conoce usted su\n"
        "propia certeza: escriba lo que cree. Esparcir respuestas por el distrito no ayuda: junto a lo que encuentre,\n"
        "el resultado dice cuánto encontrarían otras tantas respuestas sin mirar.\n"
    )


def _form(world: World, scenario: Scenario) -> str:
    """A form that is valid as it stands, and with its example as well."""
    starts = utc_text(scenario.crew_starts_us)
    said = utc_text(scenario.crew_starts_us + scenario.minutes * 30_000_000)
    return (
        f"format: {ANSWERS_FORMAT}\ncrew: name of the crew\nstarted: {starts}\n"
        "# One entry for each site, as in this example:\n"
        "answers: [\n"
        f"#  {{lat_deg: {world.lat_deg:.4f}, lon_deg: {world.lon_deg:.4f}, confidence: 0.7, kind: laboratory,\n"
        f"#   time: {said}, ellipse: {{semi_major_m: 20, semi_minor_m: 10, azimuth_deg: 45}}}},\n"
        "]\n"
    )
