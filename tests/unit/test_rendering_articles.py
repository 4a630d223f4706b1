"""A whole article: as a rich message within Telegram's bounds, and as plain messages with the same content."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from aiogram.types import InputRichMessage
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rendering.articles import MAX_PLAIN_MESSAGES, plain_article, rich_article
from bot.rendering.keyboards import story_keyboard
from bot.rendering.locales import Words
from bot.rendering.message import Outgoing
from bot.sandbox.rich_blocks import BlockReader
from bot.sandbox.rich_html import parse_html
from bot.sandbox.rich_inline import InlineReader
from bot.sandbox.rich_limits import check_limits
from bot.sandbox.world import User, World
from storage.records import Article, Block, BlockKind, Link
from tests.unit.rendering_samples import (
    ALL_WORDS,
    ANY_TEXT,
    ANY_URL,
    BLOCKS,
    DUSHANBE,
    NOW,
    RU,
    article,
    as_html,
    assert_accepted,
)

BODY = (
    Block(BlockKind.PARAGRAPH, "Мост соединил два берега реки."),
    Block(BlockKind.HEADING, "Что дальше", 2),
    Block(BlockKind.LIST_ITEM, "освещение"),
    Block(BlockKind.LIST_ITEM, "тротуар <3 м>"),
    Block(BlockKind.LIST_ITEM, "первый", 1),
    Block(BlockKind.LIST_ITEM, "второй", 1),
    Block(BlockKind.QUOTE, "Ждали два года"),
    Block(BlockKind.IMAGE, "Вид сверху", url="https://vestnik.example/2.jpg"),
    Block(BlockKind.HEADING, "Мелочи", 6),
)
ARTICLES = st.builds(
    lambda title, lead, author, url, image, body: article(
        title=title, lead=lead, author=author, url=url, image=image, body=tuple(body)
    ),
    ANY_TEXT, ANY_TEXT, ANY_TEXT, ANY_URL, ANY_URL, st.lists(BLOCKS, max_size=12),
)  # fmt: skip


class RichReader(HTMLParser):
    """Holds the markup to what a rich message may have: known blocks, each closed, media alone in a figure."""

    TOP = frozenset({"h1", "h2", "h3", "h4", "p", "ul", "ol", "blockquote", "figure", "footer", "table"})
    INSIDE = frozenset({"a", "i", "figcaption", "li", "cite", "tr", "td", "th"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.media = 0
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "img":
            assert self.open == ["figure"]
            assert (values["src"] or "").startswith(("https://", "http://"))
            self.media += 1
        elif tag == "br":
            assert self.open
        else:
            assert tag in self.TOP | self.INSIDE
            assert tag != "a" or (values["href"] or "").startswith(("https://", "http://"))
            assert (tag in self.TOP) == (not self.open)
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        assert self.open
        self.text += data


def read_rich(message: InputRichMessage) -> RichReader:
    """Read by our rules, and by the sandbox's, which are Telegram's."""
    html = message.html or ""
    assert len(html) <= 32_768
    reader = RichReader()
    reader.feed(html)
    reader.close()
    assert not reader.open
    assert reader.media <= 50
    blocks = BlockReader(InlineReader(World(User(1, "Хабар")), detect=False)).blocks(parse_html(html).children)
    assert blocks
    check_limits(blocks)
    return reader


def rich(item: Article, words: Words = RU) -> InputRichMessage:
    return rich_article(item, words, timezone=DUSHANBE, now=NOW)


def plain(item: Article, words: Words = RU) -> tuple[Outgoing, ...]:
    return plain_article(item, words, timezone=DUSHANBE, now=NOW, keyboard=story_keyboard(1, words))


def test_an_article_as_a_rich_message() -> None:
    item = article(body=BODY, image="https://vestnik.example/1.jpg", author="Редакция")
    assert rich(item).html == (
        '<h1><a href="https://vestnik.example/news/1">В Хороге открыли новый мост через Гунт</a></h1>'
        "<p>Вестник долины · Редакция · сегодня, 14:05</p>"
        '<figure><img src="https://vestnik.example/1.jpg"></figure>'
        "<p>Мост соединил два берега реки. Движение по нему начнётся 1 декабря.</p>"
        "<p>Мост соединил два берега реки.</p>"
        "<h2>Что дальше</h2>"
        "<ul><li>освещение</li><li>тротуар &lt;3 м&gt;</li></ul>"
        "<ol><li>первый</li><li>второй</li></ol>"
        "<blockquote>Ждали два года</blockquote>"
        '<figure><img src="https://vestnik.example/2.jpg"><figcaption>Вид сверху</figcaption></figure>'
        "<h4>Мелочи</h4>"
        '<footer><a href="https://vestnik.example/news/1">Читать на сайте: Вестник долины</a></footer>'
    )


def test_the_same_article_as_plain_messages() -> None:
    (message,) = plain(article(body=BODY, image="https://vestnik.example/1.jpg"))
    assert as_html(message) == (
        '<a href="https://vestnik.example/news/1"><b>В Хороге открыли новый мост через Гунт</b></a>\n'
        "Вестник долины · сегодня, 14:05\n\n"
        '<a href="https://vestnik.example/1.jpg">🖼 фото</a>\n\n'
        "Мост соединил два берега реки. Движение по нему начнётся 1 декабря.\n\n"
        "Мост соединил два берега реки.\n\n"
        "<b>Что дальше</b>\n\n"
        "• освещение\n• тротуар &lt;3 м&gt;\n\n"
        "1. первый\n2. второй\n\n"
        "<blockquote>Ждали два года</blockquote>\n\n"
        '<a href="https://vestnik.example/2.jpg">🖼 Вид сверху</a>\n\n'
        "<b>Мелочи</b>\n\n"
        '<a href="https://vestnik.example/news/1">Читать на сайте: Вестник долины</a>'
    )
    assert message.keyboard is not None


LINKED = Block(
    BlockKind.PARAGRAPH,
    "Об этом сообщила дирекция & пресс-служба.",
    links=(Link(8, 25, "https://a.example/?x=1&y=2"), Link(28, 40, "https://b.example/")),
)
RATES = Block(
    BlockKind.TABLE,
    "Валюта · Курс\nДоллар США · 10,91\nЕвро · 9",
    level=1,
    rows=(("Валюта", "Курс"), ("Доллар <США>", "10,91"), ("Евро", "9"), ("", " ")),
)


def body_of(message: InputRichMessage) -> str:
    """The message between its byline and its closing line."""
    return (message.html or "").partition("</p>")[2].partition("<footer>")[0]


def plain_body(message: Outgoing) -> str:
    return as_html(message).partition("\n\n")[2].rpartition("\n\n")[0]


def test_links_are_drawn_in_every_kind_of_text() -> None:
    said = (
        'Об этом <a href="https://a.example/?x=1&amp;y=2">сообщила дирекция</a> &amp;'
        ' <a href="https://b.example/">пресс-служба</a>.'
    )
    picture = replace(LINKED, kind=BlockKind.IMAGE, url="https://vestnik.example/1.jpg")
    kinds = [replace(LINKED, kind=kind) for kind in (BlockKind.LIST_ITEM, BlockKind.QUOTE)]
    item = article(lead="", body=(LINKED, *kinds, picture))
    assert body_of(rich(item)) == (
        f"<p>{said}</p><ul><li>{said}</li></ul><blockquote>{said}</blockquote>"
        f'<figure><img src="https://vestnik.example/1.jpg"><figcaption>{said}</figcaption></figure>'
    )
    assert plain_body(plain(item)[0]) == (
        f'{said}\n\n• {said}\n\n<blockquote>{said}</blockquote>\n\n<a href="https://vestnik.example/1.jpg">🖼</a> {said}'
    )


@pytest.mark.parametrize(
    ("text", "links"),
    [
        (
            "Мост\u202e открыт",
            (Link(0, 4, "https://a.example/"),),
        ),  # the text is cleaned: the places are no longer sure
        ("Мост открыт", (Link(0, 4, "javascript:alert(1)"),)),
        ("Мост открыт", (Link(5, 99, "https://a.example/"),)),
        ("Мост открыт", (Link(4, 5, "https://a.example/"),)),
    ],
)
def test_a_link_that_will_not_do_is_plain_text(text: str, links: tuple[Link, ...]) -> None:
    item = article(lead="", body=(Block(BlockKind.PARAGRAPH, text, links=links),))
    assert body_of(rich(item)) == "<p>Мост открыт</p>"
    assert plain_body(plain(item)[0]) == "Мост открыт"


def test_a_long_text_keeps_its_links_in_each_message() -> None:
    text = "Об этом сообщила дирекция моста. " * 300
    links = tuple(Link(at * 33 + 8, at * 33 + 25, f"https://a.example/{at}") for at in range(0, 300, 3))
    messages = plain(article(lead="", body=(Block(BlockKind.PARAGRAPH, text.strip(), links=links),)))
    found = [
        (entity.url, entity.extract_from(message.text))
        for message in messages
        for entity in message.entities
        if (entity.url or "").startswith("https://a.")
    ]
    assert found == [(link.url, "сообщила дирекция") for link in links]
    assert len(messages) > 2


def test_more_links_than_a_message_has_room_for_go_on_in_the_next() -> None:
    links = tuple(Link(at * 5, at * 5 + 4, f"https://a.example/{at}") for at in range(60))
    body = tuple(Block(BlockKind.PARAGRAPH, "мост " * 60, links=links) for _ in range(3))
    messages = plain(article(lead="", body=tuple(replace(block, text=block.text.strip()) for block in body)))
    assert [len(message.entities) for message in messages] == [62, 60, 61]
    for message in messages:
        assert_accepted(message)


def test_an_article_too_long_with_its_links_goes_without_them() -> None:
    """An address is counted as text here, and the text comes first."""
    links = tuple(Link(at * 5, at * 5 + 4, "https://a.example/" + "x" * 1000) for at in range(50))
    item = article(lead="", body=(Block(BlockKind.PARAGRAPH, ("мост " * 50).strip(), links=links),))
    assert body_of(rich(item)) == f"<p>{('мост ' * 50).strip()}</p>"


def test_a_quotation_names_whose_words_it_is() -> None:
    item = article(lead="", body=(Block(BlockKind.QUOTE, "Ждали."), Block(BlockKind.QUOTE, "Глава района", 1)))
    assert body_of(rich(item)) == "<blockquote>Ждали.<cite>Глава района</cite></blockquote>"
    assert plain_body(plain(item)[0]) == "<blockquote>Ждали.\n— Глава района</blockquote>"


def test_a_table_is_drawn_by_telegram_or_in_letters_of_one_width() -> None:
    item = article(lead="", body=(RATES,))
    assert body_of(rich(item)) == (
        '<table bordered striped><tr><th>Валюта</th><th align="right">Курс</th></tr>'
        '<tr><td>Доллар &lt;США&gt;</td><td align="right">10,91</td></tr>'
        '<tr><td>Евро</td><td align="right">9</td></tr></table>'
    )
    assert plain_body(plain(item)[0]) == (
        "<pre>Валюта         Курс\n───────────────────\nДоллар &lt;США&gt;  10,91\nЕвро              9</pre>"
    )


@pytest.mark.parametrize(
    ("rows", "level", "expected"),
    [
        pytest.param(
            (("Область", "Построено новых школ", "Мест в них"), ("Хатлонская", "12", "4 800"), ("Согд", "", "900")),
            1,
            "<b>Хатлонская</b>\nПостроено новых школ: 12\nМест в них: 4 800\n\n<b>Согд</b>\nМест в них: 900",
            id="wide, with a head",
        ),
        pytest.param(
            (("Начало подачи заявлений", "с понедельника по пятницу"), ("Конец", "1 мая")),
            0,
            "Начало подачи заявлений — с понедельника по пятницу\nКонец — 1 мая",
            id="two long columns",
        ),
        pytest.param((("a", "👩‍👩‍👧"), ("b", "中")), 0, "a — 👩‍👩‍👧\nb — 中", id="letters of other widths"),
        pytest.param((("", "Май"), ("Дожди", "")), 1, "<pre>–      Май\n──────────\nДожди  –</pre>", id="empty cells"),
        pytest.param((("a",), ("b",)), 0, "Валюта\nЕвро", id="one column"),
        pytest.param((), 0, "Валюта\nЕвро", id="known as text alone"),
    ],
)
def test_a_table_reads_well_on_a_phone(rows: tuple[tuple[str, ...], ...], level: int, expected: str) -> None:
    block = Block(BlockKind.TABLE, "Валюта\nЕвро", level=level, rows=rows)
    (message,) = plain(article(lead="", body=(block,)))
    assert plain_body(message) == expected
    assert_accepted(message)


def test_a_table_wider_than_telegram_draws_goes_as_lines() -> None:
    wide = replace(RATES, text="1 · 2\n3 · 4", rows=(("1",) * 21, ("2",) * 21))
    assert body_of(rich(article(lead="", body=(wide,)))) == "<p>1 · 2<br>3 · 4</p>"


def test_nothing_is_said_twice() -> None:
    """The feed's lead and picture often open the body again."""
    picture = "https://vestnik.example/1.jpg"
    body = (Block(BlockKind.PARAGRAPH, "Мост открыт. Все рады."), Block(BlockKind.IMAGE, "", url=picture))
    html = rich(article(lead="Мост открыт…", body=body, image=picture)).html or ""
    assert (html.count("Мост открыт"), html.count(picture)) == (1, 1)


@settings(max_examples=60, deadline=None)
@given(item=ARTICLES, words=st.sampled_from(ALL_WORDS))
def test_any_article_keeps_the_bounds_both_ways(item: Article, words: Words) -> None:
    read_rich(rich(item, words))
    for message in plain(item, words):
        assert_accepted(message)


@pytest.mark.parametrize(
    "body",
    [
        [Block(BlockKind.PARAGRAPH, f"Абзац {n}. " + "Слова & <знаки>. " * 30) for n in range(200)],
        [Block(BlockKind.PARAGRAPH, "Слово. " * 20_000)],
        [Block(BlockKind.PARAGRAPH, "&" * 40_000)],
        [Block(BlockKind.LIST_ITEM, f"пункт {n}") for n in range(2000)],
        [Block(BlockKind.QUOTE, f"слова {n}") for n in range(400)],
        [Block(BlockKind.TABLE, "строка", rows=tuple((f"строка {n}", "&" * (n % 60)) for n in range(2000)))],
        [Block(BlockKind.TABLE, "строка", rows=(("a", "b"), ("c", "d"))) for _ in range(400)],
        [Block(BlockKind.IMAGE, "", url=f"https://vestnik.example/{n}.jpg?" + "&" * 2000) for n in range(80)],
    ],
    ids=["paragraphs", "one paragraph", "signs", "items", "quotes", "rows", "tables", "pictures"],
)
def test_a_long_article_is_cut_with_a_word_about_it(body: list[Block]) -> None:
    item = article(lead="", body=tuple(body))
    reader = read_rich(rich(item))
    assert "Статья длинная" in reader.text
    assert reader.text.endswith("Читать на сайте: Вестник долины")
    assert len(rich(item).html or "") > 3000 or body[0].kind is BlockKind.IMAGE


def test_a_short_article_is_not_called_long() -> None:
    assert "Статья длинная" not in read_rich(rich(article(body=BODY))).text


def test_pictures_past_the_limit_are_left_out_and_the_text_stays() -> None:
    pictures = [Block(BlockKind.IMAGE, "", url=f"https://vestnik.example/{n}.jpg") for n in range(70)]
    reader = read_rich(rich(article(body=(*pictures, Block(BlockKind.PARAGRAPH, "Конец.")))))
    assert reader.media == 50
    assert "Конец." in reader.text


def test_a_long_article_is_split_between_paragraphs() -> None:
    paragraphs = [f"Абзац {n}. " + "Слово " * 100 + "конец." for n in range(20)]
    messages = plain(article(lead="", body=tuple(Block(BlockKind.PARAGRAPH, text) for text in paragraphs)))
    assert len(messages) > 1
    said = [part for message in messages for part in message.text.split("\n\n")]
    assert said[1:-1] == paragraphs
    assert [message.keyboard is not None for message in messages] == [False] * (len(messages) - 1) + [True]


def test_one_endless_paragraph_is_split_at_sentences_and_loses_nothing() -> None:
    text = "Длинное предложение о погоде в горах. " * 300
    messages = plain(article(title="Погода", lead="", body=(Block(BlockKind.PARAGRAPH, text.strip()),)))
    body = " ".join(message.text for message in messages)
    assert body.count("Длинное предложение о погоде в горах.") == 300
    assert not any("…" in message.text for message in messages)


def test_an_article_without_end_does_not_bury_the_chat() -> None:
    messages = plain(article(lead="", body=(Block(BlockKind.PARAGRAPH, "Слово. " * 20_000),)))
    assert len(messages) == MAX_PLAIN_MESSAGES
    assert "Статья длинная" in messages[-1].text


def test_an_article_whose_address_cannot_be_opened_still_reads() -> None:
    item = article(url="javascript:alert(1)", body=BODY)
    assert not re.search("<a |javascript", rich(item).html or "")
    assert "javascript" not in as_html(plain(item)[0])
