"""The first tables: workspace facts, recordings, passes."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "meta",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.create_table(
        "footage",
        sa.Column("footage_id", sa.String(32), primary_key=True),
        sa.Column("sha256", sa.String(64), nullable=False, unique=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("ingested_us", sa.BigInteger, nullable=False),
        sa.Column("start_us", sa.BigInteger),
        sa.Column("end_us", sa.BigInteger),
        sa.Column("summary", sa.Text, nullable=False),
    )
    op.create_table(
        "passes",
        sa.Column("footage_id", sa.String(32), sa.ForeignKey("footage.footage_id"), primary_key=True),
        sa.Column("west_deg", sa.Float, nullable=False),
        sa.Column("south_deg", sa.Float, nullable=False),
        sa.Column("east_deg", sa.Float, nullable=False),
        sa.Column("north_deg", sa.Float, nullable=False),
    )
    op.create_index("passes_bounds", "passes", ["west_deg", "south_deg", "east_deg", "north_deg"])
