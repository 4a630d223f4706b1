"""Who tells a story, on a screen of its own; and the questions by which an admin puts its pages right."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rendering.lists import View
from bot.rendering.locales import Words
from bot.rendering.stories import (
    PAGE_SIZE,
    merge_question,
    near_screen,
    split_question,
    split_screen,
    story_screen,
)
from bot.rendering.story_callbacks import ChooseSplit, MergeStories, OpenNear, OpenStory, ReadPage, SplitPage
from storage.records import StoryView
from tests.unit.rendering_samples import (
    ALL_WORDS,
    DUSHANBE,
    LOCALES,
    NOW,
    RU,
    STORIES,
    TELLINGS,
    as_html,
    assert_accepted,
    labels,
    story,
    telling,
)
from tests.unit.story_samples import AGAIN, ASIA, BRIDGE, LAST_WEEK, OWN, PAYK, pressed

TG = LOCALES.words("tg")
VIEW = View(RU, DUSHANBE, NOW, is_private=True)
TELLINGS_OF_BRIDGE = [
    telling(1, source_name="Вестник долины", url="https://vestnik.example/news/1", title="В Хороге открыли новый мост"),
    ASIA,
    AGAIN,
    OWN,
    PAYK,
]


def test_the_screen_of_a_story() -> None:
    message = story_screen(replace(BRIDGE, before=LAST_WEEK), TELLINGS_OF_BRIDGE, VIEW, is_admin=False)
    assert as_html(message) == (
        '<a href="https://vestnik.example/news/1"><b>В Хороге открыли новый мост через Гунт</b></a>\n'
        "3 источника · 5 статей\n"
        "\n"
        "1. 14:05 · Вестник долины\n"
        '<a href="https://vestnik.example/news/1">В Хороге открыли новый мост</a>\n'
        "\n"
        "2. 14:05 · Азия-Новости\n"
        '<a href="https://asia.example/1">Через Гунт перекинули мост</a>\n'
        "\n"
        "3. 14:05 · Азия-Новости\n"
        '<a href="https://asia.example/2">Мост открыт</a>\n'
        "\n"
        "4. 14:05 · Вестник долины\n"
        '<a href="https://vestnik.example/2">Мост: фото</a>\n'
        "\n"
        "5. 14:25 · Пайки рӯз · на таджикском\n"
        '<a href="https://payk.example/1">Дар Хоруғ пули нав кушода шуд</a>\n'
        "\n"
        'Ранее: <a href="https://asia.example/0">Мост через Гунт закрыли на ремонт</a>'
    )
    assert labels(message.keyboard) == [["1", "2", "3", "4", "5"]]
    assert pressed(message, "5") == ReadPage(article_id=14).pack()


def test_the_screen_in_tajik_marks_the_other_language() -> None:
    text = story_screen(BRIDGE, TELLINGS_OF_BRIDGE, replace(VIEW, words=TG), is_admin=False).text
    assert "2. 14:05 · Азия-Новости · ба забони русӣ\n" in text
    assert "5. 14:25 · Пайки рӯз\n" in text


def test_an_admin_splits_and_merges_from_there() -> None:
    message = story_screen(BRIDGE, TELLINGS_OF_BRIDGE, VIEW, is_admin=True)
    split, merge = "✂️ Убрать лишнюю статью", "🔗 Объединить с другой новостью"
    assert labels(message.keyboard)[1:] == [[split], [merge]]
    assert pressed(message, split) == ChooseSplit(story_id=1).pack()
    assert pressed(message, merge) == OpenNear(story_id=1).pack()
    alone = story_screen(story(1), TELLINGS_OF_BRIDGE[:1], VIEW, is_admin=True)
    assert labels(alone.keyboard) == [["1"], [merge]]


@pytest.mark.parametrize(
    ("page", "numbers", "pager"),
    [
        (0, (1, 15), ["Следующие ›"]),
        (1, (16, 30), ["‹ Предыдущие", "Следующие ›"]),
        (2, (31, 32), ["‹ Предыдущие"]),
        (99, (31, 32), ["‹ Предыдущие"]),
    ],
)
def test_a_story_of_many_pages_is_leafed_through(page: int, numbers: tuple[int, int], pager: list[str]) -> None:
    pages = [telling(number) for number in range(1, 33)]
    first, last = numbers
    for draw, data in (
        (story_screen(BRIDGE, pages, VIEW, is_admin=False, page=page), ReadPage(article_id=first)),
        (split_screen(BRIDGE, pages, VIEW, page=page), SplitPage(story_id=1, article_id=first)),
    ):
        rows = labels(draw.keyboard)
        flat = [label for row in rows for label in row if label.isdecimal()]
        assert flat == [str(number) for number in range(first, last + 1)]
        assert pager in rows
        assert pressed(draw, str(first)) == data.pack()
        assert f"{last}. 14:05 · Источник {last}" in draw.text


def test_an_admin_is_asked_which_page_is_about_something_else() -> None:
    message = split_screen(BRIDGE, TELLINGS_OF_BRIDGE, VIEW)
    assert message.text.startswith("Какая статья рассказывает о другом событии?\n\n1. 14:05 · Вестник долины\n")
    assert labels(message.keyboard) == [["1", "2", "3", "4", "5"], ["‹ Назад"]]
    question = split_question(BRIDGE, ASIA, RU)
    assert question.text.startswith("Через Гунт перекинули мост\nАзия-Новости\n\nОтделить?")
    assert pressed(question, "Да, отделить") == SplitPage(story_id=1, article_id=11, confirm=True).pack()
    assert pressed(question, "Нет, оставить") == OpenStory(story_id=1).pack()


def test_an_admin_is_asked_with_which_story_to_merge() -> None:
    message = near_screen(BRIDGE, [story(2), story(3)], VIEW)
    assert message.text.startswith(
        "В Хороге открыли новый мост через Гунт\n\nС какой из этих новостей её объединить?\n\n1. В"
    )
    assert labels(message.keyboard) == [["1", "2"], ["‹ Назад"]]
    assert pressed(message, "2") == MergeStories(story_id=1, other_id=3).pack()
    question = merge_question(BRIDGE, story(3), RU)
    assert pressed(question, "Да, объединить") == MergeStories(story_id=1, other_id=3, confirm=True).pack()
    assert pressed(question, "Нет, оставить") == OpenStory(story_id=1).pack()
    assert labels(near_screen(BRIDGE, [], VIEW).keyboard) == [["‹ Назад"]]


@settings(max_examples=30, deadline=None)
@given(view=STORIES, pages=st.lists(TELLINGS, min_size=1, max_size=40), words=st.sampled_from(ALL_WORDS))
def test_every_screen_of_a_story_is_accepted(view: StoryView, pages: list[Any], words: Words) -> None:
    reader = replace(VIEW, words=words)
    assert_accepted(story_screen(view, pages, reader, is_admin=True, page=len(pages) // PAGE_SIZE))
    assert_accepted(split_screen(view, pages, reader))
    assert_accepted(split_question(view, pages[0], words))
    assert_accepted(near_screen(view, [view] * 9, reader))
    assert_accepted(near_screen(view, [], reader))
    assert_accepted(merge_question(view, view, words))
