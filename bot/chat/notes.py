"""Notes to those who look after a channel or group: it was paused, and what to do."""

from collections.abc import Sequence
from dataclasses import replace

import structlog

from bot.delivery.compose import Composer
from bot.delivery.results import Sent
from bot.delivery.sender import Sender
from bot.rendering.notices import thread_note, trouble_note
from storage.database import Database
from storage.records import Chat, ChatKind

log = structlog.get_logger("khabar.notes")


class Notes:
    """Tells the owner of a chat and the admins, each in private and in their language."""

    def __init__(self, sender: Sender, database: Database, composer: Composer, admins: Sequence[int]) -> None:
        self._sender = sender
        self._database = database
        self._composer = composer
        self._admins = admins

    async def tell(self, troubled: Chat, trouble: str | None) -> None:
        """`trouble` in Telegram's words: the chat is paused; None: its forum topic is gone, news go to the general one.

        A note that cannot be sent is logged, not tried again: the chat's state says it as well.
        """
        if troubled.kind is ChatKind.PRIVATE:
            return
        for person in dict.fromkeys((*([troubled.owner_id] if troubled.owner_id else []), *self._admins)):
            async with self._database.snapshot() as stores:
                reader = await stores.chats.find(person)
            reader = reader or Chat(id=person, kind=ChatKind.PRIVATE, title=str(person))
            words = self._composer.words(reader)
            note = trouble_note(replace(troubled, trouble=trouble), words) if trouble else thread_note(troubled, words)
            result = await self._sender.send(reader, note)
            if not isinstance(result, Sent):
                log.warning("a note did not arrive", to=person, about=troubled.id, result=type(result).__name__)
