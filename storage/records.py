"""The shared nouns of Khabar: frozen records that stores take and give.

Every `datetime` is aware and in UTC; a record never holds a database row, and nothing here does I/O.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Generic, TypeVar

from storage.naming import Entity, NewEntity

T = TypeVar("T")


class SourceKind(StrEnum):
    """What stands at a source's address, as found at its last successful fetch."""

    FEED = "feed"
    PAGE = "page"


@dataclass(frozen=True, slots=True)
class Source:
    """A place that news come from, with the state of its polling."""

    id: int
    url: str
    name: str
    kind: SourceKind = SourceKind.FEED
    language: str | None = None  # None: found out for each article
    interval: timedelta | None = None  # None: the settings' collect.interval
    full_text: bool | None = None  # None: the settings' collect.full_text
    is_paused: bool = False
    etag: str | None = None
    last_modified: str | None = None
    due_at: datetime | None = None  # None: at once
    checked_at: datetime | None = None
    succeeded_at: datetime | None = None  # None: its first fetch has not come yet (backfill)
    failures: int = 0  # in a row
    last_error: str | None = None
    moved_to: str | None = None  # where a permanent redirect led; `url` stays what people wrote

    @property
    def address(self) -> str:
        """Where to fetch it."""
        return self.moved_to or self.url


@dataclass(frozen=True, slots=True)
class NewSource:
    """A source as settings, OPML or a person name it."""

    url: str
    name: str
    kind: SourceKind = SourceKind.FEED
    language: str | None = None
    interval: timedelta | None = None
    full_text: bool | None = None


@dataclass(frozen=True, slots=True)
class SourceCheck:
    """What one poll taught about a source."""

    source_id: int
    checked_at: datetime
    due_at: datetime
    error: str | None = None  # None: it answered well (304 among it)
    kind: SourceKind | None = None
    etag: str | None = None
    last_modified: str | None = None
    moved_to: str | None = None  # the address of a permanent redirect


class BlockKind(StrEnum):
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "item"
    QUOTE = "quote"
    IMAGE = "image"


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of an article's body; plain text, no markup.

    `level` is 2-6 for a heading and 1 for an item of a numbered list, else 0. `url` is an image's address,
    and `text` then its caption (may be empty).
    """

    kind: BlockKind
    text: str
    level: int = 0
    url: str | None = None


@dataclass(frozen=True, slots=True)
class NewArticle:
    """One page of one source, read and annotated, before it has an id.

    `identity` is what makes it the same article next time: the feed's guid, else the canonical URL.
    `lemmas` are the keys of its title, lead and body word by word, as `storage.asking` writes them down, and
    `title_lemmas` those of its title alone: what the search index is given. `entities` are whom and what it speaks of,
    the weightiest first.
    """

    source_id: int
    identity: str
    url: str
    title: str
    lead: str
    body: tuple[Block, ...]
    language: str
    published_at: datetime
    lemmas: str
    fingerprint: str  # of the normalised text: two pages with the same one are copies
    feed_hash: str  # of what the feed said: unchanged means nothing to do
    image: str | None = None
    author: str | None = None
    tags: tuple[str, ...] = ()
    title_lemmas: str = ""
    entities: tuple[NewEntity, ...] = ()


@dataclass(frozen=True, slots=True)
class Article:
    """An article of the archive. Ids grow in the order of arrival."""

    id: int
    story_id: int
    source_id: int
    source_name: str
    url: str
    title: str
    lead: str
    body: tuple[Block, ...]
    language: str
    published_at: datetime
    arrived_at: datetime
    revision: int = 1  # grows by one with each change of the title, the text or the picture
    image: str | None = None
    author: str | None = None
    tags: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()  # names of the topics it matches
    entities: tuple[Entity, ...] = ()  # whom and what it speaks of, the weightiest first
    is_urgent: bool = False  # an admin said so: it goes first
    withdrawn_at: datetime | None = None  # its site or an admin took it back: it is shown to nobody any more

    @property
    def text(self) -> str:
        """Title, lead and body as plain text, a blank line between pieces: what topics and search look at."""
        return article_text(self.title, self.lead, self.body)


def article_text(title: str, lead: str, body: Sequence[Block]) -> str:
    """The article alone as plain text, without pictures' captions.

    The lead stands first unless the body opens with the same words.
    """
    paragraphs = [block.text for block in body if block.kind is not BlockKind.IMAGE and block.text]
    if lead and not (paragraphs and paragraphs[0].startswith(lead.rstrip("….").rstrip())):
        paragraphs.insert(0, lead)
    return "\n\n".join([title, *paragraphs])


@dataclass(frozen=True, slots=True)
class KnownArticle:
    """What deciding about a feed's entries needs to know of an article already stored."""

    id: int
    identity: str
    url: str
    feed_hash: str  # empty: no feed has told of it yet, it was imported
    published_at: datetime
    title: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """Articles about one event. A chat is told of a story once, by the first article that its follows match."""

    id: int
    lead_article_id: int
    articles: int  # how many pages tell it
    opened_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Topic:
    """A saved question: its words, and other names for the same thing.

    `key` is the question's normal form: two questions with one key are one topic.
    """

    id: int
    name: str
    key: str
    aliases: tuple[str, ...] = ()
    from_settings: bool = False


class ChatKind(StrEnum):
    PRIVATE = "private"
    GROUP = "group"
    SUPERGROUP = "supergroup"
    CHANNEL = "channel"


class ChatState(StrEnum):
    """Whether a chat receives."""

    NEW = "new"  # has not chosen what to get yet
    ACTIVE = "active"
    STOPPED = "stopped"  # asked for silence with /stop
    BLOCKED = "blocked"  # the person blocked the bot or is gone; a later /start wakes it
    PAUSED = "paused"  # no rights, not a member, not found; its owner was told


class Schedule(StrEnum):
    """When a chat gets what came for it."""

    INSTANT = "instant"
    HOURLY = "hourly"  # at the full hour, if something came
    DAILY = "daily"  # at the chat's hours
    WEEKLY = "weekly"  # at the chat's hours on its weekday


class Night(StrEnum):
    """What happens in the chat's night hours to a story that would come at once or hourly."""

    OFF = "off"  # nothing special
    SILENT = "silent"  # it comes without a sound
    QUIET = "quiet"  # it waits for the morning


class Rank(IntEnum):
    """Who goes first when more is due than may be sent: by what a chat is and follows."""

    CHANNEL = 0  # channels and groups
    TOPIC = 1  # readers who chose topics or sources
    EVERYTHING = 2  # readers who follow everything


@dataclass(frozen=True, slots=True)
class Chat:
    """Whoever receives: a reader, a group or a channel. `id` is Telegram's, 52 signed bits.

    The archive in the order of arrival is one log; `position` is the id of the last article in it that this chat
    has been given or has passed.
    """

    id: int
    kind: ChatKind
    title: str
    username: str | None = None
    state: ChatState = ChatState.NEW
    language: str | None = None  # None: the settings' language
    timezone: str | None = None  # IANA name; None: the settings' timezone
    schedule: Schedule = Schedule.INSTANT
    hours: tuple[int, ...] = (9,)  # local hours of a daily or weekly digest
    weekday: int = 0  # of a weekly digest; Monday is 0
    night: Night = Night.OFF
    night_from: int = 22  # local hours: the night begins with the first and ends with the second
    night_until: int = 7
    takes_urgent: bool = True  # an urgent story comes at once, past a quiet night and before the next digest
    is_silent: bool = False
    with_pictures: bool = True
    with_hashtags: bool = True
    with_albums: bool = False  # all pictures of a story as one album
    thread_id: int | None = None
    position: int = 0
    due_at: datetime | None = None  # None: nothing is due
    rank: Rank = Rank.TOPIC
    missed: int = 0  # stories that grew too old to be pushed; the next message counts them
    attempts: int = 0  # failed attempts in a row
    owner_id: int | None = None  # who set a channel or group up; None: settings, or the reader themself
    from_settings: bool = False  # a channel or group that stands in the settings now
    trouble: str | None = None  # why it is paused or blocked, in Telegram's words


@dataclass(frozen=True, slots=True)
class Follow:
    """What a chat asked for. Both set: stories of that source about that topic; both None: everything.

    `since` is the newest article when it was asked: only later ones are pushed.
    """

    id: int
    chat_id: int
    topic_id: int | None
    source_id: int | None
    since: int


@dataclass(frozen=True, slots=True)
class StoryView:
    """A story as one chat sees it: the article to show and the topics of this chat that it matched.

    `topic_ids` are those of `topics`, one for one, where the story is for one chat; else none.
    """

    story_id: int
    article: Article
    articles: int = 1
    topics: tuple[str, ...] = ()
    topic_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A slice of a longer list, newest first; `older` and `newer` tell whether there is more either way."""

    items: tuple[T, ...]
    number: int = 0
    older: bool = False

    @property
    def newer(self) -> bool:
        return self.number > 0


@dataclass(frozen=True, slots=True)
class FollowView:
    """A follow as people see it: its name and how many stories it has in the archive."""

    follow: Follow
    name: str
    stories: int


@dataclass(frozen=True, slots=True)
class TopicView:
    """A topic with the number of its stories in the archive."""

    topic: Topic
    stories: int


@dataclass(frozen=True, slots=True)
class ArchiveSize:
    """What the archive holds, for `khabar check` and /stats."""

    articles: int
    stories: int
    sources: int
    chats: int
    newest_at: datetime | None = field(default=None)
