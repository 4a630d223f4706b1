"""Cutting, links and hashtags."""

from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rendering.texts import clean, cut_at_sentence, cut_at_word, hashtag, is_blank, one_line, web_url
from tests.unit.rendering_samples import ANY_TEXT, telegram


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("Мост открыт. Движение начнётся утром.", 40, "Мост открыт. Движение начнётся утром."),
        ("Мост открыт. Движение начнётся утром.", 30, "Мост открыт."),
        ("Дорогу от г. Душанбе до ул. Садовой починили.", 40, "Дорогу от г. Душанбе до ул. Садовой…"),
        ("«Вода пошла!» Радовались все, кто жил у канала.", 20, "«Вода пошла!»"),
        ("Об этом пишет Э. Каримов из Куляба, где идёт снег.", 25, "Об этом пишет Э. Каримов…"),
        ("Курс 10.95 сомони за доллар держится неделю.", 30, "Курс 10.95 сомони за доллар…"),
        ("Да. Остальное очень длинное предложение без конца", 30, "Да. Остальное очень длинное…"),
        ("словобезпробелов" * 3, 10, "словобезп…"),
    ],
)  # fmt: skip
def test_a_lead_ends_with_a_sentence_where_one_ends(text: str, limit: int, expected: str) -> None:
    assert cut_at_sentence(text, limit) == expected


def test_a_cut_keeps_an_emoji_whole() -> None:
    assert cut_at_word("ab👩‍👩‍👧cdefghij", 6) == "ab…"


@settings(deadline=None)
@given(text=ANY_TEXT, limit=st.integers(10, 200))
def test_a_cut_is_never_longer_than_asked(text: str, limit: int) -> None:
    assert len(cut_at_word(one_line(text), limit)) <= limit
    assert len(cut_at_sentence(one_line(text), limit)) <= limit


@settings(deadline=None)
@given(text=ANY_TEXT)
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert one_line(one_line(text)) == one_line(text)


@pytest.mark.parametrize("text", ["", " \n", "\u200b\u2060", "\u2800\u3164", "\u0301", "\ufe0f\u200d", "\ufffc"])
def test_a_text_without_anything_to_see_is_blank(text: str) -> None:
    assert is_blank(text)
    assert not is_blank(text + "я")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://news.example/a?b=1&c=2#d", "https://news.example/a?b=1&c=2#d"),
        (" http://127.0.0.1:8090/x ", "http://127.0.0.1:8090/x"),
        ('https://news.example/два слова"<b>', "https://news.example/два%20слова%22%3Cb%3E"),
        ("javascript:alert(1)", None),
        ("//news.example/a", None),
        ("https:///a", None),
        ("https://[::1/a", None),
        ("http://localhost:8090/a", None),
        ("http://news.example:70000/", None),
        ("HTTPS://Новости.example", "https://Новости.example"),
        ("ftp://news.example/", None),
        ("https://news.example/" + "a" * 2048, None),
        ("", None),
        (None, None),
    ],
)  # fmt: skip
def test_only_what_telegram_can_open_is_a_link(url: str | None, expected: str | None) -> None:
    assert web_url(url) == expected


@settings(deadline=None)
@given(url=st.text('aя0.:@/?#[]%&=-_ "<\\💥', max_size=12).map("http://".__add__))
def test_telegram_makes_a_link_of_every_address_we_let_through(url: str) -> None:
    address = web_url(url)
    if address is not None:
        html = f'<a href="{escape(address)}">x</a>'
        parsed = telegram({"@type": "parseTextEntities", "text": html, "parse_mode": {"@type": "textParseModeHTML"}})
        assert len(parsed["entities"]) == 1


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ОДКБ", "#ОДКБ"),
        ("мосты Памира", "#МостыПамира"),
        ("Ҷумҳурии Тоҷикистон", "#ҶумҳурииТоҷикистон"),
        ("COVID-19", "#COVID19"),
        ("«джиу-джитсу»", "#ДжиуДжитсу"),
        ("2026", None),
        ("!!!", None),
        ("слово" * 20, None),
        ('"высокая вода"', "#ВысокаяВода"),
        ("ОДКБ | ШОС", None),
        ("выборы -футбол", None),
        ("заголовок:мост", None),
        ('мост "высокая вода"', None),
    ],
)
def test_a_topics_name_as_a_hashtag(name: str, expected: str | None) -> None:
    assert hashtag(name) == expected


@settings(deadline=None)
@given(name=st.text("абвгҷӣқЁёzQ09 -«»_.", max_size=40))
def test_telegram_reads_a_hashtag_of_ours_as_one(name: str) -> None:
    tag = hashtag(name)
    if tag is not None:
        found = telegram({"@type": "getTextEntities", "text": f"a {tag} b"})["entities"]
        assert [(item["offset"], item["length"], item["type"]["@type"]) for item in found] == [
            (2, len(tag), "textEntityTypeHashtag")
        ]
