"""Requests, and the plans that are made for them."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "requests",
        sa.Column("request_id", sa.String(32), primary_key=True),
        sa.Column("imported_us", sa.BigInteger, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("withdrawn_us", sa.BigInteger),
        sa.Column("withdrawn_by", sa.Text),
        sa.Column("withdrawn_because", sa.Text),
    )
    op.create_table(
        "plans",
        sa.Column("plan_id", sa.String(32), primary_key=True),
        sa.Column("made_us", sa.BigInteger, nullable=False),
        sa.Column("authority_id", sa.String(32), sa.ForeignKey("authorities.authority_id"), nullable=False),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_index("plans_made", "plans", ["made_us"])
