"""Lists that answer a question, as a person turns them: to the oldest and back, best first, found words."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.archive import Answer, Archive
from bot.chat import ChatContext
from bot.topics.lemmas import Lemmatiser
from storage.database import Database
from storage.naming import EntityKind, NewEntity
from storage.stores import Stores
from tests.acceptance.conftest import Khabar, serving
from tests.acceptance.newsroom import DEFENCE, Told, store_story
from tests.acceptance.person import LocalTelegram, Person, Seen

PAGE = 5
KHOROG = NewEntity(EntityKind.PLACE, "Хорог", "хорог")


def titles(seen: Seen) -> list[str]:
    """The headlines of a list, from the top."""
    return [words for words, _ in seen.links]


async def store(khabar: Khabar, lemmatiser: Lemmatiser, *told: Told) -> None:
    """News come in at the first source, the oldest first."""
    async with khabar.context.database.transaction() as stores:
        source = await stores.sources.get(1)
        for one in told:
            await store_story(stores, lemmatiser, source, one)


def harvest(numbers: Sequence[int]) -> list[Told]:
    """News about grapes that a topic of the settings matches too, with these numbers."""
    now = datetime.now(UTC)
    return [Told(f"Рогун и виноград, репортаж {number}", ("Урожай собран.",), now) for number in numbers]


async def formatted(telegram: LocalTelegram, chat: int, kind: str) -> list[str]:
    """The pieces of the newest message that are formatted so and are no link, in order."""
    message: dict[str, Any] = (await telegram.look(f"/chats/{chat}/messages"))["messages"][-1]
    units = message["text"].encode("utf-16-le")
    linked = [one["offset"] for one in message["entities"] if one["type"] == "text_link"]
    return [
        units[2 * one["offset"] : 2 * (one["offset"] + one["length"])].decode("utf-16-le")
        for one in message["entities"]
        if one["type"] == kind and one["offset"] not in linked
    ]


@pytest.mark.parametrize("question", ["/search виноград", "/topic виноград", "виноград", "/topic Рогун"])
async def test_pages_go_to_the_oldest_and_back_while_news_come_in(
    khabar: Khabar, lemmatiser: Lemmatiser, reader: Person, question: str
) -> None:
    await store(khabar, lemmatiser, *harvest(range(13)))
    shown = await reader.says(question)
    down = [titles(shown)]
    while "Старее ›" in shown.labels:
        await store(khabar, lemmatiser, *harvest([100 + len(down)]))
        await reader.presses("Старее ›")
        shown = await reader.sees(f"страница {len(down) + 1}")
        down.append(titles(shown))
    seen = [title for page in down for title in page]
    assert [title for title in seen if "репортаж" in title] == [told.title for told in reversed(harvest(range(13)))]
    assert len(seen) == len(set(seen))
    assert all(len(page) == PAGE for page in down[:-1])

    up = [titles(shown)]
    while "‹ Новее" in shown.labels:
        await reader.presses("‹ Новее")
        shown = await reader.sees(label="Старее ›")
        up.insert(0, titles(shown))
    newest = [told.title for told in reversed(harvest(range(101, 100 + len(down))))]
    assert up == [[*newest, *seen][:PAGE], *down]


async def test_from_far_down_one_press_leads_to_the_newest(
    khabar: Khabar, lemmatiser: Lemmatiser, reader: Person
) -> None:
    await store(khabar, lemmatiser, *harvest(range(13)))
    first = await reader.says("/search виноград")
    await reader.presses("Старее ›")
    assert "« Начало" not in (await reader.sees("страница 2")).labels
    await reader.presses("Старее ›")
    assert "Старее ›" not in (await reader.sees("страница 3")).labels
    await reader.presses("« Начало")
    again = await reader.sees("страница 1")
    assert (titles(again), again.number) == (titles(first), first.number)


async def test_best_first_is_one_press_away_and_so_is_the_way_back(
    khabar: Khabar, lemmatiser: Lemmatiser, reader: Person
) -> None:
    now = datetime.now(UTC)
    about = Told("Сель сошёл на дорогу у Дарваза", ("Сель перекрыл трассу. Селем снесло два моста.",), now)
    mentions = [
        Told(f"Дороги области, обзор {number}", ("Ремонт идёт по плану.", "В мае здесь прошёл сель."), now)
        for number in range(7)
    ]
    await store(khabar, lemmatiser, about, *mentions)
    newest = await reader.says("/search сель")
    assert titles(newest)[0] == mentions[-1].title
    await reader.presses("⭐️ Сначала лучшие")
    best = await reader.sees(label="🕐 Сначала новые")
    assert titles(best)[0] == about.title
    assert best.number == newest.number
    await reader.presses("Следующие ›")
    rest = await reader.sees(label="‹ Предыдущие")
    assert sorted([*titles(best), *titles(rest)]) == sorted([about.title, *(told.title for told in mentions)])
    await reader.presses("🕐 Сначала новые")
    assert titles(await reader.sees(label="⭐️ Сначала лучшие")) == titles(newest)


@pytest.mark.parametrize(
    ("question", "bold"),
    [
        ("/search двести монет", ["Двести", "монет"]),
        ("/search монета", ["монет"]),
        ('/search "двести тысяч" мальки', ["двести тысяч", "мальков"]),
        ("/search сазан | осётр", ["сазана"]),
        ("/topic ОДКБ", ["Организации Договора о коллективной безопасности"]),
    ],
)
async def test_the_words_in_bold_are_those_that_were_found(
    telegram: LocalTelegram, reader: Person, question: str, bold: list[str]
) -> None:
    await reader.says(question)
    [_, *words] = await formatted(telegram, reader.number, "bold")
    assert words == bold


async def test_a_word_of_the_headline_alone_is_not_said_twice(telegram: LocalTelegram, reader: Person) -> None:
    shown = await reader.says("/search подорожал")
    assert shown.text.count("подорожал") == 2  # the question and the headline
    assert len(await formatted(telegram, reader.number, "bold")) == 1


async def test_the_wrong_keyboard_layout_is_forgiven_and_there_is_a_way_back(khabar: Khabar, reader: Person) -> None:
    shown = await reader.says("/topic JLR<")
    assert shown.text.startswith("ОДКБ · 1 новость\nВы спросили «JLR<», показываю «")
    assert titles(shown) == [DEFENCE]
    await reader.presses("🔎 Искать именно «JLR<»")
    exact = await reader.sees("По запросу «JLR<» ничего не нашлось. Можно подписаться")
    assert exact.number == shown.number
    await reader.presses("🔔 Следить за темой")
    await reader.sees("новостей пока нет", label="🔕 Не следить")
    assert await khabar.follows(reader.number) == ["JLR"]


async def test_a_typo_is_forgiven_and_its_pages_are_of_what_was_understood(
    khabar: Khabar, lemmatiser: Lemmatiser, reader: Person
) -> None:
    await store(khabar, lemmatiser, *harvest(range(7)))
    shown = await reader.says("/search виногрод")
    assert "Вы спросили «виногрод», показываю «виноград»." in shown.text
    assert len(titles(shown)) == PAGE
    await reader.presses("Старее ›")
    second = await reader.sees("страница 2")
    assert second.text.startswith("Поиск: виноград · ")
    assert len(titles(second)) == 2
    await reader.presses("🔔 Следить за темой")
    await reader.sees("виноград · страница 1", label="🔕 Не следить")
    assert await khabar.follows(reader.number) == ["виноград"]
    await khabar.finds_pasts()
    assert (await reader.says("/topic виноград")).text.startswith("виноград · 7 новостей · страница 1")


async def test_under_a_topic_stand_those_whom_its_news_speak_of(
    khabar: Khabar, lemmatiser: Lemmatiser, reader: Person
) -> None:
    now = datetime.now(UTC)
    told = Told("Горный рынок закрыт на ремонт", ("В Хороге ищут место для торговли.",), now, (KHOROG,))
    await store(khabar, lemmatiser, told)
    listed = await reader.says("/topic горный рынок")
    await reader.presses("📍 Хорог")
    shown = await reader.sees("Хорог")
    assert shown.number == listed.number
    assert told.title in titles(shown)
    await reader.presses("🔔 Следить за темой")
    await reader.sees(label="🔕 Не следить")
    assert await khabar.follows(reader.number) == ["Хорог"]
    await khabar.leaves(reader.number, "E:4040:0")
    assert await reader.presses("E:4040:0") == "Эта кнопка устарела. Откройте список заново."


async def test_a_button_from_before_lists_had_cursors_still_works(khabar: Khabar, reader: Person) -> None:
    await reader.says("/help")
    await khabar.leaves(reader.number, "l:t:1:0:0", "l:m:0:0:1")
    await reader.presses("l:t:1:0:0")
    assert titles(await reader.sees("ОДКБ · 1 новость")) == [DEFENCE]


@pytest.mark.parametrize(("written", "label"), [("/help", "🔎 Как искать"), ("/search -рис", "🔎 Как искать")])
async def test_how_to_search_is_one_press_away(reader: Person, written: str, label: str) -> None:
    await reader.says(written)
    await reader.presses(label)
    shown = await reader.sees('"железная дорога" — слова подряд', label="‹ Назад")
    assert (await reader.says("/help search")).text == shown.text
    await reader.presses("‹ Назад")
    await reader.sees("Что я умею")


class Shared(Archive):
    """An archive in which somebody else writes while a question is looked up."""

    def __init__(self, lemmatiser: Lemmatiser, database: Database) -> None:
        super().__init__(lemmatiser)
        self._database = database

    async def search(self, stores: Stores, words: str, **how: Any) -> Answer:
        async with self._database.transaction() as others:
            await others.topics.keep_question("чужой вопрос", datetime.now(UTC))
        return await super().search(stores, words, **how)


async def test_nobody_waits_for_a_search(
    telegram: LocalTelegram, context: ChatContext, lemmatiser: Lemmatiser, news: dict[str, int]
) -> None:
    assert news
    async with serving(replace(context, archive=Shared(lemmatiser, context.database))):
        reader = await telegram.person(77, "Мадина")
        await reader.says("/help")  # from now on the bot knows her
        for question in ("/search рис", "/search рис"):
            assert len(titles(await reader.says(question))) == 1
