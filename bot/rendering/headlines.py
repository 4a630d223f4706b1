"""How one story is named wherever it stands: its linked title, the words that were found, where it comes from, when."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from aiogram.utils.formatting import Bold, Text

from bot.rendering.locales import Words
from bot.rendering.message import Node, joined, link
from bot.rendering.texts import clean, cut_at_sentence, cut_at_word, is_blank, one_line, web_url
from storage.records import Article, BlockKind, StoryView, Telling

MAX_SOURCE = 64  # code points
MAX_SNIPPET = 220  # code points
MAX_FOUND = 12  # found words in bold a snippet: five of them and their titles stay under Telegram's 100 entities
_MIN_LEAD = 3
_SENTENCE_SIGNS = ".!?…"
_LEFT_OVER = " .,:;–—-…|"  # what may part a title from the text after it
_NEW_SENTENCE = re.compile(r"\s+(?=[^\s\da-zа-яёғӣқӯҳҷ])|\Z")
_END_AND_NEW_SENTENCE = re.compile(rf"[.!?…]+[»”\"')\]]*(?:{_NEW_SENTENCE.pattern})")


@dataclass(frozen=True, slots=True)
class Snippet:
    """A sentence of an article that answers a question; `spans` are the found words, in order, by code points."""

    text: str
    spans: tuple[tuple[int, int], ...] = ()


def title_of(article: Article, limit: int) -> str:
    """The title on one line; a page without one is called by its first words, else by its address."""
    for text in (article.title, lead_of(article, limit), urlsplit(web_url(article.url) or "").hostname or ""):
        line = one_line(text)
        if not is_blank(line):
            return cut_at_word(line, limit)
    return "…"


def linked_title(article: Article, limit: int) -> Text:
    return Bold(link(title_of(article, limit), article.url))


def lead_of(article: Article, limit: int) -> str:
    """What the story says, in at most `limit` code points and whole sentences; empty when nothing but the title is.

    Feeds often open the lead with the title again: that is dropped.
    """
    title = one_line(article.title)
    paragraphs = (block.text for block in article.body if block.kind is BlockKind.PARAGRAPH)
    for text in (article.lead, *paragraphs):
        line = _without_title(text, title)
        if len(line) >= _MIN_LEAD and not is_blank(line):
            return cut_at_sentence(line, limit)
    return ""


def _without_title(text: str, title: str) -> str:
    """The text on one line, without the title where a line or a sentence of it is that: «Учения» is no title repeated
    in «Учения Организации …».
    """
    line = one_line(text)
    if is_blank(title) or not line.startswith(title):
        return line
    first, _, others = clean(text).strip().partition("\n")
    if one_line(first).rstrip(_SENTENCE_SIGNS) == title.rstrip(_SENTENCE_SIGNS):
        return one_line(others).lstrip(_LEFT_OVER)
    rest = line[len(title) :]
    ends = _NEW_SENTENCE.match(rest) if title[-1] in _SENTENCE_SIGNS else _END_AND_NEW_SENTENCE.match(rest)
    return rest[ends.end() :].lstrip(_LEFT_OVER) if ends else line


def told_title(telling: Telling, limit: int) -> Node:
    """The linked title of a page that is named beside the one shown."""
    line = one_line(telling.title)
    if is_blank(line):
        line = urlsplit(web_url(telling.url) or "").hostname or "…"
    return link(cut_at_word(line, limit), telling.url)


def source_of(article: Article | Telling) -> str:
    """The source's name; without one, the host of the page."""
    name = one_line(article.source_name)
    if is_blank(name):
        name = urlsplit(web_url(article.url) or "").hostname or "…"
    return cut_at_word(name, MAX_SOURCE)


def listed(
    number: int, view: StoryView, when: str, words: Words, *, limit: int, snippet: Snippet | None = None
) -> Text:
    """An item of a list: the number, the linked title, what was found, then on a line of its own the source, the time
    and how many more sources tell it.
    """
    title = linked_title(view.article, limit)
    found = [] if snippet is None or is_blank(clean(snippet.text)) else [*quoted(snippet), "\n"]
    facts: list[Node] = [source_of(view.article), when, *counted_sources(view, words)]
    return Text(f"{number}. ", title, "\n", *found, joined(facts, " · "))


def quoted(snippet: Snippet) -> Iterator[Node]:
    """The sentence on one line, the found words in bold."""
    whole = snippet.text.strip()
    moved = len(snippet.text) - len(snippet.text.lstrip())
    text = cut_at_word(whole, MAX_SNIPPET)
    end_of_whole = len(text) if text == whole else len(text) - 1  # the ellipsis is none of it
    done = 0
    for begin, end in snippet.spans[:MAX_FOUND]:
        start, stop = max(begin - moved, done), min(end - moved, end_of_whole)
        if start < stop:
            yield _flat(text[done:start])
            yield Bold(_flat(text[start:stop]))
            done = stop
    yield _flat(text[done:])


def _flat(text: str) -> str:
    """A piece of a line: cleaned, with its blanks at the ends."""
    return re.sub(r"\s+", " ", clean(text))


def origin(view: StoryView, words: Words, *, timezone: ZoneInfo, now: datetime) -> list[str]:
    """«Source · 14:05»."""
    return [source_of(view.article), words.stamp(view.article.published_at, timezone=timezone, now=now)]


def counted_sources(view: StoryView, words: Words) -> list[str]:
    """«3 more sources», where others tell the story too."""
    return [words.plural("story.more_sources", view.sources - 1)] if view.sources > 1 else []
