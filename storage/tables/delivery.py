"""What is on its way, what stands where, and what came of it."""

import sqlalchemy as sa

from storage.tables.base import Id, UtcDateTime, metadata, of_chat

# Committed before each POST and removed when it is settled: what is left after a crash is uncertain.
in_flight = sa.Table(
    "in_flight",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("chat_id", sa.BigInteger, of_chat(), nullable=False, unique=True),
    sa.Column("until", Id, nullable=False),
    sa.Column("claimed_at", UtcDateTime, nullable=False),
    sa.Column("articles", sa.JSON, nullable=False),
    sa.Column("more", sa.Integer, nullable=False),
    sa.Column("missed", sa.Integer, nullable=False),
    sa.Column("is_ahead", sa.Boolean, nullable=False),
    sa.Column("has_rest", sa.Boolean, nullable=False),
    sa.Column("reply_to", sa.BigInteger),
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
    sa.Column("chat_id", sa.BigInteger, of_chat(), primary_key=True),
    sa.Column("story_id", Id, sa.ForeignKey("story.id"), primary_key=True),
    sa.Column("article_id", Id, nullable=False),
    sa.Index("ix_ahead_story_id", "story_id"),
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

# The ledger of what stands where. A post whose article has a newer revision is outdated; edit_due_at is when an edit
# that did not come through is tried again.
post = sa.Table(
    "post",
    metadata,
    sa.Column("chat_id", sa.BigInteger, of_chat(), primary_key=True),
    sa.Column("message_id", sa.BigInteger, primary_key=True),
    sa.Column("article_id", Id, sa.ForeignKey("article.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("story_id", Id, sa.ForeignKey("story.id"), nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("story_version", sa.Integer, nullable=False, default=1),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("image", sa.Text),
    sa.Column("place", sa.Integer, nullable=False, default=0),
    sa.Column("more", sa.Integer, nullable=False, default=0),
    sa.Column("missed", sa.Integer, nullable=False, default=0),
    sa.Column("posted_at", UtcDateTime, nullable=False),
    sa.Column("edited_at", UtcDateTime),
    sa.Column("edit_due_at", UtcDateTime),
    sa.Index("ix_post_story_id_chat_id", "story_id", "chat_id"),
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
