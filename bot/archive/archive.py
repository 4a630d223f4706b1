"""Which topic is meant by a question, which stories answer it; and topics made, named and given their past."""

import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import aclosing, suppress
from dataclasses import replace

from bot.archive.answer import Answer, Turn
from bot.naming import Thing, matchers_of, names_for, other_questions, things_named
from bot.topics.aliases import Names, choose, is_asked_for, possible_keys, topic_key
from bot.topics.grammar import Question, QuestionError, parse_question
from bot.topics.lemmas import Lemmatiser, read_terms
from bot.topics.matcher import Facts, Matcher
from bot.topics.near import nearest
from bot.topics.query import NO_NAMES, compile_question, name_key, question_key
from bot.topics.quote import Quote, Spelled, quote, spell
from bot.topics.wording import wording
from storage.asking import Candidate, Candidates, Cursor, Order
from storage.naming import Alias, AliasOrigin
from storage.pasts import Past
from storage.reading import Accepts
from storage.records import Article, Topic
from storage.search import SECONDS
from storage.stores import Stores
from storage.stories import PAGE_SIZE

ABOUT_LATELY = 40  # of a topic's newest articles tell what it is about now
MOST_ABOUT = 3
ABOUT_SECONDS = 0.05  # that finding them may take
OFFERED_FOR = 60.0  # seconds that the settings' topics are remembered
GUESSING = 0.5  # seconds after which nothing else is tried in place of a question

Ask = Callable[[Stores, str], Awaitable[Answer]]


class Archive:
    """Understands questions; the stores of the caller's transaction do the looking up.

    Every method raises `QuestionError` for a question that cannot be asked. `seconds` are those that looking up the
    stories of one question may take.
    """

    def __init__(self, lemmatiser: Lemmatiser, seconds: float = SECONDS) -> None:
        self._lemmatiser = lemmatiser
        self._seconds = seconds
        self._offered: tuple[float, list[Topic]] | None = None

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
        """Stories with just these words, in any form, not with other names of what they name.

        Where there are none, and it need not be `exactly` these, what may be meant.
        """
        turn = Turn(order, cursor, size)

        async def ask(stores: Stores, words: str) -> Answer:
            question = parse_question(words)
            return await self._answer(stores, words, question, NO_NAMES, turn)

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
        with_company: bool = True,
        followed: Collection[int] = (),
    ) -> Answer:
        """Stories of the topic that the words name, in any form or by another name; else stories with the words.

        Topics are those of the settings and those whose ids are `followed`: what others asked for is nobody's business.
        Where neither is there, and it need not be `exactly` these words, the same for what may be meant. What is
        `near`, and what they are `about`, is not looked up without `with_company`.
        """
        turn = Turn(order, cursor, size, with_company=with_company)

        async def ask(stores: Stores, words: str) -> Answer:
            question = parse_question(words)
            names = await names_for(stores, question, self._lemmatiser)
            topic = await self._find(stores, question, names, _open_to(followed))
            if topic is not None:
                known = names if topic.key == question_key(question, self._lemmatiser) else None
                return replace(await self._open(stores, topic, turn, known), asked=words)
            answer = await self._answer(stores, words, question, names, turn)
            return await self._with_company(stores, answer, names, turn)

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
        """The saved topic that the words name, in any form or by any of its names, whosever it is."""
        question = parse_question(words)
        return await self._find(stores, question, await names_for(stores, question, self._lemmatiser))

    async def find_followed(self, stores: Stores, words: str, followed: Collection[int]) -> tuple[Topic, str] | None:
        """Of the topics with these ids the one that the words name, or what may be meant by them; and its words."""

        async def find(words: str) -> Topic | None:
            question = parse_question(words)
            names = await names_for(stores, question, self._lemmatiser)
            return await self._find(stores, question, names, lambda topic: topic.id in followed)

        if (found := await find(words)) is not None:
            return found, words
        async with aclosing(other_questions(stores, words, self._lemmatiser)) as others:
            async for instead in others:
                with suppress(QuestionError):
                    if (found := await find(instead.text)) is not None:
                        return found, instead.text
        return None

    async def save_topic(self, stores: Stores, words: str, followed: Collection[int] = ()) -> Topic:
        """The topic of the settings, or of those with these ids, that the words name; else one with just these words.

        A new one's past is found by and by, see `find_past`.
        """
        question = parse_question(words)
        names = await names_for(stores, question, self._lemmatiser)
        found = await self._find(stores, question, names, _open_to(followed))
        return found or await stores.topics.add(wording(words), question_key(question, self._lemmatiser))

    async def find_past(self, stores: Stores, topic: Topic) -> Past:
        """What a topic's articles are to become, by its question under all its names; takes up to seconds."""
        [matcher] = await self.matchers_of(stores, [topic])
        return await stores.pasts.find(topic.id, await self._candidates(stores, matcher), self._judge(matcher))

    async def name_topics(self, stores: Stores, named: Sequence[tuple[str, Sequence[str]]]) -> list[str]:
        """Give topics these names and just these aliases, beside those that admins gave; their keys.

        What a topic matches is to be found anew when its names have changed.
        """
        keys = [topic_key(name, self._lemmatiser) for name, _ in named]
        before = {topic.key: topic for topic in await stores.topics.find(keys, ())}
        for (name, others), key in zip(named, keys, strict=True):
            aliases = [alias for other in others if (alias := self._alias(other, AliasOrigin.SETTINGS)).key]
            topic = await stores.topics.name_from_settings(name, key, aliases)
            known = before.get(key)
            if topic != known:
                changed = set(topic.aliases) ^ set(known.aliases if known else ())
                await stores.topics.mark_stale({name_key(one, self._lemmatiser) for one in changed} - {""})
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

    def spell(self, article: Article) -> Spelled:
        """An article read once for many questions; the time grows with its length, and any thread may do it."""
        return spell(article, self._lemmatiser)

    async def things_named(self, stores: Stores, names: Sequence[str]) -> list[Thing]:
        """What these names mean, in their order; several may mean one thing."""
        return await things_named(stores, names, self._lemmatiser)

    async def matchers_of(self, stores: Stores, topics: Sequence[Topic]) -> list[Matcher]:
        """What each of these topics asks for now, under all its names."""
        return await matchers_of(stores, topics, self._lemmatiser)

    async def _rename(self, stores: Stores, topic: Topic, key: str, is_changed: bool) -> bool:
        """After a change of a topic's names whatever asks for them is matched anew."""
        if is_changed:
            self._offered = None
            await stores.topics.mark_stale({key, name_key(topic.name, self._lemmatiser)} - {""})
        return is_changed

    def _alias(self, name: str, origin: AliasOrigin) -> Alias:
        return Alias(name, name_key(name, self._lemmatiser), origin)

    async def _find(
        self, stores: Stores, question: Question, names: Names, may_be: Callable[[Topic], bool] | None = None
    ) -> Topic | None:
        """Looked up by keys, first by the question's own: there may be hundreds of thousands of topics."""
        ranks = possible_keys(question, self._lemmatiser, names)
        keys = [key for rank in ranks for key in rank.keys]
        found = await stores.topics.find(keys, [key for rank in ranks for key in rank.alias_keys])
        return choose(ranks, [one for one in found if may_be is None or may_be(one)], self._lemmatiser)

    async def _ask(self, stores: Stores, words: str, ask: Ask, *, exactly: bool) -> Answer:
        """The answer to what was asked; where nothing is found, to the first of what may be meant that finds something.

        Raises QuestionError for the question as it was asked.
        """
        answer = await ask(stores, words)
        if exactly or answer.topic is not None or answer.found.stories or answer.found.is_cut:
            return answer
        give_up_at = time.monotonic() + GUESSING
        async with aclosing(other_questions(stores, words, self._lemmatiser)) as others:
            async for instead in others:
                with suppress(QuestionError):
                    other = await ask(stores, instead.text)
                    if other.topic is not None or other.found.stories:
                        return replace(other, asked=words, instead=instead)
                if time.monotonic() > give_up_at:
                    break
        return answer

    async def _open(self, stores: Stores, topic: Topic, turn: Turn, names: Names | None = None) -> Answer:
        question = parse_question(topic.name)
        if names is None:
            names = await names_for(stores, question, self._lemmatiser)
        answer = await self._answer(stores, topic.name, question, names, turn)
        return await self._with_company(stores, replace(answer, topic=topic), names, turn)

    async def _answer(self, stores: Stores, words: str, question: Question, names: Names, turn: Turn) -> Answer:
        matcher = compile_question(question, self._lemmatiser, names)
        found = await stores.search.find(
            await self._candidates(stores, matcher),
            self._judge(matcher),
            order=turn.order,
            cursor=turn.cursor,
            limit=turn.size,
            seconds=self._seconds,
        )
        return Answer(words, found, matcher)

    async def _with_company(self, stores: Stores, answer: Answer, names: Names, turn: Turn) -> Answer:
        """What else a reader of this may want: topics near it, whom and what its newest articles speak of."""
        if not turn.with_company:
            return answer
        words = answer.asked
        offered = await self._get_offered(stores)
        near = nearest(words, [one for one in offered if one != answer.topic], self._lemmatiser)
        matcher = answer.matcher
        candidates = await self._candidates(stores, matcher)
        lately = await stores.search.find_ids(
            candidates, self._judge(matcher), limit=ABOUT_LATELY, seconds=ABOUT_SECONDS
        )
        mentions = await stores.entities.find_near(lately, limit=MOST_ABOUT * 4)
        about = [one for one in mentions if not is_asked_for(one.entity.name, words, names, self._lemmatiser)]
        counted = await stores.topics.count_articles(near) if near else []
        return replace(answer, near=tuple(counted), about=tuple(about[:MOST_ABOUT]))

    async def _get_offered(self, stores: Stores) -> list[Topic]:
        """The settings' topics, which change with a start or at an admin's word: looked up again now and then."""
        now = time.monotonic()
        if self._offered is None or self._offered[0] + OFFERED_FOR < now:
            self._offered = now, await stores.topics.get_from_settings()
        return self._offered[1]

    async def _candidates(self, stores: Stores, matcher: Matcher) -> Candidates:
        if not matcher.sources:
            return matcher.candidates()
        names = await stores.sources.get_names()
        return matcher.candidates(frozenset(one for one, name in names.items() if matcher.takes_source(name)))

    def _judge(self, matcher: Matcher) -> Accepts | None:
        """Who decides on single articles; nobody where the index tells as much as the article itself."""
        wanted = matcher.keys

        def accepts(one: Candidate) -> bool:
            facts = Facts(one.source_name, one.language, one.published_at)
            return matcher.accepts(read_terms(one.title_terms, one.body_terms, wanted), facts)

        return None if matcher.is_words_alone else accepts


def _open_to(followed: Collection[int]) -> Callable[[Topic], bool]:
    """Which topics are shown to a chat that follows those with these ids."""
    return lambda topic: topic.from_settings or topic.id in followed
