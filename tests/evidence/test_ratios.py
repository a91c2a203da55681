"""One ratio per pass: as far as Bayes' rule goes with what is stated, and no further."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otear.detect.odds import log_odds, probability
from otear.evidence.ratios import cue_log_ratio, miss_log_ratio

SHARE = st.floats(0.001, 0.95)


@given(st.floats(1e-9, 1.0 - 1e-9))
def test_log_odds_and_probability_are_inverse(p: float) -> None:
    assert probability(log_odds(p)) == pytest.approx(p, rel=1e-6)


def test_a_miss_is_the_quotient_of_two_chances() -> None:
    assert miss_log_ratio(0.8, 0.05) == pytest.approx(np.log(0.2 / 0.95))
    assert miss_log_ratio(0.0, 0.05) == 0.0, "a look that could see nothing says nothing"
    assert np.isfinite(miss_log_ratio(1.0, 0.0)), "no look is proof"


@given(pd=SHARE, pfa=SHARE)
def test_a_miss_never_speaks_for_a_site(pd: float, pfa: float) -> None:
    assert miss_log_ratio(pd, pfa) <= 0.0


@given(real=st.floats(0.0, 1.0), base=SHARE, at=SHARE, elsewhere=SHARE, pd=SHARE)
def test_a_cue_is_worth_no_more_than_how_much_commoner_it_is_at_sites(
    real: float, base: float, at: float, elsewhere: float, pd: float
) -> None:
    moved = float(cue_log_ratio(real, base, at, elsewhere, pd=pd, pfa=0.03))
    ends = sorted((np.log(at / elsewhere), np.log((1.0 - at) / (1.0 - elsewhere))))
    assert ends[0] - 1e-9 <= moved <= ends[1] + 1e-9


def test_a_cue_that_only_sites_have_is_worth_its_detection() -> None:
    """By Bayes' rule, from counts: of 1,000 detections 200 are real, of those scored like this 60 of 100."""
    worth = (60 / 200) / (40 / 800)
    assert cue_log_ratio(0.6, 0.2, 1.0, 0.0, pd=0.5, pfa=0.05) == pytest.approx(np.log(10.0 * worth))


def test_what_was_seen_could_be_seen() -> None:
    unstated = cue_log_ratio(0.9, 0.2, 0.6, 0.02, pd=0.0, pfa=0.03)
    assert unstated > 0.0
    assert unstated == cue_log_ratio(0.9, 0.2, 0.6, 0.02, pd=0.03, pfa=0.03)


def test_the_surer_the_detector_the_more() -> None:
    real = np.linspace(0.01, 0.99, 50)
    assert (np.diff(cue_log_ratio(real, 0.3, 0.6, 0.02, pd=0.7, pfa=0.03)) > 0.0).all()
