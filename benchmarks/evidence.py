"""What is believed of places after several passes, beside what others believe: `python -m benchmarks.evidence`.

Simulated places (`benchmarks/_places.py`): 2% are sites; up to eight passes over each, in four conditions; concealment
and deception hang together over passes. What is fitted (the detector's calibration, how much passes of a condition
agree, the outcome curves) is fitted on other places: `OTEAR_BENCH_PLACES` of them (20,000) and twice as many to be
judged by. Every way gets the same calibrated detections and the same stated Pd, and, marked *put right*, a curve of the
same form fitted on the same outcomes, so that none is worse for want of one. Places in the order of what is stated:
*precision* is that of as many as there are sites.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize, minimize_scalar

from benchmarks._places import PFA, Floats, Places, places
from benchmarks._report import Tables, main
from otear.detect.calibration import brier, calibration_error, fitted, log_loss, precision_at
from otear.detect.odds import log_odds, probability
from otear.evidence import baselines
from otear.evidence.ratios import cue_log_ratio, miss_log_ratio
from otear.evidence.tempering import tempered_sums

_FRAME_SHOWS = 0.7
"""How often a frame of a pass that shows something shows it itself."""


class Detector:
    """Calibrated on places whose truth is known: scores of passes, and of frames, as probabilities of a site."""

    def __init__(self, known: Places) -> None:
        truth = np.broadcast_to(known.site[:, None], known.seen.shape)
        self._passes, self.base = _logistic(known.score[known.seen], truth[known.seen])
        shown = ~np.isnan(known.frame_scores)
        frames = np.broadcast_to(truth[:, :, None], shown.shape)
        self._frames, self.frame_base = _logistic(known.frame_scores[shown], frames[shown])

    def real(self, of: Places) -> Floats:
        """The probability that each pass's detection is a site; 0 where there is none."""
        return np.where(of.seen, probability(_line(self._passes, np.nan_to_num(of.score))), 0.0)

    def pass_ratios(self, of: Places) -> Floats:
        """One log ratio for each pass."""
        cue = cue_log_ratio(self.real(of), self.base, 1.0, 0.0, pd=of.pd, pfa=PFA)
        return np.where(of.seen, cue, miss_log_ratio(of.pd, PFA))

    def frame_ratios(self, of: Places) -> Floats:
        """The sums over the frames of each pass of what every frame says."""
        shown = ~np.isnan(of.frame_scores)
        real = probability(_line(self._frames, np.nan_to_num(of.frame_scores)))
        pd, pfa = of.pd[:, :, None] * _FRAME_SHOWS, PFA * _FRAME_SHOWS
        cue = cue_log_ratio(real, self.frame_base, 1.0, 0.0, pd=pd, pfa=pfa)
        return np.asarray(np.where(shown, cue, miss_log_ratio(pd, pfa)).sum(axis=2))


def _logistic(scores: Floats, truth: NDArray[np.bool_]) -> tuple[Floats, float]:
    def loss(at: Floats) -> float:
        x = _line(at, scores)
        return float(np.mean(np.logaddexp(0.0, x) - truth * x))

    return np.asarray(minimize(loss, np.array([0.0, 1.0]), method="BFGS").x), float(truth.mean())


def _line(at: Floats, scores: Floats) -> Floats:
    return np.asarray(at[0] + at[1] * scores)


def tempered(of: Places, ratios: Floats, rho: float) -> Floats:
    """The posterior from ratios of passes."""
    return probability(log_odds(of.prior) + tempered_sums(ratios, of.condition, of.counted, rho))


def ways(known: Places) -> tuple[dict[str, Callable[[Places], Floats]], float]:
    """How each way, fitted on `known`, believes; and rho."""
    detector = Detector(known)
    ratios = detector.pass_ratios(known)
    rho = float(
        minimize_scalar(
            lambda at: log_loss(tempered(known, ratios, at), known.site), bounds=(0.0, 1.0), method="bounded"
        ).x
    )

    def seen_only(of: Places) -> Floats:
        return np.where(of.seen, detector.pass_ratios(of), 0.0)

    plain: dict[str, Callable[[Places], Floats]] = {
        "ours": lambda of: tempered(of, detector.pass_ratios(of), rho),
        "without misses": lambda of: tempered(of, seen_only(of), rho),
        "without tempering": lambda of: tempered(of, detector.pass_ratios(of), 0.0),
        "per frame, not per pass": lambda of: tempered(of, detector.frame_ratios(of), rho),
        "prior only": lambda of: of.prior,
        "maximum score": lambda of: baselines.maximum_score(of.prior, detector.real(of), of.counted),
        "noisy-or": lambda of: baselines.noisy_or(of.prior, detector.real(of), of.counted),
        "every frame independent": lambda of: baselines.every_frame(of.prior, detector.frame_ratios(of), of.counted),
        "Dempster's rule": lambda of: baselines.dempster(of.prior, detector.real(of), of.pd, of.counted),
    }
    right: dict[str, Callable[[Places], Floats]] = {}
    for name, believe in plain.items():
        curve = fitted(believe(known), known.site)
        right[name] = believe
        right[f"{name}, put right"] = lambda of, believe=believe, curve=curve: curve(believe(of))  # type: ignore[misc]
    return right, rho


def rows(count: int, seed: int) -> list[dict[str, Any]]:
    """One row for each way."""
    rng = np.random.default_rng(seed)
    known, judged = places(count, rng), places(2 * count, rng)
    sites = int(judged.site.sum())
    believing, rho = ways(known)
    found = []
    for name, believe in believing.items():
        stated = believe(judged)
        found.append(
            {
                "way": name,
                "places": len(stated),
                "brier": brier(stated, judged.site),
                "log loss": log_loss(stated, judged.site),
                "calibration error": calibration_error(stated, judged.site),
                "precision": precision_at(stated, judged.site, sites),
                "precision at half": precision_at(stated, judged.site, sites // 2),
                "rho": rho if name.startswith("ours") else None,
            }
        )
    return found


def tables() -> Tables:
    """Ours, ours with something left out, and the others."""
    count, seed = (
        int(os.environ.get(f"OTEAR_BENCH_{name}", value)) for name, value in (("PLACES", "20000"), ("SEED", "7"))
    )
    table = rows(count, seed)
    left_out = ("without", "per frame")
    return {
        "Ours beside others": [row for row in table if not row["way"].startswith(left_out)],
        "What each part is for": [row for row in table if row["way"].startswith(("ours", *left_out))],
    }


if __name__ == "__main__":
    main(tables, __doc__)
