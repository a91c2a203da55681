"""The flights that an instructor has flown beforehand: recordings for the trainees, and what these have shown."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import shapely

from otear.domain.progress import Progress
from otear.flight.library import profile
from otear.flight.route import sensor_of
from otear.flight.sortie import read_sortie, sortie_text
from otear.flight.wind import Wind
from otear.simulate.exercise.scenario import Scenario
from otear.simulate.exercise.shown import shown_ground
from otear.simulate.exercise.sweeps import sweep_sortie
from otear.simulate.sortie.fly import Take, authority_of, fly_sortie, ground_of
from otear.simulate.world.folder import World


def fly_all(
    folder: Path, world: World, scenario: Scenario, seed: int, progress: Progress
) -> dict[str, shapely.Geometry]:
    """Fly a scenario's flights and record them, by number: their names tell nothing. Gives the ground that each has
    shown, by the name of its recording. Raises `InputError` and `RefusedError` for what cannot or may not be flown."""
    if not scenario.flights:
        return {}
    patch = ground_of(world)
    weather = scenario.weather
    wind = Wind(weather.wind_mps, weather.wind_from_deg, weather.gust_mps)
    shown = {}
    for number, sweep in enumerate(scenario.flights, 1):
        draft = sweep_sortie(
            sweep,
            profile(sweep.aircraft),
            authority_of(world, sweep.depart_us),
            name=f"flight {number}",
            district=patch.bounds,
            highest_msl_m=float(np.percentile(patch.heights_m, 98)),
            heights=patch.heights,
            wind=wind,
            rng=np.random.default_rng([seed, number]),
        )
        path = folder / f"flight-{number}.ts"
        recorded = fly_sortie(
            world,
            read_sortie(sortie_text(draft)),
            path,
            weather=weather,
            seed=seed,
            take=Take(video=scenario.video),
            progress=progress,
        )
        sensor = sensor_of(recorded.sortie, recorded.aircraft)
        assert sensor.frame_width_px is not None
        assert sensor.frame_height_px is not None
        shown[path.name] = shown_ground(
            recorded.flown,
            patch,
            width_px=sensor.frame_width_px,
            height_px=sensor.frame_height_px,
            visibility_m=weather.visibility_m,
        )
    return shown
