"""Pages that hold their text in JSON alone, in the shapes that programs write it."""

import json
import time

import lxml.html
import pytest

from bot.ingest.errors import NoArticle
from bot.ingest.extract import extract_article
from bot.ingest.jsonpages import find_story
from storage.records import BlockKind

URL = "https://paper.example/story"
TITLE = "Снег закрыл перевал Анзоб"
LINES = [
    "Перевал Анзоб закрыли для грузовиков из-за снега, который шёл всю ночь и утро без перерыва.",
    "Легковые машины пропускают в сопровождении дорожников, с цепями на колёсах, до пяти часов вечера.",
    "Дорогу обещают расчистить к субботе, сказали в управлении автомобильных дорог области.",
]
HTML = "".join(f"<p>{line}</p>" for line in LINES)
OTHER = {"title": "Другая новость", "slug": "x", "content": "<p>" + "Это совсем другая история о рынке. " * 40 + "</p>"}


def page(script: str) -> bytes:
    head = f"<title>{TITLE}</title><meta property='og:title' content='{TITLE}'>"
    return f"<html><head>{head}</head><body><div id='app'></div>{script}</body></html>".encode()


def told(html: bytes) -> list[str]:
    article = extract_article(html, URL, None)
    return [article.lead, *(block.text for block in article.body if block.kind is not BlockKind.IMAGE)]


def next_data(data: object) -> str:
    return f"<script id='__NEXT_DATA__' type='application/json'>{json.dumps(data)}</script>"


BLOCKS = [{"type": "paragraph", "data": {"text": line}} for line in LINES]
STATE = json.dumps({"story": {"title": TITLE, "body": HTML}, "top": [OTHER]})


@pytest.mark.parametrize(
    "script",
    [
        "<script type='application/ld+json'>"
        + json.dumps({"@graph": [{"@type": "NewsArticle", "headline": TITLE, "articleBody": "\n\n".join(LINES)}]})
        + "</script>",
        next_data({"props": {"pageProps": {"article": {"title": TITLE, "content": HTML}, "more": [OTHER]}}}),
        next_data({"props": {"post": {"headline": TITLE, "blocks": BLOCKS}, "popular": [OTHER, OTHER]}}),
        f"<script>window.__INITIAL_STATE__ = {STATE};</script>",
        f"<script>window.__PRELOADED_STATE__={json.dumps(STATE)};</script>",
        f"<script>var appData = {STATE}; start();</script>",
    ],
    ids=["linked data", "html", "blocks", "state", "state in a string", "variable"],
)
def test_the_text_that_goes_with_the_headline_is_found(script: str) -> None:
    assert told(page(script)) == LINES


def test_what_the_data_says_of_the_article_is_read() -> None:
    story = {
        "title": TITLE, "content": HTML, "publishedAt": "2026-11-02T08:00:00+05:00", "author": {"name": "Отдел дорог"},
        "rubric": {"title": "Горы"}, "tags": [{"title": "снег"}, "Анзоб"],
    }  # fmt: skip
    article = extract_article(page(next_data({"a": story})), URL, None)
    assert (article.author, article.section, article.tags) == ("Отдел дорог", "Горы", ("снег", "Анзоб"))
    assert article.published_at is not None
    assert article.published_at.isoformat() == "2026-11-02T03:00:00+00:00"


def test_another_storys_text_is_not_taken() -> None:
    with pytest.raises(NoArticle):
        told(page(next_data({"list": [OTHER, OTHER | {"title": "Третья новость"}]})))


@pytest.mark.parametrize(
    "script",
    [
        next_data({"title": TITLE, "b": [{"title": TITLE, "text": "слово " * 9} for _ in range(20_000)]}),
        "<script>" + "window.__A__=" * 100_000 + "</script>",
        "<script>" + "Data" * 300_000 + "</script>",
        "<script id='__NEXT_DATA__'>" + "[" * 200_000 + "</script>",
    ],
    ids=["wide", "assignments", "a name without end", "deep"],
)
def test_a_hostile_script_costs_no_more_than_its_size(script: str) -> None:
    started = time.process_time()
    find_story(lxml.html.document_fromstring(page(script)), TITLE, "")
    assert time.process_time() - started < 5
