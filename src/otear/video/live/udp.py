"""Datagrams of UDP, from one machine or a multicast group."""

from __future__ import annotations

import errno
import socket
import struct

from otear.errors import InputError
from otear.video.live.address import LiveAddress
from otear.video.live.links import Piece

BUFFER_BYTES = 1 << 22
"""More than a second at 20 Mbit/s."""
_LARGEST = 1 << 16


class UdpLink:
    """A bound socket. Raises `InputError` where the address cannot be bound or the group not joined."""

    def __init__(self, address: LiveAddress) -> None:
        self._socket = socket.socket(_family(address), socket.SOCK_DGRAM)
        try:
            self._bind(address)
        except (OSError, OverflowError) as error:
            self._socket.close()
            raise _cannot_listen(address, error) from error
        self._timeout: float | None = None

    def _bind(self, address: LiveAddress) -> None:
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
        if not address.multicast:
            self._socket.bind((address.host, address.port))
            return
        # Several on one machine may listen to one group.
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((address.host, address.port))
        group = socket.inet_pton(self._socket.family, address.host)
        if self._socket.family == socket.AF_INET6:
            self._socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, group + struct.pack("@I", 0))
        else:
            interface = socket.inet_aton(address.options.get("localaddr", "0.0.0.0"))
            self._socket.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group + interface)

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self._socket.getsockname()[1])

    @property
    def refused_bytes(self) -> int:
        """How much of the receive buffer that was asked for the machine did not give."""
        # Linux reports twice what it lets the datagrams have.
        return max(0, BUFFER_BYTES - self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) // 2)

    def receive(self, seconds: float) -> Piece | None:
        """The next datagram, None where none comes within so many seconds."""
        if seconds != self._timeout:
            self._socket.settimeout(seconds)
            self._timeout = seconds
        try:
            data, sender = self._socket.recvfrom(_LARGEST)
        except TimeoutError:
            return None
        return Piece(data, f"{sender[0]}:{sender[1]}")

    def close(self) -> None:
        """Stop listening."""
        self._socket.close()


def _family(address: LiveAddress) -> socket.AddressFamily:
    return socket.AF_INET6 if address.ip is not None and address.ip.version == 6 else socket.AF_INET


def _cannot_listen(address: LiveAddress, error: Exception) -> InputError:
    number = error.errno if isinstance(error, OSError) else None
    if number == errno.EADDRINUSE:
        remedy = "Another program listens there: end it, or have the stream sent to another port"
    elif number == errno.EADDRNOTAVAIL:
        remedy = "Name an address of this machine, or none: udp://@:PORT listens on all of them"
    elif number in (errno.EACCES, errno.EPERM):
        remedy = "Ports below 1024 need a privilege: choose a higher one"
    else:
        remedy = "Name an address of this machine, a multicast group, or none: udp://@:PORT"
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return InputError(f"cannot be listened on ({said})", source=address.label, remedy=remedy)
