"""Updates by webhook: the secret is compared before the body is read, and an update is handled before the answer."""

import hmac

from aiogram import Bot
from aiogram.types import Update
from aiohttp import web
from pydantic import ValidationError

from bot.chat.poll import Handler

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 — the header's name
LONGEST_UPDATE = 1024 * 1024  # bytes


def create_webhook(bot: Bot, handler: Handler, path: str, secret: str) -> web.Application:
    """An application that takes updates at `path`. `secret` is what setWebhook was given; it may not be empty.

    Answers 403 to a wrong secret, 400 to what is no update, 200 once the update was handled: Telegram brings one
    that was not answered again.
    """
    expected = secret.encode()

    async def take(request: web.Request) -> web.Response:
        given = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, expected):
            raise web.HTTPForbidden
        try:
            update = Update.model_validate_json(await request.read(), context={"bot": bot})
        except ValidationError:
            raise web.HTTPBadRequest from None
        await handler.handle(update)
        return web.Response()

    application = web.Application(client_max_size=LONGEST_UPDATE)
    application.router.add_post(path, take)
    return application
