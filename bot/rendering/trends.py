"""/trends: what rises today against the last fortnight, in words and as a picture; and one topic by days."""

from collections.abc import Sequence
from datetime import date, timedelta

from aiogram.utils.formatting import Bold, Text
from babel.dates import get_month_names

from bot.rendering.callbacks import ShowTopicTrend, ShowTrends
from bot.rendering.charts import MAX_CURVES, Chart, Curve, Theme
from bot.rendering.keyboards import Row, button, keyboard
from bot.rendering.locales import Words
from bot.rendering.message import Outgoing, compose, joined
from bot.rendering.subjects import entity_rows
from bot.rendering.texts import question_name
from storage.naming import Entity

MAX_NAME = 60  # code points
_RISE = 1.5  # times what is usual that are worth telling
_TELLING = 0.5  # articles on an average day, at least, that today's are told as times of


def trends_screen(rising: Sequence[tuple[Entity, tuple[int, ...]]], words: Words, *, theme: Theme) -> Outgoing:
    """The names that rise, each with its articles of today and of a usual day; a button opens its news."""
    shown = rising[:MAX_CURVES]
    if not shown:
        return compose(Bold(words.text("trends.title")), "\n\n", words.text("trends.nothing"))
    lines = [
        words.node("trends.line", name=Bold(_name(entity.name)), today=str(days[-1]), usual=_usual(days, words))
        for entity, days in shown
    ]
    return compose(
        Bold(words.text("trends.title")),
        "\n\n",
        joined([*lines], "\n"),
        keyboard=keyboard(
            *entity_rows((entity for entity, _ in shown), anew=True),
            _theme_row(words, ShowTrends(theme=_other(theme)), theme),
        ),
    )


def trends_chart(rising: Sequence[tuple[Entity, tuple[int, ...]]], today: date, words: Words) -> Chart | None:
    """The same names as curves; None where nothing rises."""
    curves = tuple(Curve(_name(entity.name), days, _growth(days, words)) for entity, days in rising[:MAX_CURVES])
    return _chart(curves, today, words) if curves else None


def topic_trend_screen(topic_id: int, name: str, days: tuple[int, ...], words: Words, *, theme: Theme) -> Outgoing:
    """One topic by days."""
    count = words.plural("count.stories", sum(days))
    return compose(
        Bold(question_name(name)),
        "\n",
        words.text("trends.topic", days=len(days) - 1, stories=count),
        keyboard=keyboard(_theme_row(words, ShowTopicTrend(topic_id=topic_id, theme=_other(theme)), theme)),
    )


def topic_trend_chart(name: str, days: tuple[int, ...], today: date, words: Words) -> Chart:
    """Its curve."""
    return _chart((Curve(_name(name), days, _growth(days, words)),), today, words)


def _chart(curves: tuple[Curve, ...], today: date, words: Words) -> Chart:
    first = today - timedelta(days=len(curves[0].counts) - 1)
    month = get_month_names("wide", context="format", locale=words.language)[first.month]
    month = month if words.language == "en" else month.lower()
    return Chart(curves, words.text("date.day", day=first.day, month=month), words.text("date.today"))


def _theme_row(words: Words, turns: ShowTrends | ShowTopicTrend, theme: Theme) -> Row:
    label = words.text("trends.dark") if theme is Theme.LIGHT else words.text("trends.light")
    return [button(label, turns)]


def _other(theme: Theme) -> Theme:
    return Theme.DARK if theme is Theme.LIGHT else Theme.LIGHT


def _name(name: str) -> str:
    shown = question_name(name)
    return shown if len(shown) <= MAX_NAME else f"{shown[: MAX_NAME - 1]}…"


def _average(days: tuple[int, ...]) -> float:
    return sum(days[:-1]) / max(len(days) - 1, 1)


def _usual(days: tuple[int, ...], words: Words) -> Text | str:
    if not any(days[:-1]):
        return words.text("trends.never")
    usual = _average(days)
    return words.text("trends.usual", n=f"{usual:.1f}".rstrip("0").rstrip(".").replace(".", words.text("number.point")))


def _growth(days: tuple[int, ...], words: Words) -> str:
    if not any(days[:-1]):
        return words.text("trends.new", n=days[-1]) if days[-1] else "0"
    usual = _average(days)
    # Times hardly anything is a number that says nothing.
    return f"{days[-1]} · ×{days[-1] / usual:.0f}" if days[-1] >= _RISE * usual >= _RISE * _TELLING else str(days[-1])
