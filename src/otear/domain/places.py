"""A place on the ground with its error, as every product carries it.

This is an edge: degrees and metres on WGS 84. Field names are the keys that the command line promises, so that
`dataclasses.asdict` of any of these is what `--json` prints. There is no place without an error.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Ellipse:
    """The ellipse that holds 90% of the errors; the azimuth is the major axis's, clockwise from north, 0 to 180."""

    semi_major_m: float
    semi_minor_m: float
    azimuth_deg: float


@dataclass(frozen=True)
class ErrorShare:
    """What part of a place's horizontal variance one source of error makes, 0 to 1."""

    source: str
    share: float


@dataclass(frozen=True)
class Place:
    """A place: degrees, heights above the WGS 84 ellipsoid and above EGM96 mean sea level, and how well it is known.

    `ce90_m` is the radius of the horizontal circle, `le90_m` the half height of the interval, that hold 90% of the
    errors.
    """

    lat: float
    lon: float
    height_hae_m: float
    height_msl_m: float
    mgrs: str
    ce90_m: float
    le90_m: float


@dataclass(frozen=True)
class PixelPlace(Place):
    """Where a pixel lies on the ground, how it was seen, and what its error is made of.

    `terrain` names the source of the heights, `pedigree` the least trusted source of error that counts; `budget` has
    the largest share first.
    """

    ellipse: Ellipse
    gsd_m: float
    slant_range_m: float
    depression_deg: float
    terrain: str
    pedigree: str
    budget: tuple[ErrorShare, ...]
