"""Where drafts come down into the archive: read, put into their story and topics, and told to the chats that follow."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import structlog

from bot.annotator import Annotator
from bot.clock import now_utc
from bot.ingest.draft import Draft
from bot.learned import TOPICS_AT_ONCE, LearnedTopics
from bot.metrics import Metrics
from bot.placing import Placing
from bot.stories.fingerprint import fingerprint
from bot.stories.sketch import VERSION as SKETCHES
from bot.stories.sketch import Sketch
from bot.tasks import ReadArticle
from bot.topics.annotate import VERSION, Annotation
from bot.topics.lemmas import VERSION as WORDS
from bot.topics.lemmas import Lemmatiser
from config.settings import Settings
from storage.addresses import page_key
from storage.chores import Chore
from storage.database import Database
from storage.records import Article, NewArticle, Source
from storage.stores import Stores

log = structlog.get_logger("khabar.collect")

LETTERS_AT_ONCE = 200_000  # of the articles that a transaction stores, some microseconds each
READING = "reading"  # the chore that reads the archive anew, `renewal`
COMPARING = "comparing"  # the chore that makes the sketches of the last days anew, `renewal`
COMPARED_BY = f"{WORDS}/{SKETCHES}"


@dataclass(frozen=True, slots=True)
class Known:
    """A draft with the article that it is a new revision of; None for a new one."""

    draft: Draft
    article_id: int | None = None


@dataclass(frozen=True, slots=True)
class Ready:
    """What is to be stored of a draft."""

    source: Source
    article: NewArticle
    annotation: Annotation
    sketch: Sketch
    article_id: int | None = None


class Landing:
    """Stores drafts. One a process: it keeps the index of topics and the window of stories."""

    def __init__(  # noqa: PLR0917  — the parts it is made of
        self,
        database: Database,
        annotator: Annotator,
        lemmatiser: Lemmatiser,
        settings: Settings,
        metrics: Metrics,
        placing: Placing | None = None,
    ) -> None:
        """`placing`: among which articles stories are looked for, by default among the newest."""
        self._database = database
        self._annotator = annotator
        self._topics = LearnedTopics(lemmatiser)
        self.placing = placing or Placing(settings.stories)
        self._settings = settings
        self._metrics = metrics
        self._turn = asyncio.Lock()  # whoever waits for the writer itself is told after a while that it is busy

    async def land(self, source: Source, drafts: Sequence[Known], pushed: frozenset[str] = frozenset()) -> None:
        """Store articles, and let those in `pushed` go out to the chats that follow.

        It is one transaction, unless their texts are so long that it would hold up other writers.
        """
        ready = await self.read(source, drafts)
        for part in _in_parts(ready):
            async with self._turn:
                await self.prepare(part)
                async with self._database.transaction() as stores:
                    await self.store(stores, part, pushed)

    async def read(self, source: Source, drafts: Sequence[Known]) -> list[Ready]:
        """What is to be stored of each draft, read in the annotator's process."""
        async with asyncio.TaskGroup() as group:
            reading = [group.create_task(self._read(one.draft)) for one in drafts]
        ready = []
        for one, task in zip(drafts, reading, strict=True):
            read = task.result()
            article = _new_article(source, one.draft, read.annotation)
            ready.append(Ready(source, article, read.annotation, read.sketch, one.article_id))
            await asyncio.sleep(0)  # a long text's fingerprint takes milliseconds: commands are answered in between
        return ready

    async def store(
        self, stores: Stores, ready: Sequence[Ready], pushed: frozenset[str] = frozenset(), *, is_past: bool = False
    ) -> None:
        """Store articles within the caller's transaction.

        `is_past`: they stand among the archive's past by their dates, before everything that arrived by itself.
        """
        await self._topics.learn(stores)
        await self.placing.begin(stores)
        told = await stores.articles.find_fingerprints({one.article.fingerprint for one in ready})
        told |= await stores.articles.find_pages({one.article.page_key for one in ready})
        for one in ready:
            topics = self._topics.match(one.annotation, one.source.name, one.article)
            if one.article_id is None:
                may_be_copy = not told.isdisjoint((one.article.fingerprint, one.article.page_key))
                is_asked = one.article.identity in pushed
                await self._add(stores, one, topics, may_be_copy=may_be_copy, is_asked=is_asked, is_past=is_past)
            else:
                await self._revise(stores, one, one.article_id, topics)
            told |= {one.article.fingerprint, one.article.page_key or one.article.fingerprint}
            if one.article_id is None and one.annotation.pairs:  # its revisions tell nothing that it has not told
                await stores.topics.mark_stale(await stores.names.learn(one.annotation.pairs))

    async def prepare(self, ready: Sequence[Ready]) -> None:
        """What takes long when a process starts, or after a change of the lemmatiser: in steps, between which others
        may write. What is left of the topics is learned with the next articles.
        """
        await self.placing.load(self._database, [one.article.published_at for one in ready])
        await self._learn_most_topics()

    async def _learn_most_topics(self) -> None:
        more = True
        while more:
            async with self._database.snapshot() as stores:
                more = len(await stores.topics.get_stale(limit=TOPICS_AT_ONCE)) == TOPICS_AT_ONCE
            if more:
                async with self._database.transaction() as stores:
                    await self._topics.learn(stores)

    async def take_back(self, source: Source, gone: Sequence[Known]) -> None:
        """Withdraw the articles among them: their site took the pages down. New ones are not stored at all.

        Those are asked for again as long as the feed names them: a page that comes back then is news after all.
        """
        known = [(one.article_id, one.draft) for one in gone if one.article_id is not None]
        if not known:
            return
        async with self._turn, self._database.transaction() as stores:
            for article_id, draft in known:
                preferred = self.placing.preferred
                if await stores.articles.withdraw(
                    article_id, now_utc(), feed_hash=draft.feed_hash, preferred=preferred
                ):
                    log.info("its site took an article back", source=source.name, article=article_id, url=draft.url)
                    self._metrics.articles.labels("withdrawn").inc()

    async def reread(self, articles: Sequence[Article]) -> list[tuple[Article, ReadArticle]]:
        """Articles of the archive with what is known of them by now; for `renew` and `compare_anew`. New articles come
        in between.
        """
        read = [(one, await self._read(one)) for one in articles]
        await self._learn_most_topics()
        return read

    async def compare_anew(self, stores: Stores, read: Sequence[tuple[Article, ReadArticle]]) -> None:
        """Let later articles be compared with these as they read by now, within the caller's transaction.

        One that has changed since it was read was taken down as it reads now already.
        """
        for article, one in read:
            story_id = await stores.articles.get_story_at(article.id, article.revision)
            if story_id is not None:
                await self.placing.keep(stores, article.id, article, story_id, one.sketch)

    async def renew(self, stores: Stores, read: Sequence[tuple[Article, ReadArticle]]) -> None:
        """Index and match articles anew, within the caller's transaction. What they match by now is pushed to nobody.

        One that has changed since it was read is left as it is.
        """
        await self._topics.learn(stores)
        for article, one in sorted(read, key=lambda pair: pair[0].id):  # else FTS5 writes out each by itself
            annotation, reading = one.annotation, one.annotation.reading
            if await stores.articles.reindex(
                article.id,
                revision=article.revision,
                lemmas=reading.body_terms,
                title_lemmas=reading.title_terms,
                entities=annotation.entities,
            ):
                topics = self._topics.match(annotation, article.source_name, article)
                await stores.topics.attach(article.id, topics, is_late=True)

    async def _read(self, one: Draft | Article) -> ReadArticle:
        facts = (one.title, one.lead, one.body, one.language)
        return await self._annotator.read(*facts, one.published_at, one.image)

    async def _add(
        self, stores: Stores, one: Ready, topics: Sequence[int], *, may_be_copy: bool, is_asked: bool, is_past: bool
    ) -> None:
        now, article = now_utc(), one.article
        is_pushed = is_asked and article.published_at > now - self._settings.delivery.max_age
        moment = article.published_at if is_past else now
        place = await self.placing.place(stores, article, one.sketch, moment, may_be_copy=may_be_copy)
        article_id = await stores.articles.add(
            article, place.story_id, now, is_pushed=is_pushed, is_past=is_past, is_turn=place.is_turn
        )
        story_id = await stores.stories.grow(place.story_id, article_id, moment, self.placing.preferred)
        await self.placing.keep(stores, article_id, article, story_id, one.sketch)
        if topics:
            await stores.topics.attach(article_id, topics)
        if is_pushed:
            await stores.waves.open(article_id, now)
        self._metrics.articles.labels("new" if is_pushed else "stored").inc()

    async def _revise(self, stores: Stores, one: Ready, article_id: int, topics: Sequence[int]) -> None:
        """A topic that it no longer matches lets go of it at once, so that nobody who waits for it is sent it."""
        changed = await stores.articles.revise(article_id, one.article, now_utc())
        article = await stores.articles.get(article_id)
        if article.withdrawn_at is None:
            await stores.topics.attach(article_id, topics, is_late=True)
            await self.placing.keep(stores, article_id, article, article.story_id, one.sketch)
        self._metrics.articles.labels("revised" if changed else "same").inc()


async def note_version(stores: Stores) -> None:
    """An archive that is still empty has nothing to be read anew: whatever comes is read by the version of today."""
    if await stores.chores.get(READING) is None and not await stores.articles.get_below(None, limit=1):
        await stores.chores.keep(READING, Chore(VERSION))
        await stores.chores.keep(COMPARING, Chore(COMPARED_BY))


def _in_parts(ready: Sequence[Ready]) -> Iterator[Sequence[Ready]]:
    """Articles in their order, as many at once as LETTERS_AT_ONCE allows, and at least one."""
    part: list[Ready] = []
    letters = 0
    for one in ready:
        length = len(one.article.lead) + sum(len(block.text) for block in one.article.body)
        if part and letters + length > LETTERS_AT_ONCE:
            yield part
            part, letters = [], 0
        part.append(one)
        letters += length
    if part:
        yield part


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
        page_key=page_key(draft.url) if draft.has_page else "",
        section=draft.section,
        modified_at=draft.modified_at,
    )
