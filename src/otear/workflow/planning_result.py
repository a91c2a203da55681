"""What came out of planning, as a plan: its sorties, its certificate, and why each box is in or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from otear.domain.bilingual import Bilingual
from otear.domain.plan import Because, Guarantee, PlannedBox, PlannedSortie
from otear.geo.frames import Floats
from otear.plan.search.certificate import certify, explore_share
from otear.plan.search.continuous import Correction
from otear.plan.survey.belief import Belief
from otear.plan.survey.boxes import Boxes, lonlat
from otear.plan.survey.flown import Swept, correction
from otear.plan.survey.tours import Slot, Toured
from otear.workflow.planning_search import Flight, Survey


def result_of(
    survey: Survey,
    belief: Belief,
    found: Toured,
    slots: Sequence[Slot],
    flown: Sequence[Flight],
    *,
    seed: int,
) -> tuple[tuple[PlannedSortie, ...], tuple[PlannedBox, ...], Guarantee]:
    """Sorties, boxes and certificate."""
    boxes, trials, cancelled, worth = survey.boxes, survey.trials, survey.roster.cancelled, belief.worth
    left, often = worth.copy(), np.ones(len(boxes))
    effort, takes = np.zeros(len(boxes)), np.zeros(len(boxes))
    sorties: list[PlannedSortie] = []
    swept: list[Swept] = []
    for number, one in enumerate(flown, 1):
        trial, tour = trials[slots[one.slot].kind], one.flight.tour
        gained = float((left[tour] * trial.chance[tour]).sum())
        left[tour] *= 1.0 - trial.chance[tour]
        often[tour] *= 1.0 - (1.0 - cancelled) * trial.chance[tour]
        takes[tour] = trial.sweep_s[tour]
        effort[tour] += 1.0
        for box in tour.tolist():
            pattern = trial.patterns[box]
            assert pattern is not None  # only boxes with a pattern are toured
            swept.append(Swept(box, number, pattern, trial))
        sorties.append(
            PlannedSortie(
                number=number,
                sortie=one.flight.sortie,
                back_us=one.flight.route.starts_us[-1],
                length_m=one.flight.route.length_m,
                boxes=tuple(boxes.boxes[box].name for box in tour.tolist()),
                drawn=tuple(boxes.boxes[box].name for box in tour.tolist() if found.drawn[box]),
                finds=gained,
                crews=one.crews,
                cancelled=cancelled,
            )
        )
    finds = float((worth - left).sum())
    rng = np.random.default_rng([seed, 1])
    flying = (
        correction(boxes, worth, finds, swept, heights=survey.conditions.heights, rng=rng)
        if finds > 0.0
        else Correction(1.0, 0.0)
    )
    said = certify(finds, found.bounds, flying, explore_share=explore_share(effort, found.drawn, takes))
    guarantee = Guarantee(
        p_detect=said.p_detect,
        bound=said.bound,
        ratio=said.ratio,
        bound_method=said.bound_method.value,
        bounds=tuple(sorted((method.value, value) for method, value in found.bounds.items())),
        factor=flying.factor,
        error=flying.error,
        explore_share=said.explore_share,
        lawnmower=found.lawnmower,
        greedy=found.greedy,
        with_cancellations=float((worth * (1.0 - often)).sum()),
    )
    cut = {box: reason for one in flown for box, reason in one.flight.cut}
    return tuple(sorties), _boxes(survey, belief, found, sorties, cut=cut, gained=worth - left), guarantee


def outline_of(boxes: Boxes, k: int) -> list[tuple[float, float]]:
    """The corners of a box, longitude and latitude."""
    (x, y), side = boxes.boxes[k].corner_m, boxes.side_m
    lon, lat = lonlat(boxes.chart, np.array([[x, y], [x + side, y], [x + side, y + side], [x, y + side]]))
    return [(float(a), float(b)) for a, b in zip(lon, lat, strict=True)]


def _boxes(
    survey: Survey,
    belief: Belief,
    found: Toured,
    sorties: Sequence[PlannedSortie],
    *,
    cut: Mapping[int, Bilingual],
    gained: Floats,
) -> tuple[PlannedBox, ...]:
    """Every box with what is known of it and why it is swept or not, those first that an hour finds most in."""
    boxes, trials, worth = survey.boxes, survey.trials, belief.worth
    chance = np.array([one.chance for one in trials])
    hours = np.array([one.sweep_s for one in trials]) / 3_600.0
    per_hour = (worth * np.where(chance > 0.0, chance / hours, 0.0)).max(axis=0)
    inside: dict[str, list[int]] = {}
    for one in sorties:
        for name in one.boxes:
            inside.setdefault(name, []).append(one.number)
    taken = [per_hour[k] for k, box in enumerate(boxes.boxes) if box.name in inside and not found.drawn[k]]
    least = min(taken, default=0.0)
    lon, lat = lonlat(boxes.chart, np.array([box.middle_m for box in boxes.boxes]))
    order = np.argsort(-per_hour, kind="stable").tolist()
    rank = {k: at for at, k in enumerate(order, 1)}
    told = []
    for k in order:
        box = boxes.boxes[k]
        numbers = tuple(inside.get(box.name, ()))
        against = [reason for one in trials if (reason := one.against[k]) is not None]
        because, words = _because(
            swept=bool(numbers),
            drawn=bool(found.drawn[k]),
            cut=cut.get(k),
            against=[] if (chance[:, k] > 0.0).any() else against,
            per_hour=float(per_hour[k]),
            least=float(least),
            rank=rank[k],
        )
        told.append(
            PlannedBox(
                name=box.name,
                lat_deg=round(float(lat[k]), 6),
                lon_deg=round(float(lon[k]), 6),
                outline=tuple((round(x, 6), round(y, 6)) for x, y in outline_of(boxes, k)),
                area_km2=box.area_m2 / 1e6,
                expected=float(belief.expected[k]),
                seen=float(belief.seen[k]),
                weight=float(belief.weight[k]),
                requests=belief.requests[k],
                worth=float(worth[k]),
                found=float(gained[k]),
                per_hour=float(per_hour[k]),
                sorties=numbers,
                because=because,
                words=words,
            )
        )
    return tuple(told)


def _because(
    *,
    swept: bool,
    drawn: bool,
    cut: Bilingual | None,
    against: Sequence[tuple[Because, Bilingual]],
    per_hour: float,
    least: float,
    rank: int,
) -> tuple[Because, Bilingual]:
    if swept and drawn:
        return Because.DRAWN, Bilingual(
            "drawn at random, to learn of ground where nobody looks",
            "sorteado, para saber también del terreno que nadie mira",
        )
    if swept:
        return Because.WORTH, Bilingual(
            f"{per_hour:.2%} an hour, number {rank} of all boxes",
            f"{per_hour:.2%} por hora, número {rank} de las casillas",
        )
    if cut is not None:
        return Because.CUT, cut
    if against:
        return against[0]
    fits = per_hour < least
    return Because.LESS_WORTH, Bilingual(
        f"{per_hour:.2%} an hour; the least that was taken has {least:.2%}"
        + ("" if fits else ", but it fits into no sortie's time and way"),
        f"{per_hour:.2%} por hora; lo menor que se tomó tiene {least:.2%}"
        + ("" if fits else ", pero no cabe en el tiempo ni en el camino de ninguna salida"),
    )
