"""Hubs, over HTTP: a real one on loopback asks back, brings news, and lies."""

import asyncio
import gzip
import shutil
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from pydantic import SecretStr

from bot.hubs import Hubs
from bot.ingest.brought import WAITING_EACH
from bot.ingest.fetch import Fetcher
from bot.ingest.stages import FeedKind, FetchedPage, Look, ParsedFeed
from bot.ingest.websub import FIRST_WAIT
from bot.metrics import listening
from config.settings import CollectSettings, Settings, WebhookSettings
from storage.database import Database
from storage.records import HubState, NewSource, Source, Subscription
from storage.schema import migrate
from tests.unit.fake_hub import FakeHub

TOPIC = "https://news.example/rss"
CAP = 50_000
NEWS = "<rss version='2.0'><channel><title>Вести</title></channel></rss>".encode()


@dataclass(slots=True)
class Desk:
    """A listening bot with one source, and what its hubs brought."""

    hubs: Hubs
    database: Database
    source: Source
    hub: FakeHub
    news: list[tuple[int, FetchedPage]] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    is_open: asyncio.Event = field(default_factory=asyncio.Event)  # whether news are read at once
    fault: Exception | None = None

    async def take(self, source_id: int, page: FetchedPage) -> None:
        await self.is_open.wait()
        self.news.append((source_id, page))
        self.arrived.set()
        if self.fault is not None:
            raise self.fault

    async def note(self, hubs: tuple[str, ...] = (), topic: str = TOPIC) -> None:
        """Tell of a visit to the source's feed that named these hubs."""
        async with self.database.transaction() as stores:
            await self.hubs.note(stores, self.source.id, visit(hubs, topic))

    async def subscription(self) -> Subscription:
        async with self.database.snapshot() as stores:
            one = await stores.subscriptions.get(self.source.id)
        assert one is not None
        return one

    async def live(self, now: datetime | None = None) -> frozenset[int]:
        async with self.database.snapshot() as stores:
            return await self.hubs.live(stores, now or datetime.now(UTC))

    async def subscribe(self) -> None:
        """The whole way to a live subscription."""
        await self.note((self.hub.url,))
        await self.hubs.tick(datetime.now(UTC))
        assert (await self.hub.ask_back())[0] == 200

    async def next(self) -> FetchedPage:
        async with asyncio.timeout(5):
            await self.arrived.wait()
        self.arrived.clear()
        return self.news[-1][1]


def visit(hubs: tuple[str, ...] = (), topic: str = TOPIC) -> Look:
    page = FetchedPage(topic, topic, 200, "", None, b"", hubs=hubs, self_url=topic)
    return Look(page, ParsedFeed("", None, FeedKind.RSS, None, ()))


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database of which each test has a copy."""
    path = tmp_path_factory.mktemp("hubs") / "empty.db"

    async def make() -> None:
        database = Database(f"sqlite+aiosqlite:///{path}")
        await migrate(database, datetime.now(UTC))
        await database.close()

    asyncio.run(make())
    return path


@pytest.fixture
def folder(empty: Path, tmp_path: Path) -> Path:
    shutil.copy(empty, tmp_path / "khabar.db")
    return tmp_path


@pytest.fixture
async def hub() -> AsyncIterator[FakeHub]:
    async with FakeHub() as hub:
        yield hub


@pytest.fixture
async def desk(folder: Path, hub: FakeHub) -> AsyncIterator[Desk]:
    async with open_desk(folder, hub) as desk:
        yield desk


@asynccontextmanager
async def open_desk(folder: Path, hub: FakeHub, path: str = "/khabar/hook", timeout: float = 5) -> AsyncIterator[Desk]:
    address = f"127.0.0.1:{free_port()}"
    webhook = WebhookSettings(url=f"http://{address}{path}" if path else "", secret=SecretStr("s"), listen=address)
    collect = CollectSettings(allow_private=("127.0.0.1",), timeout=timedelta(seconds=timeout), max_body=CAP)
    settings = Settings(webhook=webhook, collect=collect)
    database = Database(f"sqlite+aiosqlite:///{folder / 'khabar.db'}")
    try:
        async with database.transaction() as stores:
            source = await stores.sources.add(NewSource(TOPIC, "Вести"))
        async with Fetcher(collect) as fetcher:
            taken: list[Callable[[int, FetchedPage], Awaitable[None]]] = []

            async def on_news(source_id: int, page: FetchedPage) -> None:
                await taken[0](source_id, page)

            hubs = Hubs(database=database, fetcher=fetcher, settings=settings, on_news=on_news)
            desk = Desk(hubs, database, source, hub)
            desk.is_open.set()
            taken.append(desk.take)
            application = web.Application()
            hubs.add_routes(application)
            async with listening(application, address), asyncio.TaskGroup() as group:
                running = group.create_task(hubs.run())
                yield desk
                running.cancel()
    finally:
        await database.close()


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


async def test_a_feed_that_names_a_hub_is_told_of_by_it(desk: Desk, hub: FakeHub) -> None:
    await desk.note((hub.url,))
    await desk.hubs.tick(datetime.now(UTC))
    form = hub.forms[0]
    assert (form["hub.mode"], form["hub.topic"]) == ("subscribe", TOPIC)
    assert "/khabar/websub/" in form["hub.callback"]
    assert await desk.live() == frozenset()
    assert await hub.ask_back() == (200, "вызов 1")
    assert await desk.live() == {desk.source.id}
    one = await desk.subscription()
    assert (one.state, one.failures) == (HubState.LIVE, 0)
    assert await hub.bring(NEWS, Link=f'<{hub.url}>; rel="hub", <{TOPIC}>; rel="self"') == 202
    page = await desk.next()
    assert (page.url, page.final_url, page.body) == (TOPIC, TOPIC, NEWS)
    assert (page.content_type, page.charset) == ("application/rss+xml", "utf-8")
    assert (page.hubs, page.self_url) == ((hub.url,), TOPIC)
    assert desk.news[0][0] == desk.source.id


async def test_a_hub_may_ask_back_before_it_answers(desk: Desk, hub: FakeHub) -> None:
    hub.verifies_first = True
    await desk.note((hub.url,))
    await desk.hubs.tick(datetime.now(UTC))
    assert hub.echoes == [(200, "вызов 1")]
    assert await desk.live() == {desk.source.id}


@pytest.mark.parametrize(
    ("path", "callback"),
    [("/hook", "/websub/"), ("/", "/websub/"), ("", "/websub/"), ("/a/b/", "/a/b/websub/"), ("/a/b", "/a/websub/")],
)
async def test_the_callback_stands_beside_the_webhook(folder: Path, hub: FakeHub, path: str, callback: str) -> None:
    async with open_desk(folder, hub, path or "?x=1") as desk:
        await desk.subscribe()
        host, _, rest = hub.forms[0]["hub.callback"].removeprefix("http://").partition("/")
        assert host.startswith("127.0.0.1:")
        assert f"/{rest}".rpartition("/")[0] + "/" == callback
        assert await hub.bring(NEWS) == 202


async def test_without_a_webhook_nothing_is_asked_of_anyone(folder: Path, hub: FakeHub) -> None:
    async with open_desk(folder, hub, path="") as desk:
        await desk.note((hub.url,))
        await desk.hubs.tick(datetime.now(UTC))
        assert hub.forms == []
        assert await desk.live() == frozenset()
        async with desk.database.snapshot() as stores:
            assert await stores.subscriptions.get(desk.source.id) is None


@pytest.mark.parametrize(
    "change",
    [{"topic": "https://other.example/"}, {"mode": "unsubscribe"}, {"mode": "publish"}, {"challenge": ""}],
)
async def test_what_nobody_asked_for_is_not_confirmed(desk: Desk, hub: FakeHub, change: dict[str, str]) -> None:
    await desk.note((hub.url,))
    await desk.hubs.tick(datetime.now(UTC))
    status, said = await hub.ask_back(-1, **change)
    assert status == 404
    assert "вызов" not in said
    assert await desk.live() == frozenset()


async def test_a_made_up_token_is_neither_confirmed_nor_listened_to(desk: Desk, hub: FakeHub) -> None:
    await desk.subscribe()
    hub.forms.append(hub.forms[0] | {"hub.callback": hub.forms[0]["hub.callback"] + "x"})
    assert (await hub.ask_back())[0] == 404
    assert await hub.bring(NEWS, -1) == 410
    assert desk.news == []


async def test_a_challenge_is_never_a_page(desk: Desk, hub: FakeHub) -> None:
    await desk.note((hub.url,))
    await desk.hubs.tick(datetime.now(UTC))
    form, question = hub.forms[0], {"hub.mode": "subscribe", "hub.challenge": "<script>alert(1)</script>"}
    query = question | {"hub.topic": form["hub.topic"], "hub.lease_seconds": "60"}
    async with hub.session.get(form["hub.callback"], params=query) as response:
        assert await response.text() == "<script>alert(1)</script>"
        assert (response.content_type, response.headers["X-Content-Type-Options"]) == ("text/plain", "nosniff")


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
async def test_every_signature_of_the_specification_is_taken(desk: Desk, hub: FakeHub, method: str) -> None:
    await desk.subscribe()
    assert await hub.bring(NEWS, method=method) == 202
    assert (await desk.next()).body == NEWS


@pytest.mark.parametrize(
    "signature", ["", "sha256=", "sha256=" + "0" * 64, "md5=" + "0" * 32, "none=none", "sha1", "sha256=\xff\xfe"]
)
async def test_a_wrong_signature_is_answered_and_forgotten(desk: Desk, hub: FakeHub, signature: str) -> None:
    await desk.subscribe()
    assert await hub.bring(b"<rss>lies</rss>", signature=signature) == 202
    assert await hub.bring(b"<rss>lies</rss>", secret="guess") == 202
    assert await hub.bring(NEWS) == 202
    assert (await desk.next()).body == NEWS
    assert [page.body for _, page in desk.news] == [NEWS]


async def test_a_replay_is_read_once(desk: Desk, hub: FakeHub) -> None:
    await desk.subscribe()
    await hub.bring(NEWS)
    await desk.next()
    for _ in range(20):
        assert await hub.bring(NEWS) == 202
    await hub.bring(NEWS + b" ")
    await desk.next()
    assert [page.body for _, page in desk.news] == [NEWS, NEWS + b" "]


async def test_the_secret_of_one_source_opens_no_other(desk: Desk, hub: FakeHub) -> None:
    await desk.subscribe()
    async with desk.database.transaction() as stores:
        other = await stores.sources.add(NewSource("https://other.example/rss", "Другие"))
        await stores.subscriptions.save(
            Subscription(other.id, hub.url, "https://other.example/rss", "other-token", "other-secret")
        )
    base = hub.forms[0]["hub.callback"].rpartition("/")[0]
    hub.forms.append({"hub.callback": f"{base}/other-token", "hub.secret": hub.forms[0]["hub.secret"]})
    assert await hub.bring(NEWS, -1) == 202
    assert await hub.bring(NEWS + b"!", -1, secret="other-secret") == 202
    await desk.next()
    assert [(source_id, page.body) for source_id, page in desk.news] == [(other.id, NEWS + b"!")]


async def test_a_body_is_cut_at_the_cap_before_its_signature_is_reckoned(desk: Desk, hub: FakeHub) -> None:
    await desk.subscribe()
    assert await hub.bring(bytes(CAP)) == 202
    assert len((await desk.next()).body) == CAP
    assert await hub.bring(bytes(CAP + 1)) == 413
    bomb = gzip.compress(bytes(400 * CAP))
    assert len(bomb) < CAP
    assert await hub.bring(bomb, Content_Encoding="gzip") == 413
    assert await hub.bring(b"no gzip", Content_Encoding="gzip") == 400


async def test_a_body_that_drips_is_given_up(folder: Path, hub: FakeHub) -> None:
    async with open_desk(folder, hub, timeout=0.3) as desk:
        await desk.subscribe()

        async def drip() -> AsyncIterator[bytes]:
            while True:
                yield b" "
                await asyncio.sleep(0.02)

        async with hub.session.post(hub.forms[0]["hub.callback"], data=drip()) as response:
            assert response.status == 408


async def test_one_hub_cannot_fill_the_queue(desk: Desk, hub: FakeHub) -> None:
    await desk.subscribe()
    desk.is_open.clear()
    answers = [await hub.bring(NEWS + bytes([65 + number])) for number in range(WAITING_EACH + 3)]
    assert answers == [202] * WAITING_EACH + [503] * 3
    desk.is_open.set()
    async with asyncio.timeout(5):
        while len(desk.news) < WAITING_EACH:
            await desk.next()
    assert await hub.bring(NEWS) == 202


async def test_a_fault_while_reading_stops_nothing(desk: Desk, hub: FakeHub) -> None:
    await desk.subscribe()
    desk.fault = RuntimeError("a surprise")
    await hub.bring(NEWS)
    await desk.next()
    desk.fault = None
    await hub.bring(NEWS)
    assert (await desk.next()).body == NEWS
    assert len(desk.news) == 2


async def test_a_denial_is_noted_and_the_source_is_polled(desk: Desk, hub: FakeHub) -> None:
    await desk.subscribe()
    assert await hub.deny() == 200
    assert (await desk.subscription()).state is HubState.REFUSED
    assert await desk.live() == frozenset()
    now = datetime.now(UTC)
    await desk.hubs.tick(now + timedelta(hours=12))
    assert len(hub.forms) == 1
    await desk.hubs.tick(now + timedelta(hours=25))
    assert len(hub.forms) == 2


async def test_a_denial_of_another_topic_changes_nothing(desk: Desk, hub: FakeHub) -> None:
    await desk.subscribe()
    hub.forms.append(hub.forms[0] | {"hub.topic": "https://other.example/"})
    assert await hub.deny() == 404
    assert await desk.live() == {desk.source.id}


async def test_a_lease_is_renewed_before_it_ends_with_the_same_token(desk: Desk, hub: FakeHub) -> None:
    now = datetime.now(UTC)
    await desk.subscribe()
    await desk.hubs.tick(now + timedelta(days=7, hours=23))
    assert len(hub.forms) == 1
    await desk.hubs.tick(now + timedelta(days=8, minutes=1))
    assert hub.forms[1] == hub.forms[0]
    assert await desk.live(now + timedelta(days=8, minutes=2)) == {desk.source.id}
    assert await desk.live(now + timedelta(days=11)) == frozenset()


async def test_a_renewal_that_is_confirmed_makes_the_lease_longer(desk: Desk, hub: FakeHub) -> None:
    hub.lease = "1000"
    now = datetime.now(UTC)
    await desk.subscribe()
    ends_at = (await desk.subscription()).ends_at
    hub.lease = "864000"
    assert (await hub.ask_back())[0] == 200  # asked twice, promised once
    assert (await desk.subscription()).ends_at == ends_at
    await desk.hubs.tick(now + timedelta(seconds=990))
    assert len(hub.forms) == 2
    assert (await hub.ask_back())[0] == 200
    later = (await desk.subscription()).ends_at
    assert later is not None
    assert later > now + timedelta(days=9)


@pytest.mark.parametrize("status", [404, 500, 503])
async def test_a_hub_that_fails_is_asked_ever_less_often(desk: Desk, hub: FakeHub, status: int) -> None:
    hub.status = status
    now = datetime.now(UTC)
    await desk.note((hub.url,))
    for minutes in range(0, 24 * 60, 5):
        await desk.hubs.tick(now + timedelta(minutes=minutes))
    assert len(hub.forms) == 8  # at 0, 10, 30, 70, 150, 310, 630 and 1270 minutes
    assert (await desk.subscription()).failures == 8


async def test_a_hub_that_is_gone_or_slow_costs_nothing_but_its_own_news(folder: Path, hub: FakeHub) -> None:
    async with open_desk(folder, hub, timeout=0.3) as desk:
        hub.delay = 1
        await desk.note((hub.url,))
        await desk.hubs.tick(datetime.now(UTC))
        assert (await desk.subscription()).failures == 1
        await desk.note((f"http://127.0.0.1:{free_port()}/",))
        await desk.hubs.tick(datetime.now(UTC) + FIRST_WAIT * 2)
        assert (await desk.subscription()).failures == 1


async def test_a_hub_may_send_us_on(desk: Desk, hub: FakeHub) -> None:
    await desk.note((f"{hub.url}moved",))
    await desk.hubs.tick(datetime.now(UTC))
    assert hub.forms[0]["hub.topic"] == TOPIC


async def test_a_hub_in_a_private_network_is_not_asked(folder: Path, hub: FakeHub) -> None:
    async with open_desk(folder, hub) as desk:
        await desk.note((hub.url.replace("127.0.0.1", "localhost").replace("localhost", "[::ffff:127.0.0.2]"),))
        await desk.hubs.tick(datetime.now(UTC))
        assert hub.forms == []


async def test_a_feed_that_names_another_hub_leaves_the_first(desk: Desk, hub: FakeHub) -> None:
    await desk.subscribe()
    async with FakeHub() as other:
        await desk.note((other.url,))
        await desk.hubs.tick(datetime.now(UTC) + FIRST_WAIT * 2)
        assert other.forms[0]["hub.secret"] != hub.forms[0]["hub.secret"]
        assert other.forms[0]["hub.callback"] != hub.forms[0]["hub.callback"]
        assert [form["hub.mode"] for form in hub.forms] == ["subscribe", "unsubscribe"]
        assert await hub.bring(NEWS) == 410
        assert (await hub.ask_back(0))[0] == 404
    assert (await hub.ask_back(1))[0] == 200


async def test_a_hub_that_is_left_hears_that_it_was_meant(desk: Desk, hub: FakeHub) -> None:
    await desk.subscribe()
    await desk.note(())
    await desk.hubs.tick(datetime.now(UTC))
    assert hub.forms[1]["hub.mode"] == "unsubscribe"
    assert (await hub.ask_back(1, topic="https://other.example/"))[0] == 404
    assert await hub.ask_back(1) == (200, "вызов 1")
    assert (await hub.ask_back(1))[0] == 404
    assert await desk.live() == frozenset()


async def test_most_visits_have_nothing_to_note(desk: Desk, hub: FakeHub) -> None:
    knows, source_id = desk.hubs.knows, desk.source.id
    for hubs, others in (((), (hub.url,)), ((hub.url,), ())):
        assert not knows(source_id, visit(hubs))
        for _ in range(2):  # what is written is certain only at the next visit
            await desk.note(hubs)
        assert knows(source_id, visit(hubs))
        assert not knows(source_id, visit(others))
    assert not knows(source_id, visit((hub.url,), "https://news.example/other"))


async def test_a_feed_that_names_the_same_hub_again_keeps_its_subscription(desk: Desk, hub: FakeHub) -> None:
    await desk.subscribe()
    before = await desk.subscription()
    await desk.note((hub.url,))
    assert await desk.subscription() == before


async def test_a_feed_that_changes_its_hub_each_time_is_not_followed_any_faster(desk: Desk, hub: FakeHub) -> None:
    now = datetime.now(UTC)
    for number in range(10):
        await desk.note((f"{hub.url}?{number}",))
        await desk.hubs.tick(now + timedelta(seconds=number))
    assert len(hub.forms) == 1


async def test_while_the_database_cannot_be_written_the_hub_is_to_come_again(desk: Desk, hub: FakeHub) -> None:
    await desk.note((hub.url,))
    await desk.hubs.tick(datetime.now(UTC))
    async with desk.database.transaction() as stores:
        one = await stores.subscriptions.get(desk.source.id)
    assert one is not None
    await desk.database.close()
    assert desk.database.path is not None
    desk.database.path.write_bytes(b"no database" * 1000)
    assert (await hub.ask_back())[0] == 503
    assert await hub.bring(NEWS) == 503
