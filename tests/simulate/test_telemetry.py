"""The packets of a flight say what the aircraft reports, and how well it knows it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from otear.domain.telemetry import Telemetry
from otear.flight.platform_errors import profiled
from otear.geo.camera import Lens, sight_lines
from otear.geo.frames import ecef_from_geodetic
from otear.geo.raycast import Hits, cast
from otear.geo.uncertainty import ground_error
from otear.simulate.sortie.deviations import NONE, Reported, drawn
from otear.simulate.sortie.telemetry import Mission, packets
from otear.video.heights import datum_doubts, resolve_heights
from otear.video.klv.columns import telemetry
from otear.video.klv.describe import local_set
from otear.video.klv.framing import Framer, Frames
from otear.video.klv.items import EXCLUDED
from otear.video.poses import lenses, poses

from .flights import SIZE, camera, craft, patch, said, terrain

MIDDLE = np.array([[SIZE[0] / 2.0, SIZE[1] / 2.0]])


def written(report: Reported) -> Frames:
    framer = Framer()
    data = packets(report, Mission("M-7", craft(), camera()), patch())
    return Frames.joined([*[framer.feed(packet, 0) for packet in data], framer.flush()])


@cache
def erring() -> Reported:
    return said(drawn(craft(), camera(), np.random.default_rng(8)))


@cache
def read_back() -> Telemetry:
    return telemetry(written(erring()))


def test_what_is_read_is_what_was_reported() -> None:
    """Sight lines to a ten thousandth of a degree: less than a tenth of the narrowest field's pixel."""
    report, rows = erring(), read_back()
    assert np.array_equal(rows.time_us, report.time_us)
    pose = poses(rows, resolve_heights(rows).sensor_hae_m)
    spots = np.repeat([[100.0, 50.0]], len(rows), axis=0)
    origins, lines = sight_lines(pose, lenses(rows, *SIZE), spots)
    true_origins, true_lines = sight_lines(report.pose, Lens(report.hfov, report.vfov, *SIZE), spots)
    assert np.linalg.norm(origins - true_origins, axis=1).max() < 0.02
    # The field of view is off its step by the error drawn for the flight: half a step at the picture's edge.
    assert np.degrees(np.linalg.norm(lines - true_lines, axis=1)).max() < 0.0014
    exact = telemetry(written(said()))
    pose = poses(exact, resolve_heights(exact).sensor_hae_m)
    _, lines = sight_lines(pose, lenses(exact, *SIZE), spots)
    _, true_lines = sight_lines(said().pose, Lens(said().hfov, said().vfov, *SIZE), spots)
    assert np.degrees(np.linalg.norm(lines - true_lines, axis=1)).max() < 1e-5


def test_the_ground_is_where_the_reported_sight_lines_meet_it() -> None:
    report, rows = erring(), read_back()
    for row in (0, 40, 99):
        lens = Lens(float(report.hfov[row]), float(report.vfov[row]), *SIZE)
        corners = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.5, 0.5]]) * SIZE
        hits = cast(patch(), *sight_lines(report.pose.at(np.full(5, row)), lens, corners))
        lat = np.radians([*rows.corner_lat_deg[row], rows.centre_lat_deg[row]])
        lon = np.radians([*rows.corner_lon_deg[row], rows.centre_lon_deg[row]])
        sent = ecef_from_geodetic(lat, lon, hits.height_m)
        assert np.linalg.norm(sent - ecef_from_geodetic(hits.lat, hits.lon, hits.height_m), axis=1).max() < 0.05
        assert rows.slant_range_m[row] == pytest.approx(hits.range_m[4], abs=0.01)
        assert rows.centre_hae_m[row] == pytest.approx(hits.height_m[4], abs=0.2)
    assert datum_doubts(rows, terrain()) == []


def test_stated_errors_are_those_of_the_profile() -> None:
    rows, model, optics = read_back(), craft().flight_model, camera().optics
    assert model is not None
    assert optics is not None
    for sent, sigma in (
        (rows.sigma_lat_m, model.horizontal_m),
        (rows.sigma_lon_m, model.horizontal_m),
        (rows.sigma_height_m, model.vertical_m),
        (rows.sigma_heading_deg, model.heading_deg),
        (rows.sigma_pitch_deg, model.pitch_deg),
        (rows.sigma_roll_deg, model.roll_deg),
    ):
        assert sent == pytest.approx(np.full(len(rows), np.hypot(sigma.bias, sigma.noise)), rel=1e-4)
    for sent in (rows.sigma_azimuth_deg, rows.sigma_elevation_deg, rows.sigma_twist_deg):
        assert sent == pytest.approx(np.full(len(rows), optics.encoder_noise_deg), rel=1e-4)


def test_ce90_and_le90_are_what_the_whole_chain_says_of_the_centre() -> None:
    """Reckoned every few seconds and interpolated: at rows in between within a tenth of the full reckoning."""
    report, rows = erring(), read_back()

    def caster(origins: np.ndarray, directions: np.ndarray) -> Hits:  # type: ignore[type-arg]
        return cast(patch(), origins, directions)

    for row in (10, 33, 77):
        lens = Lens(float(report.hfov[row]), float(report.vfov[row]), *SIZE)
        budget = profiled(craft(), camera(), terrain_sigma_m=0.0)
        error = ground_error(report.pose.at(np.array([row])), lens, MIDDLE, caster, budget=budget)
        assert rows.ce90_m[row] == pytest.approx(error.ce90_m[0], rel=0.1)
        assert rows.le90_m[row] == pytest.approx(error.le90_m[0], rel=0.1)


def test_every_packet_is_marked_named_and_unarmed() -> None:
    frames = written(erring())
    for row in (0, 50):
        items = {tag: value for tag, _, value, _ in local_set(frames.body(row))}
        assert {*range(2, 8), *range(10, 34), 45, 46, 48, 56, 65, 77, 78, *range(82, 92)} <= items.keys()
        assert {94, 96, 102, 104} <= items.keys()
        assert not EXCLUDED & items.keys()
        marking = items[48]
        assert (marking.classification, marking.country) == ("UNCLASSIFIED", "USA")  # type: ignore[attr-defined]
        assert "MEX" in marking.releasable_to  # type: ignore[attr-defined]
        assert items[4] == "OTEAR-SIM-1"
        assert items[77] == "exercise"
        assert items[56] == round(float(erring().ground_speed_mps[row]))


def test_a_picture_of_the_sky_says_nothing_of_the_ground() -> None:
    level = said(replace(NONE, gimbal_bias=np.array([0.0, 1.6, 0.0])))
    rows = telemetry(written(level))
    assert np.isnan(rows.centre_lat_deg).all()
    assert np.isnan(rows.slant_range_m).all()
    assert np.isfinite(rows.sensor_lat_deg).all()
