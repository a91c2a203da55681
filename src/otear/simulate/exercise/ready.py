"""Sorties that a scenario gives to those who train, ready to be flown: checked like any other before they are given."""

from __future__ import annotations

from collections.abc import Mapping

from otear.domain.sortie import Sortie
from otear.errors import InputError, RefusedError
from otear.flight.laying import plan
from otear.flight.sortie import read_sortie
from otear.flight.wind import Wind
from otear.simulate.exercise.scenario import Scenario
from otear.simulate.sortie.fly import aircraft_of, ground_of, under
from otear.simulate.world.folder import World


def ready_sorties(texts: Mapping[str, str]) -> dict[str, Sortie]:
    """The sorties of documents, by the names of their files. Raises `InputError`, `RefusedError` as `read_sortie`."""
    return {name: read_sortie(text, name) for name, text in texts.items()}


def check_ready(sorties: Mapping[str, Sortie], scenario: Scenario, world: World) -> None:
    """Lay each out in the scenario's wind over the world, and put it to the world's authority.

    Raises `InputError` for one that no aircraft of the scenario's fleet can fly there, `RefusedError` for one that the
    authority does not allow; both name the file.
    """
    if not sorties:
        return
    heights, weather = ground_of(world).heights, scenario.weather
    wind = Wind(weather.wind_mps, weather.wind_from_deg, weather.gust_mps)
    fleet = scenario.registrations
    for name, sortie in sorties.items():
        if sortie.aircraft not in fleet:
            raise InputError(
                f"is flown by {sortie.aircraft}, which is not in the scenario's fleet",
                source=name,
                field="aircraft",
                remedy=f"Add it to the fleet, or choose one of it: {', '.join(sorted(fleet)) or 'it is empty'}",
            )
        try:
            aircraft, authority = aircraft_of(world, sortie.aircraft), under(world, sortie)
            plan(sortie, aircraft, authority, wind=wind, heights=heights, now_us=sortie.depart_us)
        except InputError as error:
            raise error.naming(name) from error
        except RefusedError as refusal:
            spanish = refusal.spanish and (f"{name}: {refusal.spanish[0]}", refusal.spanish[1])
            raise RefusedError(
                rule=refusal.rule,
                because=f"{name}: {refusal.because}",
                would_be_allowed_if=refusal.would_be_allowed_if,
                spanish=spanish,
            ) from refusal
