"""What an operator's Prometheus is told, over HTTP."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.metrics import Metrics, create_metrics_server
from storage.deliveries import Load, Outcome
from storage.errors import DatabaseUnavailable

Client = TestClient[web.Request, web.Application]
LOAD = Load(due_chats=12, waves=3, oldest_wave_at=None, in_flight=8, in_doubt=1)


@dataclass
class Bot:
    """A bot as far as its metrics go: `load` is what its database tells, None while it tells nothing."""

    metrics: Metrics = field(default_factory=Metrics)
    is_ready: bool = True
    load: Load | None = LOAD

    async def get_load(self) -> Load:
        if self.load is None:
            raise DatabaseUnavailable("the database is busy")
        return self.load


@pytest.fixture
def bot() -> Bot:
    return Bot()


@pytest.fixture
async def http(bot: Bot) -> AsyncIterator[Client]:
    server = create_metrics_server(bot.metrics, lambda: bot.is_ready, bot.get_load)
    async with TestClient(TestServer(server)) as client:
        yield client


async def told(http: Client) -> list[str]:
    async with http.get("/metrics") as response:
        assert response.status == 200
        return (await response.text()).splitlines()


async def test_every_outcome_is_told_before_its_first_message(http: Client, bot: Bot) -> None:
    lines = await told(http)
    for outcome in Outcome:
        assert f'khabar_messages_total{{outcome="{outcome}"}} 0.0' in lines
    bot.metrics.count({Outcome.DELIVERED: 40, Outcome.UNCERTAIN_FOUND: 1})
    bot.metrics.count({Outcome.DELIVERED: 2})
    lines = await told(http)
    assert 'khabar_messages_total{outcome="delivered"} 42.0' in lines
    assert 'khabar_messages_total{outcome="uncertain_found"} 1.0' in lines


async def test_each_look_tells_what_waits_now(http: Client, bot: Bot) -> None:
    lines = await told(http)
    assert {"khabar_due_chats 12.0", "khabar_waves 3.0", "khabar_in_doubt 1.0"} <= set(lines)
    bot.load = Load(due_chats=0, waves=0, oldest_wave_at=None, in_flight=0, in_doubt=0)
    assert {"khabar_due_chats 0.0", "khabar_waves 0.0", "khabar_in_doubt 0.0"} <= set(await told(http))


async def test_a_busy_database_leaves_the_last_numbers(http: Client, bot: Bot) -> None:
    before = await told(http)
    bot.load = None
    assert "khabar_due_chats 12.0" in await told(http)
    assert "khabar_due_chats 12.0" in before


async def test_a_bot_that_starts_or_stops_lives_and_is_not_ready(http: Client, bot: Bot) -> None:
    bot.is_ready = False
    for page, status in {"/livez": 200, "/readyz": 503}.items():
        async with http.get(page) as response:
            assert response.status == status
    bot.is_ready = True
    async with http.get("/readyz") as response:
        assert response.status == 200
