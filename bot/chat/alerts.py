"""What was learned of sources, told to the admins: each in private and in their language, once."""

from collections.abc import Sequence

import structlog

from bot.delivery.compose import Composer
from bot.delivery.results import NotSent, RateLimited, Sent
from bot.delivery.sender import Sender
from bot.rendering.alerts import MOST_AT_ONCE, alert_note
from storage.database import Database
from storage.records import Alert, Chat, ChatKind, Source

log = structlog.get_logger("khabar.alerts")

LOOKED_AT = 100  # alerts a tick, so that an admin who must be waited for holds up nobody's news of others

Told = tuple[Alert, Source]


class Alerts:
    """A tick that empties the queue of alerts. One a process."""

    def __init__(self, sender: Sender, database: Database, composer: Composer, admins: Sequence[int]) -> None:
        self._sender = sender
        self._database = database
        self._composer = composer
        self._admins = tuple(dict.fromkeys(admins))
        self._told: dict[int, set[int]] = {}  # by the alert's id, who has it already while others still wait

    async def tell(self) -> None:
        """Send each admin what waits in one message, and cross out what all of them have.

        What Telegram certainly has not is tried with the next tick; a refusal is logged and is the end of it. After a
        crash in between an admin may be told once more. Faults of the database are raised.
        """
        waiting, removed, readers = await self._look()
        for person in readers:
            await self._tell(person, [one for one in waiting if person.id not in self._told.get(one[0].id, ())])
        done = [alert for alert, _ in waiting if self._told.get(alert.id, set()).issuperset(self._admins)]
        done += removed
        if done:
            async with self._database.transaction() as stores:
                await stores.alerts.remove(*done)
            for alert in done:
                self._told.pop(alert.id, None)

    async def _look(self) -> tuple[list[Told], list[Alert], list[Chat]]:
        """What waits with its sources, alerts of sources that were removed since, and the admins."""
        async with self._database.snapshot() as stores:
            alerts = await stores.alerts.get_waiting(limit=LOOKED_AT)
            if not alerts:
                return [], [], []
            sources = {one.id: one for one in await stores.sources.get_all()}
            met = [(person, await stores.chats.find(person)) for person in self._admins]
        waiting = [(one, sources[one.source_id]) for one in alerts if one.source_id in sources]
        removed = [one for one in alerts if one.source_id not in sources]
        return waiting, removed, [chat or Chat(person, ChatKind.PRIVATE, str(person)) for person, chat in met]

    async def _tell(self, person: Chat, waiting: Sequence[Told]) -> None:
        part = waiting[:MOST_AT_ONCE]
        if not part:
            return
        result = await self._sender.send(person, alert_note(part, self._composer.words(person)))
        if isinstance(result, NotSent | RateLimited):
            return
        if not isinstance(result, Sent):
            log.warning("an admin was not told of sources", admin=person.id, result=type(result).__name__)
        for alert, _ in part:
            self._told.setdefault(alert.id, set()).add(person.id)
