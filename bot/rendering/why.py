"""/why: one sentence for each reason, with the words of the article that decided in bold."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from aiogram.utils.formatting import Bold, Text

from bot.rendering.headlines import Snippet, linked_title, quoted
from bot.rendering.locales import Words
from bot.rendering.message import Node, Outgoing, compose, joined
from bot.rendering.texts import question_name
from storage.records import Article

MAX_TITLE = 200  # code points
MAX_SHOWN = 5  # stories of one message
MAX_REASONS = 5  # why one story came


class Why(StrEnum):
    """What brought a story, or held it back."""

    TOPIC = "why.topic"
    SOURCE = "why.source"
    EVERYTHING = "why.everything"
    TURN = "why.turn"  # the chat had been told of the story, and its facts changed
    DROPPED = "why.dropped"
    WITHDRAWN = "why.withdrawn"
    TOLD = "why.told"
    NO_FOLLOWS = "why.no_follows"
    NO_MATCH = "why.no_match"
    EXCLUDED = "why.excluded"
    FILTERED = "why.filtered"
    NEW = "why.new"
    STOPPED = "why.stopped"
    PAUSED = "why.paused"
    PAST = "why.past"
    LATE = "why.late"
    BEFORE = "why.before"
    TOO_OLD = "why.too_old"
    DIGEST = "why.digest"
    NIGHT = "why.night"
    WAITING = "why.waiting"
    COUNTED = "why.counted"


@dataclass(frozen=True, slots=True)
class Reason:
    """It may name a topic or source, a moment, another article, and cite the page."""

    why: Why
    name: str = ""
    at: datetime | None = None
    other: Article | None = None
    cited: Snippet | None = None


@dataclass(frozen=True, slots=True)
class Explained:
    """An article with the reasons why it came, or the one why it did not."""

    article: Article
    reasons: tuple[Reason, ...]


def why_screen(explained: Sequence[Explained], words: Words, *, timezone: ZoneInfo, now: datetime) -> Outgoing:
    """Story by story."""
    return compose(joined([_story(one, words, timezone, now) for one in explained[:MAX_SHOWN]], "\n\n"))


def why_how(words: Words) -> Outgoing:
    """/why where nothing has come yet, and no story is named."""
    return compose(words.text("why.how"))


def _story(one: Explained, words: Words, timezone: ZoneInfo, now: datetime) -> Text:
    lines: list[Node] = [linked_title(one.article, MAX_TITLE)]
    lines += [_sentence(reason, words, timezone, now) for reason in one.reasons]
    return joined(lines, "\n")


def _sentence(reason: Reason, words: Words, timezone: ZoneInfo, now: datetime) -> Text:
    at = words.moment(reason.at, timezone=timezone, now=now) if reason.at else ""
    other: Text | str = linked_title(reason.other, MAX_TITLE) if reason.other else ""
    sentence = words.node(reason.why.value, name=Bold(question_name(reason.name)), at=at, other=other)
    return (
        Text(sentence, " ", words.node("why.cited", sentence=Text(*quoted(reason.cited)))) if reason.cited else sentence
    )
