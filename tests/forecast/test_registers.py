"""The public registers: three-year rankings reach what was published of them, and ours reaches more."""

from __future__ import annotations

from pathlib import Path

import pytest

from otear.errors import InputError, NotFoundError
from otear.forecast.baselines import decay, three_years
from otear.forecast.registers import CELLS_KEPT, COUNTIES, DEA, ILLINOIS, cell_panel, county_panel, read_register
from otear.forecast.scoring import best_possible, pooled, score_years
from otear.forecast.stacked import ours


def test_counties_of_2010() -> None:
    assert sum(COUNTIES.values()) == 3143


def test_states_that_did_not_report_were_not_looked_at(tmp_path: Path) -> None:
    file = tmp_path / "counts.csv"
    file.write_text(
        f"series,state,county,year,n\n{DEA},Ohio,Ross,2002,3\n{DEA},Delaware,Kent,2004,1\n", encoding="utf-8"
    )
    made = county_panel(file, DEA)
    assert len(made.areas) == 3143
    assert made.exposure[made.areas.index("Delaware/Kent")].tolist() == [0, 0, 1]
    assert made.exposure[made.areas.index("Ohio/Ross")].tolist() == [1, 0, 1]
    assert sum(area.startswith("Delaware/") for area in made.areas) == 3
    with pytest.raises(InputError, match="no rows"):
        county_panel(file, ILLINOIS)


def test_cells_between_the_first_and_the_last_are_there(tmp_path: Path) -> None:
    file = tmp_path / "cells.csv"
    file.write_text(
        "cell_row,cell_col,year,piled_up_geocode,count\n10,5,2001,0,2\n10,8,2002,1,9\n11,6,2002,0,1\n", encoding="utf-8"
    )
    made = cell_panel(file, piled_up=False)
    assert made.areas == tuple(sorted(f"{row}/{column}" for row in (10, 11) for column in (5, 6, 7, 8)))
    assert made.counts.sum() == 3
    assert cell_panel(file, piled_up=True).counts.sum() == 12


def test_three_years_on_us_counties(shared_data: Path) -> None:
    made, years = county_panel(shared_data / "seizures/us_lab_county_year.csv", DEA), range(2005, 2018)
    assert round(pooled(score_years(three_years(), made, years)).share, 3) == 0.478
    assert round(best_possible(made, years).share, 2) == 0.68


def test_three_years_in_illinois_and_indiana(shared_data: Path) -> None:
    made, years = county_panel(shared_data / "seizures/us_lab_county_year.csv", ILLINOIS), range(2004, 2022)
    assert round(pooled(score_years(three_years(), made, years)).share, 2) == 0.37
    assert round(best_possible(made, years).share, 2) == 0.43
    cells = shared_data / "seizures/indiana_lab_5km_cell_year.csv"
    made, years = cell_panel(cells, piled_up=True), range(2008, 2015)
    assert round(pooled(score_years(three_years(), made, years)).share, 2) == 0.55
    assert round(best_possible(made, years).share, 2) == 0.71
    assert round(pooled(score_years(three_years(), cell_panel(cells, piled_up=False), years)).share, 2) == 0.43


@pytest.mark.slow
def test_ours_is_better_in_illinois(shared_data: Path) -> None:
    made, years = county_panel(shared_data / "seizures/us_lab_county_year.csv", ILLINOIS), range(2004, 2022)
    mine = pooled(score_years(ours(made), made, years))
    for each in (three_years(), decay()):
        other = pooled(score_years(each, made, years))
        assert mine.share > other.share
        assert mine.log_score is not None
        assert other.log_score is not None
        assert mine.log_score > other.log_score


def test_of_a_file_by_county_the_series_with_most_sites_is_read(tmp_path: Path) -> None:
    file = tmp_path / "counts.csv"
    rows = [f"{DEA},Ohio,Ross,2004,3", f"{DEA},Ohio,Ross,2006,3", "other,Ohio,Ross,2004,5", "other,Ohio,Ross,2005,0"]
    file.write_text("\n".join(["series,state,county,year,n", *rows]) + "\n", encoding="utf-8")
    found = read_register(file)
    assert (found.panel.series, found.others, found.tested) == (DEA, ("other",), range(2005, 2007))
    assert read_register(file, "other").panel.counts.sum() == 5
    with pytest.raises(NotFoundError, match="no rows of another"):
        read_register(file, "another")
    with pytest.raises(InputError, match="piled up"):
        read_register(file, piled_up=False)


def test_of_a_file_by_cell_what_is_piled_up_can_be_left_out(tmp_path: Path) -> None:
    file = tmp_path / "cells.csv"
    file.write_text("cell_row,cell_col,year,piled_up_geocode,count\n-1,5,2001,0,2\n1,8,2002,1,9\n", encoding="utf-8")
    assert read_register(file).panel.counts.sum() == 11
    kept = read_register(file, piled_up=False)
    assert (kept.panel.series, kept.panel.counts.sum(), kept.tested) == (CELLS_KEPT, 2, range(2002, 2003))


@pytest.mark.parametrize(
    ("text", "where", "problem"),
    [
        ("a,b\n1,2\n", "line 1", "no register"),
        ("series,state,county,year,n\n", "", "no record"),
        ("series,state,county,year,n\ns,Ohio,Ross,2004,3\ns,Ohio,Ross,2005,x\n", "line 3", "not a number"),
        ("series,state,county,year,n\ns,Ohio,Ross,99,3\n", "line 2", "not a year"),
        ("series,state,county,year,n\ns,,Ross,2005,3\n", "line 2", "empty"),
        ("cell_row,cell_col,year,piled_up_geocode,count\n1,1,2005,2,1\n", "line 2", "neither 0 nor 1"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(tmp_path: Path, text: str, where: str, problem: str) -> None:
    file = tmp_path / "counts.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=problem) as raised:
        read_register(file)
    assert where in str(raised.value)
    assert str(file) in str(raised.value)
