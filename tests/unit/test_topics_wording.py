"""What a topic is called: the question's words as they were written, and nothing that is no part of it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.topics.grammar import QuestionError, parse_question
from bot.topics.wording import wording


@pytest.mark.parametrize(
    ("written", "called"),
    [
        ("🖕 Нурек 🖕", "Нурек"),
        ("🖕Нурек🖕", "Нурек"),
        ("Ну🖕рек", "Ну-рек"),
        ("  вода   и ТОК ", "вода и ТОК"),
        ("вода!!! … снег???", "вода снег"),
        ("JLR<", "JLR"),
        ('"полёт АН-2, 👍 снова"', '"полёт АН-2 снова"'),
        ("джиу-джитсу, 2,5 O'zbekiston", "джиу-джитсу 2,5 O'zbekiston"),
        ("«ночной  поезд» “night train”", '«ночной поезд» "night train"'),
        ('Рогун | 🐟 абрикос -заморозки −"поздний, снег"', 'Рогун | абрикос -заморозки -"поздний снег"'),
        ("заголовок:рис source:«Вестник долины»", "заголовок:рис source:«Вестник долины»"),
        ("рис after:2026-11-01 язык:tg 👍", "рис after:2026-11-01 язык:tg"),
    ],
)
def test_a_name_is_the_words_as_written(written: str, called: str) -> None:
    assert wording(written) == called


PIECES = st.sampled_from(
    [
        "рис",
        "🖕",
        "|",
        "-",
        '"',
        "«",
        "»",
        " ",
        " ",
        "!",
        "O'z",
        "2,5",
        "source:",
        "title:",
        "АН-2",
        "<",
        "_",
        "́",
        "снег",
    ]
)


@settings(max_examples=500, deadline=None)
@given(st.lists(PIECES, max_size=12).map("".join))
def test_a_name_asks_for_what_was_asked_and_is_its_own_name(text: str) -> None:
    try:
        question = parse_question(text)
    except QuestionError:
        return
    called = wording(text)
    assert parse_question(called) == question
    assert wording(called) == called
