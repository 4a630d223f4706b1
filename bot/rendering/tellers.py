"""Who else tells a story: the line of a post that names them, and the buttons that open their pages."""

from datetime import datetime
from zoneinfo import ZoneInfo

from aiogram.utils.formatting import Text

from bot.rendering.headlines import source_of, told_title
from bot.rendering.keyboards import Row, button
from bot.rendering.locales import Words
from bot.rendering.message import Node, joined, link
from bot.rendering.story_callbacks import OpenStory, ReadPage
from bot.rendering.texts import cut_at_word
from storage.records import StoryView, Telling

MAX_NAMED = 5  # other sources of one story
MAX_NAME = 32  # code points of each
MAX_BEFORE = 90  # code points of the title that a story goes back to
_READ = {"ru": "story.read_ru", "tg": "story.read_tg", "en": "story.read_en"}


def named_others(view: StoryView) -> tuple[Telling, ...]:
    """The first page of each other source, in the order they came; never the source that is shown."""
    shown = source_of(view.article)
    others: dict[str, Telling] = {}
    for one in view.others:
        if one.source_id != view.article.source_id and source_of(one) != shown:
            others.setdefault(source_of(one), one)
    return tuple(others.values())


def also(view: StoryView, words: Words, *, times: tuple[ZoneInfo, datetime] | None = None) -> Text | None:
    """«Also: Source, Source and 2 more», each name linked to its page; with `times` also when each told it."""
    others = named_others(view)
    named = others[:MAX_NAMED]
    if not named:
        return None
    names: list[Node] = []
    for one in named:
        name = link(cut_at_word(source_of(one), MAX_NAME), one.url)
        at = "" if times is None else f" ({words.stamp(one.published_at, timezone=times[0], now=times[1])})"
        names.append(Text(name, at))
    unnamed = max(view.sources - 1, len(others)) - len(named)
    if unnamed:
        return words.node("story.also_more", sources=joined(names, ", "), n=words.number(unnamed))
    return words.node("story.also", sources=joined(names, ", "))


def before(view: StoryView, words: Words) -> Text | None:
    """«Earlier: …», where the story follows one that was closed."""
    return None if view.before is None else words.node("story.before", title=told_title(view.before, MAX_BEFORE))


def sources_rows(view: StoryView, words: Words) -> list[Row]:
    """The button that opens who tells the story, where several do."""
    if view.sources < 2:
        return []
    label = words.text("story.sources", n=words.number(view.sources))
    return [[button(label, OpenStory(story_id=view.story_id, anew=True))]]


def language_rows(view: StoryView, words: Words) -> list[Row]:
    """A button for each other language that the story is told in: its first page in that one."""
    pages: dict[str, Telling] = {}
    for one in view.others:
        if one.language in _READ and one.language != view.article.language:
            pages.setdefault(one.language, one)
    return [
        [button(words.text(_READ[language]), ReadPage(article_id=one.article_id))] for language, one in pages.items()
    ]
