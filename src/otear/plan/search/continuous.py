"""A plan flown out: the camera swept along real lines over sites at real places, beside what the model of cells says.

The model says that n looks of rate a detect a site with probability 1 - exp(-a n), wherever in the cell it is. Here the
aircraft flies: a look at a cell is a track of so many metres inside it, to and fro on parallel lines as far apart as
fills the cell, turned and shifted at random from look to look; on a grid the way from the last cell comes off the
first line. The camera sees a disc of `width_m` about the aircraft. A site is somewhere in its cell, each place as
likely as another, and is detected at a constant hazard while it is in the disc: with probability 1 - exp(-hazard x
exposure). The hazard is the one at which a straight pass has the sweep width that the cell's rate stands for, W = rate
x area / metres of a look (B. O. Koopman: the integral of the chance of detection over the distance at which a site is
passed). So what differs is geometry: gaps, double lines, edges, turns and ways. Lines that
fill a cell evenly find more than random search says; a plan flown straight through the middles of its cells (`Line`)
finds less, as it looks along the same lines again.

What flying finds over what the model says is the `Correction`: of one plan by its own simulation, or of plans of a kind
by a fit that holds for others, within its error. Metres on a plane, seconds; cell (row, column) of a lattice begins at
(column, row) x side.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numba import njit

from otear.errors import InputError
from otear.geo.frames import Floats
from otear.plan.search.campaign import Campaign, Tours
from otear.plan.search.cells import Ground, Paths, Search

_QUADRATURE = np.polynomial.legendre.leggauss(48)


@dataclass(frozen=True)
class Camera:
    """The camera sees a disc of `width_m` on the ground, which moves at `speed_mps`."""

    width_m: float
    speed_mps: float


class Line(StrEnum):
    """How a look at a cell of a grid is flown."""

    SWEPT = "swept"
    """On parallel lines inside the cell."""
    THROUGH = "through"
    """Straight on from the middle of the last cell to its own, in a circle where the aircraft stays."""


@dataclass(frozen=True)
class Lattice:
    """Square cells of `side_m` in rows of `columns`."""

    columns: int
    side_m: float

    def corner_m(self, cell: int) -> tuple[float, float]:
        """Where a cell begins."""
        return (cell % self.columns) * self.side_m, (cell // self.columns) * self.side_m


@dataclass(frozen=True)
class Simulated:
    """What a plan detects when it is flown, expected sites, and the standard error of that mean of so many flights."""

    detected: float
    error: float
    flights: int


def sweep_width_m(camera: Camera, hazard_per_s: Floats) -> Floats:
    """The sweep width of a straight pass: the chance of detection, over all distances at which a site is passed."""
    at, weight = _QUADRATURE
    half = 0.5 * camera.width_m
    # x = half sin(theta): the disc's edge, where the chance falls steeply, is smooth in theta.
    theta = 0.5 * np.pi * at
    exposure_s = 2.0 * half * np.cos(theta) / camera.speed_mps
    chance = -np.expm1(-np.asarray(hazard_per_s)[..., None] * exposure_s)
    return np.asarray((chance * np.cos(theta) * weight).sum(axis=-1) * half * 0.5 * np.pi)


def hazard_per_s(camera: Camera, width_m: Floats) -> Floats:
    """The hazard at which a straight pass has this sweep width. Raises `InputError` for one that the disc has not."""
    if (width_m >= camera.width_m).any():
        raise InputError(
            f"a sweep width of {width_m.max():.0f} m, and the camera sees {camera.width_m:.0f} m",
            field="rate",
            remedy="Give a lower rate, longer looks or a wider camera",
        )
    low, high = np.zeros(width_m.shape), np.full(width_m.shape, camera.speed_mps / camera.width_m)
    while (sweep_width_m(camera, high) < width_m).any():
        high *= 2.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        under = sweep_width_m(camera, middle) < width_m
        low, high = np.where(under, middle, low), np.where(under, high, middle)
    return np.asarray(0.5 * (low + high))


def look_track(
    corner_m: tuple[float, float], side_m: float, length_m: float, at_m: Floats | None, generator: np.random.Generator
) -> Floats:
    """The line flown in one look at a cell, places (k, 2): parallel lines, to and fro, `length_m` of it in all.

    From `at_m`, where it is given, the way to the nearest end of the first line is part of the length.
    """
    apart = side_m * side_m / length_m
    shift = generator.uniform(0.0, 1.0) * apart
    lines = np.arange(shift, side_m, apart) if shift < side_m else np.array([0.5 * side_m])
    ends = np.empty((2 * len(lines), 2))
    ends[0::2, 1] = ends[1::2, 1] = lines
    ends[:, 0] = side_m * np.resize([0.0, 1.0, 1.0, 0.0], len(ends))
    if generator.integers(2):
        ends = ends[:, ::-1]
    corner = np.array(corner_m)
    turns = [ends, ends[::-1], np.array([[side_m, side_m]]) - ends, (np.array([[side_m, side_m]]) - ends)[::-1]]
    if at_m is None:
        track = turns[int(generator.integers(4))] + corner
    else:
        near = [float(np.hypot(*(each[0] + corner - at_m))) for each in turns]
        track = np.vstack([at_m, turns[int(np.argmin(near))] + corner])
    return _cut(track, length_m)


def _cut(track: Floats, length_m: float) -> Floats:
    """As much of a line as is `length_m` long; where it is shorter, it is flown back again."""
    steps = np.hypot(*np.diff(track, axis=0).T)
    while steps.sum() < length_m:
        track = np.vstack([track, track[-2 : -len(steps) - 2 : -1]])
        steps = np.hypot(*np.diff(track, axis=0).T)
    flown = np.cumsum(steps)
    last = int(np.searchsorted(flown, length_m))
    share = 1.0 - (flown[last] - length_m) / steps[last] if steps[last] > 0.0 else 1.0
    end = track[last] + share * (track[last + 1] - track[last])
    return np.vstack([track[: last + 1], end])


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator]
def exposure_s(track: Floats, places: Floats, width_m: float, speed_mps: float) -> Floats:
    """How long each place (s, 2) is in the disc while it moves along a line (k, 2); NaN in the line parts lines."""
    total, square = np.zeros(len(places)), 0.25 * width_m * width_m
    for k in range(len(track) - 1):
        dx, dy = track[k + 1, 0] - track[k, 0], track[k + 1, 1] - track[k, 1]
        length = np.hypot(dx, dy)
        if not length > 0.0:
            continue
        dx, dy = dx / length, dy / length
        for s in range(len(places)):
            x, y = places[s, 0] - track[k, 0], places[s, 1] - track[k, 1]
            across = x * dy - y * dx
            reach = square - across * across
            if reach > 0.0:
                along, half = x * dx + y * dy, np.sqrt(reach)
                total[s] += max(0.0, min(length, along + half) - max(0.0, along - half))
    return total / speed_mps


def simulate(
    search: Search,
    paths: Paths,
    lattice: Lattice,
    camera: Camera,
    generator: np.random.Generator,
    *,
    look_s: float,
    line: Line = Line.SWEPT,
    flights: int = 16,
    sites: int = 8,
) -> Simulated:
    """A plan on a grid flown `flights` times, each look `look_s` long, over so many `sites` in each cell each time.

    Raises `InputError` where a rate is more than the camera can have in such a look.
    """
    length_m = look_s * camera.speed_mps
    hazard = hazard_per_s(camera, search.ground.rate * lattice.side_m**2 / length_m)
    middles = _corners(search.ground, lattice) + 0.5 * lattice.side_m

    def fly() -> list[Floats]:
        lines = list[Floats]()
        for one, path in zip(search.searchers, paths, strict=True):
            at = middles[one.start]
            for cell in path:
                if line is Line.SWEPT:
                    track = look_track(lattice.corner_m(int(cell)), lattice.side_m, length_m, at, generator)
                elif (at == middles[cell]).all():
                    track = at + _circle(length_m)
                else:
                    track = np.vstack([at, middles[cell]])
                at = track[-1] if line is Line.SWEPT else middles[cell]
                lines.append(track)
        return lines

    return _flown(search.ground, hazard, lattice, camera, generator, fly=fly, flights=flights, sites=sites)


def simulate_campaign(
    campaign: Campaign,
    tours: Tours,
    lattice: Lattice,
    camera: Camera,
    generator: np.random.Generator,
    *,
    flights: int = 8,
    sites: int = 4,
) -> Simulated:
    """Tours over the boxes of a lattice flown `flights` times. The ways between boxes are not watched: they have time
    of their own. Raises `InputError` as `simulate`."""
    length_m = campaign.sweep_s * camera.speed_mps
    hazard = hazard_per_s(camera, campaign.ground.rate * lattice.side_m**2 / length_m)
    boxes = [int(box) for tour in tours for box in tour]

    def fly() -> list[Floats]:
        return [
            look_track(lattice.corner_m(box), lattice.side_m, float(length_m[box]), None, generator) for box in boxes
        ]

    return _flown(campaign.ground, hazard, lattice, camera, generator, fly=fly, flights=flights, sites=sites)


def _corners(ground: Ground, lattice: Lattice) -> Floats:
    return np.array([lattice.corner_m(cell) for cell in range(len(ground))]).reshape(-1, 2)


def _circle(length_m: float) -> Floats:
    turn = np.linspace(0.0, 2.0 * np.pi, 33)
    return np.column_stack([np.cos(turn), np.sin(turn)]) * (length_m / (2.0 * np.pi))


def _flown(
    ground: Ground,
    hazard: Floats,
    lattice: Lattice,
    camera: Camera,
    generator: np.random.Generator,
    *,
    fly: Callable[[], list[Floats]],
    flights: int,
    sites: int,
) -> Simulated:
    """The mean over flights, each over sites of its own."""
    if flights < 2:
        raise InputError("one flight has no error", field="flights", remedy="Fly at least 2")
    corners = np.repeat(_corners(ground, lattice), sites, axis=0)
    prior, hazard = np.repeat(ground.prior, sites), np.repeat(hazard, sites)
    gap = np.full((1, 2), np.nan)
    found = np.empty(flights)
    for flight in range(flights):
        track = np.vstack([gap, *(part for line in fly() for part in (line, gap))])
        places = corners + lattice.side_m * generator.random(corners.shape)
        exposed = exposure_s(track, places, camera.width_m, camera.speed_mps)
        found[flight] = (prior * -np.expm1(-hazard * exposed)).sum() / sites
    return Simulated(float(found.mean()), float(found.std(ddof=1) / np.sqrt(flights)), flights)


@dataclass(frozen=True)
class Modelled:
    """What the model says of a plan: expected sites `detected`, and the `repeats`, how many looks a cell got, on the
    mean over what is detected. It is in repeated looks that lines on the ground and looks at random differ most."""

    detected: float
    repeats: float


def modelled(ground: Ground, looks: Floats) -> Modelled:
    """The model's word on a plan by its looks (n,) in each cell. Raises `InputError` for a plan that finds nothing."""
    of_each = ground.prior * -np.expm1(-ground.rate * looks)
    detected = float(of_each.sum())
    if not detected > 0.0:
        raise InputError("the plan finds nothing", field="looks", remedy="Correct a plan that finds something")
    return Modelled(detected, float((of_each * looks).sum()) / detected)


@dataclass(frozen=True)
class Correction:
    """Flown over modelled, of one plan: the `factor` and its standard `error`."""

    factor: float
    error: float

    def of(self, detected: float) -> tuple[float, float]:
        """What is detected when the plan is flown, and the standard error of that."""
        return self.factor * detected, self.error * detected


@dataclass(frozen=True)
class Fitted:
    """The correction of plans of a kind, a straight line over their repeats: the `factor` at `repeats`, how it changes
    with each more, the `spread` of single plans about the line (errors of the simulation included), how many `plans` it
    is from, and the sum of squares of their repeats about the mean."""

    factor: float
    repeats: float
    slope: float
    spread: float
    plans: int
    squares: float

    def at(self, said: Modelled) -> Correction:
        """The correction of another plan of the kind; its error is that of predicting a single plan."""
        away = said.repeats - self.repeats
        error = self.spread * np.sqrt(1.0 + 1.0 / self.plans + away * away / self.squares)
        return Correction(self.factor + self.slope * away, float(error))


def fit_correction(said: Sequence[Modelled], got: Sequence[Simulated]) -> Fitted:
    """The correction from plans of one kind, by least squares.

    Raises `InputError` for fewer than 4 plans, and for plans whose repeats are all the same.
    """
    if len(said) < 4 or len(said) != len(got):
        raise InputError(f"{len(said)} plans", field="said", remedy="Give 4 or more, each modelled and flown")
    ratio = np.array([one.detected for one in got]) / np.array([one.detected for one in said])
    repeats = np.array([one.repeats for one in said])
    away = repeats - repeats.mean()
    squares = float((away * away).sum())
    if not squares > 0.0:
        raise InputError("all plans repeat alike", field="said", remedy="Give plans that differ")
    slope = float((away * ratio).sum()) / squares
    rest = ratio - ratio.mean() - slope * away
    spread = float(np.sqrt((rest * rest).sum() / (len(said) - 2)))
    return Fitted(float(ratio.mean()), float(repeats.mean()), slope, spread, len(said), squares)


def correction_of(said: Modelled, got: Simulated) -> Correction:
    """The correction of one plan from its own simulation, whose error is all there is."""
    return Correction(got.detected / said.detected, got.error / said.detected)
