"""`otear forecast score`: a table, one document, a picture, and errors that name what is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from otear.cli import forecast_score
from otear.errors import InputError, SettingError
from otear.forecast.scoring import top_places
from otear.workflow.forecast_score import document, draw, score_file
from tests.forecast.made import clustered

MODELS = ["random", "last year", "three years", "decay", "ours"]


@pytest.fixture
def counties(tmp_path: Path) -> Path:
    file = tmp_path / "counties.csv"
    counts = clustered(1, areas=40, years=5).astype(int)
    rows = [f"made,Nowhere,County {at:02d},{2000 + year},{counts[at, year]}" for at, year in np.argwhere(counts)]
    file.write_text("\n".join(["series,state,county,year,n", *rows, "other,Nowhere,County 00,2001,1"]) + "\n")
    return file


def typed(*words: str) -> Any:
    group = typer.Typer()
    group.callback()(lambda: None)
    forecast_score.register(group)
    return CliRunner().invoke(group, ["score", *words])


def test_one_document_with_the_promised_keys(counties: Path) -> None:
    finished = typed(str(counties), "--test", "2003-2004", "--json")
    assert finished.exit_code == 0, finished.output
    told = json.loads(finished.stdout)
    assert [row["model"] for row in told["rows"]] == MODELS
    for row in told["rows"]:
        assert {"model", "split", "top5_share", "log_score", "best_possible"} <= row.keys()
        assert row["split"] == "2003-2004, each from the years before it"
        assert 0.0 < row["top5_share"] <= row["best_possible"] <= 1.0
        assert row["log_score"] < 0.0
    assert told["rows"][0]["top5_share"] == pytest.approx(top_places(told["areas"]) / told["areas"])
    assert [year["year"] for year in told["years"]] == [2003, 2004]
    assert (told["series"], told["other_series"], told["picture"]) == ("made", ["other"], None)
    assert sum(told["choices"].values()) == pytest.approx(1.0)


def test_the_table_says_the_same_as_the_document(counties: Path) -> None:
    said = typed(str(counties), "--series", "made").stdout
    told = document(score_file(counties, "made"), None)
    for row in told["rows"]:
        line = next(line for line in said.splitlines() if line.startswith(row["model"]))
        assert f"{row['top5_share']:.4f}" in line
        assert f"{row['log_score']:.4f}" in line
        assert row["split"] in line
    assert all(f"! {limit}" in said for limit in told["does_not_prove"])


def test_a_picture_is_drawn_and_is_the_same_again(counties: Path, tmp_path: Path) -> None:
    assert f"Picture {tmp_path / 'a.png'}" in typed(str(counties), "--out", str(tmp_path / "a.png")).stdout
    draw(score_file(counties), tmp_path / "b.png")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    with pytest.raises(InputError, match="PNG"):
        draw(score_file(counties), tmp_path / "a.gif")


def test_progress_ends_with_all(counties: Path) -> None:
    told: list[tuple[float, float]] = []
    score_file(counties, tested=range(2004, 2005), progress=lambda _, done, total: told.append((done, total)))
    assert told[-1] == (5.0, 5.0)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


@pytest.mark.parametrize("asked", ["2000-2004", "2003-2009", "2004-2003", "last year", "2003-", "99"])
def test_years_that_cannot_be_tested(counties: Path, asked: str) -> None:
    error = typed(str(counties), "--test", asked).exception
    assert isinstance(error, SettingError)
    assert error.field == "--test"


def test_what_was_never_to_be_written_over_is_refused_before_the_work(counties: Path, tmp_path: Path) -> None:
    assert isinstance(typed(str(counties), "--out", str(tmp_path)).exception, InputError)


@pytest.mark.slow
def test_on_dea_counties_three_years_have_what_was_published_and_ours_more(shared_data: Path) -> None:
    told = document(score_file(shared_data / "seizures/us_lab_county_year.csv"), None)
    rows = {row["model"]: row for row in told["rows"]}
    assert (told["series"], rows["ours"]["split"][:9]) == ("DEA_NCLR", "2005-2017")
    assert f"{rows['three years']['top5_share']:.3f}" == "0.478"
    for name in MODELS[:-1]:
        assert rows["ours"]["top5_share"] > rows[name]["top5_share"]
        assert rows["ours"]["log_score"] > rows[name]["log_score"]


@pytest.mark.slow
@pytest.mark.parametrize("piled_up", [True, False])
def test_on_cells_ours_is_better_than_every_other(shared_data: Path, *, piled_up: bool) -> None:
    told = document(score_file(shared_data / "seizures/indiana_lab_5km_cell_year.csv", piled_up=piled_up), None)
    rows = {row["model"]: row for row in told["rows"]}
    for name in [*MODELS[:-1], "kernel density"]:
        assert rows["ours"]["top5_share"] > rows[name]["top5_share"]
        assert rows["ours"]["log_score"] > rows[name]["log_score"]
