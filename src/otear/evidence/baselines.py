"""What others do with the same passes, to stand beside ours: each is known to be wrong, and says how.

Arrays: `prior` (places,); of passes (places, passes), `counted` says which there were.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from otear.detect.odds import log_odds, probability
from otear.geo.frames import Floats


def maximum_score(prior: Floats, best: Floats, counted: NDArray[np.bool_]) -> Floats:
    """The best detection of all passes (`best`, 0 for none), and the prior where there is none: more looks, more
    belief, whatever they show."""
    top = np.where(counted, best, 0.0).max(axis=1, initial=0.0)
    return np.where(top > 0.0, top, prior)


def noisy_or(prior: Floats, best: Floats, counted: NDArray[np.bool_]) -> Floats:
    """One minus the product of (1 - p): any pass alone would do, and none speaks against."""
    return np.asarray(1.0 - (1.0 - prior) * np.prod(np.where(counted, 1.0 - best, 1.0), axis=1))


def every_frame(prior: Floats, frame_log_ratios: Floats, counted: NDArray[np.bool_]) -> Floats:
    """The sum of the log ratios of all frames, as if each were a witness of its own (`frame_log_ratios` are the sums
    within passes)."""
    return probability(log_odds(prior) + np.where(counted, frame_log_ratios, 0.0).sum(axis=1))


def dempster(prior: Floats, best: Floats, pd: Floats, counted: NDArray[np.bool_]) -> Floats:
    """Dempster's rule over {site, none}: a detection is mass for a site, an empty look mass Pd for none, the rest is
    ignorance; stated is the pignistic probability (P. Smets 1990), with the prior's mass to begin with."""
    for_site, for_none, open_ = prior.copy(), 1.0 - prior, np.zeros_like(prior)
    # The prior alone would leave nothing open; half of it does.
    for_site, for_none, open_ = 0.5 * for_site, 0.5 * for_none, np.full_like(prior, 0.5)
    for k in range(best.shape[1]):
        here = counted[:, k]
        site = np.where(here, best[:, k], 0.0)
        none = np.where(here & (best[:, k] <= 0.0), pd[:, k], 0.0)
        rest = 1.0 - site - none
        clash = for_site * none + for_none * site
        scale = 1.0 / np.maximum(1.0 - clash, 1e-12)
        for_site, for_none, open_ = (
            scale * (for_site * (site + rest) + open_ * site),
            scale * (for_none * (none + rest) + open_ * none),
            scale * open_ * rest,
        )
    return np.asarray(for_site + 0.5 * open_)
