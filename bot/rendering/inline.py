"""Inline mode: what a person sees after `@bot words` in any chat, and what they share.

Limits are Telegram's (core.telegram.org/bots/api#inline-mode): 50 results, ids of 1 to 64 bytes, 64 characters on the
button above them, an offset of 64 bytes.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from aiogram.types import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
)

from bot.rendering.cards import card
from bot.rendering.headlines import counted_sources, lead_of, origin, title_of
from bot.rendering.locales import Words
from bot.rendering.texts import cut_at_word, web_url
from storage.records import StoryView

PAGE = 10  # results at once: what a phone shows before a person scrolls
_MAX_TITLE = 120  # code points; a phone shows two lines
_MAX_SAID = 160
MAX_BUTTON = 64
_CODE = "tg"  # of a language, as an example
_HELP = "help"  # the payload of /start behind the button


class Unasked(StrEnum):
    """What a question lacks, for people who may be in the middle of typing it: no reproach, only how it goes on."""

    EMPTY = "inline.empty"
    ONLY_WITHOUT = "inline.only_without"
    ONLY_FILTERS = "inline.only_filters"
    TOO_LONG = "inline.too_long"
    TOO_MANY_WORDS = "inline.too_many_words"
    WRONG_DATE = "inline.wrong_date"
    UNKNOWN_LANGUAGE = "inline.unknown_language"
    TWO_LANGUAGES = "inline.two_languages"
    NO_VALUE = "inline.no_value"
    FIELD_WITHOUT = "inline.field_without"
    EMPTY_ALTERNATIVE = "inline.empty_alternative"
    NOTHING_WANTED = "inline.nothing_wanted"


def results(
    stories: Sequence[StoryView], words: Words, *, timezone: ZoneInfo, now: datetime, bot_name: str
) -> list[InlineQueryResultArticle]:
    """Each story as a card to share; the button under it opens the story at the bot."""
    return [_result(view, words, timezone, now, bot_name) for view in stories]


def unasked(what: Unasked, words: Words) -> InlineQueryResultsButton:
    """The line above no results for a question that cannot be asked as it stands; it leads to the bot's help."""
    return _above(words.text(what.value, code=_CODE))


def nothing(words: Words) -> InlineQueryResultsButton:
    """The line above no results for one that nothing answers."""
    return _above(words.text("inline.nothing"))


def _above(sentence: str) -> InlineQueryResultsButton:
    return InlineQueryResultsButton(text=cut_at_word(sentence, MAX_BUTTON), start_parameter=_HELP)


def _result(
    view: StoryView, words: Words, timezone: ZoneInfo, now: datetime, bot_name: str
) -> InlineQueryResultArticle:
    article = view.article
    message = card(view, words, timezone=timezone, now=now, with_picture=True, hashtags=(), is_private=False)
    text = message.without_photo()
    facts = " · ".join([*origin(view, words, timezone=timezone, now=now), *counted_sources(view, words)])
    open_it = InlineKeyboardButton(
        text=words.text("story.read"), url=f"https://t.me/{bot_name}?start=story_{view.story_id}"
    )
    return InlineQueryResultArticle(
        id=str(article.id),
        title=title_of(article, _MAX_TITLE),
        description=cut_at_word(f"{facts}\n{lead_of(article, _MAX_SAID)}".strip(), _MAX_SAID),
        thumbnail_url=web_url(article.image),
        input_message_content=InputTextMessageContent(
            message_text=text.text, entities=list(text.entities), link_preview_options=text.link_preview
        ),
        reply_markup=InlineKeyboardMarkup(inline_keyboard=[[open_it]]),
    )
