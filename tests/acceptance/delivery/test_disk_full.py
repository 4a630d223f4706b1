"""A disk that fills up amid a broadcast: nothing is sent that was not written down, and it goes on by itself.

Elsewhere: updates and answers to people in `test_inbox`, a bad disk while one message is on its way in
`test_on_the_way`, the archive in `tests/storage/test_archive_stores`.
"""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta

import orjson
import pytest
from aiogram import Bot
from pydantic import SecretStr

from bot.clock import now_utc
from bot.delivery.session import TelegramSession
from bot.delivery.worker import Worker
from bot.metrics import Metrics
from bot.pipeline import open_pipeline
from bot.topics.lemmas import Lemmatiser
from config.settings import CollectSettings, DeliverySettings, Settings
from storage.errors import DatabaseUnavailable
from storage.records import NewSource, SourceCheck
from tests.acceptance.conftest import TOKEN
from tests.acceptance.delivery.conftest import SECOND, Post, on_their_way
from tests.acceptance.test_inbox import full_disk
from tests.unit.fake_site import FakeSite

CHATS = 120
OPEN = DeliverySettings().open_requests
PLENTY = 1_000_000  # pages


@pytest.fixture
async def crowd(post: Post) -> range:
    return await post.crowd(CHATS)


class Witness(TelegramSession):
    """Looks into the journal, as it stands on the disk, before each message leaves."""

    def __init__(self, post: Post) -> None:
        super().__init__(post.telegram.url)
        self._database = post.database
        self.unwritten: list[int] = []

    async def post(self, bot: Bot, api_method: str, body: bytes) -> int:
        chat_id = int(orjson.loads(body)["chat_id"])
        async with self._database.snapshot() as stores:
            written = {claim.chat.id for claim in await stores.mailbox.get_in_flight()}
        if chat_id not in written:
            self.unwritten.append(chat_id)
        return await super().post(bot, api_method, body)


@pytest.fixture
async def witness(post: Post) -> AsyncIterator[Witness]:
    """Everything that the post sends leaves under its eyes."""
    witness, honest = Witness(post), post.bot
    post.bot = Bot(TOKEN, session=witness)
    yield witness
    await witness.close()
    post.bot = honest


async def leave_pages(post: Post, count: int) -> None:
    """The disk has room for so many pages more, beside those that are free in the file."""
    async with post.database.writer.begin() as connection:
        pages = (await connection.exec_driver_sql("PRAGMA page_count")).scalar_one()
        await connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + count}")


async def fails(worker: Worker) -> None:
    with pytest.raises(DatabaseUnavailable, match="full"):
        await worker.drain()


async def test_a_disk_that_fills_up_amid_a_broadcast_costs_no_message_and_makes_no_copy(
    post: Post, crowd: range, witness: Witness
) -> None:
    await post.publish("Новость")
    worker = post.worker()
    await leave_pages(post, 1)
    await fails(worker)
    sent = len(await post.sends())
    assert OPEN <= sent < CHATS
    for _ in range(3):
        await fails(worker)
    assert len(await post.sends()) == sent

    await leave_pages(post, PLENTY)
    await worker.drain()
    assert witness.unwritten == []
    assert await once_each(post, crowd)
    assert await on_their_way(post) == 0


async def test_what_the_journal_has_no_room_for_is_not_sent(post: Post, crowd: range, witness: Witness) -> None:
    """Everybody at once: so many claims take more than the page that the journal has."""
    await post.publish("Новость")
    worker = post.worker(pace=100 * CHATS, open_requests=CHATS)
    async with full_disk(post.database):
        for _ in range(3):
            await fails(worker)
        assert await post.sends() == []
    await worker.drain()
    assert witness.unwritten == []
    assert await once_each(post, crowd)


async def test_a_process_that_dies_while_the_disk_is_full_leaves_no_more_copies_than_it_had_open(
    post: Post, crowd: range, witness: Witness
) -> None:
    """What it could not write down any more, the next one cannot know."""
    await post.publish("Новость")
    await leave_pages(post, 1)
    await fails(post.worker())
    await leave_pages(post, PLENTY)
    await post.worker().drain()
    post.turned += SECOND
    await post.worker().drain()
    assert witness.unwritten == []
    got = Counter(chat_id for _, chat_id in await post.sends())
    assert set(got) == set(crowd)
    assert got.total() <= CHATS + OPEN


async def test_stories_that_could_not_be_stored_are_collected_again_and_posted_once(
    post: Post, channel: int, lemmatiser: Lemmatiser
) -> None:
    """The visit that found the disk full leaves the source as it was, however much of it was stored already."""
    async with FakeSite() as site:
        collect = CollectSettings(allow_private=(site.host,), full_text=False)
        settings = Settings(token=SecretStr(TOKEN), collect=collect)
        async with post.database.transaction() as stores:
            await stores.sources.remove(post.source_id, now_utc())
            await stores.sources.add(NewSource(serve_feed(site, 1), "Вести"))
        async with open_pipeline(settings, post.database, lemmatiser, Metrics()) as pipeline:
            assert [one.new for one in await pipeline.collect()] == [1]
            await become_due(post)
            serve_feed(site, 5)
            async with full_disk(post.database):
                with pytest.raises(DatabaseUnavailable, match="full"):
                    await pipeline.collect()
                assert await pipeline.collect() == []  # it waits with the next visit: nothing could be written down
                await post.worker().drain()
                assert await post.texts(channel) == []
            pipeline._held_until = 0.0
            assert [one.new for one in await pipeline.collect()] == [4]
    await post.worker().drain()
    assert sorted(await post.texts(channel)) == sorted(title for title, _ in TOLD[1:])


TOLD = (
    ("В Хороге открыли мост через Гунт", "Строители сдали переправу раньше срока. "),
    ("Хлопкоробы Вахша собрали урожай", "Комбайны вышли в поле затемно. "),
    ("Музей показал клад из Пенджикента", "Серебро пролежало под стеной веками. "),
    ("Ночной поезд вернётся в Куляб", "Билеты появятся в кассах на неделе. "),
    ("Школьники посадили орехи", "Саженцы привезли лесники из Гиссара. "),
)


def serve_feed(site: FakeSite, stories: int) -> str:
    """A feed of so many stories, each longer than a page of the database."""
    items = "".join(
        f"<item><title>{title}</title><link>/{number}</link><description>{lead * 200}</description></item>"
        for number, (title, lead) in enumerate(TOLD[:stories], start=1)
    )
    return site.serve("/rss", f"<rss version='2.0'><channel><title>Вести</title>{items}</channel></rss>")


async def become_due(post: Post) -> None:
    long_ago = now_utc() - timedelta(hours=1)
    async with post.database.transaction() as stores:
        for source in await stores.sources.get_all():
            if source.due_at is not None:
                await stores.sources.settle(SourceCheck(source.id, long_ago, long_ago))


async def once_each(post: Post, crowd: range) -> bool:
    return Counter(chat_id for _, chat_id in await post.sends()) == Counter(crowd)
