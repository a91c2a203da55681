"""Locate: places with errors that can be believed, and reasons where there is no place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from matplotlib.image import imread
from rasterio.transform import from_origin
from rasterio.windows import Window

from otear.errors import InputError, NotFoundError, TerrainError
from otear.geo.frames import ecef_from_geodetic
from otear.geo.terrain import VerticalDatum, open_terrain
from otear.store.base import FootageRow
from otear.store.recording_files import read_telemetry
from otear.store.workspace import SETTINGS_FILE, Workspace, open_workspace
from otear.workflow.footage import find
from otear.workflow.locate import draw, locate

from ..consent import held_in, take

CENTRE = (320.0, 180.0)


@pytest.fixture
def row(workspace: Workspace, clip: Any) -> FootageRow:
    take(workspace, clip.recording, clip.terrain)
    return find(workspace, "latest")


def located(workspace: Workspace, row: FootageRow, clip: Any, *pixels: tuple[float, float], **options: Any) -> Any:
    settings = {"time_s": 2.0, **options}
    settings.setdefault("terrain", open_terrain([clip.terrain]) if "terrain" not in options else None)
    found = locate(*held_in(workspace, row.footage_id), pixels=pixels or [CENTRE], **settings)
    return [each.document() for each in found]


def test_a_place_has_every_key_that_was_promised(workspace: Workspace, row: FootageRow, clip: Any) -> None:
    (place,) = located(workspace, row, clip)
    promised = {"lat", "lon", "height_hae_m", "height_msl_m", "mgrs", "ce90_m", "le90_m", "ellipse", "gsd_m"}
    assert promised | {"slant_range_m", "depression_deg", "terrain", "pedigree", "budget"} <= set(place)
    assert set(place["ellipse"]) == {"semi_major_m", "semi_minor_m", "azimuth_deg"}
    assert sum(share["share"] for share in place["budget"]) == pytest.approx(1.0, abs=0.01)
    assert place["mgrs"].startswith("13R")
    assert place["height_hae_m"] - place["height_msl_m"] == pytest.approx(-28.0, abs=1.5)
    assert place["ellipse"]["semi_minor_m"] <= place["ce90_m"] <= place["ellipse"]["semi_major_m"] * 1.01


def test_the_centre_is_where_the_stream_says_its_centre_is(workspace: Workspace, row: FootageRow, clip: Any) -> None:
    """The clip's own frame centre (items 23 to 25 and 78) at a packet's moment; its encoding holds 0.3 m."""
    telemetry = next(read_telemetry(workspace.derived(row.footage_id)))
    (place,) = located(workspace, row, clip)
    at = int(np.argmin(np.abs(telemetry.time_us - (row.start_us or 0) - 2_000_000)))
    reported = ecef_from_geodetic(
        np.radians(telemetry.centre_lat_deg[at]), np.radians(telemetry.centre_lon_deg[at]), telemetry.centre_hae_m[at]
    )
    found = ecef_from_geodetic(np.radians(place["lat"]), np.radians(place["lon"]), place["height_hae_m"])
    assert np.linalg.norm(found - reported) < 0.6


def test_several_pixels_give_as_many_places_in_their_order(workspace: Workspace, row: FootageRow, clip: Any) -> None:
    pixels = [(0.0, 0.0), CENTRE, (640.0, 360.0)]
    places = located(workspace, row, clip, *pixels)
    assert [tuple(place["pixel"]) for place in places] == pixels
    assert places[0]["slant_range_m"] > places[2]["slant_range_m"], "the top of the picture is farther away"


def test_a_profile_and_a_terrain_are_felt_in_the_error(workspace: Workspace, row: FootageRow, clip: Any) -> None:
    (default,) = located(workspace, row, clip)
    assert default["pedigree"] == "stated default"
    settings = "[platform]\nattitude_deg = 0.5\ngimbal_deg = 0.5\n"
    (workspace.root / SETTINGS_FILE).write_text(settings)
    (rough,) = located(open_workspace(workspace.root), row, clip)
    assert rough["ce90_m"] > 3.0 * default["ce90_m"]
    (flat,) = located(workspace, row, clip, terrain=None)
    assert flat["ce90_m"] > default["ce90_m"]
    assert any("taken to be flat" in warning for warning in flat["warnings"])
    assert flat["terrain"].startswith("constant")


@pytest.mark.parametrize(
    ("options", "field"),
    [({"time_s": -1.0}, "--time"), ({"time_s": 99.0}, "--time"), ({"pixels": [(641.0, 5.0)]}, "--pixel")],
)
def test_what_is_outside_the_recording_is_named(
    workspace: Workspace, row: FootageRow, clip: Any, options: dict[str, Any], field: str
) -> None:
    settings: dict[str, Any] = {"time_s": 2.0, "pixels": [CENTRE], "terrain": open_terrain([clip.terrain]), **options}
    with pytest.raises(InputError) as caught:
        locate(*held_in(workspace, row.footage_id), **settings)
    assert caught.value.field == field


@pytest.mark.parametrize(("lat", "outcome"), [(24.8150, "terrain"), (24.9, TerrainError)])
def test_a_pixel_that_leaves_the_terrain_says_so(
    workspace: Workspace, row: FootageRow, clip: Any, tmp_path: Path, lat: float, outcome: Any
) -> None:
    """On terrain cut to a strip in the north, or out of reach, there is no place and no flat-earth answer."""
    strip = tmp_path / "strip.tif"
    with rasterio.open(clip.terrain) as whole:
        top = max(0, int((whole.bounds.top - lat) / whole.res[1]))
        part = Window(0, top, whole.width, 8)
        profile = {
            **whole.profile,
            "height": 8,
            "transform": from_origin(whole.bounds.left, whole.bounds.top - top * whole.res[1], *whole.res),
        }
        with rasterio.open(strip, "w", **profile) as out:
            out.write(whole.read(1, window=part), 1)
    terrain = open_terrain([strip], VerticalDatum.EGM96)
    if outcome is TerrainError:
        with pytest.raises(TerrainError, match="no elevation data"):
            located(workspace, row, clip, terrain=terrain)
        return
    (place,) = located(workspace, row, clip, terrain=terrain)
    assert "lat" not in place
    assert outcome in place["miss"]


def test_flagged_packets_are_used_only_when_asked_for(workspace: Workspace, clip: Any, tmp_path: Any) -> None:
    """Every checksum of the last second and a half broken: its end has no trusted metadata, until flagged packets are
    allowed. The rest shows under which authority it was made."""
    parts = clip.recording.read_bytes().split(b"OTEAR-CLIP")
    damaged = tmp_path / "damaged.ts"
    damaged.write_bytes(b"OTEAR-CLOP".join([b"OTEAR-CLIP".join(parts[:26]), *parts[26:]]))
    terrain = open_terrain([clip.terrain])
    summary = take(workspace, damaged, clip.terrain)
    assert summary["packets"]["flagged"] == 15
    row = find(workspace, "latest")
    with pytest.raises(InputError, match="no trusted metadata"):
        locate(*held_in(workspace, row.footage_id), time_s=3.9, pixels=[CENTRE], terrain=terrain)
    (place,) = located(workspace, row, clip, time_s=3.9, use_flagged=True)
    assert place["lat"] == pytest.approx(24.8, abs=0.05)
    assert any("checksum" in warning for warning in place["warnings"])


def test_places_are_drawn_with_their_errors(workspace: Workspace, row: FootageRow, clip: Any, tmp_path: Path) -> None:
    terrain = open_terrain([clip.terrain])
    found = locate(*held_in(workspace, row.footage_id), time_s=2.0, pixels=[CENTRE, (20.0, 30.0)], terrain=terrain)
    for name in ("one.png", "two.png"):
        draw(*held_in(workspace, row.footage_id), found, tmp_path / name, time_s=2.0, terrain=terrain)
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()
    assert imread(tmp_path / "one.png").shape[1] > 1200
    with pytest.raises(NotFoundError, match="no pixel has a place"):
        draw(*held_in(workspace, row.footage_id), [], tmp_path / "none.png", time_s=2.0, terrain=terrain)


def test_a_real_recording_gives_a_place_near_its_frame_centre(workspace: Workspace, shared_data: Any) -> None:
    take(workspace, shared_data / "video" / "huntsville-sim.ts")
    row = find(workspace, "latest")
    (place,) = located(workspace, row, None, (320.0, 240.0), time_s=0.0, terrain=None)
    assert place["lat"] == pytest.approx(34.70602, abs=1e-4)
    assert place["lon"] == pytest.approx(-86.67204, abs=1e-4)
    assert place["slant_range_m"] == pytest.approx(3657.0, abs=15.0)
