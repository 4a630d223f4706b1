"""Which page a post shows once its story has grown: a table."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.delivery.growth import page_to_show
from storage.records import Article
from storage.turns import StoryPage

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
FIRST = Article(
    id=10,
    story_id=1,
    source_id=1,
    source_name="Вестник",
    url="https://valley.example/10",
    title="На перевале Анзоб сошла лавина",
    lead="",
    body=(),
    language="ru",
    published_at=NOW,
    arrived_at=NOW,
)
WITHDRAWN = replace(FIRST, withdrawn_at=NOW)
TAJIK = replace(FIRST, language="tg")


def pages(*described: str) -> list[StoryPage]:
    """Pages as they came, ten apart from 10 on: their language, with a ! behind it for a turn."""
    return [StoryPage(10 * number, one[:2], one.endswith("!")) for number, one in enumerate(described, start=1)]


@pytest.mark.parametrize(
    ("shown", "described", "expected"),
    [
        (FIRST, ["ru", "ru", "tg"], 10),
        (FIRST, ["ru", "ru!"], 20),
        (FIRST, ["ru", "ru!", "ru", "ru!", "ru"], 40),
        (FIRST, ["ru!", "ru"], 10),
        (FIRST, ["ru", "tg!"], 10),
        (FIRST, ["ru", "ru!", "tg!"], 20),
        (FIRST, ["ru", "tg!", "ru"], 30),
        (TAJIK, ["tg", "tg!"], 20),
        (TAJIK, ["tg", "ru"], 20),
        (TAJIK, ["tg", "ru", "ru"], 20),
        (TAJIK, ["tg", "ru", "tg!"], 20),
        (TAJIK, ["tg", "ru", "ru!", "ru"], 30),
        (TAJIK, ["tg", "en"], 10),
        (TAJIK, ["tg", "tg!", "ru!"], 30),
        (FIRST, [], 10),
        (WITHDRAWN, [], 10),
        (WITHDRAWN, ["tg", "tg"], 10),
    ],
)
def test_a_turn_takes_the_place_of_what_was_shown_but_never_in_a_language_the_channel_does_not_speak(
    shown: Article, described: list[str], expected: int
) -> None:
    assert page_to_show(shown, pages(*described), "ru", position=100) == expected


@pytest.mark.parametrize(
    ("left", "position", "expected"),
    [
        ([StoryPage(20, "tg"), StoryPage(30, "ru"), StoryPage(40, "ru")], 100, 30),
        ([StoryPage(20, "tg"), StoryPage(30, "en")], 100, 20),
        ([StoryPage(20, "ru"), StoryPage(30, "ru", is_turn=True)], 100, 30),
        ([StoryPage(20, "ru"), StoryPage(30, "tg", is_turn=True)], 100, 20),
        ([StoryPage(20, "ru"), StoryPage(30, "ru", is_turn=True)], 20, 20),
        ([StoryPage(20, "ru")], 10, 10),
    ],
)
def test_a_page_that_was_taken_back_gives_way_to_one_that_the_chat_has_passed(
    left: list[StoryPage], position: int, expected: int
) -> None:
    assert page_to_show(WITHDRAWN, left, "ru", position) == expected
