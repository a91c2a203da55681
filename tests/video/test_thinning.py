from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from otear.video.thinning import EvenSample


@given(st.integers(1, 40), st.integers(0, 2_000))
def test_sample_is_bounded_even_and_complete_while_it_can_be(size: int, count: int) -> None:
    sample: EvenSample[int] = EvenSample(size)
    for item in range(count):
        sample.add(item)
    assert len(sample.items) == min(count, len(sample.items), size)
    if count <= size:
        assert sample.items == list(range(count))
    else:
        assert len(sample.items) >= size // 2
        assert len(set(np.diff(sample.items))) <= 1
