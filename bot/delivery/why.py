"""Why a story came to a chat, or why it did not. Pure: the chat room gathers the case, this finds the rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from zoneinfo import ZoneInfo

from bot.delivery.schedule import next_due, quiet_until
from storage.records import Article, Chat, ChatState, FollowView


class Rule(Enum):
    """What decided. The first ones brought the story, the others held it back."""

    TOPIC = auto()
    SOURCE = auto()
    EVERYTHING = auto()
    TURN = auto()  # the chat had been told of the story, and its facts have changed since
    DROPPED = auto()  # it came for a follow that the chat has no more, or by hand

    WITHDRAWN = auto()
    TOLD = auto()  # another page of the same story was given
    NO_FOLLOWS = auto()
    NO_MATCH = auto()
    EXCLUDED = auto()  # a follow's question matched but for its -words
    FILTERED = auto()  # … but for its source:, language: or after:
    NEW = auto()  # the chat has not chosen yet
    STOPPED = auto()
    PAUSED = auto()
    PAST = auto()  # it came with the past of a source or an import, which is never sent
    LATE = auto()  # the topic was made, or its names changed, after it had come: it may be too old to be the topic's
    BEFORE = auto()  # the chat followed after it had come
    TOO_OLD = auto()
    DIGEST = auto()  # it waits for the next digest
    NIGHT = auto()  # it waits for the end of a quiet night
    WAITING = auto()  # it is on its way
    COUNTED = auto()  # a list had no room for it and counted it


@dataclass(frozen=True, slots=True)
class Match:
    """A follow of the chat that the article matches. `is_late`: its topic found the article after that had come."""

    view: FollowView
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """What there is to know. `is_posted`: the chat was given it; `told` is the page of its story that was given before.

    `is_past`: it was published before its source was known here, or imported.
    """

    chat: Chat
    article: Article
    matches: tuple[Match, ...]
    follows: int
    is_posted: bool
    is_pushed: bool
    is_past: bool = False
    told: Article | None = None


@dataclass(frozen=True, slots=True)
class Because:
    """The rule; `view` is the follow that it is about, `at` the moment for which the story waits."""

    rule: Rule
    view: FollowView | None = None
    at: datetime | None = None


def decide_why(case: Case, *, now: datetime, zone: ZoneInfo, max_age: timedelta) -> Sequence[Because]:
    """One rule for each follow that brought the story; the one rule that held it back."""
    if case.is_posted:
        turn = [Because(Rule.TURN)] if case.told is not None else []
        return turn + [_brought(match) for match in case.matches] or [Because(Rule.DROPPED)]
    return [_held(case, now, zone, max_age)]


def gave_way(case: Case, posted_at: datetime) -> bool:
    """Whether the message that was sent then was of this page, before `told` took its place there.

    The page was asked for and had come by then; `told` had not.
    """
    told, article = case.told, case.article
    is_asked_for = bool(case.matches) and case.is_pushed and _came_before(case) is None
    return is_asked_for and told is not None and article.arrived_at <= posted_at < told.arrived_at


def _brought(match: Match) -> Because:
    follow = match.view.follow
    if follow.topic_id is not None:
        return Because(Rule.TOPIC, match.view)
    return Because(Rule.SOURCE if follow.source_id is not None else Rule.EVERYTHING, match.view)


def _held(case: Case, now: datetime, zone: ZoneInfo, max_age: timedelta) -> Because:
    """In the order in which delivery itself asks."""
    return (
        _not_asked_for(case) or _not_sent(case, max_age) or _came_before(case) or _not_given(case, now, zone, max_age)
    )


def _not_asked_for(case: Case) -> Because | None:
    if case.article.withdrawn_at is not None:
        return Because(Rule.WITHDRAWN)
    if case.told is not None:
        return Because(Rule.TOLD)
    if not case.matches:
        return Because(Rule.NO_MATCH if case.follows else Rule.NO_FOLLOWS)
    return None


def _not_sent(case: Case, max_age: timedelta) -> Because | None:
    silent = {ChatState.NEW: Rule.NEW, ChatState.STOPPED: Rule.STOPPED}
    if case.chat.state is not ChatState.ACTIVE:
        return Because(silent.get(case.chat.state, Rule.PAUSED))
    if not case.is_pushed:
        is_old = case.article.published_at <= case.article.arrived_at - max_age
        return Because(Rule.TOO_OLD if is_old and not case.is_past else Rule.PAST)
    return None


def _came_before(case: Case) -> Because | None:
    if all(match.is_late for match in case.matches):
        return Because(Rule.LATE, case.matches[0].view)
    if all(case.article.id <= match.view.follow.since for match in case.matches):
        return Because(Rule.BEFORE, case.matches[0].view)
    return None


def _not_given(case: Case, now: datetime, zone: ZoneInfo, max_age: timedelta) -> Because:
    is_old = case.article.arrived_at <= now - max_age
    if case.article.id <= case.chat.position:
        return Because(Rule.TOO_OLD if is_old else Rule.COUNTED)
    digest = next_due(case.chat, now, zone)
    if digest is not None:
        return Because(Rule.DIGEST, at=digest)
    morning = quiet_until(case.chat, now, zone)
    if is_old or morning is None:
        return Because(Rule.TOO_OLD if is_old else Rule.WAITING)
    return Because(Rule.NIGHT, at=morning)
