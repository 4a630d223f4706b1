"""A lead without the title that feeds put before it, and with all of its own words."""

import pytest

from bot.rendering.headlines import lead_of
from storage.records import Block, BlockKind
from tests.unit.rendering_samples import article

TITLE = "Учения в горах"


@pytest.mark.parametrize(
    ("title", "text", "lead"),
    [
        ("Учения", "Учения Организации договора начались в горах.", "Учения Организации договора начались в горах."),
        ("Учения", "Учения, о которых спорили, начались.", "Учения, о которых спорили, начались."),
        ("Учения", "Учения... продолжаются.", "Учения... продолжаются."),
        ("Учения", "Учениям не помешал снег.", "Учениям не помешал снег."),
        ("Версия 3", "Версия 3.5 вышла.", "Версия 3.5 вышла."),
        ("Курс", "Курс — это цена денег.", "Курс — это цена денег."),
        (TITLE, "Учения в горах. Они начались утром.", "Они начались утром."),
        (TITLE, "Учения в горах\nОни начались утром.", "Они начались утром."),
        (TITLE, "  Учения в  горах\r\n— Они начались утром.", "Они начались утром."),
        (TITLE, "Учения в горах!» «Они начались утром.", "«Они начались утром."),
        ("Кто ответит?", "Кто ответит? Никто.", "Никто."),
        ("Кто ответит?", "Кто ответит?\nникто не знает", "никто не знает"),
        (TITLE, "Учения в горах…", ""),
        (TITLE, "Учения в горах", ""),
        ("", "Они начались утром.", "Они начались утром."),
        ("\u200b", "Они начались утром.", "Они начались утром."),
    ],
)
def test_only_a_title_that_stands_by_itself_is_dropped(title: str, text: str, lead: str) -> None:
    assert lead_of(article(title=title, lead=text), 200) == lead


def test_where_the_lead_is_the_title_the_text_tells() -> None:
    body = (Block(BlockKind.PARAGRAPH, TITLE), Block(BlockKind.PARAGRAPH, "Они начались утром."))
    assert lead_of(article(title=TITLE, lead=TITLE, body=body), 200) == "Они начались утром."
