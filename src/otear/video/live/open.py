"""The link that an address asks for."""

from __future__ import annotations

from otear.video.live.address import LiveAddress
from otear.video.live.links import Link
from otear.video.live.srt import SrtLink
from otear.video.live.udp import UdpLink


def open_link(address: LiveAddress) -> Link:
    """Begin to listen, or to call. Raises `InputError` where the address cannot be used."""
    return UdpLink(address) if address.scheme == "udp" else SrtLink(address)
