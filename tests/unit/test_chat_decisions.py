"""What the chat room decides without asking anybody: a table a decision."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiogram.types import Chat as TelegramChat
from aiogram.types import ChatMemberAdministrator, ChatMemberRestricted, ChatMemberUpdated
from pydantic import BaseModel

from bot.chat.membership import Move, decide_move, stands_in_settings
from bot.chat.middleware import chat_of
from bot.chat.news import asked_size
from bot.chat.settings import rescheduled, turned, with_night
from config.settings import ChannelSettings, Settings
from storage.records import Chat, ChatKind, ChatState, Night, Schedule

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)  # 14:00 in Dushanbe
DUSHANBE = ZoneInfo("Asia/Dushanbe")


def rights(kind: type[BaseModel]) -> dict[str, Any]:
    """Every right that the library wants to be told of, none of them given."""
    return {name: False for name, one in kind.model_fields.items() if one.is_required() and one.annotation is bool}


def member(standing: str) -> dict[str, Any]:
    """Telegram's ChatMember of the bot: "administrator-" may not post, "restricted+" may write."""
    bot = {"id": 1, "is_bot": True, "first_name": "Хабар"}
    status = standing.rstrip("+-")
    shown: dict[str, Any] = {"status": status, "user": bot}
    if status == "administrator":
        shown |= rights(ChatMemberAdministrator) | {"can_post_messages": standing == "administrator"}
    if status == "restricted":
        shown |= rights(ChatMemberRestricted) | {"can_send_messages": standing.endswith("+")}
        shown |= {"is_member": True, "until_date": 0}
    if status == "kicked":
        shown |= {"until_date": 0}
    return shown


def moved(kind: str, old: str, new: str) -> ChatMemberUpdated:
    """my_chat_member: the bot's standing changes from old to new."""
    return ChatMemberUpdated.model_validate(
        {
            "chat": {"id": -100, "type": kind, "title": "Долина"},
            "from": {"id": 5, "is_bot": False, "first_name": "Рустам"},
            "date": int(NOW.timestamp()),
            "old_chat_member": member(old),
            "new_chat_member": member(new),
        }
    )


def known(state: ChatState) -> Chat:
    return Chat(-100, ChatKind.CHANNEL, "Долина", state=state)


@pytest.mark.parametrize(
    ("kind", "old", "new", "state", "expected"),
    [
        ("private", "member", "kicked", ChatState.ACTIVE, Move.BLOCK),
        ("private", "kicked", "member", ChatState.BLOCKED, Move.NOTHING),
        ("channel", "left", "administrator", None, Move.OFFER),
        ("channel", "left", "administrator-", None, Move.NOTHING),
        ("channel", "administrator-", "administrator", None, Move.OFFER),
        ("channel", "administrator", "administrator", ChatState.ACTIVE, Move.NOTHING),
        ("channel", "administrator", "administrator-", ChatState.ACTIVE, Move.PAUSE),
        ("channel", "administrator", "administrator-", ChatState.STOPPED, Move.NOTHING),
        ("channel", "administrator-", "administrator", ChatState.PAUSED, Move.RETURN),
        ("channel", "left", "administrator", ChatState.PAUSED, Move.OFFER),
        ("channel", "administrator", "kicked", ChatState.ACTIVE, Move.PAUSE),
        ("group", "left", "member", None, Move.OFFER),
        ("group", "member", "administrator-", ChatState.NEW, Move.NOTHING),
        ("supergroup", "member", "restricted-", ChatState.ACTIVE, Move.PAUSE),
        ("supergroup", "restricted-", "restricted+", ChatState.PAUSED, Move.RETURN),
        ("supergroup", "member", "left", ChatState.ACTIVE, Move.PAUSE),
    ],
)
def test_a_change_of_standing_means_one_thing(
    kind: str, old: str, new: str, state: ChatState | None, expected: Move
) -> None:
    record = None if state is None else known(state)
    assert decide_move(moved(kind, old, new), record, has_follows=True, in_settings=False) is expected


def test_what_has_nothing_arranged_is_offered_again() -> None:
    event = moved("channel", "administrator-", "administrator")
    assert decide_move(event, known(ChatState.PAUSED), has_follows=False, in_settings=False) is Move.OFFER


def test_nobody_is_asked_about_a_channel_of_the_settings() -> None:
    event = moved("channel", "left", "administrator")
    assert decide_move(event, None, has_follows=False, in_settings=True) is Move.NOTHING
    assert decide_move(event, known(ChatState.PAUSED), has_follows=True, in_settings=True) is Move.RETURN


@pytest.mark.parametrize(("named", "expected"), [("@Dolina_TJ", True), ("-1005", True), ("@other", False)])
def test_settings_name_a_chat_by_its_number_or_its_name(named: str, expected: bool) -> None:
    chat = TelegramChat(id=-1005, type="channel", title="Долина", username="dolina_tj")
    assert stands_in_settings(chat, Settings(channel=(ChannelSettings(chat=named),))) is expected


@pytest.mark.parametrize(
    ("given", "size"), [(None, 0), ("", 0), ("7", 7), ("0", 1), ("9" * 400, 20), ("²", 0), ("٣", 3)]
)
def test_a_number_of_stories_is_kept_in_bounds(given: str | None, size: int) -> None:
    assert asked_size(given) == size


def test_hours_are_those_of_a_day_once_each_in_order() -> None:
    assert turned((9, 18), 7, is_on=True) == (7, 9, 18)
    assert turned((9, 18), 9, is_on=True) == (9, 18)
    assert turned((9, 18), 9, is_on=False) == (18,)
    assert turned((9,), 24, is_on=True) == (9,)
    assert turned((9,), 9, is_on=False) == ()


def test_only_a_chat_that_receives_becomes_due_by_its_schedule() -> None:
    daily = Chat(1, ChatKind.PRIVATE, "", state=ChatState.ACTIVE, schedule=Schedule.DAILY)
    assert rescheduled(daily, NOW, DUSHANBE).due_at == NOW + timedelta(hours=19)
    instant = Chat(1, ChatKind.PRIVATE, "", state=ChatState.ACTIVE)
    assert rescheduled(instant, NOW, DUSHANBE).due_at == NOW
    stopped = Chat(1, ChatKind.PRIVATE, "", state=ChatState.STOPPED, schedule=Schedule.DAILY)
    assert rescheduled(stopped, NOW, DUSHANBE).due_at is None


def test_what_waits_comes_when_the_new_choice_allows_it() -> None:
    later = NOW + timedelta(minutes=20)
    hourly = Chat(1, ChatKind.PRIVATE, "", state=ChatState.ACTIVE, schedule=Schedule.HOURLY)
    assert rescheduled(hourly, later, DUSHANBE).due_at == NOW + timedelta(hours=1)
    at_night = NOW + timedelta(hours=9)  # 23:00 in Dushanbe
    quiet = Chat(1, ChatKind.PRIVATE, "", state=ChatState.ACTIVE, night=Night.QUIET)
    assert rescheduled(quiet, at_night, DUSHANBE).due_at == NOW + timedelta(hours=17)
    silent = Chat(1, ChatKind.PRIVATE, "", state=ChatState.ACTIVE, night=Night.SILENT)
    assert rescheduled(silent, at_night, DUSHANBE).due_at == at_night


@pytest.mark.parametrize(
    ("schedule", "night", "due", "expected"),
    [
        (Schedule.DAILY, Night.OFF, -timedelta(hours=3), -timedelta(hours=3)),
        (Schedule.DAILY, Night.OFF, timedelta(), timedelta()),
        (Schedule.WEEKLY, Night.OFF, -timedelta(days=2), -timedelta(days=2)),
        (Schedule.HOURLY, Night.OFF, -timedelta(minutes=1), -timedelta(minutes=1)),
        (Schedule.INSTANT, Night.QUIET, -timedelta(minutes=1), -timedelta(minutes=1)),
        (Schedule.DAILY, Night.OFF, timedelta(minutes=1), timedelta(hours=19)),
        (Schedule.INSTANT, Night.OFF, timedelta(hours=5), timedelta()),
        (Schedule.DAILY, Night.OFF, None, timedelta(hours=19)),
    ],
)
def test_what_is_overdue_is_served_before_a_new_choice_counts(
    schedule: Schedule, night: Night, due: timedelta | None, expected: timedelta
) -> None:
    chat = Chat(1, ChatKind.PRIVATE, "", state=ChatState.ACTIVE, schedule=schedule, night=night)
    chosen = rescheduled(replace(chat, due_at=None if due is None else NOW + due), NOW, DUSHANBE)
    assert chosen.due_at == NOW + expected


@pytest.mark.parametrize(
    ("before", "took", "chosen", "takes"),
    [
        (Night.OFF, True, Night.QUIET, False),
        (Night.SILENT, True, Night.QUIET, False),
        (Night.QUIET, True, Night.QUIET, True),
        (Night.OFF, True, Night.SILENT, True),
        (Night.QUIET, False, Night.OFF, False),
    ],
)
def test_a_night_that_becomes_quiet_keeps_urgent_news_out(
    before: Night, took: bool, chosen: Night, takes: bool
) -> None:
    chat = with_night(Chat(1, ChatKind.PRIVATE, "", night=before, takes_urgent=took), chosen)
    assert (chat.night, chat.takes_urgent) == (chosen, takes)


@pytest.mark.parametrize(
    ("kind", "night"),
    [("private", Night.SILENT), ("group", Night.OFF), ("supergroup", Night.OFF), ("channel", Night.OFF)],
)
def test_only_a_readers_first_nights_are_silent(kind: str, night: Night) -> None:
    assert chat_of(TelegramChat(id=5, type=kind, title="Двор", first_name="Мадина")).night is night
