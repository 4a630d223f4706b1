"""Pictures by address and rich messages: what is fetched, what is shown, what is refused."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiogram.types import Message
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.acceptance.sandbox_wire import READER, Wire, wired
from tests.acceptance.test_sandbox_aiogram import picture


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    async with wired() as made:
        yield made


@pytest.fixture
async def site() -> AsyncIterator[str]:
    """A web site with good and bad pictures."""
    bodies = {
        "/good.png": (picture(), "image/png"),
        "/thin.png": (picture(2100, 100), "image/png"),
        "/broken.jpg": (b"\xff\xd8\xff not a picture", "image/jpeg"),
        "/page.html": (b"<p>hello</p>", "text/html"),
    }

    async def serve(request: web.Request) -> web.Response:
        if request.path not in bodies:
            return web.Response(status=404)
        body, kind = bodies[request.path]
        return web.Response(body=body, content_type=kind)

    app = web.Application()
    app.router.add_get("/{path}", serve)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")


async def test_pictures_by_address(wire: Wire, site: str) -> None:
    sent = await wire.call("sendPhoto", chat_id=READER, photo=f"{site}/good.png", caption="х")
    assert (sent["photo"][0]["width"], sent["caption"]) == (40, "х")
    refusals = {
        f"{site}/absent.png": "failed to get HTTP URL content",
        "http://127.0.0.1:9/x.png": "failed to get HTTP URL content",
        f"{site}/page.html": "wrong type of the web page content",
        f"{site}/broken.jpg": "IMAGE_PROCESS_FAILED",
        f"{site}/thin.png": "PHOTO_INVALID_DIMENSIONS",
        "ftp://news.example/x.png": "wrong file identifier/HTTP URL specified",
        "AgACAgIAAxkDunknown-file-id": "wrong file identifier/HTTP URL specified",
        "": "there is no photo in the request",
    }
    for address, description in refusals.items():
        assert await wire.refusal("sendPhoto", chat_id=READER, photo=address) == f"Bad Request: {description}"
    long = await wire.refusal("sendPhoto", chat_id=READER, photo=f"{site}/good.png", caption="х" * 1025)
    assert long == "Bad Request: message caption is too long"


async def test_rich_messages_within_their_limits(wire: Wire, site: str) -> None:
    figure = f"<figure><img src='{site}/good.png'/><figcaption>Вид<cite>мы</cite></figcaption></figure>"
    html = f"<h1>Мост</h1>{figure}<p>Да</p>"
    sent = await wire.call("sendRichMessage", chat_id=READER, rich_message={"html": html})
    photo = sent["rich_message"]["blocks"][1]
    assert (photo["type"], photo["photo"][0]["width"], photo["caption"]) == (
        "photo",
        40,
        {"text": "Вид", "credit": "мы"},
    )
    named = {
        "html": "<img src='tg://photo?id=a'/>",
        "media": [{"id": "a", "media": {"type": "photo", "media": f"{site}/good.png"}}],
    }
    assert (await wire.call("sendRichMessage", chat_id=READER, rich_message=named))["rich_message"]["blocks"]
    refusals = {
        "": "RICH_MESSAGE_CONTENT_REQUIRED",
        "<p> </p>": "RICH_MESSAGE_CONTENT_REQUIRED",
        "<div>x</div>": 'can\'t parse rich message: unsupported start tag "div" at line 1, column 0',
        "<p>1 < 2</p>": 'can\'t parse rich message: unsupported start tag ""',
        "<p><b>x</p></b>": 'can\'t parse rich message: unmatched end tag, expected "</b>", found "</p>"',
        "<p>x": "can't parse rich message: can't find end tag corresponding to start tag \"p\"",
        "<p><img src='https://a.tj/x.png'/></p>": "can't parse rich message: tag \"img\" can't be used inside a text",
        "<p><a href='/news'>x</a></p>": "RICH_MESSAGE_URL_INVALID",
        f"<img src='{site}/page.html'/>": "wrong type of the web page content",
        f"<p>{'я' * 32_769}</p>": "RICH_MESSAGE_TOO_LONG",
        "<p>x</p>" * 501: "RICH_MESSAGE_BLOCKS_TOO_MUCH",
        "<blockquote>" * 17 + "x" + "</blockquote>" * 17: "RICH_MESSAGE_DEPTH_INVALID",
        f"<table><tr>{'<td>x</td>' * 21}</tr></table>": "RICH_MESSAGE_TABLE_COLUMNS_TOO_MUCH",
        f"<img src='{site}/good.png'/>" * 51: "RICH_MESSAGE_MEDIA_TOO_MUCH",
    }
    for wrong, description in refusals.items():
        refused = await wire.refusal("sendRichMessage", chat_id=READER, rich_message={"html": wrong})
        assert refused == f"Bad Request: {description}"
    both = await wire.refusal("sendRichMessage", chat_id=READER, rich_message={"html": "x", "markdown": "x"})
    assert "exactly one of html, markdown and blocks" in both


async def test_rich_messages_of_given_blocks(wire: Wire, site: str) -> None:
    item = {"blocks": [{"type": "paragraph", "text": "пункт"}], "value": 2, "type": "1"}
    blocks = [
        {"type": "heading", "text": "Мост", "size": 2},
        {"type": "list", "items": [item]},
        {"type": "photo", "photo": {"type": "photo", "media": f"{site}/good.png"}, "caption": {"text": "вид"}},
        {"type": "table", "cells": [[{"text": "1"}]]},
    ]
    sent = await wire.call("sendRichMessage", chat_id=READER, rich_message={"blocks": blocks})
    shown = Message.model_validate(sent).rich_message
    assert shown is not None
    assert [block.type for block in shown.blocks] == ["heading", "list", "photo", "table"]
    refusals: list[tuple[Any, str]] = [
        ([{"type": "heading", "size": 2}], "can't parse InputRichBlock: Can't find field \"text\""),
        ([{"type": "poem", "text": "x"}], "can't parse InputRichBlock: Unsupported type specified"),
        ([{"type": "list", "items": [1]}], "can't parse InputRichBlockListItem: Expected an Array of"),
        ([], "RICH_MESSAGE_CONTENT_REQUIRED"),
    ]
    for wrong, description in refusals:
        refused = await wire.refusal("sendRichMessage", chat_id=READER, rich_message={"blocks": wrong})
        assert refused.startswith(f"Bad Request: {description}")


async def test_rich_markdown_is_the_same_message(wire: Wire) -> None:
    markdown = "# Мост\n\nОткрыт **сегодня** и `всегда`\n\n- раз\n- два\n\n> цитата\n\n---\n\n```python\na < b\n```"
    sent = await wire.call("sendRichMessage", chat_id=READER, rich_message={"markdown": markdown})
    assert sent["rich_message"]["blocks"] == [
        {"type": "heading", "text": "Мост", "size": 1},
        {
            "type": "paragraph",
            "text": ["Открыт ", {"type": "bold", "text": "сегодня"}, " и ", {"type": "code", "text": "всегда"}],
        },
        {
            "type": "list",
            "items": [
                {"label": "•", "blocks": [{"type": "paragraph", "text": "раз"}]},
                {"label": "•", "blocks": [{"type": "paragraph", "text": "два"}]},
            ],
        },
        {"type": "blockquote", "blocks": [{"type": "paragraph", "text": "цитата"}]},
        {"type": "divider"},
        {"type": "pre", "text": "a < b", "language": "python"},
    ]


async def test_rich_text_reads_references_as_telegram_does(wire: Wire) -> None:
    html = "<p>A&amp;B &laquo;x&raquo; &#8212; AT&T&nbsp;&mdash; <a href='https://a.tj/?a=1&amp;b=2'>y</a></p>"
    sent = await wire.call("sendRichMessage", chat_id=READER, rich_message={"html": html})
    assert sent["rich_message"]["blocks"][0]["text"] == [
        "A&B &laquo;x&raquo; — AT&T\u00a0— ",
        {"type": "url", "text": "y", "url": "https://a.tj/?a=1&b=2"},
    ]
