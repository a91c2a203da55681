"""Importers: files of counts, events, seizures and flows become records that remember where they came from."""

from otear.forecast.readers.conflicts import Conflict, Impossible, conflicts, impossible
from otear.forecast.readers.read import LAYOUTS, Layout, read_records
from otear.forecast.readers.units import quantity
from otear.forecast.readers.yearly import LeftOut, Yearly, yearly_counts, yearly_events

__all__ = [
    "LAYOUTS",
    "Conflict",
    "Impossible",
    "Layout",
    "LeftOut",
    "Yearly",
    "conflicts",
    "impossible",
    "quantity",
    "read_records",
    "yearly_counts",
    "yearly_events",
]
