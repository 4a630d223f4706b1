"""Sources with a rhythm, health and stand-ins; what admins are told; WebSub; pages known under all their addresses."""

import sqlalchemy as sa
from alembic import op

from storage.addresses import page_key
from storage.tables import Id, UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

AT_ONCE = 5000  # articles


def upgrade() -> None:
    """Bring a database of 0003 here. The rhythm of each source is learned anew."""
    grow_sources()
    grow_articles()
    create_alerts()
    create_subscriptions()


def grow_sources() -> None:
    op.add_column("source", sa.Column("folder", sa.Text(), nullable=False, server_default=""))
    op.add_column("source", sa.Column("stand_in", sa.JSON(), nullable=True))
    op.add_column("source", sa.Column("rhythm", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("source", sa.Column("health", sa.JSON(), nullable=False, server_default="{}"))
    op.create_index("ix_source_due_at", "source", ["due_at"])


def grow_articles() -> None:
    op.add_column("article", sa.Column("page_key", sa.Text(), nullable=False, server_default=""))
    op.add_column("article", sa.Column("section", sa.Text(), nullable=True))
    op.add_column("article", sa.Column("modified_at", UtcDateTime(), nullable=True))
    article = sa.table("article", sa.column("id", Id), sa.column("url", sa.Text()), sa.column("page_key", sa.Text()))
    connection, above = op.get_bind(), None
    while rows := connection.execute(_next(article, above)).all():
        connection.execute(
            sa.update(article).where(article.c.id == sa.bindparam("row")).values(page_key=sa.bindparam("key")),
            [{"row": row.id, "key": page_key(row.url)} for row in rows],
        )
        above = rows[-1].id
    op.create_index("ix_article_page_key", "article", ["page_key"])
    op.create_index("ix_article_source_id_feed_hash", "article", ["source_id", "feed_hash"])


def _next(article: sa.TableClause, above: int | None) -> sa.Select[tuple[int, str]]:
    query = sa.select(article.c.id, article.c.url).order_by(article.c.id).limit(AT_ONCE)
    return query if above is None else query.where(article.c.id > above)


def create_alerts() -> None:
    op.create_table(
        "alert",
        sa.Column("id", Id, nullable=False),
        sa.Column("source_id", Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_alert_source_id_source", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_alert"),
        sqlite_autoincrement=True,
    )


def create_subscriptions() -> None:
    op.create_table(
        "subscription",
        sa.Column("source_id", Id, nullable=False, autoincrement=False),
        sa.Column("hub", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=True),
        sa.Column("ends_at", UtcDateTime(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name="fk_subscription_source_id_source", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("source_id", name="pk_subscription"),
        sa.UniqueConstraint("token", name="uq_subscription_token"),
    )
