"""Panels of two public registers in `../shared/data/seizures`: US counties by year and Indiana 5 km cells by year.

What is in a top share depends on how many areas there are, so areas where nothing was ever found count too.

- **Counties**: the 3,143 counties and county equivalents of 2010 (Census Bureau), by state. The file names only those
  where something was found; the rest of each state are added without a name. Names are taken as the file spells them:
  13 counties there have two or three spellings, each of which is an area of its own.
- **Cells**: those from the first to the last cell of each row, of the row above and of the row below, in which
  anything was ever found: 3,727 cells, where the land area of the state, 92,789 km2, would make 3,712. The same cells
  with and without piled-up geocodes.
- **Exposure**: the DEA register begins in 2004; of the years before it holds reports of two states. States without a
  report before 2004 have exposure 0 there.
"""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

from otear.errors import InputError
from otear.forecast.panel import Panel, panel_of

COUNTIES: dict[str, int] = {
    "Alabama": 67, "Alaska": 29, "Arizona": 15, "Arkansas": 75, "California": 58, "Colorado": 64, "Connecticut": 8,
    "Delaware": 3, "District of Columbia": 1, "Florida": 67, "Georgia": 159, "Hawaii": 5, "Idaho": 44, "Illinois": 102,
    "Indiana": 92, "Iowa": 99, "Kansas": 105, "Kentucky": 120, "Louisiana": 64, "Maine": 16, "Maryland": 24,
    "Massachusetts": 14, "Michigan": 83, "Minnesota": 87, "Mississippi": 82, "Missouri": 115, "Montana": 56,
    "Nebraska": 93, "Nevada": 17, "New Hampshire": 10, "New Jersey": 21, "New Mexico": 33, "New York": 62,
    "North Carolina": 100, "North Dakota": 53, "Ohio": 88, "Oklahoma": 77, "Oregon": 36, "Pennsylvania": 67,
    "Rhode Island": 5, "South Carolina": 46, "South Dakota": 66, "Tennessee": 95, "Texas": 254, "Utah": 29,
    "Vermont": 14, "Virginia": 134, "Washington": 39, "West Virginia": 55, "Wisconsin": 72, "Wyoming": 23,
}  # fmt: skip
"""Counties and county equivalents in 2010; 3,143 in all."""

DEA, ILLINOIS = "DEA_NCLR", "ISP_IL_residential"
_DEA_BEGINS = 2004
_CELL_M = 5000.0


def county_panel(path: Path, series: str) -> Panel:
    """One series of `us_lab_county_year.csv`: the states in it, and for DEA all states. `InputError` if it has none."""
    rows = [row for row in _read(path) if row["series"] == series]
    if not rows:
        raise InputError("the file has no rows of it", source=path, field=series, remedy="Name a series of the file")
    named = {f"{row['state']}/{row['county']}": row["state"] for row in rows}
    filled = dict(named)
    here = Counter(named.values())
    for state, counties in COUNTIES.items():
        if series == DEA or state in here:
            filled |= {f"{state}/(never named {extra})": state for extra in range(1, counties - here[state] + 1)}
    counts = [(f"{row['state']}/{row['county']}", int(row["year"]), float(row["n"])) for row in rows]
    exposure = {}
    if series == DEA:
        reported = {(row["state"], int(row["year"])) for row in rows}
        first = min(year for _, year, _ in counts)
        exposure = {
            (area, year): 0.0
            for area, state in filled.items()
            for year in range(first, _DEA_BEGINS)
            if (state, year) not in reported
        }
    return panel_of(series, counts, state_of=filled, exposure=exposure)


def cell_panel(path: Path, *, piled_up: bool) -> Panel:
    """`indiana_lab_5km_cell_year.csv`, with or without the points that eight or more rows share."""
    rows = [
        (int(row["cell_row"]), int(row["cell_col"]), int(row["year"]), float(row["count"]), row["piled_up_geocode"])
        for row in _read(path)
    ]
    columns: dict[int, list[int]] = {}
    for at, column, *_ in rows:
        for beside in (at - 1, at, at + 1):
            columns.setdefault(beside, []).append(column)
    inside = range(min(row[0] for row in rows), max(row[0] for row in rows) + 1)
    cells = [(at, column) for at in inside for column in range(min(columns[at]), max(columns[at]) + 1)]
    return panel_of(
        "Indiana cells" if piled_up else "Indiana cells, not piled up",
        [(_cell(at, column), year, n) for at, column, year, n, piled in rows if piled_up or piled == "0"],
        state_of={_cell(*cell): "Indiana" for cell in cells},
        places_m={_cell(at, column): (column * _CELL_M, at * _CELL_M) for at, column in cells},
    )


def _cell(row: int, column: int) -> str:
    return f"{row}/{column}"


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
