"""Reply markups: what Telegram takes for a keyboard, and the button a person presses."""

import re
from typing import Any
from urllib.parse import urlsplit

from bot.sandbox.errors import ApiError, bad_request
from bot.sandbox.params import Params
from bot.sandbox.text import link_fault
from bot.sandbox.world import Json

Keyboard = tuple[tuple[Json, ...], ...]

MAX_ROW = 8
MAX_BUTTONS = 100
MAX_DATA_BYTES = 64
MAX_COPY = 256
STYLES = frozenset({"primary", "success", "danger"})
ACTIONS = (
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
)
GOOD_HOST = re.compile(r"\[[0-9a-f:]+\]|([^\W_]([\w-]*[^\W_])?\.)+[^\W_]([\w-]*[^\W_])?")
REPLY_KINDS = ("keyboard", "remove_keyboard", "force_reply")


def read_markup(params: Params) -> tuple[Keyboard, Json | None]:
    """The inline keyboard and, for other markups, the object as given; empty when there is none."""
    markup = params.parsed("reply_markup", "can't parse reply keyboard markup JSON object")
    if markup is None or markup == {}:
        return (), None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in markup:
        return inline_keyboard(markup["inline_keyboard"]), None
    if "keyboard" in markup:
        _check_reply_keyboard(markup["keyboard"])
    return (), markup if any(kind in markup for kind in REPLY_KINDS) else None


def read_inline_keyboard(params: Params) -> Keyboard:
    """For edits: only inline keyboards."""
    keyboard, other = read_markup(params)
    if other is not None:
        raise bad_request("inline keyboard expected")
    return keyboard


def inline_keyboard(rows: Any) -> Keyboard:
    """Checks every row and button; empty rows vanish as in Telegram."""
    if not isinstance(rows, list):
        raise bad_request('field "inline_keyboard" must be of type Array')
    keyboard = tuple(_row(row) for row in rows if row)
    if sum(len(row) for row in keyboard) > MAX_BUTTONS or any(len(row) > MAX_ROW for row in keyboard):
        raise bad_request("reply markup is too long")
    return keyboard


def _row(row: Any) -> tuple[Json, ...]:
    if not isinstance(row, list):
        raise _unreadable("Expected an Array of InlineKeyboardButton")
    return tuple(_button(button) for button in row)


def _button(button: Any) -> Json:
    if not isinstance(button, dict):
        raise _unreadable("Expected an Object")
    text = button.get("text")
    if text is None:
        raise _unreadable('Can\'t find field "text"')
    if not isinstance(text, str):
        raise _unreadable('Field "text" must be of type String')
    actions = [action for action in ACTIONS if button.get(action) is not None and button[action] != ""]
    if "switch_inline_query" in button or "switch_inline_query_current_chat" in button:
        actions = [action for action in ACTIONS if button.get(action) is not None]  # an empty query is a good one
    if not actions or not text.strip():
        raise _unreadable("Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise _unreadable("Exactly one action of the button must be specified")
    shown: Json = {"text": text, actions[0]: _action(actions[0], button[actions[0]])}
    if (style := button.get("style")) is not None:
        if style not in STYLES:
            raise _unreadable("Unsupported button style specified")
        shown["style"] = style
    if icon := button.get("icon_custom_emoji_id"):
        shown["icon_custom_emoji_id"] = str(icon)
    return shown


def _unreadable(reason: str) -> ApiError:
    return bad_request(f"can't parse inline keyboard button: {reason}")


def _action(action: str, value: Any) -> Any:
    if action == "callback_data" and len(str(value).encode()) > MAX_DATA_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")
    if action == "url":
        _check_url(str(value), "URL")
    if action in {"web_app", "login_url"}:
        address = str(value.get("url", "")) if isinstance(value, dict) else ""
        if not address.startswith("https://"):
            kind = "Web App" if action == "web_app" else "login"
            raise bad_request(f"inline keyboard button {kind} URL '{address}' is invalid: Only HTTPS links are allowed")
        _check_url(address, "URL")
    if action == "copy_text":
        copied = value.get("text") if isinstance(value, dict) else None
        if not isinstance(copied, str) or not 1 <= len(copied) <= MAX_COPY:
            raise bad_request("BUTTON_COPY_TEXT_INVALID")
    if action in {"pay", "callback_game"}:
        raise bad_request("BUTTON_TYPE_INVALID")
    return value


def _check_url(url: str, kind: str) -> None:
    """TDLib refuses what is no link, Telegram's servers what has no good host."""
    if (fault := link_fault(url)) is not None:
        raise bad_request(f"inline keyboard button {kind} '{url}' is invalid: {fault}")
    host = urlsplit(url).hostname or ""
    if url.lower().startswith("http") and not GOOD_HOST.fullmatch(host):
        raise bad_request("BUTTON_URL_INVALID")


def _check_reply_keyboard(rows: Any) -> None:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('field "keyboard" must be of type Array')
    for button in (button for row in rows for button in row):
        text = button if isinstance(button, str) else button.get("text") if isinstance(button, dict) else None
        if not isinstance(text, str) or not text:
            raise bad_request("can't parse keyboard button: Can't find field \"text\"")


def find_button(keyboard: Keyboard, label: str | None, data: str | None) -> Json | None:
    """The button with that visible label, or else that callback data."""
    for button in (button for row in keyboard for button in row):
        if (label is not None and button["text"] == label) or (label is None and button.get("callback_data") == data):
            return button
    return None
