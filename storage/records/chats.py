"""Whoever receives, what they follow and when they are told."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum


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


# Whoever gets a digest is told of everything since the last one, however long ago that was.
DIGESTS = frozenset({Schedule.DAILY, Schedule.WEEKLY})


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
class FollowView:
    """A follow as people see it: its name and how many stories it has in the archive."""

    follow: Follow
    name: str
    stories: int
