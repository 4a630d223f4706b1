"""A whole article: as a rich message within Telegram's bounds, and as plain messages with the same content."""

import re
from html.parser import HTMLParser

import pytest
from aiogram.types import InputRichMessage
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rendering.articles import MAX_PLAIN_MESSAGES, plain_article, rich_article
from bot.rendering.keyboards import story_keyboard
from bot.rendering.locales import Words
from bot.rendering.message import Outgoing
from storage.records import Article, Block, BlockKind
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

    BLOCKS = frozenset({"h1", "h2", "h3", "h4", "p", "ul", "ol", "li", "blockquote", "figure", "footer"})
    INLINE = frozenset({"a", "i", "figcaption"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.blocks = 0
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
            assert tag in self.BLOCKS | self.INLINE
            assert tag != "a" or (values["href"] or "").startswith(("https://", "http://"))
            assert (tag in self.BLOCKS - {"li"}) == (not self.open)
            self.blocks += tag in self.BLOCKS
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        assert self.open
        self.text += data


def read_rich(message: InputRichMessage) -> RichReader:
    html = message.html or ""
    assert len(html) <= 32_768
    reader = RichReader()
    reader.feed(html)
    reader.close()
    assert not reader.open
    assert reader.blocks <= 500
    assert reader.media <= 50
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
        [Block(BlockKind.IMAGE, "", url=f"https://vestnik.example/{n}.jpg?" + "&" * 2000) for n in range(80)],
    ],
    ids=["paragraphs", "one paragraph", "signs", "items", "pictures"],
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
