"""How far one pass moves belief: one likelihood ratio for what it showed, or for that it showed nothing.

Ratios are natural logarithms: above 0 speaks for a site, below 0 against one. Arrays broadcast.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from otear.detect.odds import log_odds
from otear.geo.frames import Floats

MOST_SURE = 0.999
"""No probability of a detector or of a look is believed beyond this, nor below one minus it."""

_MOST_LOG_WORTH = 50.0
"""Beyond this a cue is there, and its exponential would overflow."""


def miss_log_ratio(pd: ArrayLike, pfa: ArrayLike) -> Floats:
    """What it says that a look showed nothing: log((1 - Pd) / (1 - Pfa)).

    `pd` is the probability that a site there would have shown itself (`coverage`), `pfa` that a place without one shows
    something all the same. A look that could see nothing says nothing; none says that there is nothing: Pd is never 1.
    """
    seen, false = np.clip(pd, 0.0, MOST_SURE), np.clip(pfa, 0.0, MOST_SURE)
    return np.asarray(np.minimum(np.log1p(-seen) - np.log1p(-false), 0.0))


def cue_log_ratio(
    real: ArrayLike, base_rate: ArrayLike, at_sites: ArrayLike, elsewhere: ArrayLike, *, pd: ArrayLike, pfa: ArrayLike
) -> Floats:
    """What it says that a look showed something that is a cue with probability `real`.

    `real` is calibrated where the share `base_rate` of all detections is real, so that beside a look without the cue
    the detection is worth w = (pd / pfa) odds(real) / odds(base_rate). Such cues are at the share `at_sites` of sites
    and at the share `elsewhere` of other places. The ratio is (a w + 1 - a) / (b w + 1 - b), with a and b those shares:
    a real tank is worth a / b and no more, because ranches have tanks, too. What was seen could be seen: a `pd` below
    `pfa` counts as `pfa`.
    """
    return present_log_ratio(detection_log_worth(real, base_rate, pd=pd, pfa=pfa), at_sites, elsewhere)


def detection_log_worth(real: ArrayLike, base_rate: ArrayLike, *, pd: ArrayLike, pfa: ArrayLike) -> Floats:
    """log w: how much likelier a detection is where there is such a cue than where there is none. Those of several
    passes add up: they are all about the same cue."""
    sure, base = (np.clip(each, 1.0 - MOST_SURE, MOST_SURE) for each in (real, base_rate))
    seen = np.maximum(np.clip(pd, 0.0, 1.0), pfa) / np.asarray(pfa)
    return np.asarray(np.log(seen) + log_odds(sure) - log_odds(base))


def present_log_ratio(log_worth: ArrayLike, at_sites: ArrayLike, elsewhere: ArrayLike) -> Floats:
    """What it says of a site that detections worth w = exp(`log_worth`) speak for a cue: the logarithm of
    (a w + 1 - a) / (b w + 1 - b). However often the same tank is seen again, it is worth a / b and no more."""
    return np.asarray(present_log_likelihood(log_worth, at_sites) - present_log_likelihood(log_worth, elsewhere))


def present_log_likelihood(log_worth: ArrayLike, share: ArrayLike) -> Floats:
    """log(a w + 1 - a): how likely detections worth w = exp(`log_worth`) are at places of which the share a has such a
    cue, beside how likely they are where there is none."""
    return np.asarray(np.log1p(np.asarray(share) * np.expm1(np.minimum(log_worth, _MOST_LOG_WORTH))))
