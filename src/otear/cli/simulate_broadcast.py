"""`otear simulate broadcast`: a recording sent as a live stream."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from otear.cli.output import JsonOption, facts_table, out, print_json, progress_bars
from otear.errors import InputError

if TYPE_CHECKING:
    from otear.simulate.live.impairments import DropOut


def register(group: typer.Typer) -> None:
    """Add the command."""
    group.command(name="broadcast")(broadcast)


def broadcast(
    recording: Annotated[Path, typer.Argument(metavar="FILE", help="A transport stream (.ts).")],
    to: Annotated[str, typer.Option(help="udp://HOST:PORT (or a multicast group) or srt://HOST:PORT.")],
    speed: Annotated[float, typer.Option(min=0.01, max=1000.0, help="How many times as fast as it was made.")] = 1.0,
    loss: Annotated[float, typer.Option(min=0.0, max=1.0, help="Share of datagrams lost, 0 to 1.")] = 0.0,
    jitter_ms: Annotated[float, typer.Option(min=0.0, help="Most that a datagram is delayed, milliseconds.")] = 0.0,
    bit_errors: Annotated[float, typer.Option(min=0.0, max=0.5, help="Share of bits flipped, such as 1e-6.")] = 0.0,
    drop_out: Annotated[
        list[str] | None, typer.Option(metavar="AT,FOR", help="Nothing gets through from AT for FOR seconds.")
    ] = None,
    restart: Annotated[
        list[float] | None, typer.Option(metavar="AT", help="The sender starts afresh after AT seconds.")
    ] = None,
    pause: Annotated[float, typer.Option(min=0.0, help="How long the sender is away then, seconds.")] = 2.0,
    seed: Annotated[int, typer.Option(min=0, help="The same seed loses the same datagrams.")] = 7,
    json: JsonOption = False,
) -> None:
    """Send a recording as a live stream at its own pace, over a link as bad as you want, to rehearse with."""
    import numpy as np

    from otear.domain.clock import SystemStopwatch
    from otear.simulate.live.broadcast import broadcast as send
    from otear.simulate.live.impairments import Impairments
    from otear.simulate.live.outlets import outlet_to
    from otear.video.live.address import live_address

    if not recording.is_file():
        raise InputError("there is no such file", source=recording, remedy="Check the path")
    stopwatch = SystemStopwatch()
    address = live_address(to)
    connect = outlet_to(address, stopwatch)
    impairments = Impairments(
        loss, jitter_ms, bit_errors, tuple(map(_drop_out, drop_out or [])), tuple(restart or []), pause
    )
    with progress_bars() as bars:
        sent = send(
            recording,
            connect,
            impairments,
            np.random.default_rng(seed),
            stopwatch=stopwatch,
            speed=speed,
            progress=bars,
        ).as_dict()
    if json:
        print_json({"to": address.label, **sent})
        return
    facts = {
        "sent": "{datagrams:,} datagrams, {bytes:,} bytes, {ts_packets:,} packets in {seconds:.1f} s".format(**sent),
        "lost": "{lost_datagrams:,} datagrams, {lost_ts_packets:,} packets".format(**sent),
        "bits flipped": "{flipped_bits:,} in {damaged_datagrams:,} datagrams".format(**sent),
        "not sent": "{unsent_ts_packets:,} packets in {drop_outs} drop-outs and {restarts} restarts".format(**sent),
    }
    out.print(facts_table(f"Broadcast to {address.label}", facts))


def _drop_out(text: str) -> DropOut:
    from otear.simulate.live.impairments import DropOut

    try:
        at, length = (float(part) for part in text.split(","))
    except ValueError as error:
        raise InputError(f"{text!r} is not two numbers", field="--drop-out", remedy="Write it as 10,2.5") from error
    return DropOut(at, length)
