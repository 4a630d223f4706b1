"""What the archive says, and how it is asked."""

from dataclasses import dataclass

from bot.topics.query import Matcher
from bot.topics.spelling import Instead
from storage.asking import Cursor, Found, Order
from storage.naming import Mention
from storage.records import Topic, TopicView


@dataclass(frozen=True, slots=True)
class Answer:
    """What the archive says to a question.

    `topic` is the saved one that was meant, if there is one; `near` are other topics, `about` whom and what the newest
    of the found articles speak of. `matcher` tells which words answer. `instead` is None where the question was taken
    as it was asked.
    """

    asked: str
    found: Found
    matcher: Matcher
    topic: Topic | None = None
    near: tuple[TopicView, ...] = ()
    about: tuple[Mention, ...] = ()
    instead: Instead | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """Which page of the answers is wanted."""

    order: Order
    cursor: Cursor | None
    size: int
    with_company: bool = True
