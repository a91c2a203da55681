"""The error budget of an aircraft whose document says how well it measures: bias and noise, each by its own figure."""

from __future__ import annotations

from math import radians

from otear.domain.aircraft import Aircraft, FlightModel, Optics, Sensor
from otear.geo.budget import GIMBAL, ErrorBudget, ErrorSource, Parameter, Pedigree, default_budget

_Pairs = dict[Parameter, tuple[float, float]]
"""Noise and bias."""


def profiled(aircraft: Aircraft, sensor: Sensor | None, *, terrain_sigma_m: float) -> ErrorBudget:
    """The stated defaults, overruled by what the aircraft's document says of navigation, and of `sensor` where it is
    known which one it is. The clock is left out: see `clock`."""
    return overruled(default_budget(terrain_sigma_m), aircraft, sensor)


def overruled(budget: ErrorBudget, aircraft: Aircraft, sensor: Sensor | None) -> ErrorBudget:
    """A budget in which whatever the aircraft's document has a figure for stands by that figure."""
    pairs: _Pairs = {}
    if aircraft.flight_model is not None:
        pairs |= _navigation(aircraft.flight_model)
    if sensor is not None and sensor.optics is not None:
        pairs |= _optics(sensor.optics)
    known = [
        ErrorSource(parameter, sigma, bool(bias), Pedigree.PLATFORM_PROFILE)
        for parameter, pair in pairs.items()
        for bias, sigma in enumerate(pair)
        if sigma > 0.0
    ]
    kept = [
        source
        for source in budget.sources
        # No instrument is without noise: a document that says 0 has no figure for it.
        if source.parameter not in pairs or not (source.bias or pairs[source.parameter][0] > 0.0)
    ]
    return ErrorBudget((*kept, *known))


def clock(sensor: Sensor | None) -> tuple[ErrorSource, ...]:
    """How far metadata and pictures are apart in time: the same for a flight; nothing where no figure says so."""
    lag_s = 0.0 if sensor is None or sensor.optics is None else sensor.optics.lag_s
    return (ErrorSource(Parameter.CLOCK, lag_s, True, Pedigree.PLATFORM_PROFILE),) if lag_s > 0.0 else ()


def _navigation(model: FlightModel) -> _Pairs:
    horizontal, vertical = model.horizontal_m, model.vertical_m
    angles = {
        Parameter.HEADING: model.heading_deg,
        Parameter.PITCH: model.pitch_deg,
        Parameter.ROLL: model.roll_deg,
    }
    return {
        Parameter.EAST: (horizontal.noise, horizontal.bias),
        Parameter.NORTH: (horizontal.noise, horizontal.bias),
        Parameter.UP: (vertical.noise, vertical.bias),
        **{parameter: (radians(sigma.noise), radians(sigma.bias)) for parameter, sigma in angles.items()},
    }


def _optics(optics: Optics) -> _Pairs:
    pointing = (radians(optics.encoder_noise_deg), radians(optics.mount_deg))
    return {**dict.fromkeys(sorted(GIMBAL), pointing), Parameter.FIELD_OF_VIEW: (0.0, optics.field_of_view_error)}
