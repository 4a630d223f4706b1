"""What a button carries back. Typed, at most 64 bytes whatever the ids (Telegram's BUTTON_DATA_INVALID).

A question in words does not fit, so lists refer to a topic or to a stored question by its id.
"""

from enum import StrEnum
from typing import Self

from aiogram.filters.callback_data import CallbackData

from bot.rendering.charts import Theme
from storage.asking import Order
from storage.records import Night, Schedule

LAST_PAGE = 100_000  # of a list: a number further on is no button of ours


class ListKind(StrEnum):
    """Which list of stories, and what `ref` is: for LATEST and TOP the stories a page, 0 for the usual number;
    a topic's id for TOPIC; a stored question's for ASKED (a topic that nobody has saved), SEARCH and EXACT (a search
    for just what was written, with no other spelling in its place); else 0.
    """

    LATEST = "l"
    TOP = "p"
    TOPIC = "t"
    ASKED = "a"
    SEARCH = "s"
    EXACT = "e"
    SAVED = "b"
    MINE = "m"  # whatever the chat follows


class Screen(StrEnum):
    """A screen that a button opens in place."""

    WELCOME = "w"
    HELP = "h"
    ASKING = "q"  # how to ask for more than plain words
    FOLLOWS = "t"  # what this chat follows
    FOLLOW_MENU = "f"  # topics to choose from
    SETTINGS = "s"
    DIGEST = "d"
    LANGUAGE = "l"
    TIMEZONE = "z"
    NIGHT = "n"


class Switch(StrEnum):
    """A setting that is on or off."""

    PICTURES = "p"
    SOUND = "s"
    HASHTAGS = "h"
    URGENT = "u"  # urgent stories break in


class Offer(StrEnum):
    """An admin's answer about a channel. SOURCES and TOPICS open a list; SOURCE and TOPIC turn one on or off."""

    EVERYTHING = "e"
    SOURCES = "s"
    TOPICS = "t"
    SOURCE = "S"
    TOPIC = "T"
    NOTHING = "n"
    BACK = "b"
    DONE = "d"


class Deed(StrEnum):
    """What an admin does with a source. REMOVE asks once more, REMOVE_NOW is the answer."""

    PAUSE = "p"
    RESUME = "r"
    FETCH = "f"
    REMOVE = "x"
    REMOVE_NOW = "X"


class ReadStory(CallbackData, prefix="r"):
    """The whole article in the chat."""

    story_id: int


class SaveStory(CallbackData, prefix="b"):
    """Put into the bookmarks, or take out of them: what buttons did before each named its page."""

    story_id: int
    on: bool


class ListPage(CallbackData, prefix="l"):
    """A page of a list, in place; page 0 is the newest. `anew`: as a message of its own, for the one above stays.

    Answers to a question, newest first, begin below the article `cursor`, or with `back` end above it; there `page`
    only counts for the eye. Best first, and in every other list, it says where the page begins.
    """

    kind: ListKind
    ref: int = 0
    page: int = 0
    anew: bool = False
    order: Order = Order.NEWEST
    cursor: int | None = None
    back: bool = False

    @classmethod
    def unpack(cls, value: str) -> Self:
        """Buttons from before lists had cursors still stand in chats: what they do not say is left as it is."""
        missing = len(cls.model_fields) - value.count(cls.__separator__)
        return super().unpack(value + cls.__separator__ * missing)


class AskEntity(CallbackData, prefix="E"):
    """The news about somebody or something that articles speak of; `anew` as in ListPage."""

    entity_id: int
    anew: bool = False


class FollowTopic(CallbackData, prefix="f"):
    """Follow a topic. `screen` is the screen to draw again; None is the topic's own list."""

    topic_id: int
    screen: Screen | None = None


class FollowQuestion(CallbackData, prefix="k"):
    """Follow what a stored question asks for; it becomes a topic only now."""

    question_id: int


class FollowExactly(CallbackData, prefix="K"):
    """Follow what a stored question asks for as it was written, and `topic_id`, which was understood, no more."""

    question_id: int
    topic_id: int | None = None


class UnfollowTopic(CallbackData, prefix="u"):
    """Follow a topic no more; `screen` as in FollowTopic."""

    topic_id: int
    screen: Screen | None = None


class FollowAll(CallbackData, prefix="a"):
    """Follow everything, or follow everything no more."""

    on: bool
    screen: Screen | None = None


class Unfollow(CallbackData, prefix="x"):
    """Drop one follow, of whatever kind, on the list of follows; `page` is the page to draw again."""

    follow_id: int
    page: int = 0


class OpenScreen(CallbackData, prefix="o"):
    """`back` is the screen that this one leads back to, where that is not always the same."""

    screen: Screen
    page: int = 0
    back: Screen | None = None


class SettingsChoice(CallbackData, prefix="c"):
    """`screen` is the screen to draw again."""

    switch: Switch
    on: bool
    screen: Screen = Screen.SETTINGS


class DigestChoice(CallbackData, prefix="d"):
    schedule: Schedule


class DigestHour(CallbackData, prefix="h"):
    """Turn a local hour (0-23) of the daily or weekly digest on or off."""

    hour: int
    on: bool


class DigestWeekday(CallbackData, prefix="w"):
    """The day of the weekly digest; Monday is 0."""

    weekday: int


class NightChoice(CallbackData, prefix="e"):
    night: Night


class NightHour(CallbackData, prefix="j"):
    """The local hour that the night begins with, or with `is_end` the one that it ends with."""

    hour: int
    is_end: bool


class Language(CallbackData, prefix="g"):
    """Speak this language; `screen` is the screen to draw again in it."""

    language: str
    screen: Screen = Screen.SETTINGS


class Timezone(CallbackData, prefix="z"):
    """An IANA name, the longest of which has 32 letters; `screen` is the screen to draw then."""

    name: str
    screen: Screen = Screen.SETTINGS


class ChannelOffer(CallbackData, prefix="n"):
    """What to post in a channel or group; `ref` is the source's or topic's id, `page` the list's page."""

    chat_id: int
    offer: Offer
    ref: int = 0
    page: int = 0


class Resume(CallbackData, prefix="m"):
    """Deliveries again after /stop."""


class DeleteMe(CallbackData, prefix="q"):
    """The answer to «delete everything about me?»."""

    confirm: bool


class RefreshStats(CallbackData, prefix="S"):
    """/stats as it stands now."""


class WithdrawArticle(CallbackData, prefix="W"):
    """The answer to «withdraw this article?»."""

    article_id: int
    confirm: bool


class DropAlias(CallbackData, prefix="A"):
    """Take a name that an admin gave to a topic off again; `mark` is the name's checksum."""

    topic_id: int
    mark: int


class ShowTrends(CallbackData, prefix="R"):
    """/trends as it stands now, in this theme."""

    theme: Theme


class ShowTopicTrend(CallbackData, prefix="T"):
    """A topic by days. Without a theme as a picture of its own; with one the button's picture turns to it."""

    topic_id: int
    theme: Theme | None = None


class SourcesPage(CallbackData, prefix="L"):
    """A page of /sources, in place."""

    page: int = 0


class OpenSource(CallbackData, prefix="O"):
    """A source's card. `page` is the page of the list that leads back; `anew` as in ListPage."""

    source_id: int
    page: int = 0
    anew: bool = False


class ChangeSource(CallbackData, prefix="P"):
    """A button of that card; `page` as in OpenSource."""

    source_id: int
    deed: Deed
    page: int = 0


class AddSource(CallbackData, prefix="D"):
    """The answer to «add this source?»; what was found is kept under a number, for an address does not fit here."""

    number: int
    confirm: bool
