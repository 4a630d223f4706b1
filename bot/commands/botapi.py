"""The few calls of the Bot API that the doctor makes, over plain aiohttp: aiogram takes seconds to import.

BotApiError
├── Unreachable      no answer at all
├── NotTheBotApi     an answer that no Bot API server gives
└── Refused          {"ok": false}: carries error_code and Telegram's description
"""

import json
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import aiohttp

TIMEOUT = 10.0  # seconds for one call
LARGEST = 1024 * 1024  # bytes of an answer; getChat's is the longest and stays far below


class BotApiError(Exception):
    """A call failed; the text is one sentence and never holds the token."""


class Unreachable(BotApiError):
    """No connection, or no answer in time."""


class NotTheBotApi(BotApiError):
    """Something answers there, but not a Bot API server."""


class Refused(BotApiError):
    """The server understood and said no."""

    def __init__(self, method: str, code: int, description: str) -> None:
        super().__init__(f"{method}: {description}")
        self.code = code
        self.description = description


class BotApi:
    """One session; use as an async context manager."""

    def __init__(self, api_url: str, token: str) -> None:
        self._base = f"{api_url}/bot{token}"
        self._host = urlsplit(api_url).netloc.rpartition("@")[2]

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """The `result` of a method that gives an object. Raises BotApiError."""
        status, body = await self._post(method, parameters)
        answer = _read_json(body)
        if not isinstance(answer, dict) or not isinstance(answer.get("ok"), bool):
            raise NotTheBotApi(f"{self._host} answers {method} with HTTP {status} and no Bot API reply")
        if answer["ok"] and isinstance(answer.get("result"), dict):
            result: dict[str, Any] = answer["result"]
            return result
        raise Refused(
            method, int(answer.get("error_code") or status), str(answer.get("description") or "no reason given")
        )

    async def _post(self, method: str, parameters: dict[str, Any]) -> tuple[int, bytes]:
        # The errors of aiohttp quote the whole address, and the token with it: none of their text is passed on.
        try:
            async with self._session.post(f"{self._base}/{method}", json=parameters) as response:
                return response.status, await response.content.read(LARGEST)
        except TimeoutError:
            raise Unreachable(f"{self._host} did not answer {method} within {TIMEOUT:g} s") from None
        except aiohttp.ClientConnectorCertificateError:
            raise Unreachable(f"the certificate of {self._host} is not valid") from None
        except aiohttp.ClientConnectorError as error:
            raise Unreachable(f"no connection to {self._host}: {error.os_error.strerror or 'no such host'}") from None
        except (aiohttp.ClientPayloadError, aiohttp.ServerDisconnectedError, ConnectionError):
            raise Unreachable(f"{self._host} broke the connection off during {method}") from None
        except (aiohttp.ClientError, ValueError):
            raise NotTheBotApi(f"{self._host} answers {method} with what is not HTTP") from None


def _read_json(body: bytes) -> object:
    try:
        found: object = json.loads(body)
    except ValueError:
        return None
    return found
