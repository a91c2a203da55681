"""Where a broadcast goes: the sending ends of live links."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Protocol

from tstrans.exceptions import SrtError
from tstrans.srt import Sender

from otear.domain.clock import Stopwatch
from otear.errors import InputError
from otear.video.live.address import LiveAddress

_LATENCY_MS = 120
"""What SRT takes where nobody says otherwise."""
_LINGER_S, _POLL_S = 2.0, 0.02


class Outlet(Protocol):
    """A sending end, open from when it is made."""

    def send(self, data: bytes) -> None:
        """Send one datagram."""
        ...

    def close(self) -> None:
        """Go away, once what was sent is out."""
        ...


def outlet_to(address: LiveAddress, stopwatch: Stopwatch) -> Callable[[], Outlet]:
    """What opens a sending end to an address, as often as a sender starts."""
    if not address.host or not address.port:
        raise InputError(
            "names no host or no port to send to",
            source=address.label,
            field="--to",
            remedy="Write it as udp://HOST:PORT or srt://HOST:PORT",
        )
    return (lambda: UdpOutlet(address)) if address.scheme == "udp" else (lambda: SrtOutlet(address, stopwatch))


class UdpOutlet:
    """Datagrams of UDP to a host or a group. Raises `InputError` where that is not known or cannot be reached.

    Options of the address: `ttl`, how many networks a group's datagrams cross (1), and `localaddr`, the interface.
    """

    def __init__(self, address: LiveAddress) -> None:
        self._address = address
        try:
            found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_DGRAM)[0]
            family, self._to = found[0], found[4]
            self._socket = socket.socket(family, socket.SOCK_DGRAM)
            if address.multicast and family == socket.AF_INET:
                ttl = int(address.options.get("ttl", "1"))
                self._socket.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, ttl)
                if "localaddr" in address.options:
                    interface = socket.inet_aton(address.options["localaddr"])
                    self._socket.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, interface)
        except (OSError, OverflowError, ValueError) as error:
            raise _cannot_send(address, error) from error

    def send(self, data: bytes) -> None:
        """Send one datagram."""
        try:
            self._socket.sendto(data, self._to)
        except OSError as error:
            raise _cannot_send(self._address, error) from error

    def close(self) -> None:
        """Go away."""
        self._socket.close()


class SrtOutlet:
    """A caller of SRT. Raises `InputError` where nobody answers, or the one who listens goes away."""

    def __init__(self, address: LiveAddress, stopwatch: Stopwatch) -> None:
        self._address, self._stopwatch = address, stopwatch
        try:
            caller = replace(address, options={**address.options, "mode": "caller"})
            self._sender = Sender.from_url(caller.url)
        except SrtError as error:
            raise _cannot_send(address, error) from error

    def send(self, data: bytes) -> None:
        """Send one message."""
        try:
            self._sender.send_bytes(data)
        except SrtError as error:
            raise _cannot_send(self._address, error) from error

    def close(self) -> None:
        """Go away when what was sent has been acknowledged, and played out of the buffer of whoever listens."""
        with suppress(SrtError):  # whoever listened may be gone first
            self._sender.flush()
            until_s = self._stopwatch.now_s() + _LINGER_S
            while self._sender.socket_stats().send_buffer_packets and self._stopwatch.now_s() < until_s:
                self._stopwatch.sleep(_POLL_S)
            latency_ms = self._address.options.get("latency", str(_LATENCY_MS))
            self._stopwatch.sleep(2e-3 * int(latency_ms))
            self._sender.close()


def _cannot_send(address: LiveAddress, error: Exception) -> InputError:
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    remedy = "Check host, port and options"
    if address.scheme == "srt":
        remedy += ", and that somebody listens there: `otear ingest srt://:PORT?mode=listener`, started first"
    return InputError(f"cannot be sent to ({said})", source=address.label, field="--to", remedy=remedy)
