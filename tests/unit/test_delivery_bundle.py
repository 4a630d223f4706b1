"""What one message carries, and whether it goes now: best first, nothing lost, nothing old, urgent ones ahead."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.delivery.bundle import CHANNEL_CARDS, LIST_SIZE, TURN_CARDS, Later, Nothing, decide, decide_bundle
from storage.deliveries import Pending, PendingStory, Plan
from storage.records import Chat, ChatKind, Night, Schedule

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
UTC_ZONE = ZoneInfo("UTC")
DAY = timedelta(days=1)
READER = Chat(id=7, kind=ChatKind.PRIVATE, title="", position=5)
CHANNEL = Chat(id=-1, kind=ChatKind.CHANNEL, title="", position=5)
NIGHT = replace(READER, night=Night.QUIET, night_from=8, night_until=11)
DAILY = replace(READER, schedule=Schedule.DAILY, hours=(18,))


def story(number: int, **changes: object) -> PendingStory:
    """The story of this number, ten minutes old; its article has ten times that id."""
    moment = NOW - timedelta(minutes=10)
    values: dict[str, object] = {"arrived_at": moment, "opened_at": moment, "articles": 1, "first_id": number * 10}
    return PendingStory(number, number * 10, **(values | changes))  # type: ignore[arg-type]  # each field's type


def pending(chat: Chat, *stories: PendingStory) -> Pending:
    return Pending(chat, stories, until=1000)


def planned(chat: Chat, *stories: PendingStory) -> Plan:
    plan = decide_bundle(pending(chat, *stories), NOW, DAY)
    assert isinstance(plan, Plan)
    return plan


def at_nine(chat: Chat, *stories: PendingStory, has_come_due: bool = False) -> Plan | Later | Nothing:
    return decide(pending(chat, *stories), now=NOW, zone=UTC_ZONE, max_age=DAY, has_come_due=has_come_due)


def test_a_reader_gets_everything_at_once_the_best_first_and_the_rest_counted() -> None:
    stories = [story(number) for number in range(1, 20)]
    stories[6] = replace(stories[6], articles=9, sources=8)
    plan = planned(READER, *stories)
    assert plan.article_ids[:3] == (70, 190, 180)
    assert (len(plan.article_ids), plan.more, plan.until) == (LIST_SIZE, 4, 1000)


@pytest.mark.parametrize("heavier", [{"sources": 2}, {"follows": 2}, {"is_marked": True}])
def test_more_sources_more_follows_and_an_admins_mark_weigh_more(heavier: dict[str, object]) -> None:
    assert planned(READER, story(1, **heavier), story(2)).article_ids == (10, 20)


def test_sources_that_came_at_once_weigh_more_than_those_of_a_whole_day() -> None:
    opened_at = NOW - timedelta(hours=20)
    at_once = story(1, opened_at=opened_at, changed_at=opened_at + timedelta(minutes=5), sources=3)
    slowly = story(2, opened_at=opened_at, changed_at=NOW, sources=3)
    assert planned(READER, at_once, slowly).article_ids == (10, 20)


@pytest.mark.parametrize("chat", [READER, DAILY])
def test_a_turn_alone_answers_the_message_that_told_its_story(chat: Chat) -> None:
    turn = story(1, is_turn=True, reply_to=77)
    plan = planned(chat, turn)
    assert (plan.reply_to, plan.is_ahead, plan.until) == (77, False, 1000)
    assert planned(chat, replace(turn, reply_to=None)).reply_to is None


def test_turns_answer_before_the_list_of_what_waits_beside_them() -> None:
    turns = [story(1, is_turn=True, reply_to=77), story(2, is_turn=True, reply_to=78, sources=3)]
    plan = planned(READER, *turns, story(3), story(4))
    assert (plan.article_ids, plan.reply_to, plan.is_ahead, plan.has_rest) == ((20,), 78, True, True)
    plan = planned(READER, turns[0], story(3), story(4))
    assert (plan.article_ids, plan.reply_to, plan.is_ahead, plan.has_rest) == ((10,), 77, True, True)


def test_many_turns_at_once_are_a_list() -> None:
    turns = [story(number, is_turn=True, reply_to=number) for number in range(1, TURN_CARDS + 2)]
    assert len(planned(READER, *turns).article_ids) == TURN_CARDS + 1
    assert len(planned(READER, *turns[1:]).article_ids) == 1


@pytest.mark.parametrize("schedule", [Schedule.HOURLY, Schedule.DAILY])
def test_whoever_chose_an_hour_gets_turns_with_everything_else(schedule: Schedule) -> None:
    plan = planned(replace(READER, schedule=schedule), story(1, is_turn=True, reply_to=77), story(2))
    assert (len(plan.article_ids), plan.reply_to, plan.is_ahead) == (2, None, False)


@pytest.mark.parametrize("schedule", list(Schedule))
def test_a_turn_answers_though_something_was_missed_which_the_next_message_counts(schedule: Schedule) -> None:
    """A message that counts is a list."""
    reader = replace(READER, schedule=schedule, missed=2)
    plan = planned(reader, story(1, is_turn=True, reply_to=77))
    assert (plan.reply_to, plan.missed, plan.is_ahead, plan.has_rest) == (77, 0, True, True)
    assert decide_bundle(pending(reader), NOW, DAY) == Nothing(1000, 2)


def test_of_urgent_stories_in_the_night_the_turn_answers_first() -> None:
    turn = story(1, is_turn=True, is_urgent=True, reply_to=77)
    plan = at_nine(NIGHT, turn, story(2, is_urgent=True), story(3))
    assert isinstance(plan, Plan)
    assert (plan.article_ids, plan.reply_to, plan.is_ahead, plan.has_rest) == ((10,), 77, True, True)
    waits = replace(READER, due_at=NOW + timedelta(minutes=1))
    plan = at_nine(waits, turn, story(2, is_urgent=True), story(3))
    assert isinstance(plan, Plan)
    assert (set(plan.article_ids), plan.is_ahead, plan.has_rest) == ({10, 20}, True, False), "else it waits no more"


def test_an_urgent_turn_answers_it_out_of_its_turn_too() -> None:
    plan = at_nine(NIGHT, story(1), story(2, is_turn=True, is_urgent=True, reply_to=77))
    assert isinstance(plan, Plan)
    assert (plan.article_ids, plan.is_ahead, plan.reply_to) == ((20,), True, 77)


def test_a_channels_position_stops_at_the_first_page_of_a_story_that_a_later_one_showed() -> None:
    """Else the stories between the two pages would be passed by."""
    plan = planned(CHANNEL, story(9, first_id=10), story(2))
    assert (plan.article_ids, plan.until, plan.has_rest) == ((90,), 10, True)


def test_a_channel_gets_each_story_as_its_own_post() -> None:
    plan = planned(CHANNEL, *(story(number) for number in range(1, CHANNEL_CARDS + 1)))
    assert (plan.article_ids, plan.until, plan.more, plan.has_rest) == ((10,), 10, 0, True)


def test_a_channel_far_behind_catches_up_in_lists_that_leave_nothing_out() -> None:
    plan = planned(CHANNEL, *(story(number) for number in range(1, 101)))
    assert plan.article_ids == tuple(range(10, LIST_SIZE * 10 + 1, 10))
    assert (plan.until, plan.more, plan.has_rest) == (LIST_SIZE * 10, 0, True)


def test_the_last_story_of_a_channel_takes_its_position_to_the_end() -> None:
    plan = planned(CHANNEL, story(1))
    assert (plan.until, plan.has_rest) == (1000, False)


@pytest.mark.parametrize(("chat", "missed"), [(READER, 1), (replace(READER, missed=4), 5), (CHANNEL, 1)])
def test_a_story_that_grew_too_old_is_counted_and_not_shown(chat: Chat, missed: int) -> None:
    old = story(1, arrived_at=NOW - timedelta(hours=25))
    assert decide_bundle(pending(chat, old), NOW, DAY) == Nothing(1000, missed)
    plan = planned(chat, old, story(2))
    assert (plan.article_ids, plan.missed) == ((20,), missed)


@pytest.mark.parametrize("schedule", [Schedule.DAILY, Schedule.WEEKLY])
def test_a_digest_covers_the_whole_gap_however_long(schedule: Schedule) -> None:
    plan = planned(replace(READER, schedule=schedule), story(1, arrived_at=NOW - timedelta(days=6)), story(2))
    assert (set(plan.article_ids), plan.missed) == ({10, 20}, 0)


def test_nothing_new_moves_the_position_and_keeps_the_count() -> None:
    assert decide_bundle(pending(replace(READER, missed=2)), NOW, DAY) == Nothing(1000, 2)


def test_at_night_and_before_its_hour_a_chat_waits() -> None:
    assert at_nine(NIGHT, story(1)) == Later(NOW.replace(hour=11))
    assert at_nine(NIGHT, story(1), has_come_due=True) == Later(NOW.replace(hour=11))
    assert at_nine(DAILY, story(1)) == Later(NOW.replace(hour=18))
    assert isinstance(at_nine(DAILY, story(1), has_come_due=True), Plan)
    assert isinstance(at_nine(READER, story(1)), Plan)


@pytest.mark.parametrize("chat", [NIGHT, DAILY])
def test_an_urgent_story_comes_out_of_its_turn_where_the_chat_takes_it(chat: Chat) -> None:
    plan = at_nine(chat, story(1), story(2, is_urgent=True))
    assert isinstance(plan, Plan)
    assert (plan.article_ids, plan.until, plan.is_ahead) == ((20,), chat.position, True)
    without = replace(chat, takes_urgent=False)
    assert isinstance(at_nine(without, story(1), story(2, is_urgent=True)), Later)


def test_an_urgent_story_leads_the_list_and_the_channel() -> None:
    assert planned(READER, story(1), story(2, is_urgent=True), story(3)).article_ids == (20, 30, 10)
    plan = planned(CHANNEL, story(1), story(2, is_urgent=True))
    assert (plan.article_ids, plan.until, plan.is_ahead, plan.has_rest) == ((20,), CHANNEL.position, True, True)
