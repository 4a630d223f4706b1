"""Messages whose answer was lost: the bot looks whether they stand, and where it cannot, the policy decides.

Only in a channel it can: whatever of ours stands there after the newest post that the ledger knows is the message in
doubt. In other chats the bot also answers people, and an edit would overwrite such an answer. What people post in a
channel is not known either, so where the bot may edit that, it looks only right behind a post of its own that is fresh.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot.delivery.compose import Composer
from bot.delivery.results import NotThere, Sent, Unknown
from bot.delivery.retry import (
    DOUBT,
    DOUBT_WAIT,
    Decision,
    Delivered,
    InDoubt,
    PassOver,
    RetryAt,
    decide_doubt,
    policy_for,
)
from bot.delivery.sender import Sender
from config.settings import DeliverySettings
from storage.deliveries import Bundle, Claim, Post, PostKind
from storage.records import Chat, ChatKind
from storage.stores import Stores

log = structlog.get_logger("khabar.delivery")

REASON = "the answer to it was lost"
FRESH = timedelta(seconds=30)  # nobody else is likely to have posted there since


@dataclass(frozen=True, slots=True)
class Doubt:
    """A message in doubt with what it takes to look for it.

    `after` is the number of the newest message known in that chat, which was posted at `known_at`.
    """

    claim: Claim
    bundle: Bundle
    after: int
    known_at: datetime


class Doubts:
    """Finds out what it can about messages in doubt."""

    def __init__(
        self, sender: Sender, composer: Composer, settings: DeliverySettings, now: Callable[[], datetime]
    ) -> None:
        self._sender = sender
        self._composer = composer
        self._settings = settings
        self._now = now
        self._since = now()  # while no process was there, nobody looked

    async def open(self, stores: Stores, claim: Claim, bundle: Bundle) -> Doubt | Decision:
        """What to look for; what to do where there is no looking."""
        if claim.is_unsent:
            return PassOver("what it told was withdrawn, or the chat receives no more")
        last = await stores.posts.get_last(claim.chat.id) if can_look(claim.chat.kind) else None
        # A story that was withdrawn meanwhile cannot be put together as it was.
        if last is None or not bundle.stories or len(bundle.stories) < len(claim.plan.article_ids):
            return self._by_policy(claim)
        length = await self._length(stores, claim.chat, last)
        if length is None:
            return self._by_policy(claim)
        return Doubt(claim, bundle, last.message_id + length - 1, last.posted_at)

    async def look(self, doubt: Doubt) -> Decision:
        """Whether it stands; a look that Telegram did not answer is made again, for a while. Raises nothing."""
        try:
            return await self._look(doubt)
        except Exception:  # a fault of ours: looking again would meet it again
            log.exception("a message in doubt could not be looked for", chat=doubt.claim.chat.id)
            return self._by_policy(doubt.claim)

    async def _look(self, doubt: Doubt) -> Decision:
        now, chat = self._now(), doubt.claim.chat
        message = self._composer.message(doubt.bundle, now)
        kind = PostKind.ALBUM if message.album else PostKind.PHOTO if message.photo else PostKind.TEXT
        is_fresh = now - doubt.known_at < FRESH
        match await self._sender.find(chat, doubt.after, message, kind, is_fresh=is_fresh):
            case Sent() as sent:
                return Delivered(sent, was_in_doubt=True)
            case NotThere():
                return RetryAt(now, "it does not stand there")
            case Unknown(is_for_good=True):
                return self._by_policy(doubt.claim)
            case _:
                is_open = now - max(doubt.claim.claimed_at, self._since) < DOUBT
                return InDoubt(now + DOUBT_WAIT, REASON) if is_open else self._by_policy(doubt.claim)

    async def _length(self, stores: Stores, chat: Chat, last: Post) -> int | None:
        """How many messages the post is: an album, known by its first, is one a picture. None: nobody can say."""
        if last.kind is not PostKind.ALBUM:
            return 1
        if last.edited_at is not None:  # it may show another page by now than the one whose pictures stand there
            return None
        shown = await stores.posts.get_posted(chat.id, last.message_id)
        if [view.article.revision for view in shown] != [last.revision]:
            return None
        as_album = Bundle(replace(chat, with_pictures=True, with_albums=True), tuple(shown), until=0)
        try:
            return self._sender.pictures(self._composer.message(as_album, self._now()))
        except Exception:  # a fault of ours in one message holds up no other
            log.exception("a post could not be put together again", chat=chat.id)
            return None

    def _by_policy(self, claim: Claim) -> Decision:
        return decide_doubt(policy_for(claim.chat.kind, self._settings), self._now(), REASON)


def can_look(kind: ChatKind) -> bool:
    """Whether the bot can find out if a message of its own stands in chats of this kind."""
    return kind is ChatKind.CHANNEL
