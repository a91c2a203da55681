"""Every layout is recognised by its header and read whole, or refused with file, line, column and remedy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otear.domain.kinds import SiteKind
from otear.domain.records import UNPLACED, Commodity, Period, Precision, Status, Unit
from otear.errors import InputError, NotFoundError
from otear.forecast.readers import quantity, read_records, yearly_counts
from otear.forecast.readers.units import FACTORS

Write = Callable[[str], Path]
MUCD = "cvemunicipio,year,month,LabMet_SEDENA,LabHer_SEDENA,LabCoc_SEDENA,pf_11,gn_11\n"
FLOWS = (
    "series,agency,origin,origin_kind,origin_lat_deg,origin_lon_deg,destination,destination_kind,destination_lat_deg,"
    "destination_lon_deg,commodity,period_start,period_end,count,amount,unit,precision,revision,note,source\n"
)
SEIZURES = (
    "series,agency,event,area,period_start,period_end,commodity,seizures,amount,unit,precision,revision,note,source\n"
)
EVENTS = (
    "row_id,event_group,date,date_precision,state,municipality,cvegeo_mun,locality,n_sites,site_kind,status,setting,"
    "found_by,observables,area_m2,source_url\n"
)
COUNTS = "series,agency,period_start,period_end,state,municipality,cvegeo_mun,count,active_count,note,source_url\n"
CBP = "FY,Month (abbv),Component,Region,Land Filter,Area of Responsibility,Drug Type,Count of Event,Sum Qty (lbs)\n"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(text: str) -> Path:
        path = tmp_path / "records.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return written


def test_mucd_is_one_series_for_each_column(write: Write) -> None:
    text = "1001,2010,3,1,0,NA,,2\n25006,2010,,4,0,0,0,0\nNA,2011,12,3,,,,\n"
    found = read_records(write(MUCD + text))
    assert found.names == ("LabMet_SEDENA", "LabHer_SEDENA", "gn_11", "LabCoc_SEDENA", "pf_11")
    met = found.only("LabMet_SEDENA").counts[0].records
    assert [(one.area, one.count) for one in met] == [("01001", 1), ("25006", 4), (UNPLACED, 3)]
    assert met[0].period == Period(date(2010, 3, 1), date(2010, 3, 31))
    assert met[1].period == Period(date(2010, 1, 1), date(2010, 12, 31))
    assert (met[0].agency, met[0].kind) == ("SEDENA", SiteKind.LABORATORY)
    gn = found.only("gn_11").counts[0].records
    assert [(one.count, one.agency, one.kind) for one in gn] == [(2, "not stated", None), (0, "not stated", None)]


def test_mucd_with_one_column_wanted_and_a_column_that_is_not_known(write: Write) -> None:
    path = write("cvemunicipio,year,month,LabMet_SEDENA,other\n02003,1999,1,7,9\n")
    found = read_records(path, "LabMet_SEDENA")
    assert (len(found), found.unread) == (1, ("other",))
    with pytest.raises(NotFoundError, match="no column 'pf_11'"):
        read_records(path, "pf_11")


@pytest.mark.parametrize(
    ("row", "column", "problem"),
    [
        ("99001,2010,1,1,0,0,0,0", "cvemunicipio", "not the key of a municipio"),
        ("25,2010,1,1,0,0,0,0", "cvemunicipio", "not the key of a municipio"),
        ("25006,10,1,1,0,0,0,0", "year", "not a year"),
        ("25006,2010,13,1,0,0,0,0", "month", "not a month"),
        ("25006,2010,1,-1,0,0,0,0", "LabMet_SEDENA", "not a whole number"),
        ("25006,2010,1,1.5,0,0,0,0", "LabMet_SEDENA", "not a whole number"),
        ('25006,2010,1,"1,000",0,0,0,0', "LabMet_SEDENA", "not a number"),
        ("25006,2010,1,nan,0,0,0,0", "LabMet_SEDENA", "not a number"),
        ("25006,2010,1,1e999999999,0,0,0,0", "LabMet_SEDENA", "not a number"),
        ("25006,2010,02,1,0,0,0,0", "cvemunicipio", "on line 2 already"),
    ],
)
def test_a_wrong_field_is_named_with_its_line(write: Write, row: str, column: str, problem: str) -> None:
    path = write(f"{MUCD}25006,2010,2,1,0,0,0,0\n\n{row}\n")
    with pytest.raises(InputError, match=problem) as error:
        read_records(path)
    assert (error.value.source, error.value.field) == (f"{path} line 4", column)


@pytest.mark.parametrize(
    ("raw", "problem", "offset"),
    [
        (b"", "empty", None),
        (MUCD.encode(), "no record", None),
        (MUCD.encode() + b"25006,2010,1,\xff,0,0,0,0\n", "not UTF-8", len(MUCD) + 13),
        (MUCD.encode() + b"25006,2010,1,\0,0,0,0,0\n", "a byte of zero", len(MUCD) + 13),
        (MUCD.encode() + b"25006,2010\n", "2 fields and the header 8", None),
        (MUCD.encode() + b'25006,2010,"1,1,0,0,0,0\n', "cannot be split", None),
        (b"area,year,year,count\na,2000,2000,1\n", "'year' occurs twice", None),
        (b"place,when,how many\nx,2000,1\n", "no layout that is known", None),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, raw: bytes, problem: str, offset: int | None) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(raw)
    with pytest.raises(InputError, match=problem) as error:
        read_records(path)
    assert error.value.offset == offset
    assert str(path) in str(error.value)
    assert error.value.remedy


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.csv: cannot be read"):
        read_records(tmp_path / "none.csv")


def test_a_byte_order_mark_and_quoted_lines_are_read(write: Write) -> None:
    found = read_records(write('\ufeffseries,area,year,count,note\ns,a,2000,1,"two\nlines"\ns,b,2000,2,\n'))
    assert [one.source.line for one in found.counts[0].records] == [2, 4]


def test_plain_counts_of_counties_and_cells(write: Write) -> None:
    counties = read_records(write("series,state,county,year,n\nA,Ohio,Adams,2004,3\nB,Ohio,Adams,2004,5\n"))
    assert counties.names == ("A", "B")
    assert counties.counts[0].records[0].area == "Ohio/Adams"
    path = write("cell_row,cell_col,year,piled_up_geocode,count\n8,-15,2008,0,2\n8,-15,2008,1,9\n")
    cells = read_records(path, "cells").counts[0]
    assert [one.part for one in cells.records] == ["", "piled_up_geocode"]
    assert yearly_counts(cells).rows == (("8/-15", 2008, 11.0),)
    assert yearly_counts(cells, parts={""}).rows == (("8/-15", 2008, 2.0),)
    with pytest.raises(InputError, match="name no series"):
        read_records(path)


def test_plain_counts_with_everything(write: Write) -> None:
    head = "series,agency,area,period_start,period_end,count,kind,status,precision,exposure,revision,note,source\n"
    path = write(head + "s,x,25006,2020,2020-06-30,4,camp,active,rounded,0.5,2,words,https://example.org\n")
    (one,) = read_records(path).counts[0].records
    assert (one.kind, one.status, one.precision) == (SiteKind.CAMP, Status.ACTIVE, Precision.ROUNDED)
    assert (one.exposure, one.revision, one.source.url) == (0.5, 2, "https://example.org")
    assert one.period == Period(date(2020, 1, 1), date(2020, 6, 30))
    assert yearly_counts(read_records(path).counts[0], status=Status.ACTIVE).exposure == {
        ("25006", 2020): pytest.approx(0.5 * 182 / 366)
    }


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("area,year,count,colour\na,2000,1,red\n", "column 'colour' is unknown"),
        ("area,year,date,count\na,2000,2000-01-01,1\n", "'date' stands beside"),
        ("area,year,count,n\na,2000,1,1\n", "'n' stands beside"),
        ("area,year,count\na,2000,1\na,2000,1\n", "counted on line 2 already"),
        ("area,date,count\na,2000-02-30,1\n", "not a date"),
        ("area,period_start,period_end,count\na,2001,2000,1\n", "is before"),
        ("area,year,count,kind\na,2000,1,castle\n", "'castle' is unknown"),
        ("area,year,count,exposure\na,2000,1,-1\n", "below 0"),
    ],
)
def test_plain_counts_that_are_refused(write: Write, text: str, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        read_records(write(text), "s")


def test_two_sources_of_one_number_are_both_kept(write: Write) -> None:
    path = write("area,year,count,source\na,2000,1,https://one\na,2000,2,https://two\n")
    assert [one.count for one in read_records(path, "s").counts[0].current()] == [1, 2]


def test_cbp_fiscal_years_begin_in_october_and_pounds_become_kilograms(write: Write) -> None:
    rows = "2020,OCT,OFO,North,Other,BUFFALO,Label,2,1\n2020,SEP,OFO,North,Other,BUFFALO,Other Drugs**,1,2.2e-05\n"
    first, second = read_records(write(CBP + rows)).seizures[0].records
    assert first.period == Period(date(2019, 10, 1), date(2019, 10, 31))
    assert second.period == Period(date(2020, 9, 1), date(2020, 9, 30))
    assert first.quantity is not None
    assert (first.quantity.amount, first.quantity.unit) == (Decimal("0.45359237"), Unit.KILOGRAM)
    assert (first.quantity.reported, first.quantity.reported_unit) == (Decimal(1), "lbs")
    assert (first.commodity, first.note, first.seizures) == (Commodity.PRODUCT, "Label", 2)
    assert second.commodity is Commodity.UNKNOWN
    with pytest.raises(InputError, match="'OCTOBER' is not a month"):
        read_records(write(CBP + "2020,October,OFO,North,Other,BUFFALO,Label,2,1\n"))


def test_press_totals(write: Write) -> None:
    rows = (
        "A_revised,S,2023-01,2023-07,,,,527,24,95% inactive,https://a\n"
        "B,S,2018-12,2021-09,Sinaloa,Culiacán,25006,26,,,https://b\n"
        "C,S,2010-01,2022-06,Sinaloa+Tamazula(Dgo),,,700,,\"'almost 700'\",https://c\n"
    )
    found = read_records(write(COUNTS + rows))
    total, active = found.only("A_revised").counts[0].records
    assert (total.count, total.status, total.revision, total.area) == (527, Status.UNKNOWN, 1, "00")
    assert (active.count, active.status) == (24, Status.ACTIVE)
    (culiacan,) = found.only("B").counts[0].records
    assert (culiacan.area, culiacan.revision) == ("25006", 0)
    (joint,) = found.only("C").counts[0].records
    assert (joint.area, joint.precision) == ("Sinaloa+Tamazula(Dgo)", Precision.ROUNDED)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("A,S,2023-01,2023-07,Sinalo,,,5,,,https://a", "did you mean Sinaloa"),
        ("A,S,2023-01,2023-07,Sonora,Culiacán,25006,5,,,https://a", "25006 does not lie in Sonora"),
        ("A,S,2023-01,2023-07,Sinaloa,Culiacán,,5,,,https://a", "its key is missing"),
        ("A,S,2023-01,2023-07,,,,5,6,,https://a", "6 active sites of 5"),
        ("A,S,2023-01,2023-07,,,,5,,,", "it is empty"),
    ],
)
def test_press_totals_that_are_refused(write: Write, row: str, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        read_records(write(COUNTS + row + "\n"))


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("1,E,2025-01,day,Sinaloa,,25006,,1,lab,unknown,,not_stated,,,u", "not as precise as"),
        ("1,E,2025-01-02,day,Sinaloa,,25006,,1,castle,unknown,,not_stated,,,u", "'castle' is unknown"),
        ("1,E,2025-01-02,day,Sinaloa,,25006,,0,lab,unknown,,not_stated,,,u", "at least 1"),
        ("1,E,2025-01-02,day,Sonora,,25006,,1,lab,unknown,,not_stated,,,u", "does not lie in Sonora"),
    ],
)
def test_events_that_are_refused(write: Write, row: str, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        read_records(write(EVENTS + row + "\n"))


def test_seizures_and_flows(write: Write) -> None:
    seized = read_records(write(SEIZURES + "s,a,E,25006,2023-02-14,2023-02-14,product,,128,kg,,,,https://a\n"))
    (one,) = seized.seizures[0].records
    assert one.quantity is not None
    assert str(one.quantity) == "128 kg (counted)"
    row = "s,a,X,country,,,Y,port,19.05,-104.32,precursor,2024,2024,14,1200,lb,rounded,,,https://a\n"
    (flow,) = read_records(write(FLOWS + row)).flows[0].records
    assert (flow.origin.lat_deg, flow.destination.lon_deg, flow.count) == (None, -104.32, 14)
    assert flow.quantity is not None
    assert flow.quantity.amount == Decimal("544.310844")


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("s,a,X,country,,,Y,port,,,some powder,2024,2024,1,,,,,,u", "'some powder' is unknown"),
        ("s,a,X,country,,,Y,port,,,unknown,2024,2024,1,,,,,,u", "of precursors or of products"),
        ("s,a,X,port,,,X,port,,,product,2024,2024,1,,,,,,u", "ends where it starts"),
        ("s,a,X,country,95,1,Y,port,,,product,2024,2024,1,,,,,,u", "not from -90 to 90"),
        ("s,a,X,country,9,,Y,port,,,product,2024,2024,1,,,,,,u", "it is empty"),
        ("s,a,X,country,,,Y,port,,,product,2024,2024,1,5,barrels,,,,u", "unit 'barrels' is unknown"),
        ("s,a,X,person,,,Y,port,,,product,2024,2024,1,,,,,,u", "'person' is unknown"),
    ],
)
def test_flows_that_are_refused(write: Write, row: str, problem: str) -> None:
    with pytest.raises(InputError, match=problem) as error:
        read_records(write(FLOWS + row + "\n"))
    assert "line 2" in str(error.value.source)


@given(st.decimals(0, 10**12, places=9), st.sampled_from(sorted(FACTORS)))
def test_units_are_converted_without_a_rounding(amount: Decimal, unit: str) -> None:
    found = quantity(amount, unit)
    kept, factor = FACTORS[unit]
    assert found.unit is kept
    (a, b), (c, d), (e, f) = (number.as_integer_ratio() for number in (found.amount, amount, factor))
    assert a * d * f == c * e * b
    assert (found.reported, found.reported_unit) == (amount, unit)


def test_the_real_press_files_are_read_whole(shared_data: Path) -> None:
    counts = read_records(shared_data / "mexico" / "lab_counts_press.csv")
    totals = [one for series in counts.counts for one in series.records if one.status is Status.UNKNOWN]
    assert len(totals) == 66
    events = read_records(shared_data / "mexico" / "lab_events_press.csv").events[0].records
    assert (len(events), sum(one.count for one in events)) == (192, 256)


def test_the_real_us_files_are_read_whole(shared_data: Path) -> None:
    counties = read_records(shared_data / "seizures" / "us_lab_county_year.csv")
    assert {series.name: len(series.records) for series in counties.counts} == {
        "DEA_NCLR": 7597, "ISP_IL_residential": 795, "ISP_IN": 689,
    }  # fmt: skip
    assert len(read_records(shared_data / "seizures" / "cbp-nationwide-drugs-fy20-fy23.csv")) == 9924
    assert len(read_records(shared_data / "seizures" / "indiana_lab_5km_cell_year.csv", "ISP_IN 5 km")) == 4414
