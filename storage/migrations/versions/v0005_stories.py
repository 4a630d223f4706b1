"""Stories that grow, turn, are merged and kept apart; what articles are compared by."""

import sqlalchemy as sa
from alembic import op

from storage.tables import Id, UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring a database of 0004 here. What stands in channels is taken to show its story as it is now.

    To count sources and find what is urgent takes some 7 seconds with a million articles of 4 KB.
    """
    grow_stories()
    grow_articles()
    grow_delivery()


def grow_stories() -> None:
    op.add_column("story", sa.Column("sources", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("story", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("story", sa.Column("follows_id", Id, nullable=True))
    op.add_column("story", sa.Column("merged_into", Id, nullable=True))
    op.add_column("story", sa.Column("is_marked", sa.Boolean(), nullable=False, server_default=sa.false()))
    count_sources()
    mark_urgent()
    op.create_table(
        "apart",
        sa.Column("story_id", Id, nullable=False, autoincrement=False),
        sa.Column("other_id", Id, nullable=False, autoincrement=False),
        sa.ForeignKeyConstraint(["story_id"], ["story.id"], name="fk_apart_story_id_story", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["other_id"], ["story.id"], name="fk_apart_other_id_story", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("story_id", "other_id", name="pk_apart"),
    )
    op.create_index("ix_apart_other_id", "apart", ["other_id"])
    op.create_table(
        "growth",
        sa.Column("story_id", Id, nullable=False, autoincrement=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["story_id"], ["story.id"], name="fk_growth_story_id_story", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("story_id", name="pk_growth"),
    )


def count_sources() -> None:
    """How many sources tell each story that has not just one page."""
    op.execute(
        """UPDATE story SET sources = (
            SELECT count(DISTINCT article.source_id) FROM article
            WHERE article.story_id = story.id AND article.withdrawn_at IS NULL
        ) WHERE articles <> 1"""
    )


def mark_urgent() -> None:
    """Stories of which an admin called a page urgent."""
    op.execute("UPDATE story SET is_marked = true WHERE id IN (SELECT story_id FROM article WHERE is_urgent)")


def grow_articles() -> None:
    op.add_column("article", sa.Column("is_turn", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "sketch",
        sa.Column("article_id", Id, nullable=False, autoincrement=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name="fk_sketch_article_id_article", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", name="pk_sketch"),
    )
    op.create_index("ix_sketch_day", "sketch", ["day"])
    op.create_table(
        "regrouped",
        sa.Column("id", Id, nullable=False),
        sa.Column("article_id", Id, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_regrouped"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_regrouped_at", "regrouped", ["at"])


def grow_delivery() -> None:
    op.create_index("ix_ahead_story_id", "ahead", ["story_id"])
    op.add_column("in_flight", sa.Column("reply_to", sa.BigInteger(), nullable=True))
    op.add_column("post", sa.Column("story_version", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("post", sa.Column("edited_at", UtcDateTime(), nullable=True))
    op.create_index("ix_post_story_id_chat_id", "post", ["story_id", "chat_id"])
