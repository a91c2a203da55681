"""Records of what others counted, and forecasts."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; nothing was imported before."""
    op.create_table(
        "record_files",
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("layout", sa.Text, nullable=False),
        sa.Column("unread", sa.Text, nullable=False),
        sa.Column("imported_us", sa.BigInteger, nullable=False),
        sa.Column("imported_by", sa.Text, nullable=False),
    )
    op.create_table(
        "records",
        sa.Column("sha256", sa.String(64), sa.ForeignKey("record_files.sha256"), primary_key=True),
        sa.Column("what", sa.String(16), primary_key=True),
        sa.Column("series", sa.String(255), primary_key=True),
        sa.Column("line", sa.Integer, primary_key=True),
        sa.Column("nth", sa.Integer, primary_key=True),
        sa.Column("agency", sa.Text, nullable=False),
        sa.Column("area", sa.Text, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_index("records_series", "records", ["series", "what"])
    op.create_table(
        "forecasts",
        sa.Column("forecast_id", sa.String(32), primary_key=True),
        sa.Column("made_us", sa.BigInteger, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("series", sa.String(255), nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_table(
        "forecast_areas",
        sa.Column("forecast_id", sa.String(32), sa.ForeignKey("forecasts.forecast_id"), primary_key=True),
        sa.Column("area", sa.String(64), primary_key=True),
        sa.Column("mean", sa.Float, nullable=False),
        sa.Column("shape", sa.Float, nullable=False),
    )
