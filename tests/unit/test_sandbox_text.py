"""Any text with any sound marks is taken as TDLib takes it, and marks stay where they were."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sandbox.text import formatted_text, link_fault, message_text

KINDS = ["bold", "italic", "underline", "strikethrough", "spoiler", "code", "blockquote"]
WORDS = st.text(alphabet=st.sampled_from("абв xyz \n👍*_[]()`~|#@./:ғӣ\u0301"), min_size=1, max_size=60)


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@st.composite
def marked(draw: st.DrawFn) -> tuple[str, list[dict[str, Any]]]:
    """A text of pieces, some of them marked; every border is between characters."""
    text, entities = "", []
    for piece in draw(st.lists(WORDS, min_size=1, max_size=5)):
        if draw(st.booleans()):
            entities.append({"type": draw(st.sampled_from(KINDS)), "offset": utf16(text), "length": utf16(piece)})
        text += piece
    return text, entities


@settings(max_examples=300, deadline=None)
@given(marked())
def test_given_marks_survive_and_stay_inside(case: tuple[str, list[dict[str, Any]]]) -> None:
    text, entities = case
    taken = formatted_text(text, "", entities)
    assert taken.text in text
    assert taken.text == taken.text.rstrip(" \n")
    assert {e.type for e in taken.entities} <= {*KINDS, "hashtag", "mention", "url", "bot_command"}
    for entity in taken.entities:
        assert entity.length > 0
        assert entity.offset >= 0
        assert entity.offset + entity.length <= utf16(taken.text)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=["C", "Z", "M"]), min_size=1, max_size=80))
def test_a_plain_text_is_taken_as_it_is(text: str) -> None:
    assert message_text(text, "", None).text == text


def test_markup_signs_in_a_text_with_entities_are_words() -> None:
    taken = formatted_text("**a** [b](http://c.tj) `d`", "", [{"type": "bold", "offset": 2, "length": 1}])
    assert taken.text == "**a** [b](http://c.tj) `d`"
    assert [(e.type, e.offset, e.length) for e in taken.entities] == [("bold", 2, 1), ("url", 10, 11)]


def test_found_links_give_way_to_code_but_not_to_bold() -> None:
    assert [e.type for e in formatted_text("<code>a.tj</code> <b>b.tj</b>", "HTML", None).entities] == [
        "code",
        "bold",
        "url",
    ]


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("https://news.example/путь?a=1", None),
        ("tg://resolve?domain=x", None),
        ("http://127.0.0.1:8088/", None),
        ("http://localhost/", "Wrong HTTP URL"),
        ("ftp://a.tj", "Unsupported URL protocol"),
        ("", "URL host is empty"),
        ("http://a b.tj", "Disallowed character in URL host"),
    ],
)
def test_what_a_link_is(url: str, fault: str | None) -> None:
    assert link_fault(url) == fault
