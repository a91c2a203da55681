"""Cursor on Target 2.0: a planned route as events, for whoever has to keep out of the way or wants to follow.

Source: the base schema of the CoT event, version 2.0 (MITRE, public release), and the widely used sub-schemas of its
`detail` (`contact`, `link`, `track`, `sensor`). Positions are of WGS 84, heights above its ellipsoid. The schema asks
for circular and linear errors of one standard deviation; an aircraft's document states what 95% stay within.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from xml.etree.ElementTree import Element

from otear.authority.cot import screen_cot
from otear.authority.paths import Turn
from otear.domain.aircraft import Aircraft, Airframe
from otear.domain.bilingual import Bilingual
from otear.domain.decision import refused
from otear.domain.sortie import Sortie
from otear.domain.times import utc_text
from otear.flight.exports.stretches import Stretch, stretches
from otear.flight.exports.xml import add, line_text
from otear.flight.route import TRANSIT, Route

UNKNOWN_M = 9_999_999.0
"""What readers of CoT take for an error or a height that nobody knows."""
SIGMAS_95_PLANE, SIGMAS_95_LINE = 2.4477, 1.96
"""What 95% of errors stay within, in standard deviations: of a circular normal in the plane, and of one on a line."""
_BEND_M = 25.0
"""Check points of a route stand so near that the straight lines between them stay this near to the path,"""
_MOST_POINTS = 400
"""or twice as far, and so on, where there would be more of them: an event is for one datagram."""
_COARSEST_M = 2_000.0
_PLACES = {Airframe.FIXED_WING: "F", Airframe.VTOL: "F", Airframe.AIRSHIP: "L"}
"""Of civil aircraft in the type tree: fixed wing, lighter than air; all others are rotary wing, `H`."""


@dataclass(frozen=True)
class Platform:
    """Who an event is of: identity, callsign, type in the tree of CoT, and one sigma of its position and height."""

    uid: str
    callsign: str
    type: str
    ce_m: float
    le_m: float


def platform_of(aircraft: Aircraft) -> Platform:
    """An aircraft of the fleet: friendly, in the air, civil."""
    error = aircraft.navigation_error
    return Platform(
        uid=f"otear.{aircraft.registration}",
        callsign=aircraft.registration,
        type=f"a-f-A-C-{_PLACES.get(aircraft.airframe, 'H')}",
        ce_m=error.horizontal_m / SIGMAS_95_PLANE,
        le_m=error.vertical_m / SIGMAS_95_LINE,
    )


def cot_events(route: Route, sortie: Sortie, aircraft: Aircraft, *, now_us: int) -> tuple[str, ...]:
    """The route as one `b-m-r` event, its way points and check points in order; each event is text of one line.

    Valid from departure to return. Raises `InputError` for a route that no event has room for.
    """
    platform = platform_of(aircraft)
    uid = f"otear.{sortie.sortie_id}"
    parts = _drawn(route)
    first = parts[0]
    event = new_event(
        uid=uid,
        type_name="b-m-r",
        how="m-p",
        times_us=(now_us, route.starts_us[0], route.starts_us[-1]),
        place=(float(first.lat_deg[0]), float(first.lon_deg[0]), float(first.hae_m[0])),
        errors_m=(platform.ce_m, platform.le_m),
    )
    detail = event[1]
    add(detail, "contact", callsign=f"{platform.callsign} {sortie.name}")
    add(detail, "remarks", f"Unarmed survey flight of {platform.callsign}, {sortie.sensor}, for {sortie.purpose}")
    add(detail, "link_attr", method="Flying", prefix="CP", routetype="Primary", order="Ascending Check Points")
    number = 0
    for one in parts:
        name = "transit" if one.task == TRANSIT else sortie.tasks[one.task].name
        for row in range(_rows(one)):
            _point(detail, one, row, uid=f"{uid}.{number}", name=name if row == 0 else "")
            number += 1
    _point(detail, parts[-1], -1, uid=f"{uid}.{number}", name="base")
    return (screened(event),)


def new_event(
    *,
    uid: str,
    type_name: str,
    how: str,
    times_us: tuple[int, int, int],
    place: tuple[float, float, float],
    errors_m: tuple[float, float],
    simulation: str | None = None,
) -> Element:
    """An event with its point and an empty detail. `times_us` are when it was made, and from when until when it
    holds; `place` is latitude, longitude (degrees) and height above the ellipsoid."""
    made, start, stale = (utc_text(time_us) for time_us in times_us)
    said = {"version": "2.0", "uid": uid, "type": type_name, "time": made, "start": start, "stale": stale, "how": how}
    if simulation is not None:
        said["opex"] = f"s-{simulation}"
    event = Element("event", said)
    lat, lon, hae = place
    ce, le = errors_m
    add(event, "point", lat=f"{lat:.8f}", lon=f"{lon:.8f}", hae=f"{hae:.2f}", ce=f"{ce:.1f}", le=f"{le:.1f}")
    add(event, "detail")
    return event


def screened(event: Element) -> str:
    """An event as text, once the same screening has passed it that events from elsewhere go through.

    Raises `RefusedError` by the rule `unarmed` for one that would be flagged, `InputError` for one that is too large.
    """
    text = line_text(event)
    flagged = screen_cot(text.encode()).flagged
    if flagged:
        refused(
            "unarmed",
            Bilingual("; ".join(why.en for why in flagged), "; ".join(why.es for why in flagged)),
            Bilingual("nothing of the kind were named", "no se nombrara nada de eso"),
        ).enforce()
    return text


def _drawn(route: Route) -> list[Stretch]:
    """The parts with few enough places; of several whole turns about one centre only the first and the last."""
    bend_m = _BEND_M
    while True:
        drawn = []
        for _, group in groupby(stretches(route, sagitta_m=bend_m), key=_circle):
            each = list(group)
            drawn += [each[0], each[-1]] if len(each) > 2 and each[0].whole_turn else each
        if sum(map(_rows, drawn)) <= _MOST_POINTS or bend_m > _COARSEST_M:
            return drawn
        bend_m *= 2.0


def _circle(one: Stretch) -> tuple[float, float, float] | None:
    part = one.part
    return (part.lon_deg, part.lat_deg, part.radius_m) if one.whole_turn and isinstance(part, Turn) else None


def _rows(one: Stretch) -> int:
    """A leg is its first place; a turn all places but the last, which is the first of the next part."""
    return len(one.lon_deg) - 1 if isinstance(one.part, Turn) else 1


def _point(detail: Element, one: Stretch, row: int, *, uid: str, name: str) -> None:
    """A way point where it has a name, else a check point that only gives the route its shape."""
    place = f"{one.lat_deg[row]:.8f},{one.lon_deg[row]:.8f},{one.hae_m[row]:.2f}"
    kind = "b-m-p-w" if name else "b-m-p-c"
    add(detail, "link", uid=uid, type=kind, callsign=name, point=place, relation="c")
