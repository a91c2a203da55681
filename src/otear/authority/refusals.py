"""Why a path or a look was refused: which volume or zone, by how much, where and when, and what would be allowed.

What is said here is for people; `airspace` has decided before.
"""

from __future__ import annotations

from math import ceil

import numpy as np

from otear.authority.airspace import in_band, in_time
from otear.authority.areas import TOLERANCE_M, inside, region
from otear.authority.footprints import Footprints
from otear.authority.paths import Trace
from otear.authority.reasons import metres, moment, number, period, place
from otear.domain.authority import AltitudeBand, Area, Datum, Exclusion, Volume
from otear.domain.bilingual import Bilingual
from otear.domain.decision import Decision, allowed, refused

DATUMS = {
    Datum.ELLIPSOID: Bilingual("the ellipsoid", "el elipsoide"),
    Datum.EGM96: Bilingual("mean sea level (EGM96)", "el nivel medio del mar (EGM96)"),
}

EDGE_M = 0.01
"""What is nearer to an edge than this is said to be at it, and a smaller margin is not spoken of."""


def drawable(name: str, area: Area) -> Decision:
    """Whether an area of the terms can be decided on at all."""
    if region((area,)) is not None:
        return allowed("within_terms", f"'{name}' can be decided on", f"se puede decidir sobre '{name}'")
    return refused(
        "doubtful_term",
        Bilingual(
            f"the area of '{name}' is too large for one chart, crosses itself or encloses nothing",
            f"el área de '{name}' es demasiado grande para una carta, se cruza a sí misma o no encierra nada",
        ),
        Bilingual("the area were drawn anew, or in parts", "el área se trazara de nuevo o por partes"),
    )


def into_exclusion(exclusion: Exclusion, trace: Trace, step: int, margin_m: float) -> Decision:
    """The step meets an exclusion that forbids flight."""
    depth_m, where = _depth(exclusion.area, trace, step, deepest=True)
    at, how = moment(int(trace.starts_us[step])), _nearing(_zone(exclusion), depth_m, margin_m)
    return refused(
        "excluded_zone",
        Bilingual(
            f"at {at} near {where.en} the aircraft {how.en}", f"el {at} cerca de {where.es} la aeronave {how.es}"
        ),
        _avoiding(exclusion, margin_m),
    )


def _nearing(zone: Bilingual, depth_m: float, margin_m: float) -> Bilingual:
    """How an aircraft that must stay away from a zone is too near to it."""
    near, error = metres(abs(depth_m)), metres(margin_m)
    if abs(depth_m) < EDGE_M or (margin_m <= EDGE_M and -TOLERANCE_M <= depth_m < 0.0):
        return Bilingual(f"is at the edge of {zone.en}", f"está al borde de {zone.es}")
    if depth_m > 0.0:
        return Bilingual(f"is in {zone.en}", f"está en {zone.es}")
    if -depth_m > margin_m + TOLERANCE_M:  # at the ends of the step, and nearer in between
        if margin_m > EDGE_M:
            return Bilingual(
                f"crosses, or with {error} of navigation error touches, {zone.en}",
                f"cruza, o con {error} de error de navegación toca, {zone.es}",
            )
        return Bilingual(f"crosses {zone.en}", f"cruza {zone.es}")
    return Bilingual(
        f"is {near} from {zone.en}, less than the navigation error of {error} and the tolerance ask for",
        f"está a {near} de {zone.es}, menos de lo que piden el error de navegación de {error} y la tolerancia",
    )


def looking_at_exclusion(exclusion: Exclusion, shapes: Footprints, ring: int, margin_m: float) -> Decision:
    """A footprint meets an exclusion that forbids looking."""
    where, zone, within = _corner(shapes, ring), _zone(exclusion), Bilingual("", "")
    if margin_m > EDGE_M:
        margin = metres(margin_m)
        within = Bilingual(f", or comes within {margin} of it", f", o llega a menos de {margin} de ella")
    return refused(
        "excluded_view",
        Bilingual(
            f"the footprint at {where.en} shows ground of {zone.en}{within.en}",
            f"la huella en {where.es} muestra terreno de {zone.es}{within.es}",
        ),
        _avoiding(exclusion, margin_m),
    )


def beyond_survey(shapes: Footprints, ring: int, margin_m: float) -> Decision:
    """A footprint is not all within the areas of survey."""
    where, spare = _corner(shapes, ring), Bilingual("", "")
    if margin_m > EDGE_M:
        margin = metres(margin_m)
        spare = Bilingual(f" with {margin} to spare", f" con {margin} de margen")
    return refused(
        "outside_survey",
        Bilingual(
            f"the footprint at {where.en} is not all within the areas of survey{spare.en}",
            f"la huella en {where.es} no queda toda en las áreas de reconocimiento{spare.es}",
        ),
        Bilingual("only ground within them were looked at", "solo se observara terreno dentro de ellas"),
    )


def out_of_volumes(
    volumes: tuple[Volume, ...], trace: Trace, step: int, margin_m: float, height_error_m: float
) -> Decision:
    """A step that the volumes do not hold: by time, by height or by place, whichever is all that is wrong."""
    only = np.arange(trace.count) == step
    around = [volume for volume in volumes if inside(volume.area, trace, margin_m, only)[step]]
    timely = [volume for volume in volumes if in_time(volume.window, trace)[step]]
    both = [volume for volume in around if volume in timely]
    if both:
        high = [volume for volume in both if not in_band(volume.altitude, trace, height_error_m)[step]]
        return _out_of_band((high or both)[0], trace, step, height_error_m)
    if around or (volumes and not timely):
        return _out_of_window((around or list(volumes))[0], trace, step)
    return _out_of_area(tuple(timely), trace, step, margin_m)


def _out_of_window(volume: Volume, trace: Trace, step: int) -> Decision:
    at, where, open_ = moment(int(trace.starts_us[step])), _start(trace, step), period(volume.window)
    return refused(
        "outside_window",
        Bilingual(
            f"at {at} near {where.en} no volume is open; '{volume.name}' is open {open_.en}",
            f"el {at} cerca de {where.es} no hay volumen abierto; '{volume.name}' lo está {open_.es}",
        ),
        Bilingual(f"it took place {open_.en}", f"se realizara {open_.es}"),
    )


def _out_of_band(volume: Volume, trace: Trace, step: int, height_error_m: float) -> Decision:
    band, at, where = volume.altitude, moment(int(trace.starts_us[step])), _start(trace, step)
    low, high = (float(values[step]) for values in trace.heights(band.datum))
    ends = dict.fromkeys(number(round(height_m, 2)) for height_m in (low, high))
    heights, error = "–".join(ends), f" ± {number(round(height_error_m, 2))}" if height_error_m > EDGE_M else ""
    limits = _band(band)
    return refused(
        "outside_altitude",
        Bilingual(
            f"at {at} near {where.en} the height is {heights}{error} m; '{volume.name}' allows {limits.en}",
            f"el {at} cerca de {where.es} la altura es de {heights}{error} m; '{volume.name}' permite {limits.es}",
        ),
        Bilingual(f"the height stayed {limits.en}", f"la altura se mantuviera {limits.es}"),
    )


def _out_of_area(volumes: tuple[Volume, ...], trace: Trace, step: int, margin_m: float) -> Decision:
    if not volumes:
        return refused(
            "outside_volume",
            Bilingual("the authorization names no volume", "la autorización no nombra ningún volumen"),
            Bilingual("the host authorized one", "el anfitrión autorizara uno"),
        )
    depths = [(*_depth(volume.area, trace, step, deepest=False), volume) for volume in volumes]
    depth_m, where, volume = max(depths, key=lambda found: found[0])
    at, how = moment(int(trace.starts_us[step])), _leaving(volume.name, depth_m, margin_m)
    holes = Bilingual(", holes left out", ", fuera de sus huecos") if volume.area.holes else Bilingual("", "")
    room = Bilingual("", "")
    if margin_m > EDGE_M:
        room = Bilingual(f"more than {_room(margin_m)} ", f"a más de {_room(margin_m)} del borde, ")
    return refused(
        "outside_volume",
        Bilingual(
            f"at {at} near {where.en} the aircraft {how.en}", f"el {at} cerca de {where.es} la aeronave {how.es}"
        ),
        Bilingual(
            f"it stayed {room.en}inside '{volume.name}'{holes.en}",
            f"se mantuviera {room.es}dentro de '{volume.name}'{holes.es}",
        ),
    )


def _leaving(name: str, depth_m: float, margin_m: float) -> Bilingual:
    """How an aircraft that must stay inside a volume is not far enough inside."""
    deep, error = metres(abs(depth_m)), metres(margin_m)
    if abs(depth_m) < EDGE_M or (margin_m <= EDGE_M and 0.0 < depth_m <= TOLERANCE_M):
        return Bilingual(f"is at the edge of '{name}'", f"está al borde de '{name}'")
    if depth_m < 0.0:
        return Bilingual(f"is {deep} outside '{name}'", f"está {deep} fuera de '{name}'")
    if depth_m > margin_m + TOLERANCE_M:  # at the ends of the step, and less in between
        return Bilingual(f"reaches or crosses an edge of '{name}'", f"alcanza o cruza un borde de '{name}'")
    return Bilingual(
        f"is {deep} inside '{name}', less than the navigation error of {error} and the tolerance ask for",
        f"está {deep} dentro de '{name}', menos de lo que piden el error de navegación de {error} y la tolerancia",
    )


def _depth(area: Area, trace: Trace, step: int, *, deepest: bool) -> tuple[float, Bilingual]:
    """How far inside an area the deepest, or the shallowest, end of a step is, and where."""
    drawn = region((area,))
    ends = [(float(trace.lon_deg[i]), float(trace.lat_deg[i])) for i in (step, step + 1)]
    depths = [0.0 if drawn is None else drawn.depth_m(*end) for end in ends]
    which = int(np.argmax(depths) if deepest else np.argmin(depths))
    return depths[which], place(ends[which][1], ends[which][0])


def _start(trace: Trace, step: int) -> Bilingual:
    return place(float(trace.lat_deg[step]), float(trace.lon_deg[step]))


def _corner(shapes: Footprints, ring: int) -> Bilingual:
    first = shapes.firsts[ring]
    return place(float(shapes.lat_deg[first]), float(shapes.lon_deg[first]))


def _band(band: AltitudeBand) -> Bilingual:
    datum = DATUMS[band.datum]
    return Bilingual(
        f"from {number(band.lower_m)} to {number(band.upper_m)} m above {datum.en}",
        f"de {number(band.lower_m)} a {number(band.upper_m)} m sobre {datum.es}",
    )


def _zone(exclusion: Exclusion) -> Bilingual:
    """An exclusion, with when and at what heights it holds."""
    parts = [period(exclusion.window)] if exclusion.window else []
    parts += [_band(exclusion.altitude)] if exclusion.altitude else []
    english, spanish = ", ".join(part.en for part in parts), ", ".join(part.es for part in parts)
    return Bilingual(
        f"the excluded zone '{exclusion.name}'" + (f" ({english})" if parts else ""),
        f"la zona excluida '{exclusion.name}'" + (f" ({spanish})" if parts else ""),
    )


def _avoiding(exclusion: Exclusion, margin_m: float) -> Bilingual:
    away, instead = Bilingual("outside", "fuera de"), Bilingual("", "")
    if margin_m > EDGE_M:
        away = Bilingual(f"more than {_room(margin_m)} away from", f"a más de {_room(margin_m)} de")
    if exclusion.window:
        instead = Bilingual(", or it were another time", ", o fuera a otra hora")
    return Bilingual(
        f"it stayed {away.en} '{exclusion.name}'{instead.en}", f"se mantuviera {away.es} '{exclusion.name}'{instead.es}"
    )


def _room(margin_m: float) -> str:
    """What a margin and the tolerance ask for together, rounded up."""
    return metres(ceil(10.0 * (margin_m + TOLERANCE_M)) / 10.0)
