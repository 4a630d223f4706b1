"""What the words and the picture say of a name's days: new is only what nobody spoke of before."""

from datetime import date

import pytest

from bot.rendering.charts import Theme
from bot.rendering.trends import trends_chart, trends_screen
from storage.naming import Entity, EntityKind
from tests.unit.rendering_samples import RU

KHOROG = Entity(4, EntityKind.PLACE, "Хорог")
TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("before", "today", "line", "said"),
    [
        ([0] * 14, 9, "сегодня 9, за две недели до этого — ни разу", "9 · впервые"),
        ([0] * 13 + [1], 9, "сегодня 9, обычно 0,1", "9"),
        ([0] * 10 + [1, 2, 3, 8], 9, "сегодня 9, обычно 1", "9 · ×9"),
        ([4] * 14, 5, "сегодня 5, обычно 4", "5"),
    ],
)
def test_new_is_what_was_never_there(before: list[int], today: int, line: str, said: str) -> None:
    risen = [(KHOROG, (*before, today))]
    assert f"Хорог: {line}" in trends_screen(risen, RU, theme=Theme.LIGHT).text
    chart = trends_chart(risen, TODAY, RU)
    assert chart is not None
    assert [curve.said for curve in chart.curves] == [said]
