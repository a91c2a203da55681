"""The budget of a moment: who knows better overrules, and only what nobody knows is a stated default."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from otear.domain.aircraft import Aircraft
from otear.domain.clock import FixedClock
from otear.domain.telemetry import Telemetry
from otear.flight.library import profile, profile_text
from otear.geo.budget import GIMBAL, ErrorBudget, Parameter, Pedigree
from otear.store.settings import PlatformSettings
from otear.store.workspace import Workspace
from otear.workflow.fleet import import_aircraft
from otear.workflow.footage import find
from otear.workflow.locate import locate
from otear.workflow.platform_budget import UNKNOWN, Platform, budget_of, platform_of

from ..consent import NOW_US, desk_in, held_in, take

CRAFT = profile("medium-fixed-wing")
KNOWN = Platform(CRAFT, CRAFT.sensors[0])


def row(**stated: float) -> Telemetry:
    """One row that states nothing but what is given."""
    columns: dict[str, Any] = {}
    for name, kind in Telemetry.__annotations__.items():
        whole = "Ints" in str(kind)
        columns[name] = np.array([-1]) if whole else np.array([stated.get(name, np.nan)])
    return Telemetry(**columns)


def sigma(budget: ErrorBudget, parameter: Parameter, *, bias: bool) -> tuple[float, Pedigree]:
    (found,) = (s for s in budget.sources if s.parameter is parameter and s.bias is bias)
    return float(np.ravel(found.sigma)[0]), found.pedigree


def test_the_aircrafts_own_document_splits_bias_from_noise() -> None:
    budget = budget_of(PlatformSettings(), KNOWN, 5.0, row())
    assert sigma(budget, Parameter.HEADING, bias=True) == (np.radians(0.08), Pedigree.PLATFORM_PROFILE)
    assert sigma(budget, Parameter.HEADING, bias=False) == (np.radians(0.05), Pedigree.PLATFORM_PROFILE)
    assert sigma(budget, Parameter.ELEVATION, bias=True) == (np.radians(0.05), Pedigree.PLATFORM_PROFILE)
    assert sigma(budget, Parameter.CLOCK, bias=True) == (0.04, Pedigree.PLATFORM_PROFILE)
    assert sigma(budget, Parameter.PIXEL_X, bias=False) == (1.0, Pedigree.DEFAULT)
    assert sigma(budget, Parameter.TERRAIN, bias=True) == (5.0, Pedigree.TERRAIN_PRODUCT)


def test_an_unknown_aircraft_has_the_settings_or_the_defaults() -> None:
    plain = budget_of(PlatformSettings(), UNKNOWN, 5.0, row())
    assert sigma(plain, Parameter.HEADING, bias=True)[1] is Pedigree.DEFAULT
    rough = budget_of(PlatformSettings(attitude_deg=1.0), UNKNOWN, 5.0, row())
    assert rough.sigma(Parameter.HEADING) == pytest.approx(np.radians(1.0))
    better = budget_of(PlatformSettings(attitude_deg=1.0), KNOWN, 5.0, row())
    assert better.sigma(Parameter.HEADING) == pytest.approx(np.radians(np.hypot(0.08, 0.05)))


def test_a_stream_states_totals_and_the_document_how_much_of_them_is_bias() -> None:
    budget = budget_of(PlatformSettings(), KNOWN, 5.0, row(sigma_heading_deg=0.2, sigma_elevation_deg=0.01))
    assert np.ravel(budget.sigma(Parameter.HEADING))[0] == pytest.approx(np.radians(0.2))
    bias, pedigree = sigma(budget, Parameter.HEADING, bias=True)
    assert (bias / sigma(budget, Parameter.HEADING, bias=False)[0], pedigree) == (
        pytest.approx(0.08 / 0.05),
        Pedigree.STREAM_COVARIANCE,
    )
    assert sigma(budget, Parameter.ELEVATION, bias=False)[0] == pytest.approx(np.radians(0.01))
    assert sigma(budget, Parameter.ELEVATION, bias=True)[0] == np.radians(0.05), "the mounting is not the encoder's"


def test_the_geoid_counts_where_a_height_came_by_it() -> None:
    by_sea_level = budget_of(PlatformSettings(), KNOWN, 5.0, row(sensor_msl_m=3_000.0))
    itself = budget_of(PlatformSettings(), KNOWN, 5.0, row(sensor_msl_m=3_000.0, sensor_hae_m=2_972.0))
    assert by_sea_level.sigma(Parameter.GEOID) == 1.0
    assert itself.sigma(Parameter.GEOID) == 0.0


def test_between_rows_the_encoders_noise_is_averaged_where_the_document_has_it() -> None:
    """And nothing else is: a bias stays, navigation wanders slowly, and what others state may do so too."""
    stated = row(sigma_elevation_deg=0.02, sigma_pitch_deg=0.1)
    at_a_row, between = (budget_of(PlatformSettings(), KNOWN, 5.0, stated, left) for left in (1.0, 0.75))
    assert sigma(between, Parameter.ELEVATION, bias=False)[0] == pytest.approx(0.75 * np.radians(0.02))
    assert sigma(between, Parameter.AZIMUTH, bias=False)[0] == pytest.approx(0.75 * np.radians(0.03))
    same = [s for s in at_a_row.sources if s.parameter not in GIMBAL or s.bias]
    assert [s for s in between.sources if s.parameter not in GIMBAL or s.bias] == same
    unknown = budget_of(PlatformSettings(gimbal_deg=0.1), UNKNOWN, 5.0, stated, 0.75)
    assert unknown == budget_of(PlatformSettings(gimbal_deg=0.1), UNKNOWN, 5.0, stated)


@pytest.mark.parametrize("known", [True, False], ids=["sensor known", "sensor unknown"])
def test_a_document_without_a_figure_leaves_what_stood(known: bool) -> None:
    sensor = CRAFT.sensors[0]
    assert sensor.optics is not None
    silent = replace(sensor, optics=replace(sensor.optics, encoder_noise_deg=0.0, lag_s=0.0))
    platform = Platform(replace(CRAFT, flight_model=None), silent if known else None)
    budget = budget_of(PlatformSettings(), platform, 5.0, row(sigma_heading_deg=0.2, sigma_azimuth_deg=0.02))
    assert sigma(budget, Parameter.AZIMUTH, bias=False)[0] == pytest.approx(np.radians(0.02))
    assert sigma(budget, Parameter.EAST, bias=True)[1] is Pedigree.DEFAULT
    assert budget.sigma(Parameter.CLOCK) == 0.0


def _imported(workspace: Workspace, tmp_path: Path, text: str, seconds: int = 0) -> Aircraft:
    path = tmp_path / "aircraft.yaml"
    path.write_text(text, encoding="utf-8")
    return import_aircraft(desk_in(workspace, FixedClock(NOW_US + seconds * 1_000_000)), path)


def test_the_fleets_aircraft_of_that_tail_number_is_asked(workspace: Workspace, clip: Any, tmp_path: Path) -> None:
    take(workspace, clip.recording, clip.terrain)
    recording = find(workspace, "latest")
    assert platform_of(workspace, recording) == UNKNOWN
    _imported(workspace, tmp_path, profile_text("multirotor"))
    assert platform_of(workspace, recording) == UNKNOWN, "another tail number"
    text = profile_text("medium-fixed-wing")
    _imported(workspace, tmp_path, text)
    changed = text.replace("heading_deg: {bias: 0.08", "heading_deg: {bias: 0.5")
    newest = _imported(workspace, tmp_path, changed, seconds=1)
    assert platform_of(workspace, recording) == Platform(newest, newest.sensors[0])
    (place,) = locate(*held_in(workspace), time_s=2.0, pixels=[(320.0, 180.0)], terrain=None)
    assert place.place is not None
    assert place.place.pedigree != Pedigree.DEFAULT.value
    shares = {share.source: share.share for share in place.place.budget}
    assert shares["platform heading bias"] == pytest.approx(100.0 * shares["platform heading noise"], rel=0.2)
