"""Records and forecasts in the index: they come back as they were read, once, and with their entries or not at all."""

from __future__ import annotations

import string
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, get_type_hints

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otear.domain.kinds import SiteKind
from otear.domain.ledger import Draft
from otear.domain.records import (
    Commodity,
    CountRecord,
    Dated,
    End,
    EndKind,
    EventRecord,
    FlowRecord,
    Found,
    Period,
    Precision,
    SeizureRecord,
    Source,
    Status,
)
from otear.domain.series import Records, in_series
from otear.errors import NotFoundError
from otear.forecast.readers import quantity
from otear.store.record_documents import WHAT, AnyRecord, record_from, record_text
from otear.store.records import FileRow, ForecastRow
from otear.store.workspace import Workspace, open_workspace

NOTE = Draft(1, "ana", "analyst", "import_records", "records", "x.csv")
UNWRITABLE = replace(NOTE, subject_sha256="no hash")
YEAR = Period(date(2024, 1, 1), date(2024, 12, 31))
WHERE = Source("x.csv", 2, "https://example.org/ñ")
COUNT = CountRecord("s", "SEDENA", "25006", YEAR, 3, WHERE, SiteKind.LABORATORY, Status.ACTIVE, exposure=0.5)
EVENT = EventRecord(
    "e", "press", "MX1", "7", "25006", "Los Cedritos", None, Dated.UNKNOWN, 2, replace(WHERE, line=3), None, "complex",
    Status.UNKNOWN, Found.TOLD, observables=("drums", "tanks"),
)  # fmt: skip
SEIZURE = SeizureRecord(
    "z", "CBP", "Tucson", YEAR, Commodity.PRODUCT, quantity(Decimal("2.50"), "lbs", Precision.ROUNDED),
    replace(WHERE, line=4), seizures=4, revision=1,
)  # fmt: skip
FLOW = FlowRecord(
    "f", "customs", End("Far", EndKind.COUNTRY, 35.0, -140.0), End("Port", EndKind.PORT), Commodity.PRECURSOR, YEAR,
    replace(WHERE, line=5), 9,
)  # fmt: skip
EVERY: tuple[AnyRecord, ...] = (COUNT, EVENT, SEIZURE, FLOW)
RECORDS = Records("x", "plain", in_series([COUNT]), in_series([EVENT]), in_series([SEIZURE]), in_series([FLOW]))


def staged(workspace: Workspace, folder: Path, text: str = "a file\n") -> Any:
    path = folder / "x.csv"
    path.write_text(text, encoding="utf-8")
    place = folder / f"staged-{len(list(folder.iterdir()))}"
    place.mkdir()
    return workspace.records.stage(path, place)


def file_row(sha256: str, at_us: int = 5) -> FileRow:
    return FileRow(sha256, "x.csv", "plain", ("mun_lon",), at_us, "ana")


def forecast(**changes: Any) -> ForecastRow:
    row = ForecastRow(
        "fc-1", 5, "ana", "s", 2025, {"years": [2020, 2024], "model": "ñ"}, ("25005", "25006"), np.array([0.1, 2.5]),
        np.array([0.3, 0.7]),
    )  # fmt: skip
    return replace(row, **changes)


@pytest.mark.parametrize("record", EVERY, ids=lambda record: WHAT[type(record)])
def test_a_record_comes_back_as_it_was(record: AnyRecord) -> None:
    text = record_text(record)
    assert record_from(WHAT[type(record)], text) == record
    assert record_text(record_from(WHAT[type(record)], text)) == text


words = st.text(string.ascii_letters + "ñ '\"\\", max_size=12)


@given(st.builds(
    CountRecord, words.filter(bool), words.filter(bool), words.filter(bool),
    st.builds(Period, st.dates(), st.dates()), st.integers(0, 10**9),
    st.builds(Source, words, st.integers(1, 10**6), words), st.none() | st.sampled_from(SiteKind),
    st.sampled_from(Status), st.sampled_from(Precision), st.integers(0, 9), words,
    st.none() | st.floats(0.0, 1e6), words,
))  # fmt: skip
def test_any_count_comes_back_as_it_was(record: CountRecord) -> None:
    if record.source.file:
        assert record_from("count", record_text(record)) == record


def test_every_field_of_every_record_is_a_plain_one_or_known() -> None:
    """Whoever adds a field of a new type is told here that documents must learn it."""
    known = {"str", "int", "float", "Status", "Precision", "Dated", "Found", "Commodity", "SiteKind", "Period"}
    known |= {"Source", "Quantity", "End", "tuple", "NoneType"}
    for kind in WHAT:
        hints = get_type_hints(kind)
        for field in fields(kind):
            parts = getattr(hints[field.name], "__args__", (hints[field.name],))
            assert {getattr(part, "__name__", "ellipsis") for part in parts} <= known | {"ellipsis"}, field


def test_what_was_put_in_comes_back_after_reopening(workspace: Workspace, tmp_path: Path) -> None:
    raw = staged(workspace, tmp_path)
    assert workspace.records.add_records(file_row(raw.sha256), raw, RECORDS, [NOTE]) == 4
    again = open_workspace(workspace.root).records
    found = again.records()
    assert [series.records for series in found.every] == [(one,) for one in EVERY]
    assert again.records("z").seizures[0].records == (SEIZURE,)
    assert again.records("z").counts == ()
    assert again.files() == [file_row(raw.sha256)]
    assert again.source(raw.sha256).read_text() == "a file\n"
    assert workspace.ledger.size() == 1


def test_the_same_file_again_adds_nothing_and_one_more_series_of_it_does(workspace: Workspace, tmp_path: Path) -> None:
    raw = staged(workspace, tmp_path)
    only = RECORDS.only("s")
    assert workspace.records.add_records(file_row(raw.sha256), raw, only, []) == 1
    raw = staged(workspace, tmp_path)
    assert workspace.records.add_records(file_row(raw.sha256, 9), raw, only, [NOTE]) == 0
    raw = staged(workspace, tmp_path)
    assert workspace.records.add_records(file_row(raw.sha256, 10), raw, RECORDS, [NOTE]) == 3
    assert len(workspace.records.records()) == 4
    assert workspace.records.files() == [file_row(raw.sha256)], "the first import stands"


def test_one_line_may_say_two_things_of_one_series(workspace: Workspace, tmp_path: Path) -> None:
    active = replace(COUNT, status=Status.UNKNOWN, count=9)
    raw = staged(workspace, tmp_path)
    two = Records("x", "plain", in_series([COUNT, active]))
    assert workspace.records.add_records(file_row(raw.sha256), raw, two, []) == 2
    assert workspace.records.records("s").counts[0].records == (COUNT, active)


def test_records_stand_or_fall_with_their_entries(workspace: Workspace, tmp_path: Path) -> None:
    raw = staged(workspace, tmp_path)
    with pytest.raises(Exception, match="hash"):
        workspace.records.add_records(file_row(raw.sha256), raw, RECORDS, [NOTE, UNWRITABLE])
    with pytest.raises(Exception, match="hash"):
        workspace.records.add_forecast(forecast(), [], [UNWRITABLE])
    assert len(workspace.records.records()) == 0
    assert workspace.records.files() == []
    assert workspace.records.latest_forecast() is None
    assert workspace.ledger.size() == 0


def test_a_series_that_is_not_there_is_refused_with_those_that_are(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="otear forecast import"):
        workspace.records.records("s")
    raw = staged(workspace, tmp_path)
    workspace.records.add_records(file_row(raw.sha256), raw, RECORDS, [])
    with pytest.raises(NotFoundError, match="There are e, f, s, z"):
        workspace.records.records("x")


def test_the_forecast_that_was_made_last_is_the_latest(workspace: Workspace) -> None:
    first, second = forecast(), forecast(forecast_id="fc-2", made_us=6, series="t")
    for row in (first, second):
        workspace.records.add_forecast(row, [], [NOTE])
    found = open_workspace(workspace.root).records.latest_forecast()
    assert found is not None
    assert (found.forecast_id, found.document, found.areas) == ("fc-2", first.document, first.areas)
    assert np.array_equal(found.mean, first.mean)
    assert np.array_equal(found.shape, first.shape)
    of_first = workspace.records.latest_forecast("s")
    assert of_first is not None
    assert of_first.forecast_id == "fc-1"
    workspace.records.add_forecast(replace(first, made_us=7), [], [])
    made_again = workspace.records.latest_forecast()
    assert made_again is not None
    assert (made_again.forecast_id, made_again.made_us) == ("fc-1", 7)
    assert workspace.records.latest_forecast("nobody's") is None


def test_a_file_that_is_gone_is_told(workspace: Workspace) -> None:
    with pytest.raises(NotFoundError, match="not there any more"):
        workspace.records.source("0" * 64)
