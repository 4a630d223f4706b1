"""Chats, what they follow and keep, and what they said."""

import sqlalchemy as sa

from storage.tables.base import Id, UtcDateTime, metadata, of_chat

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

# A null topic or source means any; unique by coalesced values, since SQL holds nulls apart.
follow = sa.Table(
    "follow",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("chat_id", sa.BigInteger, of_chat(), nullable=False),
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
    sa.Column("chat_id", sa.BigInteger, of_chat(), primary_key=True),
    sa.Column("article_id", Id, sa.ForeignKey("article.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("saved_at", UtcDateTime, nullable=False),
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
