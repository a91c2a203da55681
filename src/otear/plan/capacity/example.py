"""The worked example: public figures of aircraft, sensor and concentration, and a forecast made of them by a rule.

No municipio has a name here: the forecast says how unequal the land is, not where anything is. The rule: 2,469
municipios in 32 states. The shares of states fall as rank^-s, those of municipios within each state as rank^-t. s is
set so that three states hold the middle of 64% and 87% (a later count, and 2001-12), t so that the two largest
municipios of all hold 36% of the sites (one national count). Those two are 0.43% of the land, the others equal parts of
the rest.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from otear.domain.capacity import Expectation, Floats, Looking
from otear.errors import SettingError

STATES, MUNICIPIOS = 32, 2469
LAND_KM2 = 1_964_323.0
"""All municipios together: geodesic areas of mexico/mx_municipios_2020.geojson (INEGI, by diegovalle/mxmaps)."""
TOP_THREE_STATES = 0.755
TOP_TWO_MUNICIPIOS = 0.36
TOP_TWO_LAND = 0.0043
SITES = 527.0
"""Sites counted in early 2023, of which `ACTIVE` were active."""
ACTIVE = 24.0
SHAPE = 1.22
"""How unsure each municipio is: in draws with it the three leading states hold shares of which 90% span 0.23, as 64% to
87% do."""


@dataclass(frozen=True)
class Camera:
    """What sweeps the ground: a picture `pixels` wide, `slant_km` away, carried along at `speed_km_h`.

    `fields_deg` are the horizontal fields of view that it can be set to: brochure steps, unconfirmed. 370.4 km/h is
    200 kt.
    """

    fields_deg: tuple[float, ...] = (34.0, 17.0, 5.7, 2.8, 1.2, 0.6)
    slant_km: float = 10.0
    pixels: int = 1920
    speed_km_h: float = 370.4

    def swath_km(self, field_deg: float) -> float:
        """How wide a strip a field of view shows, straight across the line of sight."""
        return 2.0 * self.slant_km * math.tan(math.radians(field_deg) / 2.0)

    def gsd_m(self, field_deg: float) -> float:
        """The ground that one pixel shows, across the line of sight."""
        return 1000.0 * self.swath_km(field_deg) / self.pixels

    def sweep_km2_h(self, field_deg: float) -> float:
        """Ground swept in an hour."""
        return self.swath_km(field_deg) * self.speed_km_h

    def widest(self, gsd_m: float) -> float:
        """The widest field of view that shows the ground at `gsd_m` or finer, in degrees. Raises `SettingError`."""
        fine = [one for one in self.fields_deg if self.gsd_m(one) <= gsd_m]
        if not fine:
            raise SettingError(
                f"no field of view shows {gsd_m:g} m at {self.slant_km:g} km",
                field="gsd_m",
                remedy=f"Give at least {self.gsd_m(min(self.fields_deg)):.3f} m, or a sweep rate",
            )
        return max(fine)


CAMERA = Camera()
NEEDED_GSD_M = 0.2
"""Drums, tarpaulins and hoses need this or finer."""


def camera_looking(gsd_m: float, pd: float, camera: Camera = CAMERA) -> Looking:
    """An hour's sweep with the widest field of view that resolves `gsd_m`. Raises `SettingError` where none does."""
    return Looking(camera.sweep_km2_h(camera.widest(gsd_m)), pd)


def example_forecast(sites: float = SITES) -> Expectation:
    """The synthetic forecast of the module's rule, with `sites` expected altogether, state by state."""
    shares = example_shares()
    order = np.argsort(-shares, kind="stable")
    area = np.full(MUNICIPIOS, (1.0 - TOP_TWO_LAND) * LAND_KM2 / (MUNICIPIOS - 2))
    area[order[:2]] = TOP_TWO_LAND * LAND_KM2 / 2.0
    return Expectation("synthetic, from public concentration figures", sites * shares, area, np.full(MUNICIPIOS, SHAPE))


def example_shares() -> Floats:
    """The share of the sites in each municipio, (2469,), those of the leading state first."""
    by_state = falling(STATES, brentq(lambda s: falling(STATES, s)[:3].sum() - TOP_THREE_STATES, 0.1, 6.0))
    sizes = state_sizes()

    def shares(exponent: float) -> Floats:
        return np.concatenate([share * falling(n, exponent) for share, n in zip(by_state, sizes, strict=True)])

    return shares(brentq(lambda t: np.sort(shares(t))[-2:].sum() - TOP_TWO_MUNICIPIOS, 0.1, 6.0))


def state_sizes() -> list[int]:
    """Municipios of each state: as equal as they can be."""
    return [MUNICIPIOS // STATES + (k < MUNICIPIOS % STATES) for k in range(STATES)]


def falling(count: int, exponent: float) -> Floats:
    """Shares (count,) that fall as rank^-exponent and add up to 1."""
    weight = np.arange(1, count + 1, dtype=np.float64) ** -exponent
    return np.asarray(weight / weight.sum())
