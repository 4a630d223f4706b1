"""Posts that stand in channels are made to read as their articles do now."""

from datetime import timedelta

import structlog

from bot.clock import now_utc
from bot.delivery.compose import Composer
from bot.delivery.results import Refusal, Refused, SendResult, Sent
from bot.delivery.sender import Sender, TokenRefused
from bot.metrics import Metrics
from storage.database import Database
from storage.errors import StorageError
from storage.records import Bundle, Post, PostKind, StoryView

log = structlog.get_logger("khabar.delivery")

AT_ONCE = 20  # posts looked up at once
EDIT_WAIT = timedelta(seconds=30)  # before an edit that did not come through is tried again
REFUSED_WAIT = timedelta(minutes=30)  # before one that Telegram refused is: its rights may come back


class Corrector:
    """Edits posts whose article has a new revision. An edit may be repeated without harm, so it needs no journal."""

    def __init__(self, database: Database, sender: Sender, composer: Composer, metrics: Metrics) -> None:
        self._database = database
        self._sender = sender
        self._composer = composer
        self._metrics = metrics

    async def correct(self) -> int:
        """Edit what is due; how many posts were edited. Raises `TokenRefused`."""
        async with self._database.snapshot() as stores:
            posts = await stores.mailbox.get_corrections(now_utc(), AT_ONCE)
        by_message = {(post.chat_id, post.message_id): post for post in posts}
        return sum([await self._try(post) for post in by_message.values()])

    async def _try(self, post: Post) -> bool:
        try:
            return await self._edit(post)
        except (StorageError, TokenRefused):
            raise
        except Exception:  # a fault of ours in one post holds up no other, and is reported in full
            log.exception("a post could not be corrected", chat=post.chat_id, message=post.message_id)
        async with self._database.transaction() as stores:
            await stores.mailbox.postpone_edit(post.chat_id, post.message_id, now_utc() + REFUSED_WAIT)
        return False

    async def _edit(self, post: Post) -> bool:
        async with self._database.snapshot() as stores:
            chat = await stores.chats.get(post.chat_id)
            shown = tuple(await stores.mailbox.get_posted(post.chat_id, post.message_id))
        if not shown:
            return False  # forgotten in the meantime
        message = self._composer.message(Bundle(chat, shown, until=chat.position), now_utc(), kind=post.kind)
        is_new_photo = post.kind is PostKind.PHOTO and shown[0].article.image != post.image
        result = await self._sender.edit(chat, post.message_id, post.kind, message, is_new_photo=is_new_photo)
        await self._settle(post, shown, result)
        self._metrics.messages.labels("edited" if isinstance(result, Sent) else "edit_failed").inc()
        return isinstance(result, Sent)

    async def _settle(self, post: Post, shown: tuple[StoryView, ...], result: SendResult) -> None:
        chat_id, message_id = post.chat_id, post.message_id
        async with self._database.transaction() as stores:
            match result:
                case Sent():
                    await stores.mailbox.settle_edit(chat_id, message_id, shown)
                case Refused(Refusal.TOKEN, detail):
                    raise TokenRefused(detail)
                case Refused(Refusal.POST_GONE, detail):
                    log.info("a post is gone", chat=chat_id, message=message_id, reason=detail)
                    await stores.mailbox.forget_post(chat_id, message_id)
                case Refused(_, detail):
                    log.warning("a post cannot be corrected now", chat=chat_id, message=message_id, reason=detail)
                    await stores.mailbox.postpone_edit(chat_id, message_id, now_utc() + REFUSED_WAIT)
                case _:
                    await stores.mailbox.postpone_edit(chat_id, message_id, now_utc() + EDIT_WAIT)
