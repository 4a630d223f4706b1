"""Messages that stand are made to read as their articles do now, or go where an article was withdrawn."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog

from bot.delivery.compose import Composer
from bot.delivery.results import NotSent, RateLimited, Refusal, Refused, SendResult, Sent, Uncertain
from bot.delivery.sender import Sender, TokenRefused
from bot.metrics import Metrics
from bot.rendering.message import Outgoing
from bot.rendering.withdrawn import withdrawn_mark
from config.settings import DeliverySettings
from storage.database import Database
from storage.deliveries import Bundle, Outcome, Post, PostKind
from storage.errors import StorageError
from storage.records import Chat, ChatState, StoryView

log = structlog.get_logger("khabar.delivery")

AT_ONCE = 20  # posts looked up at once
READERS_SHARE = 5  # a fifth of a second's messages at most go into corrections for readers: news come before them
EDIT_WAIT = timedelta(seconds=30)  # before an edit that did not come through is tried again
REFUSED_WAIT = timedelta(minutes=30)  # before one that Telegram refused is: its rights may come back
DELETABLE = timedelta(hours=48)  # a bot deletes nothing older (core.telegram.org/bots/api#deletemessage)


class Corrector:
    """Edits posts whose article has a new revision. An edit may be repeated without harm, so it needs no journal."""

    def __init__(  # noqa: PLR0917  — the parts it is made of, in the order of the worker's
        self,
        database: Database,
        sender: Sender,
        composer: Composer,
        metrics: Metrics,
        settings: DeliverySettings,
        now: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._sender = sender
        self._composer = composer
        self._metrics = metrics
        self._with_private = settings.correct_private
        self._readers_at_once = max(settings.messages_per_second // READERS_SHARE, 1)
        self._now = now
        self._is_stopping = False

    def begin_to_stop(self) -> None:
        """Begin no further edit; the one on its way is settled."""
        self._is_stopping = True

    async def correct(self) -> int:
        """Edit, mark or delete some of what is due, channels first; how many messages came right.

        Called once a second. Raises `TokenRefused`, and what the database raises.
        """
        async with self._database.snapshot() as stores:
            if not await stores.posts.has_corrections():
                return 0
            posts = await stores.posts.get_corrections(self._now(), AT_ONCE, with_private=self._with_private)
        done = 0
        for post in self._chosen(posts):
            if self._is_stopping:
                return done
            done += await self._try(post)
        if len(posts) < AT_ONCE:
            async with self._database.transaction() as stores:
                await stores.posts.close_corrections(with_private=self._with_private)
        return done

    def _chosen(self, posts: Sequence[Post]) -> list[Post]:
        """Each message once; of readers' messages no more than their share."""
        messages = list({(post.chat_id, post.message_id): post for post in posts}.values())
        is_readers = any(post.chat_id > 0 for post in messages)
        return messages[: self._readers_at_once] if is_readers else messages

    async def _try(self, post: Post) -> bool:
        try:
            return await self._bring_right(post)
        except (StorageError, TokenRefused):
            raise
        except Exception:  # a fault of ours in one post holds up no other, and is reported in full
            log.exception("a post could not be corrected", chat=post.chat_id, message=post.message_id)
        async with self._database.transaction() as stores:
            await stores.posts.postpone_edit(post.chat_id, post.message_id, self._now() + REFUSED_WAIT)
        return False

    async def _bring_right(self, post: Post) -> bool:
        async with self._database.snapshot() as stores:
            chat = await stores.chats.find(post.chat_id)
            shown = tuple(await stores.posts.get_posted(post.chat_id, post.message_id))
        if chat is None or not shown:
            return False  # forgotten in the meantime
        if chat.state in {ChatState.BLOCKED, ChatState.PAUSED}:
            async with self._database.transaction() as stores:
                await stores.posts.pass_over([post])
            return False
        standing = tuple(view for view in shown if view.article.withdrawn_at is None)
        if not standing and may_delete(post, self._now()):
            result = await self._sender.delete(chat, post.message_id)
            # Whatever it refuses, the edit below says better: the message is not there, or it can be marked at least.
            if not isinstance(result, Refused) or result.refusal is Refusal.TOKEN:
                return await self._settle(post, shown, result, is_deleted=isinstance(result, Sent))
        return await self._settle(post, shown, await self._edit(chat, post, shown, standing))

    async def _edit(
        self, chat: Chat, post: Post, shown: tuple[StoryView, ...], standing: tuple[StoryView, ...]
    ) -> SendResult:
        """What is left of the message, or the mark where nothing is."""
        message = self._message(chat, post, standing)
        if message is None:
            mark = withdrawn_mark(shown, self._composer.words(chat))
            return await self._sender.edit(chat, post.message_id, post.kind, mark)
        is_new_photo = post.kind is PostKind.PHOTO and standing[0].article.image != post.image
        return await self._sender.edit(chat, post.message_id, post.kind, message, is_new_photo=is_new_photo)

    def _message(self, chat: Chat, post: Post, standing: tuple[StoryView, ...]) -> Outgoing | None:
        if not standing:
            return None
        bundle = Bundle(chat, standing, chat.position, post.more, post.missed)
        return self._composer.message(bundle, self._now(), kind=post.kind)

    async def _settle(
        self, post: Post, shown: tuple[StoryView, ...], result: SendResult, *, is_deleted: bool = False
    ) -> bool:
        """Write down what came of it; whether the message is right now."""
        chat_id, message_id, now = post.chat_id, post.message_id, self._now()
        is_gone = all(view.article.withdrawn_at is not None for view in shown)
        outcome: dict[str, int] = {Outcome.WITHDRAWN if is_gone else Outcome.EDITED: 1}
        async with self._database.transaction() as stores:
            match result:
                case Sent():
                    if is_deleted:
                        await stores.posts.forget_post(chat_id, message_id)
                    else:
                        await stores.posts.settle_edit(chat_id, message_id, shown)
                    await stores.tallies.count(now.date(), outcome)
                case Refused(Refusal.TOKEN, detail):
                    raise TokenRefused(detail)
                case Refused(Refusal.POST_GONE, detail):
                    log.info("a post is gone", chat=chat_id, message=message_id, reason=detail)
                    await stores.posts.forget_post(chat_id, message_id)
                case Refused(Refusal.GONE, _):
                    await stores.posts.pass_over([post])
                case Refused(_, detail):
                    log.warning("a post cannot be corrected now", chat=chat_id, message=message_id, reason=detail)
                    await stores.posts.postpone_edit(chat_id, message_id, now + REFUSED_WAIT)
                case RateLimited(seconds):
                    due_at = now + max(EDIT_WAIT, timedelta(seconds=seconds))
                    await stores.posts.postpone_edit(chat_id, message_id, due_at)
                case NotSent() | Uncertain():
                    await stores.posts.postpone_edit(chat_id, message_id, now + EDIT_WAIT)
        if isinstance(result, Sent):
            self._metrics.count(outcome)
        return isinstance(result, Sent)


def may_delete(post: Post, now: datetime) -> bool:
    """Whether a message none of whose stories stands can go altogether.

    Of an album only the first message is known, and a list of several stories is no publication of a source: these
    are marked.
    """
    return post.kind in {PostKind.TEXT, PostKind.PHOTO} and now - post.posted_at < DELETABLE


async def forget_old_posts(database: Database, before: datetime) -> None:
    """Drop from the ledger what was posted before then, in many short transactions."""
    start: int | None = None
    while True:
        async with database.transaction() as stores:
            start = await stores.posts.forget_posts(before, start)
        if start is None:
            return
