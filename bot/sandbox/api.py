"""The door of the Bot API: one request in, Telegram's answer out, faults and the record of calls between."""

import asyncio
from typing import Any

import orjson
from aiohttp import web

from bot.sandbox.errors import ApiError
from bot.sandbox.faults import Fault
from bot.sandbox.methods import METHODS
from bot.sandbox.params import Params, json_error, read_params
from bot.sandbox.telegram import Telegram

PROXY_PAGE = "<html><head><title>{status}</title></head><body><center><h1>{status}</h1></center></body></html>"
UNRECORDED = frozenset({"getupdates"})


class BotApi:
    """Answers `/bot<TOKEN>/<method>` and `/file/bot<TOKEN>/<path>`."""

    def __init__(self, telegram: Telegram) -> None:
        self._telegram = telegram
        telegram.call_method = self._call_quietly

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One request."""
        method = request.match_info["method"]
        if request.match_info["token"] != self._telegram.token:
            return _respond(ApiError(401, "Unauthorized"))
        try:
            params = await read_params(request)
        except ApiError as error:
            return _respond(error)
        fault = self._telegram.faults.take(method, self._chat_id(params))
        if fault is None:
            return self._answer(method, params, await self._run(method, params))
        return await self._broken(request, method, params, fault)

    async def file(self, request: web.Request) -> web.StreamResponse:
        """The bytes of a file, by getFile's file_path."""
        if request.match_info["token"] != self._telegram.token:
            return _respond(ApiError(401, "Unauthorized"))
        stored = self._telegram.files.by_path(request.match_info["path"])
        if stored is None:
            return _respond(ApiError(404, "Not Found"))
        return web.Response(body=stored.body, content_type=stored.mime_type)

    def _chat_id(self, params: Params) -> str | None:
        wanted = params.text("chat_id")
        chat = self._telegram.world.find_chat(wanted) if wanted else None
        return str(chat.id) if chat else wanted or None

    async def _run(self, method: str, params: Params) -> tuple[int, dict[str, Any]]:
        call = METHODS.get(method.lower())
        if call is None:
            return 404, json_error(ApiError(404, "Not Found"))
        try:
            return 200, {"ok": True, "result": await call(self._telegram, params)}
        except ApiError as error:
            return error.code, json_error(error)

    def _answer(self, method: str, params: Params, outcome: tuple[int, dict[str, Any]]) -> web.Response:
        status, body = outcome
        self._record(method, params, status, body)
        return _json(status, body)

    async def _broken(self, request: web.Request, method: str, params: Params, fault: Fault) -> web.StreamResponse:
        if fault.kind == "delay":
            await asyncio.sleep(fault.seconds)
            return self._answer(method, params, await self._run(method, params))
        if fault.kind == "error":
            error = ApiError(fault.error_code, fault.description, fault.parameters)
            return self._answer(method, params, (fault.error_code, json_error(error)))
        if fault.kind == "status":
            page = PROXY_PAGE.format(status=fault.status)
            self._record(method, params, fault.status, page)
            return web.Response(status=fault.status, text=page, content_type="text/html")
        outcome: tuple[int, Any] = (0, None)
        if fault.kind == "drop_after" or (fault.kind == "garbage" and fault.done):
            outcome = await self._run(method, params)
        if fault.kind == "garbage":
            self._record(method, params, 200, outcome[1])
            return web.Response(body=b'{"ok":true,"result":{"message_id":', content_type="application/json")
        self._record(method, params, 0, outcome[1])
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)  # nobody reads it: the connection is gone

    def _record(self, method: str, params: Params, status: int, answer: Any) -> None:
        if method.lower() not in UNRECORDED or status != 200:
            self._telegram.calls.add(method, params.shown(), status, answer)

    async def _call_quietly(self, method: str, values: dict[str, Any]) -> None:
        params = Params(values)
        status, body = await self._run(method, params)
        self._record(method, params, status, body)


def _respond(error: ApiError) -> web.Response:
    return _json(error.code, json_error(error))


def _json(status: int, body: dict[str, Any]) -> web.Response:
    headers = {}
    if parameters := body.get("parameters"):
        headers = {"Retry-After": str(parameters["retry_after"])} if "retry_after" in parameters else {}
    return web.Response(status=status, body=orjson.dumps(body), content_type="application/json", headers=headers)
