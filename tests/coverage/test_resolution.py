"""Resolution: the Johnson criteria, the cap, dwell and passes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otear.coverage.resolution import (
    CYCLES_FOR_HALF,
    ResolutionModel,
    SiteSize,
    Task,
    ground_sample,
    johnson,
    over_passes,
)
from otear.errors import SettingError

gsds = st.floats(0.01, 50.0)
dwells = st.floats(0.0, 1e5)


@pytest.mark.parametrize("task", Task)
def test_half_of_observers_succeed_at_the_cycles_of_the_task(task: Task) -> None:
    assert johnson(CYCLES_FOR_HALF[task], CYCLES_FOR_HALF[task]) == pytest.approx(0.5)


def test_johnson_known_values() -> None:
    # E = 2.7 + 0.7 n/n50: at twice n50, 2^4.1 = 17.148 to 1; at half, 0.5^3.05 = 0.12074 to 1.
    assert johnson([2.0, 0.5], 1.0) == pytest.approx([17.148 / 18.148, 0.12074 / 1.12074], rel=1e-4)


@pytest.mark.parametrize(("fov_deg", "gsd_m"), [(34.0, 3.19), (5.7, 0.52), (2.8, 0.26), (1.2, 0.11)])
def test_sample_at_ten_kilometres_is_the_published_one(fov_deg: float, gsd_m: float) -> None:
    ifov = 2.0 * np.tan(np.radians(fov_deg) / 2.0) / 1920
    assert ground_sample(10_000.0, ifov, ifov, np.pi / 2.0).mean_m == pytest.approx(gsd_m, abs=0.006)


@given(st.floats(1.0, 90.0))
def test_foreshortening_stretches_along_the_sight_line_only(depression_deg: float) -> None:
    sample = ground_sample(5_000.0, 1e-4, 1e-4, np.radians(depression_deg))
    assert sample.across_m == pytest.approx(0.5)
    assert sample.along_m == pytest.approx(0.5 / np.sin(np.radians(depression_deg)))
    assert sample.mean_m**2 == pytest.approx(sample.across_m * sample.along_m)


def test_drums_need_a_fifth_of_a_metre() -> None:
    model = ResolutionModel()
    assert model.glimpse(0.2, "laboratory") > 0.9
    assert model.glimpse(0.5, "laboratory") < 0.35
    assert model.glimpse(3.19, "laboratory") < 0.01


@given(gsds, dwells, st.floats(0.0, 1.0))
def test_no_look_claims_more_than_the_cap_or_than_it_saw(gsd_m: float, dwell_s: float, share: float) -> None:
    model = ResolutionModel()
    assert 0.0 <= model.probability(gsd_m, dwell_s, share) <= model.cap * share


@given(gsds, dwells)
def test_dwell_raises_one_glimpse_to_two_at_most(gsd_m: float, dwell_s: float) -> None:
    model = ResolutionModel(cap=0.999)
    one = model.glimpse(gsd_m)
    shown = model.probability(gsd_m, dwell_s)
    assert min(one, model.cap) - 1e-12 <= shown <= 1.0 - (1.0 - one) ** 2 + 1e-12


@given(gsds, gsds)
def test_finer_is_never_worse(one_m: float, other_m: float) -> None:
    low, high = sorted((one_m, other_m))
    for size in ResolutionModel().sizes:
        assert ResolutionModel().glimpse(low, size.kind) >= ResolutionModel().glimpse(high, size.kind)


def test_unseen_ground_has_no_probability() -> None:
    assert ResolutionModel().probability(np.nan, 100.0, 0.0) == 0.0


@given(st.lists(st.floats(0.0, 0.9), max_size=30))
def test_passes_combine_as_independent_up_to_the_cap(pds: list[float]) -> None:
    total = over_passes(pds, 0.8)
    assert total <= 0.8
    assert total >= min(max(pds, default=0.0), 0.8) - 1e-12
    if total < 0.8:
        assert 1.0 - total == pytest.approx(np.prod([1.0 - pd for pd in pds]))


def test_model_survives_json() -> None:
    model = ResolutionModel((SiteSize("camp", "shelter", 3.0, Task.DETECT),), "camp", 0.8, 1.5, 4.0)
    assert ResolutionModel.from_json(model.to_json()) == model


@pytest.mark.parametrize(
    "wrong",
    [{"cap": 1.0}, {"cap": -0.1}, {"dwell_gain": 0.9}, {"dwell_scale_s": 0.0}, {"reference_kind": "castle"}],
)
def test_settings_out_of_range_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(SettingError):
        ResolutionModel(**wrong)  # type: ignore[arg-type]
