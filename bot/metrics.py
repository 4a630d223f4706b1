"""What is counted, in Prometheus' terms, and the small servers of the operator's side."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, generate_latest

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
        self.in_flight = Gauge("khabar_in_flight", "Messages on their way", registry=self.registry)


def create_metrics_server(metrics: Metrics, is_ready: Callable[[], bool]) -> web.Application:
    """/livez answers while the process runs, /readyz once it serves, /metrics is for Prometheus."""

    async def livez(_request: web.Request) -> web.Response:
        return web.Response(text="ok")

    async def readyz(_request: web.Request) -> web.Response:
        return web.Response(text="ok") if is_ready() else web.Response(text="starting or stopping", status=503)

    async def show(_request: web.Request) -> web.Response:
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
