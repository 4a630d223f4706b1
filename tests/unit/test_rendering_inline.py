"""Inline mode's line above the results: it fits Telegram's button in every language, whatever is wrong."""

from itertools import product

import pytest

from bot.rendering.inline import MAX_BUTTON, Unasked, nothing, unasked
from bot.rendering.locales import Words
from bot.topics.query import QuestionFault
from tests.unit.rendering_samples import ALL_WORDS


@pytest.mark.parametrize(("fault", "words"), list(product(QuestionFault, ALL_WORDS)))
def test_every_fault_of_a_question_has_a_sentence_that_fits(fault: QuestionFault, words: Words) -> None:
    sentence = words.text(Unasked[fault.name].value, code="tg")
    assert unasked(Unasked[fault.name], words).text == sentence
    assert len(sentence) <= MAX_BUTTON


@pytest.mark.parametrize("words", ALL_WORDS)
def test_nothing_found_fits_too(words: Words) -> None:
    assert nothing(words).text == words.text("inline.nothing")
