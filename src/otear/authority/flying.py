"""Where an aircraft may be, what may be flown, and whether what was flown was allowed.

Each function takes an authority, asks first whether it was revoked, and gives a decision with its reasons. What is
missing or cannot be true is a refusal. Degrees, metres, microseconds since 1970-01-01Z; heights above the WGS 84
ellipsoid unless they name their datum. A purpose, sensor or aircraft that is not known is None.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from otear.authority.airspace import cuts_us, met, within
from otear.authority.path_doubts import HEIGHT, HEIGHTS_M, LATITUDE, LONGEST_JOIN_US, LONGITUDE, path_doubt, track_doubt
from otear.authority.paths import Leg, Trace, Track, Turn
from otear.authority.reasons import listed, missing, moment, number_doubt, place, settle
from otear.authority.refusals import drawable, into_exclusion, out_of_volumes
from otear.authority.terms import by_aircraft, for_purpose, held_at, in_force, required, standing, with_sensor
from otear.authority.tracing import path_trace, track_trace
from otear.domain.authority import Authority, Datum, Volume
from otear.domain.bilingual import Bilingual
from otear.domain.decision import Decision, allowed

LARGEST_MARGIN_M = 100_000.0
"""A margin or an error that is larger is not believed."""

NAVIGATION_ERROR = Bilingual("the navigation error in metres", "el error de navegación en metros")
HEIGHT_ERROR = Bilingual("the height error in metres", "el error de altura en metros")
FLIGHT = Bilingual("the time of the flight", "la hora del vuelo")


@dataclass(frozen=True)
class PointFacts:
    """A moment, a place and what for; `height_m` is above `datum`. Without `aircraft` that term is not asked."""

    at_us: int
    lat_deg: float
    lon_deg: float
    height_m: float
    datum: Datum
    sensor: str | None
    purpose: str | None
    aircraft: str | None = None


def may_be_at(authority: Authority, facts: PointFacts, now_us: int | None = None) -> Decision:
    """Whether an aircraft may be at a place at a moment; with `now_us`, whether the authority is in force now, too."""
    return settle(_point(required(authority), facts, now_us))


def _point(authority: Authority, facts: PointFacts, now_us: int | None) -> Iterator[Decision]:
    yield standing(authority)
    if now_us is not None:
        yield in_force(authority, now_us)
    yield held_at(authority, facts.at_us, FLIGHT)
    yield from _terms(authority, facts.sensor, facts.purpose)
    if facts.aircraft is not None:
        yield by_aircraft(authority, facts.aircraft)
    doubts = (
        number_doubt(LATITUDE, facts.lat_deg, -90.0, 90.0),
        number_doubt(LONGITUDE, facts.lon_deg, -180.0, 360.0),
        number_doubt(HEIGHT, facts.height_m, *HEIGHTS_M),
        None
        if isinstance(facts.datum, Datum)
        else missing(Bilingual("the datum of the height", "el datum de la altura")),
    )
    yield from (doubt for doubt in doubts if doubt is not None)
    lon, lat, height = (np.full(2, float(value)) for value in (facts.lon_deg, facts.lat_deg, facts.height_m))
    trace = Trace(lon, lat, height, np.full(2, facts.at_us, dtype=np.int64), facts.datum)
    yield from _airspace(authority, trace, 0.0, 0.0)


def may_fly(
    authority: Authority,
    path: Sequence[Leg | Turn],
    *,
    sensor: str | None,
    purpose: str | None,
    aircraft: str | None,
    navigation_error_m: float,
    height_error_m: float,
    now_us: int,
) -> Decision:
    """Whether a path may be flown: all of it, at all times of it, with the errors around and above and below.

    The authority must be in force now, and its approval must still hold when the path is flown.
    """
    facts = (sensor, purpose, aircraft)
    return settle(_flight(required(authority), path, facts, (navigation_error_m, height_error_m), now_us))


def _flight(
    authority: Authority,
    path: Sequence[Leg | Turn],
    facts: tuple[str | None, str | None, str | None],
    errors_m: tuple[float, float],
    now_us: int,
) -> Iterator[Decision]:
    yield in_force(authority, now_us)
    yield from _terms(authority, *facts[:2])
    yield by_aircraft(authority, facts[2])
    yield from _error_doubts(*errors_m)
    doubt = path_doubt(path)
    if doubt is not None:
        yield doubt
    terms = authority.authorization
    trace = path_trace(path, cuts_us(terms.volumes, terms.exclusions))
    yield from _held(authority, trace)
    yield from _airspace(authority, trace, *errors_m)


def may_have_flown(
    authority: Authority,
    track: Track,
    *,
    sensor: str | None,
    purpose: str | None,
    aircraft: str | None,
    navigation_error_m: float,
    height_error_m: float,
    longest_join_us: int = LONGEST_JOIN_US,
) -> Decision:
    """Whether what was flown is within the terms, and the approval held when it was flown; now is not asked.

    Samples are joined by geodesics, with room for what an aircraft can stray from them in between (`strayed_m`). Where
    the track says nothing for longer than `longest_join_us`, nobody knows where the aircraft was: that is refused.
    Judge `Track.stretches` one by one to find which parts are covered.
    """
    facts = (sensor, purpose, aircraft)
    return settle(_flown(required(authority), track, facts, (navigation_error_m, height_error_m), longest_join_us))


def _flown(
    authority: Authority,
    track: Track,
    facts: tuple[str | None, str | None, str | None],
    errors_m: tuple[float, float],
    longest_join_us: int,
) -> Iterator[Decision]:
    yield standing(authority)
    yield from _terms(authority, *facts[:2])
    yield by_aircraft(authority, facts[2])
    yield from _error_doubts(*errors_m)
    doubt = track_doubt(track, longest_join_us)
    if doubt is not None:
        yield doubt
    navigation_error_m, height_error_m = (error_m + track.strayed_m for error_m in errors_m)
    yield from _error_doubts(navigation_error_m, height_error_m)
    terms = authority.authorization
    trace = track_trace(track, cuts_us(terms.volumes, terms.exclusions))
    yield from _held(authority, trace)
    yield from _airspace(authority, trace, navigation_error_m, height_error_m)


def _held(authority: Authority, trace: Trace) -> Iterator[Decision]:
    """Whether the approval holds at the first and the last time, and so, its window being one, at all between."""
    for at_us in (int(trace.time_us[0]), int(trace.time_us[-1])):
        yield held_at(authority, at_us, FLIGHT)


def _terms(authority: Authority, sensor: str | None, purpose: str | None) -> Iterator[Decision]:
    yield with_sensor(authority, sensor)
    yield for_purpose(authority, purpose)


def _error_doubts(navigation_error_m: float, height_error_m: float) -> Iterator[Decision]:
    for name, value in ((NAVIGATION_ERROR, navigation_error_m), (HEIGHT_ERROR, height_error_m)):
        doubt = number_doubt(name, value, 0.0, LARGEST_MARGIN_M)
        if doubt is not None:
            yield doubt


def _airspace(authority: Authority, trace: Trace, margin_m: float, height_error_m: float) -> Iterator[Decision]:
    """Exclusions first, then volumes; the first step that is refused gives the reason."""
    terms = authority.authorization
    closed = [exclusion for exclusion in terms.exclusions if exclusion.flight]
    for name, area in (*((e.name, e.area) for e in closed), *((v.name, v.area) for v in terms.volumes)):
        yield drawable(name, area)
    for exclusion in closed:
        for i in np.flatnonzero(met(exclusion, trace, margin_m, height_error_m))[:1]:
            yield into_exclusion(exclusion, trace, int(i), margin_m)
    for i in np.flatnonzero(~within(terms.volumes, trace, margin_m, height_error_m))[:1]:
        yield out_of_volumes(terms.volumes, trace, int(i), margin_m, height_error_m)
    yield _free(terms.volumes, trace)


def _free(volumes: tuple[Volume, ...], trace: Trace) -> Decision:
    """That nothing stands against a trace; where it is one place, in which volume that is."""
    start, end = moment(int(trace.time_us[0])), moment(int(trace.time_us[-1]))
    if trace.count == 1 and start == end:
        names = listed(frozenset(volume.name for volume in volumes if within((volume,), trace, 0.0, 0.0).all()))
        where = place(float(trace.lat_deg[0]), float(trace.lon_deg[0]))
        return allowed(
            "within_terms",
            f"{where.en} at {start} is within {names or 'the volumes'}, clear of every excluded zone",
            f"{where.es} el {start} está dentro de {names or 'los volúmenes'}, fuera de toda zona excluida",
        )
    return allowed(
        "within_terms",
        f"from {start} until {end} all of it is within the volumes, clear of every excluded zone",
        f"desde {start} hasta {end} todo queda dentro de los volúmenes, fuera de toda zona excluida",
    )
