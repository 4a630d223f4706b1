"""Collecting as it goes over days: feeds that die and come back, guids that change overnight, hubs, any address."""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from email.utils import format_datetime

import pytest
from aiohttp import ClientSession, web

from bot.clock import now_utc
from bot.metrics import Metrics, listening
from bot.pipeline import Collected, Pipeline, open_pipeline
from bot.topics.lemmas import Lemmatiser
from config.settings import Settings
from storage.database import Database
from storage.records import AlertKind, Article, HubState, NewSource, Source, SourceKind
from tests.acceptance.conftest import TOKEN
from tests.acceptance.process import until
from tests.unit.fake_site import FakeSite

DEEDS = (
    "На перевале закрыли верхнюю дорогу до весны",
    "В Хороге открыли мост через Гунт раньше срока",
    "В Кулябе сдали школу на шестьсот мест у канала",
    "Паром на Пяндже встал на ремонт до конца месяца",
    "Цены на муку в Худжанде вернулись к летним",
    "Сборная по дзюдо увезла из Алматы пять медалей",
    "Над Варзобом сошла лавина, трасса свободна",
    "Архив Рудаки показали читателям в полном виде",
    "В Истаравшане разобрали завал на старой дороге",
)
SENTENCE = "Об этом сообщили в областном управлении, где назвали сроки, подрядчика и стоимость работ по участку {n}."
HTML = "text/html; charset=utf-8"


@dataclass(slots=True)
class Agency:
    """A site with pages, a front page and a feed, and the pipeline that reads it."""

    site: FakeSite
    database: Database
    pipeline: Pipeline

    def tells(self, *numbers: int, guid: str = "{n}", hub: str = "") -> str:
        """The feed, newest first, a minute between its stories. Its dates have no fractions of a second: the newest
        is dated a little late, as sites do, or it would stand before the look that came within the same second.
        """
        now = now_utc() + timedelta(minutes=1)
        items = "".join(
            f"<item><title>{DEEDS[n]}</title><link>{self.site.url(f'/news/{n}')}</link><guid>{guid.format(n=n)}</guid>"
            f"<pubDate>{format_datetime(now - timedelta(minutes=place))}</pubDate>"
            f"<description>{SENTENCE.format(n=n)}</description></item>"
            for place, n in enumerate(numbers)
        )
        head = (
            f'<atom:link rel="hub" href="{hub}"/><atom:link rel="self" href="{self.site.url("/rss")}"/>' if hub else ""
        )
        body = (
            '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>Агентство</title>'
            f"<link>{self.site.url('/')}</link>{head}{items}</channel></rss>"
        )
        for n in numbers:
            self.publishes(n)
        self.site.serve("/rss", body, Content_Type="application/rss+xml")
        return body

    def publishes(self, n: int, tail: str = "") -> None:
        """The page of a story."""
        told = "".join(f"<p>{SENTENCE.format(n=f'{n}-{part}')}</p>" for part in range(6))
        self.site.serve(
            f"/news/{n}", page(DEEDS[n], f"<article><h1>{DEEDS[n]}</h1>{told}{tail}</article>"), Content_Type=HTML
        )

    def fronts(self, *numbers: int) -> None:
        """The front page with these headlines."""
        links = "".join(f'<li><a href="/news/{n}">{DEEDS[n]}</a></li>' for n in numbers)
        self.site.serve("/", page("Агентство", f"<h1>Новости</h1><ul>{links}</ul>"), Content_Type=HTML)

    async def visit(self) -> Collected:
        """One visit, whenever the next would be due."""
        await self.hasten()
        [collected] = await self.pipeline.collect()
        return collected

    async def hasten(self) -> None:
        source = await self.source()
        async with self.database.transaction() as stores:
            await stores.sources.hasten(source.id)

    async def source(self) -> Source:
        async with self.database.snapshot() as stores:
            [source] = await stores.sources.get_all()
        return source

    async def alerts(self) -> list[AlertKind]:
        async with self.database.snapshot() as stores:
            return [alert.kind for alert in await stores.alerts.get_waiting()]

    async def articles(self) -> dict[str, Article]:
        """All that is stored, by title; a title that stands twice fails."""
        async with self.database.snapshot() as stores:
            found = await stores.articles.get_below(None, limit=100)
        titles = [one.title for one in found]
        assert len(titles) == len(set(titles)), titles
        return {one.title: one for one in found}

    async def pushed(self) -> set[str]:
        async with self.database.snapshot() as stores:
            return {title for title, one in (await self.articles()).items() if await stores.articles.is_pushed(one.id)}


def page(title: str, body: str) -> str:
    return f'<html lang="ru"><head><title>{title}</title></head><body><main>{body}</main></body></html>'


@asynccontextmanager
async def agency_of(
    database: Database, lemmatiser: Lemmatiser, path: str = "/rss", **settings: object
) -> AsyncIterator[Agency]:
    async with FakeSite() as site:
        collecting = {"allow_private": ["127.0.0.1"]}
        given = Settings.model_validate({"token": TOKEN, "collect": collecting, **settings})
        async with database.transaction() as stores:
            await stores.sources.add(NewSource(site.url(path), "Агентство"))
        async with open_pipeline(given, database, lemmatiser, Metrics()) as pipeline:
            yield Agency(site, database, pipeline)


@pytest.fixture
async def agency(database: Database, lemmatiser: Lemmatiser) -> AsyncIterator[Agency]:
    async with agency_of(database, lemmatiser) as agency:
        yield agency


async def test_a_dead_feed_is_replaced_by_the_front_page_until_it_comes_back(agency: Agency) -> None:
    agency.tells(3, 2, 1, 0)
    assert (await agency.visit()).new == 4
    agency.site.serve("/rss", "gone", 404)
    agency.fronts(4, 3, 2, 1, 0)
    agency.publishes(4)
    assert (await agency.visit()).error is not None
    assert (await agency.source()).stand_in is None  # it may be a moment's fault
    assert (await agency.visit()).error is not None
    stand_in = (await agency.source()).stand_in
    assert stand_in is not None
    assert (stand_in.kind, stand_in.url) == (SourceKind.PAGE, agency.site.url("/"))
    assert await agency.alerts() == [AlertKind.STAND_IN]

    assert (await agency.visit()).error is None
    assert list(await agency.articles()) == [DEEDS[n] for n in (4, 3, 2, 1, 0)]
    assert len((await agency.articles())[DEEDS[4]].body) == 5  # the lead is not in it: the page was read
    assert await agency.pushed() == set()  # undated headlines of the first look may be old

    agency.tells(5, 4, 3, 2, 1, 0)
    assert (await agency.visit()).new == 1
    assert await agency.pushed() == {DEEDS[5]}
    source = await agency.source()
    assert (source.stand_in, source.kind) == (None, SourceKind.FEED)
    assert await agency.alerts() == [AlertKind.STAND_IN]  # that it is back is told when it has answered for a while


async def test_guids_that_change_overnight_make_no_news(agency: Agency) -> None:
    agency.tells(2, 1, 0)
    await agency.visit()
    agency.tells(3, 2, 1, 0, guid="post-{n}-v2")
    assert (await agency.visit()).new == 1
    assert await agency.pushed() == {DEEDS[3]}
    assert len(await agency.articles()) == 4


async def test_an_edit_is_seen_in_a_feed_of_which_the_rest_is_remembered(agency: Agency) -> None:
    agency.tells(2, 1, 0)
    await agency.visit()
    before = await agency.articles()
    body = agency.tells(2, 1, 0)
    corrected = body.replace(SENTENCE.format(n=1), "Срок работ на участке 1 перенесли на май.")
    agency.site.serve("/rss", corrected, Content_Type="application/rss+xml")
    agency.publishes(1, tail="<p>Исправлено: работы закончат не в марте, а в мае следующего года.</p>")
    visit = await agency.visit()
    assert (visit.new, visit.error) == (0, None)
    after = await agency.articles()
    assert after[DEEDS[1]].revision == before[DEEDS[1]].revision + 1
    assert "в мае следующего года" in after[DEEDS[1]].text
    assert (after[DEEDS[0]], after[DEEDS[2]]) == (before[DEEDS[0]], before[DEEDS[2]])
    unchanged = await agency.visit()
    assert (unchanged.new, unchanged.changed) == (0, 0)


async def test_the_address_of_a_site_is_enough(database: Database, lemmatiser: Lemmatiser) -> None:
    async with agency_of(database, lemmatiser, path="/") as agency:
        agency.fronts(3, 2, 1, 0)
        for n in range(4):
            agency.publishes(
                n, tail="<table><tr><th>Год</th><th>Мест</th></tr><tr><td>2026</td><td>600</td></tr></table>"
            )
        assert (await agency.visit()).new == 4
        source = await agency.source()
        assert (source.kind, source.address, source.health.full_text_share) == (
            SourceKind.PAGE,
            agency.site.url("/"),
            1.0,
        )
        told = (await agency.articles())[DEEDS[2]]
        assert told.body[-1].rows == (("Год", "Мест"), ("2026", "600"))
        # From now on a feed would be no news: the page is what was found.
        agency.fronts(4, 3, 2, 1, 0)
        agency.publishes(4)
        assert (await agency.visit()).new == 1
        assert await agency.pushed() == {DEEDS[4]}


async def test_a_hub_tells_of_news_and_polling_repeats_nothing(
    database: Database, lemmatiser: Lemmatiser, unused_tcp_port: int
) -> None:
    listen = f"127.0.0.1:{unused_tcp_port}"
    hook = {"url": f"http://{listen}/hook", "secret": "only-us", "listen": listen}
    async with agency_of(database, lemmatiser, webhook=hook) as agency, ClientSession() as http:
        asked: list[dict[str, str]] = []

        async def hub(request: web.Request) -> web.Response:
            asked.append({name: str(value) for name, value in (await request.post()).items()})
            return web.Response(status=202)

        agency.tells(1, 0, hub=agency.site.handle("/hub", hub))
        application = web.Application()
        agency.pipeline.hubs.add_routes(application)
        async with listening(application, listen):
            await agency.visit()
            await agency.pipeline.hubs.tick(now_utc())
            [form] = asked
            challenge = {"hub.mode": "subscribe", "hub.topic": form["hub.topic"], "hub.challenge": "слово"}
            async with http.get(form["hub.callback"], params=challenge | {"hub.lease_seconds": "864000"}) as answer:
                assert await answer.text() == "слово"
            async with database.snapshot() as stores:
                live = await stores.subscriptions.get((await agency.source()).id)
            assert live is not None
            assert live.state is HubState.LIVE

            body = agency.tells(2, 1, 0).encode()
            signature = hmac.new(form["hub.secret"].encode(), body, hashlib.sha256).hexdigest()
            reading = asyncio.create_task(agency.pipeline.hubs.run())
            for sent in ("sha256=" + "0" * 64, f"sha256={signature}"):
                async with http.post(form["hub.callback"], data=body, headers={"X-Hub-Signature": sent}) as answer:
                    assert answer.status == 202

            async def has_landed() -> bool:
                return DEEDS[2] in await agency.articles()

            await until(has_landed, "what the hub told stands in the archive")
            reading.cancel()
            assert await agency.pushed() == {DEEDS[2]}
        assert (await agency.visit()).new == 0
        assert len(await agency.articles()) == 3


async def test_no_source_has_two_visits_at_once(agency: Agency) -> None:
    agency.tells(2, 1, 0)
    visits = await asyncio.gather(*(agency.pipeline.collect() for _ in range(3)))
    assert [one.error for visit in visits for one in visit] == [None]
    assert sum(seen.path == "/rss" for seen in agency.site.seen) == 1


async def test_a_page_that_fails_for_a_moment_costs_no_text(agency: Agency, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.voids.FIRST_WAIT", 0.0)  # it is asked again at once
    agency.tells(0)
    await agency.visit()
    whole = (await agency.articles())[DEEDS[0]]
    body = agency.tells(1, 0).replace(f"<title>{DEEDS[0]}", f"<title>{DEEDS[0]}: утром")
    agency.site.serve("/rss", body, Content_Type="application/rss+xml")
    for n in (0, 1):
        agency.site.serve(f"/news/{n}", "busy", 503)
    await agency.visit()
    assert (await agency.articles())[DEEDS[0]] == whole
    assert (await agency.articles())[DEEDS[1]].body == ()
    assert await agency.pushed() == {DEEDS[1]}
    for n in (0, 1):
        agency.publishes(n)
    visit = await agency.visit()
    assert (visit.new, visit.changed) == (0, 2)
    after = await agency.articles()
    assert len(after[f"{DEEDS[0]}: утром"].body) == len(whole.body)
    assert len(after[DEEDS[1]].body) == 5


async def test_a_page_that_was_taken_down_is_not_asked_for_at_each_visit(agency: Agency) -> None:
    agency.tells(2, 1, 0)
    agency.site.serve("/news/1", "", 410)
    for _ in range(5):
        await agency.visit()
    assert sum(seen.path == "/news/1" for seen in agency.site.seen) == 1
    assert set(await agency.articles()) == {DEEDS[2], DEEDS[0]}


async def test_what_failed_at_the_first_look_is_no_news_later(
    database: Database, lemmatiser: Lemmatiser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.voids.FIRST_WAIT", 0.0)
    async with agency_of(database, lemmatiser, path="/") as agency:
        agency.fronts(3, 2, 1, 0)
        for n in range(4):
            agency.publishes(n)
        agency.site.serve("/news/2", "busy", 503)
        await agency.visit()
        agency.publishes(2)
        await agency.visit()
        assert len((await agency.articles())[DEEDS[2]].body) == 5
        assert await agency.pushed() == set()


async def test_a_redirect_that_led_astray_is_taken_back(agency: Agency) -> None:
    body = agency.tells(1, 0)
    agency.site.serve("/feed", body, Content_Type="application/rss+xml")
    agency.site.redirect("/rss", "/feed", 301)
    await agency.visit()
    assert (await agency.source()).address == agency.site.url("/feed")
    agency.site.serve("/feed", "", 404)
    agency.tells(2, 1, 0)
    for _ in range(3):
        visit = await agency.visit()
    assert visit.error is None
    assert (await agency.source()).address == agency.site.url("/rss")
    assert (await agency.source()).stand_in is None
    assert DEEDS[2] in await agency.articles()


async def test_a_sitemap_that_dates_a_page_anew_tells_of_an_edit(database: Database, lemmatiser: Lemmatiser) -> None:
    async with agency_of(database, lemmatiser, path="/sitemap.xml") as agency:
        started = now_utc()

        def list_pages(**changed: int) -> None:
            """Each page with the minutes since the start at which it was changed."""
            urls = "".join(
                f"<url><loc>{agency.site.url(f'/news/{name[1:]}')}</loc>"
                f"<lastmod>{(started + timedelta(minutes=minutes)).isoformat()}</lastmod></url>"
                for name, minutes in changed.items()
            )
            body = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'
            agency.site.serve("/sitemap.xml", body, Content_Type="application/xml")

        for n in range(3):
            agency.publishes(n)
        list_pages(p0=-30, p1=-20, p2=-10)
        assert (await agency.visit()).new == 3
        agency.publishes(1, tail="<p>Исправлено: работы закончат не в марте, а в мае следующего года.</p>")
        list_pages(p0=-30, p1=5, p2=-10)
        visit = await agency.visit()
        assert (visit.new, visit.changed, visit.error) == (0, 1, None)
        assert (await agency.articles())[DEEDS[1]].revision == 2
        assert [seen.path for seen in agency.site.seen].count("/news/0") == 1
