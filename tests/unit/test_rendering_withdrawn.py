"""A story that was taken back leaves its title struck through, and nothing to open."""

import pytest

from bot.rendering.withdrawn import withdrawn_mark
from tests.unit.rendering_samples import LOCALES, RU, as_html, story

BRIDGE = story(1, articles=3)


def test_the_mark_of_one_story() -> None:
    message = withdrawn_mark([BRIDGE], RU)
    assert as_html(message) == "<s>В Хороге открыли новый мост через Гунт</s>\n\nПубликация отозвана."
    assert (message.photo, message.preview_url, message.keyboard) == (None, None, None)


def test_the_mark_of_a_list_of_which_nothing_is_left() -> None:
    message = withdrawn_mark([BRIDGE, story(2, title="Школа в Гарме закрыта")], RU)
    assert as_html(message) == (
        "<s>В Хороге открыли новый мост через Гунт</s>\n<s>Школа в Гарме закрыта</s>\n\nПубликации отозваны."
    )


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("tg", "Мақола бозпас гирифта шуд."), ("en", "This story has been withdrawn.")],
)
def test_the_mark_in_other_languages(language: str, sentence: str) -> None:
    assert withdrawn_mark([BRIDGE], LOCALES.words(language)).text.endswith(f"\n\n{sentence}")


@pytest.mark.parametrize("stories", [1, 15])
def test_the_mark_fits_under_a_picture(stories: int) -> None:
    long = [story(number, title="Очень длинное слово " * 100) for number in range(1, stories + 1)]
    assert len(withdrawn_mark(long, RU).text) <= 1024
