"""The error budget of a moment: the stated defaults, and whoever knows better.

In the order of trust, the last one wins: defaults, the workspace's `platform` settings, the registered aircraft's own
document, what the stream states (ST 1010). A stream states totals; how much of them is bias, only a document says, and
that the noise of its encoders is new in every packet.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from otear.domain.aircraft import Aircraft, Sensor
from otear.domain.telemetry import Telemetry
from otear.flight.aircraft import read_aircraft
from otear.flight.platform_errors import clock, overruled
from otear.geo.budget import GIMBAL, ErrorBudget, ErrorSource, Parameter, Pedigree, default_budget
from otear.store.base import FootageRow
from otear.store.settings import PlatformSettings
from otear.store.workspace import Workspace
from otear.video.instants import Instant
from otear.video.sensors import sensor_kind


@dataclass(frozen=True)
class Platform:
    """What is known of the aircraft and the camera that made a recording; None where it is not."""

    aircraft: Aircraft | None
    sensor: Sensor | None


UNKNOWN = Platform(None, None)


def platform_of(workspace: Workspace, row: FootageRow) -> Platform:
    """The aircraft of the fleet that a recording names by its tail number (ST 0601 item 4), and its camera of the kind
    that the recording names. A recording of two aircraft, or of two kinds of camera, tells neither apart."""
    says = row.summary.get("says") or {}
    tails = says.get("tail_number", [])
    documents = [one for one in workspace.registers.aircraft() if [one.registration] == tails]
    if not documents:
        return UNKNOWN
    newest = documents[-1]
    aircraft = read_aircraft(newest.document, newest.aircraft_id)
    kinds = {sensor_kind(name) for name in says["sensor"]}
    fitting = [sensor for sensor in aircraft.sensors if {sensor.kind} == kinds]
    return Platform(aircraft, fitting[0] if len(fitting) == 1 else None)


def budget_of(
    settings: PlatformSettings,
    platform: Platform,
    terrain_sigma_m: float,
    telemetry: Telemetry,
    row_noise: float = 1.0,
) -> ErrorBudget:
    """What to reckon with at the moment of one row of telemetry, or beside it, where `row_noise` is left of noise that
    is new in every row (`Instant.row_noise`). Noise that nobody says this of may hang together: it stays whole."""
    budget = default_budget(terrain_sigma_m).stated(_set(settings), Pedigree.PLATFORM_PROFILE)
    if platform.aircraft is not None:
        budget = overruled(budget, platform.aircraft, platform.sensor)
    budget = budget.stated_by_stream(telemetry).having(*clock(platform.sensor))
    if np.isfinite(telemetry.sensor_hae_m).all():
        # The stream says the sensor's height above the ellipsoid itself: no undulation was added to it here.
        budget = ErrorBudget(tuple(s for s in budget.sources if s.parameter is not Parameter.GEOID))
    if (
        platform.sensor is not None
        and platform.sensor.optics is not None
        and platform.sensor.optics.encoder_noise_deg > 0
    ):
        budget = _with_encoders(budget, row_noise)
    return budget


def budget_at(
    workspace: Workspace, row: FootageRow, platform: Platform, terrain_sigma_m: float, instant: Instant
) -> ErrorBudget:
    """What to reckon with at an instant of a recording, how late its metadata may be included."""
    budget = budget_of(workspace.settings.platform, platform, terrain_sigma_m, instant.row, instant.row_noise)
    # Between two rows an instant is as well known as the clocks agree; away from any, as badly as it is far.
    jitter_ms = row.summary["clock"]["jitter_ms"]
    late_s = float(np.hypot((jitter_ms or 0.0) * 1e-3, max(0.0, instant.age_s - 0.5)))
    if late_s <= 0.0:
        return budget
    return budget.having(ErrorSource(Parameter.CLOCK, late_s, False, Pedigree.DEFAULT))


def _with_encoders(budget: ErrorBudget, share: float) -> ErrorBudget:
    """A budget with that share of the noise of the gimbal's encoders."""
    return ErrorBudget(
        tuple(replace(s, sigma=s.sigma * share) if s.parameter in GIMBAL and not s.bias else s for s in budget.sources)
    )


def _set(settings: PlatformSettings) -> dict[Parameter, float]:
    """The totals that the settings give, in metres and radians."""
    attitude = None if settings.attitude_deg is None else float(np.radians(settings.attitude_deg))
    gimbal = None if settings.gimbal_deg is None else float(np.radians(settings.gimbal_deg))
    given = {
        Parameter.HEADING: attitude,
        Parameter.PITCH: attitude,
        Parameter.ROLL: attitude,
        Parameter.AZIMUTH: gimbal,
        Parameter.ELEVATION: gimbal,
        Parameter.TWIST: gimbal,
        Parameter.EAST: settings.position_m,
        Parameter.NORTH: settings.position_m,
        Parameter.UP: settings.height_m,
    }
    return {parameter: sigma for parameter, sigma in given.items() if sigma is not None}
