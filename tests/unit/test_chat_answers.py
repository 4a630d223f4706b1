"""Answers stand in the database for a moment, and come out as they went in; updates are read one by one."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
from aiogram import Bot
from aiogram.types import (
    CallbackQuery,
    Chat,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultsButton,
    InputMediaPhoto,
    InputRichMessage,
    InputRichMessageMedia,
    Message,
    User,
)
from aiogram.utils.formatting import Bold, Pre, TextLink

from bot.chat.answers import Answer, dump_answer, load_answer
from bot.chat.incoming import number_of, read_update
from bot.chat.perform import Place, place_of
from bot.chat.replies import (
    Article,
    Draw,
    LookAt,
    Notice,
    Picture,
    Redraw,
    Rekey,
    Repaint,
    Reply,
    Results,
    Rewrite,
    Say,
    Tell,
    TellFound,
)
from bot.rendering.charts import Chart, Curve, Theme
from bot.rendering.message import compose
from tests.acceptance.conftest import TOKEN

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
KEYBOARD = InlineKeyboardMarkup(
    inline_keyboard=[
        [InlineKeyboardButton(text="📖 Читать", callback_data="r:1", style="primary")],
        [
            InlineKeyboardButton(text="Сайт", url="https://dolina.example/1"),
            InlineKeyboardButton(text="Ещё", callback_data="m"),
        ],
    ]
)
MESSAGE = compose(
    TextLink("Мост открыли", url="https://dolina.example/1"), "\n", Bold("сегодня"), Pre("a = 1", language="python"),
    preview_url="https://dolina.example/1", keyboard=KEYBOARD,
)  # fmt: skip
RICH = InputRichMessage(html="<h1>Мост</h1><p>Открыли.</p>", skip_entity_detection=True)
CHART = Chart((Curve("Рогун", (1, 0, 14), "14 · ×28"),), "8 ноября", "сегодня")
PICTURE = Picture(MESSAGE, CHART, Theme.DARK)
SAMPLES: tuple[Reply, ...] = (
    Say(MESSAGE),
    Redraw(MESSAGE),
    Rekey(KEYBOARD),
    Notice("Сохранено"),
    Article(RICH, (MESSAGE, compose("Дальше")), KEYBOARD),
    Article(RICH, (MESSAGE,)),
    Tell(-100123, MESSAGE),
    Results("4300", (), "-17", InlineQueryResultsButton(text="Ничего не нашлось", start_parameter="help")),
    Draw(PICTURE),
    Repaint(PICTURE),
    LookAt("asiaplustj.info", MESSAGE),
    TellFound("https://t.me/s/asiaplus", 12),
    Rewrite(12, MESSAGE),
)
PERSON = {"id": 77, "is_bot": False, "first_name": "Мадина"}
PRIVATE = {"id": 77, "type": "private", "first_name": "Мадина"}
DATE = int(NOW.timestamp())


@pytest.fixture
async def bot() -> AsyncIterator[Bot]:
    bot = Bot(TOKEN)
    yield bot
    await bot.session.close()


def test_there_is_a_sample_of_every_kind() -> None:
    assert {type(sample) for sample in SAMPLES} == set(get_args(Reply))


@pytest.mark.parametrize("reply", SAMPLES, ids=lambda reply: type(reply).__name__)
def test_a_reply_comes_out_as_it_went_in(reply: Reply) -> None:
    answer = Answer(Place(-100500, thread_id=9), (reply, Notice("Готово")))
    assert load_answer(dump_answer(answer)) == answer


def test_what_the_bots_defaults_fill_in_is_filled_in_again() -> None:
    media = InputRichMessageMedia(id="bridge", media=InputMediaPhoto(media="https://dolina.example/1.jpg"))
    article = Article(InputRichMessage(html='<img src="tg://photo?id=bridge">', media=[media]), (MESSAGE,))
    [loaded] = load_answer(dump_answer(Answer(Place(77), (article,)))).replies
    assert isinstance(loaded, Article)
    assert loaded.rich.media is not None
    assert isinstance(loaded.rich.media[0].media, InputMediaPhoto)
    assert loaded.rich.media[0].media.media == "https://dolina.example/1.jpg"


def test_of_a_pressed_message_only_what_an_edit_takes_is_kept() -> None:
    pressed = Message(message_id=5, date=NOW, chat=Chat(id=77, type="private"), text="С" * 4000, reply_markup=KEYBOARD)
    person = User.model_validate(PERSON)
    press = CallbackQuery(id="9", from_user=person, chat_instance="1", message=pressed, data="m")
    text = dump_answer(Answer(place_of(press), (Redraw(compose("Готово")),)))
    assert len(text) < 500
    place = load_answer(text).place
    assert (place.chat_id, place.query_id) == (77, "9")
    assert place.pressed is not None
    assert (place.pressed.chat.id, place.pressed.message_id) == (77, 5)
    assert place.pressed.text


def test_a_pressed_picture_still_has_no_text() -> None:
    pressed = Message(message_id=5, date=NOW, chat=Chat(id=77, type="private"), caption="Мост")
    place = load_answer(dump_answer(Answer(Place(77, pressed=pressed, query_id="9"), ()))).place
    assert place.pressed is not None
    assert place.pressed.text is None


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"place": {"chat_id": 1}, "replies": [["Sing", {}]]}', '{"place": {}, "replies": []}',
     '{"place": {"chat_id": 1}, "replies": [["Say", {"message": {"text": ""}}]]}', '{"place": 5, "replies": [[]]}'],
)  # fmt: skip
def test_an_answer_of_another_version_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 — each text is wrong in another way, and all are passed over alike
        load_answer(text)


@pytest.mark.parametrize(
    ("told", "number"),
    [({"update_id": 7}, 7), ({"update_id": 2**63}, None), ({"update_id": -1}, None), ({"update_id": "7"}, None),
     ({}, None), ([], None), (None, None), ("update_id", None)],
)  # fmt: skip
def test_only_what_has_a_number_is_an_update(told: object, number: int | None) -> None:
    assert number_of(told) == number


@pytest.mark.parametrize(
    ("kind", "event", "chat", "asker"),
    [
        ("message", {"chat": PRIVATE, "from": PERSON}, 77, 77),
        ("message", {"chat": {"id": -5, "type": "supergroup", "title": "Дом"}, "from": PERSON}, -5, 77),
        (
            "message",
            {
                "chat": {"id": -5, "type": "supergroup", "title": "Дом"},
                "from": {"id": 1087968824, "is_bot": True, "first_name": "Group"},
                "sender_chat": {"id": -5, "type": "supergroup", "title": "Дом"},
            },
            -5,
            -5,
        ),
    ],
)
async def test_an_update_knows_its_chat_and_whose_allowance_it_takes(
    bot: Bot, kind: str, event: dict[str, Any], chat: int, asker: int
) -> None:
    read = read_update({"update_id": 7, kind: {"message_id": 1, "date": DATE, "text": "/help", **event}}, bot)
    assert read is not None
    assert (read.update_id, read.chat_id, read.asker) == (7, chat, asker)


async def test_a_press_waits_for_its_chat_and_takes_the_persons_allowance(bot: Bot) -> None:
    group = {"id": -5, "type": "supergroup", "title": "Дом"}
    press = {"id": "1", "from": PERSON, "chat_instance": "1", "data": "m"}
    read = read_update(
        {"update_id": 7, "callback_query": {**press, "message": {"message_id": 1, "date": DATE, "chat": group}}}, bot
    )
    inline = read_update({"update_id": 8, "callback_query": {**press, "inline_message_id": "x"}}, bot)
    assert read is not None
    assert inline is not None
    assert [(one.chat_id, one.asker) for one in (read, inline)] == [(-5, 77), (77, 77)]


async def test_a_change_of_membership_takes_nobodys_allowance(bot: Bot) -> None:
    me = {"id": 1, "is_bot": True, "first_name": "Хабар"}
    moved = {
        "chat": PRIVATE,
        "from": PERSON,
        "date": DATE,
        "old_chat_member": {"status": "member", "user": me},
        "new_chat_member": {"status": "kicked", "user": me, "until_date": 0},
    }
    read = read_update({"update_id": 7, "my_chat_member": moved}, bot)
    assert read is not None
    assert (read.chat_id, read.asker) == (77, None)


async def test_what_cannot_be_read_is_passed_over(bot: Bot) -> None:
    assert read_update({"update_id": 7, "message": {"text": "/help"}}, bot) is None
    assert read_update({"update_id": 7, "comet": {"tail": 5}}, bot) is None


async def test_a_text_with_half_a_character_can_be_written_down(bot: Bot) -> None:
    told = {"update_id": 7, "message": {"message_id": 1, "date": DATE, "chat": PRIVATE, "text": "\ud83d мост"}}
    read = read_update(told, bot)
    assert read is not None
    assert read.body.encode("utf-8")


@pytest.mark.parametrize(("later", "asked"), [(3, 3), (600, 0)])
async def test_what_waited_for_long_was_asked_when_it_was_written(bot: Bot, later: int, asked: int) -> None:
    told = {
        "update_id": 7,
        "message": {"message_id": 1, "date": DATE, "chat": PRIVATE, "from": PERSON, "text": "/help"},
    }
    read = read_update(told, bot)
    assert read is not None
    assert read.asked_at(NOW + timedelta(seconds=later)) == NOW + timedelta(seconds=asked)
