"""Every screen in every language is a message that Telegram accepts, and does what its buttons say."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rendering import follows, notices, offers, welcome
from bot.rendering.callbacks import (
    DigestHour,
    NightHour,
    OpenScreen,
    Screen,
    SettingsChoice,
    Switch,
    Timezone,
    Unfollow,
)
from bot.rendering.commands import GROUP, PRIVATE, command_menu
from bot.rendering.locales import Words
from bot.rendering.message import Outgoing
from bot.rendering.schedules import digest_screen, night_screen
from bot.rendering.settings import language_screen, settings_screen
from bot.rendering.texts import question_name
from bot.rendering.timezones import ZONES, timezone_screen
from bot.topics.query import parse_question
from storage.records import Chat, ChatKind, ChatState, Follow, FollowView, Night, Schedule, Source, Topic, TopicView
from tests.unit.rendering_samples import (
    ALL_WORDS,
    ANY_TEXT,
    DUSHANBE,
    LOCALES,
    MAX_ID,
    NOW,
    RU,
    as_html,
    assert_accepted,
    labels,
)

READER = Chat(1, ChatKind.PRIVATE, "Читатель", state=ChatState.ACTIVE)
CHANNEL = Chat(-(2**52), ChatKind.CHANNEL, "Новости долины", trouble="Forbidden: bot was kicked from the channel chat")
LANGUAGES = pytest.mark.parametrize("words", ALL_WORDS, ids=lambda words: words.language)


def follow(number: int, name: str = "мосты", topic: int | None = 1, source: int | None = None) -> FollowView:
    return FollowView(Follow(number, 1, topic, source, 0), name, number)


def welcome_screens(words: Words, name: str) -> Iterator[Outgoing]:
    topics = [TopicView(Topic(MAX_ID - n, name, "key"), n) for n in range(40)]
    yield welcome.welcome(words)
    yield welcome.help_screen(words, is_private=True)
    yield welcome.help_screen(words, is_private=False)
    yield welcome.asking_screen(words)
    yield welcome.follow_menu(topics, {MAX_ID}, words, follows_everything=True, is_start=True)
    yield welcome.privacy_screen(words, ledger_days=30)
    yield from (welcome.unknown(kind, words) for kind in welcome.UnknownKind)
    yield follows.follow_list([follow(MAX_ID - n, name) for n in range(35)], words, page=2)
    yield follows.follow_list([], words)
    meant = follows.Meant(name, MAX_ID, is_new=True)
    yield follows.followed(topics[0].topic, words, near=topics)
    yield follows.followed(topics[0].topic, words, near=topics, instead_of=meant)
    yield follows.unfollowed(topics[0].topic, words)
    yield follows.unfollowed(topics[0].topic, words, instead_of=name)
    yield follows.not_followed(name, words)
    yield follows.following_everything(words)


def other_screens(words: Words, name: str) -> Iterator[Outgoing]:
    chat = replace(CHANNEL, title=name, trouble=name, schedule=Schedule.DAILY, hours=tuple(range(24)))
    sources = [Source(MAX_ID - n, "https://news.example/rss", name) for n in range(50)]
    topics = [TopicView(Topic(MAX_ID - n, name, "key"), n) for n in range(50)]
    for shown in (READER, chat):
        yield settings_screen(shown, words, timezone=DUSHANBE, now=NOW)
        for state in ChatState:
            yield digest_screen(replace(shown, state=state), words, timezone=DUSHANBE)
        for schedule in Schedule:
            for night in Night:
                chosen = replace(shown, schedule=schedule, night=night)
                yield digest_screen(chosen, words, timezone=DUSHANBE)
                yield night_screen(chosen, words)
    yield language_screen(words)
    yield timezone_screen(words, timezone=ZoneInfo("America/Argentina/ComodRivadavia"), now=NOW)
    yield from (notices.wrong_question(fault, words, asked) for fault in notices.Fault for asked in notices.Asked)
    yield notices.story_gone(words)
    yield notices.admins_only(words)
    yield notices.stopped(words)
    yield from (notices.resumed(words, follows=count) for count in (0, 3))
    yield notices.delete_question(words)
    yield notices.deleted(words)
    yield notices.kept(words)
    yield notices.trouble_note(chat, words)
    yield notices.thread_note(chat, words)
    yield offers.channel_offer(chat, words)
    yield offers.offer_sources(chat, sources, {MAX_ID}, words, page=1)
    yield offers.offer_topics(chat, topics, {MAX_ID}, words, page=1)
    yield from (offers.offer_done(chat, arrangement, words) for arrangement in offers.Arrangement)


@settings(max_examples=15, deadline=None)
@given(name=ANY_TEXT, words=st.sampled_from(ALL_WORDS))
def test_every_screen_is_accepted_whatever_people_call_things(name: str, words: Words) -> None:
    for screen in (*welcome_screens(words, name), *other_screens(words, name)):
        assert_accepted(screen)


@LANGUAGES
def test_the_command_menu_is_within_telegrams_bounds(words: Words) -> None:
    for is_private, names in ((True, PRIVATE), (False, GROUP)):
        menu = command_menu(words, is_private=is_private)
        assert [entry.command for entry in menu] == list(names)
        assert all(1 <= len(entry.description) <= 256 for entry in menu)


@LANGUAGES
def test_help_names_every_command(words: Words) -> None:
    text = welcome.help_screen(words, is_private=True).text
    assert all(f"/{name} — " in text for name in PRIVATE)


@LANGUAGES
def test_the_examples_of_asking_are_questions_of_every_kind(words: Words) -> None:
    message = welcome.asking_screen(words)
    units = message.text.encode("utf-16-le")
    examples = [
        units[2 * one.offset : 2 * (one.offset + one.length)].decode("utf-16-le")
        for one in message.entities
        if one.type == "code"
    ]
    every, phrase, either, without, headline, filters = map(parse_question, examples)
    assert [len(alternative) for alternative in every.alternatives] == [2]
    assert [len(part.words) for part in phrase.alternatives[0]] == [2]
    assert len(either.alternatives) == 2
    assert without.without
    assert headline.alternatives[0][0].in_title
    assert (len(filters.sources), filters.after) == (1, date(2026, 11, 1))


@LANGUAGES
def test_a_toast_is_short(words: Words) -> None:
    assert all(1 <= len(notices.toast(kind, words)) <= 200 for kind in notices.Toast)


def test_the_welcome_says_what_the_bot_does_in_three_lines() -> None:
    message = welcome.welcome(RU)
    assert len(message.text.split("\n\n")[1].splitlines()) == 3
    assert labels(message.keyboard) == [["🔔 Выбрать темы"], ["📰 Все новости"], ["✅ Русский", "Тоҷикӣ", "English"]]


def test_the_menu_of_topics_marks_what_is_followed_and_turns_it_off() -> None:
    topics = [TopicView(Topic(1, "мосты", "a"), 3), TopicView(Topic(2, "школы", "b"), 4)]
    message = welcome.follow_menu(topics, {2}, RU, follows_everything=False)
    assert labels(message.keyboard) == [["мосты · 3", "✅ школы · 4"], ["Все новости"], ["Мои подписки"]]
    assert message.keyboard is not None
    assert [key.callback_data for key in message.keyboard.inline_keyboard[0]] == ["f:1:f", "u:2:f"]


def test_the_list_of_follows_has_a_button_for_each() -> None:
    shown = [follow(1), follow(2, "Вестник", None, 5), follow(3, "", None)]
    message = follows.follow_list(shown, RU)
    assert as_html(message) == (
        "<b>Ваши подписки</b>\n\n1. <b>мосты</b> — 1 новость\n2. <b>Вестник</b>\n3. <b>Все новости</b>"
    )
    assert labels(message.keyboard) == [
        ["✖️ мосты", "📰 Новости темы"], ["✖️ Вестник"], ["✖️ Все новости"], ["➕ Добавить тему"],
    ]  # fmt: skip


def test_a_page_of_follows_past_the_end_is_the_last() -> None:
    message = follows.follow_list([follow(n) for n in range(11)], RU, page=7)
    assert message.text.endswith("11. мосты — 10 новостей")
    assert labels(message.keyboard)[-2] == ["‹ Предыдущие"]
    assert message.keyboard is not None
    assert message.keyboard.inline_keyboard[0][0].callback_data == Unfollow(follow_id=10, page=1).pack()


@pytest.mark.parametrize("words", ALL_WORDS, ids=lambda words: words.language)
def test_the_examples_are_of_the_command_that_was_asked(words: Words) -> None:
    told = {asked: notices.wrong_question(notices.Fault.EMPTY, words, asked).text for asked in notices.Asked}
    for asked in notices.Asked:
        named = set() if asked is notices.Asked.PLAIN else {f"/{asked.name.lower()}"}
        assert set(re.findall("/[a-z]+", told[asked])) == named


def test_the_settings_show_what_is_set() -> None:
    chat = replace(READER, schedule=Schedule.DAILY, hours=(18, 9), is_silent=True, with_pictures=False)
    message = settings_screen(chat, RU, timezone=DUSHANBE, now=NOW)
    assert message.text == (
        "Настройки\n\n"
        "🌐 Язык: Русский\n"
        "🕐 Время: Душанбе, сейчас 14:05\n"
        "📬 Доставка: дайджест каждый день в 09:00, 18:00\n"
        "🖼 Картинки: не показываю\n"
        "🔕 Звук: нет"
    )
    assert labels(message.keyboard)[-1] == ["Картинки", "Звук"]


def test_the_settings_tell_what_the_night_changes() -> None:
    chat = replace(READER, night=Night.SILENT)
    assert "🌙 Ночью: с 22:00 до 07:00 без звука" in settings_screen(chat, RU, timezone=DUSHANBE, now=NOW).text
    # A quiet night does not hold digests back.
    digests = replace(READER, night=Night.QUIET, schedule=Schedule.DAILY)
    assert "🌙" not in settings_screen(digests, RU, timezone=DUSHANBE, now=NOW).text


def data(message: Outgoing, label: str) -> str | None:
    """What the button with this label carries."""
    assert message.keyboard is not None
    return next(key.callback_data for row in message.keyboard.inline_keyboard for key in row if key.text == label)


def test_the_hours_of_the_digest_are_a_grid_with_check_marks() -> None:
    message = digest_screen(replace(READER, schedule=Schedule.DAILY, hours=(9,)), RU, timezone=DUSHANBE)
    assert labels(message.keyboard) == [
        ["Сразу", "Раз в час"],
        ["✅ Дайджест"],
        ["✅ Каждый день", "Раз в неделю"],
        ["0", "1", "2", "3", "4", "5"],
        ["6", "7", "8", "✓9", "10", "11"],
        ["12", "13", "14", "15", "16", "17"],
        ["18", "19", "20", "21", "22", "23"],
        ["✅ Срочное сразу"],
        ["🌙 Ночь", "🕐 Часовой пояс"],
        ["‹ Назад"],
    ]
    assert data(message, "✓9") == DigestHour(hour=9, on=False).pack()
    assert data(message, "0") == DigestHour(hour=0, on=True).pack()


def test_a_weekly_digest_has_the_days_of_the_week_too() -> None:
    chat = replace(READER, schedule=Schedule.WEEKLY, weekday=4, hours=(18, 9), takes_urgent=False)
    message = digest_screen(chat, RU, timezone=DUSHANBE)
    assert labels(message.keyboard)[:5] == [
        ["Сразу", "Раз в час"],
        ["✅ Дайджест"],
        ["Каждый день", "✅ Раз в неделю"],
        ["Пн", "Вт", "Ср", "Чт"],
        ["✓Пт", "Сб", "Вс"],
    ]
    assert message.text == (
        "Когда присылать новости\n"
        "дайджест по пятницам в 09:00, 18:00\n\n"
        "Отметьте день недели и час: соберу новости за неделю в одно сообщение.\n\n"
        "⚡️ Срочное: вместе со всем\n"
        "Часовой пояс: Душанбе"
    )
    assert data(message, "✅ Дайджест") == data(message, "✅ Раз в неделю")
    assert data(message, "Срочное сразу") == SettingsChoice(switch=Switch.URGENT, on=True, screen=Screen.DIGEST).pack()


def test_instant_delivery_needs_no_hours_and_has_nothing_to_break_through() -> None:
    message = digest_screen(READER, RU, timezone=DUSHANBE)
    assert labels(message.keyboard) == [
        ["✅ Сразу", "Раз в час"], ["Дайджест"], ["🌙 Ночь", "🕐 Часовой пояс"], ["‹ Назад"],
    ]  # fmt: skip
    assert message.text.endswith("соберу всё за день в одно сообщение.")
    quiet = digest_screen(replace(READER, night=Night.QUIET), RU, timezone=DUSHANBE)
    assert ["✅ Срочное сразу"] in labels(quiet.keyboard)
    assert quiet.text.endswith(
        "🌙 Ночью: с 22:00 до 07:00 только срочное\n⚡️ Срочное: сразу, в любое время\nЧасовой пояс: Душанбе"
    )


@pytest.mark.parametrize(
    ("state", "label"),
    [
        (ChatState.NEW, "Выбрать темы"),
        (ChatState.STOPPED, "▶️ Присылать снова"),
        (ChatState.PAUSED, "▶️ Присылать снова"),
    ],
)
def test_who_gets_nothing_is_told_so_and_how_to_change_it(state: ChatState, label: str) -> None:
    message = digest_screen(replace(READER, state=state), RU, timezone=DUSHANBE)
    assert labels(message.keyboard)[:2] == [[label], ["✅ Сразу", "Раз в час"]]
    assert "\n\n⏸ Сейчас я ничего не присылаю.\n\n" in message.text
    assert "⏸" not in digest_screen(READER, RU, timezone=DUSHANBE).text


@LANGUAGES
def test_hourly_delivery_has_no_hours_to_choose(words: Words) -> None:
    shown = labels(digest_screen(replace(READER, schedule=Schedule.HOURLY), words, timezone=DUSHANBE).keyboard)
    assert [len(row) for row in shown] == [2, 1, 1, 2, 1]
    assert shown[0][1].startswith("✅ ")


def test_the_night_is_chosen_with_its_hours() -> None:
    assert labels(night_screen(READER, RU).keyboard) == [
        ["✅ Как днём"], ["Без звука"], ["Не писать до утра"], ["‹ Назад"],
    ]  # fmt: skip
    message = night_screen(replace(READER, night=Night.QUIET, night_from=23, takes_urgent=False), RU)
    assert labels(message.keyboard) == [
        ["Как днём"],
        ["Без звука"],
        ["✅ Не писать до утра"],
        ["с 20:00", "с 21:00", "с 22:00"],
        ["✓с 23:00", "с 0:00", "с 1:00"],
        ["до 5:00", "до 6:00", "✓до 7:00"],
        ["до 8:00", "до 9:00", "до 10:00"],
        ["Срочное сразу"],
        ["‹ Назад"],
    ]
    assert message.text == (
        "Новости ночью\n"
        "с 23:00 до 07:00 не пишу\n\n"
        "Без звука — новости приходят, а телефон молчит.\n"
        "Не писать до утра — новости придут утром.\n\n"
        "⚡️ Срочное: вместе со всем"
    )
    assert data(message, "Срочное сразу") == SettingsChoice(switch=Switch.URGENT, on=True, screen=Screen.NIGHT).pack()
    assert data(message, "с 0:00") == NightHour(hour=0, is_end=False).pack()
    assert data(message, "до 8:00") == NightHour(hour=8, is_end=True).pack()
    broken = night_screen(replace(READER, night=Night.QUIET), RU)
    assert broken.text.startswith("Новости ночью\nс 22:00 до 07:00 только срочное\n\n")
    assert broken.text.endswith("⚡️ Срочное: сразу, в любое время")
    assert ["✅ Срочное сразу"] in labels(broken.keyboard)
    assert "даже ночью" not in message.text
    assert "даже ночью" in night_screen(replace(READER, schedule=Schedule.WEEKLY), RU).text


@LANGUAGES
def test_buttons_side_by_side_are_short_enough_for_a_phone(words: Words) -> None:
    """A screen 390 pixels wide leaves a row 325 of them: 8 for a letter and 20 for a button's edges."""
    for schedule in Schedule:
        for night in Night:
            chat = replace(READER, schedule=schedule, night=night, hours=tuple(range(24)))
            for screen in (digest_screen(chat, words, timezone=DUSHANBE), night_screen(chat, words)):
                for row in labels(screen.keyboard):
                    assert all(8 * len(label) <= 325 / len(row) - 20 for label in row), row


def test_the_time_zone_leads_back_to_where_it_was_opened() -> None:
    opened = digest_screen(READER, RU, timezone=DUSHANBE)
    assert data(opened, "🕐 Часовой пояс") == OpenScreen(screen=Screen.TIMEZONE, back=Screen.DIGEST).pack()
    message = timezone_screen(RU, timezone=DUSHANBE, now=NOW, back=Screen.DIGEST)
    assert data(message, "‹ Назад") == OpenScreen(screen=Screen.DIGEST).pack()
    assert data(message, "Москва · 12:05") == Timezone(name="Europe/Moscow", screen=Screen.DIGEST).pack()


@pytest.mark.parametrize(("language", "days"), [("ru", "30 дней"), ("tg", "30 рӯз"), ("en", "30 days")])
def test_privacy_tells_what_is_kept_and_for_how_long(language: str, days: str) -> None:
    text = welcome.privacy_screen(LOCALES.words(language), ledger_days=30).text
    assert days in text
    assert text.count("•") == 6


def test_time_zones_show_the_clock_and_an_unlisted_one_stays() -> None:
    message = timezone_screen(RU, timezone=ZoneInfo("Asia/Baku"), now=NOW)
    shown = [label for row in labels(message.keyboard) for label in row]
    assert shown[:2] == ["✅ Asia/Baku · 13:05", "Душанбе · 14:05"]
    assert len(shown) == len(ZONES) + 2


@pytest.mark.parametrize(
    ("trouble", "remedy"),
    [
        ("Forbidden: bot was kicked from the supergroup chat", notices.Remedy.ADD_BACK),
        ("Forbidden: bot is not a member of the channel chat", notices.Remedy.ADD_BACK),
        ("Bad Request: need administrator rights in the channel chat", notices.Remedy.GIVE_RIGHTS),
        ("Bad Request: not enough rights to send photos to the chat", notices.Remedy.GIVE_RIGHTS),
        ("Bad Request: have no write access to the chat", notices.Remedy.GIVE_RIGHTS),
        ("Bad Request: chat not found", notices.Remedy.FIND_AGAIN),
        ("Bad Request: message thread not found", notices.Remedy.OPEN_THREAD),
        ("Bad Request: TOPIC_CLOSED", notices.Remedy.OPEN_THREAD),
        ("something new", notices.Remedy.LOOK),
        (None, notices.Remedy.LOOK),
    ],
)
def test_each_refusal_has_its_remedy(trouble: str | None, remedy: notices.Remedy) -> None:
    assert notices.remedy(trouble) is remedy


def test_an_owner_reads_what_happened_and_what_to_do() -> None:
    assert as_html(notices.trouble_note(CHANNEL, RU)) == (
        "⚠️ Не могу писать в «<b>Новости долины</b>», поэтому остановился.\n\n"
        "Ответ Telegram: <i>Forbidden: bot was kicked from the channel chat</i>\n\n"
        "Что сделать: добавьте бота обратно. В канале сделайте его администратором с правом публиковать."
    )


def test_an_admin_is_asked_what_to_post() -> None:
    message = offers.channel_offer(CHANNEL, RU)
    assert message.text == "Бота добавили в «Новости долины». Что там публиковать?"
    assert labels(message.keyboard) == [["📰 Все новости"], ["Из источника…", "По теме…"], ["Пока ничего"]]


def test_a_choice_for_a_channel_is_done_only_once_something_is_chosen() -> None:
    sources = [Source(5, "https://news.example/rss", "Вестник")]
    nothing = offers.offer_sources(CHANNEL, sources, set(), RU)
    chosen = offers.offer_sources(CHANNEL, sources, {5}, RU)
    assert labels(nothing.keyboard) == [["Вестник"], ["‹ Назад"]]
    assert labels(chosen.keyboard) == [["✅ Вестник"], ["‹ Назад", "Готово"]]


def test_a_chat_without_title_is_called_by_what_there_is() -> None:
    assert notices.chat_title(Chat(-5, ChatKind.CHANNEL, " ", username="valley")) == "@valley"
    assert notices.chat_title(Chat(-5, ChatKind.CHANNEL, "")) == "-5"


def test_languages_call_themselves_by_their_own_names() -> None:
    message = language_screen(LOCALES.words("en"))
    assert labels(message.keyboard) == [["Русский", "Тоҷикӣ", "✅ English"], ["‹ Back"]]
    assert message.keyboard is not None
    assert message.keyboard.inline_keyboard[0][0].callback_data == f"g:ru:{Screen.SETTINGS}"


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ('"высокая вода"', "высокая вода"),
        ("«высокая вода»", "высокая вода"),
        ('"вода" "ток"', '"вода" "ток"'),
        ('"', '"'),
    ],
)
def test_a_question_in_quotes_is_not_put_into_quotes_twice(asked: str, shown: str) -> None:
    assert question_name(asked) == shown
