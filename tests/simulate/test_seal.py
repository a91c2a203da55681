"""The sealed truth: whole for whoever has the seed, noise for everybody else."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otear.errors import InputError
from otear.simulate.world.hide import hide_sites, spots_of
from otear.simulate.world.lookalikes import add_lookalikes
from otear.simulate.world.seal import read_truth, secret, write_truth
from otear.simulate.world.things import Things
from otear.simulate.world.truth import Truth

from .countries import STARTS_US, small_country, small_prospect


@cache
def truth() -> Truth:
    sites, things = hide_sites(small_prospect(), 12, STARTS_US, np.random.default_rng(1))
    alike, more = add_lookalikes(small_country(), spots_of(sites, small_prospect()), np.random.default_rng(2))
    return Truth("w-0123456789abcdef", small_country().land, things.joined(more), sites, alike)


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sealed") / "truth"
    write_truth(path, truth(), 7)
    return path


def test_what_is_sealed_comes_back_whole(sealed: Path) -> None:
    back = read_truth(sealed, 7)
    assert (back.world_id, back.sites, back.lookalikes) == (truth().world_id, truth().sites, truth().lookalikes)
    for name in ("msl_m", "cover", "canopy", "moisture"):
        was, is_now = getattr(truth().land, name), getattr(back.land, name)
        assert was.dtype == is_now.dtype
        assert np.array_equal(was, is_now)
    assert back.land.villages == truth().land.villages
    assert back.land.grid == truth().land.grid
    assert len(back.land.ways) == len(truth().land.ways)
    assert all(
        (a.kind, a.width_m) == (b.kind, b.width_m) and np.array_equal(a.points_m, b.points_m)
        for a, b in zip(back.land.ways, truth().land.ways, strict=True)
    )
    for was_things, things in ((truth().things, back.things), (truth().land.things, back.land.things)):
        for column in fields(Things):
            assert np.array_equal(getattr(was_things, column.name), getattr(things, column.name))


def test_the_same_truth_is_the_same_bytes(sealed: Path, tmp_path: Path) -> None:
    write_truth(tmp_path / "again", truth(), 7)
    write_truth(tmp_path / "other", truth(), 8)
    assert (tmp_path / "again").read_bytes() == sealed.read_bytes()
    assert (tmp_path / "other").read_bytes() != sealed.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["again", "other"]


def test_another_seed_does_not_open_it(sealed: Path) -> None:
    with pytest.raises(InputError, match="does not open with this seed, or is damaged"):
        read_truth(sealed, 8)


@given(st.floats(0.0, 1.0, exclude_max=True), st.integers(0, 7))
def test_one_flipped_bit_is_found_out(sealed: Path, where: float, bit: int) -> None:
    data = bytearray(sealed.read_bytes())
    data[int(where * len(data))] ^= 1 << bit
    damaged = sealed.with_name("damaged")
    damaged.write_bytes(data)
    with pytest.raises(InputError, match=r"damaged|no sealed truth"):
        read_truth(damaged, 7)


def test_what_is_no_truth_is_said_to_be_none(tmp_path: Path, sealed: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_truth(tmp_path / "none", 7)
    (tmp_path / "text").write_text("hello")
    with pytest.raises(InputError, match="no sealed truth"):
        read_truth(tmp_path / "text", 7)
    (tmp_path / "short").write_bytes(sealed.read_bytes()[:20])
    with pytest.raises(InputError, match="damaged"):
        read_truth(tmp_path / "short", 7)


def test_every_purpose_has_its_own_key() -> None:
    assert len({secret(seed, purpose) for seed in (7, 8) for purpose in ("truth", "host")}) == 4
