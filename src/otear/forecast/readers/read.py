"""A file of records of any layout that is known, recognised by its header."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from otear.domain.series import Records
from otear.errors import InputError
from otear.forecast.readers import cbp, flows, mucd, plain, press_counts, press_events, quantities
from otear.forecast.readers.table import Table, read_table


@dataclass(frozen=True)
class Layout:
    """What files of one kind look like: `needs` are the columns that say so."""

    name: str
    needs: frozenset[str]
    fits: Callable[[frozenset[str]], bool]
    read: Callable[[Table, str | None], Records]


LAYOUTS: tuple[Layout, ...] = (
    Layout(mucd.NAME, mucd.KEYS | mucd.SERIES.keys(), mucd.fits, mucd.read),
    Layout(cbp.NAME, cbp.COLUMNS, cbp.fits, cbp.read),
    Layout(press_counts.NAME, press_counts.COLUMNS, press_counts.fits, press_counts.read),
    Layout(press_events.NAME, press_events.COLUMNS, press_events.fits, press_events.read),
    Layout(flows.NAME, flows.COLUMNS, flows.fits, flows.read),
    Layout(quantities.NAME, quantities.COLUMNS, quantities.fits, quantities.read),
    Layout(plain.NAME, frozenset({"area", "year", "count"}), plain.fits, plain.read),
)
"""Every layout that is known; the first that fits is taken."""


def read_records(path: Path, series: str | None = None) -> Records:
    """What a file holds, whole or not at all.

    `series` is the one series that is wanted; of a file whose rows name no series it is the name to give it. Raises
    `InputError` with file, line, column and remedy for a layout that is unknown and for whatever cannot be read, and
    `NotFoundError` for a series that the file does not have.
    """
    table = read_table(path)
    header = frozenset(table.header)
    for layout in LAYOUTS:
        if layout.fits(header):
            found = layout.read(table, series)
            if not len(found):
                raise InputError("it has a header and no record", source=path, remedy="Give a file with rows")
            return found
    raise _unknown(path, table.header)


def _unknown(path: Path, header: tuple[str, ...]) -> InputError:
    nearest = max(LAYOUTS, key=lambda layout: len(layout.needs & set(header)) / len(layout.needs))
    missing = sorted(nearest.needs - set(header))
    names = "; ".join(layout.name for layout in LAYOUTS)
    return InputError(
        f"its columns are those of no layout that is known ({names})",
        source=f"{path} line 1",
        field=",".join(header)[:200],
        remedy=f"The nearest is {nearest.name!r}: it also needs {', '.join(missing)}",
    )
