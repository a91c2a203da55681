"""What is known of the errors that go into a place: every source, its size, and who says so.

Angles are radians, lengths metres, times seconds; a `sigma` is one standard deviation in the unit of its parameter. A
source is either *bias* (drawn once for a flight: mount, heading reference, terrain) or *noise* (drawn anew for each
look). Looking again reduces noise and never bias.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from math import radians
from typing import Protocol

import numpy as np

from otear.errors import SettingError
from otear.geo.frames import Floats


class Pedigree(StrEnum):
    """Who says how large an error is, most trusted first."""

    STREAM_COVARIANCE = "ST 1010 in the stream"
    STREAM_1107 = "ST 1107 in the stream"
    TERRAIN_PRODUCT = "terrain product"
    PLATFORM_PROFILE = "platform profile"
    DEFAULT = "stated default"


def least_trusted(pedigrees: Iterable[Pedigree]) -> Pedigree:
    """The last of them in the order of trust."""
    return max(pedigrees, key=list(Pedigree).index)


class Parameter(StrEnum):
    """What may be wrong in the chain from sensor to ground, by the name that a budget prints."""

    EAST = "sensor east"
    NORTH = "sensor north"
    UP = "sensor up"
    HEADING = "platform heading"
    PITCH = "platform pitch"
    ROLL = "platform roll"
    AZIMUTH = "gimbal azimuth"
    ELEVATION = "gimbal elevation"
    TWIST = "gimbal twist"
    FIELD_OF_VIEW = "field of view"
    """As a fraction of the field of view, both ways alike."""
    PIXEL_X = "pixel x"
    """In pixels: where in the picture the thing is, as picked or detected."""
    PIXEL_Y = "pixel y"
    CLOCK = "clock"
    """In seconds: how late the metadata are against the picture; needs the motion of the platform."""
    GEOID = "geoid"
    """Of the undulation that turned the sensor's height above mean sea level into one above the ellipsoid."""
    TERRAIN = "terrain height"
    """Of the terrain's heights above the ellipsoid, the conversion of their own datum included."""

    BEND = "bend of the ground"
    """No error of its own and in no budget: what hills and grazing rays add to all errors together."""


GIMBAL = frozenset({Parameter.AZIMUTH, Parameter.ELEVATION, Parameter.TWIST})


@dataclass(frozen=True)
class ErrorSource:
    """One source of error: `sigma` is positive, a float or, where it differs between looks, an array of shape (k,)."""

    parameter: Parameter
    sigma: Floats | float
    bias: bool
    pedigree: Pedigree

    def __post_init__(self) -> None:
        if not np.all((np.asarray(self.sigma) > 0.0) & np.isfinite(self.sigma)):
            raise SettingError(
                f"a 1-sigma error must be positive and finite, not {self.sigma}",
                field=self.name,
                remedy="Leave out a source that adds nothing",
            )

    @property
    def name(self) -> str:
        """For people: "platform heading bias"."""
        return f"{self.parameter} {'bias' if self.bias else 'noise'}"


class StatedSigmas(Protocol):
    """Columns of 1-sigma errors as a stream states them, in metres and degrees, NaN where it is silent.

    `otear.domain.telemetry.Telemetry`, or some rows of it, is one.
    """

    @property
    def sigma_lat_m(self) -> Floats: ...
    @property
    def sigma_lon_m(self) -> Floats: ...
    @property
    def sigma_height_m(self) -> Floats: ...
    @property
    def sigma_heading_deg(self) -> Floats: ...
    @property
    def sigma_pitch_deg(self) -> Floats: ...
    @property
    def sigma_roll_deg(self) -> Floats: ...
    @property
    def sigma_azimuth_deg(self) -> Floats: ...
    @property
    def sigma_elevation_deg(self) -> Floats: ...
    @property
    def sigma_twist_deg(self) -> Floats: ...


@dataclass(frozen=True)
class ErrorBudget:
    """Every source of error that is reckoned with; at most one noise and one bias for each parameter."""

    sources: tuple[ErrorSource, ...]

    def __post_init__(self) -> None:
        if not self.sources or len({(s.parameter, s.bias) for s in self.sources}) < len(self.sources):
            raise SettingError(
                "no source of error, or the same one twice",
                field="sources",
                remedy="Give at least one source, and one noise and one bias at most for each parameter",
            )

    def sigma(self, parameter: Parameter) -> Floats | float:
        """Noise and bias of one parameter together; 0 where the budget has neither."""
        return np.sqrt(sum(np.square(s.sigma) for s in self.sources if s.parameter is parameter))

    def having(self, *sources: ErrorSource) -> ErrorBudget:
        """The same budget with these sources added, or put in the place of those that they know better."""
        known = {(s.parameter, s.bias): s for s in (*self.sources, *sources)}
        return ErrorBudget(tuple(known.values()))

    def stated(self, sigmas: Mapping[Parameter, Floats | float], pedigree: Pedigree) -> ErrorBudget:
        """The same budget with the total error of some parameters as somebody states it.

        A stated error does not tell noise from bias, so this budget's proportion between them is kept. The stated
        error of a gimbal angle is that of its encoder: it replaces the noise and leaves the bias, which is the
        mounting. Where a stated sigma is NaN or not positive, nothing was stated and this budget's own stands (and so
        does its pedigree, if that is so for any look). Raises `SettingError`
        for a parameter that this budget has no noise or bias for.
        """
        better = []
        for parameter, sigma in sigmas.items():
            sources = [s for s in self.sources if s.parameter is parameter and not (s.bias and parameter in GIMBAL)]
            if not sources:
                raise SettingError(
                    "an error is stated for a parameter that the budget leaves out",
                    field=str(parameter),
                    remedy="Add it to the budget as noise, as bias or as both",
                )
            stated = np.asarray(sigma, dtype=np.float64) > 0.0
            whole = np.sqrt(sum(np.square(s.sigma) for s in sources))
            for source in sources:
                scaled = np.where(stated, sigma * (source.sigma / whole), source.sigma)
                better.append(replace(source, sigma=scaled, pedigree=pedigree if stated.all() else source.pedigree))
        return self.having(*better)

    def stated_by_stream(self, columns: StatedSigmas, pedigree: Pedigree = Pedigree.STREAM_COVARIANCE) -> ErrorBudget:
        """`stated` for the columns of a stream: look i is row i, or every look is the only row."""
        return self.stated(
            {
                Parameter.EAST: columns.sigma_lon_m,
                Parameter.NORTH: columns.sigma_lat_m,
                Parameter.UP: columns.sigma_height_m,
                Parameter.HEADING: np.radians(columns.sigma_heading_deg),
                Parameter.PITCH: np.radians(columns.sigma_pitch_deg),
                Parameter.ROLL: np.radians(columns.sigma_roll_deg),
                Parameter.AZIMUTH: np.radians(columns.sigma_azimuth_deg),
                Parameter.ELEVATION: np.radians(columns.sigma_elevation_deg),
                Parameter.TWIST: np.radians(columns.sigma_twist_deg),
            },
            pedigree,
        )


def default_budget(terrain_sigma_m: float) -> ErrorBudget:
    """What to reckon with when neither stream nor profile says better; `terrain_sigma_m` is the terrain's own figure.

    | parameter | noise | bias | why |
    |---|---|---|---|
    | position, horizontal | 1 m | 2 m | together CE90 4.8 m: GPS of 3 to 5 m |
    | position, up | 1.5 m | 3 m | GPS heights are half as good again |
    | heading, pitch, roll | 0.05° | 0.05° | with the gimbal's, 0.1° about any axis: usual for such aircraft |
    | gimbal azimuth, elevation, twist | 0.05° | 0.05° | encoder; mounting |
    | field of view | | 0.5% | assumed: zoom steps are nominal |
    | pixel | 1 px each way | | assumed: a careful pick |
    | geoid | | 1 m | EGM96 is good to 0.5 to 1 m (NIMA TR8350.2), its 15-minute grid adds to it |
    | terrain | | as given | looking again does not move a hill |
    """
    noise_and_bias: dict[Parameter, tuple[float, float]] = {
        Parameter.EAST: (1.0, 2.0),
        Parameter.NORTH: (1.0, 2.0),
        Parameter.UP: (1.5, 3.0),
        **{
            parameter: (radians(0.05), radians(0.05))
            for parameter in (Parameter.HEADING, Parameter.PITCH, Parameter.ROLL, *sorted(GIMBAL))
        },
        Parameter.FIELD_OF_VIEW: (0.0, 0.005),
        Parameter.PIXEL_X: (1.0, 0.0),
        Parameter.PIXEL_Y: (1.0, 0.0),
        Parameter.GEOID: (0.0, 1.0),
    }
    sources = [
        ErrorSource(parameter, sigma, bool(bias), Pedigree.DEFAULT)
        for parameter, pair in noise_and_bias.items()
        for bias, sigma in enumerate(pair)
        if sigma > 0.0
    ]
    if terrain_sigma_m != 0.0:
        sources.append(ErrorSource(Parameter.TERRAIN, terrain_sigma_m, True, Pedigree.TERRAIN_PRODUCT))
    return ErrorBudget(tuple(sources))
