"""Where drafts come down into the archive: read, put into their story and topics, and told to the chats that follow."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot.annotator import Annotator
from bot.clock import now_utc
from bot.ingest.draft import Draft
from bot.metrics import Metrics
from bot.stories.cluster import place
from bot.stories.fingerprint import fingerprint
from bot.topics.annotate import Annotation
from bot.topics.lemmas import Lemmatiser
from bot.topics.match import TopicIndex
from bot.topics.query import Facts
from config.settings import Settings
from storage.database import Database
from storage.records import NewArticle, Source
from storage.stores import Stores

log = structlog.get_logger("khabar.collect")

STORY_WINDOW = timedelta(days=3)  # a copy that comes later is a story of its own


@dataclass(frozen=True, slots=True)
class Known:
    """A draft with the article that it is a new revision of; None for a new one."""

    draft: Draft
    article_id: int | None = None


class Landing:
    """Stores drafts. One a process: it keeps the index of topics."""

    def __init__(
        self, database: Database, annotator: Annotator, lemmatiser: Lemmatiser, settings: Settings, metrics: Metrics
    ) -> None:
        self._database = database
        self._annotator = annotator
        self._settings = settings
        self._metrics = metrics
        self._newest_topic = 0
        self._index = TopicIndex(lemmatiser)

    async def land(
        self,
        source: Source,
        drafts: Sequence[Known],
        pushed: frozenset[str] = frozenset(),
        *,
        is_past: bool = False,
    ) -> None:
        """Store articles in one transaction, and let those in `pushed` go out to the chats that follow.

        `is_past`: they stand among the archive's past by their dates, before everything that arrived by itself.
        """
        read = await self._read(source, [known.draft for known in drafts])
        async with self._database.transaction() as stores:
            await self._learn_topics(stores)
            for known, (article, annotation) in zip(drafts, read, strict=True):
                article_id = known.article_id
                topics = self._index.match(
                    annotation.reading, Facts(source.name, article.language, article.published_at)
                )
                if article_id is None:
                    await self._add(stores, article, topics, is_asked=article.identity in pushed, is_past=is_past)
                else:
                    changed = await stores.articles.revise(article_id, article, now_utc())
                    if (await stores.articles.get(article_id)).withdrawn_at is None:
                        await stores.topics.attach(article_id, topics, is_late=True)
                    self._metrics.articles.labels("revised" if changed else "same").inc()

    async def take_back(self, source: Source, gone: Sequence[Known]) -> None:
        """Withdraw the articles among them: their site took the pages down. New ones are not stored at all.

        Those are asked for again as long as the feed names them: a page that comes back then is news after all.
        """
        known = [(one.article_id, one.draft) for one in gone if one.article_id is not None]
        if not known:
            return
        async with self._database.transaction() as stores:
            for article_id, draft in known:
                if await stores.articles.withdraw(article_id, now_utc(), feed_hash=draft.feed_hash):
                    log.info("its site took an article back", source=source.name, article=article_id, url=draft.url)
                    self._metrics.articles.labels("withdrawn").inc()

    async def _add(
        self, stores: Stores, article: NewArticle, topics: Sequence[int], *, is_asked: bool, is_past: bool
    ) -> None:
        now = now_utc()
        is_pushed = is_asked and article.published_at > now - self._settings.delivery.max_age
        moment = article.published_at if is_past else now
        copies = await stores.stories.get_copies(article, moment, STORY_WINDOW)
        story_id = place(article, copies)
        if story_id is None:
            story_id = await stores.stories.open(moment)
        article_id = await stores.articles.add(article, story_id, now, is_pushed=is_pushed, is_past=is_past)
        await stores.stories.grow(story_id, article_id, moment)
        await stores.topics.attach(article_id, topics)
        if is_pushed:
            await stores.waves.open(article_id, now)
        self._metrics.articles.labels("new" if is_pushed else "stored").inc()

    async def _read(self, source: Source, drafts: Sequence[Draft]) -> list[tuple[NewArticle, Annotation]]:
        """What is to be stored of each draft, read in the annotator's process."""
        async with asyncio.TaskGroup() as group:
            reading = [
                group.create_task(self._annotator.annotate(draft.title, draft.lead, draft.body, draft.language))
                for draft in drafts
            ]
        read = []
        for draft, task in zip(drafts, reading, strict=True):
            read.append((_new_article(source, draft, task.result()), task.result()))
            await asyncio.sleep(0)  # a long text's fingerprint takes milliseconds: commands are answered in between
        return read

    async def _learn_topics(self, stores: Stores) -> None:
        """Topics that chats have made since the last landing count from now on. (Aliases change only with a start.)"""
        for topic in await stores.topics.get_all(above=self._newest_topic):
            self._index.add(topic)
            self._newest_topic = topic.id


def _new_article(source: Source, draft: Draft, annotation: Annotation) -> NewArticle:
    text = "\n".join([draft.lead, *(block.text for block in draft.body)])
    return NewArticle(
        source_id=source.id,
        identity=draft.identity,
        url=draft.url,
        title=draft.title,
        lead=draft.lead,
        body=draft.body,
        language=draft.language,
        published_at=draft.published_at,
        lemmas=annotation.reading.body_terms,
        title_lemmas=annotation.reading.title_terms,
        fingerprint=fingerprint(draft.title, text),
        feed_hash=draft.feed_hash,
        image=draft.image,
        author=draft.author,
        tags=draft.tags,
        entities=annotation.entities,
    )
