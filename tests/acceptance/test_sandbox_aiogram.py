"""A real Bot API library talks to the sandbox: every answer fits its types."""

import asyncio
import io
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiogram import Bot, Dispatcher
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllGroupChats,
    BufferedInputFile,
    CallbackQuery,
    ChatMemberAdministrator,
    ChatMemberOwner,
    ChatMemberUpdated,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQuery,
    InlineQueryResultArticle,
    InputMediaPhoto,
    InputRichMessage,
    InputTextMessageContent,
    LinkPreviewOptions,
    Message,
    MessageEntity,
    ReactionTypeEmoji,
    Update,
)
from PIL import Image

from tests.acceptance.sandbox_wire import OWNER, READER, TOKEN, Wire, wired


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    async with wired() as made:
        yield made


@pytest.fixture
async def bot(wire: Wire) -> AsyncIterator[Bot]:
    session = AiohttpSession(api=TelegramAPIServer.from_base(wire.sandbox.url))
    async with Bot(TOKEN, session=session, default=DefaultBotProperties(parse_mode="HTML")) as made:
        yield made


def picture(width: int = 40, height: int = 30) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), (120, 30, 60)).save(out, "PNG")
    return out.getvalue()


async def test_a_message_keeps_its_marks_and_buttons(bot: Bot) -> None:
    markup = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="Ещё", callback_data="more")]])
    sent = await bot.send_message(
        READER,
        "  <b>Мост</b> открыт, #Душанбе https://news.example/1 ",
        reply_markup=markup,
        link_preview_options=LinkPreviewOptions(prefer_large_media=True),
    )
    assert sent.text == "Мост открыт, #Душанбе https://news.example/1"
    assert [(e.type, e.extract_from(sent.text)) for e in sent.entities or []] == [
        ("bold", "Мост"),
        ("hashtag", "#Душанбе"),
        ("url", "https://news.example/1"),
    ]
    assert sent.reply_markup is not None
    assert sent.reply_markup.model_dump() == markup.model_dump()
    edited = await sent.edit_text("Мост закрыт")
    assert isinstance(edited, Message)
    assert (edited.message_id, edited.text, edited.reply_markup) == (sent.message_id, "Мост закрыт", None)
    assert edited.edit_date is not None


async def test_given_entities_are_counted_in_utf16(bot: Bot) -> None:
    entities = [MessageEntity(type="text_link", offset=3, length=4, url="https://news.example/")]
    sent = await bot.send_message(READER, "👍 Мост", entities=entities, parse_mode=None)
    assert sent.entities is not None
    assert sent.entities[0].extract_from(sent.text or "") == "Мост"


async def test_photos_by_upload_and_by_file_id_and_in_albums(wire: Wire, bot: Bot) -> None:
    upload = BufferedInputFile(picture(), "drawn.png")
    sent = await bot.send_photo(READER, upload, caption="Рисунок")
    assert sent.photo is not None
    assert (sent.photo[-1].width, sent.photo[-1].height, sent.caption) == (40, 30, "Рисунок")
    again = await bot.send_photo(READER, sent.photo[-1].file_id)
    assert again.photo == sent.photo
    media: list[Any] = [InputMediaPhoto(media=BufferedInputFile(picture(n), "a.png"), caption=str(n)) for n in (20, 30)]
    album = await bot.send_media_group(READER, media)
    assert len({message.media_group_id for message in album}) == 1
    file = await bot.get_file(sent.photo[-1].file_id)
    loaded = await bot.download(file)
    assert loaded is not None
    assert loaded.read() == picture()
    async with wire.http.get(f"{wire.sandbox.url}/sandbox/files/{sent.photo[-1].file_id}") as response:
        assert (response.content_type, await response.read()) == ("image/png", picture())


async def test_documents_forwards_copies_and_edits_of_media(bot: Bot) -> None:
    document = await bot.send_document(READER, BufferedInputFile("а,б".encode(), "list.csv"), caption="Список")
    assert document.document is not None
    assert document.document.file_name == "list.csv"
    forwarded = await document.forward(READER)
    assert forwarded.forward_origin is not None
    copied = await bot.copy_message(READER, READER, document.message_id, caption="Копия")
    assert copied.message_id > forwarded.message_id
    edited = await document.edit_caption(caption="Новый список")
    assert isinstance(edited, Message)
    assert edited.caption == "Новый список"
    changed = await document.edit_media(InputMediaPhoto(media=BufferedInputFile(picture(), "x.png"), caption="Фото"))
    assert isinstance(changed, Message)
    assert changed.photo is not None
    assert changed.document is None


async def test_a_rich_message_comes_back_as_blocks(bot: Bot) -> None:
    html = (
        "<h1>Мост открыт</h1><p>Движение <b>пустили</b> утром: https://news.example/1</p>"
        "<ol start='3'><li>первое<ul><li>вложенное</li></ul></li><li>второе</li></ol>"
        "<blockquote>Рады<cite>строители</cite></blockquote><blockquote expandable>Долго</blockquote>"
        "<aside>Цитата</aside><pre><code class='language-python'>a  = 1</code></pre><hr/>"
        "<details open><summary>Ещё</summary><p>Подробно</p></details>"
        "<table bordered><caption>Числа</caption><tr><th>год</th><td colspan='2'>2026</td></tr></table>"
        "<footer>Конец</footer>"
    )
    sent = await bot.send_rich_message(READER, InputRichMessage(html=html))
    assert sent.rich_message is not None
    kinds = [block.type for block in sent.rich_message.blocks]
    assert kinds == [
        "heading", "paragraph", "list", "blockquote", "expandable_blockquote", "pullquote", "pre", "divider",
        "details", "table", "footer",
    ]  # fmt: skip
    edited = await bot.edit_message_text(
        rich_message=InputRichMessage(html="<h2>Исправлено</h2>"), chat_id=READER, message_id=sent.message_id
    )
    assert isinstance(edited, Message)
    assert edited.rich_message is not None


async def test_chats_members_commands_and_profile(wire: Wire, bot: Bot) -> None:
    channel = await wire.play(
        "/chats", type="channel", title="Новости", username="news_tj", owner=OWNER, bot="administrator"
    )
    full = await bot.get_chat("@news_tj")
    assert full.id == channel["id"]
    me = await bot.get_me()
    own = await bot.get_chat_member(full.id, me.id)
    assert isinstance(own, ChatMemberAdministrator)
    assert own.can_post_messages
    admins = await bot.get_chat_administrators(full.id)
    assert [type(admin) for admin in admins] == [ChatMemberOwner, ChatMemberAdministrator]
    assert await bot.get_chat_member_count(full.id) == 2
    post = await bot.send_message(full.id, "Первая")
    assert post.sender_chat is not None
    assert post.from_user is None
    await bot.pin_chat_message(full.id, post.message_id)
    pinned = (await bot.get_chat(full.id)).pinned_message
    assert pinned is not None
    assert pinned.message_id == post.message_id
    commands = [BotCommand(command="latest", description="Свежее")]
    await bot.set_my_commands(commands, scope=BotCommandScopeAllGroupChats(), language_code="ru")
    kept = await bot.get_my_commands(scope=BotCommandScopeAllGroupChats(), language_code="ru")
    assert [(command.command, command.description) for command in kept] == [("latest", "Свежее")]
    assert await bot.get_my_commands() == []
    await bot.set_my_description("О новостях", language_code="ru")
    assert (await bot.get_my_description(language_code="ru")).description == "О новостях"
    assert (await bot.get_my_name()).name == "Хабар"
    assert (await bot.get_webhook_info()).url == ""
    await bot.leave_chat(full.id)


async def test_topics_of_a_forum_and_reactions(wire: Wire, bot: Bot) -> None:
    forum = await wire.play("/chats", type="supergroup", title="Форум", is_forum=True, owner=OWNER)
    rights = {"can_manage_topics": True}
    await wire.play(f"/chats/{forum['id']}/bot", by=OWNER, status="administrator", rights=rights)
    topic = await bot.create_forum_topic(forum["id"], "Мосты")
    place = {"chat_id": forum["id"], "message_thread_id": topic.message_thread_id}
    await bot.edit_forum_topic(**place, name="Дороги")
    await bot.close_forum_topic(**place)
    sent = await bot.send_message(**place, text="кто ведёт темы, пишет и в закрытую")
    await bot.set_message_reaction(forum["id"], sent.message_id, reaction=[ReactionTypeEmoji(emoji="👍")])
    assert (await wire.look("/wait", kind="reaction"))["event"]["reaction"] == ["👍"]
    await bot.reopen_forum_topic(**place)
    state = {chat["id"]: chat for chat in (await wire.look("/state"))["chats"]}[forum["id"]]
    assert state["threads"] == [
        {"message_thread_id": topic.message_thread_id, "name": "Дороги", "closed": False, "deleted": False}
    ]
    await bot.delete_forum_topic(**place)
    assert (await wire.look(f"/chats/{forum['id']}/messages", after=topic.message_thread_id))["messages"] == []


async def test_a_dispatcher_hears_people_by_long_polling(wire: Wire, bot: Bot) -> None:
    dispatcher, moved = Dispatcher(), []

    @dispatcher.message()
    async def echo(message: Message) -> None:
        button = InlineKeyboardButton(text="Нажми", callback_data="pressed")
        await message.answer(f"Вы: {message.text}", reply_markup=InlineKeyboardMarkup(inline_keyboard=[[button]]))

    @dispatcher.callback_query()
    async def pressed(query: CallbackQuery) -> None:
        await query.answer(f"Принято: {query.data}", show_alert=True)

    @dispatcher.inline_query()
    async def inline(query: InlineQuery) -> None:
        content = InputTextMessageContent(message_text=f"Нашлось: {query.query}")
        article = InlineQueryResultArticle(id="1", title="Одно", input_message_content=content)
        await query.answer([article])

    @dispatcher.my_chat_member()
    async def member(update: ChatMemberUpdated) -> None:
        moved.append((update.old_chat_member.status, update.new_chat_member.status))

    polling = asyncio.create_task(dispatcher.start_polling(bot, handle_signals=False))
    try:
        await wire.write("привет")
        answer = (await wire.look("/wait", chat=READER, text="Вы: привет", timeout=10))["event"]["message"]
        said = await wire.play("/press", user=READER, chat=READER, message=answer["message_id"], label="Нажми")
        assert said == {"answered": True, "text": "Принято: pressed", "show_alert": True, "url": None}
        found = await wire.play("/inline", user=READER, query="мост")
        assert found["results"][0]["title"] == "Одно"
        chosen = await wire.play("/inline/choose", user=READER, chat=READER, result=found["results"][0])
        assert (chosen["text"], chosen["via_bot"]["username"]) == ("Нашлось: мост", "khabar_demo_bot")
        group = await wire.play("/chats", type="group", title="Двор", owner=OWNER)
        await wire.play(f"/chats/{group['id']}/bot", by=OWNER, status="member")
        await wire.play("/block", user=READER, blocked=True)
        await wire.play("/block", user=READER, blocked=False)
        await wire.write("слышно?")
        await wire.look("/wait", chat=READER, text="Вы: слышно?", timeout=10)
        assert moved == [("left", "member"), ("member", "kicked"), ("kicked", "member")]
    finally:
        await dispatcher.stop_polling()
        await polling


async def test_every_update_fits_the_library(wire: Wire) -> None:
    await wire.write("фото", photo=True)
    channel = await wire.play("/chats", type="channel", title="Новости", owner=OWNER)
    await wire.play(
        f"/chats/{channel['id']}/bot", by=OWNER, status="administrator", rights={"can_post_messages": False}
    )
    await wire.write("пост", chat=channel["id"], user=OWNER)
    forum = await wire.play("/chats", type="supergroup", title="Форум", is_forum=True, owner=OWNER, bot="administrator")
    thread = await wire.play(f"/chats/{forum['id']}/threads", name="Мосты")
    await wire.write("в тему", chat=forum["id"], user=OWNER, thread=thread["message_thread_id"])
    group = await wire.play("/chats", type="group", title="Двор", owner=OWNER, bot="administrator")
    await wire.play(f"/chats/{group['id']}/migrate")
    updates = [Update.model_validate(update) for update in await wire.call("getUpdates")]
    assert [update.event_type for update in updates] == [
        "message", "message", "my_chat_member", "channel_post", "message", "message", "message",
    ]  # fmt: skip
