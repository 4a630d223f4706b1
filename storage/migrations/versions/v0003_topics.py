"""A search index with positions, names for one thing, entities, and topics in the form that their index loads."""

import sqlalchemy as sa
from alembic import op

from storage.tables import Id

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring a database of 0002 here. Its articles are read anew, newest first, while the bot runs."""
    create_index()
    grow_topics()
    create_entities()
    op.create_table(
        "chore",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("position", Id, nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_chore"),
    )


def create_index() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE article_lemmas")
        # The ascii tokenizer takes every character beyond ASCII as part of a word: terms are folded already.
        op.execute(
            """CREATE VIRTUAL TABLE article_terms USING fts5(
                title, body, marks, content = '', detail = 'full', tokenize = "ascii tokenchars '-_.'"
            )"""
        )
    op.add_column("article", sa.Column("terms", sa.LargeBinary(), nullable=True))
    op.add_column("article", sa.Column("entities", sa.JSON(), nullable=False, server_default="[]"))
    op.drop_column("article", "lemmas")


def grow_topics() -> None:
    op.add_column("topic", sa.Column("terms", sa.LargeBinary(), nullable=True))
    op.create_index(
        "ix_topic_offered",
        "topic",
        ["id"],
        sqlite_where=sa.text("from_settings = 1"),
        postgresql_where=sa.text("from_settings"),
    )
    stale = sa.text("terms IS NULL")
    op.create_index("ix_topic_stale", "topic", ["id"], sqlite_where=stale, postgresql_where=stale)
    # Those that stand have theirs, which the archive read anew brings up to date: its index is empty until then.
    op.add_column("topic", sa.Column("has_past", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(sa.update(sa.table("topic", sa.column("has_past", sa.Boolean()))).values(has_past=True))
    op.create_index(
        "ix_topic_pastless",
        "topic",
        ["id"],
        sqlite_where=sa.text("has_past = 0"),
        postgresql_where=sa.text("NOT has_past"),
    )
    op.add_column("topic_alias", sa.Column("key", sa.Text(), nullable=False, server_default=""))
    op.add_column("topic_alias", sa.Column("origin", sa.Text(), nullable=False, server_default="settings"))
    op.create_index("ix_topic_alias_key", "topic_alias", ["key"])
    op.create_table(
        "name_pair",
        sa.Column("short_key", sa.Text(), nullable=False),
        sa.Column("long_key", sa.Text(), nullable=False),
        sa.Column("short", sa.Text(), nullable=False),
        sa.Column("long", sa.Text(), nullable=False),
        sa.Column("articles", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("short_key", "long_key", name="pk_name_pair"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_name_pair_long_key", "name_pair", ["long_key"])


def create_entities() -> None:
    op.create_table(
        "entity",
        sa.Column("id", Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("articles", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_entity"),
        sa.UniqueConstraint("key", name="uq_entity_key"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "entity_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("entity_id", Id, nullable=False),
        sa.Column("articles", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entity_id"], ["entity.id"], name="fk_entity_day_entity_id_entity", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("day", "entity_id", name="pk_entity_day"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_entity_day_entity_id", "entity_day", ["entity_id"])
