"""Panels of two layouts, counts by county and by cell, as in `../shared/data/seizures`, with the years to test on.

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

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from otear.errors import InputError, NotFoundError
from otear.forecast.panel import Panel, panel_of
from otear.forecast.readers.table import Row, Table, read_table
from otear.forecast.readers.values import year as year_of

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
COUNTY = frozenset({"series", "state", "county", "year", "n"})
CELL = frozenset({"cell_row", "cell_col", "year", "piled_up_geocode", "count"})
CELLS, CELLS_KEPT = "Indiana cells", "Indiana cells, not piled up"
_TESTED = {DEA: (2005, 2017), ILLINOIS: (2004, 2021)}
_DEA_BEGINS = 2004
_CELL_M = 5000.0


@dataclass(frozen=True, eq=False)
class Register:
    """A panel, the years that it is tested on where nobody asks for others, and the file's other series."""

    panel: Panel
    tested: range
    others: tuple[str, ...] = ()


def read_register(path: Path, series: str | None = None, *, piled_up: bool = True) -> Register:
    """A file of either layout. Of a file by county that `series` which is named, else that with the most sites.

    Tested are 2005 to 2017 for `DEA`, 2004 to 2021 for `ILLINOIS` (the first year with three before it), else every
    year but the first. Raises `InputError` with file and line for what cannot be read, `NotFoundError` for a series
    that the file does not have.
    """
    table = read_table(path)
    header = frozenset(table.header)
    others: tuple[str, ...] = ()
    if header == CELL:
        if series not in (None, CELLS, CELLS_KEPT):
            raise NotFoundError(f"no series {series!r}", source=path, field="series", remedy="Leave the series out")
        panel = cell_panel(path, piled_up=piled_up and series != CELLS_KEPT)
    elif header == COUNTY:
        if not piled_up:
            raise InputError(
                "only files by cell say what is piled up",
                source=path,
                field="piled_up_geocode",
                remedy="Leave that out",
            )
        panel, others = _chosen(table, series)
    else:
        raise InputError(
            "its columns are those of no register that can be scored",
            source=f"{path} line 1",
            field=",".join(table.header)[:200],
            remedy=" or ".join(f"Name them {', '.join(sorted(layout))}" for layout in (COUNTY, CELL)),
        )
    first, last = _TESTED.get(panel.series, (int(panel.years[0]) + 1, int(panel.years[-1])))
    return Register(panel, range(max(first, int(panel.years[0]) + 1), min(last, int(panel.years[-1])) + 1), others)


def _chosen(table: Table, series: str | None) -> tuple[Panel, tuple[str, ...]]:
    sites: dict[str, int] = defaultdict(int)
    for row in table:
        sites[row.needed("series")] += row.whole("n")
    if not sites:
        raise InputError("it has a header and no record", source=table.path, remedy="Give a file with rows")
    named = series or max(sites, key=lambda name: (sites[name], name))
    return county_panel(table.path, named), tuple(sorted(sites.keys() - {named}))


def county_panel(path: Path, series: str) -> Panel:
    """One series of a file by county: the states in it, and for DEA all states. `NotFoundError` if it has none."""
    table = _table(path, COUNTY)
    rows = [row for row in table if row.text("series") == series]
    if not rows:
        held = ", ".join(sorted({row.text("series") for row in table})) or "none"
        raise NotFoundError(
            f"the file has no rows of {series}",
            source=path,
            field="series",
            remedy=f"Name a series of the file: {held}",
        )
    named = {_county(row): row.needed("state") for row in rows}
    filled = dict(named)
    here = Counter(named.values())
    for state, counties in COUNTIES.items():
        if series == DEA or state in here:
            filled |= {f"{state}/(never named {extra})": state for extra in range(1, counties - here[state] + 1)}
    counts = [(_county(row), year_of(row, "year"), float(row.whole("n"))) for row in rows]
    exposure = {}
    if series == DEA:
        reported = {(row.text("state"), year_of(row, "year")) for row in rows}
        first = min(year for _, year, _ in counts)
        exposure = {
            (area, year): 0.0
            for area, state in filled.items()
            for year in range(first, _DEA_BEGINS)
            if (state, year) not in reported
        }
    return panel_of(series, counts, state_of=filled, exposure=exposure)


def _county(row: Row) -> str:
    return f"{row.needed('state')}/{row.needed('county')}"


def cell_panel(path: Path, *, piled_up: bool) -> Panel:
    """A file by 5 km cell, with or without the points that eight or more rows share. Raises `InputError`."""
    rows = [
        (
            row.whole("cell_row", None),
            row.whole("cell_col", None),
            year_of(row, "year"),
            row.whole("count"),
            _piled(row),
        )
        for row in _table(path, CELL)
    ]
    if not rows:
        raise InputError("it has a header and no record", source=path, remedy="Give a file with rows")
    cells = _cells([row[:2] for row in rows])
    return panel_of(
        CELLS if piled_up else CELLS_KEPT,
        [(_cell(at, column), year, float(n)) for at, column, year, n, piled in rows if piled_up or not piled],
        state_of={_cell(*cell): "Indiana" for cell in cells},
        years=(min(row[2] for row in rows), max(row[2] for row in rows)),
        places_m={_cell(at, column): (column * _CELL_M, at * _CELL_M) for at, column in cells},
    )


def _piled(row: Row) -> bool:
    if row.text("piled_up_geocode") not in ("0", "1"):
        raise row.wrong("piled_up_geocode", f"{row.text('piled_up_geocode')!r} is neither 0 nor 1", "Write 0 or 1")
    return row.text("piled_up_geocode") == "1"


def _cells(found: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The cells of every row, from the first to the last in which anything was `found` in it or beside it."""
    columns: dict[int, list[int]] = defaultdict(list)
    for at, column in found:
        for beside in (at - 1, at, at + 1):
            columns[beside].append(column)
    inside = range(min(at for at, _ in found), max(at for at, _ in found) + 1)
    return [(at, column) for at in inside if at in columns for column in range(min(columns[at]), max(columns[at]) + 1)]


def _cell(row: int, column: int) -> str:
    return f"{row}/{column}"


def _table(path: Path, layout: frozenset[str]) -> Table:
    table = read_table(path)
    missing = sorted(layout - set(table.header))
    if missing:
        raise InputError(
            f"the column {missing[0]!r} is missing", source=f"{path} line 1", field=missing[0], remedy="Add the column"
        )
    return table
