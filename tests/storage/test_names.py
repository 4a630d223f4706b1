"""Names that articles told are counted, and given for either of the two; topics are found by every name of theirs."""

import pytest

from storage.database import Database
from storage.naming import Alias, AliasOrigin, NamePair
from storage.stores import Stores
from tests.storage.samples import AGENCY, new_article, store


def told(short: str, long: str, weight: int = 1) -> NamePair:
    return NamePair(short, long, short.lower(), long.lower(), weight)


WEAVERS, TRAIN, SIEVE = told("СТД", "Союз ткачей"), told("СТД", "Состав ночной"), told("СТД", "Сито")


async def learn(stores: Stores, pair: NamePair, times: int) -> None:
    for _ in range(times):
        await stores.names.learn([pair])


async def test_a_pair_counts_after_two_articles_or_one_that_leaves_no_doubt(database: Database) -> None:
    async with database.transaction() as stores:
        assert await stores.names.learn([WEAVERS, WEAVERS]) == frozenset()
        assert await stores.names.get(["стд"]) == {}
        assert await stores.names.learn([WEAVERS]) == {"стд", "союз ткачей"}
        assert await stores.names.learn([WEAVERS]) == frozenset()
        assert await stores.names.learn([told("СТД", "Состав ночной", 2), SIEVE]) == {"стд", "состав ночной"}
        assert await stores.names.learn([]) == frozenset()


async def test_both_names_lead_to_the_other(database: Database) -> None:
    async with database.transaction() as stores:
        await learn(stores, WEAVERS, 2)
        assert await stores.names.get(["стд", "союз ткачей", "рис"]) == {
            "стд": ("Союз ткачей",),
            "союз ткачей": ("СТД",),
        }
        assert await stores.names.get([]) == {}


async def test_what_is_told_less_than_a_third_as_often_is_left_out(database: Database) -> None:
    async with database.transaction() as stores:
        await learn(stores, WEAVERS, 6)
        await learn(stores, TRAIN, 2)
        await learn(stores, SIEVE, 1)
        assert await stores.names.get(["стд"]) == {"стд": ("Союз ткачей", "Состав ночной")}
        assert await stores.names.get(["сито"]) == {}
        assert await stores.names.get(["состав ночной", "союз ткачей"]) == {
            "состав ночной": ("СТД",),
            "союз ткачей": ("СТД",),
        }
        await learn(stores, SIEVE, 1)
        assert await stores.names.get(["сито"]) == {"сито": ("СТД",)}


async def test_a_topic_is_found_by_its_key_and_by_its_aliases(database: Database) -> None:
    async with database.transaction() as stores:
        first = await stores.topics.add("ткачи", "ткач")
        named = await stores.topics.name_from_settings("СТД", "стд", [Alias("Союз ткачей", "союз ткач")])
        assert await stores.topics.find((), ["союз ткач"]) == [named]
        assert await stores.topics.find(["союз ткач"], ["стд"]) == []
        assert await stores.topics.find(["стд", "ткач", "рис"], ()) == [first, named]
        assert await stores.topics.find((), ()) == []


async def test_admins_names_outlive_what_settings_say(database: Database) -> None:
    async with database.transaction() as stores:
        settings = [Alias("Союз ткачей", "союз ткач")]
        named = await stores.topics.name_from_settings("СТД", "стд", settings)
        given = Alias("Weavers", "weaver", AliasOrigin.ADMIN)
        assert await stores.topics.add_alias(named.id, given)
        assert not await stores.topics.add_alias(named.id, given)
        assert not await stores.topics.add_alias(named.id, Alias("союзу ткачей", "союз ткач", AliasOrigin.ADMIN))
        assert await stores.topics.get_aliases(named.id) == [*settings, given]
        again = await stores.topics.name_from_settings("СТД", "стд", [])
        assert again.aliases == ("Weavers",)
        await stores.topics.keep_settings([])
        left = await stores.topics.get(named.id)
        assert (left.aliases, left.from_settings) == (("Weavers",), False)
        assert not await stores.topics.remove_alias(named.id, "Союз ткачей")
        assert await stores.topics.remove_alias(named.id, "Weavers")
        assert await stores.topics.get_aliases(named.id) == []


async def test_settings_names_are_nobodys_to_take_off(database: Database) -> None:
    async with database.transaction() as stores:
        named = await stores.topics.name_from_settings("СТД", "стд", [Alias("Союз ткачей", "союз ткач")])
        assert not await stores.topics.remove_alias(named.id, "Союз ткачей")
        assert (await stores.topics.get(named.id)).aliases == ("Союз ткачей",)


async def test_only_a_change_of_its_names_makes_a_topic_stale(database: Database) -> None:
    async with database.transaction() as stores:

        async def is_stale() -> bool:
            stale = bool(await stores.topics.get_stale())
            await stores.topics.keep_terms(topic.id, b"made")
            return stale

        settings = [Alias("Союз ткачей", "союз ткач")]
        topic = await stores.topics.name_from_settings("СТД", "стд", settings)
        assert await is_stale()
        await stores.topics.name_from_settings("СТД", "стд", settings)
        assert not await is_stale()
        await stores.topics.name_from_settings("СТД", "стд", [])
        assert await is_stale()
        await stores.topics.add_alias(topic.id, Alias("Weavers", "weaver", AliasOrigin.ADMIN))
        assert await is_stale()
        await stores.topics.remove_alias(topic.id, "Weavers")
        assert await is_stale()
        await stores.topics.keep_settings(["стд"])
        assert not await is_stale()


@pytest.mark.parametrize("unsafe", ['"', "a OR b", "рис*", "§source1"])
async def test_words_are_counted_as_the_index_has_them(database: Database, unsafe: str) -> None:
    async with database.transaction() as stores:
        source = await stores.sources.add(AGENCY)
        for number in range(3):
            await store(stores, new_article(number, source.id, title_lemmas="рис", lemmas="рис вода"))
        assert await stores.names.count_words(["рис", "вода", "соль", unsafe]) == {"рис": 3, "вода": 3}
        assert await stores.names.count_words([unsafe]) == {}


def person(whole: str) -> list[NamePair]:
    """What an article that speaks of somebody tells of their names."""
    first, last = whole.split()
    return [NamePair(one, whole, one.lower(), " ".join(sorted(whole.lower().split()))) for one in (first, last)]


async def test_a_last_name_alone_means_somebody_where_hardly_anybody_else_has_it(database: Database) -> None:
    async with database.transaction() as stores:
        for _ in range(8):
            assert await stores.names.learn(person("Зарина Ткачёва")) == frozenset()
        for whole in ("Бахром Ткачёва", "Бахром Садовод", "Бахром Садовод", "Рустам Бахром"):
            await stores.names.learn(person(whole))
        assert await stores.names.get(["зарина ткачёва"]) == {"зарина ткачёва": ("Ткачёва",)}
        assert await stores.names.get(["бахром ткачёва", "бахром рустам"]) == {}
        assert await stores.names.get(["бахром садовод"]) == {"бахром садовод": ("Садовод",)}
        assert await stores.names.get(["ткачёва", "зарина"]) == {}


@pytest.mark.parametrize("other", ["Рахима Зарина Ткачёва", "Зарина Рахима Ткачёва"])
async def test_who_is_told_by_more_names_or_fewer_is_nobody_else(database: Database, other: str) -> None:
    async with database.transaction() as stores:
        for whole in ("Зарина Ткачёва", other):
            key = " ".join(sorted(whole.lower().split()))
            await stores.names.learn([NamePair("Ткачёва", whole, "ткачёва", key)])
        assert await stores.names.get(["зарина ткачёва"]) == {"зарина ткачёва": ("Ткачёва",)}
        for _ in range(2):
            await stores.names.learn(person("Рахима Ткачёва"))
        assert await stores.names.get(["рахима ткачёва"]) == {}


async def test_people_crowd_out_no_abbreviation(database: Database) -> None:
    async with database.transaction() as stores:
        await stores.names.learn([NamePair("АН", "Академия наук", "ан", "академия наука", weight=2)])
        for _ in range(9):
            await stores.names.learn([NamePair("Ан", "Виктор Ан", "ан", "ан виктор")])
        assert await stores.names.get(["ан"]) == {"ан": ("Академия наук",)}
