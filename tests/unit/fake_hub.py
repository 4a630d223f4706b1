"""A small real WebSub hub on loopback, as polite or as rude as a test wants it."""

import asyncio
import hashlib
import hmac
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp import web


@dataclass(slots=True)
class FakeHub:
    """Use as an async context manager. What it was asked for stands in `forms`, by the order of asking."""

    forms: list[dict[str, str]] = field(default_factory=list)
    echoes: list[tuple[int, str]] = field(default_factory=list)  # what its questions were answered with
    status: int = 202
    lease: str = "864000"
    delay: float = 0.0  # seconds before it answers
    verifies: bool = True
    verifies_first: bool = False  # asks back before it answers, as some do
    port: int = 0
    _runner: web.AppRunner | None = None
    _session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/", self._subscribe)
        app.router.add_post("/moved", self._move)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]
        self._session = aiohttp.ClientSession()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    @property
    def session(self) -> aiohttp.ClientSession:
        assert self._session is not None
        return self._session

    async def ask_back(self, number: int = -1, **changes: str) -> tuple[int, str]:
        """Ask whether a form was meant, with some of the question changed ("topic", "mode", …); status and body."""
        form = self.forms[number]
        query = {
            "hub.mode": form["hub.mode"],
            "hub.topic": form["hub.topic"],
            "hub.challenge": "вызов 1",
            "hub.lease_seconds": self.lease,
        }
        query |= {f"hub.{name}": value for name, value in changes.items()}
        async with self.session.get(form["hub.callback"], params=query) as response:
            self.echoes.append((response.status, await response.text()))
        return self.echoes[-1]

    async def deny(self, number: int = -1, reason: str = "not for you") -> int:
        """Say that there will be no subscription; the status of the answer."""
        form = self.forms[number]
        query = {"hub.mode": "denied", "hub.topic": form["hub.topic"], "hub.reason": reason}
        async with self.session.get(form["hub.callback"], params=query) as response:
            return response.status

    async def bring(
        self,
        body: bytes,
        number: int = 0,
        *,
        method: str = "sha256",
        secret: str | None = None,
        signature: str | None = None,
        **headers: str,
    ) -> int:
        """Bring what is new, signed by the form's secret or by another; the status of the answer."""
        form = self.forms[number]
        key = (form["hub.secret"] if secret is None else secret).encode()
        signed = f"{method}={hmac.new(key, body, getattr(hashlib, method, 'sha1')).hexdigest()}"
        given = {"Content-Type": "application/rss+xml; charset=UTF-8"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        if (signature if signature is not None else signed) != "":
            given["X-Hub-Signature"] = signature if signature is not None else signed
        async with self.session.post(form["hub.callback"], data=body, headers=given) as response:
            return response.status

    async def _subscribe(self, request: web.Request) -> web.Response:
        self.forms.append({name: str(value) for name, value in (await request.post()).items()})
        if self.delay:
            await asyncio.sleep(self.delay)
        if self.verifies and self.verifies_first:
            await self.ask_back()
        return web.Response(status=self.status)

    async def _move(self, _: web.Request) -> web.Response:
        return web.Response(status=307, headers={"Location": "/"})
