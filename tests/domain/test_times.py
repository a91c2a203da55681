"""Times in text: whatever a stream's clock says can be written."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otear.domain.times import utc_text


@given(st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC)))
def test_the_standard_library_reads_it_back(moment: datetime) -> None:
    time_us = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // (moment.resolution)
    assert datetime.fromisoformat(utc_text(time_us)) == moment.replace(microsecond=moment.microsecond // 1000 * 1000)


@pytest.mark.parametrize(
    ("time_us", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (1_709_654_400_123_999, "2024-03-05T16:00:00.123Z"),
        (1_700_000_000_000_000_000, "55840-11-08T22:13:20.000Z"),
        (2**63 - 1, "294247-01-10T04:00:54.775Z"),
    ],
)
def test_clocks_of_any_year(time_us: int, text: str) -> None:
    assert utc_text(time_us) == text
