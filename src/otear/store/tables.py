"""The tables of the index database. All of its SQL is written with these.

The index says what there is and where; arrays (packets, telemetry, looked-at cells) are Parquet files beside it.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
)

metadata = MetaData()

VERSION = "0006"
"""The newest migration: tables of this version are opened as they are."""

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
    Column("authority_id", String(32)),
    Column("summary", Text, nullable=False),
)
"""One row per recording; `summary` is the JSON that `ingest` printed. Without an authority it is in quarantine."""

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

authorities = Table(
    "authorities",
    metadata,
    Column("authority_id", String(32), primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("imported_us", BigInteger, nullable=False),
    Column("bundle", Text, nullable=False),
)
"""Authorities as they were imported: both documents and their signatures, canonical JSON."""

revocations = Table(
    "revocations",
    metadata,
    Column("authority_id", String(32), ForeignKey("authorities.authority_id"), primary_key=True),
    Column("revoked_by", Text, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
)
"""Consent taken back; a row is never taken away."""

keys = Table(
    "keys",
    metadata,
    Column("key_id", String(32), primary_key=True),
    Column("line", Text, nullable=False),
    Column("role", String(32), nullable=False),
    Column("holder", Text, nullable=False),
    Column("added_us", BigInteger, nullable=False),
    Column("not_before_us", BigInteger, nullable=False),
    Column("not_after_us", BigInteger),
    Column("revoked_us", BigInteger),
    Column("revoked_by", Text, nullable=False),
    Column("revoked_because", Text, nullable=False),
    Column("replaced_by", String(32)),
)
"""Whose signatures are believed, and as what."""

aircraft = Table(
    "aircraft",
    metadata,
    Column("aircraft_id", String(32), primary_key=True),
    Column("registration", Text, nullable=False),
    Column("imported_us", BigInteger, nullable=False),
    Column("document", Text, nullable=False),
)
"""The fleet, as imported: canonical JSON."""

keeping = Table(
    "keeping",
    metadata,
    Column("footage_id", String(32), ForeignKey("footage.footage_id"), primary_key=True),
    Column("data_kind", String(16), primary_key=True),
    Column("collected_us", BigInteger, nullable=False),
    Column("keep_until_us", BigInteger, nullable=False),
    Column("purged_us", BigInteger),
    Column("purged_entry", BigInteger),
)
"""Until when each kind of data of a recording is kept; once purged, when, and the ledger entry that proves it."""

holds = Table(
    "holds",
    metadata,
    Column("hold_id", String(32), primary_key=True),
    Column("footage_id", String(32), ForeignKey("footage.footage_id"), nullable=False),
    Column("placed_by", Text, nullable=False),
    Column("placed_us", BigInteger, nullable=False),
    Column("ground", Text, nullable=False),
    Column("lifted_us", BigInteger),
)
"""Recorded grounds on which nothing of a recording is purged, however long it has been kept."""

exports = Table(
    "exports",
    metadata,
    Column("path", Text, primary_key=True),
    Column("footage_id", String(32), ForeignKey("footage.footage_id"), primary_key=True),
    Column("data_kind", String(16), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("written_us", BigInteger, nullable=False),
)
"""Files that were written from a recording, so that a purge finds them again."""

detections = Table(
    "detections",
    metadata,
    Column("footage_id", String(32), ForeignKey("footage.footage_id"), primary_key=True),
    Column("detector", String(255), primary_key=True),
    Column("sensor", String(16), nullable=False),
    Column("ran_us", BigInteger, nullable=False),
    Column("share", Float, nullable=False),
    Column("counts", Text, nullable=False),
    Column("dropped", Text, nullable=False),
)
"""That cues were looked for in a recording, by which detector, and how much of the work was done."""

cues = Table(
    "cues",
    metadata,
    Column("cue_id", String(64), primary_key=True),
    Column("footage_id", String(32), ForeignKey("footage.footage_id"), nullable=False),
    Column("time_us", BigInteger, nullable=False),
    Column("lat_deg", Float, nullable=False),
    Column("lon_deg", Float, nullable=False),
    Column("document", Text, nullable=False),
    Index("cues_footage", "footage_id"),
    Index("cues_place", "lat_deg", "lon_deg"),
)
"""What passes showed; `document` is the whole cue as JSON."""

site_changes = Table(
    "site_changes",
    metadata,
    Column("sequence", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("change_id", String(80), nullable=False, unique=True),
    Column("at_us", BigInteger, nullable=False),
    Column("by", Text, nullable=False),
    Column("document", Text, nullable=False),
)
"""What belongs to which site, as a history. Rows are never changed nor taken away."""

site_reviews = Table(
    "site_reviews",
    metadata,
    Column("sequence", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("review_id", String(32), nullable=False, unique=True),
    Column("site", String(64), nullable=False),
    Column("by", Text, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("note", Text, nullable=False),
    Column("evidence", Text, nullable=False),
)
"""What people said of sites; `evidence` is what they went by. Rows are never changed nor taken away."""

site_reports = Table(
    "site_reports",
    metadata,
    Column("report_id", String(32), primary_key=True),
    Column("time_us", BigInteger, nullable=False),
    Column("source", Text, nullable=False),
    Column("hit", Float, nullable=False),
    Column("false", Float, nullable=False),
    Column("derived_from", Text, nullable=False),
    Column("lat_deg", Float, nullable=False),
    Column("lon_deg", Float, nullable=False),
    Column("ce90_m", Float, nullable=False),
    Column("by", Text, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("authority_id", String(32), ForeignKey("authorities.authority_id"), nullable=False),
)
"""What others reported of places. Rows are never changed nor taken away."""

ledger_entries = Table(
    "ledger_entries",
    metadata,
    # SQLite keeps rows in the order of an INTEGER key, and of no other.
    Column("sequence", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
    Column("leaf", LargeBinary(32), nullable=False),
)
"""The log: canonical JSON and its RFC 9162 leaf hash. Rows are never changed nor taken away."""

ledger_nodes = Table(
    "ledger_nodes",
    metadata,
    Column("level", SmallInteger, primary_key=True, autoincrement=False),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary(32), nullable=False),
    sqlite_with_rowid=False,
)
"""Roots of the perfect subtrees above the leaves: (level, position) is over the 2^level entries from
position * 2^level on. Rows are never changed nor taken away."""

ledger_head = Table(
    "ledger_head",
    metadata,
    Column("head", SmallInteger, primary_key=True, autoincrement=False),
    Column("size", BigInteger, nullable=False),
    Column("latest_us", BigInteger, nullable=False),
    Column("clock_from", BigInteger, nullable=False),
)
"""One row: how many entries there are; `latest_us` is the greatest time of those from `clock_from` on (0: none), which
is where an administrator last accepted the clock."""
