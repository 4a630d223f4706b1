"""Questions put to the archive: which topic is meant, which stories answer. For the chat and for the terminal."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.topics.aliases import resolve, topic_key
from bot.topics.lemmas import Lemmatiser
from bot.topics.near import nearest
from bot.topics.query import Facts, Matcher, compile_question, parse_question
from storage.asking import Cursor, Found, Order
from storage.naming import Mention
from storage.records import Article, Page, StoryView, Topic, TopicView
from storage.search import Accepts
from storage.stores import Stores
from storage.stories import PAGE_SIZE

# A new topic takes its past along: so many of the newest articles that may match are looked at.
TOPIC_PAST = 500


class InsteadKind(StrEnum):
    """Why something else than what was written was understood."""

    LAYOUT = "layout"  # typed with the keyboard switched to another script: JLR< is ОДКБ
    TYPO = "typo"


@dataclass(frozen=True, slots=True)
class Instead:
    """What was understood in place of what was asked."""

    kind: InsteadKind
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the archive says to a question.

    `topic` is the saved one that was meant, if there is one; `near` are other topics, `about` whom and what the newest
    of the found articles speak of. `matcher` tells which words answer. `instead` is None where the question was taken
    as it was asked.
    """

    asked: str
    found: Found
    matcher: Matcher
    topic: Topic | None = None
    near: tuple[TopicView, ...] = ()
    about: tuple[Mention, ...] = ()
    instead: Instead | None = None
    number: int = 0

    @property
    def page(self) -> Page[StoryView]:
        return Page(self.found.stories, self.number, self.found.older)


class Archive:
    """Understands questions; the stores of the caller's transaction do the looking up.

    Every method raises `QuestionError` for a question that cannot be asked.
    """

    def __init__(self, lemmatiser: Lemmatiser) -> None:
        self._lemmatiser = lemmatiser
        self._topics: dict[int, Topic] = {}

    async def search(
        self,
        stores: Stores,
        words: str,
        page: int = 0,
        size: int = PAGE_SIZE,
        *,
        order: Order = Order.NEWEST,
        cursor: Cursor | None = None,
        exactly: bool = False,
    ) -> Answer:
        """Stories with these words. `exactly`: no other spelling is tried where there are none."""
        matcher = self._matcher(words)
        return Answer(words, await self._page(stores, matcher, page, size), matcher, number=page)

    async def ask_topic(
        self,
        stores: Stores,
        words: str,
        page: int = 0,
        size: int = PAGE_SIZE,
        *,
        order: Order = Order.NEWEST,
        cursor: Cursor | None = None,
        exactly: bool = False,
    ) -> Answer:
        """Stories of the topic that the words name, in any form or by another name; else stories with the words."""
        topic = await self.find_topic(stores, words)
        if topic is not None:
            return replace(await self.open_topic(stores, topic, page, size), asked=words)
        matcher = self._matcher(words)
        found = await self._page(stores, matcher, page, size)
        return Answer(words, found, matcher, near=await self._near(stores, words), number=page)

    async def open_topic(
        self,
        stores: Stores,
        topic: Topic,
        page: int = 0,
        size: int = PAGE_SIZE,
        *,
        order: Order = Order.NEWEST,
        cursor: Cursor | None = None,
    ) -> Answer:
        """Stories of a saved topic."""
        matcher = self._matcher(topic.name, topic.aliases)
        found = await self._page(stores, matcher, page, size)
        return Answer(topic.name, found, matcher, topic, await self._near(stores, topic.name), number=page)

    async def find_topic(self, stores: Stores, words: str) -> Topic | None:
        """The saved topic that the words name, in any form or by an alias."""
        return resolve(words, await self._known(stores), self._lemmatiser)

    async def save_topic(self, stores: Stores, words: str) -> Topic:
        """The topic that the words name; a new one is saved with its recent past."""
        # Not remembered here: a topic that this transaction made a moment ago may yet be rolled back.
        found = resolve(words, [*self._topics.values(), *await self._unknown(stores)], self._lemmatiser)
        if found is not None:
            return found
        saved = await stores.topics.add(" ".join(words.split()), topic_key(words, self._lemmatiser))
        await self._take_past_along(stores, saved)
        return saved

    async def name_topics(self, stores: Stores, named: Sequence[tuple[str, Sequence[str]]]) -> list[str]:
        """Give topics these names and just these aliases; their keys.

        What a topic matches is looked up anew when its names have changed.
        """
        before = await stores.topics.get_all()
        keys = [topic_key(name, self._lemmatiser) for name, _ in named]
        for (name, aliases), key in zip(named, keys, strict=True):
            topic = await stores.topics.name_from_settings(name, key, aliases)
            if topic not in before:
                await self._take_past_along(stores, topic)
        return keys

    async def _take_past_along(self, stores: Stores, topic: Topic) -> None:
        """The newest articles of the archive that match, and no others, are the topic's."""
        matcher = self._matcher(topic.name, topic.aliases)
        ids = await stores.search.find_ids(matcher.candidates(), self._accepts(matcher), limit=TOPIC_PAST)
        await stores.topics.replace_articles(topic.id, ids)

    async def _known(self, stores: Stores) -> list[Topic]:
        """Every topic, kept in memory: names change only with a start, so only new ones are read.

        Called where the transaction has made no topic of its own, so that none is kept which may be rolled back.
        """
        self._topics |= {topic.id: topic for topic in await self._unknown(stores)}
        return list(self._topics.values())

    async def _unknown(self, stores: Stores) -> list[Topic]:
        return await stores.topics.get_all(above=max(self._topics, default=0))

    async def _near(self, stores: Stores, words: str) -> tuple[TopicView, ...]:
        return nearest(words, await stores.topics.get_offered(), self._lemmatiser)

    def _matcher(self, words: str, aliases: Sequence[str] = ()) -> Matcher:
        return compile_question(parse_question(words), self._lemmatiser, aliases)

    async def _page(self, stores: Stores, matcher: Matcher, page: int, size: int) -> Found:
        found = await stores.search.find(matcher.candidates(), self._accepts(matcher), skip=page * size, limit=size + 1)
        return Found(tuple(found[:size]), older=len(found) > size, newer=page > 0)

    def _accepts(self, matcher: Matcher) -> Accepts | None:
        if matcher.is_words_alone:
            return None  # the index tells as much as the article itself

        def accepts(article: Article) -> bool:
            text = article.text.removeprefix(article.title)
            reading = self._lemmatiser.read_article(article.title, text, article.language)
            return matcher.accepts(reading, Facts(article.source_name, article.language, article.published_at))

        return accepts
