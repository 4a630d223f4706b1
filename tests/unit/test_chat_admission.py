"""Which updates are let in, and what a repeat of one costs."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from aiogram import Bot
from structlog.testing import capture_logs

from bot.chat.admission import MOST_OF_A_CHAT, MOST_OF_A_GROUP, Admission, Waiting
from bot.chat.allowance import MOST
from bot.chat.incoming import read_update
from bot.metrics import Metrics
from tests.acceptance.conftest import TOKEN

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
GROUP = {"id": -5, "type": "supergroup", "title": "Дом"}
PRIVATE = {"id": 77, "type": "private", "first_name": "Мадина"}
BOT_ID = int(TOKEN.partition(":")[0])
ME = {"id": BOT_ID, "is_bot": True, "first_name": "Хабар", "username": "khabar_bot"}
CHATTER = {"text": "Кто идёт на мост?"}


def written(number: int, user: int = 77, chat: dict[str, Any] = PRIVATE, **more: Any) -> dict[str, Any]:
    """An update of a person's."""
    message = {"message_id": number, "date": int(NOW.timestamp()), "chat": chat, "text": "/help"}
    return {
        "update_id": number,
        "message": {**message, "from": {"id": user, "is_bot": False, "first_name": "Я"}, **more},
    }


def numbers(admitted: list[Waiting]) -> list[int]:
    return [one.update_id for one in admitted]


@pytest.fixture
async def bot() -> AsyncIterator[Bot]:
    bot = Bot(TOKEN)
    yield bot
    await bot.session.close()


@pytest.fixture
def admission(bot: Bot) -> Admission:
    return Admission(bot, Metrics(), lambda: NOW)


async def test_repeats_of_an_update_cost_nothing_and_get_what_the_first_got(admission: Admission) -> None:
    for _ in range(3 * MOST):
        [one] = admission.admit([written(1)], {})
        assert not one.is_too_much
    first = [admission.admit([written(number)], {}) for number in range(2, MOST + 5)]
    again = [admission.admit([written(number)], {}) for number in range(2, MOST + 5)]
    assert [[one.is_too_much for one in few] for few in first] == [[one.is_too_much for one in few] for few in again]
    assert [bool(few) for few in first] == [True] * (MOST - 1) + [False] * 4


async def test_a_few_people_do_not_silence_a_group_for_the_others(admission: Admission) -> None:
    flood = [written(5 * turn + user, user, GROUP) for turn in range(15) for user in range(1, 6)]
    with capture_logs() as logs:
        waiting = admission.admit(flood, {})
        assert len(waiting) == MOST_OF_A_GROUP
        assert admission.admit([written(900, 1, GROUP)], {-5: waiting}) == []
        assert numbers(admission.admit([written(901, 99, GROUP)], {-5: waiting})) == [901]
    assert [(line["chat"], line["log_level"]) for line in logs] == [(-5, "warning")]


async def test_as_many_people_as_there_are_a_chat_does_not_fill_the_memory(admission: Admission) -> None:
    assert len(admission.admit([written(one, one, GROUP) for one in range(1, 300)], {})) == MOST_OF_A_CHAT


@pytest.mark.parametrize(
    ("more", "is_taken"),
    [
        ({"text": "/latest"}, True),
        ({"text": " /Latest@Khabar_Bot 5"}, True),
        ({"text": "/latest@other_bot"}, False),
        ({"text": None, "caption": "/latest"}, True),
        (CHATTER, False),
        ({"text": None, "sticker": None}, False),
        ({"text": "см. /latest"}, False),
        (
            {**CHATTER, "reply_to_message": {"message_id": 1, "date": 1, "chat": GROUP, "from": ME, "text": "Мост"}},
            True,
        ),
        ({**CHATTER, "reply_to_message": {"message_id": 1, "date": 1, "chat": GROUP, "text": "Мост"}}, False),
        ({"text": None, "migrate_to_chat_id": -100}, True),
        ({"text": None, "new_chat_title": "Дома"}, False),
        ({"chat": PRIVATE, **CHATTER}, True),
    ],
)
async def test_of_what_a_group_says_only_what_concerns_the_bot_is_taken(
    bot: Bot, more: dict[str, Any], is_taken: bool
) -> None:
    read = read_update(written(7, chat=GROUP) | {"message": written(7, chat=GROUP)["message"] | more}, bot)
    assert read is not None
    assert read.concerns(BOT_ID, "khabar_bot") is is_taken


async def test_until_the_bot_knows_its_name_every_command_may_be_its_own(bot: Bot) -> None:
    read = read_update(written(7, chat=GROUP, text="/latest@khabar_bot"), bot)
    assert read is not None
    assert read.concerns(BOT_ID, None)


async def test_presses_and_changes_of_membership_in_groups_are_taken(bot: Bot) -> None:
    person = {"id": 77, "is_bot": False, "first_name": "Мадина"}
    pressed = {"message_id": 1, "date": 1, "chat": GROUP, "text": "Мост", "from": ME}
    press = {"id": "1", "from": person, "chat_instance": "1", "data": "m", "message": pressed}
    left = {"status": "left", "user": ME}
    moved = {"chat": GROUP, "from": person, "date": 1, "old_chat_member": left, "new_chat_member": left}
    for update in ({"update_id": 7, "callback_query": press}, {"update_id": 8, "my_chat_member": moved}):
        read = read_update(update, bot)
        assert read is not None
        assert read.concerns(BOT_ID, "khabar_bot")
