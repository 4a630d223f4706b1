"""A card and its buttons: what it speaks of opens below it, and the card stays as it is."""

from datetime import UTC, datetime

import pytest

from bot.delivery.results import Sent
from bot.delivery.sender import Sender
from bot.topics.lemmas import Lemmatiser
from storage.deliveries import Bundle, Plan
from storage.naming import EntityKind, NewEntity
from storage.pending import Memory
from tests.acceptance.conftest import Khabar
from tests.acceptance.newsroom import Told, store_story
from tests.acceptance.person import LocalTelegram, Person, Seen

MINISTER = NewEntity(EntityKind.PERSON, "Далер Джума", "далер джума")
ROGUN = NewEntity(EntityKind.PLACE, "Рогун", "рогун")
NUREK = NewEntity(EntityKind.PLACE, "Нурек", "нурек")
VISIT = "Далер Джума осмотрел плотину Рогуна"


@pytest.fixture
async def article_id(khabar: Khabar, lemmatiser: Lemmatiser, reader: Person) -> int:
    """News of a visit, after the reader had followed one of its words and somebody else another."""
    await reader.says("/follow плотина")
    other = await reader.telegram.person(500, "Сосед")
    await other.says("/follow Нурек")
    told = Told(VISIT, ("После он уехал в Нурек.",), datetime.now(UTC), (MINISTER, ROGUN, NUREK))
    async with khabar.context.database.transaction() as stores:
        story_id = await store_story(stores, lemmatiser, await stores.sources.get(1), told)
        return (await stores.stories.get_view(story_id)).article.id


async def sends_card(khabar: Khabar, telegram: LocalTelegram, chat_id: int, article_id: int) -> Seen:
    """A story comes as it does in delivery; the message as it stands then."""
    context = khabar.context
    chat = await khabar.chat(chat_id)
    async with context.database.snapshot() as stores:
        [views] = await stores.mailbox.get_views([Plan(chat, (article_id,), article_id)], Memory())
    message = context.composer.message(Bundle(chat, views, article_id), context.now())
    sent = await Sender(khabar.bot, context.pacer, context.clock).send(chat, message)
    assert isinstance(sent, Sent)
    return await stands(telegram, chat_id, sent.message_id)


async def stands(telegram: LocalTelegram, chat_id: int, number: int) -> Seen:
    """A message as it reads now."""
    [found] = [seen for seen in await telegram.messages(chat_id) if seen.number == number]
    return found


async def test_a_card_opens_the_topics_of_its_reader_and_then_what_it_speaks_of(
    telegram: LocalTelegram, khabar: Khabar, reader: Person, article_id: int
) -> None:
    card = await sends_card(khabar, telegram, reader.number, article_id)
    assert card.labels == ("📖 Читать", "🔖 Сохранить", "🏷 Рогун", "🏷 плотина", "👤 Далер Джума")
    await reader.presses("👤 Далер Джума")
    about = await reader.sees("Далер Джума")
    assert about.number > card.number
    assert [words for words, _ in about.links] == [VISIT]
    await reader.presses("🏷 Рогун")
    topic = await reader.sees("Рогун · 3 новости", label="🔔 Следить за темой")
    assert topic.number > about.number
    assert topic.links[0][0] == VISIT
    assert await stands(telegram, reader.number, card.number) == card


async def test_saving_a_card_leaves_its_other_buttons(
    telegram: LocalTelegram, khabar: Khabar, reader: Person, article_id: int
) -> None:
    card = await sends_card(khabar, telegram, reader.number, article_id)
    await reader.presses("🔖 Сохранить")
    saved = await reader.sees(label="✅ Сохранено")
    assert saved.labels == ("📖 Читать", "✅ Сохранено", *card.labels[2:])
    await reader.presses("✅ Сохранено")
    assert (await reader.sees(label="🔖 Сохранить")).labels == card.labels


async def test_a_neighbour_sees_nothing_of_what_others_follow(
    telegram: LocalTelegram, khabar: Khabar, article_id: int
) -> None:
    card = await sends_card(khabar, telegram, 500, article_id)
    assert card.labels[2:] == ("🏷 Рогун", "🏷 Нурек", "👤 Далер Джума")


async def test_a_card_in_a_group_has_no_buttons(
    telegram: LocalTelegram, khabar: Khabar, reader: Person, article_id: int
) -> None:
    group = await telegram.chat("supergroup", "Двор", reader, bot="administrator")
    await reader.says("/follow Рогун", group)
    assert (await sends_card(khabar, telegram, group, article_id)).labels == ()
