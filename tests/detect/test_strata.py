"""Strata put scores right where they were seen, and say so where another stands in for them."""

from __future__ import annotations

import json

import numpy as np
import pytest

from otear.detect.base import KINDS
from otear.detect.calibration import STRAIGHT, calibration_error
from otear.detect.odds import log_odds, probability
from otear.detect.outcomes import Outcomes
from otear.detect.strata import Strata, fit_strata, strata_from, stratum_name
from otear.domain.authority import SensorKind
from otear.domain.kinds import CueKind

TANK, DRUMS = KINDS.index(CueKind.TANK), KINDS.index(CueKind.DRUMS)


def seen(seed: int, count: int = 4000) -> Outcomes:
    """Scores that are too sure at 0.15 m and too shy at 0.3 m; drums are seldom seen."""
    rng = np.random.default_rng(seed)
    real = rng.beta(0.5, 2.0, count)
    gsd_m = np.where(rng.random(count) < 0.5, 0.15, 0.3)
    score = probability(np.where(gsd_m < 0.2, 2.0, 0.5) * log_odds(np.clip(real, 1e-6, 1 - 1e-6)))
    kind = np.where(rng.random(count) < 0.01, DRUMS, TANK).astype(np.int8)
    return Outcomes(kind, score, rng.random(count) < real, gsd_m, np.full(count, 45.0))


@pytest.fixture(scope="module")
def strata() -> Strata:
    return fit_strata(SensorKind.THERMAL, seen(1))


def test_each_stratum_is_put_right_on_detections_that_were_not_fitted(strata: Strata) -> None:
    fresh = seen(2)
    said = strata.real(fresh)
    pooled = strata.pooled.curve(fresh.score)
    assert calibration_error(said, fresh.real) < 0.02 < calibration_error(fresh.score, fresh.real)
    fine = fresh.gsd_m < 0.2
    assert calibration_error(said[fine], fresh.real[fine]) < calibration_error(pooled[fine], fresh.real[fine])


def test_the_base_rate_is_the_share_that_was_real(strata: Strata) -> None:
    of = seen(1)
    fine = of.gsd_m < 0.2
    assert strata.at(0.15, 45.0).base_rate == of.real[fine].mean()
    assert strata.at(0.15, 45.0).outcomes == fine.sum()


def test_where_outcomes_are_too_few_the_name_says_what_stands_in(strata: Strata) -> None:
    assert strata.at(0.15, 45.0, CueKind.TANK).name == "thermal tank, 0.1 to 0.2 m, 30 to 60°"
    steep = strata.at(0.15, 80.0, CueKind.TANK)
    assert steep.name == "thermal tank, 0.1 to 0.2 m, over 60° (too few outcomes there: thermal tank in all conditions)"
    assert steep.curve == strata.own["thermal tank"].curve
    drums = strata.at(0.15, 45.0, CueKind.DRUMS)
    assert drums.name.endswith("(too few outcomes there: thermal in all conditions)")
    assert drums.curve == strata.pooled.curve != STRAIGHT


def test_bands_are_named_with_their_ends() -> None:
    assert stratum_name(SensorKind.VISIBLE, 0.1, 30.0) == "visible, 0 to 0.1 m, 0 to 30°"
    assert stratum_name(SensorKind.VISIBLE, 0.5, 90.0) == "visible, over 0.4 m, over 60°"


def test_strata_come_back_from_json_as_they_were(strata: Strata) -> None:
    assert strata_from(json.loads(json.dumps(strata.as_json()))) == strata
