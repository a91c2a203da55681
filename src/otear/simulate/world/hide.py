"""Sites are hidden: where each kind would be, when it is there, and what gives it away, as often as FACTS.md says.

Plane coordinates in metres, time in microseconds since 1970-01-01Z, working hours in local solar time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from otear.domain.kinds import CueKind, SiteKind
from otear.errors import InputError
from otear.geo.frames import Floats
from otear.simulate.world.cues import DRAWN, SHOWN, Shown, Yard, show_airstrip, show_camp, show_mouth, show_track
from otear.simulate.world.pieces import Pieces, Spot
from otear.simulate.world.prospect import Prospect
from otear.simulate.world.things import Things
from otear.simulate.world.truth import HiddenCue, HiddenSite

DAY_US = 86_400_000_000
WEEKS = 12
"""How long a world goes on: sites come and go over so many weeks from its start."""
KINDS = {
    SiteKind.LABORATORY: 0.46, SiteKind.STORE: 0.16, SiteKind.CAMP: 0.12, SiteKind.PILL_PRESS: 0.10,
    SiteKind.TUNNEL_MOUTH: 0.08, SiteKind.AIRSTRIP: 0.08,
}  # fmt: skip
"""Which share of the sites is of which kind (assumed: no count of all kinds is public)."""
OWN_CUE = {
    SiteKind.CAMP: CueKind.CLEARING,
    SiteKind.AIRSTRIP: CueKind.CLEARING,
    SiteKind.TUNNEL_MOUTH: CueKind.STRUCTURE,
}
"""What a site of a kind always shows, as it is what it is; all else is drawn."""
MOVED = 0.25
"""How many of the sites that end in time are set up again elsewhere."""
_AREA_M2 = (1_600.0, 6_000.0)
_APART_M = 900.0


@dataclass(frozen=True)
class Episode:
    """When a site is there, at work, and still to be seen."""

    from_us: int
    idle_us: int
    until_us: int


@dataclass(frozen=True)
class Chosen:
    """How many sites of each kind, all of them at work from `first_us` until `last_us`, as far as they last so long."""

    kinds: Mapping[SiteKind, int]
    first_us: int
    last_us: int


@dataclass
class _Hiding:
    """What has been hidden so far."""

    sites: list[HiddenSite] = field(default_factory=list)
    spots: list[Spot] = field(default_factory=list)
    pieces: Pieces = field(default_factory=Pieces)


def hide_sites(
    prospect: Prospect, count: int, starts_us: int, rng: np.random.Generator
) -> tuple[tuple[HiddenSite, ...], Things]:
    """So many sites, those that others moved to included, and the things that are there.

    At least one of each kind where `count` allows it and the land has a place for it; what has none is made up for by
    other kinds. Raises `InputError` where the land has no place for so many: a small land, or one that is all town.
    """
    hidden = _Hiding()
    firsts = list(KINDS)[: min(count, len(KINDS))]
    rest = rng.choice(list(KINDS), size=max(count - len(firsts), 0), p=list(KINDS.values()))
    for kind in [*firsts, *(SiteKind(one) for one in rest)]:
        if len(hidden.sites) >= count:
            break
        site = _hide(prospect, kind, _episode(starts_us, rng), hidden, rng)
        ends_in_time = site is not None and site.idle_us < starts_us + (WEEKS - 2) * 7 * DAY_US
        if site is not None and ends_in_time and len(hidden.sites) < count and rng.random() < MOVED:
            _hide(prospect, kind, _next_episode(site, rng), hidden, rng, moved_from=(site, hidden.spots[-1]))
    kinds = list(KINDS)
    while len(hidden.sites) < count and kinds:
        kind = kinds[int(rng.integers(len(kinds)))]
        if _hide(prospect, kind, _episode(starts_us, rng), hidden, rng) is None:
            kinds.remove(kind)
    if len(hidden.sites) < count:
        raise InputError(
            f"this land has a place for {len(hidden.sites)} of {count} sites",
            field="sites",
            remedy="Ask for fewer, or give a larger terrain, or a boundary that holds more of it",
        )
    return tuple(hidden.sites), hidden.pieces.things()


def hide_chosen(prospect: Prospect, chosen: Chosen, rng: np.random.Generator) -> tuple[tuple[HiddenSite, ...], Things]:
    """The sites that somebody chose, and the things that are there; none of them moves.

    Raises `InputError` where the land has no place for all of them.
    """
    hidden = _Hiding()
    for kind in SiteKind:
        count = chosen.kinds.get(kind, 0)
        for number in range(count):
            if _hide(prospect, kind, _episode_over(chosen.first_us, chosen.last_us, rng), hidden, rng) is None:
                raise InputError(
                    f"this land has a place for {number} of {count} sites of the kind {kind}",
                    field=f"kinds.{kind}",
                    remedy="Ask for fewer, a larger district, or another seed",
                )
    return tuple(hidden.sites), hidden.pieces.things()


def _episode(starts_us: int, rng: np.random.Generator) -> Episode:
    """One that falls into the weeks of the world; some have begun before it."""
    begins = starts_us + round(rng.uniform(-4.0, WEEKS - 1.0) * 7 * DAY_US)
    return _worked(max(begins, starts_us - 27 * DAY_US), rng)


def _next_episode(site: HiddenSite, rng: np.random.Generator) -> Episode:
    return _worked(site.idle_us + round(rng.uniform(1.0, 9.0) * DAY_US), rng)


def _episode_over(first_us: int, last_us: int, rng: np.random.Generator) -> Episode:
    """One whose work has begun by the first time, any part of what it can spare before, and goes on to the last."""
    work = _worked(0, rng)
    begins = first_us - round(rng.random() * max(work.idle_us - (last_us - first_us), 0))
    return Episode(begins, begins + work.idle_us, begins + work.until_us)


def _worked(begins_us: int, rng: np.random.Generator) -> Episode:
    idle = begins_us + round(float(np.clip(rng.lognormal(3.6, 0.5), 10.0, 110.0)) * DAY_US)
    return Episode(begins_us, idle, idle + round(rng.uniform(20.0, 240.0) * DAY_US))


def _hide(
    prospect: Prospect,
    kind: SiteKind,
    when: Episode,
    hidden: _Hiding,
    rng: np.random.Generator,
    *,
    moved_from: tuple[HiddenSite, Spot] | None = None,
) -> HiddenSite | None:
    """Hide one; None where there is no place for it."""
    near = None if moved_from is None else moved_from[1]
    spot = prospect.place(kind, hidden.spots, _APART_M, near, rng)
    if spot is None:
        return None
    area = float(rng.uniform(*_AREA_M2))
    yard = Yard(spot, float(np.sqrt(area / np.pi)), prospect, when.from_us, when.idle_us, when.until_us, hidden.pieces)
    shown: list[Shown] = []
    if kind is SiteKind.AIRSTRIP:
        shown.append(show_airstrip(yard, rng))
        # Six hundred to a thousand metres of runway are no yard: the one kind that is larger than the others.
        area = yard.runway_m[0] * yard.runway_m[1]
    elif kind is SiteKind.CAMP:
        shown.append(show_camp(yard, rng))
    elif kind is SiteKind.TUNNEL_MOUTH:
        shown.append(show_mouth(yard, rng))
    for cue in drawn_cues(rng):
        if cue is not OWN_CUE.get(kind):
            shown.append(show_track(yard, rng) if cue is CueKind.TRACK else SHOWN[cue](yard, rng))
    site = HiddenSite(
        site_id=f"h-{rng.integers(2**32):08x}",
        kind=kind,
        **_degrees(prospect, spot),
        area_m2=area,
        from_us=when.from_us,
        idle_us=when.idle_us,
        until_us=when.until_us,
        cues=tuple(_cue(prospect, one, when) for one in shown),
        moved_from=None if moved_from is None else moved_from[0].site_id,
    )  # fmt: skip
    hidden.sites.append(site)
    hidden.spots.append(spot)
    return site


def _cue(prospect: Prospect, shown: Shown, when: Episode) -> HiddenCue:
    kind, spot, stays = shown
    until_us = when.until_us if stays else when.idle_us
    return HiddenCue(kind, **_degrees(prospect, spot), from_us=when.from_us, until_us=until_us)


def drawn_cues(rng: np.random.Generator) -> tuple[CueKind, ...]:
    """Which cues a site has, each drawn by itself with the share of sites at which it is reported."""
    found: list[CueKind] = []
    for share, kinds in DRAWN:
        if rng.random() < share:
            cue = kinds[int(rng.integers(len(kinds)))]
            if cue not in found:
                found.append(cue)
    return tuple(found)


def _degrees(prospect: Prospect, spot: Spot) -> dict[str, float]:
    lat, lon = prospect.lattice.plane.place(spot.east_m, spot.north_m)
    return {"lat_deg": float(np.degrees(lat)), "lon_deg": float(np.degrees(lon))}


def spots_of(sites: Sequence[HiddenSite], prospect: Prospect) -> Floats:
    """Where sites are on the plane, shape (n, 2)."""
    lat = np.radians([site.lat_deg for site in sites])
    lon = np.radians([site.lon_deg for site in sites])
    return np.stack(prospect.lattice.plane.metres(lat, lon), -1).reshape(-1, 2)
