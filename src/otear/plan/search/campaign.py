"""The search problem of a state: boxes to sweep, and sorties of days that start and end at bases.

A box takes time to sweep and time to get to. A sortie leaves its base, sweeps boxes in some order, each at most once
(a second look in the same light from the same flight would tell little new), and is back within its endurance. n sweeps
of a box, each by another sortie, detect each of its sites with probability 1 - exp(-rate n). Boxes, bases and sorties
are numbered from 0. Times are seconds, places metres on a plane.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from otear.errors import InputError
from otear.geo.frames import Floats
from otear.plan.search.cells import Cells32, Ground

Tours = tuple[Cells32, ...]
"""A tour for each sortie: the boxes it sweeps, in order."""


@dataclass(frozen=True)
class Launch:
    """One sortie that can be flown: from a base, back within `endurance_s` of leaving it."""

    base: int
    endurance_s: float


@dataclass(frozen=True, eq=False)
class Campaign:
    """`ground` of n boxes (the rate is that of one sweep); `sweep_s` (n,); flying times `between_s` (n, n) from box to
    box, `out_s` (b, n) from base to box, `home_s` (b, n) from box to base; the sorties.

    `straight` says that no way over a third box is shorter than the direct one. Raises `InputError` for times that are
    not above 0 (sweeping, endurance) or below 0 (flying), and for shapes that do not fit.
    """

    ground: Ground
    sweep_s: Floats
    between_s: Floats
    out_s: Floats
    home_s: Floats
    launches: tuple[Launch, ...]
    straight: bool = False

    def __post_init__(self) -> None:
        n = len(self.ground)
        bases = len(self.out_s)
        for name, shape in (
            ("sweep_s", (n,)),
            ("between_s", (n, n)),
            ("out_s", (bases, n)),
            ("home_s", (bases, n)),
        ):
            times = getattr(self, name)
            if times.shape != shape or not (times >= 0.0).all() or not np.isfinite(times).all():
                raise InputError(f"not {shape} times", field=name, remedy="Give finite seconds, at least 0")
        if not (self.sweep_s > 0.0).all():
            raise InputError("a sweep takes no time", field="sweep_s", remedy="Give seconds above 0")
        for one in self.launches:
            if not (0 <= one.base < bases and one.endurance_s > 0.0):
                raise InputError(f"{one} cannot be", field="launches", remedy="Give a base there is, time above 0 s")

    @classmethod
    def over_plane(
        cls,
        ground: Ground,
        centres_m: Floats,
        bases_m: Floats,
        sweep_s: Floats,
        launches: Sequence[Launch],
        *,
        speed_mps: float,
    ) -> Self:
        """Flying straight at one speed between the middles of boxes, (n, 2), and bases, (b, 2)."""
        if not speed_mps > 0.0:
            raise InputError(f"speed {speed_mps:g} m/s", field="speed_mps", remedy="Give a speed above 0")

        def flying_s(a: Floats, b: Floats) -> Floats:
            return np.asarray(np.hypot(*(a[:, None, :] - b[None, :, :]).transpose(2, 0, 1)) / speed_mps)

        out = flying_s(bases_m, centres_m)
        between = flying_s(centres_m, centres_m)
        return cls(ground, sweep_s, between, out, out, tuple(launches), straight=True)

    def duration_s(self, sortie: int, tour: Cells32) -> float:
        """How long a sortie is away with this tour; 0 if it stays at home."""
        if not len(tour):
            return 0.0
        base = self.launches[sortie].base
        return float(
            self.out_s[base, tour[0]]
            + self.sweep_s[tour].sum()
            + self.between_s[tour[:-1], tour[1:]].sum()
            + self.home_s[base, tour[-1]]
        )

    def sweeps(self, tours: Sequence[Cells32]) -> Floats:
        """How often a plan sweeps each box, (n,)."""
        count = np.zeros(len(self.ground))
        for tour in tours:
            np.add.at(count, tour, 1.0)
        return count

    def detected(self, tours: Sequence[Cells32]) -> float:
        """Expected sites that a plan detects."""
        return self.ground.detected(self.sweeps(tours))

    def check(self, tours: Sequence[Cells32]) -> None:
        """Raise `InputError` unless the tours can be flown: one for each sortie, no box twice, back in time."""
        if len(tours) != len(self.launches):
            raise InputError(f"{len(tours)} tours", field="tours", remedy=f"Give {len(self.launches)}")
        for k, tour in enumerate(tours):
            if len(set(tour.tolist())) < len(tour):
                raise InputError("a box is swept twice", field=f"tours[{k}]", remedy="Sweep it in another sortie")
            late = self.duration_s(k, tour) - self.launches[k].endurance_s
            if late > 1e-6:
                raise InputError(f"back {late:.1f} s late", field=f"tours[{k}]", remedy="Leave out a box")
