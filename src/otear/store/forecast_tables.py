"""The tables of records and forecasts: what others counted, and what is expected from it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, ForeignKey, Index, Integer, String, Table, Text

from otear.store.tables import metadata

record_files = Table(
    "record_files",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("layout", Text, nullable=False),
    Column("unread", Text, nullable=False),
    Column("imported_us", BigInteger, nullable=False),
    Column("imported_by", Text, nullable=False),
)
"""Files that records were read from; their bytes are in `sources/`. Rows are never changed nor taken away."""

records = Table(
    "records",
    metadata,
    Column("sha256", String(64), ForeignKey("record_files.sha256"), primary_key=True),
    Column("what", String(16), primary_key=True),
    Column("series", String(255), primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("nth", Integer, primary_key=True),
    Column("agency", Text, nullable=False),
    Column("area", Text, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("status", String(16), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("document", Text, nullable=False),
    Index("records_series", "series", "what"),
)
"""What the lines of those files say; `nth` counts what one line says for one series. `what` is count, event, seizure or
flow; `document` is the whole record as JSON. Rows are never changed nor taken away."""

forecasts = Table(
    "forecasts",
    metadata,
    Column("forecast_id", String(32), primary_key=True),
    Column("made_us", BigInteger, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("series", String(255), nullable=False),
    Column("year", Integer, nullable=False),
    Column("document", Text, nullable=False),
)
"""What is expected; `document` says of what it was learned, how, and under which assumptions. The same one again counts
as made now."""

forecast_areas = Table(
    "forecast_areas",
    metadata,
    Column("forecast_id", String(32), ForeignKey("forecasts.forecast_id"), primary_key=True),
    Column("area", String(64), primary_key=True),
    Column("mean", Float, nullable=False),
    Column("shape", Float, nullable=False),
)
"""The expected number of sites in each area, and the shape of its negative binomial."""
