"""A place prints the keys that the command line promises."""

from __future__ import annotations

from dataclasses import asdict

from otear.domain.places import Ellipse, ErrorShare, PixelPlace

PLACE = PixelPlace(
    lat=24.8,
    lon=-107.4,
    height_hae_m=30.0,
    height_msl_m=60.0,
    mgrs="13RBH5735945001",
    ce90_m=25.0,
    le90_m=8.2,
    ellipse=Ellipse(26.0, 18.0, 40.0),
    gsd_m=0.2,
    slant_range_m=8_000.0,
    depression_deg=45.0,
    terrain="constant 30 m above the ellipsoid",
    pedigree="stated default",
    budget=(ErrorShare("platform pitch bias", 0.6), ErrorShare("terrain height bias", 0.4)),
)


def test_a_pixel_place_has_the_promised_keys() -> None:
    printed = asdict(PLACE)
    promised = "lat lon height_hae_m height_msl_m mgrs ce90_m le90_m "
    promised += "ellipse gsd_m slant_range_m depression_deg terrain pedigree budget"
    assert list(printed) == promised.split()
    assert list(printed["ellipse"]) == ["semi_major_m", "semi_minor_m", "azimuth_deg"]
    assert list(printed["budget"][0]) == ["source", "share"]
