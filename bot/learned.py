"""The topics that articles are matched with, as of the last look at the archive."""

import secrets

import structlog

from bot.naming import names_for
from bot.topics.aliases import keys_of
from bot.topics.annotate import Annotation
from bot.topics.compiled import TERMS_VERSION, encode
from bot.topics.lemmas import Lemmatiser
from bot.topics.match import TopicIndex
from bot.topics.matcher import Facts, Matcher
from bot.topics.query import QuestionError, parse_question
from storage.chores import Chore
from storage.records import Article, NewArticle, Topic
from storage.stores import Stores

log = structlog.get_logger("khabar.collect")

TOPICS_AT_ONCE = 200  # topics that a transaction learns, some milliseconds each
LEARNING = "topics"  # the chore whose version is another one each time that topics were learned


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
