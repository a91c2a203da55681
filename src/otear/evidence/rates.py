"""How often cues are at sites, and elsewhere: what a real cue is worth, and what it says of the kind of site.

At laboratories: the shares of 56 public bulletins (FACTS.md, What is reported at such sites); what bulletins do not
mention is not known to be absent, so these are low rather than high. The other kinds, and what else a place may be,
nobody has counted: they are estimates, said to be so, and outcomes put the whole right (`detect.calibration`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from otear.domain.kinds import CueKind, SiteKind
from otear.evidence.ratios import present_log_likelihood

_K, _S = CueKind, SiteKind


RARE = 0.01
"""How often a kind of cue is at places of which nothing is said about it."""


@dataclass(frozen=True)
class Rates:
    """`at` says how often each kind of cue is at a site of a kind, `others` how often at each other thing that a place
    may be; `kinds` and `other_shares` are how often sites, and other places where something is seen, are what; `pfa` is
    how often a look shows something at a place that is none.

    Cues of one place hang together: a homestead has a house, a tank and a vehicle. What speaks for all of them speaks
    for a homestead as well as for a site, and a sum over kinds of cues as if each stood alone would forget it.
    """

    at: dict[SiteKind, dict[CueKind, float]]
    kinds: dict[SiteKind, float]
    others: dict[str, dict[CueKind, float]]
    other_shares: dict[str, float]
    pfa: float

    def at_sites(self, cue: CueKind) -> float:
        """How often a kind of cue is at a site, whatever its kind."""
        return sum(share * self.at[kind].get(cue, RARE) for kind, share in self.kinds.items())

    def elsewhere(self, cue: CueKind) -> float:
        """How often a kind of cue is at another place where something is seen."""
        return sum(share * self.others[name].get(cue, RARE) for name, share in self.other_shares.items())

    def log_ratio(self, log_worths: Mapping[CueKind, float]) -> float:
        """What detections worth exp(`log_worths`) of each kind of cue say of a site: the logarithm of how much likelier
        they are at sites, of whichever kind, than at other places, whatever those are."""
        sites, others = self._log_likelihoods(log_worths)
        return float(np.logaddexp.reduce(list(sites.values())) - np.logaddexp.reduce(list(others.values())))

    def shares(self, log_worths: Mapping[CueKind, float]) -> tuple[dict[SiteKind, float], dict[str, float]]:
        """If it is a site, of which kind; if it is none, what it is instead; each adds up to 1."""
        sites, others = self._log_likelihoods(log_worths)
        return _normal(sites), _normal(others)

    def _log_likelihoods(self, log_worths: Mapping[CueKind, float]) -> tuple[dict[SiteKind, float], dict[str, float]]:
        return (
            {kind: _joint(share, self.at[kind], log_worths) for kind, share in self.kinds.items()},
            {name: _joint(share, self.others[name], log_worths) for name, share in self.other_shares.items()},
        )


def _joint(share: float, rates: Mapping[CueKind, float], log_worths: Mapping[CueKind, float]) -> float:
    """log of share x product over kinds of cues of (a w + 1 - a)."""
    total = float(np.log(share))
    for cue, log_worth in log_worths.items():
        total += float(present_log_likelihood(log_worth, rates.get(cue, RARE)))
    return total


_Name = TypeVar("_Name")


def _normal(logs: dict[_Name, float]) -> dict[_Name, float]:
    whole = np.logaddexp.reduce(list(logs.values()))
    return {name: float(np.exp(value - whole)) for name, value in logs.items()}


_LABORATORY = {
    _K.DRUMS: 0.59, _K.WATER_POINT: 0.32, _K.TANK: 0.30, _K.COVER: 0.25, _K.VEHICLE: 0.21, _K.STRUCTURE: 0.30,
    _K.HEAT_SOURCE: 0.20, _K.TRACK: 0.25, _K.WASTE_PIT: 0.07, _K.BURN_SCAR: 0.07, _K.CLEARING: 0.40,
}  # fmt: skip

ESTIMATED = Rates(
    at={
        _S.LABORATORY: _LABORATORY,
        _S.STORE: {**_LABORATORY, _K.HEAT_SOURCE: 0.03, _K.WASTE_PIT: 0.01, _K.WATER_POINT: 0.08, _K.DRUMS: 0.50},
        _S.PILL_PRESS: {**_LABORATORY, _K.STRUCTURE: 0.80, _K.DRUMS: 0.10, _K.WASTE_PIT: 0.01, _K.VEHICLE: 0.40},
        _S.CAMP: {**_LABORATORY, _K.COVER: 0.60, _K.DRUMS: 0.15, _K.WATER_POINT: 0.30, _K.WASTE_PIT: 0.02},
        _S.AIRSTRIP: {_K.CLEARING: 0.90, _K.TRACK: 0.70, _K.DRUMS: 0.20, _K.VEHICLE: 0.10},
        _S.TUNNEL_MOUTH: {_K.STRUCTURE: 0.60, _K.COVER: 0.40, _K.TRACK: 0.60, _K.VEHICLE: 0.30},
    },
    kinds={
        _S.LABORATORY: 0.60, _S.STORE: 0.12, _S.PILL_PRESS: 0.04, _S.CAMP: 0.14, _S.AIRSTRIP: 0.08,
        _S.TUNNEL_MOUTH: 0.02,
    },
    others={
        "homestead": {
            _K.STRUCTURE: 0.95, _K.CLEARING: 0.60, _K.TANK: 0.50, _K.VEHICLE: 0.50, _K.TRACK: 0.60,
            _K.WATER_POINT: 0.20, _K.HEAT_SOURCE: 0.10, _K.DRUMS: 0.06, _K.COVER: 0.06, _K.WASTE_PIT: 0.06,
            _K.BURN_SCAR: 0.06,
        },
        "settlement": {
            _K.STRUCTURE: 0.98, _K.TANK: 0.60, _K.VEHICLE: 0.60, _K.TRACK: 0.60, _K.CLEARING: 0.25,
            _K.HEAT_SOURCE: 0.06, _K.WATER_POINT: 0.05, _K.DRUMS: 0.05, _K.COVER: 0.05, _K.WASTE_PIT: 0.06,
            _K.BURN_SCAR: 0.03,
        },
        "livestock water": {
            _K.TANK: 0.90, _K.CLEARING: 0.60, _K.WATER_POINT: 0.40, _K.STRUCTURE: 0.30, _K.TRACK: 0.30, _K.DRUMS: 0.03,
        },
        "kiln": {
            _K.HEAT_SOURCE: 0.70, _K.STRUCTURE: 0.60, _K.CLEARING: 0.60, _K.VEHICLE: 0.25, _K.TRACK: 0.50,
            _K.BURN_SCAR: 0.15, _K.TANK: 0.10, _K.DRUMS: 0.02,
        },
        "fire": {_K.BURN_SCAR: 0.90, _K.HEAT_SOURCE: 0.20, _K.CLEARING: 0.30, _K.WASTE_PIT: 0.10},
        "dump": {_K.WASTE_PIT: 0.90, _K.BURN_SCAR: 0.40, _K.TRACK: 0.50, _K.CLEARING: 0.50, _K.DRUMS: 0.05},
        "parked vehicles": {_K.VEHICLE: 0.97, _K.TRACK: 0.40, _K.STRUCTURE: 0.15, _K.CLEARING: 0.20, _K.TANK: 0.05},
        "open land": {_K.CLEARING: 0.10, _K.TRACK: 0.10, _K.VEHICLE: 0.04, _K.STRUCTURE: 0.04, _K.TANK: 0.03},
    },
    other_shares={
        "homestead": 0.14, "settlement": 0.06, "livestock water": 0.05, "kiln": 0.02, "fire": 0.04, "dump": 0.02,
        "parked vehicles": 0.05, "open land": 0.62,
    },
    pfa=0.03,
)  # fmt: skip
