"""The tables, for SQLite and PostgreSQL alike. They never leave this package."""

from datetime import UTC, datetime

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite gives automatic ids to a column declared INTEGER alone.
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


class UtcDateTime(sa.TypeDecorator[datetime]):
    """An aware datetime, kept in UTC; a naive one is refused, since nobody could tell what it meant."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002 — SQLAlchemy's signature
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a datetime without a zone cannot be stored: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002 — SQLAlchemy's signature
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


source = sa.Table(
    "source",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("url", sa.Text, nullable=False, unique=True),
    sa.Column("moved_to", sa.Text),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("language", sa.Text),
    sa.Column("interval_seconds", sa.Integer),
    sa.Column("full_text", sa.Boolean),
    sa.Column("is_paused", sa.Boolean, nullable=False, default=False),
    sa.Column("from_settings", sa.Boolean, nullable=False, default=False),
    sa.Column("removed_at", UtcDateTime),
    sa.Column("etag", sa.Text),
    sa.Column("last_modified", sa.Text),
    sa.Column("due_at", UtcDateTime),
    sa.Column("checked_at", UtcDateTime),
    sa.Column("succeeded_at", UtcDateTime),
    sa.Column("failures", sa.Integer, nullable=False, default=0),
    sa.Column("last_error", sa.Text),
    sqlite_autoincrement=True,
)

story = sa.Table(
    "story",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("lead_article_id", Id, nullable=False, default=0),
    sa.Column("articles", sa.Integer, nullable=False, default=1),
    sa.Column("opened_at", UtcDateTime, nullable=False, index=True),
    sa.Column("changed_at", UtcDateTime, nullable=False),
    sqlite_autoincrement=True,
)

# Ids grow in the order of arrival and are never used again: they are the log that chats read.
article = sa.Table(
    "article",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("story_id", Id, sa.ForeignKey("story.id"), nullable=False, index=True),
    sa.Column("source_id", Id, sa.ForeignKey("source.id"), nullable=False),
    sa.Column("identity", sa.Text, nullable=False),
    sa.Column("url", sa.Text, nullable=False, index=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("lead", sa.Text, nullable=False),
    sa.Column("body", sa.JSON, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("published_at", UtcDateTime, nullable=False),
    sa.Column("arrived_at", UtcDateTime, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False, default=1),
    sa.Column("is_pushed", sa.Boolean, nullable=False),
    sa.Column("is_urgent", sa.Boolean, nullable=False, default=False),
    sa.Column("withdrawn_at", UtcDateTime),
    sa.Column("image", sa.Text),
    sa.Column("author", sa.Text),
    sa.Column("tags", sa.JSON, nullable=False),
    sa.Column("lemmas", sa.Text, nullable=False),
    sa.Column("fingerprint", sa.Text, nullable=False, index=True),
    sa.Column("feed_hash", sa.Text, nullable=False),
    sa.UniqueConstraint("source_id", "identity"),
    sa.Index("ix_article_source_id_id", "source_id", "id"),
    sqlite_autoincrement=True,
)

topic = sa.Table(
    "topic",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False, unique=True),
    sa.Column("from_settings", sa.Boolean, nullable=False, default=False),
    sqlite_autoincrement=True,
)

topic_alias = sa.Table(
    "topic_alias",
    metadata,
    sa.Column("topic_id", Id, sa.ForeignKey("topic.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("alias", sa.Text, primary_key=True),
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

chat = sa.Table(
    "chat",
    metadata,
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("username", sa.Text),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("language", sa.Text),
    sa.Column("timezone", sa.Text),
    sa.Column("schedule", sa.Text, nullable=False),
    sa.Column("hours", sa.JSON, nullable=False),
    sa.Column("weekday", sa.Integer, nullable=False, default=0),
    sa.Column("night", sa.Text, nullable=False, default="off"),
    sa.Column("night_from", sa.Integer, nullable=False, default=22),
    sa.Column("night_until", sa.Integer, nullable=False, default=7),
    sa.Column("takes_urgent", sa.Boolean, nullable=False, default=True),
    sa.Column("is_silent", sa.Boolean, nullable=False, default=False),
    sa.Column("with_pictures", sa.Boolean, nullable=False, default=True),
    sa.Column("with_hashtags", sa.Boolean, nullable=False, default=True),
    sa.Column("with_albums", sa.Boolean, nullable=False, default=False),
    sa.Column("thread_id", sa.BigInteger),
    sa.Column("position", Id, nullable=False, default=0),
    sa.Column("due_at", UtcDateTime),
    sa.Column("rank", sa.Integer, nullable=False, default=1),
    sa.Column("missed", sa.Integer, nullable=False, default=0),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("owner_id", sa.BigInteger),
    sa.Column("from_settings", sa.Boolean, nullable=False, default=False),
    sa.Column("trouble", sa.Text),
    sa.Index(
        "ix_chat_rank_due_at",
        "rank",
        "due_at",
        sqlite_where=sa.text("due_at IS NOT NULL"),
    ),
)


def _of_chat() -> sa.ForeignKey:
    """A chat's own rows go with it when it is forgotten, and along when a group migrates to a new id."""
    return sa.ForeignKey("chat.id", ondelete="CASCADE", onupdate="CASCADE")


# A null topic or source means any; unique by coalesced values, since SQL holds nulls apart.
follow = sa.Table(
    "follow",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("chat_id", sa.BigInteger, _of_chat(), nullable=False),
    sa.Column("topic_id", Id, sa.ForeignKey("topic.id", ondelete="CASCADE")),
    sa.Column("source_id", Id, sa.ForeignKey("source.id", ondelete="CASCADE")),
    sa.Column("since", Id, nullable=False, default=0),
    sa.Index("ix_follow_topic_id_source_id_chat_id", "topic_id", "source_id", "chat_id"),
    sa.Index(
        "uq_follow_chat_id_topic_id_source_id",
        "chat_id",
        sa.text("coalesce(topic_id, 0)"),
        sa.text("coalesce(source_id, 0)"),
        unique=True,
    ),
    sqlite_autoincrement=True,
)

saved = sa.Table(
    "saved",
    metadata,
    sa.Column("chat_id", sa.BigInteger, _of_chat(), primary_key=True),
    sa.Column("article_id", Id, sa.ForeignKey("article.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("saved_at", UtcDateTime, nullable=False),
)

# Committed before each POST and removed when it is settled: what is left after a crash is uncertain.
in_flight = sa.Table(
    "in_flight",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("chat_id", sa.BigInteger, _of_chat(), nullable=False, unique=True),
    sa.Column("until", Id, nullable=False),
    sa.Column("claimed_at", UtcDateTime, nullable=False),
    sa.Column("articles", sa.JSON, nullable=False),
    sa.Column("more", sa.Integer, nullable=False),
    sa.Column("missed", sa.Integer, nullable=False),
    sa.Column("is_ahead", sa.Boolean, nullable=False),
    sa.Column("has_rest", sa.Boolean, nullable=False),
    # It is known not to stand, and is sent again as it is at doubt_at: an urgent story that waits for Telegram.
    sa.Column("is_unsent", sa.Boolean, nullable=False, default=False),
    # Set when it is known to be in doubt: when to look again whether the message stands.
    sa.Column("doubt_at", UtcDateTime),
    sqlite_autoincrement=True,
)

# A story on its way to everyone who follows it costs a row for each audience, not one for each chat.
wave = sa.Table(
    "wave",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("article_id", Id, sa.ForeignKey("article.id", ondelete="CASCADE"), nullable=False),
    sa.Column("topic_id", Id, sa.ForeignKey("topic.id", ondelete="CASCADE")),
    sa.Column("source_id", Id, sa.ForeignKey("source.id", ondelete="CASCADE")),
    sa.Column("rank", sa.Integer, nullable=False),
    sa.Column("is_urgent", sa.Boolean, nullable=False),
    sa.Column("deadline", UtcDateTime, nullable=False, index=True),
    sa.Column("after", sa.BigInteger),
    sqlite_autoincrement=True,
)

# Stories that a chat was given before its position came to them; a row goes when it has.
ahead = sa.Table(
    "ahead",
    metadata,
    sa.Column("chat_id", sa.BigInteger, _of_chat(), primary_key=True),
    sa.Column("story_id", Id, sa.ForeignKey("story.id"), primary_key=True),
    sa.Column("article_id", Id, nullable=False),
    sqlite_with_rowid=False,
)

# How long Telegram asked us to wait: a chat, or (chat_id 0) the bot itself.
hold = sa.Table(
    "hold",
    metadata,
    sa.Column("chat_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("until", UtcDateTime, nullable=False),
)

# What came of messages, by day (UTC): /stats survives a restart.
tally = sa.Table(
    "tally",
    metadata,
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("outcome", sa.Text, primary_key=True),
    sa.Column("messages", sa.Integer, nullable=False),
    sqlite_with_rowid=False,
)

# Updates as Telegram told them, written down before they are confirmed. A row whose body is null has been handled;
# its replies are kept until they were given. The number alone stays a while, so that a repeat has no second effect.
inbox = sa.Table(
    "inbox",
    metadata,
    sa.Column("update_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("received_at", UtcDateTime, nullable=False),
    sa.Column("body", sa.Text),
    sa.Column("replies", sa.Text),
    sa.Index("ix_inbox_received_at", "received_at"),
    sa.Index(
        "ix_inbox_open",
        "update_id",
        sqlite_where=sa.text("body IS NOT NULL OR replies IS NOT NULL"),
    ),
)

# Articles that changed or were withdrawn while messages that stand somewhere show them as they were.
correction = sa.Table(
    "correction",
    metadata,
    sa.Column("article_id", Id, sa.ForeignKey("article.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    sa.Column("since", UtcDateTime, nullable=False),
)

# The ledger of what stands where. A post whose article has a newer revision is outdated; edit_due_at is when an edit
# that did not come through is tried again.
post = sa.Table(
    "post",
    metadata,
    sa.Column("chat_id", sa.BigInteger, _of_chat(), primary_key=True),
    sa.Column("message_id", sa.BigInteger, primary_key=True),
    sa.Column("article_id", Id, sa.ForeignKey("article.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("story_id", Id, sa.ForeignKey("story.id"), nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("image", sa.Text),
    sa.Column("place", sa.Integer, nullable=False, default=0),
    sa.Column("more", sa.Integer, nullable=False, default=0),
    sa.Column("missed", sa.Integer, nullable=False, default=0),
    sa.Column("posted_at", UtcDateTime, nullable=False),
    sa.Column("edit_due_at", UtcDateTime),
    sa.Index("ix_post_article_id_revision", "article_id", "revision"),
    # Few messages stand in channels and groups beside those of readers: they are found first.
    sa.Index(
        "ix_post_of_channels",
        "article_id",
        "revision",
        sqlite_where=sa.text("chat_id < 0"),
        postgresql_where=sa.text("chat_id < 0"),
    ),
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
