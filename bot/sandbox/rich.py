"""Rich messages: InputRichMessage in, RichMessage out, within Telegram's limits, media fetched.

Source of the limits: core.telegram.org/bots/api#inputrichmessage ("Rich Message Limits").
"""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bot.sandbox.errors import bad_request
from bot.sandbox.files import MAX_DOCUMENT_URL_BYTES
from bot.sandbox.media import given_photo, is_fetchable
from bot.sandbox.params import Params
from bot.sandbox.rich_blocks import BlockReader, MediaRef
from bot.sandbox.rich_given import given_blocks
from bot.sandbox.rich_html import parse_html
from bot.sandbox.rich_inline import InlineReader
from bot.sandbox.rich_limits import check_limits
from bot.sandbox.rich_markdown import to_html
from bot.sandbox.telegram import Telegram
from bot.sandbox.wire import document_json, photo_json
from bot.sandbox.world import Json

FORMS = ("html", "markdown", "blocks")
MEDIA_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


async def read_rich_message(telegram: Telegram, params: Params) -> Json:
    """The rich_message parameter, checked and with its media stored."""
    given = params.object("rich_message")
    if given is None:
        raise bad_request("there is no rich_message in the request")
    forms = [form for form in FORMS if given.get(form) is not None]
    if len(forms) != 1:
        raise bad_request("can't parse InputRichMessage: exactly one of html, markdown and blocks must be specified")
    if forms[0] == "blocks":
        blocks = given_blocks(given["blocks"])
    else:
        source = str(given[forms[0]])
        html = to_html(source) if forms[0] == "markdown" else source
        inline = InlineReader(telegram.world, detect=not given.get("skip_entity_detection"))
        blocks = BlockReader(inline).blocks(parse_html(html).children)
    if not blocks:
        raise bad_request("RICH_MESSAGE_CONTENT_REQUIRED")
    check_limits(blocks)
    named = _named_media(given.get("media") or [])
    shown: Json = {"blocks": await _Media(telegram, params, named).fill(blocks)}
    return {**shown, "is_rtl": True} if given.get("is_rtl") else shown


def _named_media(items: Any) -> dict[str, str]:
    named: dict[str, str] = {}
    for item in items if isinstance(items, list) else [items]:
        media = item.get("media") if isinstance(item, dict) else None
        if not isinstance(media, dict) or not MEDIA_ID.fullmatch(str(item.get("id") or "")):
            raise bad_request("can't parse InputRichMessageMedia")
        named[str(item["id"])] = str(media.get("media") or "")
    return named


class _Media:
    """Puts stored media in the place of addresses."""

    def __init__(self, telegram: Telegram, params: Params, named: dict[str, str]) -> None:
        self._telegram = telegram
        self._params = params
        self._named = named

    async def fill(self, node: Any) -> Any:
        """The same blocks with nothing left to fetch."""
        if isinstance(node, list):
            return [await self.fill(item) for item in node]
        if not isinstance(node, dict):
            return node
        filled: Json = {}
        for name, value in node.items():
            if isinstance(value, MediaRef):
                kind, stored = await self._store(value)
                filled |= {"type": kind, kind: stored}
            elif name != "type" or "type" not in filled:
                filled[name] = await self.fill(value)
        return filled

    async def _store(self, media: MediaRef) -> tuple[str, Any]:
        source = self._resolve(media.source)
        if media.kind == "photo":
            return "photo", [photo_json(await given_photo(self._telegram, self._params, source, "photo"))]
        if not is_fetchable(source):
            raise bad_request("RICH_MESSAGE_URL_INVALID")
        got = await self._telegram.files.fetch(source, MAX_DOCUMENT_URL_BYTES)
        return _as_media(got.mime_type, document_json(self._telegram.files.add_document(got)))

    def _resolve(self, source: str) -> str:
        if source.startswith("tg://"):
            found = self._named.get(parse_qs(urlsplit(source).query).get("id", [""])[0])
            if not found:
                raise bad_request("RICH_MESSAGE_MEDIA_INVALID")
            return found
        if "://" in source and not is_fetchable(source):
            raise bad_request("RICH_MESSAGE_URL_INVALID")
        return source


def _as_media(mime: str, document: Json) -> tuple[str, Json]:
    """What kind of media it is, by its MIME type; the sandbox does not look into films."""
    if mime == "image/gif":
        return "animation", {**document, "width": 0, "height": 0, "duration": 0}
    if mime.startswith("video/"):
        return "video", {**document, "width": 0, "height": 0, "duration": 0}
    if mime == "audio/ogg":
        return "voice_note", {**document, "duration": 0}
    if mime.startswith("audio/"):
        return "audio", {**document, "duration": 0}
    raise bad_request("wrong type of the web page content")
