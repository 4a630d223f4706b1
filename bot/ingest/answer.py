"""An answer of a stranger's server, as far as aiohttp does not bound it itself."""

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import Connection
from aiohttp.http_parser import RawResponseMessage
from aiohttp.streams import StreamReader

MOST_INTERIM = 20  # answers of the kind 1xx before the real one (RFC 9110, 15.2); honest servers send one or two


class OneAnswer(aiohttp.ClientResponse):
    """For `aiohttp.ClientSession(response_class=…)`: without it, a server that says "100 Continue" for ever is read
    at full speed until the time is over.
    """

    async def start(self, connection: Connection) -> aiohttp.ClientResponse:
        """Wait for the header of the real answer. Raises ClientPayloadError when too many others come before it."""
        protocol = connection.protocol
        if protocol is None:
            return await super().start(connection)
        counted = _Counted(protocol)
        protocol.read = counted.read  # type: ignore[method-assign]  # of this one object, and taken off again below
        try:
            return await super().start(connection)
        finally:
            del protocol.read


class _Counted:
    """Reads so many messages of a connection and no more."""

    def __init__(self, protocol: ResponseHandler) -> None:
        self._read = protocol.read
        self._left = MOST_INTERIM + 1

    async def read(self) -> tuple[RawResponseMessage, StreamReader]:
        self._left -= 1
        if self._left < 0:
            raise aiohttp.ClientPayloadError("too many interim answers")
        return await self._read()
