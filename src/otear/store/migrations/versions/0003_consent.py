"""Authorities, keys, the fleet, and how long footage is kept."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; recordings that were there before are in quarantine until an authority covers them."""
    op.add_column("footage", sa.Column("authority_id", sa.String(32)))
    op.create_table(
        "authorities",
        sa.Column("authority_id", sa.String(32), primary_key=True),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("imported_us", sa.BigInteger, nullable=False),
        sa.Column("bundle", sa.Text, nullable=False),
    )
    op.create_table(
        "revocations",
        sa.Column("authority_id", sa.String(32), sa.ForeignKey("authorities.authority_id"), primary_key=True),
        sa.Column("revoked_by", sa.Text, nullable=False),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_table(
        "keys",
        sa.Column("key_id", sa.String(32), primary_key=True),
        sa.Column("line", sa.Text, nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("added_us", sa.BigInteger, nullable=False),
        sa.Column("not_before_us", sa.BigInteger, nullable=False),
        sa.Column("not_after_us", sa.BigInteger),
        sa.Column("revoked_us", sa.BigInteger),
        sa.Column("revoked_by", sa.Text, nullable=False),
        sa.Column("revoked_because", sa.Text, nullable=False),
        sa.Column("replaced_by", sa.String(32)),
    )
    op.create_table(
        "aircraft",
        sa.Column("aircraft_id", sa.String(32), primary_key=True),
        sa.Column("registration", sa.Text, nullable=False),
        sa.Column("imported_us", sa.BigInteger, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_table(
        "keeping",
        sa.Column("footage_id", sa.String(32), sa.ForeignKey("footage.footage_id"), primary_key=True),
        sa.Column("data_kind", sa.String(16), primary_key=True),
        sa.Column("collected_us", sa.BigInteger, nullable=False),
        sa.Column("keep_until_us", sa.BigInteger, nullable=False),
        sa.Column("purged_us", sa.BigInteger),
        sa.Column("purged_entry", sa.BigInteger),
    )
    op.create_table(
        "holds",
        sa.Column("hold_id", sa.String(32), primary_key=True),
        sa.Column("footage_id", sa.String(32), sa.ForeignKey("footage.footage_id"), nullable=False),
        sa.Column("placed_by", sa.Text, nullable=False),
        sa.Column("placed_us", sa.BigInteger, nullable=False),
        sa.Column("ground", sa.Text, nullable=False),
        sa.Column("lifted_us", sa.BigInteger),
    )
    op.create_table(
        "exports",
        sa.Column("path", sa.Text, primary_key=True),
        sa.Column("footage_id", sa.String(32), sa.ForeignKey("footage.footage_id"), primary_key=True),
        sa.Column("data_kind", sa.String(16), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("written_us", sa.BigInteger, nullable=False),
    )
    # What was there before is kept as long as the settings say of quarantine unless they are changed: 90 days.
    kinds = (("imagery", "footage"), ("metadata", "footage"), ("coverage", "footage JOIN passes USING (footage_id)"))
    for kind, recordings in kinds:
        op.execute(
            "INSERT INTO keeping (footage_id, data_kind, collected_us, keep_until_us) "
            f"SELECT footage_id, '{kind}', ingested_us, ingested_us + 7776000000000 FROM {recordings}"
        )
