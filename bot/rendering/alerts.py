"""What admins are told of sources without having asked: what happened, and what to do."""

from collections.abc import Sequence

from aiogram.utils.formatting import Bold, Code

from bot.rendering.callbacks import OpenSource
from bot.rendering.keyboards import button, keyboard
from bot.rendering.locales import Words
from bot.rendering.message import Node, Outgoing, compose, joined, link
from bot.rendering.sources import MARKS, SourceState, shown_address, source_name
from bot.rendering.texts import is_blank
from bot.rendering.troubles import trouble
from storage.records import Alert, AlertKind, Source

MOST_AT_ONCE = 7  # alerts a message: with the longest details they still fit

_MARKS = {
    AlertKind.SILENT: MARKS[SourceState.SILENT],
    AlertKind.NO_TEXT: MARKS[SourceState.NO_TEXT],
    AlertKind.REFUSED: "⛔️",
    AlertKind.STAND_IN: MARKS[SourceState.STAND_IN],
    AlertKind.BACK: MARKS[SourceState.WELL],
    AlertKind.JUMP: "📦",
    AlertKind.FAILING: MARKS[SourceState.FAILING],
}
_SENTENCES = {
    AlertKind.SILENT: "alert.silent",
    AlertKind.NO_TEXT: "alert.no_text",
    AlertKind.REFUSED: "alert.refused",
    AlertKind.STAND_IN: "alert.stand_in",
    AlertKind.BACK: "alert.back",
    AlertKind.JUMP: "alert.jump",
    AlertKind.FAILING: "alert.failing",
}


def alert_note(alerts: Sequence[tuple[Alert, Source]], words: Words) -> Outgoing:
    """Up to MOST_AT_ONCE alerts in one message; a button for each source opens its card."""
    shown = alerts[:MOST_AT_ONCE]
    sources = {source.id: source for _, source in shown}
    rows = [
        [button(words.text("source.open", source=source_name(one)), OpenSource(source_id=one.id, anew=True))]
        for one in sources.values()
    ]
    return compose(joined([_told(alert, source, words) for alert, source in shown], "\n\n"), keyboard=keyboard(*rows))


def _told(alert: Alert, source: Source, words: Words) -> Node:
    """One alert. Where its detail is not of the kind that its sentence needs, the sentence does without."""
    name = Bold(link(source_name(source), source.address))
    detail = "" if is_blank(alert.detail) else alert.detail
    key = _SENTENCES[alert.kind]
    match alert.kind:
        case AlertKind.REFUSED | AlertKind.FAILING:
            reason = trouble(detail or source.last_error or words.text("alert.no_reason"), words)
            told = words.node(key, source=name, error=reason)
        case AlertKind.STAND_IN:
            place = source.stand_in.url if source.stand_in else detail
            told = words.node(key, source=name, address=shown_address(place))
        case AlertKind.JUMP:
            stories = words.plural("count.stories", int(detail)) if detail.isdecimal() else words.text("alert.many")
            told = words.node(key, source=name, stories=stories)
        case _:
            told = words.node(key, source=name, setting=Code('text = "…"'))
    return joined([f"{_MARKS[alert.kind]} ", told], "")
