"""Cues become sightings, sightings go to sites: nearest first as a whole, none twice, none lost."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otear.evidence.association import EXTENT_M, GATE, assigned, sightings
from otear.geo.frames import Floats

SMALL = 9.0 * np.eye(2)


def spread(count: int) -> Floats:
    return np.repeat(SMALL[None], count, axis=0)


def test_cues_of_one_yard_are_one_sighting_and_of_two_farms_two() -> None:
    yard = np.array([[0.0, 0.0], [25.0, 10.0], [-15.0, 20.0]])
    label = sightings(np.concatenate([yard, yard + np.array([400.0, 0.0])]), spread(6))
    assert label.tolist() == [0, 0, 0, 1, 1, 1]


def test_a_row_of_huts_is_not_one_long_site() -> None:
    row = np.stack([np.arange(40) * 20.0, np.zeros(40)], axis=1)
    label = sightings(row, spread(40))
    assert label.max() >= 4
    for k in range(label.max() + 1):
        assert np.ptp(row[label == k, 0]) < 10.0 * EXTENT_M


def test_two_sightings_go_to_two_sites_though_both_are_nearest_to_one() -> None:
    sites = np.array([[0.0, 0.0], [60.0, 0.0]])
    seen = np.array([[10.0, 0.0], [22.0, 0.0]])
    found = assigned(seen, spread(2), sites, spread(2))
    assert found.site.tolist() == [0, 1]


def test_far_from_all_is_new() -> None:
    found = assigned(np.array([[500.0, 0.0], [1.0, 0.0]]), spread(2), np.zeros((1, 2)), spread(1))
    assert found.site.tolist() == [-1, 0]
    assert np.isnan(found.squared[0])
    assert assigned(np.zeros((2, 2)), spread(2), np.empty((0, 2)), np.empty((0, 2, 2))).site.tolist() == [-1, -1]


@settings(max_examples=100)
@given(st.integers(0, 4), st.integers(0, 3), st.integers(0, 10**6))
def test_the_whole_is_as_near_as_it_can_be(count: int, known: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    seen, sites = rng.uniform(0.0, 150.0, (count, 2)), rng.uniform(0.0, 150.0, (known, 2))
    found = assigned(seen, spread(count), sites, spread(known))
    taken = found.site[found.site >= 0]
    assert len(set(taken.tolist())) == len(taken)
    total = np.nansum(found.squared) + GATE * np.sum(found.site < 0)
    covariance = 2.0 * SMALL + EXTENT_M**2 * np.eye(2)
    away = seen[:, None] - sites[None]
    squared = np.einsum("nmi,ij,nmj->nm", away, np.linalg.inv(covariance), away)
    choices = [*range(known), *[-1] * count]
    least = min(
        sum(GATE if site < 0 else squared[k, site] for k, site in enumerate(one))
        for one in set(permutations(choices, count))
    )
    assert total == pytest.approx(least) or total < least + 1e-9
