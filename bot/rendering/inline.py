"""Inline mode: what a person sees after `@bot words` in any chat, and what they share.

Limits are Telegram's (core.telegram.org/bots/api#inline-mode): 50 results, ids of 1 to 64 bytes, 64 characters on the
button above them, an offset of 64 bytes.
"""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from aiogram.types import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
)

from bot.rendering.cards import card
from bot.rendering.headlines import lead_of, source_of, title_of
from bot.rendering.locales import Words
from bot.rendering.message import Outgoing
from bot.rendering.texts import cut_at_word, web_url
from storage.records import StoryView

PAGE = 10  # results at once: what a phone shows before a person scrolls
_MAX_TITLE = 120  # code points; a phone shows two lines
_MAX_SAID = 160
_MAX_BUTTON = 64
_HELP = "help"  # the payload of /start behind the button


def results(
    stories: Sequence[StoryView], words: Words, *, timezone: ZoneInfo, now: datetime, bot_name: str
) -> list[InlineQueryResultArticle]:
    """Each story as a card to share; the button under it opens the story at the bot."""
    return [_result(view, words, timezone, now, bot_name) for view in stories]


def above(sentence: str) -> InlineQueryResultsButton:
    """A line above the results that leads to the bot: what is wrong with the question, or that nothing was found."""
    return InlineQueryResultsButton(text=cut_at_word(sentence, _MAX_BUTTON), start_parameter=_HELP)


def nothing(words: Words) -> InlineQueryResultsButton:
    """The line above no results."""
    return above(words.text("inline.nothing"))


def first_line(message: Outgoing) -> str:
    """What a longer answer begins with."""
    return message.text.split("\n", 1)[0]


def _result(
    view: StoryView, words: Words, timezone: ZoneInfo, now: datetime, bot_name: str
) -> InlineQueryResultArticle:
    article = view.article
    message = card(view, words, timezone=timezone, now=now, with_picture=True, hashtags=(), is_private=False)
    text = message.without_photo()
    when = words.stamp(article.published_at, timezone=timezone, now=now)
    open_it = InlineKeyboardButton(
        text=words.text("story.read"), url=f"https://t.me/{bot_name}?start=story_{view.story_id}"
    )
    return InlineQueryResultArticle(
        id=str(article.id),
        title=title_of(article, _MAX_TITLE),
        description=cut_at_word(f"{source_of(article)} · {when}\n{lead_of(article, _MAX_SAID)}".strip(), _MAX_SAID),
        thumbnail_url=web_url(article.image),
        input_message_content=InputTextMessageContent(
            message_text=text.text, entities=list(text.entities), link_preview_options=text.link_preview
        ),
        reply_markup=InlineKeyboardMarkup(inline_keyboard=[[open_it]]),
    )
