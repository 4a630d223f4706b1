"""The connection to Telegram: aiogram's session, and a short way through it for what is sent by the thousand.

The short way sends JSON that is ready and reads of a good answer the message's number alone. Every other answer is
read by aiogram, so that both ways raise the same errors. No error holds the token: the address of a request does.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, ClassVar, TypeVar

import orjson
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramConflictError,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.methods import Response, TelegramMethod
from aiohttp import ClientConnectorError, ClientError, ClientTimeout, ConnectionTimeoutError

from bot.delivery.results import NotSent, Refused, Uncertain, classify

T = TypeVar("T")

REQUEST_TIMEOUT = 30  # seconds; Telegram fetches a picture's address itself before it answers
CONNECT_TIMEOUT = 10  # seconds; a request that found no connection was not sent, whereas a slow answer is uncertain
RETRY_AFTER = 1  # seconds, where Telegram does not say how long to wait
JSON_HEADERS = {"Content-Type": "application/json"}

_CODES: tuple[tuple[type[TelegramAPIError], int], ...] = (
    (TelegramUnauthorizedError, HTTPStatus.UNAUTHORIZED),
    (TelegramForbiddenError, HTTPStatus.FORBIDDEN),
    (TelegramConflictError, HTTPStatus.CONFLICT),
    (TelegramNotFound, HTTPStatus.NOT_FOUND),
)


class Posted(TelegramMethod[Any]):
    """Stands for a request of the short way in aiogram's errors."""

    __returning__: ClassVar[Any] = Any
    __api_method__: ClassVar[str] = ""


class TelegramSession(AiohttpSession):
    """aiogram's session, which also knows what else comes from between us and Telegram.

    A proxy's 502 page is a server's failure, whatever its body; an answer that is no text, or that is well but holds
    no result, cannot be read. aiogram would let the first two out as other errors and the last as a success.
    """

    def __init__(self, api_url: str) -> None:
        # No limit of connections: whoever sends has one of open requests, and a lower one here would hold it up.
        super().__init__(api=TelegramAPIServer.from_base(api_url), timeout=REQUEST_TIMEOUT, limit=0)
        self._post_timeout = ClientTimeout(total=REQUEST_TIMEOUT, sock_connect=CONNECT_TIMEOUT)

    async def post(self, bot: Bot, api_method: str, body: bytes) -> int:
        """Send JSON; the number of the message that stands then, of an album's first, 0 where the answer is a yes.

        Raises what aiogram would: `TelegramAPIError` and, for an answer that cannot be read, `ClientDecodeError`.
        """
        session = await self.create_session()
        url = self.api.api_url(token=bot.token, method=api_method)
        try:
            async with session.post(url, data=body, headers=JSON_HEADERS, timeout=self._post_timeout) as response:
                raw = await response.read()
        except (ClientError, TimeoutError) as error:
            # The text of some of these holds the address, so only those that tell more than their name are kept.
            is_telling = isinstance(error, ClientConnectorError | ConnectionTimeoutError)
            name = type(error).__name__
            raise TelegramNetworkError(method=Posted(), message=name) from (error if is_telling else None)
        if response.status == HTTPStatus.OK and (number := _message_number(raw)) is not None:
            return number
        raise self._fault(bot, response.status, response.headers, raw)

    async def make_request(self, bot: Bot, method: TelegramMethod[T], timeout: int | None = None) -> T:
        """As aiogram's; raises `ClientDecodeError` for bytes that are no text."""
        try:
            return await super().make_request(bot, method, timeout)
        except UnicodeDecodeError as error:
            raise ClientDecodeError("the answer is no text", error, None) from error

    def check_response(self, bot: Bot, method: TelegramMethod[T], status_code: int, content: str) -> Response[T]:
        """As aiogram's; raises `TelegramServerError` for any 5xx, `ClientDecodeError` where there is no result."""
        if status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise TelegramServerError(method=method, message=f"the server answered {status_code}")
        try:
            response = super().check_response(bot, method, status_code, content)
        except TelegramRetryAfter:
            raise
        except (TelegramAPIError, ClientDecodeError):
            if status_code != HTTPStatus.TOO_MANY_REQUESTS:
                raise
            raise TelegramRetryAfter(method=method, message="", retry_after=RETRY_AFTER) from None
        if response.result is None:
            raise ClientDecodeError("the answer has no result", ValueError("result is missing"), None)
        return response

    def _fault(
        self, bot: Bot, status: int, headers: Mapping[str, str], raw: bytes
    ) -> TelegramAPIError | ClientDecodeError:
        """What an answer means that is not the number of a message."""
        asked = headers.get("Retry-After", "")
        if status == HTTPStatus.TOO_MANY_REQUESTS and asked.isdecimal():
            return TelegramRetryAfter(method=Posted(), message="", retry_after=int(asked))
        try:
            self.check_response(bot, Posted(), status, raw.decode(errors="replace"))
        except (TelegramAPIError, ClientDecodeError) as error:
            return error
        return ClientDecodeError("the answer is no message", ValueError("message_id is missing"), None)


def _message_number(raw: bytes) -> int | None:
    """None where the answer is not a good one, or not one that we know."""
    try:
        answer = orjson.loads(raw)
        if answer["ok"] is not True:
            return None
        result = answer["result"]
        if result is True:
            return 0
        number = (result[0] if isinstance(result, list) else result)["message_id"]
    except (orjson.JSONDecodeError, KeyError, IndexError, TypeError):
        return None
    return number if isinstance(number, int) else None


def create_bot(token: str, api_url: str) -> Bot:
    """A bot that speaks to this Bot API server; nothing is sent yet."""
    return Bot(token, session=TelegramSession(api_url))


def describe(error: TelegramAPIError | ClientDecodeError) -> NotSent | Uncertain | Refused:
    """What an error of aiogram's tells about a request: it merges network errors, so their cause decides."""
    if isinstance(error, ClientDecodeError):
        return Uncertain("the answer cannot be read")
    if isinstance(error, TelegramNetworkError):
        if isinstance(error.__cause__, ClientConnectorError | ConnectionTimeoutError):
            return NotSent("no connection")
        return Uncertain(error.message if error.__cause__ is None else type(error.__cause__).__name__)
    said = error.message or ""  # aiogram takes over a description that is not there
    if isinstance(error, TelegramServerError):
        return NotSent(said)
    if isinstance(error, TelegramMigrateToChat):
        return classify(HTTPStatus.BAD_REQUEST, said, error.migrate_to_chat_id)
    code = next((code for kind, code in _CODES if isinstance(error, kind)), HTTPStatus.BAD_REQUEST)
    return classify(code, said)
