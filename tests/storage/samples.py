"""Articles to store, short and our own."""

from datetime import timedelta

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
    }
    return NewArticle(**(values | changes))  # type: ignore[arg-type]  # the dict above has each field's type


async def store(stores: Stores, new: NewArticle, *, story_id: int | None = None, is_pushed: bool = True) -> int:
    """What the pipeline does with a new article, without its topics."""
    story = await stores.stories.open(NOW) if story_id is None else story_id
    article_id = await stores.articles.add(new, story, NOW, is_pushed=is_pushed)
    await stores.stories.grow(story, article_id, NOW)
    return article_id
