"""Sources, and what came of them."""

import sqlalchemy as sa

from storage.tables.base import Id, UtcDateTime, metadata

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
    sa.Column("folder", sa.Text, nullable=False, default=""),
    # Where it is read while its own address gives nothing, its rhythm and its health: read and written whole.
    sa.Column("stand_in", sa.JSON(none_as_null=True)),
    sa.Column("rhythm", sa.JSON, nullable=False, default=dict),
    sa.Column("health", sa.JSON, nullable=False, default=dict),
    sa.Index("ix_source_due_at", "due_at"),
    sqlite_autoincrement=True,
)

# What admins are to be told of sources, until they were.
alert = sa.Table(
    "alert",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("source_id", Id, sa.ForeignKey("source.id", ondelete="CASCADE"), nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sqlite_autoincrement=True,
)

# Subscriptions at WebSub hubs.
subscription = sa.Table(
    "subscription",
    metadata,
    sa.Column("source_id", Id, sa.ForeignKey("source.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    sa.Column("hub", sa.Text, nullable=False),
    sa.Column("topic", sa.Text, nullable=False),
    sa.Column("token", sa.Text, nullable=False, unique=True),
    sa.Column("secret", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("asked_at", UtcDateTime),
    sa.Column("ends_at", UtcDateTime),
    sa.Column("failures", sa.Integer, nullable=False, default=0),
)

story = sa.Table(
    "story",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("lead_article_id", Id, nullable=False, default=0),
    sa.Column("articles", sa.Integer, nullable=False, default=1),
    sa.Column("sources", sa.Integer, nullable=False, default=1),
    # Grows with everything that a post of the story would show.
    sa.Column("version", sa.Integer, nullable=False, default=1),
    sa.Column("opened_at", UtcDateTime, nullable=False, index=True),
    sa.Column("changed_at", UtcDateTime, nullable=False),
    sa.Column("follows_id", Id),
    # A story that turned out to be another one keeps its row, for buttons and links in chats name it.
    sa.Column("merged_into", Id),
    sa.Column("is_marked", sa.Boolean, nullable=False, default=False),
    sqlite_autoincrement=True,
)

# Stories that an admin keeps apart: they are never taken for one again. The lower id comes first.
apart = sa.Table(
    "apart",
    metadata,
    sa.Column("story_id", Id, sa.ForeignKey("story.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    sa.Column("other_id", Id, sa.ForeignKey("story.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    sa.Index("ix_apart_other_id", "other_id"),
)

# Stories that grew, or turned, while posts in channels and groups show them as they were.
growth = sa.Table(
    "growth",
    metadata,
    sa.Column("story_id", Id, sa.ForeignKey("story.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    sa.Column("since", UtcDateTime, nullable=False),
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
    sa.Column("is_turn", sa.Boolean, nullable=False, default=False),
    sa.Column("withdrawn_at", UtcDateTime),
    sa.Column("image", sa.Text),
    sa.Column("author", sa.Text),
    sa.Column("tags", sa.JSON, nullable=False),
    # What the search index was given, to take it out again; null while the article waits to be read anew.
    sa.Column("terms", sa.LargeBinary),
    sa.Column("entities", sa.JSON, nullable=False, default=list),
    sa.Column("fingerprint", sa.Text, nullable=False, index=True),
    sa.Column("feed_hash", sa.Text, nullable=False),
    sa.Column("page_key", sa.Text, nullable=False, default="", index=True),
    sa.Column("section", sa.Text),
    sa.Column("modified_at", UtcDateTime),
    sa.UniqueConstraint("source_id", "identity"),
    sa.Index("ix_article_source_id_id", "source_id", "id"),
    sa.Index("ix_article_source_id_feed_hash", "source_id", "feed_hash"),
    sqlite_autoincrement=True,
)

# What articles are compared by, packed as `stories.sketch` does; `day` is of the moment of publishing, in UTC, since
# 1970: articles are compared with those of the days around theirs.
sketch = sa.Table(
    "sketch",
    metadata,
    sa.Column("article_id", Id, sa.ForeignKey("article.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    sa.Column("day", sa.Integer, nullable=False, index=True),
    sa.Column("data", sa.LargeBinary, nullable=False),
)

# Articles whose story became another one, and those that were withdrawn: what others know of them in memory is out of
# date. A log that is read from where one stood.
regrouped = sa.Table(
    "regrouped",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("article_id", Id, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False, index=True),
    sqlite_autoincrement=True,
)

# Articles that changed or were withdrawn while messages that stand somewhere show them as they were.
correction = sa.Table(
    "correction",
    metadata,
    sa.Column("article_id", Id, sa.ForeignKey("article.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    sa.Column("since", UtcDateTime, nullable=False),
)
