"""A story's buttons: read it or one of its pages in the chat, save it."""

from aiogram import Router
from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message

from bot.chat.context import Visit
from bot.chat.middleware import ONLY_READS
from bot.chat.replies import Article, Rekey, Replies, Reply, notice
from bot.rendering.articles import plain_article, rich_article
from bot.rendering.callbacks import ReadStory, SaveStory
from bot.rendering.keyboards import story_keyboard, turned_round
from bot.rendering.notices import Toast
from bot.rendering.story_callbacks import ReadPage, SavePage
from bot.rendering.tellers import also, language_rows, sources_rows
from storage.errors import NotFound
from storage.records import StoryView


async def read_story(_: CallbackQuery, callback_data: ReadStory, visit: Visit) -> Reply:
    """The whole article, as a message of its own."""
    return await read(visit, callback_data.story_id)


async def read_page(_: CallbackQuery, callback_data: ReadPage, visit: Visit) -> Reply:
    """The same with this very page of its story."""
    return await _show(visit, await _find_page(visit, callback_data.article_id))


async def save_page(query: CallbackQuery, callback_data: SavePage, visit: Visit) -> Replies:
    """Into the bookmarks, or its story out of them; a second press changes nothing. Other buttons stay."""
    return await _save(query, callback_data, await _find_page(visit, callback_data.article_id), visit)


async def save_story(query: CallbackQuery, callback_data: SaveStory, visit: Visit) -> Replies:
    """The same with the page that the story shows by itself."""
    view = await visit.stores.stories.get_view(callback_data.story_id, visit.language)
    return await _save(query, callback_data, view, visit)


async def _save(query: CallbackQuery, callback_data: SavePage | SaveStory, view: StoryView, visit: Visit) -> Replies:
    saved = await visit.stores.readers.get_saved_of(visit.chat.id, view.story_id)
    if bool(saved) != callback_data.on:
        for article_id in saved or [view.article.id]:
            await visit.stores.chats.bookmark(visit.chat.id, article_id, visit.now)
    told = notice(Toast.SAVED if callback_data.on else Toast.UNSAVED, visit)
    standing = query.message.reply_markup if isinstance(query.message, Message) else None
    if standing is None:
        return told
    return told, Rekey(turned_round(standing, callback_data, visit.words))


async def _find_page(visit: Visit, article_id: int) -> StoryView:
    """The story by this page of it; where that was withdrawn, by the one that it shows now. Raises `NotFound`."""
    views = await visit.stores.posts.get_views(visit.chat.id, [article_id])
    if not views:
        raise NotFound("article", article_id)
    if views[0].article.withdrawn_at is None:
        return views[0]
    return await visit.stores.stories.get_view(views[0].story_id, visit.language)


async def read(visit: Visit, story_id: int) -> Article:
    """The story's article, in the language of the chat where it has one. Raises `NotFound`."""
    return await _show(visit, await visit.stores.stories.get_view(story_id, visit.language))


async def _show(visit: Visit, view: StoryView) -> Article:
    """The page that the story shows, who else tells it, and in private the buttons under it."""
    article, words, zone, now = view.article, visit.words, visit.zone, visit.now
    others = also(view, words, times=(zone, now))
    keyboard: InlineKeyboardMarkup | None = None
    if visit.is_private:
        is_saved = bool(await visit.stores.readers.get_saved_of(visit.chat.id, view.story_id))
        rows = [*language_rows(view, words), *sources_rows(view, words)]
        keyboard = story_keyboard(article.id, words, is_saved=is_saved, more=rows)
    return Article(
        rich_article(article, words, timezone=zone, now=now, others=others),
        plain_article(article, words, timezone=zone, now=now, others=others, keyboard=keyboard),
        keyboard,
    )


def create_router() -> Router:
    """Handlers of this subject."""
    router = Router(name="reading")
    router.callback_query.register(read_story, ReadStory.filter())
    router.callback_query.register(read_page, ReadPage.filter(), flags={ONLY_READS: True})
    router.callback_query.register(save_page, SavePage.filter())
    router.callback_query.register(save_story, SaveStory.filter())
    return router
