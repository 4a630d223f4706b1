"""A story that several sources tell, in two languages: read page by page, split and merged by an admin."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from storage.database import Database
from storage.deliveries import Post, PostKind
from storage.records import NewSource
from tests.acceptance.conftest import CHIEF, Khabar
from tests.acceptance.newsroom import PAYK, VALLEY
from tests.acceptance.person import LocalTelegram, Person
from tests.storage.samples import new_article, store

ASIA = NewSource("https://asia.example/rss", "Азия-Новости", language="ru")
PASS = "Перевал Анзоб закрыли из-за лавины"
ASIAN = "Лавина перекрыла дорогу через Анзоб"
TAJIK = "Роҳи Анзоб аз тарма баста шуд"
OTHER = "На Анзобе открыли метеостанцию"


@dataclass(frozen=True, slots=True)
class Told:
    """A story of four pages, and one that is very like it."""

    story_id: int
    pages: dict[str, int]  # article ids by title
    near_id: int


@pytest.fixture
async def told(reader: Person, database: Database) -> Told:
    """Three sources tell of an avalanche within an hour, one of them in Tajik; one page is about something else."""
    assert reader
    now = datetime.now(UTC)
    async with database.transaction() as stores:
        story_id = await stores.stories.open(now)
        pages = {}
        said = ((VALLEY, PASS, "ru"), (ASIA, ASIAN, "ru"), (PAYK, TAJIK, "tg"), (ASIA, OTHER, "ru"))
        for number, (new, title, language) in enumerate(said):
            source = await stores.sources.add(new)
            at = now - timedelta(minutes=50 - 10 * number)
            page = new_article(700 + number, source.id, title=title, language=language, published_at=at)
            pages[title] = await store(stores, page, story_id=story_id, at=at)
        near = replace(new_article(710, 1, title="Дорогу через Анзоб расчищают", published_at=now))
        article_id = await store(stores, near, at=now)
        near_id = (await stores.stories.get_placed([article_id]))[article_id]
    return Told(story_id, pages, near_id)


async def test_a_story_is_read_in_the_readers_language_with_the_others_behind_buttons(
    reader: Person, told: Told
) -> None:
    shown = await reader.says(f"/start story_{told.story_id}")
    assert PASS in shown.text
    assert "Также: Азия-Новости (" in shown.text
    assert ", Пайки рӯз (" in shown.text
    assert shown.labels == ("🔖 Сохранить", "🌐 Читать по-таджикски", "🗂 Источники: 3")
    await reader.presses("🌐 Читать по-таджикски")
    tajik = await reader.sees(TAJIK, label="🌐 Читать по-русски")
    assert tajik.is_rich
    tajiks = await reader.telegram.person(78, "Зарина", "tg")
    assert TAJIK in (await tajiks.says(f"/start story_{told.story_id}")).text
    assert TAJIK in (await tajiks.says("/latest")).text
    assert PASS in (await reader.says("/latest")).text


async def test_its_pages_stand_on_one_screen_and_each_is_read(reader: Person, told: Told) -> None:
    await reader.says(f"/start story_{told.story_id}")
    await reader.presses("🗂 Источники: 3")
    screen = await reader.sees("3 источника · 4 статьи")
    assert [text for text, _ in screen.links] == [PASS, PASS, ASIAN, TAJIK, OTHER]
    assert screen.labels == ("1", "2", "3", "4")
    assert "· на таджикском" in screen.text
    await reader.presses("2")
    assert (await reader.sees(ASIAN)).is_rich


async def test_what_is_saved_is_taken_out_again_after_its_story_shows_another_page(
    reader: Person, told: Told, database: Database
) -> None:
    await reader.says(f"/start story_{told.story_id}")
    await reader.presses("🔖 Сохранить")
    async with database.transaction() as stores:
        await stores.articles.withdraw(told.pages[PASS], datetime.now(UTC))
        chat_id, article_id = reader.number, told.pages[ASIAN]
        await stores.chats.bookmark(chat_id, article_id, datetime.now(UTC))
    assert ASIAN in (await reader.says("/saved")).text
    await reader.presses("✅ Сохранено")
    assert "Здесь будет то, что вы сохраните." in (await reader.says("/saved")).text


async def test_what_is_saved_is_the_page_that_was_read(reader: Person, told: Told) -> None:
    await reader.says(f"/start story_{told.story_id}")
    await reader.presses("🌐 Читать по-таджикски")
    tajik = await reader.sees(TAJIK, label="🌐 Читать по-русски")
    await reader.presses("🔖 Сохранить")
    assert (await reader.sees(label="✅ Сохранено")).number == tajik.number
    assert [title for title, _ in (await reader.says("/saved")).links] == [TAJIK]


async def test_what_was_saved_stands_once_after_two_stories_were_merged(
    reader: Person, told: Told, database: Database
) -> None:
    await reader.says("/help")
    async with database.transaction() as stores:
        near = (await stores.stories.get(told.near_id)).lead_article_id
        for article_id in (told.pages[PASS], near):
            await stores.chats.bookmark(reader.number, article_id, datetime.now(UTC))
    assert len((await reader.says("/saved")).links) == 2
    async with database.transaction() as stores:
        await stores.stories.merge(told.story_id, told.near_id, datetime.now(UTC))
    assert len((await reader.says("/saved")).links) == 1


async def test_in_place_of_a_page_that_is_gone_its_story_is_read(
    reader: Person, told: Told, database: Database
) -> None:
    await reader.says(f"/start story_{told.story_id}")
    async with database.transaction() as stores:
        await stores.articles.withdraw(told.pages[TAJIK], datetime.now(UTC))
    shown = await reader.sees(PASS)
    await reader.presses("🌐 Читать по-таджикски")
    assert (await reader.sees("Также: Азия-Новости (")).number > shown.number
    async with database.transaction() as stores:
        for article_id in told.pages.values():
            await stores.articles.withdraw(article_id, datetime.now(UTC))
    assert await reader.presses("🔖 Сохранить") == "Эта кнопка устарела. Откройте список заново."


async def test_an_admin_takes_a_page_out_of_a_story(telegram: LocalTelegram, told: Told, database: Database) -> None:
    chief = await telegram.person(CHIEF, "Редактор")
    await chief.says(f"/start story_{told.story_id}")
    await chief.presses("🗂 Источники: 3")
    await chief.sees(label="✂️ Убрать лишнюю статью")
    await chief.presses("✂️ Убрать лишнюю статью")
    await chief.sees("Какая статья рассказывает о другом событии?")
    await chief.presses("4")
    question = await chief.sees(f"{OTHER}\nАзия-Новости\n\nОтделить?")
    assert await chief.presses("Да, отделить") == "Готово, статья теперь отдельно"
    screen = await chief.sees("3 источника", label="1")
    assert OTHER not in screen.text
    assert screen.number == question.number
    async with database.snapshot() as stores:
        placed = await stores.stories.get_placed(list(told.pages.values()))
        apart = await stores.stories.get_apart()
    new = placed[told.pages[OTHER]]
    assert [one for one in placed.values() if one != new] == [told.story_id] * 3
    assert apart == [(told.story_id, new)]


async def test_an_admin_makes_one_story_of_two(
    telegram: LocalTelegram, khabar: Khabar, told: Told, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(khabar.context.desk), "near", lambda _desk, _story, _limit: [told.near_id])
    chief = await telegram.person(CHIEF, "Редактор")
    await chief.says(f"/start story_{told.story_id}")
    await chief.presses("🗂 Источники: 3")
    await chief.sees(label="🔗 Объединить с другой новостью")
    await chief.presses("🔗 Объединить с другой новостью")
    await chief.sees(f"{PASS}\n\nС какой из этих новостей её объединить?\n\n1. Дорогу через Анзоб")
    await chief.presses("1")
    await chief.sees("Это об одном и том же?", label="Да, объединить")
    assert await chief.presses("Да, объединить") == "Готово, теперь это одна новость"
    await chief.sees("5 статей")
    await khabar.leaves(CHIEF, f"M:{told.story_id}:{told.near_id}:1")
    assert await chief.presses(f"M:{told.story_id}:{told.near_id}:1") == "Это уже одна новость"
    assert PASS in (await chief.says(f"/start story_{told.near_id}")).text
    async with database.snapshot() as stores:
        assert await stores.stories.resolve(told.near_id) == told.story_id


async def test_old_buttons_of_admins_are_answered_kindly(telegram: LocalTelegram, khabar: Khabar, told: Told) -> None:
    chief = await telegram.person(CHIEF, "Редактор")
    await chief.says("/help")
    split = f"V:{told.story_id}:{told.pages[OTHER]}:1"
    await khabar.leaves(CHIEF, split)
    assert await chief.presses(split) == "Готово, статья теперь отдельно"
    await khabar.leaves(CHIEF, split)
    assert await chief.presses(split) == "Этой статьи здесь уже нет"
    last = f"V:{told.near_id}:{await _lead(khabar, told.near_id)}:1"
    await khabar.leaves(CHIEF, last)
    assert await chief.presses(last) == "Отделять не от чего: других статей здесь нет"
    await khabar.leaves(CHIEF, "N:987654321")
    assert await chief.presses("N:987654321") == "Эта кнопка устарела. Откройте список заново."


async def test_nobody_else_splits_or_merges_and_no_group_does(
    telegram: LocalTelegram, khabar: Khabar, reader: Person, told: Told
) -> None:
    chief = await telegram.person(CHIEF, "Редактор")
    group = await telegram.chat("supergroup", "Соседи", chief)
    await chief.sets_bot(group, "member")
    for person, chat in ((reader, reader.number), (chief, group)):
        for data in (f"v:{told.story_id}:0", f"N:{told.story_id}", f"V:{told.story_id}:{told.pages[OTHER]}:1"):
            await person.says("/help", chat)
            await khabar.leaves(chat, data)
            assert await person.presses(data, chat) == "Это может только администратор бота."
    assert "✂️" not in str((await chief.says(f"/start story_{told.story_id}", group)).labels)


async def test_the_top_weighs_sources_and_what_the_reader_follows(
    reader: Person, told: Told, database: Database
) -> None:
    [first, *_] = [text for text, _ in (await reader.says("/top")).links]
    assert first == PASS
    await reader.says("/follow метеостанция")
    async with database.transaction() as stores:
        [follow] = await stores.chats.get_follows(reader.number)
        assert follow.follow.topic_id is not None
        for title in (ASIAN, OTHER):
            await stores.topics.attach(told.pages[title], [follow.follow.topic_id])
        since = datetime.now(UTC) - timedelta(days=1)
        await stores.chats.follow(reader.number, source_id=1)
        assert (await stores.readers.count_follows(reader.number, since))[told.story_id] == 2
        assert await stores.readers.count_follows(reader.number, datetime.now(UTC)) == {}


async def test_why_names_the_page_that_told_it_first_also_after_a_merger(
    reader: Person, told: Told, database: Database
) -> None:
    answer = await reader.says("/follow перевал")
    async with database.transaction() as stores:
        page = await stores.articles.get(told.pages[PASS])
        given = Post(reader.number, answer.number, told.story_id, page.id, 1, PostKind.TEXT, page.arrived_at)
        await stores.posts.add([given])
        lead = (await stores.stories.get_view(told.near_id)).article
        await stores.stories.merge(told.near_id, told.story_id, datetime.now(UTC))
    for url in ("https://agency.example/702", lead.url):
        assert f"об этом вам уже рассказала статья {PASS}" in (await reader.says(f"/why {url}")).text


async def _lead(khabar: Khabar, story_id: int) -> int:
    async with khabar.context.database.snapshot() as stores:
        return (await stores.stories.get(story_id)).lead_article_id
