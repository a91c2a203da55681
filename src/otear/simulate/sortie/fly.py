"""Flying a sortie over a world: from its document to a recording, as the aircraft would have sent it.

Each flight draws its errors, its gusts and its noise from streams of random numbers of its own, by the seed and the
sortie's identifier: flying another sortie first changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from otear.domain.aircraft import Aircraft
from otear.domain.authority import Authority
from otear.domain.progress import Progress, silent
from otear.domain.sortie import Sortie
from otear.errors import InputError, NotFoundError
from otear.flight.aircraft import read_aircraft
from otear.flight.guidance import RATE_HZ
from otear.flight.kinematics import Flown, fly
from otear.flight.route import sensor_of
from otear.flight.wind import Wind
from otear.geo.terrain.open import open_terrain
from otear.geo.terrain.patch import Patch
from otear.ledger.keys import public_key
from otear.simulate.scene.render import Renderer
from otear.simulate.scene.weather import Weather
from otear.simulate.sortie.deviations import NONE, drawn, reported
from otear.simulate.sortie.recording import PACKETS_EVERY, write_telemetry, write_video
from otear.simulate.sortie.telemetry import Mission, packets
from otear.simulate.world.folder import World
from otear.simulate.world.instructor import truth_of
from otear.simulate.world.papers import authority_in
from otear.simulate.world.real import reach_of


@dataclass(frozen=True)
class Take:
    """What of a flight is recorded, and how: from `from_s` after departure on, for `for_s` (None: to its end)."""

    video: bool = False
    errors: bool = True
    from_s: float = 0.0
    for_s: float | None = None


EVERYTHING = Take()
"""The whole flight, metadata alone, with errors."""


@dataclass(frozen=True, eq=False)
class Recorded:
    """A recording and the flight that it shows. `packets` are what the aircraft said; `flown` is the truth, and stays
    in this package."""

    path: Path
    sortie: Sortie
    aircraft: Aircraft
    flown: Flown
    packets: tuple[bytes, ...]


def authority_of(world: World, now_us: int) -> Authority:
    """The consent of a world, its signatures checked by the keys beside it. Raises `InputError`, `RefusedError`."""
    keys = {path.stem: public_key(_text(path).strip(), path) for path in world.keys}
    return authority_in(_text(world.authority), keys, world.starts_us, now_us, world.authority)


def under(world: World, sortie: Sortie) -> Authority:
    """The consent of a world, for a sortie. Raises `InputError` where it is to be flown under another, and as
    `authority_of` does."""
    authority = authority_of(world, sortie.depart_us)
    if sortie.authority_id not in {None, authority.authority_id}:
        raise InputError(
            f"the sortie is to be flown under {sortie.authority_id}, and this world has {authority.authority_id}",
            field="authority",
            remedy="Leave it out of the sortie's document, or fly over the world that it was written for",
        )
    return authority


def aircraft_of(world: World, registration: str) -> Aircraft:
    """The aircraft of a world by its registration. Raises `NotFoundError`."""
    fleet = [read_aircraft(_text(path), path) for path in world.aircraft]
    for aircraft in fleet:
        if aircraft.registration == registration:
            return aircraft
    raise NotFoundError(
        f"no aircraft {registration!r} is in this world",
        source=world.folder,
        field="aircraft",
        remedy=f"It has: {', '.join(aircraft.registration for aircraft in fleet)}",
    )


def ground_of(world: World) -> Patch:
    """The terrain of a world."""
    terrain = open_terrain(world.terrain)
    return terrain.patch(reach_of(terrain))


def fly_sortie(
    world: World,
    sortie: Sortie,
    path: Path,
    *,
    weather: Weather,
    seed: int,
    take: Take = EVERYTHING,
    progress: Progress = silent,
) -> Recorded:
    """Fly a sortie and write its recording to `path`, whole or not at all; its folder is made where there is none.

    Raises `InputError` for what cannot be flown, `RefusedError` for what the world's authority does not allow, and
    `NotFoundError` for an aircraft that is not there. Pictures need the instructor's folder.
    """
    authority = under(world, sortie)
    aircraft = aircraft_of(world, sortie.aircraft)
    sensor = sensor_of(sortie, aircraft)
    width, height = sensor.frame_width_px, sensor.frame_height_px
    if width is None or height is None:
        raise InputError(f"{sensor.name!r} makes no pictures", field="sensor", remedy="Choose a camera")
    truth = truth_of(world) if take.video else None
    patch = ground_of(world)
    flights, errors, noise = (np.random.default_rng([seed, int(sortie.sortie_id[2:], 16), i]) for i in range(3))
    wind = Wind(weather.wind_mps, weather.wind_from_deg, weather.gust_mps)
    flown = fly(sortie, aircraft, authority, wind=wind, heights=patch.heights, rng=flights, progress=progress)
    first, last = _ticks(flown, take)
    deviations = drawn(aircraft, sensor, errors) if take.errors else NONE
    said = reported(flown, deviations, every=PACKETS_EVERY, width_px=width, height_px=height, rng=noise)
    said = said.rows(np.arange(first // PACKETS_EVERY, -(-last // PACKETS_EVERY)))
    flown = flown.rows(slice(first, last))
    data = packets(said, Mission(sortie.name, aircraft, sensor), patch)
    path.parent.mkdir(parents=True, exist_ok=True)
    if truth is not None:
        renderer = Renderer(truth, weather, sensor.kind, width, height, seed=seed)
        write_video(path, flown, data, renderer, width_px=width, height_px=height, progress=progress)
    else:
        write_telemetry(path, said.time_us, data, progress)
    return Recorded(path, sortie, aircraft, flown, tuple(data))


def _ticks(flown: Flown, take: Take) -> tuple[int, int]:
    """The first state that is recorded, which has a packet, and the one after the last. Raises `InputError` where that
    is not all in the flight, or too short to be one."""
    seconds = (flown.time_us - flown.time_us[0]) / 1e6
    whole_s = float(seconds[-1])
    ends_s = whole_s if take.for_s is None else take.from_s + take.for_s
    if not 0.0 <= take.from_s <= ends_s <= whole_s:
        asked = f"second {take.from_s:g}" if take.for_s is None else f"second {take.from_s:g} to {ends_s:g}"
        raise InputError(
            f"{asked} cannot be recorded: the flight takes {whole_s:.1f} s",
            field="--for" if 0.0 <= take.from_s <= whole_s else "--from",
            remedy="Begin earlier, or record for less; without --for it is recorded to its end",
        )
    first = int(np.searchsorted(seconds, take.from_s)) // PACKETS_EVERY * PACKETS_EVERY
    last = len(flown) if take.for_s is None else int(np.searchsorted(seconds, ends_s))
    if last - first < 2 * PACKETS_EVERY:
        raise InputError(
            f"{(last - first) / RATE_HZ:.2f} s are too little to record",
            field="--for",
            remedy=f"Record {2 * PACKETS_EVERY / RATE_HZ:g} s or more",
        )
    return first, last


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", source=path, remedy="Make the world again") from error
