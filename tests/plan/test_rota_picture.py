"""The picture of a rota: grey, whole, and the same for the same rota."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread

from otear.domain.rota import MaintenanceSlot, Rota, Slot
from otear.errors import InputError
from otear.plan.rota.make import Effort, make_rota
from otear.plan.rota.picture import draw_rota
from otear.plan.rota.weather import after_weather

from .rotas import at, problem


def test_the_picture_is_grey_and_the_same_for_the_same_rota(tmp_path: Path) -> None:
    asked = problem(4)
    fixed = replace(asked.airframes[0], fixed_maintenance=(MaintenanceSlot(at(20), at(26)),))
    away = replace(asked.crews[0], away=(Slot(at(40), at(50)),))
    asked = replace(asked, airframes=(fixed,), crews=(away, *asked.crews[1:]))
    rota = make_rota(asked, effort=Effort(0.01, 0.05, 0.02, 0.02))
    day = after_weather(asked, rota, {rota.flights[0].flight_id})
    pictures = [tmp_path / f"{name}.png" for name in ("one", "again", "day", "empty")]
    for drawn, path in zip((rota, rota, day), pictures, strict=False):
        draw_rota(asked, drawn, path)
    assert pictures[0].read_bytes() == pictures[1].read_bytes()
    seen = [imread(path) for path in pictures[:3]]
    assert not np.array_equal(seen[0], seen[2])
    assert all((one[..., :3].max(axis=-1) == one[..., :3].min(axis=-1)).all() for one in seen)
    draw_rota(replace(asked, airframes=(), crews=()), Rota(asked.start_us, (), (), (), ()), pictures[3])
    assert pictures[3].exists()
    with pytest.raises(InputError):
        draw_rota(asked, rota, tmp_path / "rota.jpg")
