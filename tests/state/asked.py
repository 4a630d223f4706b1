"""What chats asked for and what they got, kept by the rules of the promise and nothing else.

asked     a story that came while the chat received, by an article that one of its follows matches
settled   shown; or counted in a message; or passed over, and counted by the day
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from storage.records import ChatKind, ChatState, Night, Schedule
from tests.state.telegram import Room

Asking = tuple[int | None, int | None]  # topic and source of a follow; None: any


@dataclass(slots=True, eq=False)
class Page:
    """An article as the model knows it."""

    id: int
    story: int
    source: int
    topics: frozenset[int]
    came_at: datetime
    is_pushed: bool = True
    is_urgent: bool = False
    is_turn: bool = False
    is_withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A message that may be passed over: nobody knows whether it stands, or Telegram would not have it."""

    position: int
    until: int
    articles: tuple[int, ...]
    is_refused: bool = False
    old: frozenset[int] = frozenset()  # stories that had grown too old for it

    def covers(self, page: Page, stories: set[int]) -> bool:
        return page.story in stories or self.position < page.id <= self.until


@dataclass(slots=True)
class Reader:
    """A chat as the model knows it."""

    room: Room
    state: ChatState = ChatState.NEW
    start: int = 0  # the newest article when it woke: only later ones are its business
    follows: dict[Asking, int] = field(default_factory=dict)  # with the newest article when it was asked for
    schedule: Schedule = Schedule.INSTANT
    hours: tuple[int, ...] = (9,)
    weekday: int = 0
    night: Night = Night.OFF
    takes_urgent: bool = True
    position: int = 0
    settled: dict[int, str] = field(default_factory=dict)  # stories, and how
    shown: Counter[int] = field(default_factory=Counter)  # messages that show a story, those that were lost among them
    may_be: Counter[int] = field(default_factory=Counter)  # further copies that lost answers and crashes account for
    pardoned: Counter[int] = field(default_factory=Counter)  # those that a choice or a withdrawal asked for
    tried: set[int] = field(default_factory=set)  # articles of messages that did not come through, or may not have
    doubtful: list[Doubtful] = field(default_factory=list)
    called: set[int] = field(default_factory=set)  # urgent stories that must come with the next drain
    owed: int = 0  # stories that grew too old, and that no message has counted yet
    is_touched: bool = False  # somebody chose something while the worker was at work
    was_refused: bool = False  # Telegram said no, and the worker may still have to take that in
    has_failed: bool = False  # something went wrong with a message to it, since the drain began
    served_slot: datetime | None = None  # the latest digest's hour that has had its message

    @property
    def id(self) -> int:
        return self.room.ids[-1]

    @property
    def kind(self) -> ChatKind:
        return self.room.kind

    @property
    def receives(self) -> bool:
        """Whether what comes now is for it; a paused chat gets it when it is back."""
        return self.state in {ChatState.ACTIVE, ChatState.PAUSED}

    def matches(self, page: Page) -> bool:
        """Whether one of its follows asks for that article."""
        return page.is_pushed and any(
            since < page.id and topic in {None, *page.topics} and source in {None, page.source}
            for (topic, source), since in self.follows.items()
        )

    @property
    def takes_turns(self) -> bool:
        """Whether it is told when the facts of a story change; in channels and groups the post is edited."""
        return self.kind is ChatKind.PRIVATE


class Archive:
    """All articles, and which of them a chat asked for."""

    def __init__(self) -> None:
        self.pages: dict[int, Page] = {}

    @property
    def end(self) -> int:
        """The id of the newest."""
        return max(self.pages, default=0)

    def stories(self, articles: tuple[int, ...]) -> set[int]:
        return {self.pages[one].story for one in articles}

    def turns(self, story: int) -> int:
        """How often its facts have changed."""
        return sum(page.is_turn for page in self.pages.values() if page.story == story)

    def has_turned(self, page: Page) -> bool:
        """Whether the facts of its story had changed when it came, or with it: its reader may not ask for that page."""
        return any(one.is_turn and one.story == page.story and one.id <= page.id for one in self.pages.values())

    def telling(self, reader: Reader) -> dict[int, list[Page]]:
        """The articles that may be shown to a chat, by story, the oldest first."""
        telling: dict[int, list[Page]] = {}
        if reader.receives:
            for page in self.pages.values():
                if page.id > reader.start and not page.is_withdrawn and reader.matches(page):
                    telling.setdefault(page.story, []).append(page)
        return telling

    def asked(self, reader: Reader) -> dict[int, Page]:
        """The stories that a chat has still to get, each by the first article that tells it.

        Not one that it could have had before it woke.
        """
        before = {
            page.story
            for page in self.pages.values()
            if page.id <= reader.start and not page.is_withdrawn and reader.matches(page)
        }
        return {
            story: pages[0]
            for story, pages in self.telling(reader).items()
            if story not in before and story not in reader.settled
        }
