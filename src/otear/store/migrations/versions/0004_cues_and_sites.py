"""Cues, the sites that they belong to, and what people say of them."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; nothing was looked for in recordings that were there before."""
    op.create_table(
        "detections",
        sa.Column("footage_id", sa.String(32), sa.ForeignKey("footage.footage_id"), primary_key=True),
        sa.Column("detector", sa.String(255), primary_key=True),
        sa.Column("sensor", sa.String(16), nullable=False),
        sa.Column("ran_us", sa.BigInteger, nullable=False),
        sa.Column("share", sa.Float, nullable=False),
        sa.Column("counts", sa.Text, nullable=False),
        sa.Column("dropped", sa.Text, nullable=False),
    )
    op.create_table(
        "cues",
        sa.Column("cue_id", sa.String(64), primary_key=True),
        sa.Column("footage_id", sa.String(32), sa.ForeignKey("footage.footage_id"), nullable=False),
        sa.Column("time_us", sa.BigInteger, nullable=False),
        sa.Column("lat_deg", sa.Float, nullable=False),
        sa.Column("lon_deg", sa.Float, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_index("cues_footage", "cues", ["footage_id"])
    op.create_index("cues_place", "cues", ["lat_deg", "lon_deg"])
    op.create_table(
        "site_changes",
        sa.Column(
            "sequence",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("change_id", sa.String(80), nullable=False, unique=True),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_table(
        "site_reviews",
        sa.Column(
            "sequence",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("review_id", sa.String(32), nullable=False, unique=True),
        sa.Column("site", sa.String(64), nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("evidence", sa.Text, nullable=False),
    )
    op.create_table(
        "site_reports",
        sa.Column("report_id", sa.String(32), primary_key=True),
        sa.Column("time_us", sa.BigInteger, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("hit", sa.Float, nullable=False),
        sa.Column("false", sa.Float, nullable=False),
        sa.Column("derived_from", sa.Text, nullable=False),
        sa.Column("lat_deg", sa.Float, nullable=False),
        sa.Column("lon_deg", sa.Float, nullable=False),
        sa.Column("ce90_m", sa.Float, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.Column("authority_id", sa.String(32), sa.ForeignKey("authorities.authority_id"), nullable=False),
    )
