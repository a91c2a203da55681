"""What may be looked at: ground within the survey, and clear of every zone that may not be seen.

Degrees, metres, microseconds since 1970-01-01Z. Looking into a zone from outside of it is looking at it.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from otear.authority.airspace import during
from otear.authority.areas import touches, within_union
from otear.authority.flying import LARGEST_MARGIN_M
from otear.authority.footprints import Rings, footprints, rings_doubt
from otear.authority.reasons import doubtful, number_doubt, settle, time_doubt
from otear.authority.refusals import beyond_survey, drawable, looking_at_exclusion
from otear.authority.terms import required, standing
from otear.domain.authority import Authority
from otear.domain.bilingual import Bilingual
from otear.domain.decision import Decision, allowed

MARGIN = Bilingual("the margin in metres", "el margen en metros")
LOOK = Bilingual("the time of the look", "la hora de la observación")


def may_look(authority: Authority, rings: Rings, start_us: int, end_us: int, margin_m: float) -> Decision:
    """Whether what a camera covered, or would cover, may be looked at from `start_us` to `end_us`, both included.

    `rings` are outlines of (longitude, latitude). None may come within `margin_m` of an exclusion that forbids looking
    while it holds; where the terms name areas of survey, each must lie in them.
    """
    return settle(_look(required(authority), rings, start_us, end_us, margin_m))


def _look(authority: Authority, rings: Rings, start_us: int, end_us: int, margin_m: float) -> Iterator[Decision]:
    yield standing(authority)
    doubts = (
        number_doubt(MARGIN, margin_m, 0.0, LARGEST_MARGIN_M),
        time_doubt(LOOK, start_us),
        time_doubt(LOOK, end_us),
        rings_doubt(rings),
    )
    yield from (doubt for doubt in doubts if doubt is not None)
    if end_us < start_us:
        yield doubtful(
            Bilingual("the look ends before it begins", "la observación acaba antes de empezar"),
            Bilingual("it ended at its start or later", "acabara al empezar o después"),
        )
    terms, shapes = authority.authorization, footprints(rings)
    span = np.array([start_us], dtype=np.int64), np.array([end_us + 1], dtype=np.int64)
    for exclusion in terms.exclusions:
        if exclusion.view and during(exclusion, *span)[0]:
            yield drawable(exclusion.name, exclusion.area)
            for i in np.flatnonzero(touches(exclusion.area, shapes, margin_m))[:1]:
                yield looking_at_exclusion(exclusion, shapes, int(i), margin_m)
    for i, area in enumerate(terms.survey):
        yield drawable(f"survey[{i}]", area)
    if terms.survey:
        held = np.zeros(shapes.count, dtype=np.bool_)
        for areas in (*((area,) for area in terms.survey), terms.survey):
            held |= within_union(areas, shapes, margin_m, ~held)
        for i in np.flatnonzero(~held)[:1]:
            yield beyond_survey(shapes, int(i), margin_m)
    within = Bilingual("lies within the survey and ", "está en el área de reconocimiento y ")
    if not terms.survey:
        within = Bilingual("", "")
    yield allowed(
        "within_terms",
        f"what is looked at {within.en}touches no zone excluded from view",
        f"lo observado {within.es}no toca ninguna zona excluida de la observación",
    )
