"""getMe, long polling and the webhook."""

import ipaddress
import re
from typing import Any
from urllib.parse import urlsplit

from bot.sandbox.errors import bad_request
from bot.sandbox.params import Params
from bot.sandbox.telegram import Telegram
from bot.sandbox.webhook import WebhookSettings
from bot.sandbox.wire import user_json

WEBHOOK_PORTS = frozenset({80, 88, 443, 8443})
MAX_CONNECTIONS = 100
SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


async def get_me(telegram: Telegram, _: Params) -> Any:
    """The bot itself."""
    return {
        **user_json(telegram.world.bot),
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": True,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


async def get_updates(telegram: Telegram, params: Params) -> Any:
    """Long polling."""
    telegram.updates.allow(params.array("allowed_updates"))
    return await telegram.updates.get(
        params.number("offset"), params.number("limit", 100), float(params.number("timeout"))
    )


async def set_webhook(telegram: Telegram, params: Params) -> Any:
    """A public address must be https on Telegram's ports; the loopback may be anything, as with a local server."""
    telegram.updates.allow(params.array("allowed_updates"))
    if params.flag("drop_pending_updates"):
        telegram.updates.drop_pending()
    url = params.text("url")
    if not url:
        await telegram.webhook.stop()
        return True
    _check_webhook(url)
    secret = params.text("secret_token")
    if secret and not SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    connections = min(max(params.number("max_connections", 40), 1), MAX_CONNECTIONS)
    await telegram.webhook.start(WebhookSettings(url, secret, connections))
    return True


def _check_webhook(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if _is_loopback(parts.hostname):
        return
    if parts.scheme != "https":
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if (parts.port or 443) not in WEBHOOK_PORTS:
        raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


async def delete_webhook(telegram: Telegram, params: Params) -> Any:
    """Back to long polling."""
    if params.flag("drop_pending_updates"):
        telegram.updates.drop_pending()
    await telegram.webhook.stop()
    return True


async def get_webhook_info(telegram: Telegram, _: Params) -> Any:
    """Address, queue and the last failure."""
    settings, error = telegram.webhook.settings, telegram.webhook.last_error
    shown: dict[str, Any] = {
        "url": settings.url if settings else "",
        "has_custom_certificate": False,
        "pending_update_count": len(telegram.updates),
    }
    if settings:
        shown["max_connections"] = settings.max_connections
        if error:
            shown |= {"last_error_date": error.at, "last_error_message": error.message}
    if telegram.updates.allowed:
        shown["allowed_updates"] = telegram.updates.allowed
    return shown


async def close(telegram: Telegram, _: Params) -> Any:
    """logOut and close: nothing to leave here, but a waiting getUpdates ends."""
    telegram.updates.release_reader()
    return True


METHODS = {
    "getMe": get_me,
    "getUpdates": get_updates,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
    "logOut": close,
    "close": close,
}
