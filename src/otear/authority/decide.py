"""May we? Every decision that an authority takes, handed on from where it is made.

`terms` decides by dates, names and lists, `flying` where aircraft go, `looking` what cameras see. All of them take an
authority first, ask it each time whether it was revoked, and give a decision with its reasons; what is missing or
cannot be true is a refusal.
"""

from __future__ import annotations

from otear.authority.flying import PointFacts, may_be_at, may_fly, may_have_flown
from otear.authority.looking import may_look
from otear.authority.terms import (
    by_aircraft,
    covering,
    for_purpose,
    in_force,
    keep_until_us,
    may_collect,
    may_process,
    may_release,
    of_site_kind,
    required,
    with_sensor,
)

__all__ = [
    "PointFacts",
    "by_aircraft",
    "covering",
    "for_purpose",
    "in_force",
    "keep_until_us",
    "may_be_at",
    "may_collect",
    "may_fly",
    "may_have_flown",
    "may_look",
    "may_process",
    "may_release",
    "of_site_kind",
    "required",
    "with_sensor",
]
