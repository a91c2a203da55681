"""What keeps paths and tracks from being judged: facts that are missing, or that cannot be true.

A doubt is a refusal. Units as in `paths`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from otear.authority.charts import GEODESIC
from otear.authority.paths import Fix, Leg, Track, Turn, TurnDirection
from otear.authority.reasons import LAST_US, doubtful, missing, moment, number, number_doubt, place, time_doubt
from otear.authority.tracing import path_ends
from otear.domain.bilingual import Bilingual
from otear.domain.decision import Decision

LONGEST_LEG_M = 1_000_000.0
"""A leg, or two samples of a track, further apart than this are not believed to be one."""
LARGEST_TURN_M = 500_000.0
"""Radius of a turn."""
HEIGHTS_M = (-1_000.0, 100_000.0)
"""Heights that are believed."""
JOIN_M = 1.0
"""The end of one leg or turn and the start of the next may be this far apart; between them is flown straight."""
LONGEST_JOIN_US = 10_000_000
"""Between samples of a track that are further apart than this nobody knows where the aircraft was."""

LATITUDE = Bilingual("the latitude in degrees", "la latitud en grados")
LONGITUDE = Bilingual("the longitude in degrees", "la longitud en grados")
HEIGHT = Bilingual("the height in metres", "la altura en metros")
TIME = Bilingual("the time", "la hora")
PATH = Bilingual("the path", "la ruta")


def path_doubt(path: Sequence[Leg | Turn]) -> Decision | None:
    """What keeps a path from being judged, None where nothing does."""
    if not isinstance(path, Sequence) or not path or not all(_is_part(part) for part in path):
        return missing(PATH)
    for part in path:
        for doubt in _part_doubts(part):
            if doubt is not None:
                return doubt
    starts, ends = path_ends(path)
    _, _, gap_m = GEODESIC.inv(ends.lon_deg[:-1], ends.lat_deg[:-1], starts.lon_deg[1:], starts.lat_deg[1:])
    apart = (
        (np.asarray(gap_m) > JOIN_M)
        | (np.abs(ends.height_m[:-1] - starts.height_m[1:]) > JOIN_M)
        | (ends.time_us[:-1] != starts.time_us[1:])
    )
    for i in np.flatnonzero(apart)[:1]:
        where = place(ends.lat_deg[i], ends.lon_deg[i])
        return doubtful(
            Bilingual(
                f"part {i + 2} of the path does not begin where and when part {i + 1} ends, near {where.en}",
                f"la parte {i + 2} de la ruta no empieza donde y cuando acaba la parte {i + 1}, cerca de {where.es}",
            ),
            Bilingual(
                f"each part began at the end of the one before, within {number(JOIN_M)} m and at the same time",
                f"cada parte empezara al final de la anterior, a menos de {number(JOIN_M)} m y a la misma hora",
            ),
        )
    return None


def track_doubt(track: Track, longest_join_us: int) -> Decision | None:
    """What keeps a track from being judged, None where nothing does."""
    arrays = (track.time_us, track.lat_deg, track.lon_deg, track.height_hae_m) if isinstance(track, Track) else ()
    values = [array for array in arrays if isinstance(array, np.ndarray)]
    if len(values) < 4 or values[0].size == 0:
        return missing(Bilingual("the track of the flight", "la trayectoria del vuelo"))
    if any(v.ndim != 1 or v.shape != values[0].shape or v.dtype.kind not in "iuf" for v in values):
        return doubtful(
            Bilingual(
                "the columns of the track are not equally long", "las columnas de la trayectoria no son igual de largas"
            ),
            Bilingual("each sample had all four", "cada muestra tuviera las cuatro"),
        )
    time, *rest = values
    if time.dtype.kind != "i" or not (time.min() > 0 and time.max() < LAST_US and (np.diff(time) >= 0).all()):
        return doubtful(
            Bilingual("the times of the track do not go forward", "las horas de la trayectoria no avanzan"),
            Bilingual(
                "they were whole microseconds since 1970, in order",
                "fueran microsegundos enteros desde 1970, en orden",
            ),
        )
    limits = ((LATITUDE, -90.0, 90.0), (LONGITUDE, -180.0, 360.0), (HEIGHT, *HEIGHTS_M))
    for array, (name, lower, upper) in zip(rest, limits, strict=True):
        for i in np.flatnonzero(~((array >= lower) & (array <= upper)))[:1]:
            at = moment(int(time[i]))
            return number_doubt(Bilingual(f"{name.en} at {at}", f"{name.es} el {at}"), float(array[i]), lower, upper)
    return _gap_doubt(track, longest_join_us) or _leap_doubt(track)


def _gap_doubt(track: Track, longest_join_us: int) -> Decision | None:
    time = track.time_us
    gaps = np.flatnonzero(np.diff(time) > longest_join_us)
    if not gaps.size:
        return None
    longest = gaps[np.argmax(np.diff(time)[gaps])]
    start, end, longest_s = moment(int(time[longest])), moment(int(time[longest + 1])), longest_join_us / 1e6
    many = Bilingual("1 gap", "1 hueco")
    if gaps.size > 1:
        many = Bilingual(f"{gaps.size} gaps", f"{gaps.size} huecos")
    return doubtful(
        Bilingual(
            f"the track says nothing from {start} until {end} ({many.en} longer than {number(longest_s)} s)",
            f"la trayectoria no dice nada desde {start} hasta {end} ({many.es} de más de {number(longest_s)} s)",
        ),
        Bilingual(
            "the track had no such gap, or each stretch between gaps were judged by itself",
            "la trayectoria no tuviera huecos así, o se juzgara cada tramo entre huecos por separado",
        ),
    )


def _leap_doubt(track: Track) -> Decision | None:
    time, lat, lon = track.time_us, track.lat_deg, track.lon_deg
    _, _, length_m = GEODESIC.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])
    for i in np.flatnonzero(np.asarray(length_m) > LONGEST_LEG_M)[:1]:
        at, km = moment(int(time[i])), length_m[i] / 1000.0
        return doubtful(
            Bilingual(f"the track leaps {km:.0f} km at {at}", f"la trayectoria salta {km:.0f} km el {at}"),
            Bilingual("the wrong fix were left out", "se omitiera la posición errónea"),
        )
    return None


def _is_part(part: object) -> bool:
    return isinstance(part, Turn) or (
        isinstance(part, Leg) and isinstance(part.start, Fix) and isinstance(part.end, Fix)
    )


def _part_doubts(part: Leg | Turn) -> Iterator[Decision | None]:
    """What may be wrong with one part of a path, one after the other."""
    if isinstance(part, Leg):
        for fix in (part.start, part.end):
            yield from _place_doubts(fix.lon_deg, fix.lat_deg, fix.height_hae_m, fix.time_us)
        start, end = part.start, part.end
        _, _, length_m = GEODESIC.inv(start.lon_deg, start.lat_deg, end.lon_deg, end.lat_deg)
        length = Bilingual("the length of a leg in metres", "la longitud de un tramo en metros")
        yield number_doubt(length, length_m, 0.0, LONGEST_LEG_M)
        yield _duration_doubt(start.time_us, end.time_us, length_m + abs(end.height_hae_m - start.height_hae_m))
    else:
        yield from _place_doubts(part.lon_deg, part.lat_deg, part.start_height_hae_m, part.start_us)
        yield from _place_doubts(part.lon_deg, part.lat_deg, part.end_height_hae_m, part.end_us)
        radius = Bilingual("the radius of a turn in metres", "el radio de un viraje en metros")
        yield number_doubt(radius, part.radius_m, 0.01, LARGEST_TURN_M)
        for bearing in (part.from_bearing_deg, part.to_bearing_deg):
            yield number_doubt(Bilingual("a bearing in degrees", "una demora en grados"), bearing, -360.0, 360.0)
        if part.direction not in tuple(TurnDirection):
            yield missing(Bilingual("the direction of a turn", "el sentido de un viraje"))
        yield _duration_doubt(part.start_us, part.end_us, part.radius_m)


def _place_doubts(lon_deg: object, lat_deg: object, height_m: object, time_us: object) -> Iterator[Decision | None]:
    yield number_doubt(LONGITUDE, lon_deg, -180.0, 360.0)
    yield number_doubt(LATITUDE, lat_deg, -90.0, 90.0)
    yield number_doubt(HEIGHT, height_m, *HEIGHTS_M)
    yield time_doubt(TIME, time_us)


def _duration_doubt(start_us: int, end_us: int, moved_m: float) -> Decision | None:
    if start_us < end_us or (start_us == end_us and moved_m == 0.0):
        return None
    start, end = moment(start_us), moment(end_us)
    return doubtful(
        Bilingual(
            f"a part of the path ends at {end} and begins at {start}",
            f"una parte de la ruta acaba el {end} y empieza el {start}",
        ),
        Bilingual("it ended after it began", "acabara después de empezar"),
    )
