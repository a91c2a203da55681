"""Places as people write them: MGRS, UTM, and degrees, minutes and seconds.

This is an edge: latitude and longitude are degrees on WGS 84, in that order. The texts are for people; nothing here
parses them back. Every function raises `InputError` for a place outside -90 to 90 and -180 to 180 degrees.
"""

from __future__ import annotations

from typing import NamedTuple

from mgrs import MGRS
from pyproj import Proj

from otear.errors import InputError


class Utm(NamedTuple):
    """Zone 1 to 60, hemisphere "N" or "S", easting and northing in metres."""

    zone: int
    hemisphere: str
    easting_m: float
    northing_m: float

    @property
    def epsg(self) -> int:
        """The EPSG code of zone and hemisphere on WGS 84."""
        return (32600 if self.hemisphere == "N" else 32700) + self.zone

    def __str__(self) -> str:
        """To the metre, with the hemisphere and not a latitude band: "14N 486017 2148701"."""
        return f"{self.zone:02d}{self.hemisphere} {self.easting_m:.0f} {self.northing_m:.0f}"


def mgrs(lat_deg: float, lon_deg: float, digits: int = 5) -> str:
    """MGRS of a place, to the square that holds it: 5 digits are 1 m, 4 are 10 m, 0 are 100 km.

    As MGRS prescribes, digits are cut off and not rounded. North of 84 and south of -80 degrees it is in the polar
    grid (UPS) and begins with a letter.
    """
    _check(lat_deg, lon_deg)
    if digits not in range(6):
        raise InputError(f"{digits} digits are not possible", field="digits", remedy="Give 0 to 5")
    return str(MGRS().toMGRS(lat_deg, lon_deg, MGRSPrecision=digits))


def utm(lat_deg: float, lon_deg: float) -> Utm:
    """UTM of a place, with the widened zones of Norway and Svalbard. Raises `InputError` where only UPS is defined."""
    label = mgrs(lat_deg, lon_deg, 0)
    if not label[0].isdigit():
        raise InputError(
            f"UTM ends before {lat_deg} degrees", field="lat", remedy="Use MGRS, which goes on to the poles"
        )
    zone, south = int(label[:2]), lat_deg < 0.0
    easting, northing = Proj(proj="utm", zone=zone, south=south, ellps="WGS84")(lon_deg, lat_deg)
    return Utm(zone, "S" if south else "N", float(easting), float(northing))


def dms(lat_deg: float, lon_deg: float, decimals: int = 1) -> str:
    """Degrees, minutes and seconds, rounded once and as a whole: 19°25′57.4″N 99°07′59.5″W. 0.1″ is 3 m or less."""
    _check(lat_deg, lon_deg)
    return f"{_sexagesimal(lat_deg, 'NS', decimals)} {_sexagesimal(lon_deg, 'EW', decimals)}"


def _sexagesimal(angle_deg: float, letters: str, decimals: int) -> str:
    # Rounding to whole units of the last decimal before cutting into parts is what keeps 60″ and 60′ from showing.
    units = 10**decimals
    minutes, rest = divmod(round(abs(angle_deg) * 3600 * units), 60 * units)
    degrees, minutes = divmod(minutes, 60)
    width = decimals + 3 if decimals else 2
    return f"{degrees}°{minutes:02d}′{rest / units:0{width}.{decimals}f}″{letters[angle_deg < 0.0]}"


def _check(lat_deg: float, lon_deg: float) -> None:
    for field, value, limit in (("lat", lat_deg, 90.0), ("lon", lon_deg, 180.0)):
        if not abs(value) <= limit:
            raise InputError(
                f"{value} is no such angle", field=field, remedy=f"Give degrees between -{limit:.0f} and {limit:.0f}"
            )
