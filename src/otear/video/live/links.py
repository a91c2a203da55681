"""The seam of receivers: pieces of a stream as they come, with what the link knows of who sent them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Piece:
    """One datagram or message; `sender` tells one sender, or one connection, from another."""

    data: bytes
    sender: str


class Link(Protocol):
    """A receiving end, open from when it is made."""

    @property
    def refused_bytes(self) -> int:
        """How much of the receive buffer that was asked for the machine did not give."""
        ...

    def receive(self, seconds: float) -> Piece | None:
        """The next piece, None where nothing comes within so many seconds."""
        ...

    def close(self) -> None:
        """Stop listening."""
        ...
