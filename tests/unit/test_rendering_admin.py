"""What admins of the bot read, in plain sight and in every language."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings

from bot.rendering.admin import Unnamed, Verdict, unnamed, verdict, withdraw_question
from bot.rendering.callbacks import RefreshStats
from bot.rendering.locales import Words
from bot.rendering.stats import Stats, stats_screen
from storage.deliveries import ChatCount, Load, Outcome
from storage.records import ArchiveSize, ChatKind, ChatState
from tests.unit.rendering_samples import (
    ALL_WORDS,
    ANY_TEXT,
    DUSHANBE,
    MAX_ID,
    NOW,
    RU,
    article,
    as_html,
    assert_accepted,
    labels,
)

LANGUAGES = pytest.mark.parametrize("words", ALL_WORDS, ids=lambda words: words.language)
BUSY = Stats(
    archive=ArchiveSize(articles=12_400, stories=9_800, sources=12, chats=0, newest_at=NOW - timedelta(minutes=3)),
    failing_sources=1,
    chats=(
        ChatCount(ChatKind.PRIVATE, ChatState.ACTIVE, 980_000),
        ChatCount(ChatKind.PRIVATE, ChatState.BLOCKED, 20_000),
        ChatCount(ChatKind.GROUP, ChatState.ACTIVE, 2),
        ChatCount(ChatKind.SUPERGROUP, ChatState.ACTIVE, 1),
        ChatCount(ChatKind.SUPERGROUP, ChatState.PAUSED, 1),
    ),
    load=Load(due_chats=31_000, waves=2, oldest_wave_at=NOW - timedelta(minutes=3), in_flight=8, in_doubt=1),
    today={Outcome.DELIVERED: 4_100, Outcome.UNCERTAIN_RESENT: 1},
    week={Outcome.DELIVERED: 1_250_000, Outcome.UNCERTAIN_RESENT: 3, Outcome.MISSED: 70, Outcome.EDITED: 5},
)
IDLE = Stats(ArchiveSize(0, 0, 0, 0), 0, (), Load(0, 0, None, 0, 0), {}, {})


def test_the_overview_of_a_busy_day() -> None:
    message = stats_screen(BUSY, RU, timezone=DUSHANBE, now=NOW)
    assert as_html(message).replace("\u00a0", " ") == (
        "<b>Сводка · 14:05</b>\n"
        "\n"
        "Сюжетов: 9800, статей: 12 400\n"
        "Последняя пришла: сегодня, 14:02\n"
        "Источников: 12, с ошибками: 1\n"
        "Читатели: получают 980 000, заблокировали 20 000\n"
        "Группы: получают 3, недоступны 1\n"
        "Каналы: получают 0\n"
        "\n"
        "<b>Сейчас</b>\n"
        "Чатов в очереди: 31 000\n"
        "Новостей в рассылке: 2, самая давняя пришла сегодня, 14:02\n"
        "Сообщений в пути: 8, под вопросом: 1\n"
        "\n"
        "<b>Сегодня · за 7 дней (сутки по UTC)</b>\n"
        "Доставлено: 4100 · 1 250 000\n"
        "Неясно, отправлено снова: 1 · 3\n"
        "Неясно, пропущено: 0 · 0\n"
        "Неясно, но дошло: 0 · 0\n"
        "Отказано: 0 · 0\n"
        "Заблокировали бота: 0 · 0\n"
        "Устарели, не отправлены: 0 · 70\n"
        "Исправлено: 0 · 5"
    )
    assert labels(message.keyboard) == [["🔄 Обновить"]]
    assert message.keyboard is not None
    assert message.keyboard.inline_keyboard[0][0].callback_data == RefreshStats().pack()


def test_a_bot_without_anything_in_it_has_an_overview_too() -> None:
    text = stats_screen(IDLE, RU, timezone=DUSHANBE, now=NOW).text
    assert "Новых рассылок нет" in text
    assert "Последняя пришла" not in text
    assert "Доставлено: 0 · 0" in text


@LANGUAGES
def test_the_fullest_overview_is_a_message(words: Words) -> None:
    everyone = tuple(ChatCount(kind, state, 10**9) for kind in ChatKind for state in ChatState)
    outcomes = {outcome.value: 10**12 for outcome in Outcome}
    full = replace(BUSY, chats=everyone, today=outcomes, week=outcomes)
    assert_accepted(stats_screen(full, words, timezone=DUSHANBE, now=NOW))


@LANGUAGES
@settings(deadline=None)
@given(title=ANY_TEXT, url=ANY_TEXT)
def test_whatever_an_article_is_called_the_answers_are_messages(words: Words, title: str, url: str) -> None:
    named = article(MAX_ID, title=title, url=url)
    assert_accepted(withdraw_question(named, words))
    for how in Verdict:
        assert_accepted(verdict(how, named, words))
    for why in Unnamed:
        assert_accepted(unnamed(why, words))


def test_an_answer_links_the_article() -> None:
    assert as_html(withdraw_question(article(), RU)).startswith(
        '<a href="https://vestnik.example/news/1"><b>В Хороге открыли новый мост через Гунт</b></a>\n\nОтозвать?'
    )
