"""Tables of requests and plans, on the metadata of `tables`."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, String, Table, Text

from otear.store.tables import metadata

requests = Table(
    "requests",
    metadata,
    Column("request_id", String(32), primary_key=True),
    Column("imported_us", BigInteger, nullable=False),
    Column("by", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("withdrawn_us", BigInteger),
    Column("withdrawn_by", Text),
    Column("withdrawn_because", Text),
)
"""What was asked to be looked at: the document as it came; a request that is withdrawn stays."""

plans = Table(
    "plans",
    metadata,
    Column("plan_id", String(32), primary_key=True),
    Column("made_us", BigInteger, nullable=False),
    Column("authority_id", String(32), ForeignKey("authorities.authority_id"), nullable=False),
    Column("document", Text, nullable=False),
    Index("plans_made", "made_us"),
)
"""Plans as JSON. Rows are never changed nor taken away."""
