"""Invented stories for the tests of rendering, and Telegram's own parser to hold messages against."""

import json
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from aiogram.types import InlineKeyboardMarkup, MessageEntity
from aiogram.utils.text_decorations import HtmlDecoration
from hypothesis import strategies as st
from tdjson import td_execute

from bot.rendering.locales import LANGUAGES, Locales
from bot.rendering.message import Outgoing
from storage.naming import Entity, EntityKind
from storage.records import Article, Block, BlockKind, Link, StoryView, Telling

DUSHANBE = ZoneInfo("Asia/Dushanbe")
NOW = datetime(2026, 11, 21, 9, 5, tzinfo=UTC)  # 14:05 in Dushanbe
LOCALES = Locales()
RU = LOCALES.words("ru")
ALL_WORDS = [LOCALES.words(language) for language in LANGUAGES]
MAX_ID = 2**63 - 1

# What breaks bots: other markup, marks that turn lines round, joined emoji, stacked accents, lone surrogates.
_NASTY = (
    "<b>", "</a>", "&lt;", "&nbsp;", "*_`[](", "{n}", "%s", "\x00", "\u202e", "\u2066", "\u200b", "\u2028", "\ufeff",
    "\ud83d", "👩‍👩‍👧", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "ě̷͓͎", "\r\n", "\t", "й", "#тег", "@someone", "/start", "https://x.tj", "ё" * 500,
)  # fmt: skip
ANY_CHAR = st.characters(codec=None, exclude_categories=())
ANY_TEXT = st.one_of(
    st.text(ANY_CHAR, max_size=60),
    st.lists(st.one_of(st.sampled_from(_NASTY), st.text(ANY_CHAR, max_size=5)), max_size=12).map("".join),
    st.builds(lambda text, times: text * times, st.text(ANY_CHAR, max_size=9), st.integers(0, 1500)),
)
ANY_URL = st.one_of(
    st.builds(
        lambda path: f"https://news.example/{path}",
        st.from_regex(r"[a-z0-9/_-]{0,40}(\?[a-z]=[0-9&]{0,9})?", fullmatch=True),
    ),
    ANY_TEXT,
    ANY_TEXT.map(lambda text: f"https://news.example/{text}"),
)
_LINKS = st.lists(st.builds(Link, st.integers(-1, 50), st.integers(-1, 60), ANY_URL), max_size=3).map(tuple)
_GOOD_LINKS = st.lists(st.integers(0, 40), unique=True, max_size=8).map(
    lambda edges: tuple(
        Link(start, end, f"https://news.example/{start}")
        for start, end in zip(sorted(edges)[::2], sorted(edges)[1::2], strict=False)
    )
)
_CELL = st.one_of(st.text("абв <&7", max_size=12), ANY_TEXT.map(lambda text: text[:40]), st.just("12,5"))
_ROWS = st.lists(st.lists(_CELL, max_size=22).map(tuple), max_size=6).map(tuple)
BLOCKS = st.builds(
    lambda kind, text, level, url, links, rows: Block(
        kind,
        text,
        level,
        url if kind is BlockKind.IMAGE else None,
        () if kind in {BlockKind.HEADING, BlockKind.TABLE} else links,
        rows if kind is BlockKind.TABLE else (),
    ),
    st.sampled_from(BlockKind),
    st.one_of(ANY_TEXT, st.text("абв <&", min_size=40, max_size=60)),
    st.integers(0, 6),
    ANY_URL,
    st.one_of(_GOOD_LINKS, _LINKS),
    _ROWS,
)


def article(number: int = 1, **changes: Any) -> Article:
    """An invented article; keywords replace its fields."""
    fields: dict[str, Any] = {
        "id": number,
        "story_id": number,
        "source_id": 1,
        "source_name": "Вестник долины",
        "url": f"https://vestnik.example/news/{number}",
        "title": "В Хороге открыли новый мост через Гунт",
        "lead": "Мост соединил два берега реки. Движение по нему начнётся 1 декабря.",
        "body": (),
        "language": "ru",
        "published_at": NOW,
        "arrived_at": NOW,
    }
    return Article(**(fields | changes))


def story(number: int = 1, *, articles: int = 1, **changes: Any) -> StoryView:
    """A story that each of its articles' sources tells once."""
    return StoryView(number, article(number, **changes), articles=articles, sources=articles)


def telling(number: int, **changes: Any) -> Telling:
    """Another page of a story, by a source of its own; keywords replace its fields."""
    fields: dict[str, Any] = {
        "article_id": number,
        "source_id": number,
        "source_name": f"Источник {number}",
        "url": f"https://source{number}.example/a",
        "title": f"Мост через Гунт открыт ({number})",
        "language": "ru",
        "published_at": NOW,
    }
    return Telling(**(fields | changes))


TELLINGS = st.builds(
    lambda number, source, title, url, language: telling(
        number, source_name=source, title=title, url=url, language=language, source_id=number % 9
    ),
    st.integers(-MAX_ID, MAX_ID), ANY_TEXT, ANY_TEXT, ANY_URL, st.sampled_from(["ru", "tg", "en", "uz"]),
)  # fmt: skip
STORIES = st.builds(
    lambda title, lead, source, url, image, body, count, names, others, before: replace(
        story(
            title=title, lead=lead, source_name=source, url=url, image=image, body=tuple(body), articles=count,
            entities=tuple(Entity(-MAX_ID, kind, name) for kind, name in zip(EntityKind, names, strict=False)),
        ),
        topics=tuple(names),
        topic_ids=tuple(MAX_ID for _ in names),
        others=tuple(others),
        before=before,
    ),
    ANY_TEXT, ANY_TEXT, ANY_TEXT, ANY_URL, st.none() | ANY_URL, st.lists(BLOCKS, max_size=3), st.integers(1, 200),
    st.lists(ANY_TEXT, max_size=3), st.lists(TELLINGS, max_size=9), st.none() | TELLINGS,
)  # fmt: skip


class _Html(HtmlDecoration):
    """aiogram's own leaves addresses unescaped."""

    def link(self, value: str, link: str) -> str:
        return super().link(value, escape(link))


def as_html(message: Outgoing) -> str:
    """The message as one string that shows its formatting."""
    return _Html().unparse(message.text, list(message.entities))


def labels(keyboard: InlineKeyboardMarkup | None) -> list[list[str]]:
    return [[button.text for button in row] for row in keyboard.inline_keyboard] if keyboard else []


def assert_accepted(message: Outgoing) -> None:
    """Telegram takes the message as it is: its parser gives the same text and entities, its limits hold."""
    assert 1 <= len(message.text) <= (1024 if message.photo else 4096)
    assert len(message.entities) <= 100
    assert message.text == message.text.strip()
    assert not any(unicodedata.category(char) in {"Cc", "Cs"} for char in message.text.replace("\n", ""))
    assert not set(message.text) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    _assert_entities_fit(message)
    _assert_parses_to_itself(message)
    assert_keyboard(message.keyboard)


def assert_keyboard(keyboard: InlineKeyboardMarkup | None) -> None:
    """Telegram's limits of an inline keyboard."""
    rows = keyboard.inline_keyboard if keyboard else []
    assert keyboard is None or rows
    assert all(1 <= len(row) <= 8 for row in rows)
    assert sum(map(len, rows)) <= 100
    for button in (button for row in rows for button in row):
        assert button.text.strip()
        assert button.callback_data is not None
        assert 1 <= len(button.callback_data.encode()) <= 64


def _assert_entities_fit(message: Outgoing) -> None:
    units = message.text.encode("utf-16-le")
    for entity in message.entities:
        assert 0 <= entity.offset < entity.offset + entity.length <= len(units) // 2
        # Decoding raises where an edge cuts a surrogate pair in two.
        covered = units[2 * entity.offset : 2 * (entity.offset + entity.length)].decode("utf-16-le")
        assert covered == covered.strip()


def _assert_parses_to_itself(message: Outgoing) -> None:
    parsed = telegram(
        {"@type": "parseTextEntities", "text": as_html(message), "parse_mode": {"@type": "textParseModeHTML"}}
    )
    assert parsed["@type"] == "formattedText", parsed
    assert parsed["text"] == message.text
    found = sorted((item["offset"], item["length"], item["type"]["@type"]) for item in parsed["entities"])
    assert found == sorted((entity.offset, entity.length, _td_type(entity)) for entity in message.entities)


def _td_type(entity: MessageEntity) -> str:
    return {
        "bold": "textEntityTypeBold",
        "italic": "textEntityTypeItalic",
        "code": "textEntityTypeCode",
        "blockquote": "textEntityTypeBlockQuote",
        "pre": "textEntityTypePre",
        "text_link": "textEntityTypeTextUrl",
    }[entity.type]


def telegram(request: dict[str, Any]) -> dict[str, Any]:
    """What TDLib answers to a request that needs no network."""
    _hush()
    answer: dict[str, Any] = json.loads(td_execute(json.dumps(request).encode()) or b"{}")
    return answer


@cache
def _hush() -> None:
    """TDLib writes each request to standard error unless told not to."""
    td_execute(json.dumps({"@type": "setLogVerbosityLevel", "new_verbosity_level": 0}).encode())
