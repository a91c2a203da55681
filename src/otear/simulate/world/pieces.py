"""Things are put down one by one, in the frame of the yard that they stand in."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from otear.simulate.world.things import ALWAYS_FROM_US, ALWAYS_UNTIL_US, Material, Shape, Things, things


@dataclass(frozen=True)
class Spot:
    """A place (east, north in metres) and a direction (azimuth in degrees): the frame of a yard."""

    east_m: float
    north_m: float
    azimuth_deg: float = 0.0

    def moved(self, ahead_m: float, right_m: float, turned_deg: float = 0.0) -> Spot:
        """A spot so far ahead along the azimuth and to the right of it."""
        angle = np.radians(self.azimuth_deg)
        return Spot(
            float(self.east_m + ahead_m * np.sin(angle) + right_m * np.cos(angle)),
            float(self.north_m + ahead_m * np.cos(angle) - right_m * np.sin(angle)),
            (self.azimuth_deg + turned_deg) % 360.0,
        )


@dataclass
class Pieces:
    """Things as they are collected. What is added is there from `from_us` until `until_us`, which may be changed in
    between."""

    from_us: int = ALWAYS_FROM_US
    until_us: int = ALWAYS_UNTIL_US
    rows: list[tuple[float, ...]] = field(default_factory=list)

    def add(
        self,
        shape: Shape,
        material: Material,
        spot: Spot,
        size_m: tuple[float, float, float],
        *,
        heat_k: float = 0.0,
        works_h: tuple[float, float] = (0.0, 24.0),
    ) -> None:
        """Put a thing of length, width and height at a spot."""
        place = (spot.east_m, spot.north_m, spot.azimuth_deg)
        self.rows.append((shape, material, *place, *size_m, heat_k, *works_h, self.from_us, self.until_us))

    def things(self) -> Things:
        """All of them."""
        return things(self.rows)
