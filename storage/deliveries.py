"""The nouns of delivery, frozen: what waits for a chat, what is on its way, what stands where.

Every `datetime` is aware and in UTC. Records of the archive and of chats are in `storage.records`.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from storage.records import Chat, ChatKind, ChatState, Rank, StoryView


@dataclass(frozen=True, slots=True)
class Wave:
    """An article on its way through the chats of one audience: those with a follow of just this topic and source.

    Both None: those that follow everything. The chats are gone through in the order of their ids; `after` is the last
    that was looked at, None at the start. Waves with the nearest `deadline` go first.
    """

    id: int
    article_id: int
    topic_id: int | None
    source_id: int | None
    rank: Rank
    is_urgent: bool
    deadline: datetime
    after: int | None = None


@dataclass(frozen=True, slots=True)
class PendingStory:
    """A story that waits for a chat, by the page to show of it; what it takes to choose.

    `is_turn`: the chat was told of it, and its facts have changed since; `reply_to` is then the message that told it,
    where one stands. `first_id` is the first of its pages that wait: once a position is there, the story is told.
    `language` is that of the page, and so many of the chat's follows ask for it.
    """

    story_id: int
    article_id: int
    arrived_at: datetime
    opened_at: datetime
    articles: int  # how many pages tell it
    is_urgent: bool = False
    sources: int = 1  # that tell it independently
    changed_at: datetime | None = None  # when its last page came; None: with its first
    is_marked: bool = False
    is_turn: bool = False
    reply_to: int | None = None
    first_id: int = 0
    language: str = ""
    follows: int = 1


@dataclass(frozen=True, slots=True)
class Pending:
    """All that waits for a chat, the oldest first; `until` is the end of the log now."""

    chat: Chat
    stories: tuple[PendingStory, ...]
    until: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What the next message to a chat carries.

    `until` is where the position goes once it stands. `more` counts stories that wait and are not shown, `missed`
    those that grew too old. `is_ahead`: an urgent story, or an answer, out of its turn, so the position stays.
    `has_rest`: more is to be sent at once after this one. `reply_to` is the message that this one answers: its story
    took a turn.
    """

    chat: Chat
    article_ids: tuple[int, ...]
    until: int
    more: int = 0
    missed: int = 0
    is_ahead: bool = False
    has_rest: bool = False
    reply_to: int | None = None


@dataclass(frozen=True, slots=True)
class Passed:
    """A chat for which there is nothing to send: where its position goes, when it is due by itself, what it missed."""

    chat_id: int
    until: int
    due_at: datetime | None = None
    missed: int = 0


@dataclass(frozen=True, slots=True)
class Claim:
    """A row of the in-flight journal: a message with this plan may be on its way until the row is settled."""

    id: int
    plan: Plan
    claimed_at: datetime
    is_unsent: bool = False  # it is known not to stand, and is to be sent again as it is

    @property
    def chat(self) -> Chat:
        """To whom."""
        return self.plan.chat


@dataclass(frozen=True, slots=True)
class Bundle:
    """What one message carries to one chat, in the order it is shown.

    `until` is where the position goes once it is delivered; `more` counts stories it does not show, `missed` those
    that grew too old to be pushed. `reply_to` is the message that it answers.
    """

    chat: Chat
    stories: tuple[StoryView, ...]
    until: int
    more: int = 0
    missed: int = 0
    reply_to: int | None = None


class PostKind(StrEnum):
    """How a message that stands in a chat was made, which decides how it is edited."""

    TEXT = "text"
    PHOTO = "photo"
    ALBUM = "album"  # its caption stands under the first picture, whose message the post names
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Post:
    """A message of ours that stands in a chat and the article (at a revision) that it shows."""

    chat_id: int
    message_id: int
    story_id: int
    article_id: int
    revision: int
    kind: PostKind
    posted_at: datetime
    image: str | None = None  # the address of the picture that stands there
    place: int = 0  # of the story in the message, from 0
    more: int = 0  # what the message counts beside the stories that it shows, as its bundle
    missed: int = 0
    story_version: int = 1  # of the story, as the message shows it
    edited_at: datetime | None = None  # when it was last made to show how its story grew


class Outcome(StrEnum):
    """What came of messages, as it is counted day by day and in the metrics."""

    DELIVERED = "delivered"
    EDITED = "edited"
    RETRIED = "retried"
    UNCERTAIN_RESENT = "uncertain_resent"
    UNCERTAIN_SKIPPED = "uncertain_skipped"
    UNCERTAIN_FOUND = "uncertain_found"  # a look showed that it stood after all
    REFUSED = "refused"
    BLOCKED = "blocked"
    PAUSED = "paused"
    MISSED = "missed"  # stories that grew too old to be pushed
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Load:
    """What delivery has before it now. How many chats a wave still has to go through is known only when it has."""

    due_chats: int
    waves: int
    oldest_wave_at: datetime | None  # when the article of the oldest wave arrived
    in_flight: int
    in_doubt: int  # of these, nobody knows whether they stand


@dataclass(frozen=True, slots=True)
class ChatCount:
    """How many chats of a kind are in a state."""

    kind: ChatKind
    state: ChatState
    chats: int
