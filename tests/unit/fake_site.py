"""A small real web site on loopback that can answer anything, however rude."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Seen:
    """A request as the site got it."""

    path: str
    headers: Mapping[str, str]


@dataclass(slots=True)
class FakeSite:
    """Use as an async context manager. An address that was given no answer is a 404."""

    answers: dict[str, Handler] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    port: int = 0
    most_at_once: int = 0
    _open: int = 0
    _runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def connections(self) -> int:
        """How many are open now, at work or idle."""
        server = self._runner.server if self._runner is not None else None
        return len(server.connections) if server is not None else 0

    @property
    def host(self) -> str:
        """What `allow_private` needs to list."""
        return f"127.0.0.1:{self.port}"

    def url(self, path: str) -> str:
        return f"http://{self.host}{path}"

    def serve(self, path: str, body: bytes | str = b"", status: int = 200, **headers: str) -> str:
        """Answer a path with this body; header names are written with underscores. Returns the address."""
        data = body.encode() if isinstance(body, str) else body
        named = {name.replace("_", "-"): value for name, value in headers.items()}

        async def answer(_: web.Request) -> web.StreamResponse:
            return web.Response(body=data, status=status, headers=named)

        return self.handle(path, answer)

    def redirect(self, path: str, target: str, status: int = 302) -> str:
        """Answer a path with a redirect. Returns the address."""
        return self.serve(path, status=status, Location=target)

    def handle(self, path: str, handler: Handler) -> str:
        """Answer a path with a function. Returns the address."""
        self.answers[path] = handler
        return self.url(path)

    def drip(self, path: str, every: float) -> str:
        """Answer with one byte at a time, for ever. Returns the address."""

        async def answer(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse(headers={"Content-Type": "application/rss+xml"})
            await response.prepare(request)
            while True:
                await response.write(b" ")
                await asyncio.sleep(every)

        return self.handle(path, answer)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.seen.append(Seen(request.path, dict(request.headers)))
        self._open += 1
        self.most_at_once = max(self.most_at_once, self._open)
        try:
            handler = self.answers.get(request.path)
            return await handler(request) if handler else web.Response(status=404)
        finally:
            self._open -= 1
