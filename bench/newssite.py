"""A newsroom's site on loopback that knows when each story came out and who was told of it when; with a WebSub hub.

/feed/polled        a feed that names no hub
/feed/pushed        the same for other stories, and it names the hub
/page/FEED/STORY    a story's page
/hub                takes subscriptions, asks back, and brings what is new, signed
"""

import asyncio
import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime

import aiohttp
from aiohttp import web

from bench.site import page, title

ENTRIES = 30  # a feed
PAST = 20  # stories that stand there when it opens
EVERY = 300.0  # seconds between those
POLLED, PUSHED = "polled", "pushed"
_NUMBERS = {POLLED: 1, PUSHED: 2}  # of the feeds, for their texts


@dataclass(slots=True)
class Story:
    """Times are epoch seconds; `told_at` is when the site first answered, or its hub first called, with this story."""

    number: int
    published_at: float
    told_at: float | None = None


@dataclass(slots=True)
class Feed:
    """`looks` are the moments at which somebody asked for it."""

    name: str
    stories: list[Story]
    looks: list[float] = field(default_factory=list)

    @property
    def mark(self) -> str:
        """Its ETag."""
        return f'"{self.stories[-1].number}"'

    def tell(self) -> None:
        """All that it says is told from now on."""
        now = time.time()
        for story in self.stories:
            if story.told_at is None:
                story.told_at = now


@dataclass(slots=True)
class NewsSite:
    """The feeds, and the hub's one subscriber."""

    url: str
    http: aiohttp.ClientSession
    feeds: dict[str, Feed]
    form: dict[str, str] = field(default_factory=dict)
    subscribed: asyncio.Event = field(default_factory=asyncio.Event)

    async def publish(self, name: str, count: int = 1) -> Story:
        """So many stories come out now, and the newest of them; the hub brings them at once where the feed has one."""
        feed = self.feeds[name]
        for _ in range(count):
            feed.stories.append(Story(feed.stories[-1].number + 1, time.time()))
        if name == PUSHED:
            feed.tell()
            body = self.write(feed)
            digest = hmac.new(self.form["hub.secret"].encode(), body, hashlib.sha256).hexdigest()
            headers = {"Content-Type": "application/rss+xml", "X-Hub-Signature": f"sha256={digest}"}
            async with self.http.post(self.form["hub.callback"], data=body, headers=headers) as response:
                response.raise_for_status()
        return feed.stories[-1]

    def address(self, name: str, story: Story) -> str:
        """Of a story's page."""
        return f"{self.url}/page/{_NUMBERS[name]}/{story.number}"

    def write(self, feed: Feed) -> bytes:
        """The feed as RSS."""
        items = "".join(self._item(feed, story) for story in reversed(feed.stories[-ENTRIES:]))
        own = f"{self.url}/feed/{feed.name}"
        hub = f'<atom:link rel="hub" href="{self.url}/hub"/><atom:link rel="self" href="{own}"/>'
        text = (
            '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>'
            f"<title>Лента {feed.name}</title><link>{self.url}/</link>{hub if feed.name == PUSHED else ''}{items}"
            "</channel></rss>"
        )
        return text.encode()

    def _item(self, feed: Feed, story: Story) -> str:
        link = self.address(feed.name, story)
        published = format_datetime(datetime.fromtimestamp(story.published_at, UTC))
        return (
            f"<item><title>{title(_NUMBERS[feed.name], story.number)}</title><link>{link}</link><guid>{link}</guid>"
            f"<pubDate>{published}</pubDate></item>"
        )

    async def serve_feed(self, request: web.Request) -> web.Response:
        """The feed, or 304."""
        feed = self.feeds[request.match_info["name"]]
        feed.looks.append(time.time())
        if request.headers.get("If-None-Match") == feed.mark:
            return web.Response(status=304, headers={"ETag": feed.mark})
        feed.tell()
        return web.Response(body=self.write(feed), content_type="application/rss+xml", headers={"ETag": feed.mark})

    async def serve_page(self, request: web.Request) -> web.Response:
        """A story's page."""
        number, story = int(request.match_info["feed"]), int(request.match_info["story"])
        return web.Response(body=page(number, story), content_type="text/html", charset="utf-8")

    async def take_subscription(self, request: web.Request) -> web.Response:
        """Ask back, as a hub must, and remember who is to be told."""
        form = {name: str(value) for name, value in (await request.post()).items()}
        challenge = secrets.token_hex()
        query = {
            "hub.mode": form["hub.mode"],
            "hub.topic": form["hub.topic"],
            "hub.challenge": challenge,
            "hub.lease_seconds": "864000",
        }
        async with self.http.get(form["hub.callback"], params=query) as response:
            is_meant = response.status == 200 and await response.text() == challenge
        if is_meant:
            self.form = form
            self.subscribed.set()
        return web.Response(status=202 if is_meant else 403)


async def open_site(http: aiohttp.ClientSession) -> tuple[NewsSite, web.AppRunner]:
    """The site, and its server, which is to be cleaned up at the end."""
    now = time.time()
    feeds = {
        name: Feed(name, [Story(number, now - EVERY * (PAST + 1 - number), now) for number in range(1, PAST + 1)])
        for name in (POLLED, PUSHED)
    }
    site = NewsSite("", http, feeds)
    application = web.Application()
    application.router.add_get("/feed/{name}", site.serve_feed)
    application.router.add_get(r"/page/{feed:\d+}/{story:\d+}", site.serve_page)
    application.router.add_post("/hub", site.take_subscription)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    site.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    return site, runner
