"""HTML to blocks: links stand where their words stand, tables are whole, pictures are the ones worth seeing."""

import time
import unicodedata
from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.ingest.blocks import html_blocks, html_pieces, join_text, with_text
from bot.ingest.parse import parse_feed
from bot.ingest.stages import FetchedPage
from bot.ingest.text import tidy, without_unwanted
from storage.records import Block, BlockKind, Link

BASE = "https://news.example/a/1"
WORDS = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=8),
    st.sampled_from(["мост ", " через", "\u00a0", "и\u0306", "\u0301", "e\u0301x", "각", "\u1100\u1161", "\u11a8"]),
    st.sampled_from(["\u00ad", "\n \t", "\u200b", "ӣ", "(", "—"]),
)
HREFS = st.sampled_from(
    ["https://a.example/1", "http://b.example", "/2", "?p=3", "#note", "", "javascript:x()", "mailto:a@b.example"]
)
PIECES = st.lists(st.tuples(WORDS, st.none() | HREFS), max_size=12)


def told(block: Block) -> list[tuple[str, str]]:
    """The words of each link with its address."""
    return [(block.text[link.start : link.end], link.url) for link in block.links]


def markup(pieces: list[tuple[str, str | None]]) -> str:
    return "".join(
        escape(words) if href is None else f'<a href="{escape(href)}">{escape(words)}</a>' for words, href in pieces
    )


@settings(max_examples=400, deadline=None)
@given(pieces=PIECES, holder=st.sampled_from(["p", "li", "blockquote", "h3", "td"]))
def test_links_stand_on_their_words_whatever_is_tidied_away(pieces: list[tuple[str, str | None]], holder: str) -> None:
    for block in html_blocks(f"<{holder}>{markup(pieces)}</{holder}>", BASE):
        assert block.text == tidy(block.text)
        edges = [edge for link in block.links for edge in (link.start, link.end)]
        assert edges == sorted(edges)
        assert all(0 <= link.start < link.end <= len(block.text) for link in block.links)
        assert all(words == words.strip() and url.startswith(("http://", "https://")) for words, url in told(block))
        assert block.kind is not BlockKind.HEADING or not block.links


def stands_alone(char: str) -> bool:
    return unicodedata.category(char)[0] != "M" and not "\u1100" <= char <= "\u11ff"


@settings(max_examples=200, deadline=None)
@given(pieces=PIECES)
def test_every_link_with_words_is_kept_with_just_its_words(pieces: list[tuple[str, str | None]]) -> None:
    """Accents are left out here: at the start of a link they belong to the letter before it."""
    plain = [("".join(filter(stands_alone, words)), href) for words, href in pieces]
    expected = [
        tidy(without_unwanted(words))
        for words, href in plain
        if href in {"https://a.example/1", "http://b.example", "/2", "?p=3"} and any(map(str.isalnum, tidy(words)))
    ]
    found = [words for block in html_blocks(f"<p>{markup(plain)}</p>", BASE) for words, _ in told(block)]
    assert found == expected


def test_links_lead_where_the_page_leads() -> None:
    (block,) = html_blocks(
        "<p>  Об этом\n <a href='/2?a=1&amp;b=2'>сообщила <b>дирекция</b> </a>, а <a href='#x'>сноска</a>,"
        " <a href='javascript:void(0)'>кнопка</a> и <a name='y'>место</a> — нет.</p>",
        BASE,
    )
    assert block.text == "Об этом сообщила дирекция , а сноска, кнопка и место — нет."
    assert told(block) == [("сообщила дирекция", "https://news.example/2?a=1&b=2")]


def test_a_link_over_several_blocks_is_a_link_in_each() -> None:
    first, picture, second = html_blocks(
        "<a href='/2'><p>Раз.</p><img src='/i.jpg'><p>Два.</p></a>", BASE
    )  # fmt: skip
    assert (told(first), told(second)) == ([("Раз.", "https://news.example/2")], [("Два.", "https://news.example/2")])
    assert picture.links == ()


@pytest.mark.parametrize(
    ("markup", "kind"),
    [
        ("<ul><li>Смотри <a href='/2'>тут</a></li></ul>", BlockKind.LIST_ITEM),
        ("<blockquote>Смотри <a href='/2'>тут</a></blockquote>", BlockKind.QUOTE),
        ("<figure><img src='/i.jpg'><figcaption>Смотри <a href='/2'>тут</a></figcaption></figure>", BlockKind.IMAGE),
    ],
)
def test_items_quotes_and_captions_have_links(markup: str, kind: BlockKind) -> None:
    (block,) = html_blocks(markup, BASE)
    assert (block.kind, block.text, told(block)) == (kind, "Смотри тут", [("тут", "https://news.example/2")])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Один два три", [(5, 8), (9, 12)]),
        ("Один два три…", [(5, 8), (9, 12)]),
        ("Один два", [(5, 8)]),
        ("Один дв…", []),
        ("Вот два три", [(4, 7), (8, 11)]),
        ("Один два и три", [(5, 8), (11, 14)]),
        ("два три", [(0, 3), (4, 7)]),
        ("Совсем другое", []),
        ("", []),
    ],
)
def test_a_block_with_other_words_keeps_the_links_whose_words_stay(text: str, expected: list[tuple[int, int]]) -> None:
    block = Block(
        BlockKind.QUOTE, "Один два три", links=(Link(5, 8, "https://a.example/2"), Link(9, 12, "https://b.example/3"))
    )
    changed = with_text(block, text)
    assert (changed.kind, changed.text) == (BlockKind.QUOTE, text)
    assert [(link.start, link.end) for link in changed.links] == expected
    assert all(text[link.start : link.end] == {"a": "два", "b": "три"}[link.url[8]] for link in changed.links)


@settings(max_examples=300, deadline=None)
@given(text=st.text("абв ", max_size=12), other=st.text("абв ", max_size=12), data=st.data())
def test_links_are_never_left_on_other_words(text: str, other: str, data: st.DataObject) -> None:
    edges = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=6)))
    links = tuple(Link(start, end, "https://a.example/") for start, end in zip(edges[::2], edges[1::2], strict=False))
    changed = with_text(Block(BlockKind.PARAGRAPH, text, links=links), other)
    said = [text[link.start : link.end] for link in links]
    left = [other[link.start : link.end] for link in changed.links]
    assert all(0 <= link.start < link.end <= len(other) for link in changed.links)
    assert all(one in said for one in left)
    assert len(left) <= len(said)


def table(rows: str) -> Block:
    (block,) = html_blocks(f"<table>{rows}</table>", BASE)
    assert block.kind is BlockKind.TABLE
    return block


def test_a_cell_over_several_rows_stands_in_each_and_over_several_columns_in_the_first() -> None:
    block = table(
        "<thead><tr><td>Область</td><td colspan=2>Школы</td></tr></thead>"
        "<tr><td rowspan=2>Хатлон</td><td>новые</td><td>12</td></tr><tr><td>старые</td><td>340</td></tr>"
    )
    assert block.level == 1
    assert block.rows == (("Область", "Школы", ""), ("Хатлон", "новые", "12"), ("Хатлон", "старые", "340"))
    assert block.text == "Область · Школы\nХатлон · новые · 12\nстарые · 340"


def test_a_table_whose_first_row_holds_figures_has_no_head() -> None:
    block = table("<tr><th>Май</th><td>3</td></tr><tr><th>Июнь</th><td>4</td></tr>")
    assert (block.level, block.rows) == (0, (("Май", "3"), ("Июнь", "4")))


def test_two_tables_in_a_row_stay_two_and_a_caption_stands_above() -> None:
    one = "<table><caption>Курс</caption><tr><td>a</td><td>1</td></tr><tr><td>b</td><td>2</td></tr></table>"
    blocks = html_blocks(one + one, BASE)
    assert [block.text for block in blocks] == ["Курс", "a · 1\nb · 2"] * 2
    assert join_text(blocks) == "Курс a · 1 b · 2 Курс a · 1 b · 2"


@pytest.mark.parametrize(
    "first",
    [
        "<caption>Млн сомони</caption>",
        "<tr><td colspan=3>Млн сомони</td></tr>",
        "<tr><th>Млн сомони</th><td></td><td></td></tr>",
    ],
)
def test_what_stands_above_a_table_is_no_row_of_it(first: str) -> None:
    head, row = "<tr><th>Отрасль</th><th>2025</th><th>2026</th></tr>", "<tr><td>Хлопок</td><td>12</td><td>14</td></tr>"
    above, found = html_blocks(f"<table>{first}{head}{row}</table>", BASE)
    assert above == Block(BlockKind.PARAGRAPH, "Млн сомони")
    assert (found.level, found.rows) == (1, (("Отрасль", "2025", "2026"), ("Хлопок", "12", "14")))


def test_a_first_cell_over_several_rows_stays_in_its_table() -> None:
    found = table("<tr><td rowspan=3>Согд</td></tr><tr><td>хлопок</td><td>1</td></tr><tr><td>уголь</td><td>2</td></tr>")
    assert found.rows[0][0] == "Согд"


def test_absurd_spans_cost_no_more_than_their_table() -> None:
    started = time.monotonic()
    row = "<tr>" + "<td colspan=99999 rowspan=99999>x</td>" * 50 + "</tr>"
    assert len(table(row * 300).rows) == 300
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<img src='/s.jpg'>", "/s.jpg"),
        ("<img src='data:image/gif;base64,R0' data-src='/late.jpg'>", "/late.jpg"),
        ("<img src='/blank.gif' data-lazy-src='/late.jpg'>", "/late.jpg"),
        ("<img src='/s.jpg' srcset='/m.jpg 640w, /l.jpg 1280w, /huge.jpg 6000w'>", "/l.jpg"),
        ("<img src='/s.jpg' srcset='/m.jpg 1x,/l.jpg 2x'>", "/l.jpg"),
        ("<img srcset='/w_3,h_2/m.jpg 640w, /w_6,h_4/l.jpg 1200w'>", "/w_6,h_4/l.jpg"),
        ("<img srcset='/huge.jpg 6000w, /vast.jpg 9000w'>", "/huge.jpg"),
        ("<img srcset='data:x 100w, javascript:x 200w' src='/s.jpg'>", "/s.jpg"),
        ("<picture><source srcset='/n.avif' type='image/avif'><img src='/s.jpg'></picture>", "/s.jpg"),
        ("<picture><source srcset='/n.avif' type='image/avif'><source srcset='/n.jpg 9w'><img></picture>", "/n.jpg"),
        ("<video poster='/still.jpg' src='/film.mp4'>Старый браузер</video>", "/still.jpg"),
    ],
)  # fmt: skip
def test_the_picture_worth_seeing_is_taken(markup: str, expected: str) -> None:
    (block,) = html_blocks(markup, BASE)
    assert (block.kind, block.url) == (BlockKind.IMAGE, f"https://news.example{expected}")


@pytest.mark.parametrize("markup", ["<img src='data:x'>", "<img src='/p.gif' width=1>", "<video src='/f.mp4'></video>"])
def test_what_shows_nothing_is_no_picture(markup: str) -> None:
    assert html_blocks(markup, BASE) == ()


def test_whose_words_a_quotation_is_stands_apart() -> None:
    quote = Block(BlockKind.QUOTE, "Мост ждали.")
    author = Block(BlockKind.QUOTE, "Глава района", level=1)
    assert html_blocks("<blockquote>Мост ждали. <cite>Глава района</cite></blockquote>", BASE) == (quote, author)
    assert html_blocks("<blockquote><p>Мост ждали.</p><footer>Глава района</footer></blockquote>", BASE) == (
        quote,
        author,
    )
    (whole,) = html_blocks("<blockquote>В <cite>Песнях</cite> моста нет.</blockquote>", BASE)
    assert (whole.text, whole.level) == ("В Песнях моста нет.", 0)


def test_terms_and_what_they_mean() -> None:
    assert html_blocks("<dl><dt>Длина</dt><dd>300 м</dd></dl>", BASE) == (
        Block(BlockKind.PARAGRAPH, "Длина"),
        Block(BlockKind.LIST_ITEM, "300 м"),
    )


def test_the_share_of_links_counts_those_that_lead_nowhere() -> None:
    (piece,) = html_pieces("<p><a href='#top'>Наверх</a></p>", BASE)
    assert (piece.linked, piece.block.links) == (1.0, ())


STORED = """<rss version="2.0"><channel><title>Т</title><item><title>Курс валют</title><link>https://n.example/1</link>
<description><![CDATA[<p>Доллар <a href="/x">подорожал</a>.</p><table><tr><th>Валюта</th><th colspan="2">Курс</th></tr>
<tr><td rowspan="2">Доллар</td><td>покупка</td><td>10,91</td></tr><tr><td>продажа</td><td>10,95</td></tr></table>
<p>Читайте <a href="/y">нас</a> завтра, торги откроются в десять.</p>
<img src="/s.jpg" srcset="/s.jpg 300w, /l.jpg 1200w">]]></description></item></channel></rss>"""
# What was written beside such an entry when tables were items, links were dropped and `src` was the picture.
STORED_HASH = "5d5e96136a33ef5ee196fa3bf4a07d831d2bdbfff8edcb19f8d035db88047095"


def test_an_entry_stored_before_tables_and_links_counts_as_unchanged() -> None:
    address = "https://n.example/f"
    (entry,) = parse_feed(FetchedPage(address, address, 200, "", None, STORED.encode())).entries
    assert entry.feed_hash == STORED_HASH
    assert entry.image == "https://n.example/l.jpg"
