"""Series stay apart, revisions replace, conflicts are shown."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otear.domain.records import Commodity, CountRecord, Period, Precision, SeizureRecord, Source, Status
from otear.domain.series import Series, in_series
from otear.errors import InputError
from otear.forecast.readers import conflicts, impossible, quantity, yearly_counts
from otear.forecast.readers.values import whole_month, whole_year

YEAR = whole_year(2020)
PERIODS = st.builds(
    lambda first, days: Period(date.fromordinal(first), date.fromordinal(first + days)),
    st.integers(730_000, 731_000),
    st.integers(0, 900),
)


def count(number: int, *, series: str = "a", area: str = "25006", period: Period = YEAR, line: int = 2,
          revision: int = 0, status: Status = Status.UNKNOWN, url: str = "") -> CountRecord:  # fmt: skip
    return CountRecord(
        series, "agency", area, period, number, Source("a.csv", line, url), status=status, revision=revision
    )


def test_a_record_of_another_series_is_refused() -> None:
    with pytest.raises(InputError, match="the series 'b' cannot be put into the series 'a'") as error:
        Series("a", (count(1), count(2, series="b", line=7)))
    assert error.value.source == "a.csv line 7"


def test_two_series_cannot_be_added_or_joined() -> None:
    one, other = Series("a", (count(1),)), Series("b", (count(2, series="b"),))
    with pytest.raises(InputError):
        one.joined(other)
    with pytest.raises(TypeError):
        one + other  # type: ignore[operator]
    assert len(one.joined(Series("a", (count(3, line=3),))).records) == 2


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 9))))
def test_sorting_into_series_loses_and_mixes_nothing(rows: list[tuple[str, int]]) -> None:
    records = [count(number, series=name, line=line) for line, (name, number) in enumerate(rows)]
    found = in_series(records)
    assert sorted(one.source.line for series in found for one in series.records) == list(range(len(rows)))
    assert all(one.series == series.name for series in found for one in series.records)
    assert len({series.name for series in found}) == len(found)


def test_a_later_revision_replaces_and_the_earlier_is_kept() -> None:
    series = Series("a", (count(104), count(635, line=3, revision=1), count(7, area="25005", line=4)))
    assert [one.count for one in series.current()] == [635, 7]
    assert [one.count for one in series.superseded()] == [104]
    found = yearly_counts(series)
    assert found.rows == (("25005", 2020, 7.0), ("25006", 2020, 635.0))
    assert [(one.record.count, one.why) for one in found.left_out] == [(104, "a later revision replaces it")]


def test_conflicts_within_a_series_keep_all_versions_and_none_is_chosen() -> None:
    series = Series("a", (count(3, url="x"), count(5, line=3, url="y"), count(3, line=4, url="z")))
    (found,) = conflicts([series])
    assert [one.count for one in found.versions] == [3, 5, 3]
    assert not found.across
    assert not found.only_rounding
    with pytest.raises(InputError, match=r"25006 has 3 by .* and 5 by"):
        yearly_counts(series)


def test_conflicts_across_series_are_marked_as_such() -> None:
    (found,) = conflicts([Series("a", (count(104),)), Series("b", (count(635, series="b"),))])
    assert found.across
    assert {one.series for one in found.versions} == {"a", "b"}
    assert conflicts([Series("a", (count(104),)), Series("b", (count(104, series="b"),))]) == ()


def test_the_seizure_of_february_2023_is_kept_counted_and_rounded() -> None:
    """FACTS.md: 629,138 tablets; the press rounds to 630,000."""
    day = Period(date(2023, 2, 14), date(2023, 2, 14))

    def seized(amount: str, precision: Precision, line: int) -> SeizureRecord:
        much = quantity(Decimal(amount), "tablets", precision)
        where = Source("seizures.csv", line, "https://example.org")
        return SeizureRecord("a", "SEDENA", "25006", day, Commodity.PRODUCT, much, where, event="MX041")

    series = Series("a", (seized("629138", Precision.COUNTED, 2), seized("630000", Precision.ROUNDED, 3)))
    assert len(series.current()) == 2
    (found,) = conflicts([series])
    assert [one.value for one in found.versions] == [Decimal(629138), Decimal(630000)]
    assert found.only_rounding
    (other,) = conflicts([Series("a", (series.records[0], seized("640000", Precision.ROUNDED, 4)))])
    assert not other.only_rounding


def test_totals_below_their_parts_in_time_are_found() -> None:
    whole = count(10, period=Period(date(2018, 12, 1), date(2022, 6, 30)), line=2)
    parts = [count(6, period=whole_year(2019), line=3), count(5, period=whole_year(2020), line=4)]
    overlapping = count(9, period=Period(date(2019, 7, 1), date(2020, 6, 30)), line=5)
    (found,) = impossible(Series("a", (whole, overlapping, *parts)))
    assert found.whole is whole
    assert found.parts == tuple(parts)
    assert found.short == 1
    assert impossible(Series("a", (count(11, period=whole.period), *parts))) == ()


def test_totals_below_their_parts_in_space_are_found() -> None:
    series = Series("a", (count(4, area="25"), count(3, line=3), count(2, area="25005", line=4)))
    (found,) = impossible(series)
    assert (found.whole.area, found.short) == ("25", 1)


@given(st.lists(st.tuples(PERIODS, st.integers(0, 20)), max_size=8))
def test_what_is_impossible_really_is(rows: list[tuple[Period, int]]) -> None:
    """Parts lie within the whole, do not overlap, and count more; and truth, which adds up, is never accused."""
    records = tuple(count(number, period=period, line=line) for line, (period, number) in enumerate(rows))
    for found in impossible(Series("a", records)):
        assert all(found.whole.period.holds(part.period) for part in found.parts)
        assert sum(part.count for part in found.parts) == found.whole.count + found.short > found.whole.count
        spans = sorted(part.period for part in found.parts)
        assert not any(one.meets(other) for one, other in pairwise(spans))
    true = tuple(count(period.days, period=period, line=line) for line, (period, _) in enumerate(rows))
    assert impossible(Series("a", true)) == ()


def test_years_are_summed_from_months_with_the_share_that_was_counted() -> None:
    series = Series("a", tuple(count(month, period=whole_month(2021, month), line=month) for month in (1, 2, 3)))
    found = yearly_counts(series)
    assert found.rows == (("25006", 2021, 6.0),)
    assert found.exposure == {("25006", 2021): pytest.approx(90 / 365)}


def test_a_year_is_not_counted_again_by_its_half() -> None:
    half = Period(date(2020, 1, 1), date(2020, 6, 30))
    found = yearly_counts(Series("a", (count(5, period=half), count(9, line=3))))
    assert found.rows == (("25006", 2020, 9.0),)
    assert [one.record.count for one in found.left_out] == [5]


def test_active_sites_are_not_added_to_the_total_that_holds_them() -> None:
    series = Series("a", (count(527), count(24, line=3, status=Status.ACTIVE)))
    assert yearly_counts(series).rows[0][2] == 527.0
    assert yearly_counts(series, status=Status.ACTIVE).rows[0][2] == 24.0


def test_a_state_and_its_municipio_are_not_added() -> None:
    series = Series("a", (count(46, area="25"), count(26, line=3)))
    with pytest.raises(InputError, match="counts 25006 and also the state 25"):
        yearly_counts(series)
    assert yearly_counts(series, areas={"25"}).rows == (("25", 2020, 46.0),)
