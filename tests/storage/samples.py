"""Articles to store, short and our own."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from storage.asking import Candidates, Clause
from storage.deliveries import Claim, Plan
from storage.pending import Memory
from storage.records import Block, BlockKind, Chat, ChatKind, ChatState, NewArticle, NewSource
from storage.stores import Stores
from tests.storage.conftest import NOW

READER = Chat(id=1001, kind=ChatKind.PRIVATE, title="Читатель", state=ChatState.ACTIVE)
CHANNEL = Chat(id=-1001234567890, kind=ChatKind.CHANNEL, title="Канал", state=ChatState.ACTIVE)
AGENCY = NewSource("https://agency.example/rss", "Агентство")


def new_article(number: int, source_id: int, **changes: object) -> NewArticle:
    """The article of this number; `changes` replace fields."""
    values: dict[str, object] = {
        "source_id": source_id,
        "identity": f"guid-{number}",
        "url": f"https://agency.example/{number}",
        "title": f"Новость {number}",
        "lead": "Коротко о главном.",
        "body": (Block(BlockKind.PARAGRAPH, "Подробности в тексте."),),
        "language": "ru",
        "published_at": NOW - timedelta(minutes=number),
        "lemmas": f"новость {number} подробность текст",
        "fingerprint": f"print-{number}",
        "feed_hash": f"hash-{number}",
        "page_key": f"agency.example/{number}",
    }
    return NewArticle(**(values | changes))  # type: ignore[arg-type]  # the dict above has each field's type


async def store(
    stores: Stores,
    new: NewArticle,
    *,
    story_id: int | None = None,
    is_pushed: bool = True,
    is_turn: bool = False,
    at: datetime = NOW,
) -> int:
    """What the pipeline does with an article that arrives then, without its topics."""
    story = await stores.stories.open(at) if story_id is None else story_id
    article_id = await stores.articles.add(new, story, at, is_pushed=is_pushed, is_turn=is_turn)
    await stores.stories.grow(story, article_id, at)
    return article_id


async def follow_everything(stores: Stores, chat: Chat) -> int:
    """The chat follows everything from here on; the id of the source that news come from."""
    source = await stores.sources.add(AGENCY)
    await stores.chats.add(chat)
    await stores.chats.follow(chat.id)
    return source.id


async def pending(stores: Stores, chat_id: int, position: int | None = None) -> list[int]:
    """Articles that wait for a chat, as if its position were this one."""
    chat = await stores.chats.get(chat_id)
    asks = [chat if position is None else replace(chat, position=position)]
    [found] = await stores.mailbox.get_pending(asks, Memory(), NOW)
    return [story.article_id for story in found.stories]


async def claim_all(stores: Stores, chat_id: int) -> Claim:
    """All that waits for a chat, as one message that is about to be sent."""
    [found] = await stores.mailbox.get_pending([await stores.chats.get(chat_id)], Memory(), NOW)
    plan = Plan(found.chat, tuple(story.article_id for story in found.stories), found.until)
    [claim] = await stores.mailbox.claim([plan], NOW)
    return claim


async def settle(stores: Stores, claim: Claim, due_at: datetime | None = None) -> None:
    """The message stands."""
    landed = await stores.mailbox.land([claim])
    await stores.mailbox.settle_done([(chat, claim, due_at, 0) for chat in landed.values()])


async def sweep(stores: Stores) -> list[int]:
    """Chats that all open waves still come to; the waves are over then."""
    reached = []
    while (wave := await stores.waves.get_next()) is not None:
        swept = await stores.waves.sweep(wave, 1_000)
        reached += [chat.id for chat in swept.chats]
        await stores.waves.move(swept.wave, is_over=swept.is_over)
    return reached


def asking(*alternatives: Sequence[str | set[str]]) -> Candidates:
    """A question of single words: any of the alternatives, all words of it; a set is one word by any of its keys."""
    return Candidates(tuple(tuple(Clause(((_keys(word),),)) for word in words) for words in alternatives))


def _keys(word: str | set[str]) -> frozenset[str]:
    return frozenset({word} if isinstance(word, str) else word)
