"""Alembic's entry: `storage.schema` gives the connection; `alembic` by hand takes the URL of alembic.ini."""

import sqlalchemy as sa
from alembic import context

from storage.tables import metadata


def run(connection: sa.Connection) -> None:
    """Run the migrations over this connection."""
    # SQLite changes a table by copying it; the same scripts run on PostgreSQL.
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


given: sa.Connection | None = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    url = context.config.get_main_option("sqlalchemy.url") or "sqlite:///khabar.db"
    with sa.create_engine(url).connect() as opened:
        run(opened)
