"""Sending events at the pace of their times, for a rehearsal on the machines of one's own network."""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

from otear.domain.clock import Clock
from otear.errors import InputError


def send_cot(
    events: Iterable[tuple[int, str]], address: str, *, clock: Clock, wait: Callable[[float], None] = time.sleep
) -> int:
    """Send events, each with its time in microseconds, as one datagram each; returns how many.

    The first is sent at once, the others as long after it as their times say. Raises `InputError` for an address that
    is not `udp://HOST:PORT`, and for one that cannot be sent to; a host that is a multicast group is reached within the
    network only.
    """
    host, port = udp_address(address)
    sent = 0
    with _socket(host) as out:
        began_us = clock.now_us()
        first_us: int | None = None
        for time_us, event in events:
            first_us = time_us if first_us is None else first_us
            ahead_us = (time_us - first_us) - (clock.now_us() - began_us)
            if ahead_us > 0:
                wait(ahead_us / 1e6)
            try:
                out.sendto(event.encode(), (host, port))
            except OSError as error:
                raise InputError(
                    f"cannot be sent to ({error.strerror})", source=address, remedy="Check host and port"
                ) from error
            sent += 1
    return sent


def udp_address(address: str) -> tuple[str, int]:
    """Host and port of `udp://HOST:PORT`. Raises `InputError` for anything else."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not address.startswith("udp://") or not host or not port:
        raise InputError(
            f"{address!r} is no address to send to", field="address", remedy="Write it as udp://127.0.0.1:4242"
        )
    return host, port


def _socket(host: str) -> socket.socket:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        address = None
    family = socket.AF_INET6 if address is not None and address.version == 6 else socket.AF_INET
    made = socket.socket(family, socket.SOCK_DGRAM)
    if address is not None and address.is_multicast and address.version == 4:
        made.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
    return made
