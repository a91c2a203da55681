"""How often cues are at sites, and elsewhere: what a real cue is worth, and what it says of the kind of site.

At laboratories: the shares of 56 public bulletins (FACTS.md, What is reported at such sites); what bulletins do not
mention is not known to be absent, so these are low rather than high. The other kinds, and other places, nobody has
counted: they are estimates, said to be so, and outcomes put the whole right (`calibration`).
"""

from __future__ import annotations

from dataclasses import dataclass

from otear.domain.kinds import CueKind, SiteKind

_K, _S = CueKind, SiteKind


@dataclass(frozen=True)
class Rates:
    """`at` says how often each kind of cue is at a site of a kind, `elsewhere` at a place that is none; `kinds` how
    often a site is of a kind; `pfa` how often a look shows something at a place that is none."""

    at: dict[SiteKind, dict[CueKind, float]]
    elsewhere: dict[CueKind, float]
    kinds: dict[SiteKind, float]
    pfa: float

    def at_sites(self, cue: CueKind) -> float:
        """How often a kind of cue is at a site, whatever its kind."""
        return sum(share * self.at[kind].get(cue, self.elsewhere[cue]) for kind, share in self.kinds.items())


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
    elsewhere={
        _K.DRUMS: 0.02, _K.WATER_POINT: 0.06, _K.TANK: 0.06, _K.COVER: 0.02, _K.VEHICLE: 0.08, _K.STRUCTURE: 0.12,
        _K.HEAT_SOURCE: 0.01, _K.TRACK: 0.12, _K.WASTE_PIT: 0.005, _K.BURN_SCAR: 0.02, _K.CLEARING: 0.10,
    },
    kinds={
        _S.LABORATORY: 0.60, _S.STORE: 0.12, _S.PILL_PRESS: 0.04, _S.CAMP: 0.14, _S.AIRSTRIP: 0.08,
        _S.TUNNEL_MOUTH: 0.02,
    },
    pfa=0.03,
)  # fmt: skip
