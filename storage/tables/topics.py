"""Topics, the names of things, and what was asked."""

import sqlalchemy as sa

from storage.tables.base import Id, UtcDateTime, metadata

topic = sa.Table(
    "topic",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False, unique=True),
    sa.Column("from_settings", sa.Boolean, nullable=False, default=False),
    # Its question as the index of topics holds it; null, or of an older lemmatiser, is made anew.
    sa.Column("terms", sa.LargeBinary),
    # Whether the articles that came before it, or before it was named as now, are among its articles.
    sa.Column("has_past", sa.Boolean, nullable=False, default=False),
    sa.Index(
        "ix_topic_offered",
        "id",
        sqlite_where=sa.text("from_settings = 1"),
        postgresql_where=sa.text("from_settings"),
    ),
    sa.Index("ix_topic_stale", "id", sqlite_where=sa.text("terms IS NULL"), postgresql_where=sa.text("terms IS NULL")),
    sa.Index("ix_topic_pastless", "id", sqlite_where=sa.text("has_past = 0"), postgresql_where=sa.text("NOT has_past")),
    sqlite_autoincrement=True,
)

topic_alias = sa.Table(
    "topic_alias",
    metadata,
    sa.Column("topic_id", Id, sa.ForeignKey("topic.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("alias", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, nullable=False, default="", index=True),
    sa.Column("origin", sa.Text, nullable=False, default="settings"),
)

# A late row was found after the article had come (a topic made or renamed since): for the archive, never pushed.
article_topic = sa.Table(
    "article_topic",
    metadata,
    sa.Column("topic_id", Id, sa.ForeignKey("topic.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("article_id", Id, sa.ForeignKey("article.id", ondelete="CASCADE"), primary_key=True, index=True),
    sa.Column("is_late", sa.Boolean, nullable=False, default=False),
    sqlite_with_rowid=False,
)

# Questions too long for a button's 64 bytes, so that their lists can be paged.
question = sa.Table(
    "question",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("text", sa.Text, nullable=False, unique=True),
    sa.Column("asked_at", UtcDateTime, nullable=False),
    sqlite_autoincrement=True,
)

# Two names of one thing as articles told them: «Организация … (ОДКБ)». The keys are those of questions.
name_pair = sa.Table(
    "name_pair",
    metadata,
    sa.Column("short_key", sa.Text, primary_key=True),
    sa.Column("long_key", sa.Text, primary_key=True, index=True),
    sa.Column("short", sa.Text, nullable=False),
    sa.Column("long", sa.Text, nullable=False),
    sa.Column("articles", sa.Integer, nullable=False, default=1),
    sqlite_with_rowid=False,
)

# People, organisations and places that articles speak of.
entity = sa.Table(
    "entity",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False, unique=True),
    sa.Column("articles", sa.Integer, nullable=False, default=0),
    sqlite_autoincrement=True,
)

# How many articles of a day (UTC) speak of it: what /trends compares.
entity_day = sa.Table(
    "entity_day",
    metadata,
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("entity_id", Id, sa.ForeignKey("entity.id", ondelete="CASCADE"), primary_key=True, index=True),
    sa.Column("articles", sa.Integer, nullable=False),
    sqlite_with_rowid=False,
)

# How far a piece of work that takes many nights has come: the archive read anew by another version of the lemmatiser.
chore = sa.Table(
    "chore",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("position", Id),
)
