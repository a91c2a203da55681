"""Reports of moving things (ST 0903) in a packet: a packet of their own, or items of one of ST 0601."""

from __future__ import annotations

from otear.domain.packets import Packet, Standard
from otear.video.klv.describe import describe
from otear.video.klv.sets import Vmti


def moving_reports(packet: Packet) -> list[Vmti]:
    """The reports of a packet, places included; those that are malformed are none."""
    if packet.standard not in {Standard.ST0601, Standard.ST0902, Standard.ST0903}:
        return []
    return [value for _, _, value, _ in describe(packet) if isinstance(value, Vmti)]
