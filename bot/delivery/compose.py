"""From a bundle to a message: the chat's language and zone, then rendering.

A story goes to many chats that read it alike, so what was composed is remembered: the very same message again costs
microseconds, and whoever turns it into bytes can know it again.
"""

from collections import OrderedDict
from collections.abc import Hashable
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.rendering.cards import card
from bot.rendering.digests import digest, is_list
from bot.rendering.locales import Locales, Words
from bot.rendering.message import Outgoing
from storage.deliveries import Bundle, PostKind
from storage.records import Chat, ChatKind, StoryView

REMEMBERED = 300  # messages, the least recently sent forgotten first: 17 MB when all are the longest digests


class Composer:
    """Speaks to each chat in its own way."""

    def __init__(self, locales: Locales, timezone: str) -> None:
        self.locales = locales
        self._timezone = ZoneInfo(timezone)
        self._composed: OrderedDict[Hashable, Outgoing] = OrderedDict()

    @property
    def language(self) -> str:
        """The language of chats that have not chosen one."""
        return self.locales.default_locale

    def words(self, chat: Chat) -> Words:
        """The words of the chat's language, the settings' when it has not chosen."""
        return self.locales.words(chat.language)

    def zone(self, chat: Chat) -> ZoneInfo:
        """The chat's time zone, the settings' when it has not chosen."""
        return ZoneInfo(chat.timezone) if chat.timezone else self._timezone

    def message(self, bundle: Bundle, now: datetime, *, kind: PostKind | None = None) -> Outgoing:
        """The one message that carries this bundle; `kind` of LIST makes a list even of a single story.

        The same object for all bundles that read alike.
        """
        as_list = kind is PostKind.LIST or is_list(bundle)
        key = self._reading(bundle, now, as_list=as_list)
        message = self._composed.get(key)
        if message is not None:
            self._composed.move_to_end(key)
            return message
        message = self._composed[key] = self._compose(bundle, now, as_list=as_list)
        if len(self._composed) > REMEMBERED:
            self._composed.popitem(last=False)
        return message

    def _reading(self, bundle: Bundle, now: datetime, *, as_list: bool) -> Hashable:
        """All that decides how a bundle reads; of `now` that is the day in the chat's zone."""
        chat = bundle.chat
        is_turn = bundle.reply_to is not None
        look = None if as_list else (chat.with_pictures, chat.with_hashtags, chat.with_albums, is_turn)
        with_subjects = not as_list and chat.kind is ChatKind.PRIVATE
        subjects = [(one.topic_ids, one.article.entities) for one in bundle.stories if with_subjects]
        day = now.astimezone(self.zone(chat)).date()
        counted = (bundle.more, bundle.missed)
        stories = map(_read, bundle.stories)
        return (chat.language, chat.timezone, chat.kind, look, day, *counted, *stories, *subjects)

    def _compose(self, bundle: Bundle, now: datetime, *, as_list: bool) -> Outgoing:
        chat = bundle.chat
        if as_list:
            return digest(bundle, self.words(chat), timezone=self.zone(chat), now=now)
        [view] = bundle.stories
        return card(
            view,
            self.words(chat),
            timezone=self.zone(chat),
            now=now,
            with_picture=chat.with_pictures,
            hashtags=view.topics if chat.with_hashtags else (),
            is_private=chat.kind is ChatKind.PRIVATE,
            with_album=chat.with_albums,
            is_turn=bundle.reply_to is not None,
        )


def _read(view: StoryView) -> Hashable:
    """All that decides how a story reads: of its other pages, which of them and the version that grows with them."""
    article = view.article
    others = tuple(one.article_id for one in view.others)
    told = (view.story_id, view.version, view.sources, others, view.before)
    return (article.id, article.revision, article.published_at, article.url, view.topics, *told)
