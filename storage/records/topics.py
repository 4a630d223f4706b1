"""Saved questions."""

from dataclasses import dataclass


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


# Stories of a topic up to which they are counted: no more of its past is written down when it is made.
MOST_COUNTED = 500


@dataclass(frozen=True, slots=True)
class TopicView:
    """A topic with the number of its stories in the archive."""

    topic: Topic
    stories: int
