"""What a crew says that it looked at, beside what the flights that it was given could have shown it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import shapely

from otear.simulate.exercise.answers import Answers
from otear.simulate.exercise.grounds import Ground, district
from otear.simulate.world.truth import Truth


@dataclass(frozen=True)
class Looked:
    """Shares of the district, and of the sites in it: a site by its middle, an airstrip by any of its centre line.

    `claimed` is what the crew says, and no more than that; None where it says nothing. `shown` is what lay in a picture
    of a flight that was handed out; None where none was. `claimed_unshown` is the share of the ground claimed that none
    of those pictures shows: what a crew has from flights of its own, or from nowhere.
    """

    claimed_district: float | None
    claimed_sites: float | None
    shown_district: float | None
    shown_sites: float | None
    claimed_unshown: float | None


def looked(answers: Answers, grounds: Sequence[Ground], truth: Truth, shown: shapely.Geometry | None = None) -> Looked:
    """Hold what a crew claims against what was `shown`, longitude and latitude; both are cut at the district's edge."""
    whole = district(truth)
    claimed = None
    if answers.looked_at:
        rings = [shapely.make_valid(shapely.Polygon(ring)) for ring in answers.looked_at]
        claimed = shapely.intersection(shapely.union_all(rings), whole)
    inside = None if shown is None else shapely.intersection(shown, whole)
    unshown = None
    if claimed is not None and inside is not None:
        unshown = _share(shapely.difference(claimed, inside), claimed)
    return Looked(
        claimed_district=None if claimed is None else _share(claimed, whole),
        claimed_sites=None if claimed is None else _holds(claimed, grounds),
        shown_district=None if inside is None else _share(inside, whole),
        shown_sites=None if inside is None else _holds(inside, grounds),
        claimed_unshown=unshown,
    )


def _share(part: shapely.Geometry, whole: shapely.Geometry) -> float | None:
    area = float(shapely.area(whole))
    return float(shapely.area(part)) / area if area else None


def _holds(ground: shapely.Geometry, sites: Sequence[Ground]) -> float | None:
    return sum(bool(shapely.intersects(ground, site.axis)) for site in sites) / len(sites) if sites else None
