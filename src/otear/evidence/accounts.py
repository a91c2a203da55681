"""New cues join sites: the cues of a pass become sightings, and sightings go to sites or found new ones.

Pure: what was known, and what is new, give the changes to write down. In one pass the order in which cues come does not
matter. A site is named after the first cue that it had and keeps that name; `named` finds it by the name that any of
its cues would have given it, so that a name from a workspace that took in the same recordings in another order is good
here, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from otear.evidence.association import assigned, sightings
from otear.evidence.histories import Change, Seen, site_name, standing, stands_as
from otear.evidence.marks import Mark
from otear.evidence.middles import Middle, middle


def joined(changes: Sequence[Change], known: Iterable[Mark], new: Iterable[Mark]) -> list[Seen]:
    """What to write down of new marks: the site that each joins. One that belongs to a site already changes nothing.

    Passes are taken one after the other, oldest first. All marks are on one plane.
    """
    sites = standing(changes)
    owner = {piece: site for site, pieces in sites.items() for piece in pieces}
    marks: dict[str, list[Mark]] = {}
    for one in known:
        if one.piece in owner:
            marks.setdefault(owner[one.piece], []).append(one)
    middles = {site: middle(its) for site, its in marks.items()}
    fresh = {one.piece: one for one in new if one.piece not in owner}
    passes: dict[str, list[Mark]] = {}
    for one in sorted(fresh.values(), key=lambda each: (each.time_us, each.piece)):
        passes.setdefault(one.flight, []).append(one)
    seen: list[Seen] = []
    for cues in passes.values():
        for site, group in _of_one_pass(cues, middles):
            marks.setdefault(site, []).extend(group)
            middles[site] = middle(marks[site])
            seen += [Seen(f"seen-{one.piece}", one.piece, site) for one in group]
    return seen


def named(name: str, changes: Sequence[Change]) -> str | None:
    """The site that a name means: one that stands, one that was merged into another, or the one that holds the cue
    after which the name was given elsewhere. None where there is none."""
    sites = standing(changes)
    root = stands_as(name, changes)
    if root in sites:
        return root
    return next((site for site, pieces in sites.items() if any(site_name(piece) == name for piece in pieces)), None)


def _of_one_pass(cues: Sequence[Mark], middles: Mapping[str, Middle]) -> list[tuple[str, list[Mark]]]:
    """Each sighting of a pass, and the name of its site."""
    label = sightings(np.array([one.at for one in cues]), np.array([one.noise for one in cues]))
    groups = [[one for one, which in zip(cues, label, strict=True) if which == k] for k in range(int(label.max()) + 1)]
    places = np.array([np.mean([one.at for one in group], axis=0) for group in groups])
    spread = np.array([np.mean([one.noise + one.bias for one in group], axis=0) for group in groups])
    names = sorted(middles)
    found = assigned(
        places,
        spread,
        np.array([middles[name].at for name in names]).reshape(-1, 2),
        np.array([middles[name].own for name in names]).reshape(-1, 2, 2),
    )
    return [
        (names[site] if site >= 0 else site_name(group[0].piece), group)
        for group, site in zip(groups, found.site.tolist(), strict=True)
    ]
