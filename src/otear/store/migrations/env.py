"""Runs the migrations on the connection that the store hands over."""

from alembic import context

from otear.store.forecast_tables import records

context.configure(connection=context.config.attributes["connection"], target_metadata=records.metadata)
with context.begin_transaction():
    context.run_migrations()
