"""What is looked for, and what gives it away. There is no kind for a person."""

from __future__ import annotations

from enum import StrEnum


class SiteKind(StrEnum):
    """What a place may turn out to be; the same words as the `site_kinds` of an authority."""

    LABORATORY = "laboratory"
    STORE = "store"
    PILL_PRESS = "pill_press"
    CAMP = "camp"
    AIRSTRIP = "airstrip"
    TUNNEL_MOUTH = "tunnel_mouth"


class CueKind(StrEnum):
    """Something that can be seen from the air."""

    STRUCTURE = "structure"
    COVER = "cover"
    """A tarpaulin, cut brush: what was put over something."""
    DRUMS = "drums"
    TANK = "tank"
    VEHICLE = "vehicle"
    TRACK = "track"
    BURN_SCAR = "burn_scar"
    WASTE_PIT = "waste_pit"
    HEAT_SOURCE = "heat_source"
    WATER_POINT = "water_point"
    CLEARING = "clearing"
