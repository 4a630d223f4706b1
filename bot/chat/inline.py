"""Inline mode: `@bot words` in any chat gives cards to share; without words, the newest stories.

The offset of a page is the article that the one before it ended with: what comes in between moves nothing.

Nothing is written down for it: no chat is made, and a query that a crash swallows is typed on. An answer depends on
the person's language and zone, so Telegram must not show it to others (`is_personal`).
"""

from dataclasses import dataclass
from typing import Any

from aiogram import Bot, Router
from aiogram.types import InlineQuery

from bot.chat.answers import Answer
from bot.chat.context import ChatContext
from bot.chat.middleware import IS_TOO_MUCH
from bot.chat.perform import Place
from bot.chat.replies import Results
from bot.rendering.inline import PAGE, Unasked, nothing, results, unasked
from bot.topics.query import QuestionError
from storage.asking import Cursor
from storage.pastids import NEWEST, OLDEST
from storage.records import Chat, ChatKind, StoryView
from storage.stores import Stores

_DIGITS = 20  # of an offset, with its minus: more has no id of ours


@dataclass(frozen=True, slots=True)
class _Page:
    """`next_offset` is "" on the last one."""

    stories: tuple[StoryView, ...]
    next_offset: str


class Inline:
    """Answers inline queries from the archive."""

    def __init__(self, context: ChatContext) -> None:
        self._context = context

    async def answer(self, event: InlineQuery, bot: Bot, **said: Any) -> Answer | None:
        """One page of what was asked for. None where the person types faster than anybody reads."""
        if said.get(IS_TOO_MUCH):
            return None
        name = (await bot.me()).username or ""
        async with self._context.database.snapshot() as stores:
            known = await stores.chats.find(event.from_user.id)
            reader = known or Chat(event.from_user.id, ChatKind.PRIVATE, "", language=event.from_user.language_code)
            words, zone = self._context.composer.words(reader), self._context.composer.zone(reader)
            try:
                page = await self._look(stores, event.query, event.offset, words.language)
            except QuestionError as error:
                hint = unasked(Unasked[error.kind.name], words)
                return Answer(Place(reader.id), (Results(event.id, (), "", hint),))
        shown = results(page.stories, words, timezone=zone, now=self._context.now(), bot_name=name)
        line = None if shown or event.offset else nothing(words)
        return Answer(Place(reader.id), (Results(event.id, tuple(shown), page.next_offset, line),))

    async def _look(self, stores: Stores, query: str, offset: str, language: str) -> _Page:
        """The newest in this language. Raises `QuestionError`. An offset that is none of ours begins anew."""
        below = _article_id(offset)
        if not query.strip():
            latest = await stores.stories.get_below(below, PAGE, language)
            shown, older = latest.items, latest.older
        else:
            cursor = None if below is None else Cursor(below)
            archive = self._context.archive
            found = (await archive.ask_topic(stores, query, cursor=cursor, size=PAGE, with_company=False)).found
            shown, older = found.stories, found.older
        return _Page(shown, str(shown[-1].article.id) if older else "")


def _article_id(offset: str) -> int | None:
    if len(offset) > _DIGITS or not offset.removeprefix("-").isdecimal():
        return None
    number = int(offset)
    return number if OLDEST < number < NEWEST else None


def create_router(context: ChatContext) -> Router:
    """Handlers of this subject."""
    router = Router(name="inline")
    router.inline_query.register(Inline(context).answer)
    return router
