"""Messages that stand are made to read as their articles do now, or go where an article was withdrawn; posts in
channels and groups grow with their stories.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog

from bot.delivery.compose import Composer
from bot.delivery.growth import page_to_show
from bot.delivery.results import NotSent, RateLimited, Refusal, Refused, SendResult, Sent, Uncertain
from bot.delivery.sender import Sender, TokenRefused
from bot.metrics import Metrics
from bot.rendering.withdrawn import withdrawn_mark
from config.settings import DeliverySettings, StorySettings
from storage.database import Database
from storage.deliveries import Bundle, Outcome, Post, PostKind
from storage.errors import StorageError
from storage.records import Chat, ChatState, StoryView
from storage.stores import Stores

log = structlog.get_logger("khabar.delivery")

AT_ONCE = 20  # posts looked up at once
GROWN = 100  # posts that could tell more: some of their chats may have no room for an edit now
GROWN_AGAIN = timedelta(seconds=2)  # between two looks for these that found none
READERS_SHARE = 5  # a fifth of a second's messages at most go into corrections for readers: news come before them
EDIT_WAIT = timedelta(seconds=30)  # before an edit that did not come through is tried again
REFUSED_WAIT = timedelta(minutes=30)  # before one that Telegram refused is: its rights may come back
DELETABLE = timedelta(hours=48)  # a bot deletes nothing older (core.telegram.org/bots/api#deletemessage)


class Corrector:
    """Edits posts whose article has a new revision, or whose story has grown: one edit brings all right.

    An edit may be repeated without harm, so it needs no journal.
    """

    def __init__(  # noqa: PLR0917  — the parts it is made of, in the order of the worker's
        self,
        database: Database,
        sender: Sender,
        composer: Composer,
        metrics: Metrics,
        settings: DeliverySettings,
        stories: StorySettings,
        now: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._sender = sender
        self._composer = composer
        self._metrics = metrics
        self._with_private = settings.correct_private
        self._grows_for = stories.edit_for
        self._grows_every = stories.edit_every
        self._readers_at_once = max(settings.messages_per_second // READERS_SHARE, 1)
        self._now = now
        self._grown_at = datetime.min.replace(tzinfo=UTC)
        self._is_stopping = False

    def begin_to_stop(self) -> None:
        """Begin no further edit; the one on its way is settled."""
        self._is_stopping = True

    async def correct(self) -> int:
        """Edit, mark or delete some of what is due, channels first; how many messages came right.

        Called once a second. Raises `TokenRefused`, and what the database raises.
        """
        async with self._database.snapshot() as stores:
            has_corrections = await stores.posts.has_corrections()
            has_grown = await stores.growths.has_any()
            if not has_corrections and not has_grown:
                return 0
            posts = await self._find(stores)
            is_done = has_corrections or await stores.growths.has_done(self._now(), self._grows_for)
        done = 0
        for post in posts:
            if self._is_stopping:
                return done
            done += await self._try(post)
        if is_done and len(posts) < AT_ONCE:
            async with self._database.transaction() as stores:
                await stores.posts.close_corrections(with_private=self._with_private)
                await stores.growths.close(self._now(), self._grows_for)
        return done

    async def _find(self, stores: Stores) -> list[Post]:
        """Each message once: posts in channels that are wrong, readers' messages that are to go, posts that could tell
        more, and the readers' messages that are wrong otherwise; of readers' no more than their share.
        """
        now = self._now()
        wrong = await stores.posts.get_corrections(now, AT_ONCE, with_private=False)
        found = [*wrong, *await self._grown(stores, now)]
        if self._with_private and not any(post.chat_id < 0 for post in wrong):
            found += await stores.posts.get_corrections(now, AT_ONCE, with_private=True)
        messages = {(post.chat_id, post.message_id): post for post in found}.values()
        readers = [post for post in messages if post.chat_id > 0][: self._readers_at_once]
        return [post for post in messages if post.chat_id < 0 or post in readers]

    async def _grown(self, stores: Stores, now: datetime) -> list[Post]:
        """Posts of stories that grew, where news would not have to wait for the edit."""
        if now < self._grown_at:
            return []
        grown = await stores.growths.get_due(now, GROWN, every=self._grows_every, lasts=self._grows_for)
        if not grown:
            self._grown_at = now + GROWN_AGAIN
        return [post for post in grown if self._sender.has_spare(post.chat_id)][:AT_ONCE]

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
            shown = await self._as_now(stores, chat, post, shown)
            answered = await self._answered(stores, post, shown)
            is_wrong = await self._reads_otherwise(stores, post, shown)
        if not is_wrong or chat.state in {ChatState.BLOCKED, ChatState.PAUSED}:
            async with self._database.transaction() as stores:
                await stores.posts.pass_over([post])
            return False
        standing = tuple(view for view in shown if view.article.withdrawn_at is None)
        if not standing and may_delete(post, self._now()):
            result = await self._sender.delete(chat, post.message_id)
            # Whatever it refuses, the edit below says better: the message is not there, or it can be marked at least.
            if not isinstance(result, Refused) or result.refusal is Refusal.TOKEN:
                return await self._settle(post, shown, result, is_deleted=isinstance(result, Sent))
        if not standing:
            mark = withdrawn_mark(shown, self._composer.words(chat))
            return await self._settle(post, shown, await self._sender.edit(chat, post.message_id, post.kind, mark))
        bundle = Bundle(chat, standing, chat.position, post.more, post.missed, answered)
        return await self._settle(post, shown, await self._edit(post, bundle))

    async def _as_now(
        self, stores: Stores, chat: Chat, post: Post, shown: tuple[StoryView, ...]
    ) -> tuple[StoryView, ...]:
        """A message of one story by the page that it is to show now; a list as it is."""
        article = shown[0].article
        is_growing = chat.id < 0 and self._grows_for is not None and self._now() - post.posted_at < self._grows_for
        if post.kind is PostKind.LIST or not (is_growing or article.withdrawn_at):
            return shown
        taken = set(await stores.posts.get_of_story(chat.id, shown[0].story_id))  # a merged story has several messages
        pages = [
            page for page in await stores.growths.get_pages(chat.id, shown[0].story_id) if page.article_id not in taken
        ]
        language = chat.language or self._composer.language
        article_id = page_to_show(article, pages, language, chat.position)
        return shown if article_id == article.id else tuple(await stores.posts.get_views(chat.id, [article_id]))

    async def _reads_otherwise(self, stores: Stores, post: Post, shown: tuple[StoryView, ...]) -> bool:
        """Whether there is anything to edit: not where a story grew by sources that the channel does not name."""
        is_same = [(post.article_id, post.revision)] == [(one.article.id, one.article.revision) for one in shown]
        return not is_same or post.kind is PostKind.LIST or await stores.growths.names_others(post.chat_id)

    async def _answered(self, stores: Stores, post: Post, shown: tuple[StoryView, ...]) -> int | None:
        """The message that a reader's message of a turn answers, as when it was sent.

        That is whatever told the story before; the page need be no turn itself, but the first after one in the
        reader's language.
        """
        if post.chat_id < 0 or post.kind is PostKind.LIST:
            return None
        first = await stores.posts.get_first(post.chat_id, shown[0].story_id)
        return first if first is not None and first < post.message_id else None

    async def _edit(self, post: Post, bundle: Bundle) -> SendResult:
        message = self._composer.message(bundle, self._now(), kind=post.kind)
        is_new_photo = post.kind is PostKind.PHOTO and bundle.stories[0].article.image != post.image
        return await self._sender.edit(bundle.chat, post.message_id, post.kind, message, is_new_photo=is_new_photo)

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
                        image = shown[0].article.image if result.has_new_photo else None
                        await stores.posts.settle_edit(post, shown, now, image=image)
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
