"""The sample site over HTTP: three invented outlets on one loopback address, publishing as time goes.

GET /EDITION/            front page            GET /EDITION/SLUG     a story
GET /pereval/rss.xml     RSS 2.0               GET /dolina/feed.atom, /dolina-en/feed.atom   Atom
GET /chashma/feed.json   JSON Feed             GET /media/SCENE-N.jpg a picture, drawn when first asked for
Feeds and pages answer conditional requests (ETag, Last-Modified) with 304 and are compressed when asked.
"""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime

from aiohttp import web

from .feeds import CONTENT_TYPES, last_change, render_feed
from .newsroom import Newsroom, Published
from .pages import render_article, render_front, render_root
from .pictures import PictureBook
from .texts import Edition, load_editions, load_stories


@dataclass(frozen=True, slots=True)
class SiteFeed:
    """One feed of the site: the outlet's name in its own language, the feed's address, its language code."""

    name: str
    url: str
    language: str


def utc_now() -> datetime:
    return datetime.now(UTC)


class SampleSite:
    """The running site. Made by `start_site`, ended by `close()`."""

    def __init__(self, *, every: float, clock: Callable[[], datetime]) -> None:
        self._every = every
        self._clock = clock
        self._editions = load_editions()
        self._stories = load_stories()
        self._newsroom = Newsroom(self._stories, clock())
        self._pictures = PictureBook({story.picture_path: (story.scene, story.order) for story in self._stories})
        self._runner: web.AppRunner | None = None
        self._publishing: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()
        self.url = ""
        self.port = 0

    @property
    def feeds(self) -> list[SiteFeed]:
        return [SiteFeed(one.name, self.url + one.feed_path, one.language) for one in self._editions.values()]

    @property
    def is_finished(self) -> bool:
        """Every story is out and every correction made."""
        return self._newsroom.is_finished

    def publish_next(self) -> str | None:
        """Publish the next story at once; its address, or None when all are out."""
        return self._address(self._newsroom.publish_next(self._clock()))

    def step(self) -> str | None:
        """What the timer does: a correction that is due, else a new story. The address, or None at the end."""
        return self._address(self._newsroom.step(self._clock()))

    def correct(
        self, url: str, *, title: str, lead: str | None = None, replacements: tuple[tuple[str, str], ...] = ()
    ) -> str:
        """Change a published story's words now; its identity in the feed stays. Raises NotPublished."""
        path = "/" + url.removeprefix(self.url).partition("?")[0].lstrip("/")
        self._newsroom.correct(path, self._clock(), title, lead, replacements)
        return self.url + path

    async def start(self, host: str, port: int) -> None:
        """Listen, then publish every `every` seconds (never when it is 0)."""
        app = web.Application()
        app.add_routes(
            [
                web.get("/", self._get_root),
                web.get("/media/{name}", self._get_picture),
                *(web.get(one.feed_path, self._get_feed) for one in self._editions.values()),
                web.get("/{edition}/", self._get_front),
                web.get("/{edition}/archive/{number}", self._get_archive),
                web.get("/{edition}/{slug}", self._get_article),
            ]
        )
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        self.port = int(self._runner.addresses[0][1])
        self.url = f"http://{f'[{host}]' if ':' in host else host}:{self.port}"
        if self._every > 0:
            self._publishing = asyncio.get_running_loop().create_task(self._publish(), name="sample-site")

    async def close(self) -> None:
        """Stop publishing and listening. Raises what stopped the publication early, if anything did."""
        self._closing.set()
        try:
            if self._publishing is not None:
                await self._publishing
        finally:
            if self._runner is not None:
                await self._runner.cleanup()

    async def _publish(self) -> None:
        while not self.is_finished:
            try:
                await asyncio.wait_for(self._closing.wait(), self._every)
            except TimeoutError:
                self.step()
            else:
                return

    def _address(self, published: Published | None) -> str | None:
        return None if published is None else self.url + published.story.path

    def _edition(self, request: web.Request) -> Edition:
        edition = self._editions.get(request.match_info["edition"])
        if edition is None:
            raise web.HTTPNotFound
        return edition

    async def _get_root(self, request: web.Request) -> web.StreamResponse:
        return _html(request, render_root(list(self._editions.values())), None)

    async def _get_front(self, request: web.Request) -> web.StreamResponse:
        edition = self._edition(request)
        stories = self._newsroom.newest(edition.key)
        return _html(request, render_front(edition, stories), last_change(stories))

    async def _get_article(self, request: web.Request) -> web.StreamResponse:
        edition = self._edition(request)
        published = self._newsroom.find(request.path)
        if published is None:
            raise web.HTTPNotFound
        others = self._newsroom.newest(edition.key)
        # The sidebar moves with every new story, so the page is as new as the newest of them.
        return _html(request, render_article(edition, published, others, self.url), last_change(others))

    async def _get_archive(self, request: web.Request) -> web.StreamResponse:
        edition = self._edition(request)
        raise web.HTTPGone(text=edition.tagline)

    async def _get_feed(self, request: web.Request) -> web.StreamResponse:
        edition = next(one for one in self._editions.values() if one.feed_path == request.path)
        stories = self._newsroom.newest(edition.key)
        body = render_feed(edition, stories, self.url)
        return _answer(request, body, CONTENT_TYPES[edition.feed_kind], last_change(stories))

    async def _get_picture(self, request: web.Request) -> web.StreamResponse:
        picture = await self._pictures.get(request.path)
        if picture is None:
            raise web.HTTPNotFound
        return web.Response(body=picture, content_type="image/jpeg", headers={"Cache-Control": "public, max-age=86400"})


def _html(request: web.Request, page: str, changed: datetime | None) -> web.StreamResponse:
    return _answer(request, page.encode(), "text/html", changed)


def _answer(request: web.Request, body: bytes, content_type: str, changed: datetime | None) -> web.StreamResponse:
    """The body, or 304 when the client has it. The tag is weak: gzip makes other bytes of the same content."""
    etag = hashlib.sha256(body).hexdigest()[:20]
    headers = {"ETag": f'W/"{etag}"', "Vary": "Accept-Encoding", "Cache-Control": "no-cache"}
    if changed is not None:
        headers["Last-Modified"] = format_datetime(changed.astimezone(UTC), usegmt=True)
    if _is_known(request, etag, changed):
        return web.Response(status=304, headers=headers)
    response = web.Response(body=body, content_type=content_type, charset="utf-8", headers=headers)
    # aiohttp left to choose prefers deflate, which servers of real outlets hardly ever send.
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        response.enable_compression(web.ContentCoding.gzip)
    return response


def _is_known(request: web.Request, etag: str, changed: datetime | None) -> bool:
    """RFC 9110, 13.2.2: If-None-Match decides alone when it is given, else If-Modified-Since."""
    tags = request.if_none_match
    if tags is not None:
        return any(tag.value in ("*", etag) for tag in tags)
    since = request.if_modified_since
    return since is not None and changed is not None and changed.replace(microsecond=0) <= since


async def start_site(
    host: str, port: int, *, every: float = 8.0, clock: Callable[[], datetime] = utc_now
) -> SampleSite:
    """Serve the sample site. Port 0 takes a free one; `every` is seconds between publications, 0 for none."""
    site = SampleSite(every=every, clock=clock)
    await site.start(host, port)
    return site
