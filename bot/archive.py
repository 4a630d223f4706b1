"""Questions put to the archive: which topic is meant, which stories answer. For the chat and for the terminal."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from bot.naming import names_for
from bot.topics.aliases import choose, possible_keys, topic_key
from bot.topics.known import known_words
from bot.topics.lemmas import Lemmatiser
from bot.topics.near import nearest
from bot.topics.query import (
    Facts,
    Matcher,
    Question,
    compile_question,
    fold_words,
    name_key,
    parse_question,
    wanted_words,
)
from bot.topics.quote import Quote, quote
from bot.topics.spelling import (
    MOST_DOUBTFUL,
    Instead,
    InsteadKind,
    corrections,
    long_words,
    one_letter_away,
    other_layouts,
)
from storage.asking import Candidates, Cursor, Found, Order
from storage.naming import Alias, AliasOrigin, Mention
from storage.reading import Accepts
from storage.records import Article, Topic, TopicView
from storage.stores import Stores
from storage.stories import PAGE_SIZE

__all__ = ["Answer", "Archive", "Instead", "InsteadKind"]

# A new topic takes its past along: so many of the newest articles that may match are looked at.
TOPIC_PAST = 500
ABOUT_LATELY = 40  # of a topic's newest articles tell what it is about now
MOST_ABOUT = 3

Ask = Callable[[Stores, str], Awaitable["Answer"]]


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


@dataclass(frozen=True, slots=True)
class Turn:
    """Which page of the answers is wanted."""

    order: Order
    cursor: Cursor | None
    size: int


class Archive:
    """Understands questions; the stores of the caller's transaction do the looking up.

    Every method raises `QuestionError` for a question that cannot be asked.
    """

    def __init__(self, lemmatiser: Lemmatiser) -> None:
        self._lemmatiser = lemmatiser

    async def search(
        self,
        stores: Stores,
        words: str,
        *,
        order: Order = Order.NEWEST,
        cursor: Cursor | None = None,
        size: int = PAGE_SIZE,
        exactly: bool = False,
    ) -> Answer:
        """Stories with these words. Where there are none, and it need not be `exactly` these, what may be meant."""
        turn = Turn(order, cursor, size)

        async def ask(stores: Stores, words: str) -> Answer:
            question = parse_question(words)
            return await self._answer(stores, words, question, turn)

        return await self._ask(stores, words, ask, exactly=exactly)

    async def ask_topic(
        self,
        stores: Stores,
        words: str,
        *,
        order: Order = Order.NEWEST,
        cursor: Cursor | None = None,
        size: int = PAGE_SIZE,
        exactly: bool = False,
    ) -> Answer:
        """Stories of the topic that the words name, in any form or by another name; else stories with the words.

        Where neither is there, and it need not be `exactly` these words, the same for what may be meant.
        """
        turn = Turn(order, cursor, size)

        async def ask(stores: Stores, words: str) -> Answer:
            question = parse_question(words)
            topic = await self._find(stores, question)
            if topic is not None:
                return replace(await self._open(stores, topic, turn), asked=words)
            answer = await self._answer(stores, words, question, turn)
            return await self._with_company(stores, answer, words)

        return await self._ask(stores, words, ask, exactly=exactly)

    async def open_topic(
        self,
        stores: Stores,
        topic: Topic,
        *,
        order: Order = Order.NEWEST,
        cursor: Cursor | None = None,
        size: int = PAGE_SIZE,
    ) -> Answer:
        """Stories of a saved topic."""
        return await self._open(stores, topic, Turn(order, cursor, size))

    async def find_topic(self, stores: Stores, words: str) -> Topic | None:
        """The saved topic that the words name, in any form or by any of its names."""
        return await self._find(stores, parse_question(words))

    async def save_topic(self, stores: Stores, words: str) -> Topic:
        """The topic that the words name; a new one is saved with its recent past."""
        question = parse_question(words)
        found = await self._find(stores, question)
        if found is not None:
            return found
        saved = await stores.topics.add(" ".join(words.split()), topic_key(words, self._lemmatiser))
        await self._take_past_along(stores, saved)
        return saved

    async def name_topics(self, stores: Stores, named: Sequence[tuple[str, Sequence[str]]]) -> list[str]:
        """Give topics these names and just these aliases, beside those that admins gave; their keys.

        What a topic matches is looked up anew when its names have changed.
        """
        keys = [topic_key(name, self._lemmatiser) for name, _ in named]
        before = {topic.key: topic for topic in await stores.topics.find(keys)}
        for (name, others), key in zip(named, keys, strict=True):
            aliases = [alias for other in others if (alias := self._alias(other, AliasOrigin.SETTINGS)).key]
            topic = await stores.topics.name_from_settings(name, key, aliases)
            if topic != before.get(key):
                await self._take_past_along(stores, topic)
        return keys

    async def add_alias(self, stores: Stores, topic: Topic, name: str) -> bool:
        """Give a topic another name, as an admin does; False when it is called so already, or the name has no word."""
        alias = self._alias(" ".join(name.split()), AliasOrigin.ADMIN)
        if not alias.key or alias.key == name_key(topic.name, self._lemmatiser):
            return False
        return await self._rename(stores, topic, alias.key, await stores.topics.add_alias(topic.id, alias))

    async def remove_alias(self, stores: Stores, topic: Topic, name: str) -> bool:
        """Take a name that an admin gave off again; False when none has given it."""
        key = name_key(name, self._lemmatiser)
        return await self._rename(stores, topic, key, await stores.topics.remove_alias(topic.id, name))

    def quote(self, matcher: Matcher, article: Article) -> Quote | None:
        """The sentence of an article that answers best, with the words that do; None where none does."""
        return quote(matcher, article, self._lemmatiser)

    async def matcher_of(self, stores: Stores, topic: Topic) -> Matcher:
        """What a topic asks for now, under all its names."""
        return await self._matcher(stores, parse_question(topic.name))

    def accepts(self, matcher: Matcher, article: Article) -> bool:
        """Whether an article answers."""
        text = article.text.removeprefix(article.title)
        reading = self._lemmatiser.read_article(article.title, text, article.language)
        return matcher.accepts(reading, Facts(article.source_name, article.language, article.published_at))

    async def _rename(self, stores: Stores, topic: Topic, key: str, is_changed: bool) -> bool:
        """After a change of its names a topic takes its past along, and whatever asks for them is matched anew."""
        if is_changed:
            await stores.topics.mark_stale({key, name_key(topic.name, self._lemmatiser)} - {""})
            await self._take_past_along(stores, await stores.topics.get(topic.id))
        return is_changed

    def _alias(self, name: str, origin: AliasOrigin) -> Alias:
        return Alias(name, name_key(name, self._lemmatiser), origin)

    async def _find(self, stores: Stores, question: Question) -> Topic | None:
        """Looked up by keys, first by the question's own: there may be hundreds of thousands of topics."""
        ranks = possible_keys(question, self._lemmatiser, await names_for(stores, question, self._lemmatiser))
        found = await stores.topics.find([key for keys in ranks for key in keys])
        return choose(ranks, found, self._lemmatiser)

    async def _ask(self, stores: Stores, words: str, ask: Ask, *, exactly: bool) -> Answer:
        """The answer to what was asked; where nothing is found, to the first of what may be meant that finds something.

        Raises QuestionError for the question as it was asked.
        """
        answer = await ask(stores, words)
        if exactly or answer.topic is not None or answer.found.stories or answer.found.is_cut:
            return answer
        for instead in [*other_layouts(words), *await self._corrections(stores, words)]:
            other = await ask(stores, instead.text)
            if other.topic is not None or other.found.stories:
                return replace(other, asked=words, instead=instead)
        return answer

    async def _corrections(self, stores: Stores, words: str) -> list[Instead]:
        """The question with known words in place of those that nobody writes."""
        topics = await stores.topics.get_from_settings()
        names = {word for topic in topics for name in (topic.name, *topic.aliases) for word in fold_words(name)}
        names |= known_words()
        asked = long_words(set(wanted_words(words)) - names, self._lemmatiser)
        counts = await stores.names.count_words({key for keys in asked.values() for key in keys})
        unknown = [word for word, keys in asked.items() if not any(counts.get(key) for key in keys)]
        if len(unknown) > MOST_DOUBTFUL:
            return []
        choices = {word: one_letter_away(word, self._lemmatiser) for word in unknown}
        edits = {key for found in choices.values() for keys in found.values() for key in keys}
        return list(corrections(words, choices, await stores.names.count_words(edits), names))

    async def _open(self, stores: Stores, topic: Topic, turn: Turn) -> Answer:
        answer = await self._answer(stores, topic.name, parse_question(topic.name), turn)
        return await self._with_company(stores, replace(answer, topic=topic), topic.name)

    async def _answer(self, stores: Stores, words: str, question: Question, turn: Turn) -> Answer:
        matcher = await self._matcher(stores, question)
        found = await stores.search.find(
            await self._candidates(stores, matcher),
            self._judge(matcher),
            order=turn.order,
            cursor=turn.cursor,
            limit=turn.size,
        )
        return Answer(words, found, matcher)

    async def _with_company(self, stores: Stores, answer: Answer, words: str) -> Answer:
        """What else a reader of this may want: topics near it, whom and what its newest articles speak of."""
        offered = await stores.topics.get_from_settings()
        near = nearest(words, offered, self._lemmatiser)
        matcher = answer.matcher
        candidates = await self._candidates(stores, matcher)
        lately = await stores.search.find_ids(candidates, self._judge(matcher), limit=ABOUT_LATELY)
        said = set(name_key(words, self._lemmatiser).split())
        about = [
            mention
            for mention in await stores.entities.find_near(lately, limit=MOST_ABOUT * 4)
            if said.isdisjoint(name_key(mention.entity.name, self._lemmatiser).split())
        ]
        return replace(answer, near=tuple(await stores.topics.count_articles(near)), about=tuple(about[:MOST_ABOUT]))

    async def _take_past_along(self, stores: Stores, topic: Topic) -> None:
        """The newest articles of the archive that match, and no others, are the topic's."""
        matcher = await self.matcher_of(stores, topic)
        candidates = await self._candidates(stores, matcher)
        ids = await stores.search.find_ids(candidates, self._judge(matcher), limit=TOPIC_PAST)
        await stores.topics.replace_articles(topic.id, ids)

    async def _matcher(self, stores: Stores, question: Question) -> Matcher:
        return compile_question(question, self._lemmatiser, await names_for(stores, question, self._lemmatiser))

    async def _candidates(self, stores: Stores, matcher: Matcher) -> Candidates:
        if not matcher.sources:
            return matcher.candidates()
        names = await stores.sources.get_names()
        return matcher.candidates(frozenset(one for one, name in names.items() if matcher.takes_source(name)))

    def _judge(self, matcher: Matcher) -> Accepts | None:
        """Who decides on single articles; nobody where the index tells as much as the article itself."""
        return None if matcher.is_words_alone else partial(self.accepts, matcher)
