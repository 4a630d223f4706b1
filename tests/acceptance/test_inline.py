"""Inline mode: cards of the archive in any chat, page by page, each person's in their own language."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.topics.lemmas import Lemmatiser
from storage.database import Database
from tests.acceptance.conftest import Khabar
from tests.acceptance.newsroom import DEFENCE, LATEST, NEWS, VALLEY, Told, store_story
from tests.acceptance.person import LocalTelegram, Person


async def typed(person: Person, query: str, offset: str = "") -> dict[str, Any]:
    """What stands over the keyboard after `@bot query`."""
    order = {"user": person.number, "query": query, "offset": offset}
    answer: dict[str, Any] = await person.telegram.act("/inline", **order)
    assert answer["answered"]
    return answer


def titles(answer: dict[str, Any]) -> list[str]:
    return [result["title"] for result in answer["results"]]


async def test_another_name_of_a_topic_finds_its_story(reader: Person) -> None:
    assert titles(await typed(reader, "CSTO")) == [DEFENCE]
    assert titles(await typed(reader, "одкб")) == [DEFENCE]


async def test_without_words_the_newest_stories_come_page_by_page(reader: Person) -> None:
    first = await typed(reader, "")
    assert titles(first)[0] == LATEST
    second = await typed(reader, "", first["next_offset"])
    assert titles(first) + titles(second) == [title for _, title, _ in reversed(NEWS)]
    assert second["next_offset"] == ""


async def test_what_comes_between_two_pages_moves_nothing(
    reader: Person, database: Database, lemmatiser: Lemmatiser
) -> None:
    first = await typed(reader, "")
    async with database.transaction() as stores:
        source = await stores.sources.add(VALLEY)
        await store_story(
            stores, lemmatiser, source, Told("В Нуреке пошёл снег", ("Детям радость.",), datetime.now(UTC))
        )
    second = await typed(reader, "", first["next_offset"])
    assert titles(first) + titles(second) == [title for _, title, _ in reversed(NEWS)]


async def test_an_offset_of_nobodys_begins_anew(reader: Person) -> None:
    for offset in ("no-such-offset", "9999999999999999999", "-9223372036854775809", "--1"):
        assert titles(await typed(reader, "", offset))[0] == LATEST
    assert titles(await typed(reader, "одкб", "1" * 60)) == [DEFENCE]


async def test_a_wrong_question_and_an_empty_answer_lead_to_the_bot(reader: Person) -> None:
    wrong = await typed(reader, "-рис")
    assert wrong["results"] == []
    empty = await typed(reader, "снегоход")
    assert empty["results"] == []
    [*_, call] = await reader.telegram.calls("answerInlineQuery")
    assert call["params"]["button"]["text"] == "Ничего не нашлось. Открыть бота"


@pytest.mark.parametrize(
    ("query", "line"),
    [
        ("рис после:", "Допишите после двоеточия…"),
        ("рис |", "Допишите слово за чертой…"),
        ("рис после:2026-1", "Дата пишется так: после:2026-11-01"),
        ("-рис", "Добавьте слово, которое искать"),
    ],
)
async def test_who_is_still_typing_is_told_how_to_go_on(reader: Person, query: str, line: str) -> None:
    assert (await typed(reader, query))["results"] == []
    [*_, call] = await reader.telegram.calls("answerInlineQuery")
    assert call["params"]["button"]["text"] == line


async def test_nothing_is_shown_to_others_and_nothing_written_down(
    reader: Person, khabar: Khabar, database: Database
) -> None:
    await typed(reader, "рис")
    [call] = await reader.telegram.calls("answerInlineQuery")
    assert call["params"]["is_personal"] in {True, "true"}
    async with database.snapshot() as stores:
        assert await stores.chats.find(reader.number) is None
        assert await stores.inbox.get_open() == []
    assert khabar


async def test_a_shared_card_has_a_linked_title_and_opens_at_the_bot(
    reader: Person, telegram: LocalTelegram, news: dict[str, int]
) -> None:
    other = await telegram.person(78, "Сомон")
    group = await telegram.chat("group", "Двор", other, members=[reader.number])
    [result] = (await typed(reader, "рис"))["results"]
    await telegram.act("/inline/choose", user=reader.number, chat=group, result=result, query="рис")
    [shared] = await telegram.messages(group)
    assert [text for text, _ in shared.links] == [LATEST]
    [button] = result["reply_markup"]["inline_keyboard"][0]
    assert button["url"].endswith(f"?start=story_{news[LATEST]}")


async def test_typing_fast_costs_no_commands(reader: Person) -> None:
    for number in range(25):
        await reader.telegram.act("/inline", user=reader.number, query=f"рис{number}", timeout=0.05)
    assert LATEST in (await reader.says("/search рис")).text
