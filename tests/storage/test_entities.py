"""Whom and what articles speak of is known once, and counted by the articles that stand."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from storage.database import Database
from storage.errors import NotFound
from storage.naming import Entity, EntityKind, Mention, NewEntity
from storage.stores import Stores
from storage.tables import entity_day
from tests.storage.conftest import NOW
from tests.storage.samples import AGENCY, new_article, store

MAYOR = NewEntity(EntityKind.PERSON, "Саида Назарова", "назаров саида")
TOWN = NewEntity(EntityKind.PLACE, "Норак", "норак")
PLANT = NewEntity(EntityKind.ORGANISATION, "Барки Точик", "барка точик")
TODAY = NOW.date()


async def days(database: Database, entity_id: int) -> dict[date, int]:
    """How many articles of each day speak of it."""
    query = sa.select(entity_day.c.day, entity_day.c.articles).where(entity_day.c.entity_id == entity_id)
    async with database.writer.connect() as connection:
        return {row.day: row.articles for row in await connection.execute(query)}


async def count(stores: Stores, *entities: Entity) -> list[int]:
    return [mention.articles for mention in await stores.entities.get_many([one.id for one in entities])]


async def test_an_entity_is_known_once_by_its_key_and_counted_by_day(database: Database) -> None:
    async with database.transaction() as stores:
        mayor, town = await stores.entities.keep([MAYOR, TOWN], TODAY)
        assert (mayor.kind, mayor.name, town.name) == (EntityKind.PERSON, "Саида Назарова", "Норак")
        again = NewEntity(EntityKind.PERSON, "Саида НАЗАРОВА", MAYOR.key)
        plant, same = await stores.entities.keep([PLANT, again, again], TODAY - timedelta(days=1))
        assert same == mayor
        assert await stores.entities.keep([], TODAY) == []
    async with database.snapshot() as stores:
        mentions = await stores.entities.get_many([plant.id, 404, mayor.id, town.id])
        assert mentions == [Mention(plant, 1), Mention(mayor, 2), Mention(town, 1)]
        assert await stores.entities.get(town.id) == town
        assert await stores.entities.get_by_key(TOWN.key) == town
        assert await stores.entities.get_by_key("нет") is None
        with pytest.raises(NotFound):
            await stores.entities.get(404)
    assert await days(database, mayor.id) == {TODAY: 1, TODAY - timedelta(days=1): 1}


async def test_an_article_keeps_its_entities_and_a_revision_replaces_them_without_counting_twice(
    database: Database,
) -> None:
    async with database.transaction() as stores:
        source = await stores.sources.add(AGENCY)
        first = await store(stores, new_article(1, source.id, entities=(MAYOR, TOWN)))
        await store(stores, new_article(2, source.id, entities=(TOWN,)))
        mayor, town = (await stores.articles.get(first)).entities
        assert (mayor.name, town.name) == ("Саида Назарова", "Норак")
        assert await count(stores, mayor, town) == [1, 2]
    async with database.transaction() as stores:
        await stores.articles.revise(first, new_article(1, source.id, entities=(TOWN, PLANT)), NOW)
        kept = (await stores.articles.get(first)).entities
        assert [one.name for one in kept] == ["Норак", "Барки Точик"]
        assert kept[0] == town
        assert await count(stores, mayor, town, kept[1]) == [0, 2, 1]
    assert await days(database, mayor.id) == {}
    assert await days(database, town.id) == {TODAY: 2}


async def test_a_revision_keeps_the_first_date_and_its_day(database: Database) -> None:
    async with database.transaction() as stores:
        source = await stores.sources.add(AGENCY)
        one = await store(stores, new_article(1, source.id, entities=(TOWN,)))
        earlier = NOW - timedelta(days=2)
        await stores.articles.revise(one, new_article(1, source.id, entities=(TOWN,), published_at=earlier), NOW)
        (town,) = (await stores.articles.get(one)).entities
        assert (await stores.articles.get(one)).published_at == new_article(1, source.id).published_at
    assert await days(database, town.id) == {TODAY: 1}


async def test_a_withdrawn_article_speaks_of_nobody_once(database: Database) -> None:
    async with database.transaction() as stores:
        source = await stores.sources.add(AGENCY)
        first = await store(stores, new_article(1, source.id, entities=(MAYOR, TOWN)))
        await store(stores, new_article(2, source.id, entities=(TOWN,)))
        mayor, town = (await stores.articles.get(first)).entities
        for _ in range(2):
            await stores.articles.withdraw(first, NOW)
        await stores.articles.revise(first, new_article(1, source.id, entities=(MAYOR,)), NOW)
        assert await count(stores, mayor, town) == [0, 1]


async def test_near_are_those_that_most_of_the_articles_speak_of(database: Database) -> None:
    async with database.transaction() as stores:
        source = await stores.sources.add(AGENCY)
        ids = [
            await store(stores, new_article(number, source.id, entities=entities))
            for number, entities in enumerate([(MAYOR,), (PLANT, TOWN), (TOWN,)])
        ]
        near = await stores.entities.find_near(ids, limit=2)
        assert [(mention.entity.name, mention.articles) for mention in near] == [("Норак", 2), ("Саида Назарова", 1)]
        assert await stores.entities.find_near([], limit=2) == []
