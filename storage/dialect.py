"""The one construct that SQLAlchemy spells by engine: INSERT … ON CONFLICT, alike in SQLite and PostgreSQL."""

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncConnection


def insert(connection: AsyncConnection, table: sa.Table) -> sqlite.Insert:
    """An INSERT with `on_conflict_do_nothing` and `on_conflict_do_update` for the engine at hand.

    Typed as SQLite's; PostgreSQL's has the same methods and arguments as far as they are used here.
    """
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql  # 0.3 s that no command on SQLite should pay

        return postgresql.insert(table)  # type: ignore[return-value]  # the same methods, see above
    return sqlite.insert(table)
