"""Articles, stories, topics, sources and the search index on a real file."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from storage.addresses import page_key
from storage.database import Database
from storage.errors import DatabaseUnavailable, NotFound
from storage.naming import Alias
from storage.pasts import Past
from storage.records import (
    Alert,
    AlertKind,
    Asked,
    Block,
    BlockKind,
    HubState,
    Passed,
    Rhythm,
    SourceCheck,
    SourceHealth,
    SourceKind,
    StandIn,
    Subscription,
)
from tests.storage.conftest import NOW
from tests.storage.samples import AGENCY, asking, new_article, store


async def test_an_article_comes_back_as_it_was_stored(database: Database) -> None:
    body = (
        Block(BlockKind.HEADING, "Подробности", level=2),
        Block(BlockKind.IMAGE, "Плотина утром", url="https://agency.example/1.jpg"),
        Block(BlockKind.QUOTE, "Мы готовы."),
    )
    async with database.transaction() as stores:
        source = await stores.sources.add(AGENCY)
        new = new_article(1, source.id, body=body, tags=("энергетика",), image="https://agency.example/1.jpg")
        article_id = await store(stores, new)
    async with database.snapshot() as stores:
        article = await stores.articles.get(article_id)
    assert (article.body, article.tags, article.source_name) == (body, ("энергетика",), "Агентство")
    assert article.published_at == NOW - timedelta(minutes=1)
    assert article.published_at.tzinfo is not None
    with pytest.raises(NotFound, match="article 999"):
        async with database.snapshot() as stores:
            await stores.articles.get(999)


async def test_a_date_without_a_zone_is_refused(database: Database) -> None:
    async with database.transaction() as stores:
        source = await stores.sources.add(AGENCY)
        with pytest.raises(Exception, match="without a zone"):
            await store(stores, new_article(1, source.id, published_at=datetime(2026, 11, 22)))  # noqa: DTZ001 — that is the point


async def test_a_changed_article_is_a_new_revision_of_the_same_one(database: Database) -> None:
    async with database.transaction() as stores:
        source = await stores.sources.add(AGENCY)
        article_id = await store(stores, new_article(1, source.id))
        changed = new_article(1, source.id, title="Иначе", lemmas="иначе", feed_hash="new")
        assert await stores.articles.revise(article_id, changed, NOW)
        article = await stores.articles.get(article_id)
        assert (article.title, article.revision) == ("Иначе", 2)
        known = await stores.articles.get_known(source.id, [Asked("guid-1"), Asked("guid-2")])
        assert {identity: one.feed_hash for identity, one in known.items()} == {"guid-1": "new"}
        assert (await stores.search.find(asking(["новость"]))).stories == ()
        assert [view.article.id for view in (await stores.search.find(asking(["иначе"]))).stories] == [article_id]


async def test_an_article_under_a_new_identity_is_known_by_its_address(database: Database) -> None:
    async with database.transaction() as stores:
        source = await stores.sources.add(AGENCY)
        article_id = await store(stores, new_article(1, source.id))
        asked = [
            Asked("new-guid", page_key("http://www.agency.example/1/amp")),
            Asked("moved", page_key("https://agency.example/2026/1"), "hash-1"),
            Asked("other", page_key("https://x.example/"), "hash-2"),
        ]
        known = await stores.articles.get_known(source.id, asked)
        assert {identity: one.id for identity, one in known.items()} == {"new-guid": article_id, "moved": article_id}


async def test_what_nothing_else_names_is_known_by_its_moment(database: Database) -> None:
    async with database.transaction() as stores:
        source = await stores.sources.add(AGENCY)
        first, second = new_article(1, source.id), new_article(2, source.id)
        assert first.published_at != second.published_at
        await store(stores, second)
        article_id = await store(stores, first)
        of_moment = Asked("https://agency.example/corrected", published_at=first.published_at)
        known = await stores.articles.get_known(source.id, [of_moment])
        assert {identity: one.id for identity, one in known.items()} == {first.identity: article_id}
        named = Asked(second.identity, published_at=first.published_at)
        assert set(await stores.articles.get_known(source.id, [named])) == {second.identity}


async def test_the_past_stands_below_the_news_of_the_day(database: Database) -> None:
    async with database.transaction() as stores:
        source = await stores.sources.add(AGENCY)
        live = await store(stores, new_article(1, source.id))
        past: dict[int, int] = {}
        for minutes in (3, 9, 5, 5, 4):  # an earlier import, a later one, two of one second
            story_id = await stores.stories.open(NOW)
            new = new_article(len(past) + 10, source.id, published_at=NOW - timedelta(minutes=minutes))
            number = await stores.articles.add(new, story_id, NOW, is_pushed=False, is_past=True)
            await stores.stories.grow(story_id, number, NOW)
            past[number] = minutes
        newest = await store(stores, new_article(5, source.id))
        ids = [newest, live, *sorted(past, reverse=True)]
        assert [past.get(number, 0) for number in ids] == [0, 0, 3, 4, 5, 5, 9]
        page = await stores.stories.get_latest(0, 10)
        assert [view.article.id for view in page.items] == ids
        matching = await stores.search.find(asking(["текст"]), limit=10)
        assert [view.article.id for view in matching.stories] == ids


async def test_a_story_is_listed_once_by_its_lead(database: Database) -> None:
    async with database.transaction() as stores:
        source = await stores.sources.add(AGENCY)
        lead = await store(stores, new_article(1, source.id))
        story_id = (await stores.articles.get(lead)).story_id
        await store(stores, new_article(2, source.id, fingerprint="print-1"), story_id=story_id)
        other = await store(stores, new_article(3, source.id))
        page = await stores.stories.get_latest(0, 1)
        assert ([view.article.id for view in page.items], page.older) == ([other], True)
        page = await stores.stories.get_latest(1, 1)
        assert [(view.article.id, view.articles) for view in page.items] == [(lead, 2)]
        assert (page.older, page.newer) == (False, True)
        elsewhere = await stores.sources.add(replace(AGENCY, url="https://other.example/rss", name="Другое"))
        repost = new_article(4, elsewhere.id, fingerprint="print-1")
        [copy] = await stores.stories.get_copies(repost, NOW, timedelta(days=1))
        assert copy.id == story_id
        same_site = new_article(5, source.id, fingerprint="print-1", title="Другая новость")
        assert await stores.stories.get_copies(same_site, NOW, timedelta(days=1)) == []
        top = await stores.stories.get_weightiest(NOW - timedelta(days=1), lambda story: story.articles)
        assert [view.article.id for view in top.items] == [lead, other]


async def test_topics_are_shared_and_counted(database: Database) -> None:
    async with database.transaction() as stores:
        source = await stores.sources.add(AGENCY)
        topic = await stores.topics.add("Рогун", "рогун")
        assert await stores.topics.add("рогуна", "рогун") == topic
        named = await stores.topics.name_from_settings("ОДКБ", "одкб", [Alias("CSTO", "csto"), Alias("CSTO", "csto")])
        assert named.aliases == ("CSTO",)
        ids = [await store(stores, new_article(number, source.id)) for number in range(3)]
        await stores.pasts.keep(topic.id, Past(new=tuple(ids[:1]), gone=()))
        await stores.pasts.keep(topic.id, Past(new=tuple(ids), gone=()))
        await stores.topics.attach(ids[0], [named.id])
        views = await stores.topics.get_offered([topic.id])
        assert [(view.topic.name, view.stories) for view in views] == [("ОДКБ", 1), ("Рогун", 2)]
        assert [view.topic.name for view in await stores.topics.get_offered()] == ["ОДКБ"]
        await stores.topics.keep_settings([])
        assert await stores.topics.get_offered() == []
        assert (await stores.topics.get(named.id)).aliases == ()
        question_id = await stores.topics.keep_question("вода и ток", NOW)
        assert await stores.topics.keep_question("вода и ток", NOW) == question_id
        assert await stores.topics.get_question(question_id) == "вода и ток"


async def test_a_source_keeps_what_its_polls_taught(database: Database) -> None:
    later = NOW + timedelta(minutes=5)
    async with database.transaction() as stores:
        source = await stores.sources.add(AGENCY)
        await stores.sources.settle(SourceCheck(source.id, NOW, later, error="no answer"))
        await stores.sources.settle(SourceCheck(source.id, NOW, later, error="no answer"))
        failed = await stores.sources.get(source.id)
        assert (failed.failures, failed.last_error, failed.succeeded_at) == (2, "no answer", None)
        good = SourceCheck(
            source.id,
            NOW,
            later,
            None,
            SourceKind.FEED,
            "tag",
            None,
            "https://new.example/rss",
            stand_in=StandIn("https://new.example/", SourceKind.PAGE, NOW, "404", later),
            rhythm=Rhythm(2.5, 12.0, NOW, NOW, NOW, timedelta(hours=9), timedelta(minutes=5), NOW, later),
            health=SourceHealth(4.0, 3.0, (AlertKind.STAND_IN,), passed=(Passed(AlertKind.REFUSED, NOW),)),
        )
        await stores.sources.settle(good)
        healed = await stores.sources.get(source.id)
        assert (healed.failures, healed.last_error, healed.etag) == (0, None, "tag")
        assert (healed.url, healed.address) == (AGENCY.url, "https://new.example/rss")
        assert (healed.stand_in, healed.rhythm, healed.health) == (good.stand_in, good.rhythm, good.health)
        assert healed.health.full_text_share == 0.75
        assert await stores.sources.get_due(NOW) == []
        assert [one.id for one in await stores.sources.get_due(later)] == [source.id]
        # Settings read again at the next start change nothing of this.
        assert await stores.sources.add(AGENCY) == healed


async def test_sources_that_leave_the_settings_are_polled_no_more(database: Database) -> None:
    other = replace(AGENCY, url="https://other.example/rss", name="Другое")
    async with database.transaction() as stores:
        by_hand = await stores.sources.add(replace(AGENCY, url="https://hand.example/rss", name="Своё"))
        await stores.sources.keep_settings([AGENCY, other], NOW)
        await stores.sources.keep_settings([other], NOW)
        names = [source.name for source in await stores.sources.get_all()]
        assert names == [by_hand.name, "Другое"]
        assert (await stores.sources.find_named("другое")) is not None
        await stores.sources.remove(by_hand.id, NOW)
        with pytest.raises(NotFound):
            await stores.sources.get(by_hand.id)


async def test_sources_are_found_by_name_in_the_order_asked_without_those_removed(database: Database) -> None:
    async with database.transaction() as stores:
        names = ("Вечерний Хорог", "Агентство", "агентство", "Вахш")
        news = [replace(AGENCY, url=f"https://n{n}.example/rss", name=name) for n, name in enumerate(names)]
        evening, *agencies, gone = [(await stores.sources.add(new)).id for new in news]
        await stores.sources.remove(gone, NOW)
        asked = ["АГЕНТСТВО", "Вахш", "Никакая", "вечерний хорог", "Агентство"]
        assert await stores.sources.get_ids_named(asked) == [*agencies, evening]


async def test_the_story_of_an_article_is_told_as_long_as_it_stands_as_it_was(database: Database) -> None:
    async with database.transaction() as stores:
        source = await stores.sources.add(AGENCY)
        ids = [await store(stores, new_article(number, source.id)) for number in (1, 2)]
        told = [(await stores.articles.get(one)).story_id for one in ids]
        assert [await stores.articles.get_story_at(one, 1) for one in ids] == told
        await stores.stories.merge(told[1], told[0], NOW)
        assert await stores.articles.get_story_at(ids[0], 1) == told[1]
        await stores.articles.revise(ids[0], new_article(1, source.id, title="Иначе"), NOW)
        assert [await stores.articles.get_story_at(ids[0], one) for one in (1, 2, 3)] == [None, told[1], None]
        await stores.articles.withdraw(ids[0], NOW)
        assert [await stores.articles.get_story_at(ids[0], one) for one in (2, 3)] == [None, None]
        assert await stores.articles.get_story_at(404, 1) is None


async def test_a_rolled_back_transaction_leaves_nothing(database: Database) -> None:
    async def add_and_break() -> None:
        async with database.transaction() as stores:
            await stores.sources.add(AGENCY)
            raise RuntimeError("broke")

    with pytest.raises(RuntimeError, match="broke"):
        await add_and_break()
    async with database.snapshot() as stores:
        assert await stores.sources.get_all() == []


async def test_many_writers_wait_for_one_another(database: Database) -> None:
    """Read-then-write under a plain BEGIN fails here whatever the busy timeout."""
    async with database.transaction() as stores:
        source = await stores.sources.add(AGENCY)

    async def add(number: int) -> None:
        async with database.transaction() as stores:
            await stores.articles.count()
            await store(stores, new_article(number, source.id))

    await asyncio.gather(*(add(number) for number in range(40)))
    async with database.snapshot() as stores:
        assert (await stores.articles.count()).articles == 40


async def test_a_full_disk_costs_the_whole_unit_of_work_and_heals(database: Database) -> None:
    """SQLite rolls back under us when there is no room: nothing of the transaction may stand."""
    async with database.transaction() as stores:
        source = await stores.sources.add(AGENCY)
    long_text = (Block(BlockKind.PARAGRAPH, "Подробности. " * 20_000),)

    async def add_two() -> None:
        async with database.transaction() as stores:
            await store(stores, new_article(1, source.id))
            await store(stores, new_article(2, source.id, body=long_text))

    async with database.writer.connect() as connection:
        pages = (await connection.exec_driver_sql("PRAGMA page_count")).scalar()
        await connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(DatabaseUnavailable, match="full"):
        await add_two()
    async with database.snapshot() as stores:
        assert (await stores.articles.count()).articles == 0
    async with database.writer.connect() as connection:
        await connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
    await add_two()
    async with database.snapshot() as stores:
        assert (await stores.articles.count()).articles == 2


async def test_one_page_from_two_lists_of_a_site_is_one_story(database: Database) -> None:
    async with database.transaction() as stores:
        source = await stores.sources.add(AGENCY)
        other = await stores.sources.add(replace(AGENCY, url="https://agency.example/politics/rss", name="Политика"))
        article_id = await store(stores, new_article(1, source.id))
        told = (await stores.articles.get(article_id)).story_id
        window = timedelta(days=3)
        corrected = new_article(2, other.id, page_key="agency.example/1")
        assert [story.id for story in await stores.stories.get_copies(corrected, NOW, window)] == [told]
        assert await stores.stories.get_copies(new_article(2, other.id, page_key=""), NOW, window) == []
        # The same source says that it is another story: an address that is used again and again.
        assert await stores.stories.get_copies(replace(corrected, source_id=source.id), NOW, window) == []
        assert await stores.articles.find_pages({"agency.example/1", "agency.example/7", ""}) == {"agency.example/1"}
        found = await stores.articles.get_by_url("http://www.agency.example/1/")
        assert found is not None
        assert found.id == article_id


async def test_admins_are_told_of_each_alert_until_it_is_taken_out(database: Database) -> None:
    async with database.transaction() as stores:
        source = await stores.sources.add(AGENCY)
        silent = Alert(source.id, AlertKind.SILENT, "26 h", NOW)
        await stores.alerts.add(silent, replace(silent, kind=AlertKind.JUMP, detail="40"))
        await stores.alerts.add()
        first, second = await stores.alerts.get_waiting()
        assert (replace(first, id=0), second.kind, second.detail) == (silent, AlertKind.JUMP, "40")
        await stores.alerts.remove(first)
        assert await stores.alerts.get_waiting() == [second]


async def test_a_paused_source_is_not_polled_and_one_that_is_hastened_is_polled_at_once(database: Database) -> None:
    later = NOW + timedelta(hours=1)
    stand_in = StandIn("https://agency.example/", SourceKind.PAGE, NOW, "the feed answers 404", later)
    async with database.transaction() as stores:
        source = await stores.sources.add(AGENCY)
        await stores.sources.settle(SourceCheck(source.id, NOW, later, stand_in=stand_in))
        assert await stores.sources.count_due(NOW) == 0
        await stores.sources.hasten(source.id)
        [due] = await stores.sources.get_due(NOW)
        assert due.stand_in == replace(stand_in, retry_at=NOW)
        assert (await stores.sources.pause(source.id, is_paused=True)).is_paused
        assert await stores.sources.get_due(later) == []
        assert not (await stores.sources.pause(source.id, is_paused=False)).is_paused
        assert await stores.sources.count_due(NOW) == 1
        assert await stores.sources.find_at(AGENCY.url) == await stores.sources.get(source.id)
        assert await stores.sources.find_at("https://nowhere.example/") is None
        with pytest.raises(NotFound):
            await stores.sources.hasten(99)


async def test_a_subscription_is_kept_until_its_lease_ends(database: Database) -> None:
    async with database.transaction() as stores:
        source = await stores.sources.add(AGENCY)
        asked = Subscription(source.id, "https://hub.example/", AGENCY.url, "token", "secret")
        await stores.subscriptions.save(asked)
        assert await stores.subscriptions.get_due(NOW, NOW) == [asked]
        assert await stores.subscriptions.get_live(NOW) == frozenset()
        live = replace(asked, state=HubState.LIVE, asked_at=NOW, ends_at=NOW + timedelta(days=1))
        await stores.subscriptions.save(live)
        assert await stores.subscriptions.find("token") == live
        assert await stores.subscriptions.get_live(NOW) == {source.id}
        assert await stores.subscriptions.get_due(NOW + timedelta(hours=1), NOW) == []
        assert await stores.subscriptions.get_due(NOW + timedelta(hours=1), NOW + timedelta(days=2)) == [live]
        await stores.sources.pause(source.id, is_paused=True)
        assert await stores.subscriptions.get_due(NOW + timedelta(hours=1), NOW + timedelta(days=2)) == []
        await stores.subscriptions.remove(source.id)
        assert await stores.subscriptions.get(source.id) is None
    assert "secret" not in repr(asked)


async def test_a_removed_source_comes_back_as_it_was_found_anew(database: Database) -> None:
    later = NOW + timedelta(hours=1)
    async with database.transaction() as stores:
        source = await stores.sources.add(AGENCY)
        await stores.sources.settle(SourceCheck(source.id, NOW, later, etag="old", moved_to="https://gone.example/rss"))
        await stores.sources.pause(source.id, is_paused=True)
        await stores.sources.remove(source.id, NOW)
        found = replace(AGENCY, kind=SourceKind.SITEMAP, moved_to="https://agency.example/sitemap.xml")
        back = await stores.sources.add(found)
        assert back.id == source.id
        assert (back.kind, back.address) == (SourceKind.SITEMAP, "https://agency.example/sitemap.xml")
        assert (back.etag, back.due_at, back.is_paused, back.succeeded_at) == (None, None, False, None)
