"""A request: a collection requirement. Somebody asks for ground to be looked at, for a reason, by a time.

Degrees, metres, microseconds since 1970-01-01Z.
"""

from __future__ import annotations

from dataclasses import dataclass

from otear.domain.authority import Area
from otear.domain.bilingual import Bilingual


@dataclass(frozen=True)
class Request:
    """Look at `area` for sites of `site_kinds` (none named: all that the authority names) until just before `by_us`.

    `request_id` is derived from its document. `priority` is 1, the first, to 4; pictures are to have pixels of `gsd_m`
    or finer (None: what finds most). `authority_id` is the authority that it is asked under, None for whichever is in
    force.
    """

    request_id: str
    title: Bilingual
    asked_by: str
    area: Area
    site_kinds: frozenset[str]
    priority: int
    gsd_m: float | None
    from_us: int
    by_us: int
    authority_id: str | None = None
