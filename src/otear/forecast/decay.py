"""Sums of the past in which what is older counts less, and of what is near in which what is farther counts less."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array, eye_array
from scipy.spatial import cKDTree

from otear.forecast.panel import Floats, Panel

_REACH = 3.0


def along(table: Floats, weights: Floats) -> Floats:
    """`table @ weights` (…, k) by (k,), the same to the last bit on any number of threads, which a BLAS is not."""
    return np.asarray(np.einsum("...k,k->...", table, weights, optimize=False))


def across(weights: Floats, table: Floats) -> Floats:
    """`weights @ table` (m,) by (m, …), likewise."""
    return np.asarray(np.einsum("m,m...->...", weights, table, optimize=False))


def decayed(values: Floats, half_life_years: float) -> Floats:
    """Sums over the last axis, years: each year counts half of what a year `half_life_years` later counts."""
    ages = np.arange(values.shape[-1])[::-1]
    return along(values, np.exp2(-ages / half_life_years))


def spacing_m(places_m: Floats) -> float:
    """The median distance of a place from the nearest other place."""
    distances = np.asarray(cKDTree(places_m).query(places_m, k=min(2, len(places_m)))[0])
    return float(np.median(distances[..., -1])) or 1.0


def near(places_m: Floats, width_m: float) -> csr_array:
    """Gaussian weights between places, 1 at distance 0 and 0 beyond three widths: (n, n), diagonal included."""
    tree = cKDTree(places_m)
    pairs = tree.sparse_distance_matrix(tree, _REACH * width_m, output_type="coo_matrix")
    weights = np.exp(-0.5 * (pairs.data / width_m) ** 2)
    return csr_array((weights, (pairs.row, pairs.col)), shape=pairs.shape)


def surroundings(panel: Panel) -> tuple[csr_array, csr_array] | None:
    """Weights of what is next to each area and of what is farther about it, without the area itself.

    By distance where the panel has places (Gaussian of one and of four spacings), else by touching (one step, and up to
    two steps); None where the panel has neither.
    """
    if panel.places_m is not None:
        spacing = spacing_m(panel.places_m)
        both = [near(panel.places_m, times * spacing) for times in (1.0, 4.0)]
    elif panel.neighbours is not None:
        one = csr_array(panel.neighbours)
        both = [one, csr_array(one + 0.5 * ((one @ one) > 0))]
    else:
        return None
    itself = eye_array(len(panel.areas), format="csr")
    close, far = (csr_array(weights - itself.multiply(weights)) for weights in both)
    return close, far
