"""One thing has many names, and each opens its topic: known ones, admins' ones, learned ones, mistyped ones."""

from datetime import UTC, datetime

import pytest

from bot.archive import Archive
from bot.topics.lemmas import Lemmatiser
from bot.topics.pairs import find_pairs
from storage.database import Database
from tests.acceptance.conftest import CHIEF, Khabar
from tests.acceptance.newsroom import DEFENCE, TOPICS, Told, store_story
from tests.acceptance.person import LocalTelegram, Person

WEAVERS = "Ткачи долины показали ковры"


@pytest.fixture
async def chief(telegram: LocalTelegram, khabar: Khabar, news: dict[str, int]) -> Person:
    """The person whom the settings name."""
    assert khabar
    assert news
    return await telegram.person(CHIEF, "Главред")


async def land(khabar: Khabar, lemmatiser: Lemmatiser, title: str, *body: str) -> None:
    """An article comes and teaches what it tells."""
    async with khabar.context.database.transaction() as stores:
        source = await stores.sources.get(1)
        await store_story(stores, lemmatiser, source, Told(title, body, datetime.now(UTC)))
        await stores.topics.mark_stale(await stores.names.learn(find_pairs("\n".join((title, *body)), lemmatiser)))


@pytest.mark.parametrize(
    "asked",
    [
        "ОДКБ",
        "одкб",
        "CSTO",
        "организация договора о коллективной безопасности",
        "Организацией Договора о коллективной безопасности",
        "Collective Security Treaty Organization",
        "СААД",
        "JLR<",
        "jlr,",
        "СЫЕЩ",
        "организацыя договора о коллективной безопасности",
        "организация договора о колективной безопастности",
    ],
)
async def test_a_topic_opens_under_every_name_of_its_thing(reader: Person, asked: str) -> None:
    shown = await reader.says(f"/topic {asked}")
    assert "ОДКБ · 1 новость" in shown.text
    assert [words for words, _ in shown.links] == [DEFENCE]


async def test_what_is_in_quotes_and_what_is_searched_for_stands_as_it_is(
    khabar: Khabar, lemmatiser: Lemmatiser, reader: Person
) -> None:
    await land(khabar, lemmatiser, "Штаб ОДКБ переехал", "Переезд занял день.")
    for asked in ("ОДКБ", "одкб"):
        assert [words for words, _ in (await reader.says(f"/search {asked}")).links] == ["Штаб ОДКБ переехал"]
    whole = "организация договора о коллективной безопасности"
    assert [words for words, _ in (await reader.says(f"/search {whole}")).links] == [DEFENCE]
    assert (await reader.says(f"/topic «{whole}» штаб")).links == ()
    shown = await reader.says(f"/topic {whole} штаб")
    assert [words for words, _ in shown.links] == ["Штаб ОДКБ переехал"]


async def test_whoever_asks_the_same_under_another_name_shares_the_topic(khabar: Khabar, reader: Person) -> None:
    await reader.says("/follow CSTO")
    await reader.says("/follow организация договора о коллективной безопасности")
    assert await khabar.follows(reader.number) == ["ОДКБ"]
    await reader.says("/follow Киргизия")
    await reader.says("/follow Kyrgyzstan")
    await reader.says("/follow Кыргызстаном")
    assert await khabar.follows(reader.number) == ["ОДКБ", "Киргизия"]


async def test_a_mistyped_question_says_what_was_understood_and_leads_back(reader: Person) -> None:
    shown = await reader.says("/topic JLR<")
    assert "JLR<" in shown.text
    await reader.presses(next(label for label in shown.labels if "JLR<" in label))
    assert (await reader.sees(label="🔔 Следить за темой")).links == ()


async def test_only_what_finds_nothing_is_understood_otherwise(
    khabar: Khabar, lemmatiser: Lemmatiser, reader: Person
) -> None:
    await land(khabar, lemmatiser, "В Согде растёт безопастность", "Так называется новый сорт абрикоса.")
    shown = await reader.says("/search безопастность")
    assert [words for words, _ in shown.links] == ["В Согде растёт безопастность"]
    found = await reader.says("/search абркиоса")
    assert "абрикоса" in found.text
    assert "ничего не нашлось" in (await reader.says("/search абрвгдеоса")).text


async def test_an_article_teaches_the_other_name(khabar: Khabar, lemmatiser: Lemmatiser, reader: Person) -> None:
    await reader.says("/follow СТД")
    await land(khabar, lemmatiser, WEAVERS, "Ярмарку открыл Союз ткачей долины. Ковры продали за час.")
    assert "новостей пока нет" in (await reader.says("/topic СТД")).text
    await land(khabar, lemmatiser, "Ярмарка закрыта", "Об этом сказали в Союзе ткачей долины (СТД).")
    shown = await reader.says("/topic СТД")
    assert [words for words, _ in shown.links] == ["Ярмарка закрыта", WEAVERS]
    await reader.says("/follow союз ткачей долины")
    assert await khabar.follows(reader.number) == ["СТД"]


async def test_an_admin_names_a_topic(
    khabar: Khabar, lemmatiser: Lemmatiser, database: Database, chief: Person, reader: Person
) -> None:
    await land(khabar, lemmatiser, WEAVERS, "Ярмарку открыли мастерицы Вахша.")
    shown = await chief.says("/alias ОДКБ = Пакт, мастерицы Вахша")
    assert "Запомнил: Пакт, мастерицы Вахша" in shown.text
    assert "• CSTO (из настроек)" in shown.text
    assert shown.labels == ("✖ Пакт", "✖ мастерицы Вахша")
    found = await reader.says("/topic мастериц Вахша")
    assert found.text.startswith("ОДКБ · 2 новости")
    async with database.transaction() as stores:
        await Archive(lemmatiser).name_topics(stores, TOPICS)  # as each start does
    assert (await reader.says("/topic пакта")).text.startswith("ОДКБ · 2 новости")
    await chief.presses("✖ мастерицы Вахша")
    assert "мастерицы" not in (await chief.sees(label="✖ Пакт")).text
    assert (await reader.says("/topic ОДКБ")).text.startswith("ОДКБ · 1 новость")


async def test_a_wrong_use_says_how(chief: Person) -> None:
    for wrong in ("/alias", "/alias = Пакт", "/alias ОДКБ = ,"):
        assert "Напишите /alias ОДКБ = CSTO" in (await chief.says(wrong)).text
    assert "ещё нет" in (await chief.says("/alias кенгуру")).text
    shown = await chief.says("/alias ОДКБ = одкб, …")
    assert "Не прибавил: одкб, …" in shown.text
    assert shown.labels == ()


async def test_the_names_of_topics_are_the_admins_business(khabar: Khabar, chief: Person, reader: Person) -> None:
    assert khabar
    assert chief
    assert "Такой команды я не знаю" in (await reader.says("/alias ОДКБ = Пакт")).text
    assert "/alias" in (await chief.says("/help")).text
    assert "/alias" not in (await reader.says("/help")).text
