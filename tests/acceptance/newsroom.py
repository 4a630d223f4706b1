"""A small archive of our own news, stored as the pipeline stores them: three languages, three sources, two topics."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.archive import Archive
from bot.stories.fingerprint import fingerprint
from bot.topics.annotate import annotate
from bot.topics.lemmas import Lemmatiser
from bot.topics.match import TopicIndex
from bot.topics.query import Facts
from storage.database import Database
from storage.naming import NewEntity
from storage.records import Block, BlockKind, NewArticle, NewSource, Source
from storage.stores import Stores

VALLEY = NewSource("https://valley.example/rss", "Вестник долины", language="ru")
PAYK = NewSource("https://payk.example/feed", "Пайки рӯз", language="tg")
GAZETTE = NewSource("https://gazette.example/atom", "Pamir Gazette", language="en")

# In settings: a short name, and what newspapers spell out in full.
TOPICS = (
    ("ОДКБ", ("CSTO", "Организация Договора о коллективной безопасности")),
    ("Рогун", ("Роғун",)),
)

# The oldest first: source, title, body. The first paragraph is the lead.
NEWS: tuple[tuple[NewSource, str, tuple[str, ...]], ...] = (
    (VALLEY, "В Курган-Тюбе открыли ткацкий цех", ("Цех даст работу ста двадцати женщинам района.",)),
    (VALLEY, "На перевале Анзоб сошла лавина", ("Дорогу расчистили за шесть часов, пострадавших нет.",)),
    (GAZETTE, "Khorog botanical garden counts its apricots", ("Volunteers found forty two kinds of apricot.",)),
    (VALLEY, "Рыбоводы Кайраккума выпустили мальков", ("В водохранилище ушло двести тысяч мальков сазана.",)),
    (PAYK, "Дар Кӯлоб мактаби нав сохта шуд", ("Дар мактаби нав ҳазору дусад хонанда таҳсил мекунад.",)),
    (VALLEY, "Рогун пустил третий агрегат", ("Мощность станции выросла на шестьсот мегаватт.",)),
    (VALLEY, "Садоводы Согда ждут поздних заморозков", ("Абрикос уже зацвёл, и ночи решат урожай.",)),
    (PAYK, "Нерӯгоҳи Роғун барқи бештар медиҳад", ("Сатҳи оби обанбор боло рафт.",)),
    (GAZETTE, "Night train returns to the valley", ("The sleeper runs three times a week from December.",)),
    (VALLEY, "Музей древностей показал клад из Пенджикента", ("Двести монет пролежали в стене тринадцать веков.",)),
    (
        VALLEY,
        "Министры обороны соберутся в Душанбе",
        (
            "Встреча пройдёт в четверг.",
            "На повестке учения Организации Договора о коллективной безопасности в горах.",
            "Журналистов пустят только на открытие.",
        ),
    ),
    (VALLEY, "На рынке Баракат подорожал рис", ("Килограмм девзиры прибавил два сомони.",)),
)
LATEST = "На рынке Баракат подорожал рис"
DEFENCE = "Министры обороны соберутся в Душанбе"


async def store_news(database: Database, lemmatiser: Lemmatiser, now: datetime) -> dict[str, int]:
    """Store topics, sources and news, a quarter of an hour between them; story ids by title."""
    async with database.transaction() as stores:
        await Archive(lemmatiser).name_topics(stores, TOPICS)
        sources = {new.name: await stores.sources.add(new) for new in (VALLEY, PAYK, GAZETTE)}
        first = now - timedelta(minutes=15 * len(NEWS))
        stories = {}
        for number, (new, title, body) in enumerate(NEWS):
            at = first + timedelta(minutes=15 * number)
            stories[title] = await store_story(stores, lemmatiser, sources[new.name], Told(title, body, at))
        return stories


@dataclass(frozen=True, slots=True)
class Told:
    """A story to store: the first paragraph of the body is its lead."""

    title: str
    body: tuple[str, ...]
    at: datetime
    entities: tuple[NewEntity, ...] = ()


async def store_story(stores: Stores, lemmatiser: Lemmatiser, source: Source, told: Told) -> int:
    """One article as a story of its own, attached to its topics; chats that follow become due. The story's id."""
    title, body, at = told.title, told.body, told.at
    language = source.language or "ru"
    blocks = tuple(Block(BlockKind.PARAGRAPH, text) for text in body)
    annotation = annotate(title, body[0], blocks, language, lemmatiser)
    known = (await stores.articles.count()).articles
    new = NewArticle(
        source_id=source.id,
        identity=f"{source.name}-{known + 1}",
        url=f"{source.url.rsplit('/', 1)[0]}/{known + 1}",
        title=title,
        lead=body[0],
        body=blocks,
        language=language,
        published_at=at,
        lemmas=annotation.reading.body_terms,
        title_lemmas=annotation.reading.title_terms,
        fingerprint=fingerprint(title, "\n".join(body)),
        feed_hash=f"hash-{known + 1}",
        entities=told.entities,
    )
    story_id = await stores.stories.open(at)
    article_id = await stores.articles.add(new, story_id, at, is_pushed=True)
    await stores.stories.grow(story_id, article_id, at)
    index = TopicIndex(lemmatiser)
    for topic in await stores.topics.get_all():
        index.add(topic)
    await stores.topics.attach(article_id, index.match(annotation.reading, Facts(source.name, language, at)))
    await stores.waves.open(article_id, at)
    return story_id
