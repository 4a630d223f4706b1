"""What is counted, in Prometheus' terms, and the small server that shows it."""

from collections.abc import Callable

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, generate_latest


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
