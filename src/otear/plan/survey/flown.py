"""A plan flown out in a simulation: strips where aircraft with errors really fly them, over sites at real places.

The model of boxes says that a sweep shows a site with one probability, wherever in the box it is. Here a site lies in a
strip or in none, hills hide it or not, and all strips of a flight are off by what the aircraft's navigation and camera
are off. Strips of one flight that show the same site are one look.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from otear.errors import InputError
from otear.flight.route import Heights
from otear.geo.frames import Floats
from otear.plan.search.continuous import Correction
from otear.plan.survey.boxes import Boxes, Heading
from otear.plan.survey.patterns import HEADING, Pattern
from otear.plan.survey.sight import sight
from otear.plan.survey.trial import Trial

FLIGHTS, SITES = 24, 64
"""How often the plan is flown, and sites in each box on each."""


@dataclass(frozen=True, eq=False)
class Swept:
    """One box in one sortie: its place in the list of boxes, how it is flown, and by what."""

    box: int
    sortie: int
    pattern: Pattern
    trial: Trial


def correction(
    boxes: Boxes, worth: Floats, modelled: float, swept: Sequence[Swept], *, heights: Heights, rng: np.random.Generator
) -> Correction:
    """What flying finds over what the model says, and the standard error of that. Raises `InputError` for a plan that
    finds nothing."""
    if not modelled > 0.0:
        raise InputError("the plan finds nothing", field="plan", remedy="Correct a plan that finds something")
    clear = [sight(one.pattern, boxes.chart, one.trial.sweep, heights) for one in swept]
    ratio = np.array([_once(boxes, worth, swept, clear, rng) for _ in range(FLIGHTS)]) / modelled
    return Correction(float(ratio.mean()), float(ratio.std(ddof=1) / np.sqrt(FLIGHTS)))


def _once(
    boxes: Boxes,
    worth: Floats,
    swept: Sequence[Swept],
    clear: Sequence[np.ndarray[tuple[int, int], np.dtype[np.bool_]]],
    rng: np.random.Generator,
) -> float:
    missed = np.ones((len(boxes), SITES))
    at = rng.random((len(boxes), SITES, 2)) * boxes.side_m
    off = {one.sortie: rng.normal(0.0, 1.0) for one in swept}
    for one, free in zip(swept, clear, strict=True):
        bias, noise = _errors(one.trial)
        shown = _shown(one, at[one.box], free, bias * off[one.sortie], rng.normal(0.0, noise, len(one.pattern.lines)))
        missed[one.box] *= 1.0 - one.trial.sweep.chance * shown
    # Sites lie where one may look: of a box at the border the strips are all in that part.
    inside = np.array([box.area_m2 for box in boxes.boxes]) / boxes.side_m**2
    return float((worth * np.minimum((1.0 - missed).mean(axis=1) / inside, 1.0)).sum())


def _shown(
    one: Swept, at_m: Floats, clear: np.ndarray[tuple[int, int], np.dtype[np.bool_]], off_m: float, noise_m: Floats
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which places in the box, (n, 2) from its corner, are in a strip and in sight."""
    along, across = (0, 1) if HEADING[one.pattern.seen_from] is Heading.EAST else (1, 0)
    corner = np.array(one.pattern.box.corner_m)
    places = at_m + corner
    shown = np.zeros(len(places), dtype=np.bool_)
    for k, line in enumerate(one.pattern.lines):
        length = line[along + 2] - line[along]
        share = (places[:, along] - line[along]) / length
        near = np.abs(places[:, across] - line[across] - off_m - noise_m[k]) <= one.trial.sweep.swath_m / 2.0
        here = near & (share >= 0.0) & (share < 1.0)
        shown[here] |= clear[k, np.minimum((share[here] * clear.shape[1]).astype(int), clear.shape[1] - 1)]
    return shown


def _errors(trial: Trial) -> tuple[float, float]:
    """One standard deviation of how far strips are to the side, of a whole flight and of each strip, in metres."""
    model, optics = trial.craft.aircraft.flight_model, trial.craft.sensor.optics
    slant = trial.sweep.off_m / max(np.cos(np.radians(trial.sweep.depression_deg)), 1e-6)
    stretch = slant / np.sin(np.radians(trial.sweep.depression_deg))
    bias = 0.0 if model is None else model.horizontal_m.bias
    noise = 0.0 if model is None else model.horizontal_m.noise
    mount = 0.0 if optics is None else float(np.radians(optics.mount_deg)) * stretch
    encoder = 0.0 if optics is None else float(np.radians(optics.encoder_noise_deg)) * stretch
    return float(np.hypot(bias, mount)), float(np.hypot(noise, encoder))
