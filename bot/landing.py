"""Where drafts come down into the archive: read, put into their story and topics, and told to the chats that follow."""

import asyncio
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot.annotator import Annotator
from bot.clock import now_utc
from bot.ingest.draft import Draft
from bot.metrics import Metrics
from bot.naming import names_for
from bot.stories.cluster import place
from bot.stories.fingerprint import fingerprint
from bot.topics.aliases import keys_of
from bot.topics.annotate import VERSION, Annotation
from bot.topics.compiled import TERMS_VERSION, encode
from bot.topics.lemmas import Lemmatiser
from bot.topics.match import TopicIndex
from bot.topics.matcher import Facts, Matcher
from bot.topics.query import QuestionError, parse_question
from config.settings import Settings
from storage.addresses import page_key
from storage.chores import Chore
from storage.database import Database
from storage.records import Article, NewArticle, Source, Topic
from storage.stores import Stores

log = structlog.get_logger("khabar.collect")

STORY_WINDOW = timedelta(days=3)  # a copy that comes later is a story of its own
TOPICS_AT_ONCE = 200  # topics that a transaction learns, some milliseconds each
LETTERS_AT_ONCE = 200_000  # of the articles that a transaction stores, some microseconds each
READING = "reading"  # the chore that reads the archive anew, `renewal`
LEARNING = "topics"  # the chore whose version is another one each time that topics were learned


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
    article_id: int | None = None


class Landing:
    """Stores drafts. One a process: it keeps the index of topics."""

    def __init__(
        self, database: Database, annotator: Annotator, lemmatiser: Lemmatiser, settings: Settings, metrics: Metrics
    ) -> None:
        self._database = database
        self._annotator = annotator
        self._topics = LearnedTopics(lemmatiser)
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
                await self.learn_most_topics()
                async with self._database.transaction() as stores:
                    await self.store(stores, part, pushed)

    async def read(self, source: Source, drafts: Sequence[Known]) -> list[Ready]:
        """What is to be stored of each draft, read in the annotator's process."""
        annotate = self._annotator.annotate
        async with asyncio.TaskGroup() as group:
            reading = [
                group.create_task(annotate(one.draft.title, one.draft.lead, one.draft.body, one.draft.language))
                for one in drafts
            ]
        ready = []
        for one, task in zip(drafts, reading, strict=True):
            annotation = task.result()
            ready.append(Ready(source, _new_article(source, one.draft, annotation), annotation, one.article_id))
            await asyncio.sleep(0)  # a long text's fingerprint takes milliseconds: commands are answered in between
        return ready

    async def store(
        self, stores: Stores, ready: Sequence[Ready], pushed: frozenset[str] = frozenset(), *, is_past: bool = False
    ) -> None:
        """Store articles within the caller's transaction.

        `is_past`: they stand among the archive's past by their dates, before everything that arrived by itself.
        """
        await self._topics.learn(stores)
        told = await stores.articles.find_fingerprints({one.article.fingerprint for one in ready})
        told |= await stores.articles.find_pages({one.article.page_key for one in ready})
        for one in ready:
            topics = self._topics.match(one.annotation, one.source.name, one.article)
            if one.article_id is None:
                may_be_copy = not told.isdisjoint((one.article.fingerprint, one.article.page_key))
                is_asked = one.article.identity in pushed
                await self._add(
                    stores, one.article, topics, may_be_copy=may_be_copy, is_asked=is_asked, is_past=is_past
                )
            else:
                await self._revise(stores, one.article_id, one.article, topics)
            told |= {one.article.fingerprint, one.article.page_key or one.article.fingerprint}
            if one.article_id is None and one.annotation.pairs:  # its revisions tell nothing that it has not told
                await stores.topics.mark_stale(await stores.names.learn(one.annotation.pairs))

    async def learn_most_topics(self) -> None:
        """After a change of the lemmatiser all topics are to be learned: in steps, between which others may write.

        What is left of them is learned with the next articles.
        """
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
                if await stores.articles.withdraw(article_id, now_utc(), feed_hash=draft.feed_hash):
                    log.info("its site took an article back", source=source.name, article=article_id, url=draft.url)
                    self._metrics.articles.labels("withdrawn").inc()

    async def reread(self, articles: Sequence[Article]) -> list[tuple[Article, Annotation]]:
        """Articles of the archive with what is known of them by now; for `renew`. New articles come in between."""
        read = [(one, await self._annotator.annotate(one.title, one.lead, one.body, one.language)) for one in articles]
        await self.learn_most_topics()
        return read

    async def renew(self, stores: Stores, read: Sequence[tuple[Article, Annotation]]) -> None:
        """Index and match articles anew, within the caller's transaction. What they match by now is pushed to nobody.

        One that has changed since it was read is left as it is.
        """
        await self._topics.learn(stores)
        for article, annotation in sorted(read, key=lambda pair: pair[0].id):  # else FTS5 writes out each by itself
            reading = annotation.reading
            if await stores.articles.reindex(
                article.id,
                revision=article.revision,
                lemmas=reading.body_terms,
                title_lemmas=reading.title_terms,
                entities=annotation.entities,
            ):
                topics = self._topics.match(annotation, article.source_name, article)
                await stores.topics.attach(article.id, topics, is_late=True)

    async def _add(
        self,
        stores: Stores,
        article: NewArticle,
        topics: Sequence[int],
        *,
        may_be_copy: bool,
        is_asked: bool,
        is_past: bool,
    ) -> None:
        now = now_utc()
        is_pushed = is_asked and article.published_at > now - self._settings.delivery.max_age
        moment = article.published_at if is_past else now
        copies = await stores.stories.get_copies(article, moment, STORY_WINDOW) if may_be_copy else []
        story_id = place(article, copies)
        if story_id is None:
            story_id = await stores.stories.open(moment)
        article_id = await stores.articles.add(article, story_id, now, is_pushed=is_pushed, is_past=is_past)
        await stores.stories.grow(story_id, article_id, moment)
        if topics:
            await stores.topics.attach(article_id, topics)
        if is_pushed:
            await stores.waves.open(article_id, now)
        self._metrics.articles.labels("new" if is_pushed else "stored").inc()

    async def _revise(self, stores: Stores, article_id: int, article: NewArticle, topics: Sequence[int]) -> None:
        """A topic that it no longer matches lets go of it at once, so that nobody who waits for it is sent it."""
        changed = await stores.articles.revise(article_id, article, now_utc())
        if (await stores.articles.get(article_id)).withdrawn_at is None:
            await stores.topics.attach(article_id, topics, is_late=True)
        self._metrics.articles.labels("revised" if changed else "same").inc()


class LearnedTopics:
    """The index of topics, as of the last `learn`.

    Another process may learn topics too (`khabar import` beside the bot), and a transaction may be rolled back: what
    was learned then stands in the version of a chore, and where that is not the one known here, all is loaded anew.
    """

    def __init__(self, lemmatiser: Lemmatiser) -> None:
        self._lemmatiser = lemmatiser
        self._index: TopicIndex | None = None
        self._state: Chore | None = None

    async def learn(self, stores: Stores) -> None:
        """Count topics that were made or named anew since, at most TOPICS_AT_ONCE of them."""
        state = await stores.chores.get(LEARNING)
        if self._index is None or state != self._state:
            self._index = await self._load(stores)
            self._state = state
        stale = await stores.topics.get_stale(limit=TOPICS_AT_ONCE)
        for topic in stale:
            await stores.topics.keep_terms(topic.id, await self._add(self._index, stores, topic))
        if stale:
            self._state = Chore(secrets.token_hex(8))
            await stores.chores.keep(LEARNING, self._state)

    def match(self, annotation: Annotation, source_name: str, article: Article | NewArticle) -> tuple[int, ...]:
        """The ids of the topics that an article matches."""
        if self._index is None:
            return ()
        return self._index.match(annotation.reading, Facts(source_name, article.language, article.published_at))

    async def _load(self, stores: Stores) -> TopicIndex:
        index, above = TopicIndex(self._lemmatiser), 0
        await stores.topics.outdate(TERMS_VERSION)
        while page := await stores.topics.get_stored(above=above):
            index.load(page)
            above = page[-1].id
        return index

    async def _add(self, index: TopicIndex, stores: Stores, topic: Topic) -> bytes:
        """Its terms. A question that was understood once and is no more has those that no article answers."""
        try:
            await stores.topics.rekey(topic.id, *keys_of(topic, self._lemmatiser))
            return index.add(topic, await names_for(stores, parse_question(topic.name), self._lemmatiser))
        except QuestionError as error:
            log.warning("a topic cannot be understood", topic=topic.id, name=topic.name, reason=str(error))
            index.discard(topic.id)
            return encode(Matcher(alternatives=()))


async def note_version(stores: Stores) -> None:
    """An archive that is still empty has nothing to be read anew: whatever comes is read by the version of today."""
    if await stores.chores.get(READING) is None and not await stores.articles.get_below(None, limit=1):
        await stores.chores.keep(READING, Chore(VERSION))


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
