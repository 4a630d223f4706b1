"""The admins whom the settings name: /stats, /urgent, /withdraw. For everybody else these commands do not exist."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.chat import create_dispatcher
from bot.chat.answers import Answer
from bot.chat.menu import set_commands
from bot.chat.perform import Performer
from bot.topics.lemmas import Lemmatiser
from storage.database import Database
from storage.deliveries import Outcome, Post, PostKind, Wave
from storage.records import Article, ChatState
from tests.acceptance.conftest import CHIEF, Khabar
from tests.acceptance.newsroom import DEFENCE, LATEST, VALLEY, Told, store_story
from tests.acceptance.person import LocalTelegram, Person

RICE = "https://valley.example/12"  # the page of LATEST


@pytest.fixture
async def chief(telegram: LocalTelegram, khabar: Khabar, news: dict[str, int]) -> Person:
    """The person whom the settings name."""
    assert khabar
    assert news
    return await telegram.person(CHIEF, "Главред")


@pytest.fixture
async def follower(reader: Person) -> Person:
    """Somebody who follows everything."""
    await reader.says("/start")
    await reader.presses("📰 Все новости")
    await reader.sees("Буду присылать все новости")
    return reader


async def lead(database: Database, story_id: int) -> Article:
    """The first article of a story, withdrawn or not."""
    async with database.snapshot() as stores:
        return await stores.articles.get((await stores.stories.get(story_id)).lead_article_id)


async def next_wave(database: Database) -> Wave | None:
    async with database.snapshot() as stores:
        return await stores.waves.get_next()


async def test_the_overview_tells_what_stands_and_what_was_sent(chief: Person, database: Database) -> None:
    await chief.says("/help")
    today = datetime.now(UTC).date()
    async with database.transaction() as stores:
        await stores.tallies.count(today, {Outcome.DELIVERED: 7, Outcome.UNCERTAIN_FOUND: 1})
        await stores.tallies.count(today - timedelta(days=6), {Outcome.DELIVERED: 30})
        await stores.tallies.count(today - timedelta(days=7), {Outcome.DELIVERED: 500})
    shown = await chief.says("/stats")
    assert "Сюжетов: 12, статей: 12" in shown.text
    assert "Источников: 3, с ошибками: 0" in shown.text
    assert "Читатели: получают 0, ещё не выбрали 1" in shown.text
    assert "Доставлено: 7 · 37" in shown.text
    assert "Неясно, но дошло: 1 · 1" in shown.text


async def test_the_overview_is_drawn_anew_in_place(chief: Person, database: Database) -> None:
    shown = await chief.says("/stats")
    assert "Доставлено: 0 · 0" in shown.text
    async with database.transaction() as stores:
        await stores.tallies.count(datetime.now(UTC).date(), {Outcome.DELIVERED: 2})
        await stores.chats.silence(CHIEF, ChatState.STOPPED)
    await chief.presses("🔄 Обновить")
    anew = await chief.sees("Доставлено: 2 · 2")
    assert anew.number == shown.number
    assert "остановили 1" in anew.text


@pytest.mark.parametrize("words", ["/stats", f"/urgent {RICE}", f"/withdraw {RICE}"])
async def test_to_others_these_commands_do_not_exist(telegram: LocalTelegram, reader: Person, words: str) -> None:
    assert "Такой команды я не знаю" in (await reader.says(words)).text
    group = await telegram.chat("supergroup", "Двор", reader, bot="administrator")
    await reader.writes(words, group)
    answer = await reader.says("/help", group)
    assert "/stats" not in answer.text
    assert [seen.number for seen in await telegram.messages(group) if seen.is_bots] == [answer.number]


async def test_an_admins_button_in_a_group_is_nobody_elses(
    telegram: LocalTelegram, chief: Person, reader: Person, database: Database, news: dict[str, int]
) -> None:
    group = await telegram.chat("supergroup", "Редакция", chief, bot="administrator", members=[reader.number])
    await chief.says(f"/withdraw {RICE}", group)
    assert "только администратор бота" in str(await reader.presses("Да, отозвать", group))
    assert (await lead(database, news[LATEST])).withdrawn_at is None
    await chief.presses("Да, отозвать", group)
    await chief.sees("Отозвана", chat=group)
    assert (await lead(database, news[LATEST])).withdrawn_at is not None


async def test_only_admins_have_these_commands_in_their_menu(
    telegram: LocalTelegram, khabar: Khabar, reader: Person
) -> None:
    await set_commands(khabar.bot, khabar.context)
    assert "latest" in await reader.menu()
    chief = await telegram.person(CHIEF, "Главред")  # Telegram knew no such chat before
    assert "stats" not in await chief.menu()
    await set_commands(khabar.bot, khabar.context)
    menu = await chief.menu()
    assert {"stats", "urgent", "withdraw", "latest", "delete"} <= set(menu)
    shown = (await chief.says("/help")).text
    assert all(f"/{name} — {about}" in shown for name, about in menu.items())
    assert "stats" not in await reader.menu()
    assert "/stats" not in (await reader.says("/help")).text
    group = await telegram.chat("group", "Редакция", chief, bot="member")
    assert "stats" not in await chief.menu(group)


async def test_an_urgent_article_goes_first(
    follower: Person, chief: Person, database: Database, news: dict[str, int]
) -> None:
    async with database.transaction() as stores:
        await stores.waves.open((await lead(database, news[DEFENCE])).id, datetime.now(UTC))
    assert "Пойдёт первой" in (await chief.says(f"/urgent {RICE}?utm_source=chat")).text
    article, wave = await lead(database, news[LATEST]), await next_wave(database)
    assert article.is_urgent
    assert wave is not None
    assert (wave.article_id, wave.is_urgent) == (article.id, True)
    assert "уже идёт первой" in (await chief.says(f"/urgent {RICE}")).text
    assert follower


async def test_a_story_is_named_by_its_number_too(chief: Person, database: Database, news: dict[str, int]) -> None:
    answer = await chief.says(f"/urgent https://t.me/khabar_demo_bot?start=story_{news[DEFENCE]}")
    assert DEFENCE in [words for words, _ in answer.links]
    assert (await lead(database, news[DEFENCE])).is_urgent
    await chief.says(f"/urgent {news[LATEST]}")
    assert (await lead(database, news[LATEST])).is_urgent


async def test_a_story_is_named_by_an_answer_to_a_message_that_shows_it(
    chief: Person, database: Database, khabar: Khabar, news: dict[str, int]
) -> None:
    listed = await chief.says("/latest 1")
    assert "Пойдёт первой" in (await chief.says("/urgent", reply_to=listed.number)).text
    assert (await lead(database, news[LATEST])).is_urgent
    posted = await khabar.leaves(CHIEF, "прежняя")
    article = await lead(database, news[DEFENCE])
    post = Post(CHIEF, posted, article.story_id, article.id, 1, PostKind.TEXT, datetime.now(UTC))
    async with database.transaction() as stores:
        await stores.posts.add([post])
    assert DEFENCE in (await chief.says("/withdraw", reply_to=posted)).text
    async with database.transaction() as stores:
        other = await lead(database, news[LATEST])
        await stores.posts.add([replace(post, story_id=other.story_id, article_id=other.id, place=1)])
    assert "несколько новостей" in (await chief.says("/withdraw", reply_to=posted)).text


async def test_an_address_that_an_editor_wrote_is_read_in_the_answered_message(
    chief: Person, reader: Person, telegram: LocalTelegram, database: Database, news: dict[str, int]
) -> None:
    group = await telegram.chat("supergroup", "Редакция", chief, bot="administrator", members=[reader.number])
    written = await reader.writes(f"Проверьте, пожалуйста: {RICE} — там ошибка", group)
    assert "Отозвать?" in (await chief.says("/withdraw", group, reply_to=written)).text
    assert "Пойдёт первой" in (await chief.says(f"/urgent {RICE} пожалуйста")).text
    assert (await lead(database, news[LATEST])).is_urgent


async def test_a_page_whose_address_ends_like_a_storys_number_is_no_story(
    chief: Person, database: Database, news: dict[str, int]
) -> None:
    page = f"https://valley.example/story_{news[DEFENCE]}"
    assert "статьи в архиве нет" in (await chief.says(f"/urgent {page}")).text
    assert "статьи в архиве нет" in (await chief.says(f"/withdraw {page}")).text
    assert not (await lead(database, news[DEFENCE])).is_urgent


async def arrives(khabar: Khabar, text: str, **more: Any) -> None:
    """A message of the chief's that the local Telegram's people cannot write."""
    command = {"type": "bot_command", "offset": 0, "length": len(text.split(maxsplit=1)[0])}
    message = {
        "message_id": 900,
        "date": int(datetime.now(UTC).timestamp()),
        "chat": {"id": CHIEF, "type": "private", "first_name": "Главред"},
        "from": {"id": CHIEF, "is_bot": False, "first_name": "Главред"},
        "text": text,
        "entities": [command],
    }
    update = {"update_id": 900, "message": message | more}
    answer = await create_dispatcher(khabar.context).feed_raw_update(khabar.bot, update)
    assert isinstance(answer, Answer)
    await Performer(khabar.bot, khabar.context, answer.place).perform(answer.replies)


async def test_a_forwarded_command_is_no_order(
    khabar: Khabar, chief: Person, database: Database, news: dict[str, int]
) -> None:
    await chief.says("/help")
    origin = {"type": "hidden_user", "date": 0, "sender_user_name": "Некто"}
    await arrives(khabar, f"/urgent {RICE}", forward_origin=origin)
    assert "/urgent и адрес" in (await chief.telegram.messages(CHIEF))[-1].text
    assert not (await lead(database, news[LATEST])).is_urgent
    await arrives(khabar, f"/withdraw {RICE}", forward_origin=origin)
    assert "/withdraw и адрес" in (await chief.telegram.messages(CHIEF))[-1].text


async def test_in_a_forum_the_beginning_of_its_topic_is_no_answered_message(khabar: Khabar, chief: Person) -> None:
    await chief.says("/help")
    begun = {
        "message_id": 7,
        "date": int(datetime.now(UTC).timestamp()),
        "chat": {"id": CHIEF, "type": "private", "first_name": "Главред"},
        "forum_topic_created": {"name": "Срочное", "icon_color": 0},
    }
    await arrives(khabar, "/urgent", reply_to_message=begun)
    assert "/urgent и адрес" in (await chief.telegram.messages(CHIEF))[-1].text


async def test_what_names_no_article_is_told_so(chief: Person) -> None:
    assert "/urgent и адрес" in (await chief.says("/urgent")).text
    assert "/withdraw и адрес" in (await chief.says("/withdraw")).text
    for words in ("/urgent https://valley.example/404", "/withdraw 4040", f"/urgent {2**63}", "/urgent мост"):
        assert "статьи в архиве нет" in (await chief.says(words)).text
    several = await chief.says("/latest")
    assert "несколько новостей" in (await chief.says("/urgent", reply_to=several.number)).text
    help_screen = await chief.says("/help")
    assert "статьи в архиве нет" in (await chief.says("/urgent", reply_to=help_screen.number)).text


async def test_what_is_not_sent_any_more_cannot_go_first(
    chief: Person, follower: Person, database: Database, lemmatiser: Lemmatiser
) -> None:
    told = Told("Старый мост закрыли", ("Его разберут.",), datetime.now(UTC) - timedelta(hours=25))
    async with database.transaction() as stores:
        source = await stores.sources.add(VALLEY)
        story_id = await store_story(stores, lemmatiser, source, told)
    before = await next_wave(database)
    assert "слишком давно" in (await chief.says(f"/urgent {story_id}")).text
    assert not (await lead(database, story_id)).is_urgent
    assert await next_wave(database) == before
    assert follower


async def test_a_withdrawal_is_asked_for_twice_and_done_once(
    chief: Person, reader: Person, database: Database, news: dict[str, int]
) -> None:
    asked = await chief.says(f"/withdraw {RICE}")
    assert "Отозвать?" in asked.text
    await chief.presses("Нет, оставить")
    assert (await chief.sees("новость остаётся")).number == asked.number
    assert LATEST in (await reader.says("/latest")).text
    await chief.says(f"/withdraw {RICE}")
    await chief.presses("Да, отозвать")
    await chief.sees("Отозвана")
    assert (await lead(database, news[LATEST])).withdrawn_at is not None
    assert LATEST not in (await reader.says("/latest")).text
    assert "уже отозвана" in (await chief.says(f"/withdraw {RICE}")).text
    assert "уже отозвана" in (await chief.says(f"/urgent {RICE}")).text


async def test_no_after_yes_says_that_the_story_is_gone(chief: Person) -> None:
    first = await chief.says(f"/withdraw {RICE}")
    await chief.says(f"/withdraw {RICE}")
    await chief.presses("Да, отозвать")
    await chief.sees("Отозвана")
    await chief.presses("Нет, оставить")
    assert (await chief.sees("уже отозвана")).number == first.number
