"""What is hidden in a world: where the sites are, what shows them, what only looks like one, and when.

Degrees, metres, microseconds since 1970-01-01Z. Nothing outside this package may import this module
(`lint-imports`), and the file is sealed: see `seal.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

from otear.domain.kinds import CueKind, SiteKind
from otear.simulate.world.land import Land
from otear.simulate.world.things import Things


@dataclass(frozen=True)
class HiddenCue:
    """Something at a site that a camera could show."""

    kind: CueKind
    lat_deg: float
    lon_deg: float
    from_us: int
    until_us: int


@dataclass(frozen=True)
class HiddenSite:
    """A site: there from `from_us`, at work until `idle_us`, its remains to be seen until `until_us`.

    A site that moved is another one, whose `moved_from` names the first.
    """

    site_id: str
    kind: SiteKind
    lat_deg: float
    lon_deg: float
    area_m2: float
    from_us: int
    idle_us: int
    until_us: int
    cues: tuple[HiddenCue, ...]
    moved_from: str | None = None

    @property
    def radius_m(self) -> float:
        """Of the circle of the same area."""
        return float((self.area_m2 / 3.141592653589793) ** 0.5)


@dataclass(frozen=True)
class Lookalike:
    """What is no site: `what` says it in a word (ranch, barn, farm tank, kiln, dump, burnt field, parked vehicles)."""

    what: str
    lat_deg: float
    lon_deg: float
    radius_m: float


@dataclass(frozen=True, eq=False)
class Truth:
    """A world as it is. `things` are those of sites and lookalikes; the land has its own."""

    world_id: str
    land: Land
    things: Things
    sites: tuple[HiddenSite, ...]
    lookalikes: tuple[Lookalike, ...]
