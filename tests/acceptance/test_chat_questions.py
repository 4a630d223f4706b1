"""Questions: /topic, /search, plain words; what is not understood; silence in groups."""

from datetime import UTC, datetime

import pytest

from bot.topics.lemmas import Lemmatiser
from tests.acceptance.conftest import Khabar
from tests.acceptance.newsroom import DEFENCE, LATEST, Told, store_story
from tests.acceptance.person import LocalTelegram, Person


async def test_a_topic_finds_what_newspapers_spell_out_in_full(khabar: Khabar, reader: Person) -> None:
    shown = await reader.says("/topic ОДКБ")
    assert shown.text.startswith("ОДКБ · 1 новость")
    assert [words for words, _ in shown.links] == [DEFENCE]
    assert await reader.presses("🔔 Следить за темой") == "Подписка оформлена"
    assert (await reader.sees(label="🔕 Не следить")).number == shown.number
    assert await khabar.follows(reader.number) == ["ОДКБ"]
    assert await reader.presses("🔕 Не следить") == "Подписка снята"
    await reader.sees(label="🔔 Следить за темой")
    assert await khabar.follows(reader.number) == []


async def test_a_topic_is_known_in_any_form_and_language(reader: Person) -> None:
    assert (await reader.says("/topic Рогуна")).text.startswith("Рогун · 2 новости")
    found = await reader.says("/topic csto")
    assert found.text.startswith("ОДКБ")


async def test_a_topic_that_nobody_saved_is_searched_and_can_be_followed(khabar: Khabar, reader: Person) -> None:
    shown = await reader.says("/topic лавина")
    assert [words for words, _ in shown.links] == ["На перевале Анзоб сошла лавина"]
    assert await reader.presses("🔔 Следить за темой") == "Подписка оформлена"
    followed = await reader.sees("лавина · 1 новость", label="🔕 Не следить")
    assert followed.number == shown.number
    assert await khabar.follows(reader.number) == ["лавина"]


async def test_a_topic_without_news_says_so_and_offers_to_follow_and_near_topics(
    khabar: Khabar, reader: Person
) -> None:
    shown = await reader.says("/topic Рогун верблюды")
    assert "новостей пока нет" in shown.text
    assert shown.labels == ("🔔 Следить за темой", "Рогун · 2")
    await reader.presses("Рогун · 2")
    await reader.sees("Рогун · 2 новости")
    await reader.says("/topic верблюды")
    await reader.presses("🔔 Следить за темой")
    await reader.sees("новостей пока нет", label="🔕 Не следить")
    assert await khabar.follows(reader.number) == ["верблюды"]


async def test_search_takes_words_phrases_exclusions_and_sources(reader: Person) -> None:
    assert [words for words, _ in (await reader.says("/search рис")).links] == [LATEST]
    assert (await reader.says('/search "night train"')).text.startswith("Поиск: ")
    assert "ничего не нашлось" in (await reader.says('/search "train night"')).text
    assert "ничего не нашлось" in (await reader.says("/search рис -Баракат")).text
    found = await reader.says("/search source:payk Роғун")
    assert "ничего не нашлось" in found.text
    found = await reader.says("/search source:пайки Роғун")
    assert [words for words, _ in found.links] == ["Нерӯгоҳи Роғун барқи бештар медиҳад"]


@pytest.mark.parametrize("question", ["/search виноград", "/topic виноград", "виноград", "/topic Рогун"])
async def test_every_list_of_answers_turns_its_pages_in_place(
    khabar: Khabar, lemmatiser: Lemmatiser, reader: Person, question: str
) -> None:
    titles = [f"Виноград и Рогун, репортаж {number}" for number in range(7)]
    async with khabar.context.database.transaction() as stores:
        source = await stores.sources.get(1)
        for title in titles:
            await store_story(stores, lemmatiser, source, Told(title, ("Урожай собран.",), datetime.now(UTC)))
    first = await reader.says(question)
    assert [words for words, _ in first.links] == titles[:1:-1]
    await reader.presses("Старее ›")
    second = await reader.sees("страница 2", label="‹ Новее")
    assert (second.number, second.links[0][0], second.links[1][0]) == (first.number, titles[1], titles[0])


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ("/topic", "Напишите после команды"),
        ("/search", "Напишите после команды"),
        ("/search -рис", "Здесь только слова, которых быть не должно"),
        ("/search source:долина", "Здесь только условия: источник"),
        ("/search " + "рис " * 60, "Запрос слишком длинный"),
        ("…", "Напишите после команды"),
    ],
)
async def test_a_question_that_cannot_be_asked_is_explained(reader: Person, wrong: str, sentence: str) -> None:
    assert sentence in (await reader.says(wrong)).text


async def test_plain_words_are_a_search_or_the_topic_they_name(khabar: Khabar, reader: Person) -> None:
    assert [words for words, _ in (await reader.says("подорожал рис")).links] == [LATEST]
    await reader.presses("🔔 Следить за темой")
    await reader.sees(label="🔕 Не следить")
    assert await khabar.follows(reader.number) == ["подорожал рис"]
    assert (await reader.says("одкб")).text.startswith("ОДКБ · 1 новость")
    assert "ничего не нашлось" in (await reader.says("кенгуру")).text


async def test_what_is_not_understood_gets_a_helpful_answer(reader: Person) -> None:
    shown = await reader.says("/weather")
    assert "Такой команды я не знаю" in shown.text
    await reader.presses("Все команды")
    assert "Что я умею" in (await reader.sees("/latest — ")).text
    assert "Я понимаю только слова" in (await reader.says("", photo=True)).text


async def test_a_group_hears_nothing_but_answers_to_commands(telegram: LocalTelegram, reader: Person) -> None:
    group = await telegram.chat("supergroup", "Двор", reader, bot="administrator")
    for words in ("рис", "/weather", "/saved", "/topic@other_bot рис", "/delete"):
        await reader.writes(words, group)
    answer = await reader.says("/topic@khabar_demo_bot ОДКБ", group)
    assert answer.text.startswith("ОДКБ · 1 новость")
    assert [seen.number for seen in await telegram.messages(group) if seen.is_bots] == [answer.number]
