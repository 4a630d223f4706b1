"""Hubs that tell us of news by themselves, so that their feeds need hardly be polled (W3C WebSub).

    note      a feed was read: the hub that it names is remembered, or forgotten when it names none
    tick      hubs that are due are asked for a subscription, or for a longer one
    verify    a hub asks back: only what we asked for is confirmed
    take      a hub brings what is new: signed by our secret, or it is nothing; kept in a short queue
    run       what stands in the queue is handed on, to be read like any page

Nothing of it is done without a webhook: a hub must be able to reach us.
"""

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

import structlog
from aiohttp import web

from bot.clock import now_utc
from bot.ingest.brought import Brought, OnNews
from bot.ingest.errors import FetchError
from bot.ingest.fetch import Fetcher
from bot.ingest.headers import read_content_type, read_hub_links
from bot.ingest.stages import FetchedPage, Look
from bot.ingest.websub import (
    FIRST_WAIT,
    LONGEST_LEASE,
    RENEW_AT,
    HubChoice,
    Mode,
    choose_hub,
    is_ours,
    next_request_at,
    read_lease,
    subscribe_fields,
    unsubscribe_fields,
    verify_signature,
)
from config.settings import Settings
from storage.database import Database
from storage.errors import StorageError
from storage.records import HubState, Subscription
from storage.stores import Stores

log = structlog.get_logger("khabar.hubs")

PLACE = "/websub/{token}"
ASKED_EACH_TICK = 20
ASKED_AT_ONCE = 4  # so that hubs that are slow on purpose take little of anything
LEFT = 500  # subscriptions that were given up and whose hub may still ask back
ROOM = 10  # times `collect.max_body`: bytes of all bodies that wait to be read
_UNKNOWN = HubChoice("", "")
_FIRST_WORDS = 200  # characters of what a hub says that are logged


class Hubs:
    """All subscriptions of one bot. `on_news` gets the id of a source and what its hub brought."""

    def __init__(self, *, database: Database, fetcher: Fetcher, settings: Settings, on_news: OnNews) -> None:
        self._database = database
        self._fetcher = fetcher
        self._collect = settings.collect
        self._on_news = on_news
        self._origin, self._folder = _split(settings.webhook.url)
        self._brought = Brought(ROOM * settings.collect.max_body)
        self._asking = asyncio.Semaphore(ASKED_AT_ONCE)
        self._noted: dict[int, HubChoice | None] = {}  # by source: what its feed names and the database has
        self._left: dict[str, Subscription] = {}  # by token: given up; asked_at is None until the hub was told

    @property
    def is_on(self) -> bool:
        """Whether hubs can reach us at all."""
        return bool(self._origin)

    async def live(self, stores: Stores, now: datetime) -> frozenset[int]:
        """The sources that need only be polled at the longest interval."""
        return await stores.subscriptions.get_live(now) if self.is_on else frozenset()

    def knows(self, source_id: int, look: Look) -> bool:
        """Whether `note` would change nothing, as at most visits: then no transaction need be opened for it."""
        return not self.is_on or self._noted.get(source_id, _UNKNOWN) == choose_hub(look)

    async def note(self, stores: Stores, source_id: int, look: Look) -> None:
        """Remember the hub that a feed names now. Not for what a hub itself brought: that may leave the links out."""
        if not self.is_on:
            return
        choice = choose_hub(look)
        known = await stores.subscriptions.get(source_id)
        if choice == (HubChoice(known.hub, known.topic) if known is not None else None):
            self._noted[source_id] = choice
            return
        self._noted.pop(source_id, None)  # until the next visit finds that this transaction was committed
        if known is not None:
            await stores.subscriptions.remove(source_id)
            self._leave(known)
        if choice is not None:
            token, secret = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
            # A feed that names another hub each time is not followed any faster than one whose hub does not answer.
            asked_at = known.asked_at if known is not None else None
            one = Subscription(source_id, choice.hub, choice.topic, token, secret, asked_at=asked_at)
            await stores.subscriptions.save(one)

    async def tick(self, now: datetime) -> None:
        """Ask every hub that is due. Returns when all have answered, so ticks should not overlap."""
        if not self.is_on:
            return
        # A lease of any length is near its end by then; which are due is told one by one.
        ends_before = now + LONGEST_LEASE * (1 - RENEW_AT)
        async with self._database.snapshot() as stores:
            waiting = await stores.subscriptions.get_due(now - FIRST_WAIT, ends_before)
        due = [one for one in waiting if next_request_at(one, now) <= now][:ASKED_EACH_TICK]
        if due:
            async with self._database.transaction() as stores:
                for one in due:
                    # Written down before: a hub may ask back before it answers.
                    await stores.subscriptions.save(replace(one, asked_at=now, failures=one.failures + 1))
        leaving = [one for one in self._left.values() if one.asked_at is None][:ASKED_EACH_TICK]
        self._left.update((one.token, replace(one, asked_at=now)) for one in leaving)
        async with asyncio.TaskGroup() as group:
            for one in due:
                group.create_task(self._ask(one, subscribe_fields(one, self._callback(one))))
            for one in leaving:
                group.create_task(self._ask(one, unsubscribe_fields(one, self._callback(one))))

    def add_routes(self, application: web.Application) -> None:
        """Let hubs reach us at the application that listens for Telegram."""
        if not self.is_on:
            return
        for place in dict.fromkeys((self._folder + PLACE, PLACE)):  # a proxy in front may take the folder off
            application.router.add_get(place, self._verify)
            application.router.add_post(place, self._take)

    async def run(self) -> None:
        """Hand on what hubs bring, until cancelled."""
        await self._brought.run(self._on_news)

    def _leave(self, one: Subscription) -> None:
        """Tell the hub with the next tick that it need not call any more, if it has ever said that it would."""
        if one.state is HubState.LIVE:
            self._left[one.token] = replace(one, asked_at=None)
            while len(self._left) > LEFT:
                del self._left[next(iter(self._left))]

    async def _ask(self, one: Subscription, fields: Mapping[str, str]) -> None:
        async with self._asking:
            try:
                status = await self._fetcher.post_form(one.hub, fields)
            except FetchError as error:
                log.warning("a hub could not be asked", source_id=one.source_id, hub=one.hub, error=str(error))
                return
        if status >= 300:
            log.warning("a hub does not take the request", source_id=one.source_id, hub=one.hub, status=status)

    async def _verify(self, request: web.Request) -> web.Response:
        """A hub asks whether a request was meant, or says that there will be no subscription (5.2, 5.3)."""
        token, query, now = request.match_info["token"], request.query, now_utc()
        one = await self._find(token)
        if one is None:
            left = self._left.get(token)
            if left is None or not is_ours(left, Mode.UNSUBSCRIBE, query, now):
                raise web.HTTPNotFound
            del self._left[token]
        elif query.get("hub.mode") == Mode.DENIED and query.get("hub.topic") == one.topic:
            await self._note_denial(one, query.get("hub.reason", ""))
            return web.Response()
        elif not is_ours(one, Mode.SUBSCRIBE, query, now):
            raise web.HTTPNotFound
        elif one.state is not HubState.LIVE or one.failures:
            lease = read_lease(query.get("hub.lease_seconds"))
            await self._save(one, replace(one, state=HubState.LIVE, ends_at=now + lease, failures=0))
            log.info("a hub tells of news from now on", source_id=one.source_id, hub=one.hub, until=now + lease)
        headers = {"X-Content-Type-Options": "nosniff"}
        return web.Response(text=query["hub.challenge"], content_type="text/plain", headers=headers)

    async def _note_denial(self, one: Subscription, reason: str) -> None:
        if one.state is HubState.REFUSED:
            return
        await self._save(one, replace(one, state=HubState.REFUSED, ends_at=None))
        said = "".join(letter for letter in reason if letter.isprintable())[:_FIRST_WORDS]
        log.warning("a hub refuses a subscription", source_id=one.source_id, hub=one.hub, reason=said)

    async def _save(self, seen: Subscription, now: Subscription) -> None:
        """Write down what a hub said, unless the source has another subscription by now."""
        try:
            async with self._database.transaction() as stores:
                if await stores.subscriptions.find(seen.token) is not None:
                    await stores.subscriptions.save(now)
        except StorageError as error:
            log.error("what a hub says cannot be written down", error=str(error))
            raise web.HTTPServiceUnavailable from None

    async def _take(self, request: web.Request) -> web.Response:
        """A hub brings what is new (7). A wrong signature is answered as a right one: nobody learns from it."""
        one = await self._find(request.match_info["token"])
        if one is None:
            raise web.HTTPGone  # so the hub knows that it need not come again
        body = await self._read(request)
        if not verify_signature(request.headers.get("X-Hub-Signature"), one.secret, body):
            log.warning("a hub's message has a wrong signature", source_id=one.source_id, hub=one.hub)
        elif not self._brought.keep(one.source_id, _page(request, one.topic, body)):
            raise web.HTTPServiceUnavailable(headers={"Retry-After": "60"})
        return web.Response(status=202)

    async def _find(self, token: str) -> Subscription | None:
        try:
            async with self._database.snapshot() as stores:
                return await stores.subscriptions.find(token)
        except StorageError as error:
            log.error("a hub calls and the database cannot be read", error=str(error))
            raise web.HTTPServiceUnavailable from None

    async def _read(self, request: web.Request) -> bytes:
        """The body, within the limits that hold for every page."""
        cap, body = self._collect.max_body, bytearray()
        try:
            async with asyncio.timeout(self._collect.timeout.total_seconds()):
                async for piece in request.content.iter_any():
                    body += piece
                    if len(body) > cap:
                        raise web.HTTPRequestEntityTooLarge(max_size=cap, actual_size=len(body))
        except TimeoutError:
            raise web.HTTPRequestTimeout from None
        except (web.RequestPayloadError, OSError) as error:
            raise web.HTTPBadRequest from error
        return bytes(body)

    def _callback(self, one: Subscription) -> str:
        return f"{self._origin}{self._folder}{PLACE.format(token=one.token)}"


def _split(webhook: str) -> tuple[str, str]:
    """The origin of the webhook's address, and the folder that its path stands in, without the last slash."""
    if not webhook:
        return "", ""
    parts = urlsplit(webhook)
    return f"{parts.scheme}://{parts.netloc}", parts.path.rpartition("/")[0]


def _page(request: web.Request, topic: str, body: bytes) -> FetchedPage:
    """What a hub brought, as if it had been fetched."""
    links = read_hub_links(request.headers.getall("Link", ()), topic)
    content_type, charset = read_content_type(request.headers.get("Content-Type"))
    return FetchedPage(
        url=topic,
        final_url=topic,
        status=200,
        content_type=content_type,
        charset=charset,
        body=body,
        hubs=links.hubs,
        self_url=links.self_url,
    )
