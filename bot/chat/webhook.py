"""Updates by webhook: the secret is compared before the body is read, and an update is written down before the answer.

Answered is taken: Telegram brings an update again that was not answered by 200, and one that comes again does nothing.
"""

import hmac
import json

import structlog
from aiohttp import web

from bot.chat.inbox import Inbox
from bot.chat.incoming import number_of
from storage.errors import StorageError

log = structlog.get_logger("khabar.updates")

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 — the header's name
LONGEST_UPDATE = 1024 * 1024  # bytes


def create_webhook(inbox: Inbox, path: str, secret: str) -> web.Application:
    """An application that takes updates at `path`. `secret` is what setWebhook was given; it may not be empty.

    Answers 403 to a wrong secret, 400 to what is no update, 503 while the database cannot be written, 200 once the
    update was written down.
    """
    expected = secret.encode()

    async def take(request: web.Request) -> web.Response:
        given = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, expected):
            raise web.HTTPForbidden
        try:
            told = json.loads(await request.read())
        except (ValueError, RecursionError):
            raise web.HTTPBadRequest from None
        if number_of(told) is None:
            raise web.HTTPBadRequest
        try:
            await inbox.keep(inbox.admit([told]))
        except StorageError as error:
            log.error("an update cannot be written down, Telegram will bring it again", error=str(error))
            raise web.HTTPServiceUnavailable from None
        return web.Response()

    application = web.Application(client_max_size=LONGEST_UPDATE)
    application.router.add_post(path, take)
    return application
