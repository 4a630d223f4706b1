"""The sandbox refuses what Telegram refuses, in Telegram's words."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import FormData

from tests.acceptance.sandbox_wire import OWNER, READER, TOKEN, Refused, Wire, wired

NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    async with wired() as made:
        yield made


def buttons(*rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"inline_keyboard": list(rows)}


@pytest.mark.parametrize(
    ("params", "description"),
    [
        ({"text": ""}, "message text is empty"),
        ({"text": " \n "}, "text must be non-empty"),
        ({"text": "а" * 4097}, "message is too long"),
        ({"text": "а" * 16_385}, "text is too long"),
        (
            {"text": "<h1>x</h1>", "parse_mode": "HTML"},
            'can\'t parse entities: Unsupported start tag "h1" at byte offset 0',
        ),
        ({"text": "1 < 2", "parse_mode": "HTML"}, 'can\'t parse entities: Unsupported start tag "" at byte offset 2'),
        (
            {"text": "a*b", "parse_mode": "MarkdownV2"},
            "can't parse entities: Can't find end of Bold entity at byte offset 1",
        ),
        ({"text": "x", "parse_mode": "BBCode"}, "unsupported parse_mode"),
        (
            {"text": "мост", "entities": [{"type": "bold", "offset": 2, "length": 9}]},
            "entity beginning at UTF-16 offset 2 ends after the end of the text at UTF-16 offset 11",
        ),
        ({"text": "x", "message_thread_id": 5}, "message thread not found"),
        ({"text": "x", "reply_parameters": {"message_id": 999}}, "message to be replied not found"),
        ({"text": "x", "chat_id": 12345}, "chat not found"),
        ({"text": "x", "chat_id": "@nobody"}, "chat not found"),
        ({"text": "x", "chat_id": ""}, "chat_id is empty"),
        ({"text": "x", "reply_markup": "{"}, "can't parse reply keyboard markup JSON object"),
        ({"text": "x", "reply_markup": "[]"}, "object expected as reply markup"),
        ({"text": "x", "reply_markup": buttons([{"text": "a", "callback_data": "я" * 33}])}, "BUTTON_DATA_INVALID"),
        (
            {"text": "x", "reply_markup": buttons([{"text": "a", "callback_data": ""}])},
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (
            {"text": "x", "reply_markup": buttons([{"text": "a", "url": "ftp://news.example"}])},
            "inline keyboard button URL 'ftp://news.example' is invalid: Unsupported URL protocol",
        ),
        (
            {"text": "x", "reply_markup": buttons([{"text": "a", "url": "https://news"}])},
            "inline keyboard button URL 'https://news' is invalid: Wrong HTTP URL",
        ),
        ({"text": "x", "reply_markup": buttons([{"text": "a", "url": "https://.news/"}])}, "BUTTON_URL_INVALID"),
        (
            {"text": "x", "entities": [{"type": "text_link", "offset": 0, "length": 1, "url": "нет"}]},
            "entity URL 'нет' is invalid: Wrong HTTP URL",
        ),
        (
            {"text": "x", "entities": [{"type": "heading", "offset": 0, "length": 1}]},
            "can't parse MessageEntity: Unsupported type specified",
        ),
        ({"text": "x", "reply_parameters": {"quote": "y"}}, 'can\'t find field "message_id"'),
        ({"text": "x", "link_preview_options": {"url": "нет"}}, "WEBPAGE_URL_INVALID"),
        (
            {"text": "x", "reply_markup": buttons([{"text": "a", "copy_text": {"text": ""}}])},
            "BUTTON_COPY_TEXT_INVALID",
        ),
        (
            {"text": "x", "reply_markup": buttons([{"text": "a"}])},
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (
            {"text": "x", "reply_markup": buttons([{"text": "a", "callback_data": "b", "url": "https://a.tj"}])},
            "can't parse inline keyboard button: Exactly one action of the button must be specified",
        ),
        (
            {"text": "x", "reply_markup": buttons([{"text": "a", "callback_data": "b"}] * 9)},
            "reply markup is too long",
        ),
    ],
)
async def test_a_wrong_message_is_refused(wire: Wire, params: dict[str, Any], description: str) -> None:
    assert await wire.refusal("sendMessage", **{"chat_id": READER, **params}) == f"Bad Request: {description}"


async def test_lengths_count_after_parsing_and_entities_stop_at_a_hundred(wire: Wire) -> None:
    sent = await wire.call("sendMessage", chat_id=READER, text=f"<b>{'я' * 4096}</b>", parse_mode="HTML")
    assert sent["entities"] == [{"offset": 0, "length": 4096, "type": "bold"}]
    many = await wire.call("sendMessage", chat_id=READER, text="<b>x</b> " * 130, parse_mode="html")
    assert len(many["entities"]) == 100
    kept = await wire.call("sendMessage", chat_id=READER, text="<a href='нет'>x</a>&nbsp;&lt;", parse_mode="HTML")
    assert (kept["text"], "entities" in kept) == ("x&nbsp;<", False)


async def test_who_cannot_be_written_to(wire: Wire) -> None:
    await wire.play("/users", id=99, first_name="Новый")
    refuse = wire.refusal
    assert await refuse("sendMessage", chat_id=99, text="x") == "Forbidden: bot can't initiate conversation with a user"
    await wire.play("/block", user=READER, blocked=True)
    assert await refuse("sendMessage", chat_id=READER, text="x") == "Forbidden: bot was blocked by the user"
    await wire.play("/deactivate", user=READER)
    assert await refuse("sendChatAction", chat_id=READER, action="typing") == "Forbidden: user is deactivated"


async def test_rights_in_groups_and_channels(wire: Wire) -> None:
    channel = (await wire.play("/chats", type="channel", title="Новости", owner=OWNER, bot="left"))["id"]
    expected = {
        "left": "Forbidden: bot is not a member of the channel chat",
        "kicked": "Forbidden: bot was kicked from the channel chat",
        "member": "Bad Request: need administrator rights in the channel chat",
    }
    for status, description in expected.items():
        await wire.play(f"/chats/{channel}/bot", by=OWNER, status=status)
        assert await wire.refusal("sendMessage", chat_id=channel, text="x") == description
    await wire.play(f"/chats/{channel}/bot", by=OWNER, status="administrator", rights={"can_post_messages": False})
    denied = await wire.refusal("sendMessage", chat_id=channel, text="x")
    assert denied == "Bad Request: not enough rights to send text messages to the chat"
    group = (await wire.play("/chats", type="supergroup", title="Двор", owner=OWNER, bot="member"))["id"]
    await wire.play(f"/chats/{group}/bot", by=OWNER, status="member", rights={"can_send_messages": False})
    denied = await wire.refusal("sendMessage", chat_id=group, text="x")
    assert denied == "Bad Request: not enough rights to send text messages to the chat"


async def test_an_upgraded_group_names_its_new_id(wire: Wire) -> None:
    group = await wire.play("/chats", type="group", title="Двор", owner=OWNER, bot="member")
    new = await wire.play(f"/chats/{group['id']}/migrate")
    with pytest.raises(Refused) as refused:
        await wire.call("sendMessage", chat_id=group["id"], text="x")
    assert refused.value.description == "Bad Request: group chat was upgraded to a supergroup chat"
    assert refused.value.parameters == {"migrate_to_chat_id": new["id"]}
    assert (await wire.call("sendMessage", chat_id=new["id"], text="x"))["chat"]["type"] == "supergroup"


async def test_closed_and_deleted_topics(wire: Wire) -> None:
    forum = await wire.play("/chats", type="supergroup", title="Форум", is_forum=True, owner=OWNER, bot="administrator")
    thread = await wire.play(f"/chats/{forum['id']}/threads", name="Мосты")
    post = {"chat_id": forum["id"], "message_thread_id": thread["message_thread_id"], "text": "x"}
    sent = await wire.call("sendMessage", **post)
    assert (sent["is_topic_message"], sent["message_thread_id"]) == (True, thread["message_thread_id"])
    path = f"/chats/{forum['id']}/threads/{thread['message_thread_id']}"
    await wire.play(path, closed=True)
    assert await wire.refusal("sendMessage", **post) == "Bad Request: TOPIC_CLOSED"
    await wire.play(path, deleted=True)
    assert await wire.refusal("sendMessage", **post) == "Bad Request: message thread not found"


async def test_edits_and_deletions(wire: Wire) -> None:
    keyboard = buttons([{"text": "a", "callback_data": "b"}])
    sent = await wire.call("sendMessage", chat_id=READER, text="мост", reply_markup=keyboard)
    place = {"chat_id": READER, "message_id": sent["message_id"]}
    assert await wire.refusal("editMessageText", **place, text="мост", reply_markup=keyboard) == NOT_MODIFIED
    await wire.call("editMessageReplyMarkup", **place)
    assert await wire.refusal("editMessageReplyMarkup", **place) == NOT_MODIFIED
    assert await wire.refusal("editMessageCaption", **place, caption="x") == (
        "Bad Request: there is no caption in the message to edit"
    )
    theirs = await wire.write("моё")
    assert await wire.refusal("editMessageText", chat_id=READER, message_id=theirs["message_id"], text="x") == (
        "Bad Request: message can't be edited"
    )
    await wire.call("deleteMessage", **place)
    assert await wire.refusal("editMessageText", **place, text="x") == "Bad Request: message to edit not found"
    assert await wire.refusal("deleteMessage", **place) == "Bad Request: message to delete not found"


async def test_a_callback_is_answered_once(wire: Wire) -> None:
    keyboard = buttons([{"text": "Да", "callback_data": "yes"}, {"text": "Сайт", "url": "https://news.example/"}])
    sent = await wire.call("sendMessage", chat_id=READER, text="?", reply_markup=keyboard)
    press = {"user": READER, "chat": READER, "message": sent["message_id"]}
    assert (await wire.play("/press", **press, label="Сайт"))["url"] == "https://news.example/"
    assert await wire.play("/press", **press, data="yes", timeout=0.01) == {
        "answered": False, "text": None, "show_alert": False, "url": None,
    }  # fmt: skip
    query = (await wire.call("getUpdates"))[-1]["callback_query"]
    too_long = await wire.refusal("answerCallbackQuery", callback_query_id=query["id"], text="а" * 201)
    assert too_long == "Bad Request: MESSAGE_TOO_LONG"
    await wire.call("answerCallbackQuery", callback_query_id=query["id"])
    assert await wire.refusal("answerCallbackQuery", callback_query_id=query["id"]) == (
        "Bad Request: query is too old and response timeout expired or query ID is invalid"
    )


async def test_unknown_methods_tokens_and_ways_to_call(wire: Wire) -> None:
    assert await wire.refusal("sendTelegram") == "Not Found"
    async with wire.http.get(f"{wire.sandbox.url}/bot1:wrong/getMe") as response:
        assert (response.status, (await response.json())["description"]) == (401, "Unauthorized")
    for request in (
        wire.http.get(f"{wire.base}/sendmessage", params={"chat_id": READER, "text": "а"}),
        wire.http.post(f"{wire.base}/SENDMESSAGE", data={"chat_id": str(READER), "text": "а"}),
        wire.http.post(
            f"{wire.base}/sendMessage", data=FormData({"chat_id": str(READER), "text": "а"}, default_to_multipart=True)
        ),
    ):
        async with request as response:
            assert (await response.json())["result"]["text"] == "а"


async def test_the_pace_is_telegrams() -> None:
    async with wired(limits=True) as wire:
        channel = (await wire.play("/chats", type="channel", title="Новости", owner=OWNER, bot="administrator"))["id"]
        post = await wire.call("sendMessage", chat_id=channel, text="0")
        for number in range(1, 20):
            await wire.call("editMessageText", chat_id=channel, message_id=post["message_id"], text=str(number))
        with pytest.raises(Refused) as refused:
            await wire.call("sendMessage", chat_id=channel, text="x")
        seconds = refused.value.parameters["retry_after"]
        assert 50 <= seconds <= 60
        assert refused.value.description == f"Too Many Requests: retry after {seconds}"
        assert (refused.value.status, refused.value.retry_after) == (429, str(seconds))
        await wire.play("/limits", on=False)
        await wire.call("sendMessage", chat_id=channel, text="x")


async def test_the_token_must_look_like_one(wire: Wire) -> None:
    assert TOKEN.split(":")[0] == str((await wire.call("getMe"))["id"])
