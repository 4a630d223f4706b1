"""Lists of news and the story in the chat: /latest, /top, reading, saving, /saved."""

from collections.abc import Sequence

import pytest

from bot.delivery.results import Sent
from bot.delivery.sender import Sender
from storage.deliveries import Bundle
from storage.records import StoryView
from tests.acceptance.conftest import Khabar
from tests.acceptance.newsroom import DEFENCE, LATEST, NEWS
from tests.acceptance.person import LocalTelegram, Person

TITLES = [title for _, title, _ in reversed(NEWS)]  # the newest first


async def test_latest_shows_five_linked_titles_and_turns_pages_in_place(reader: Person) -> None:
    shown = await reader.says("/latest")
    assert [words for words, _ in shown.links] == TITLES[:5]
    assert shown.links[0] == (LATEST, "https://valley.example/12")
    assert "Вестник долины · " in shown.text
    assert shown.labels == ("1", "2", "3", "4", "5", "Старее ›")
    await reader.presses("Старее ›")
    second = await reader.sees("страница 2")
    assert second.number == shown.number
    assert [words for words, _ in second.links] == TITLES[5:10]
    await reader.presses("Старее ›")
    last = await reader.sees("страница 3")
    assert last.labels == ("1", "2", "‹ Новее")
    await reader.presses("‹ Новее")
    assert (await reader.sees("страница 2")).links == second.links


@pytest.mark.parametrize(("asked", "count"), [("10", 10), ("1", 1), ("0", 1), ("99", 12), ("много", 5), ("-3", 5)])
async def test_latest_shows_as_many_as_were_asked_for(reader: Person, asked: str, count: int) -> None:
    assert [words for words, _ in (await reader.says(f"/latest {asked}")).links] == TITLES[:count]


async def test_a_page_stays_as_long_as_was_asked_for(reader: Person) -> None:
    await reader.says("/latest 7")
    await reader.presses("Старее ›")
    assert [words for words, _ in (await reader.sees("страница 2")).links] == TITLES[7:]


async def test_a_digest_stays_and_leads_to_all_that_the_reader_follows(khabar: Khabar, reader: Person) -> None:
    await reader.says("/follow Рогун")
    context = khabar.context
    async with context.database.transaction() as stores:
        payk = next(one for one in await stores.sources.get_all() if one.name == "Пайки рӯз")
        await stores.chats.follow(reader.number, source_id=payk.id)
        valley = next(one for one in await stores.sources.get_all() if one.name == "Вестник долины")
        newest = (await stores.stories.get_latest()).items
    sent = await shows_digest(khabar, reader, newest[:2], more=10)
    await reader.presses("📰 Показать все")
    shown = await reader.sees("По вашим подпискам")
    assert shown.number > sent
    assert [words for words, _ in shown.links] == [
        "Нерӯгоҳи Роғун барқи бештар медиҳад",
        "Рогун пустил третий агрегат",
        "Дар Кӯлоб мактаби нав сохта шуд",
    ]
    assert shown.labels == ("1", "2", "3")
    async with context.database.transaction() as stores:
        await stores.chats.follow(reader.number, source_id=valley.id)
    await reader.presses("📰 Показать все")
    first = await reader.sees("По вашим подпискам · страница 1")
    await reader.presses("Старее ›")
    second = await reader.sees("страница 2")
    assert second.number == first.number
    assert [words for words, _ in (*first.links, *second.links)] == [
        title for new, title, _ in reversed(NEWS) if new.language != "en"
    ]
    assert second.labels == ("1", "2", "3", "4", "5", "‹ Новее")
    await reader.presses("2")
    assert second.links[1][0] in (await reader.sees("Читать на сайте")).text


async def test_all_that_a_reader_without_follows_gets_is_a_sentence(khabar: Khabar, reader: Person) -> None:
    await reader.says("/help")
    async with khabar.context.database.snapshot() as stores:
        newest = (await stores.stories.get_latest()).items
    await shows_digest(khabar, reader, newest[:1], missed=7)
    [*_, digest] = await reader.telegram.messages(reader.number)
    assert digest.text.endswith("Ещё 7 новостей остались в архиве")
    await reader.presses("📰 Показать все")
    assert (await reader.sees("Здесь будут новости по вашим подпискам. Пока их нет.")).labels == ()


async def shows_digest(
    khabar: Khabar, reader: Person, stories: Sequence[StoryView], *, more: int = 0, missed: int = 0
) -> int:
    """Send the reader a digest as delivery does; the message's number."""
    context = khabar.context
    bundle = Bundle(await khabar.chat(reader.number), tuple(stories), until=12, more=more, missed=missed)
    sent = await Sender(khabar.bot, context.pacer, context.clock).send(
        bundle.chat, context.composer.message(bundle, context.now())
    )
    assert isinstance(sent, Sent)
    return sent.message_id


async def test_top_shows_the_day_and_its_number_counts(reader: Person) -> None:
    shown = await reader.says("/top 3")
    assert shown.text.startswith("Главное за сутки")
    assert [words for words, _ in shown.links] == TITLES[:3]
    await reader.presses("Старее ›")
    assert [words for words, _ in (await reader.sees("страница 2")).links] == TITLES[3:6]


async def test_a_number_under_a_list_reads_the_story_in_the_chat(reader: Person) -> None:
    listed = await reader.says("/latest")
    assert await reader.presses("2") is None
    article = await reader.sees(DEFENCE)
    assert article.is_rich
    assert article.number > listed.number
    assert "Журналистов пустят только на открытие." in article.text
    assert article.labels == ("🔖 Сохранить",)


@pytest.mark.parametrize(("code", "sentence"), [(404, "Not Found"), (400, "Bad Request: can't parse rich message")])
async def test_where_rich_messages_are_refused_the_article_comes_as_plain_ones(
    telegram: LocalTelegram, reader: Person, code: int, sentence: str
) -> None:
    await reader.says("/latest")
    fault = {"kind": "error", "method": "sendRichMessage", "error_code": code, "description": sentence}
    await telegram.act("/faults", **fault)
    await reader.presses("2")
    article = await reader.sees("Журналистов пустят только на открытие.")
    assert not article.is_rich
    assert article.links[0][0] == DEFENCE
    assert article.labels == ("🔖 Сохранить",)


async def test_what_is_saved_stands_under_saved_until_it_is_taken_out(
    khabar: Khabar, reader: Person, news: dict[str, int]
) -> None:
    assert "Здесь будет то, что вы сохраните" in (await reader.says("/saved")).text
    await reader.says("/latest")
    await reader.presses("2")
    article = await reader.sees(DEFENCE)
    assert await reader.presses("🔖 Сохранить") == "Сохранено. Всё сохранённое — /saved"
    assert (await reader.sees(label="✅ Сохранено")).number == article.number
    again = f"b:{news[DEFENCE]}:1"
    await khabar.leaves(reader.number, again, f"r:{news[DEFENCE]}")
    assert await reader.presses(again) == "Сохранено. Всё сохранённое — /saved"
    assert (await reader.sees(label="✅ Сохранено")).labels == ("✅ Сохранено", f"r:{news[DEFENCE]}")
    assert [words for words, _ in (await reader.says("/saved")).links] == [DEFENCE]
    assert await reader.presses("✅ Сохранено") == "Убрано из сохранённого"
    await reader.sees(label="🔖 Сохранить")
    assert "Здесь будет то, что вы сохраните" in (await reader.says("/saved")).text


async def test_a_group_gets_lists_without_reading_buttons_in_its_thread(
    telegram: LocalTelegram, reader: Person
) -> None:
    forum = await telegram.chat("supergroup", "Форум", reader, is_forum=True, bot="administrator")
    thread = (await telegram.act(f"/chats/{forum}/threads", name="Новости"))["message_thread_id"]
    shown = await reader.says("/latest@khabar_demo_bot", forum, thread=thread)
    assert (shown.thread, shown.labels) == (thread, ("Старее ›",))
    await reader.presses("Старее ›", forum)
    assert (await reader.sees("страница 2", chat=forum)).number == shown.number
    assert (await reader.says("/top", forum)).thread is None


async def test_an_empty_archive_says_so(telegram: LocalTelegram, khabar: Khabar) -> None:
    assert khabar
    early = await telegram.person(9, "Ранний")
    assert "Новостей пока нет" in (await early.says("/latest")).text
    assert "новостей не было" in (await early.says("/top")).text
