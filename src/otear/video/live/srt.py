"""Messages of SRT, as the one who is called or the one who calls. A sender that goes away may come back."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from tstrans.exceptions import SrtError, SrtErrorKind
from tstrans.srt import Builder, Listener, Receiver, Socket

from otear.errors import InputError
from otear.video.live.address import LiveAddress
from otear.video.live.links import Piece

_PATIENCE_MS = 200
"""How long a call within the library may take: after it, whoever waits is asked whether to go on."""
_CALL_MS = 1_000


class SrtLink:
    """A listener (`mode=listener`, or where no host is given) or a caller. Raises `InputError` where it cannot be."""

    refused_bytes = 0

    def __init__(self, address: LiveAddress) -> None:
        mode = address.options.get("mode", "caller" if address.host else "listener")
        if mode not in ("listener", "caller"):
            raise InputError(
                f"has a mode {mode!r} that does not exist",
                source=address.label,
                remedy="Say mode=listener or mode=caller",
            )
        self._address = replace(address, options={**address.options, "mode": mode})
        self._listener: Listener | None = None
        self._receiver: Receiver | None = None
        self._connections = 0
        self._who = ""
        try:
            if mode == "listener":
                self._listener = self._builder().listen()
        except SrtError as error:
            raise InputError(
                f"cannot be listened on ({error})",
                source=address.label,
                remedy="Check host, port and options (latency, passphrase, streamid), and whether another listens",
            ) from error

    @property
    def port(self) -> int:
        """The port that it listens on, or calls."""
        return self._address.port if self._listener is None else self._listener.local_addr()[1]

    def receive(self, seconds: float) -> Piece | None:
        """The next message, None where none comes within so many seconds (in steps of a fifth of one)."""
        if self._receiver is None:
            self._connect(round(seconds * 1e3))
        if self._receiver is None:
            return None
        try:
            return Piece(self._receiver.recv_bytes(), self._who)
        except SrtError as error:
            if error.kind not in (SrtErrorKind.BACKPRESSURE, SrtErrorKind.TIMEOUT):
                self._hang_up()
            return None

    def close(self) -> None:
        """Stop listening."""
        self._hang_up()
        if self._listener is not None:
            self._listener.close()

    def _builder(self) -> Builder:
        return Builder(self._address.url, recv_timeout_ms=_PATIENCE_MS, connect_timeout_ms=_CALL_MS)

    def _connect(self, patience_ms: int) -> None:
        try:
            socket: Socket
            if self._listener is not None:
                socket = self._listener.accept(timeout_ms=max(1, patience_ms))
            else:
                socket = self._builder().connect()
        except SrtError as error:
            if error.kind is SrtErrorKind.CONFIG_INVALID:
                raise InputError(
                    f"cannot be used ({error})", source=self._address.label, remedy="Correct its options"
                ) from error
            return
        self._connections += 1
        host, port = socket.peer_addr()
        self._who = f"{host}:{port}#{self._connections}"
        self._receiver = socket.into_receiver()

    def _hang_up(self) -> None:
        if self._receiver is not None:
            with suppress(SrtError):
                self._receiver.close()
            self._receiver = None
