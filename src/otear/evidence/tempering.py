"""Passes that share what misleads them are not so many witnesses.

What looks like a site to one pass mostly looks like one to the next with the same sensor in the same light, and what is
hidden from one is hidden from the other: a roof, a kiln, a canopy. n passes of one such *condition* count as
n / (1 + (n - 1) rho) passes, the effective size of a cluster sample (L. Kish, Survey Sampling, 1965, section 5.4);
rho is how much two passes of a condition agree beyond what a site, or its absence, explains.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from otear.errors import SettingError
from otear.geo.frames import Floats


def weights(condition: ArrayLike, rho: float) -> Floats:
    """What each pass of one place counts, shape (n,), for its condition, any labels of shape (n,).

    Raises `SettingError` for a rho that is not from 0 (each counts in full) to 1 (all of a condition count as one).
    """
    if not 0.0 <= rho <= 1.0:
        raise SettingError(f"is {rho}", field="rho", remedy="Give a number from 0 to 1")
    _, group, counts = np.unique(np.asarray(condition), return_inverse=True, return_counts=True)
    return np.asarray(1.0 / (1.0 + (counts[group] - 1.0) * rho))


def tempered_sums(log_ratios: Floats, condition: NDArray[np.int64], counted: NDArray[np.bool_], rho: float) -> Floats:
    """Sums of the passes of many places, each weighed by how many of its condition there are: (places,).

    Arrays have shape (places, passes); `counted` says which passes there were. Same weights as `weights`.
    """
    if not 0.0 <= rho <= 1.0:
        raise SettingError(f"is {rho}", field="rho", remedy="Give a number from 0 to 1")
    same = (condition[:, :, None] == condition[:, None, :]) & counted[:, None, :] & counted[:, :, None]
    weight = 1.0 / (1.0 + (np.maximum(same.sum(axis=2), 1) - 1.0) * rho)
    return np.asarray(np.where(counted, log_ratios * weight, 0.0).sum(axis=1))
