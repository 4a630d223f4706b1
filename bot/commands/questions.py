"""topic, search: questions to the archive from the terminal."""

import sys
from typing import Any

from bot.archive import Answer, Archive
from bot.commands.archive import as_dict, show
from bot.commands.faults import what_is_wrong
from bot.commands.output import note, print_json
from bot.commands.shell import DONE, UsageError, archive
from bot.topics.lemmas import Lemmatiser
from bot.topics.query import QuestionError
from config.settings import Settings
from storage.database import Database

FOR_PEOPLE = 10  # stories
FOR_PROGRAMS = 1000


async def topic(settings: Settings, words: str, number: int | None, *, as_json: bool) -> int:
    """The stories of a topic, found by its name or another name for it; `-` reads questions."""
    async with archive(settings) as database:
        await _know_topics(settings, database)
        archivist = Archivist(database, is_topic=True)
        if words == "-":
            return await _answer_lines(archivist, number)
        answer = await archivist.answer(words, _limit(number, as_json=as_json))
    if not answer.found.stories:
        near = ", ".join(view.topic.name for view in answer.near)
        note("No stories on this." + (f" Near topics: {near}." if near else ""))
    show(answer.found.stories, settings, as_json=as_json)
    return DONE


async def search(settings: Settings, words: str, number: int | None, *, as_json: bool) -> int:
    """Stories with these words in any form; "phrase", -without, source:NAME; `-` reads questions."""
    async with archive(settings) as database:
        archivist = Archivist(database, is_topic=False)
        if words == "-":
            return await _answer_lines(archivist, number)
        answer = await archivist.answer(words, _limit(number, as_json=as_json))
    if not answer.found.stories:
        note("Nothing found.")
    show(answer.found.stories, settings, as_json=as_json)
    return DONE


class Archivist:
    """Answers questions one after another; it learns the words' forms once."""

    def __init__(self, database: Database, *, is_topic: bool) -> None:
        self._database = database
        self._archive = Archive(Lemmatiser())
        self._ask = self._archive.ask_topic if is_topic else self._archive.search

    async def answer(self, words: str, limit: int) -> Answer:
        """At most `limit` stories, newest first. Raises UsageError for a question that cannot be asked."""
        try:
            async with self._database.snapshot() as stores:
                return await self._ask(stores, words, size=limit)
        except QuestionError as error:
            raise UsageError(what_is_wrong(error)) from None


async def _answer_lines(archivist: Archivist, number: int | None) -> int:
    """One question a line from standard input, one line of JSON for each at once."""
    for line in sys.stdin:
        question = line.rstrip("\r\n")
        said: dict[str, Any] = {"question": question, "stories": []}
        try:
            answer = await archivist.answer(question, number or FOR_PROGRAMS)
            said["stories"] = [as_dict(view) for view in answer.found.stories]
        except UsageError as error:
            said["error"] = str(error)
        print_json(said)
    return DONE


def _limit(number: int | None, *, as_json: bool) -> int:
    return number or (FOR_PROGRAMS if as_json else FOR_PEOPLE)


async def _know_topics(settings: Settings, database: Database) -> None:
    """Bring the topics of the settings up to date where they were changed since the bot started last."""
    async with database.snapshot() as stores:
        stored = {(one.name, frozenset(one.aliases)) for one in await stores.topics.get_all() if one.from_settings}
    changed = [one for one in settings.topics if (one.name, frozenset(one.aliases)) not in stored]
    if changed:
        archivist = Archive(Lemmatiser())
        async with database.transaction() as stores:
            await archivist.name_topics(stores, [(one.name, one.aliases) for one in settings.topics])
