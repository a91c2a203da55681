"""Volumes and exclusions as ASTM F3548-21 `Volume4D`, which traffic management systems exchange, and back.

Two things do not fit and are never dropped silently. F3548 knows no holes: they are handed over as volumes of their
own beside the outline (`Exported.holes`). It knows heights above the WGS 84 ellipsoid only: a band above EGM96 mean
sea level is turned by the extremes of the geoid over the area, so that airspace only shrinks and an exclusion only
grows; what comes back is a band above the ellipsoid.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from implicitdict import ImplicitDict  # type: ignore[import-untyped]
from uas_standards.astm.f3548.v21 import api  # type: ignore[import-untyped]

from otear.authority.outlines import boundary
from otear.authority.schema import VolumeModel
from otear.authority.schema_types import validated
from otear.authority.signatures import canonical
from otear.authority.strict_yaml import Source
from otear.domain.authority import AltitudeBand, Area, Circle, Datum, Exclusion, Outline, Volume, Window
from otear.errors import InputError
from otear.geo.geoid import undulation

_SAMPLE_DEG = 0.05
_MAX_SAMPLES = 400
"""Per side, so that a large area costs no more memory than a small one: its margin is wider instead."""


@dataclass(frozen=True)
class Exported:
    """An area as F3548 can say it: everything within `volume` but what is within one of `holes`.

    Whoever takes the one and not the other takes another area. For a `Volume` the holes are airspace that may not be
    flown in; for an `Exclusion` they are gaps that it leaves open.
    """

    volume: api.Volume4D
    holes: tuple[api.Volume4D, ...]


def exported(volume: Volume) -> Exported:
    """A volume of airspace that may be flown in, holes beside it. Names are not part of a `Volume4D`.

    Raises `InputError` where the geoid varies so much over the area that its band above mean sea level holds no height
    above the ellipsoid everywhere.
    """
    band = _above_ellipsoid(volume.altitude, volume.area, grow=False)
    if band.lower_m >= band.upper_m:
        raise InputError(
            f"the band of volume {volume.name!r} above mean sea level has no height in common above the ellipsoid",
            field="altitude",
            remedy="Split the area: the geoid varies too much over it",
        )
    holes_band = _above_ellipsoid(volume.altitude, volume.area, grow=True)
    return Exported(
        _volume4d(volume.area.outline, band, volume.window),
        tuple(_volume4d(hole, holes_band, volume.window) for hole in volume.area.holes),
    )


def exported_exclusion(exclusion: Exclusion) -> Exported:
    """A zone that may not be flown through, gaps beside it; without altitude or window its volume has none either.

    Raises `InputError` for a zone that forbids looking only: it is no airspace.
    """
    if not exclusion.flight:
        raise InputError(
            f"exclusion {exclusion.name!r} forbids looking and not flight; a Volume4D cannot say that",
            field="forbids",
            remedy="Hand it over with the authorization itself",
        )
    around, within = (
        None if exclusion.altitude is None else _above_ellipsoid(exclusion.altitude, exclusion.area, grow=grow)
        for grow in (True, False)
    )
    holes = () if within is not None and within.lower_m >= within.upper_m else exclusion.area.holes
    return Exported(
        _volume4d(exclusion.area.outline, around, exclusion.window),
        tuple(_volume4d(hole, within, exclusion.window) for hole in holes),
    )


def imported(
    data: Mapping[str, Any], name: str, holes: Sequence[Mapping[str, Any]] = (), source: Source = None
) -> Volume:
    """A volume from a `Volume4D` (or the JSON object of one), with the outlines of `holes` taken out of its area.

    Of a hole only the outline is read. Raises `InputError` naming the field for what F3548 or an authority does not
    allow: a missing bound, another reference or unit, a time outside Z, an outline that crosses itself.
    """
    volume = _parsed(data, source)
    lower, upper = (_height(volume.volume.get(key), key, source) for key in ("altitude_lower", "altitude_upper"))
    start, end = (_time(volume.get(key), key, source) for key in ("time_start", "time_end"))
    area = {**_written(volume), "holes": [_written(_parsed(hole, source)) for hole in holes]}
    document = {
        "name": name,
        "area": area,
        "altitude": {"lower_m": lower, "upper_m": upper, "datum": Datum.ELLIPSOID.value},
        "window": {"start": start, "end": end},
    }
    return validated(VolumeModel, canonical(document), source).noun()


def _volume4d(outline: Outline, band: AltitudeBand | None, window: Window | None) -> api.Volume4D:
    volume = api.Volume3D()
    if isinstance(outline, Circle):
        centre = api.LatLngPoint(lng=outline.lon_deg, lat=outline.lat_deg)
        volume.outline_circle = api.Circle(center=centre, radius=api.Radius(value=outline.radius_m, units="M"))
    else:
        vertices = [api.LatLngPoint(lng=lon, lat=lat) for lon, lat in outline.points]
        volume.outline_polygon = api.Polygon(vertices=vertices)
    if band is not None:
        volume.altitude_lower = api.Altitude(value=band.lower_m, reference="W84", units="M")
        volume.altitude_upper = api.Altitude(value=band.upper_m, reference="W84", units="M")
    whole = api.Volume4D(volume=volume)
    if window is not None:
        whole.time_start = api.Time(value=rfc3339(window.start_us), format="RFC3339")
        whole.time_end = api.Time(value=rfc3339(window.end_us), format="RFC3339")
    return whole


def rfc3339(time_us: int) -> str:
    """A time in UTC with all its microseconds."""
    return str(np.datetime_as_string(np.datetime64(time_us, "us"), unit="us", timezone="UTC"))


def _above_ellipsoid(band: AltitudeBand, area: Area, *, grow: bool) -> AltitudeBand:
    """The same band above the ellipsoid, everywhere over an area: the widest that touches it, or what is in it."""
    if band.datum is Datum.ELLIPSOID:
        return band
    least, most = _undulation_range(area.outline)
    for_lower, for_upper = (least, most) if grow else (most, least)
    return AltitudeBand(band.lower_m + for_lower, band.upper_m + for_upper, Datum.ELLIPSOID)


def _undulation_range(outline: Outline) -> tuple[float, float]:
    """Metres between which the geoid lies over an outline.

    It is sampled over the outline's bounding box and one sample beyond; between samples it is taken to stray from
    them by no more than the widest step from one sample to the next.
    """
    points = boundary(outline)
    sides = []
    for low, high in zip(points.min(axis=0), points.max(axis=0), strict=True):
        count = int(np.clip(np.ceil((high - low) / _SAMPLE_DEG), 2, _MAX_SAMPLES))
        step = (high - low) / count
        sides.append(np.linspace(low - step, high + step, count + 3))
    lon, lat = sides
    heights = undulation(np.radians(np.clip(lat, -90.0, 90.0))[:, None], np.radians(lon)[None, :])
    margin = max(float(np.abs(np.diff(heights, axis=axis)).max()) for axis in (0, 1))
    return float(heights.min()) - margin, float(heights.max()) + margin


def _parsed(data: Mapping[str, Any], source: Source) -> api.Volume4D:
    try:
        return ImplicitDict.parse(dict(data), api.Volume4D)
    except (ValueError, TypeError) as error:
        raise InputError(
            f"is no Volume4D of ASTM F3548-21: {error}", source=source, remedy="Compare it with the standard's schema"
        ) from error


def _written(volume: api.Volume4D) -> dict[str, Any]:
    """An outline as authorizations write it."""
    circle, polygon = volume.volume.get("outline_circle"), volume.volume.get("outline_polygon")
    outline: dict[str, Any] = {}
    if circle is not None:
        centre, radius = circle.get("center"), circle.get("radius")
        outline["circle"] = {
            "centre": None if centre is None else [centre.lng, centre.lat],
            "radius_m": None if radius is None else radius.value,
        }
    if polygon is not None:
        outline["polygon"] = [[vertex.lng, vertex.lat] for vertex in polygon.vertices]
    return outline


def _height(altitude: api.Altitude | None, key: str, source: Source) -> float:
    if altitude is None:
        raise _unbounded(f"volume.{key}", source)
    return float(altitude.value)


def _time(time: api.Time | None, key: str, source: Source) -> str:
    if time is None:
        raise _unbounded(key, source)
    if not time.value.endswith("Z"):
        raise InputError(
            "is a time whose zone is not Z", source=source, field=f"{key}.value", remedy="Write it in UTC with Z"
        )
    return str(time.value)


def _unbounded(field: str, source: Source) -> InputError:
    return InputError(
        "is missing: an authority has no bounds that are left open", source=source, field=field, remedy="State it"
    )
