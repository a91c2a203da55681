"""Addresses of live streams, as they are written everywhere else.

udp://@:5000                    any interface, port 5000
udp://@239.1.2.3:5000           a multicast group, joined
udp://127.0.0.1:5000            one interface
srt://:9000?mode=listener       wait for a sender (where no host is given, or mode=listener)
srt://host:9000?mode=caller     call a sender that waits
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urlsplit

from otear.errors import InputError

SCHEMES = ("udp", "srt")
_REMEDY = "Write it as udp://@:PORT, udp://@GROUP:PORT or srt://HOST:PORT?mode=listener"


@dataclass(frozen=True)
class LiveAddress:
    """Where a stream comes from or goes to: `host` is "" where none was given, `options` are those after the `?`."""

    scheme: str
    host: str
    port: int
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """The address without its options, one of which may be a secret."""
        return f"{self.scheme}://{self._host}:{self.port}"

    @property
    def url(self) -> str:
        """The whole address, with an explicit host."""
        options = f"?{urlencode(self.options)}" if self.options else ""
        return f"{self.scheme}://{self._host or '0.0.0.0'}:{self.port}{options}"

    @property
    def _host(self) -> str:
        return f"[{self.host}]" if ":" in self.host else self.host

    @property
    def ip(self) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
        """The host as a number, None where it is a name, or none was given."""
        try:
            return ipaddress.ip_address(self.host)
        except ValueError:
            return None

    @property
    def multicast(self) -> bool:
        """Whether it is the address of a group."""
        return self.ip is not None and self.ip.is_multicast


def is_live(source: str) -> bool:
    """Whether what somebody named is a live address, of whatever scheme, and no file."""
    return "://" in source


def live_address(text: str) -> LiveAddress:
    """Read an address. Raises `InputError` for one that is none, or of a scheme that is not spoken here."""
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise InputError(f"is no address ({error})", source=text, remedy=_REMEDY) from error
    if parts.scheme not in SCHEMES:
        raise InputError(f"{parts.scheme!r} is no link that can be received or sent", source=text, remedy=_REMEDY)
    if port is None:
        raise InputError("names no port", source=text, remedy=_REMEDY)
    return LiveAddress(parts.scheme, host, port, dict(parse_qsl(parts.query, keep_blank_values=True)))
