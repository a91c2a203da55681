"""The tables of the index database. All of its SQL is written with these.

The index says what there is and where; arrays (packets, telemetry, looked-at cells) are Parquet files beside it.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, ForeignKey, Index, MetaData, String, Table, Text

metadata = MetaData()

meta = Table(
    "meta",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)
"""Facts about the workspace itself, such as the grid it counts on."""

footage = Table(
    "footage",
    metadata,
    Column("footage_id", String(32), primary_key=True),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("ingested_us", BigInteger, nullable=False),
    Column("start_us", BigInteger),
    Column("end_us", BigInteger),
    Column("summary", Text, nullable=False),
)
"""One row per recording; `summary` is the JSON that `ingest` printed."""

passes = Table(
    "passes",
    metadata,
    Column("footage_id", String(32), ForeignKey("footage.footage_id"), primary_key=True),
    Column("west_deg", Float, nullable=False),
    Column("south_deg", Float, nullable=False),
    Column("east_deg", Float, nullable=False),
    Column("north_deg", Float, nullable=False),
    Index("passes_bounds", "west_deg", "south_deg", "east_deg", "north_deg"),
)
"""Where a recording's coverage file has cells; a recording that saw no ground has no row."""
