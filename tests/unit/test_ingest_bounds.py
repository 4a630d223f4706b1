"""An article is as long as an article may be, whatever its site sends."""

import pytest

from bot.ingest.bounds import MOST_BLOCKS, MOST_LETTERS, within_bounds
from bot.ingest.extract import extract_article
from bot.ingest.joining import join_pages
from bot.ingest.parse import parse_feed
from bot.ingest.stages import FetchedPage
from storage.records import Block, BlockKind, Link

PARAGRAPH = "Жители улицы Айни просили об этом три года, рассказали в районном штабе. " * 5
REPORT = tuple(Block(BlockKind.PARAGRAPH, f"{number}. {PARAGRAPH}") for number in range(200))


def length(blocks: tuple[Block, ...]) -> int:
    return sum(len(block.text) for block in blocks)


def test_the_longest_report_is_kept_whole() -> None:
    assert length(REPORT) > 70_000
    assert within_bounds(REPORT) == REPORT


def test_of_a_longer_text_the_first_blocks_are_kept() -> None:
    book = REPORT * 10
    kept = within_bounds(book)
    assert kept == book[: len(kept)]
    assert MOST_LETTERS * 0.9 < length(kept) <= MOST_LETTERS


def test_of_short_blocks_without_end_the_first_are_kept() -> None:
    assert len(within_bounds([Block(BlockKind.LIST_ITEM, "да")] * 100_000)) == MOST_BLOCKS


@pytest.mark.parametrize("kind", [BlockKind.PARAGRAPH, BlockKind.QUOTE, BlockKind.LIST_ITEM])
def test_a_block_without_end_has_its_beginning_and_the_links_of_that(kind: BlockKind) -> None:
    near, far = Link(0, 5, "https://news.example/1"), Link(900_000, 900_005, "https://news.example/2")
    (kept,) = within_bounds([Block(kind, "слово " * 200_000, links=(near, far))])
    assert kept.kind is kind
    assert kept.text.endswith("слово")
    assert 100_000 < len(kept.text) < MOST_LETTERS
    assert kept.links == (near,)


def test_a_table_without_end_has_the_lines_of_its_first_rows() -> None:
    rows = tuple((str(number), "слово") for number in range(100_000))
    (kept,) = within_bounds([Block(BlockKind.TABLE, "\n".join(" · ".join(row) for row in rows), rows=rows)])
    assert kept.kind is BlockKind.PARAGRAPH
    assert kept.text.startswith("0 · слово\n1 · слово")
    assert kept.rows == ()


def test_addresses_count_as_words_do() -> None:
    pictures = [Block(BlockKind.IMAGE, "", url=f"https://news.example/{'a' * 1000}/{number}") for number in range(1000)]
    assert 250 < len(within_bounds(pictures)) < 300


def test_a_page_a_feed_and_an_article_of_many_pages_are_bounded() -> None:
    text = "".join(f"<p>{number}. {PARAGRAPH}</p>" for number in range(1200))
    page = extract_article(
        f"<html><body><article><h1>Отчёт</h1>{text}</article></body></html>".encode(), "https://news.example/1", None
    )
    body = (
        f"<rss><channel><item><title>Отчёт</title><description><![CDATA[{text}]]></description></item></channel></rss>"
    )
    feed = parse_feed(FetchedPage("u", "https://news.example/", 200, "application/rss+xml", None, body.encode()))
    (entry,) = feed.entries
    whole = join_pages([page, page])
    for one in (page.body, entry.body, whole.body):
        assert MOST_LETTERS * 0.9 < length(one) <= MOST_LETTERS
