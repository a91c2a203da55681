"""Areas have keys, sizes, middles and neighbours."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from otear.errors import InputError, NotFoundError
from otear.forecast.areas import Areas, read_areas
from otear.forecast.readers.values import STATES


def square(lon: float, lat: float, key: str | None, size: float = 1.0) -> dict[str, Any]:
    ring = [[lon, lat], [lon + size, lat], [lon + size, lat + size], [lon, lat + size], [lon, lat]]
    return {
        "type": "Feature",
        "properties": {"cvegeo": key, "nom_mun": f"M{key}", "nom_ent": "S"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def write(path: Path, features: list[dict[str, Any]]) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


@pytest.fixture
def areas(tmp_path: Path) -> Areas:
    """b to the east of a, c touching only a corner of a, d apart, e inside nothing; written out of order."""
    found = [square(1, 0, "b"), square(0, 0, "a"), square(-1, -1, "c"), square(5, 5, "d"), square(1.9, 0.2, "e", 0.5)]
    return read_areas(write(tmp_path / "areas.geojson", found))


def test_areas_are_in_the_order_of_their_keys(areas: Areas) -> None:
    assert (areas.keys, areas.names[0], areas.parents[0]) == (("a", "b", "c", "d", "e"), "Ma", "S")
    assert areas.middles_deg[0] == pytest.approx([0.5, 0.5], abs=1e-9)


def test_neighbours_share_a_rim_and_not_only_a_corner(areas: Areas) -> None:
    assert areas.neighbour_keys() == (("a", "b"), ("b", "e"))
    dense = areas.neighbours.toarray()
    assert np.array_equal(dense, dense.T)
    assert not dense.diagonal().any()


def test_the_area_of_a_degree_at_the_equator(areas: Areas) -> None:
    """A 360th of the zone from the equator to 1 degree, by its closed form on WGS 84 (the northern edge here is a
    geodesic and not the parallel)."""
    e2 = 0.0066943799901413165
    e, s = np.sqrt(e2), np.sin(np.radians(1.0))
    zone = np.pi * (6356.752314245**2) * (s / (1 - e2 * s * s) + np.arctanh(e * s) / e)
    assert areas.area_km2[0] == pytest.approx(zone / 360.0, rel=1e-4)


def test_places_are_looked_up_and_unknown_keys_refused(areas: Areas) -> None:
    assert areas.holding([0.5, 50.0], [0.5, 0.5]) == ("a", None)
    assert areas.rows(["d", "a"]).tolist() == [3, 0]
    with pytest.raises(NotFoundError, match="no area 'x'"):
        areas.rows(["x"])


@pytest.mark.parametrize(
    ("features", "problem"),
    [
        ([square(0, 0, "a"), square(1, 0, "a")], "'a' is the key of two areas"),
        ([square(0, 0, "a"), square(1, 0, None)], "area 2 has no key"),
        ([square(0, 0, "a"), square(700, 0, "b")], "not in degrees"),
        (
            [
                {
                    "type": "Feature",
                    "properties": {"cvegeo": "a"},
                    "geometry": {"type": "Point", "coordinates": [0, 0]},
                }
            ],
            "'a' is no polygon",
        ),
    ],
)
def test_areas_that_are_refused(tmp_path: Path, features: list[dict[str, Any]], problem: str) -> None:
    path = write(tmp_path / "bad.geojson", features)
    with pytest.raises(InputError, match=problem) as error:
        read_areas(path)
    assert error.value.source == str(path)


def test_a_file_that_is_no_geojson_and_a_property_that_is_not_there(tmp_path: Path, areas: Areas) -> None:
    (tmp_path / "no.geojson").write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match=r"no\.geojson"):
        read_areas(tmp_path / "no.geojson")
    with pytest.raises(InputError, match="have no property id2"):
        read_areas(Path(areas.source), key="id2")


def test_mexico(shared_data: Path) -> None:
    states = read_areas(shared_data / "mexico" / "mx_estados_2020.geojson")
    assert dict(zip(states.keys, states.names, strict=True)) == STATES
    assert states.area_km2[states.rows(["25"])[0]] == pytest.approx(57_400, rel=0.01)  # FACTS.md
    sinaloa = {key for pair in states.neighbour_keys() if "25" in pair for key in pair} - {"25"}
    assert sinaloa == {"08", "10", "18", "26"}
    municipios = read_areas(shared_data / "mexico" / "mx_municipios_2020.geojson")
    assert len(municipios) == 2469
    assert municipios.area_km2.sum() == pytest.approx(states.area_km2.sum(), rel=1e-3)
    assert municipios.holding([24.8], [-107.39]) == ("25006",)
    assert municipios.parents[municipios.rows(["25006"])[0]] == "Sinaloa"
