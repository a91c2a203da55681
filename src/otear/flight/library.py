"""The aircraft that come with Otear, for simulated flights: documents beside this module, in `profiles/`."""

from __future__ import annotations

from importlib.resources import files

from otear.domain.aircraft import Aircraft
from otear.errors import NotFoundError
from otear.flight.aircraft import read_aircraft

_FOLDER = files("otear.flight").joinpath("profiles")
PROFILES = ("long-endurance", "medium-fixed-wing", "multirotor")


def profile_text(name: str) -> str:
    """The document of a profile. Raises `NotFoundError` for a name that is none of `PROFILES`."""
    if name not in PROFILES:
        raise NotFoundError(f"there is no aircraft profile {name!r}", remedy=f"There are: {', '.join(PROFILES)}")
    return _FOLDER.joinpath(f"{name}.yaml").read_text(encoding="utf-8")


def profile(name: str) -> Aircraft:
    """The aircraft of a profile."""
    return read_aircraft(profile_text(name), f"{name}.yaml")


def profiles() -> dict[str, Aircraft]:
    """All of them by their names."""
    return {name: profile(name) for name in PROFILES}
