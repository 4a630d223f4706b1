"""A story's buttons: read it in the chat, save it."""

from aiogram import Router
from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message

from bot.chat.context import Visit
from bot.chat.replies import Article, Rekey, Replies, Reply, notice
from bot.rendering.articles import plain_article, rich_article
from bot.rendering.callbacks import ReadStory, SaveStory
from bot.rendering.keyboards import story_keyboard, turned_round
from bot.rendering.notices import Toast


async def read_story(_: CallbackQuery, callback_data: ReadStory, visit: Visit) -> Reply:
    """The whole article, as a message of its own."""
    return await read(visit, callback_data.story_id)


async def save_story(query: CallbackQuery, callback_data: SaveStory, visit: Visit) -> Replies:
    """Into the bookmarks or out of them; a second press of an old button changes nothing. Other buttons stay."""
    article = (await visit.stores.stories.get_view(callback_data.story_id)).article
    if await visit.stores.chats.is_saved(visit.chat.id, article.id) != callback_data.on:
        await visit.stores.chats.bookmark(visit.chat.id, article.id, visit.now)
    told = notice(Toast.SAVED if callback_data.on else Toast.UNSAVED, visit)
    standing = query.message.reply_markup if isinstance(query.message, Message) else None
    if standing is None:
        return told
    return told, Rekey(turned_round(standing, callback_data.story_id, visit.words, is_saved=callback_data.on))


async def read(visit: Visit, story_id: int) -> Article:
    """The story's article with a button to save it. Raises `NotFound`."""
    article = (await visit.stores.stories.get_view(story_id)).article
    keyboard: InlineKeyboardMarkup | None = None
    if visit.is_private:
        is_saved = await visit.stores.chats.is_saved(visit.chat.id, article.id)
        keyboard = story_keyboard(story_id, visit.words, is_saved=is_saved, can_read=False)
    words, zone, now = visit.words, visit.zone, visit.now
    return Article(
        rich_article(article, words, timezone=zone, now=now),
        plain_article(article, words, timezone=zone, now=now, keyboard=keyboard),
        keyboard,
    )


def create_router() -> Router:
    """Handlers of this subject."""
    router = Router(name="reading")
    router.callback_query.register(read_story, ReadStory.filter())
    router.callback_query.register(save_story, SaveStory.filter())
    return router
