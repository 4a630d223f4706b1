"""From a bundle to a message: the chat's language and zone, then rendering."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.rendering.cards import card
from bot.rendering.digests import digest
from bot.rendering.locales import Locales, Words
from bot.rendering.message import Outgoing
from storage.records import Bundle, Chat, ChatKind, PostKind


class Composer:
    """Speaks to each chat in its own way."""

    def __init__(self, locales: Locales, timezone: str) -> None:
        self.locales = locales
        self._timezone = ZoneInfo(timezone)

    def words(self, chat: Chat) -> Words:
        """The words of the chat's language, the settings' when it has not chosen."""
        return self.locales.words(chat.language)

    def zone(self, chat: Chat) -> ZoneInfo:
        """The chat's time zone, the settings' when it has not chosen."""
        return ZoneInfo(chat.timezone) if chat.timezone else self._timezone

    def message(self, bundle: Bundle, now: datetime, *, kind: PostKind | None = None) -> Outgoing:
        """The one message that carries this bundle; `kind` of LIST makes a list even of a single story."""
        chat = bundle.chat
        if len(bundle.stories) > 1 or bundle.more or kind is PostKind.LIST:
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
        )
