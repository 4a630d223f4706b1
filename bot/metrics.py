"""What is counted, in Prometheus' terms, and the small servers of the operator's side."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

import structlog
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, generate_latest

from storage.deliveries import Load, Outcome
from storage.errors import StorageError

log = structlog.get_logger("khabar.metrics")

CLOSING = 1.0  # seconds that open connections have when the bot stops


class Metrics:
    """The counters of one running bot; handed to whoever counts."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.articles = Counter(
            "khabar_articles", "Articles stored, by what they were", ["kind"], registry=self.registry
        )
        self.polls = Counter("khabar_polls", "Visits to sources, by outcome", ["outcome"], registry=self.registry)
        self.messages = Counter("khabar_messages", "Messages to chats, by outcome", ["outcome"], registry=self.registry)
        self.updates = Counter("khabar_updates", "Updates handled", registry=self.registry)
        self.updates_waiting = Gauge(
            "khabar_updates_waiting", "Updates to be handled or answered", registry=self.registry
        )
        self.dropped = Counter(
            "khabar_updates_dropped", "Updates beyond what one person may ask at once", registry=self.registry
        )
        self.in_flight = Gauge("khabar_in_flight", "Messages on their way", registry=self.registry)
        self.in_doubt = Gauge("khabar_in_doubt", "Messages that may or may not stand", registry=self.registry)
        self.due_chats = Gauge("khabar_due_chats", "Chats whose time has come", registry=self.registry)
        self.waves = Gauge("khabar_waves", "Articles on their way through an audience each", registry=self.registry)
        for outcome in Outcome:  # nought is told too: a rate needs what was before the first
            self.messages.labels(outcome)

    def count(self, outcomes: Mapping[str, int]) -> None:
        """Add what came of messages, by the values of `Outcome`: the same that goes into the tallies."""
        for outcome, number in outcomes.items():
            self.messages.labels(outcome).inc(number)

    def show(self, load: Load) -> None:
        """Set the gauges of what waits; `in_flight` is the worker's own, which knows it at every moment."""
        self.in_doubt.set(load.in_doubt)
        self.due_chats.set(load.due_chats)
        self.waves.set(load.waves)


def create_metrics_server(
    metrics: Metrics, is_ready: Callable[[], bool], get_load: Callable[[], Awaitable[Load]]
) -> web.Application:
    """/livez answers while the process runs, /readyz once it serves, /metrics is for Prometheus.

    `get_load` is asked with each look at /metrics; where it raises `StorageError` the last known numbers are shown.
    """

    async def livez(_request: web.Request) -> web.Response:
        return web.Response(text="ok")

    async def readyz(_request: web.Request) -> web.Response:
        return web.Response(text="ok") if is_ready() else web.Response(text="starting or stopping", status=503)

    async def show(_request: web.Request) -> web.Response:
        try:
            metrics.show(await get_load())
        except StorageError as error:
            log.warning("the metrics of what waits are old", error=str(error))
        body = generate_latest(metrics.registry)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})

    application = web.Application()
    application.router.add_get("/livez", livez)
    application.router.add_get("/readyz", readyz)
    application.router.add_get("/metrics", show)
    return application


@asynccontextmanager
async def listening(application: web.Application, address: str) -> AsyncIterator[None]:
    """The application served at host:port while the block runs."""
    host, _, port = address.rpartition(":")
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=CLOSING)
    await runner.setup()
    try:
        await web.TCPSite(runner, host.strip("[]"), int(port)).start()
        yield
    finally:
        await runner.cleanup()
