"""What one reader asked for is nobody else's business, and stands in nobody else's way."""

from collections.abc import Callable
from typing import Any

import pytest

from storage.pasts import PastStore
from storage.records import Chat, ChatKind
from storage.search import SearchStore
from tests.acceptance.conftest import CHIEF, Khabar
from tests.acceptance.newsroom import DEFENCE, LATEST
from tests.acceptance.person import LocalTelegram, Person, Seen

DAM = "Рогун пустил третий агрегат"


@pytest.fixture
async def other(telegram: LocalTelegram, reader: Person) -> Person:
    """Somebody else whose Telegram speaks Russian."""
    assert reader
    return await telegram.person(78, "Сосед")


def titles(shown: Seen) -> list[str]:
    return [words for words, _ in shown.links]


async def test_follow_says_what_it_understood_and_leads_back_to_the_very_words(khabar: Khabar, reader: Person) -> None:
    answer = await reader.says("/follow JLR<")
    assert "Вы искали «JLR<», слежу за «ОДКБ»" in answer.text
    assert await khabar.follows(reader.number) == ["ОДКБ"]
    await reader.presses("🔔 Следить именно за «JLR<»")
    assert (await reader.sees("Слежу за темой «JLR»")).number == answer.number
    assert await khabar.follows(reader.number) == ["JLR"]
    assert "Слежу за темой «JLR»" in (await reader.says("/follow JLR<")).text


async def test_what_was_followed_before_is_kept_beside_the_very_words(khabar: Khabar, reader: Person) -> None:
    await reader.says("/follow ОДКБ")
    await reader.says("/follow JLR<")
    await reader.presses("🔔 Следить именно за «JLR<»")
    await reader.sees("Слежу за темой «JLR»")
    assert await khabar.follows(reader.number) == ["ОДКБ", "JLR"]


async def test_a_typo_is_followed_and_dropped_as_it_was_meant(khabar: Khabar, reader: Person) -> None:
    assert "Вы искали «абркиос», слежу за «абрикос»" in (await reader.says("/follow абркиос")).text
    assert await khabar.follows(reader.number) == ["абрикос"]
    await reader.says("/follow ОДКБ")
    assert "Вы искали «JLR<». Больше не слежу за темой «ОДКБ»" in (await reader.says("/unfollow JLR<")).text
    assert "Больше не слежу за темой «абрикос»" in (await reader.says("/unfollow абркиос")).text
    assert await khabar.follows(reader.number) == []


async def test_what_somebody_follows_by_mistake_is_understood_for_all_others(
    khabar: Khabar, reader: Person, other: Person
) -> None:
    await other.says("/follow JLR<")
    await other.presses("🔔 Следить именно за «JLR<»")
    await other.sees("Слежу за темой «JLR»")
    await khabar.finds_pasts()
    shown = await reader.says("/topic JLR<")
    assert "ОДКБ · 1 новость" in shown.text
    assert titles(shown) == [DEFENCE]
    own = await other.says("/topic JLR<")
    assert (own.labels, titles(own)) == (("🔕 Не следить",), [])


async def test_a_topic_of_one_reader_hides_no_topic_of_the_settings(
    khabar: Khabar, reader: Person, other: Person
) -> None:
    async with khabar.context.database.transaction() as stores:
        topic = await stores.topics.add("Рогуна", "рогуна")  # the other reading of the word, as somebody once had it
        await stores.chats.add(Chat(other.number, ChatKind.PRIVATE, "Сосед"))
        await stores.chats.follow(other.number, topic_id=topic.id)
    assert (await reader.says("/topic Рогуна")).text.startswith("Рогун · 2 новости")
    await reader.says("/follow Рогуна")
    assert await khabar.follows(reader.number) == ["Рогун"]


async def test_a_topic_has_the_words_that_were_written_and_nothing_else(khabar: Khabar, reader: Person) -> None:
    await reader.says("/follow 🖕 Музей 🖕")
    await reader.says('/follow !!! "ночной поезд" | Лавина…')
    assert await khabar.follows(reader.number) == ["Музей", '"ночной поезд" | Лавина']


async def test_another_readers_topic_looks_like_no_topic_at_all(khabar: Khabar, reader: Person, other: Person) -> None:
    unknown = await reader.says("/topic Музеи")
    assert unknown.labels[-1] == "🔔 Следить за темой"
    await other.says("/follow музЕЙ")
    await khabar.finds_pasts()
    again = await reader.says("/topic Музеи")
    assert (again.text, again.labels, again.links) == (unknown.text, unknown.labels, unknown.links)
    assert "музЕЙ" not in again.text
    own = await other.says("/topic Музеи")
    assert own.text.startswith("музЕЙ · 1 новость")
    await other.presses("🔕 Не следить")
    assert "· 1" not in (await other.sees(label="🔔 Следить за темой")).text


async def test_a_question_in_quotes_is_read_in_the_other_layout(reader: Person) -> None:
    for typed in ('"hjuey gecnbk"', "«hjuey gecnbk»", '"Hjuey gecnbk" -bcrfnm', '"gecnbk hjuey"'):
        assert titles(await reader.says(f"/topic {typed}")) == [DAM], typed


async def test_whatever_follows_a_topic_searches_beside_all_writing(
    telegram: LocalTelegram, khabar: Khabar, reader: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Connections that can write are one: who searches there keeps everybody else from writing."""
    on_reader: list[bool] = []

    def told(search: Callable[..., Any]) -> Callable[..., Any]:
        async def run(store: Any, *args: Any, **more: Any) -> Any:
            on_reader.append((await store._connection.exec_driver_sql("PRAGMA query_only")).scalar() == 1)
            return await search(store, *args, **more)

        return run

    await reader.says("/help")
    for store, name in ((SearchStore, "find"), (SearchStore, "find_ids"), (PastStore, "find")):
        monkeypatch.setattr(store, name, told(getattr(store, name)))
    chief = await telegram.person(CHIEF, "Главный")
    await chief.says("/alias ОДКБ = Пакт")
    await reader.says('/follow "на рынке"')
    await reader.says("/unfollow на рынке")
    await reader.says("/follow JLR<")
    await reader.presses("🔔 Следить именно за «JLR<»")
    await reader.sees("Слежу за темой «JLR»")
    assert titles(await reader.says("/topic рис")) == [LATEST]
    await reader.presses("🔔 Следить за темой")
    await reader.sees(label="🔕 Не следить")
    await reader.presses("🔕 Не следить")
    await reader.sees(label="🔔 Следить за темой")
    await reader.says("/start topic_1")
    await khabar.finds_pasts()
    assert len(on_reader) > 10
    assert all(on_reader)


@pytest.mark.parametrize(
    ("wrong", "examples"),
    [
        ("/topic -вода", {"/topic"}),
        ("/search -вода", {"/search"}),
        ("/follow -вода", {"/follow"}),
        ("/unfollow -", {"/unfollow"}),
        ("!!!", set()),
    ],
)
async def test_examples_are_of_the_command_that_was_used(reader: Person, wrong: str, examples: set[str]) -> None:
    shown = await reader.says(wrong)
    assert "Например:" in shown.text
    assert {word for word in shown.text.split() if word.startswith("/")} == examples


async def test_the_examples_of_the_admins_command_are_its_own(telegram: LocalTelegram, khabar: Khabar) -> None:
    assert khabar
    chief = await telegram.person(CHIEF, "Главный")
    assert "Например: /alias" in (await chief.says("/alias -ОДКБ")).text
