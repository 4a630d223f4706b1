"""Whole pages of the kinds that news sites are made of, with all that stands around their articles.

Beside NAME.html stand NAME.txt, the article's text (lead, paragraphs, headings, list items, quotes, a line for each
row of a table; no captions), and NAME.json, what the page says of it. A page without NAME.txt is not an article.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from statistics import mean

import pytest

from bot.ingest.errors import NoArticle
from bot.ingest.extract import extract_page
from bot.ingest.stages import ExtractedPage, FetchedPage
from storage.records import BlockKind

KINDS = Path(__file__).parents[1] / "data" / "pages" / "kinds"
PAGES = sorted(path.stem for path in KINDS.glob("*.html"))
ARTICLES = sorted(path.stem for path in KINDS.glob("*.txt"))
WALLS = sorted(set(PAGES) - set(ARTICLES))
LEAST_F1 = 0.93
LEAST_MEAN_F1 = 0.985
LEAST_NAMELESS_F1 = 0.965  # mean, on pages whose parts carry no names


@dataclass(frozen=True, slots=True)
class Gold:
    """What must come out of a page. None: the page does not say it, and nothing is asked."""

    url: str
    language: str
    title: str
    headings: int
    items: int
    quotes: int
    tables: list[list[str]]  # the first row of each
    captions: list[str]
    links: list[list[str]]  # the words and the address
    lead: str | None = None
    author: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    published: str | None = None
    modified: str | None = None
    image: str | None = None
    canonical: str | None = None
    next: str | None = None


def page(name: str, *, is_nameless: bool = False) -> FetchedPage:
    html = (KINDS / f"{name}.html").read_text(encoding="utf-8")
    if is_nameless:
        html = re.sub(r'(?<=\s)(?:class|id|role)="(?!__NEXT_DATA__)[^"]*"', "", html)
    body = html.encode("windows-1251" if "charset=windows-1251" in html else "utf-8")
    url = json.loads((KINDS / f"{name}.json").read_text(encoding="utf-8"))["url"]
    return FetchedPage(url, url, 200, "text/html", None, body)


@cache
def extracted(name: str, *, is_nameless: bool = False) -> ExtractedPage:
    return extract_page(page(name, is_nameless=is_nameless), None, None, "Asia/Dushanbe")


@cache
def gold(name: str) -> Gold:
    return Gold(**json.loads((KINDS / f"{name}.json").read_text(encoding="utf-8")))


def gold_lines(name: str) -> list[str]:
    return (KINDS / f"{name}.txt").read_text(encoding="utf-8").splitlines()


def lines(article: ExtractedPage) -> list[str]:
    return [article.lead, *(block.text for block in article.body if block.kind is not BlockKind.IMAGE)]


def words(texts: Iterable[str]) -> list[str]:
    return re.findall(r"\w+", " ".join(texts).lower())


def text_f1(name: str, *, is_nameless: bool = False) -> float:
    article = extracted(name, is_nameless=is_nameless)
    ours, theirs = Counter(words(lines(article))), Counter(words(gold_lines(name)))
    return 2 * (ours & theirs).total() / max(ours.total() + theirs.total(), 1)


def foreign_sentences(name: str) -> list[str]:
    """Our sentences, and our captions, that the article does not have. The bare hours of a live text are none."""
    spoken = f" {' '.join(words([*gold_lines(name), *gold(name).captions]))} "
    said = [*lines(extracted(name)), *(block.text for block in extracted(name).body if block.kind is BlockKind.IMAGE)]
    sentences = (sentence for line in said for sentence in re.split(r"(?<=[.!?…])\s+", line))
    spelled = ((sentence, " ".join(words([sentence]))) for sentence in sentences)
    return [sentence for sentence, said in spelled if re.search(r"[^\W\d]", said) and f" {said} " not in spoken]


def moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def test_thirty_kinds_of_articles_in_three_languages_and_eight_pages_that_are_none_stand_here() -> None:
    assert len(ARTICLES) >= 30
    assert {name[:2] for name in ARTICLES} == {"ru", "tg", "en"}
    assert len(WALLS) >= 8


@pytest.mark.parametrize("name", ARTICLES)
def test_the_text_comes_whole_and_nothing_from_around_it(name: str) -> None:
    assert foreign_sentences(name) == []
    assert text_f1(name) >= LEAST_F1


def test_the_texts_are_right_nearly_to_the_word() -> None:
    assert mean(text_f1(name) for name in ARTICLES) >= LEAST_MEAN_F1


def test_the_names_of_a_pages_parts_are_a_hint_and_not_the_ground_to_stand_on() -> None:
    assert mean(text_f1(name, is_nameless=True) for name in ARTICLES) >= LEAST_NAMELESS_F1


@pytest.mark.parametrize("name", ARTICLES)
def test_what_a_page_says_of_its_article_is_read(name: str) -> None:
    article, asked = extracted(name), gold(name)
    assert (article.title, article.language) == (asked.title, asked.language)
    assert article.published_at == moment(asked.published)
    assert article.author == asked.author
    assert asked.lead in (None, article.lead)
    assert article.next_url == asked.next
    if asked.modified:
        assert article.modified_at == moment(asked.modified)
    if asked.section:
        assert article.section == asked.section
    if asked.tags:
        assert sorted(article.tags) == sorted(asked.tags)
    if asked.image:
        assert article.image == asked.image
    if asked.canonical:
        assert article.canonical_url == asked.canonical


@pytest.mark.parametrize("name", ARTICLES)
def test_an_article_keeps_its_structure(name: str) -> None:
    article, asked = extracted(name), gold(name)
    kinds = Counter(block.kind for block in article.body)
    assert kinds[BlockKind.HEADING] == asked.headings
    assert kinds[BlockKind.LIST_ITEM] == asked.items
    assert kinds[BlockKind.QUOTE] == asked.quotes
    assert [list(block.rows[0]) for block in article.body if block.rows] == asked.tables
    assert [block.text for block in article.body if block.kind is BlockKind.IMAGE and block.text] == asked.captions
    links = [[block.text[link.start : link.end], link.url] for block in article.body for link in block.links]
    assert links == asked.links


@pytest.mark.parametrize("name", WALLS)
def test_a_page_that_is_no_article_is_refused(name: str) -> None:
    with pytest.raises(NoArticle):
        extracted(name)


@pytest.mark.parametrize("name", WALLS)
def test_it_is_refused_by_what_it_says_and_not_by_the_names_of_its_parts(name: str) -> None:
    with pytest.raises(NoArticle):
        extracted(name, is_nameless=True)
