"""topic, search: questions to the archive from the terminal."""

import sys
from typing import Any

from bot.archive import Answer, Archive
from bot.commands.archive import as_dict, show
from bot.commands.faults import what_is_wrong
from bot.commands.output import clean, note, print_json
from bot.commands.shell import DONE, UsageError, archive
from bot.renewal import Pasts
from bot.topics.lemmas import Lemmatiser
from bot.topics.query import QuestionError
from config.settings import Settings
from storage.asking import Order
from storage.database import Database
from storage.naming import AliasOrigin

FOR_PEOPLE = 10  # stories
FOR_PROGRAMS = 1000
SECONDS = 30.0  # for one question: nobody else waits for it


async def topic(settings: Settings, words: str, number: int | None, *, is_best: bool, as_json: bool) -> int:
    """The stories of a topic, found by its name or another name for it; `-` reads questions."""
    async with archive(settings) as database:
        await _know_topics(settings, database)
        archivist = Archivist(database, is_topic=True, is_best=is_best)
        if words == "-":
            return await _answer_lines(archivist, number)
        answer = await archivist.answer(words, _limit(number, as_json=as_json))
    _comment(answer, "No stories on this.")
    show(answer.found.stories, settings, as_json=as_json)
    return DONE


async def search(settings: Settings, words: str, number: int | None, *, is_best: bool, as_json: bool) -> int:
    """Stories with these words in any form; "phrase", -without, source:NAME; `-` reads questions."""
    async with archive(settings) as database:
        archivist = Archivist(database, is_topic=False, is_best=is_best)
        if words == "-":
            return await _answer_lines(archivist, number)
        answer = await archivist.answer(words, _limit(number, as_json=as_json))
    _comment(answer, "Nothing found.")
    show(answer.found.stories, settings, as_json=as_json)
    return DONE


class Archivist:
    """Answers questions one after another; it learns the words' forms once."""

    def __init__(self, database: Database, *, is_topic: bool, is_best: bool = False) -> None:
        self._database = database
        self._archive = Archive(Lemmatiser(), SECONDS)
        self._is_topic = is_topic
        self._order = Order.BEST if is_best else Order.NEWEST

    async def answer(self, words: str, limit: int, *, with_company: bool = True) -> Answer:
        """At most `limit` stories. Raises UsageError for a question that cannot be asked."""
        ask = self._archive
        try:
            async with self._database.snapshot() as stores:
                if self._is_topic:
                    return await ask.ask_topic(stores, words, order=self._order, size=limit, with_company=with_company)
                return await ask.search(stores, words, order=self._order, size=limit)
        except QuestionError as error:
            raise UsageError(what_is_wrong(error)) from None


async def _answer_lines(archivist: Archivist, number: int | None) -> int:
    """One question a line from standard input, one line of JSON for each at once."""
    for line in sys.stdin:
        question = line.rstrip("\r\n")
        said: dict[str, Any] = {"question": question, "stories": []}
        try:
            answer = await archivist.answer(question, number or FOR_PROGRAMS, with_company=False)
            said["stories"] = [as_dict(view) for view in answer.found.stories]
            if answer.instead is not None:
                said["instead"] = answer.instead.text
            _tell_instead(answer)
        except UsageError as error:
            said["error"] = str(error)
        print_json(said)
    return DONE


def _comment(answer: Answer, nothing: str) -> None:
    """What a person should know beside the stories."""
    _tell_instead(answer)
    if answer.found.is_cut:
        note("There may be more: the search took too long and was ended.")
    elif not answer.found.stories:
        near = ", ".join(clean(view.topic.name) for view in answer.near)
        note(nothing + (f" Near topics: {near}." if near else ""))


def _tell_instead(answer: Answer) -> None:
    if answer.instead is not None:
        note(f"You asked {clean(answer.asked)!r}; these are the stories for {clean(answer.instead.text)!r}.")


def _limit(number: int | None, *, as_json: bool) -> int:
    return number or (FOR_PROGRAMS if as_json else FOR_PEOPLE)


async def _know_topics(settings: Settings, database: Database) -> None:
    """Bring the topics of the settings up to date where they were changed since the bot started last."""
    async with database.snapshot() as stores:
        stored = {
            (one.name, frozenset(alias.name for alias in names if alias.origin is AliasOrigin.SETTINGS and alias.key))
            for one in await stores.topics.get_from_settings()
            for names in [await stores.topics.get_aliases(one.id)]
        }
    if any((one.name, frozenset(one.aliases)) not in stored for one in settings.topics):
        archivist = Archive(Lemmatiser())
        async with database.transaction() as stores:
            await archivist.name_topics(stores, [(one.name, one.aliases) for one in settings.topics])
        await Pasts(database, archivist).step()
