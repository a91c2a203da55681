"""Periods, areas and kinds as files write them."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Sequence
from datetime import date
from difflib import get_close_matches
from functools import lru_cache

from otear.domain.kinds import SiteKind
from otear.domain.records import Period
from otear.forecast.readers.table import Row

STATES = {
    "01": "Aguascalientes", "02": "Baja California", "03": "Baja California Sur", "04": "Campeche",
    "05": "Coahuila", "06": "Colima", "07": "Chiapas", "08": "Chihuahua", "09": "Ciudad de México",
    "10": "Durango", "11": "Guanajuato", "12": "Guerrero", "13": "Hidalgo", "14": "Jalisco", "15": "México",
    "16": "Michoacán", "17": "Morelos", "18": "Nayarit", "19": "Nuevo León", "20": "Oaxaca", "21": "Puebla",
    "22": "Querétaro", "23": "Quintana Roo", "24": "San Luis Potosí", "25": "Sinaloa", "26": "Sonora",
    "27": "Tabasco", "28": "Tamaulipas", "29": "Tlaxcala", "30": "Veracruz", "31": "Yucatán", "32": "Zacatecas",
}  # fmt: skip
"""The states of Mexico by INEGI's keys."""
_LONG_NAMES = {
    "Coahuila de Zaragoza": "05", "Distrito Federal": "09", "Estado de México": "15", "Michoacán de Ocampo": "16",
    "Veracruz de Ignacio de la Llave": "30",
}  # fmt: skip
_WHEN = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_YEARS = range(1900, 2101)


def folded(name: str) -> str:
    """A name without case and accents."""
    apart = unicodedata.normalize("NFD", name.strip().casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


_KEYS = {folded(name): key for key, name in STATES.items()} | {folded(name): key for name, key in _LONG_NAMES.items()}


def state_key(row: Row, column: str) -> str:
    """INEGI's key of the state that a field names, with or without accents. Raises `InputError` for other names."""
    name = row.needed(column)
    key = _KEYS.get(folded(name))
    if key is None:
        near = get_close_matches(folded(name), _KEYS, n=1)
        hint = f"; did you mean {STATES[_KEYS[near[0]]]}" if near else ""
        raise row.wrong(column, f"{name!r} is not a state of Mexico{hint}", "Write the state's name as INEGI does")
    return key


def municipio_key(row: Row, column: str) -> str:
    """INEGI's key of a municipio, five digits, of a field with or without its leading zero. Raises `InputError`."""
    said = row.needed(column)
    key = said.zfill(5)
    if not re.fullmatch(r"[0-9]{4,5}", said) or key[:2] not in STATES or key[2:] == "000":
        raise row.wrong(
            column,
            f"{said!r} is not the key of a municipio",
            "Write INEGI's key: two digits for the state (01 to 32), three for the municipio",
        )
    return key


def year(row: Row, column: str) -> int:
    """A year from 1900 to 2100. Raises `InputError`."""
    found = row.whole(column)
    if found not in _YEARS:
        raise row.wrong(column, f"{found} is not a year from 1900 to 2100", "Write the year with four digits")
    return found


def month(row: Row, column: str) -> int:
    """A month from 1 to 12. Raises `InputError`."""
    found = row.whole(column)
    if not 1 <= found <= 12:
        raise row.wrong(column, f"{found} is not a month", "Write a number from 1 to 12")
    return found


@lru_cache(maxsize=4096)
def whole_year(number: int) -> Period:
    """A year."""
    return Period(date(number, 1, 1), date(number, 12, 31))


@lru_cache(maxsize=65536)
def whole_month(year_number: int, month_number: int) -> Period:
    """A month."""
    return Period(
        date(year_number, month_number, 1), date(year_number, month_number, monthrange(year_number, month_number)[1])
    )


def when(row: Row, column: str) -> Period:
    """The year, month or day that a field names: 2025, 2025-03 or 2025-03-14. Raises `InputError`."""
    said = row.needed(column)
    found = _when(said)
    if found is None:
        raise row.wrong(column, f"{said!r} is not a date", "Write it as 2025, 2025-03 or 2025-03-14, from 1900 to 2100")
    return found


@lru_cache(maxsize=4096)
def _when(said: str) -> Period | None:
    found = _WHEN.fullmatch(said)
    if found is None or int(found[1]) not in _YEARS:
        return None
    numbers = [int(part) for part in found.groups() if part]
    if len(numbers) == 1:
        return whole_year(*numbers)
    if not 1 <= numbers[1] <= 12:
        return None
    month_found = whole_month(numbers[0], numbers[1])
    if len(numbers) == 2:
        return month_found
    if not 1 <= numbers[2] <= month_found.last.day:
        return None
    day = date(*numbers)
    return Period(day, day)


def between(row: Row, first: str, last: str) -> Period:
    """From the start of what one field names to the end of what the other does. Raises `InputError`."""
    start, end = when(row, first).first, when(row, last).last
    if end < start:
        raise row.wrong(last, f"{row.text(last)} is before {row.text(first)}", "Give the earlier date first")
    return Period(start, end)


def site_kind(row: Row, column: str) -> SiteKind | None:
    """A kind of site; None where the field is empty or says unknown. Raises `InputError`."""
    if row.text(column) in {"", "unknown"}:
        return None
    return row.word(column, SiteKind, SiteKind.LABORATORY)


def unread(header: Sequence[str], read: frozenset[str]) -> tuple[str, ...]:
    """The columns of a header that an importer does not read."""
    return tuple(name for name in header if name not in read)
