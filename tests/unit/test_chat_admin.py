"""What an admin's command decides."""

from datetime import timedelta

import pytest

from bot.chat.admin import decide_urgent
from bot.chat.named import story_number
from bot.rendering.admin import Verdict
from storage.records import Article
from tests.unit.rendering_samples import NOW, article

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("named", "is_pushed", "expected"),
    [
        (article(), True, Verdict.HASTENED),
        (article(arrived_at=NOW - DAY), True, Verdict.HASTENED),
        (article(arrived_at=NOW - DAY - timedelta(seconds=1)), True, Verdict.TOO_OLD),
        (article(published_at=NOW - 9 * DAY), True, Verdict.HASTENED),
        (article(is_urgent=True), True, Verdict.ALREADY_URGENT),
        (article(is_urgent=True, withdrawn_at=NOW), True, Verdict.ALREADY_WITHDRAWN),
        (article(), False, Verdict.ARCHIVED),
    ],
)
def test_only_what_is_sent_at_all_can_go_first(named: Article, is_pushed: bool, expected: Verdict) -> None:
    assert decide_urgent(named, NOW, DAY, is_pushed=is_pushed) is expected


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ("4821", 4821),
        ("story_4821", 4821),
        ("https://t.me/khabar_bot?start=story_4821", 4821),
        ("t.me/khabar_bot?start=story_4821", 4821),
        ("https://telegram.me/khabar_bot?start=story_4821", 4821),
        ("https://site.tj/story_4821", None),
        ("https://site.tj/?start=story_4821", None),
        ("https://site.tj/t.me/khabar_bot?start=story_4821", None),
        ("https://t.me/khabar_bot?start=topic_4821", None),
        ("history_4821", None),
        ("№ 4821", None),
        ("9" * 19, None),
        ("", None),
    ],
)
def test_a_story_is_named_by_its_number_and_no_page_that_ends_with_one(named: str, expected: int | None) -> None:
    assert story_number(named) == expected
