"""The recording of our own making: repeatable, true to its camera model, and in order by another's verifier."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
from stanag4609.verifier import verify_fmv_file

from otear.domain.telemetry import Telemetry
from otear.geo.camera import sight_lines
from otear.geo.frames import ecef_from_geodetic
from otear.geo.geoid import undulation
from otear.geo.raycast import cast
from otear.simulate.clip import HEIGHT_PX, WIDTH_PX, write_clip
from otear.simulate.ground import Ground, make_ground
from otear.video.demux import MetadataBlock
from otear.video.frames import frame_at
from otear.video.heights import resolve_heights
from otear.video.klv.columns import telemetry
from otear.video.klv.framing import Framer, Frames
from otear.video.poses import lenses, poses
from otear.video.probe import read_recording


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("made")
    write_clip(folder / "clip.ts", folder / "terrain.tif", seed=11, seconds=3.0)
    return folder / "clip.ts", folder / "terrain.tif"


@pytest.fixture(scope="module")
def ground() -> Ground:
    return make_ground(np.radians(24.8), np.radians(-107.4), np.random.default_rng(11))


def read(path: Path) -> Telemetry:
    framer = Framer()
    blocks = [event for event in read_recording(path) if isinstance(event, MetadataBlock)]
    found = [framer.feed(block.payload, block.offset) for block in blocks]
    return telemetry(Frames.joined([*found, framer.flush()]))


def test_the_same_seed_gives_the_same_bytes(made: tuple[Path, Path], tmp_path: Path) -> None:
    again = tmp_path / "clip.ts", tmp_path / "terrain.tif"
    write_clip(*again, seed=11, seconds=3.0)
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in made]
    write_clip(*again, seed=12, seconds=1.0)
    assert again[1].read_bytes() != made[1].read_bytes()


def test_an_independent_verifier_finds_no_errors(made: tuple[Path, Path]) -> None:
    """What it warns of is its own limit: it cannot simulate the buffer of metadata that carries no time stamps."""
    report = verify_fmv_file(made[0])
    found = {finding.code for finding in report.findings if finding.status.value not in {"pass", "not_applicable"}}
    assert found == {"st1402.metadata_std.unverifiable"}


def test_terrain_says_its_vertical_datum(made: tuple[Path, Path], ground: Ground) -> None:
    with rasterio.open(made[1]) as file:
        assert "EGM96" in file.crs.to_wkt()
        heights, place = file.read(1), file.transform @ (200.5, 200.5)
    assert np.array_equal(heights, ground.msl_m)
    assert place == pytest.approx((-107.4, 24.8))
    lat, lon = np.radians(24.8), np.radians(-107.4)
    assert ground.patch.heights(lat, lon) == pytest.approx(heights[200, 200] + undulation(lat, lon), abs=1e-3)


def test_metadata_is_true_to_the_terrain(made: tuple[Path, Path], ground: Ground) -> None:
    """Corners and centre that a ray caster finds from the metadata are those that the metadata reports."""
    framer = Framer()
    found = [
        framer.feed(event.payload, event.offset)
        for event in read_recording(made[0])
        if isinstance(event, MetadataBlock)
    ]
    rows = telemetry(Frames.joined([*found, framer.flush()]))
    assert len(rows) == 30
    assert np.diff(rows.time_us) == pytest.approx(np.full(29, 100_000))
    pose = poses(rows, resolve_heights(rows).sensor_hae_m)
    pixels = np.array([[0.5, 0.5], [0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]) * [WIDTH_PX, HEIGHT_PX]
    lens = lenses(rows, WIDTH_PX, HEIGHT_PX)
    for row in range(0, 30, 7):
        hits = cast(ground.patch, *sight_lines(pose.at(row), lens.at(row), pixels))
        lat = np.radians([rows.centre_lat_deg[row], *rows.corner_lat_deg[row]])
        lon = np.radians([rows.centre_lon_deg[row], *rows.corner_lon_deg[row]])
        reported = ecef_from_geodetic(lat, lon, ground.patch.heights(lat, lon))
        off_m = np.linalg.norm(reported - ecef_from_geodetic(hits.lat, hits.lon, hits.height_m), axis=1)
        # At 3.6 km the 16-bit heading (0.0055 degrees a step) and field of view alone give 0.3 m.
        assert off_m.max() < 0.6


def test_pictures_show_the_ground_where_the_metadata_says(made: tuple[Path, Path], ground: Ground) -> None:
    """A pixel's colour is that of the ground its sight line meets: nearer for the true line than for one 6 m beside."""
    framer = Framer()
    found = [
        framer.feed(event.payload, event.offset)
        for event in read_recording(made[0])
        if isinstance(event, MetadataBlock)
    ]
    rows = telemetry(Frames.joined([*found, framer.flush()]))
    pose, lens = poses(rows, resolve_heights(rows).sensor_hae_m).at(20), lenses(rows, WIDTH_PX, HEIGHT_PX).at(20)
    x, y = np.meshgrid(np.arange(20, 620, 4), np.arange(20, 340, 4))
    hits = cast(ground.patch, *sight_lines(pose, lens, np.stack([x.ravel(), y.ravel()], axis=-1) + 0.5))
    east, north = (part.reshape(x.shape).astype(np.float32) for part in ground.metres(hits.lat, hits.lon))
    seen = frame_at(made[0], 3.0).pixels[y, x].astype(float)

    def unlike(shift_east_m: float, shift_north_m: float) -> float:
        colours = ground.colours(east + np.float32(shift_east_m), north + np.float32(shift_north_m))
        return float(np.mean(np.abs(seen - colours)))

    assert unlike(0.0, 0.0) < 6.0
    assert all(unlike(0.0, 0.0) < 0.9 * unlike(6.0 * de, 6.0 * dn) for de, dn in ((1, 0), (-1, 0), (0, 1), (0, -1)))


def test_nothing_half_written_stays_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("otear.simulate.clip._render", lambda *_: (_ for _ in ()).throw(RuntimeError("full")))
    with pytest.raises(RuntimeError, match="full"):
        write_clip(tmp_path / "clip.ts", tmp_path / "terrain.tif", seed=1, seconds=1.0)
    assert [path.name for path in tmp_path.iterdir()] == ["terrain.tif"]
