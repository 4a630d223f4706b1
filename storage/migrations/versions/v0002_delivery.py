"""Waves instead of a write a chat, a fuller journal, schedules, and what survives a restart."""

import sqlalchemy as sa
from alembic import op

from storage.tables import Id, UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring a database of 0001 here; nothing that was due or on its way is lost."""
    grow_archive()
    grow_chats()
    grow_mailbox()
    create_waves()
    create_memory()


def grow_archive() -> None:
    op.add_column("article", _flag("is_urgent"))
    op.add_column("article", sa.Column("withdrawn_at", UtcDateTime(), nullable=True))
    op.create_index("ix_article_source_id_id", "article", ["source_id", "id"])
    op.add_column("article_topic", _flag("is_late"))


def grow_chats() -> None:
    op.add_column("chat", _number("weekday", 0))
    op.add_column("chat", sa.Column("night", sa.Text(), nullable=False, server_default="off"))
    op.add_column("chat", _number("night_from", 22))
    op.add_column("chat", _number("night_until", 7))
    op.add_column("chat", _flag("takes_urgent", is_on=True))
    op.add_column("chat", _flag("with_albums"))
    op.add_column("chat", _number("rank", 1))
    op.add_column("chat", _number("missed", 0))
    op.execute("UPDATE chat SET rank = 0 WHERE kind <> 'private'")
    op.execute(
        "UPDATE chat SET rank = 2 WHERE kind = 'private'"
        " AND id IN (SELECT chat_id FROM follow WHERE topic_id IS NULL AND source_id IS NULL)"
    )
    op.drop_index("ix_chat_due_at", "chat")
    op.create_index("ix_chat_rank_due_at", "chat", ["rank", "due_at"], sqlite_where=sa.text("due_at IS NOT NULL"))


def grow_mailbox() -> None:
    op.add_column("in_flight", sa.Column("articles", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("in_flight", _number("more", 0))
    op.add_column("in_flight", _number("missed", 0))
    op.add_column("in_flight", _flag("is_ahead"))
    op.add_column("in_flight", _flag("has_rest"))
    op.add_column("in_flight", _flag("is_unsent"))
    op.add_column("in_flight", sa.Column("doubt_at", UtcDateTime(), nullable=True))
    op.create_table(
        "correction",
        sa.Column("article_id", Id, nullable=False, autoincrement=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name="fk_correction_article_id_article", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", name="pk_correction"),
    )
    op.execute(
        "INSERT INTO correction (article_id, since)"
        " SELECT article_id, min(edit_due_at) FROM post WHERE edit_due_at IS NOT NULL GROUP BY article_id"
    )
    op.drop_index("ix_post_edit_due_at", "post")
    op.drop_index("ix_post_article_id", "post")
    op.add_column("post", _number("place", 0))
    op.add_column("post", _number("more", 0))
    op.add_column("post", _number("missed", 0))
    op.create_index("ix_post_article_id_revision", "post", ["article_id", "revision"])
    of_channels = sa.text("chat_id < 0")
    op.create_index(
        "ix_post_of_channels",
        "post",
        ["article_id", "revision"],
        sqlite_where=of_channels,
        postgresql_where=of_channels,
    )


def create_waves() -> None:
    op.create_table(
        "wave",
        sa.Column("id", Id, nullable=False),
        sa.Column("article_id", Id, nullable=False),
        sa.Column("topic_id", Id, nullable=True),
        sa.Column("source_id", Id, nullable=True),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("is_urgent", sa.Boolean(), nullable=False),
        sa.Column("deadline", UtcDateTime(), nullable=False),
        sa.Column("after", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_wave_article_id_article", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name="fk_wave_topic_id_topic", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_wave_source_id_source", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_wave"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_wave_deadline", "wave", ["deadline"])
    op.create_table(
        "ahead",
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("story_id", Id, nullable=False),
        sa.Column("article_id", Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["chat_id"], ["chat.id"], name="fk_ahead_chat_id_chat", ondelete="CASCADE", onupdate="CASCADE"
        ),
        sa.ForeignKeyConstraint(["story_id"], ["story.id"], name="fk_ahead_story_id_story"),
        sa.PrimaryKeyConstraint("chat_id", "story_id", name="pk_ahead"),
        sqlite_with_rowid=False,
    )


def create_memory() -> None:
    op.create_table(
        "hold",
        sa.Column("chat_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("chat_id", name="pk_hold"),
    )
    op.create_table(
        "tally",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "outcome", name="pk_tally"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "inbox",
        sa.Column("update_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("replies", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("update_id", name="pk_inbox"),
    )
    op.create_index("ix_inbox_received_at", "inbox", ["received_at"])
    op.create_index(
        "ix_inbox_open", "inbox", ["update_id"], sqlite_where=sa.text("body IS NOT NULL OR replies IS NOT NULL")
    )


def _flag(name: str, *, is_on: bool = False) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.true() if is_on else sa.false())


def _number(name: str, default: int) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False, server_default=str(default))
