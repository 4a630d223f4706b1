"""Where rows of articles become records, for every store that reads them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.followed import get_only_sources
from storage.naming import Entity, EntityKind
from storage.records import Article, Block, BlockKind, Link, Story, StoryView
from storage.tables import article, article_topic, follow, source, story, topic
from storage.tellings import get_befores, get_others, get_pages_in


def select_articles() -> sa.Select[Any]:
    """Articles with the name of their source and the size of their story: what this module's records are made of.

    Without their terms, which are the index's alone and as long as the text.
    """
    own = [column for column in article.c if column is not article.c.terms]
    of_story = [story.c[name].label(f"story_{name}") for name in ("articles", "sources", "version", "follows_id")]
    columns = (*own, source.c.name.label("source_name"), *of_story)
    joined = article.join(source, source.c.id == article.c.source_id).join(story, story.c.id == article.c.story_id)
    return sa.select(*columns).select_from(joined)


# Made once: each message needs them.
_IDS: sa.BindParameter[int] = sa.bindparam("ids", expanding=True)
_OF_IDS = select_articles().where(article.c.id.in_(_IDS))
_FOLLOWED = sa.select(follow.c.topic_id).where(
    follow.c.chat_id == sa.bindparam("chat_id", type_=sa.BigInteger), follow.c.topic_id.is_not(None)
)
_MATCHED = sa.select(article_topic.c.topic_id).where(article_topic.c.article_id.in_(_IDS))
_SHOWN_TOPICS = (
    sa.select(topic.c.name, topic.c.id)
    .where(topic.c.id.in_(_MATCHED), sa.or_(topic.c.from_settings, topic.c.id.in_(_FOLLOWED)))
    .order_by(topic.c.id.desc())
)
_TOPICS = (
    sa.select(article_topic.c.article_id, topic.c.name)
    .join(topic, topic.c.id == article_topic.c.topic_id)
    .where(article_topic.c.article_id.in_(_IDS))
    .order_by(article_topic.c.article_id, topic.c.id)
)


def article_record(row: sa.Row[Any], topics: tuple[str, ...]) -> Article:
    """A row of `select_articles` as a record."""
    return Article(
        id=row.id,
        story_id=row.story_id,
        source_id=row.source_id,
        source_name=row.source_name,
        url=row.url,
        title=row.title,
        lead=row.lead,
        body=tuple(map(unpack_block, row.body)),
        language=row.language,
        published_at=row.published_at,
        arrived_at=row.arrived_at,
        revision=row.revision,
        image=row.image,
        author=row.author,
        tags=tuple(row.tags),
        topics=topics,
        entities=tuple(Entity(number, EntityKind(kind), name) for number, kind, name in row.entities),
        is_urgent=row.is_urgent,
        withdrawn_at=row.withdrawn_at,
        section=row.section,
        modified_at=row.modified_at,
        is_turn=row.is_turn,
    )


def story_record(row: sa.Row[Any]) -> Story:
    """A row of the table as a record."""
    return Story(
        id=row.id,
        lead_article_id=row.lead_article_id,
        articles=row.articles,
        opened_at=row.opened_at,
        changed_at=row.changed_at,
        sources=row.sources,
        version=row.version,
        follows_id=row.follows_id,
        merged_into=row.merged_into,
        is_marked=row.is_marked,
    )


def pack_block(block: Block) -> dict[str, Any]:
    """A block as an article's row keeps it: what a block does not have is not written."""
    packed: dict[str, Any] = {"kind": block.kind, "text": block.text, "level": block.level, "url": block.url}
    if block.links:
        packed["links"] = [[link.start, link.end, link.url] for link in block.links]
    if block.rows:
        packed["rows"] = [list(row) for row in block.rows]
    return packed


def unpack_block(packed: Mapping[str, Any]) -> Block:
    """The block that `pack_block` wrote."""
    return Block(
        kind=BlockKind(packed["kind"]),
        text=packed["text"],
        level=packed["level"],
        url=packed["url"],
        links=tuple(Link(*link) for link in packed.get("links", ())),
        rows=tuple(map(tuple, packed.get("rows", ()))),
    )


async def topics_of(connection: AsyncConnection, ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """Names of the topics that these articles match, by article."""
    names: dict[int, tuple[str, ...]] = {}
    for article_id, name in await connection.execute(_TOPICS, {"ids": list(ids)}):
        names[article_id] = (*names.get(article_id, ()), name)
    return names


async def story_views(
    connection: AsyncConnection,
    rows: Sequence[sa.Row[Any]],
    language: str | None = None,
    *,
    sources: Collection[int] | None = None,
) -> list[StoryView]:
    """Rows of `select_articles` as stories, each shown by that article with all its topics.

    With a `language`, one whose article is in another is shown by its page in that one, where it has such a page.
    With `sources`, no other source is named or counted beside the one shown.
    """
    if language is not None:
        rows = await _in_language(connection, rows, language)
    topics = await topics_of(connection, [row.id for row in rows])
    others = await get_others(connection, rows, sources)
    befores = await get_befores(connection, [row.story_follows_id for row in rows if row.story_follows_id is not None])
    views = [
        StoryView(
            row.story_id,
            article_record(row, topics.get(row.id, ())),
            row.story_articles,
            topics.get(row.id, ()),
            sources=row.story_sources,
            version=row.story_version,
            others=others.get(row.id, ()),
            before=befores.get(row.story_follows_id),
        )
        for row in rows
    ]
    return views if sources is None else [_of_sources(view, sources) for view in views]


def _of_sources(view: StoryView, sources: Collection[int]) -> StoryView:
    """A view whose `others` are of these sources, as far as the rest of it names or counts sources."""
    named = {view.article.source_id, *(one.source_id for one in view.others)}
    is_known = view.before is not None and view.before.source_id in sources
    return replace(view, sources=len(named), before=view.before if is_known else None)


async def _in_language(
    connection: AsyncConnection, rows: Sequence[sa.Row[Any]], language: str
) -> Sequence[sa.Row[Any]]:
    foreign = [row.story_id for row in rows if row.language != language and row.story_articles > 1]
    pages = await get_pages_in(connection, foreign, language)
    if not pages:
        return rows
    found = {row.story_id: row for row in await connection.execute(_OF_IDS, {"ids": list(pages.values())})}
    return [row if row.language == language else found.get(row.story_id, row) for row in rows]


async def views_for(connection: AsyncConnection, chat_id: int, article_ids: Sequence[int]) -> list[StoryView]:
    """These articles as stories, in the order asked, each with the topics that the chat follows or the settings name.

    Not all topics it matches: another reader's question is nobody's business. A channel or group that asked for
    certain sources alone is told of no others.
    """
    given = {"ids": list(article_ids), "chat_id": chat_id}
    rows = list(await connection.execute(_OF_IDS, given))
    sources = await get_only_sources(connection, chat_id)
    views = {view.article.id: view for view in await story_views(connection, rows, sources=sources)}
    ids = {row.name: row.id for row in await connection.execute(_SHOWN_TOPICS, given)}
    return [_with_topics(views[one], ids) for one in article_ids if one in views]


def _with_topics(view: StoryView, ids: Mapping[str, int]) -> StoryView:
    """Only these topics of the story, each with its id."""
    names = tuple(name for name in view.article.topics if name in ids)
    return replace(view, topics=names, topic_ids=tuple(ids[name] for name in names))
