"""The public registers: three-year rankings reach what was published of them, and ours reaches more."""

from __future__ import annotations

from pathlib import Path

import pytest

from otear.errors import InputError
from otear.forecast.baselines import decay, three_years
from otear.forecast.pooled import Pooled
from otear.forecast.registers import COUNTIES, DEA, ILLINOIS, cell_panel, county_panel
from otear.forecast.scoring import best_possible, pooled, score_years


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


def test_ours_is_better_in_illinois(shared_data: Path) -> None:
    made, years = county_panel(shared_data / "seizures/us_lab_county_year.csv", ILLINOIS), range(2004, 2022)
    ours = pooled(score_years(Pooled(), made, years))
    for each in (three_years(), decay()):
        other = pooled(score_years(each, made, years))
        assert ours.share > other.share
        assert ours.log_score is not None
        assert other.log_score is not None
        assert ours.log_score > other.log_score
