"""Which rule brought a story to a chat, or held it back: a table, in the order in which delivery asks."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.delivery.why import Because, Case, Match, Rule, decide_why, gave_way
from storage.records import Article, Chat, ChatKind, ChatState, Follow, FollowView, Night, Schedule

NOW = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)  # half past eleven at night in Dushanbe
ZONE = ZoneInfo("Asia/Dushanbe")
DAY = timedelta(days=1)
MORNING = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)

READER = Chat(77, ChatKind.PRIVATE, "Читатель", state=ChatState.ACTIVE, position=50)
ARTICLE = Article(
    id=60,
    story_id=6,
    source_id=3,
    source_name="Вестник",
    url="https://valley.example/60",
    title="На перевале Анзоб сошла лавина",
    lead="",
    body=(),
    language="ru",
    published_at=NOW - timedelta(minutes=5),
    arrived_at=NOW - timedelta(minutes=4),
)
EARLIER = replace(ARTICLE, id=58, title="Лавина перекрыла дорогу на Анзоб")
TOPIC = FollowView(Follow(1, 77, topic_id=9, source_id=None, since=10), "лавины", 4)
SOURCE = FollowView(Follow(2, 77, topic_id=None, source_id=3, since=10), "Вестник", 0)
ALL = FollowView(Follow(3, 77, topic_id=None, source_id=None, since=10), "", 0)
CASE = Case(READER, ARTICLE, (Match(TOPIC),), follows=1, is_posted=False, is_pushed=True)


def why(case: Case) -> list[Because]:
    return list(decide_why(case, now=NOW, zone=ZONE, max_age=DAY))


def test_each_follow_that_brought_a_story_is_a_reason() -> None:
    case = replace(CASE, matches=(Match(TOPIC), Match(SOURCE), Match(ALL)), is_posted=True)
    assert why(case) == [Because(Rule.TOPIC, TOPIC), Because(Rule.SOURCE, SOURCE), Because(Rule.EVERYTHING, ALL)]


def test_news_of_a_story_that_was_told_before_came_because_its_facts_changed() -> None:
    turn = replace(CASE, is_posted=True)
    assert why(turn) == [Because(Rule.TOPIC, TOPIC)]
    told = replace(ARTICLE, id=59)
    assert why(replace(turn, told=told)) == [Because(Rule.TURN), Because(Rule.TOPIC, TOPIC)]
    assert why(replace(turn, told=told, is_posted=False)) == [Because(Rule.TOLD)]


def test_what_came_for_a_follow_that_is_gone() -> None:
    assert why(replace(CASE, matches=(), is_posted=True)) == [Because(Rule.DROPPED)]


def test_a_turn_is_a_reason_of_its_own_before_the_follows_that_asked_for_it() -> None:
    turn = replace(CASE, told=EARLIER, is_posted=True)
    assert why(turn) == [Because(Rule.TURN), Because(Rule.TOPIC, TOPIC)]


def test_what_told_the_story_first_is_no_turn_for_the_chat() -> None:
    first = replace(CASE, article=replace(ARTICLE, is_turn=True), is_posted=True)
    assert why(first) == [Because(Rule.TOPIC, TOPIC)]


@pytest.mark.parametrize(
    ("changes", "gave"),
    [
        ({}, True),
        ({"told": None}, False),
        ({"told": EARLIER}, False),
        ({"matches": ()}, False),
        ({"matches": (Match(TOPIC, is_late=True),)}, False),
        ({"is_pushed": False}, False),
        ({"article": replace(ARTICLE, arrived_at=NOW + timedelta(minutes=1))}, False),
    ],
)
def test_a_page_gave_way_in_a_message_that_went_out_before_the_newer_one_came(
    changes: dict[str, object], *, gave: bool
) -> None:
    later = replace(ARTICLE, id=70, arrived_at=NOW + timedelta(hours=1))
    case = replace(CASE, told=later)
    assert gave_way(replace(case, **changes), NOW) is gave  # type: ignore[arg-type]  # fields by name


def reader(**changes: object) -> Case:
    return replace(CASE, chat=replace(READER, **changes))  # type: ignore[arg-type]  # fields by name


def article(**changes: object) -> Case:
    return replace(CASE, article=replace(ARTICLE, **changes))  # type: ignore[arg-type]  # fields by name


@pytest.mark.parametrize(
    ("case", "because"),
    [
        (CASE, Because(Rule.WAITING)),
        (article(withdrawn_at=NOW), Because(Rule.WITHDRAWN)),
        (replace(CASE, told=EARLIER), Because(Rule.TOLD)),
        (replace(CASE, matches=()), Because(Rule.NO_MATCH)),
        (replace(CASE, matches=(), follows=0), Because(Rule.NO_FOLLOWS)),
        (reader(state=ChatState.NEW), Because(Rule.NEW)),
        (reader(state=ChatState.STOPPED), Because(Rule.STOPPED)),
        (reader(state=ChatState.PAUSED), Because(Rule.PAUSED)),
        (reader(state=ChatState.BLOCKED), Because(Rule.PAUSED)),
        (replace(CASE, is_pushed=False), Because(Rule.PAST)),
        (replace(article(published_at=NOW - 2 * DAY), is_pushed=False), Because(Rule.TOO_OLD)),
        (replace(article(published_at=NOW - 2000 * DAY), is_pushed=False, is_past=True), Because(Rule.PAST)),
        (replace(CASE, matches=(Match(TOPIC, is_late=True),)), Because(Rule.LATE, TOPIC)),
        (replace(CASE, matches=(Match(TOPIC, is_late=True), Match(ALL))), Because(Rule.WAITING)),
        (article(id=10), Because(Rule.BEFORE, TOPIC)),
        (article(id=40), Because(Rule.COUNTED)),
        (article(id=40, arrived_at=NOW - 2 * DAY), Because(Rule.TOO_OLD)),
        (article(arrived_at=NOW - 2 * DAY), Because(Rule.TOO_OLD)),
        (reader(schedule=Schedule.DAILY, hours=(7,)), Because(Rule.DIGEST, at=MORNING)),
        (reader(night=Night.QUIET), Because(Rule.NIGHT, at=MORNING)),
        (reader(night=Night.SILENT), Because(Rule.WAITING)),
    ],
)
def test_one_rule_held_a_story_back(case: Case, because: Because) -> None:
    assert why(case) == [because]
