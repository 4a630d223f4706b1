"""What admins are told of sources without having asked: what happened, and what to do."""

from collections.abc import Sequence

from aiogram.utils.formatting import Code, Text

from bot.rendering.callbacks import OpenSource
from bot.rendering.keyboards import button, keyboard
from bot.rendering.locales import Words
from bot.rendering.message import Node, Outgoing, compose, joined
from bot.rendering.sources import MARKS, SourceState, named, shown_address, source_name
from bot.rendering.texts import is_blank
from bot.rendering.troubles import is_gone, trouble
from storage.records import Alert, AlertKind, Source

MOST_AT_ONCE = 7  # alerts a message: with the longest details they still fit
_HOURS_TOLD = 48  # from so many on, days

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


# Told together with a stand-in they would say the same twice.
_WITHIN_STAND_IN = frozenset({AlertKind.REFUSED, AlertKind.FAILING})


def alert_note(alerts: Sequence[tuple[Alert, Source]], words: Words) -> Outgoing:
    """Up to MOST_AT_ONCE alerts in one message; a button for each source opens its card."""
    shown = alerts[:MOST_AT_ONCE]
    sources = {source.id: source for _, source in shown}
    helped = {source.id for alert, source in shown if alert.kind is AlertKind.STAND_IN}
    told = [
        _told(alert, source, words)
        for alert, source in shown
        if not (alert.kind in _WITHIN_STAND_IN and source.id in helped)
    ]
    rows = [
        [button(words.text("source.open", source=source_name(one)), OpenSource(source_id=one.id, anew=True))]
        for one in sources.values()
    ]
    return compose(joined([*told], "\n\n"), keyboard=keyboard(*rows))


def _told(alert: Alert, source: Source, words: Words) -> Node:
    """One alert. Where its detail is not of the kind that its sentence needs, the sentence does without."""
    detail = "" if is_blank(alert.detail) else alert.detail
    values: dict[str, Node] = {"source": named(source)}
    key = _SENTENCES[alert.kind]
    match alert.kind:
        case AlertKind.REFUSED | AlertKind.FAILING:
            reason = detail or source.last_error or ""
            values["error"] = _reason(reason, words)
            key = "alert.gone" if is_gone(reason) else key
        case AlertKind.STAND_IN:
            place = source.stand_in
            values["address"] = shown_address(place.url if place else detail)
            values["error"] = _reason(place.reason if place else source.last_error or "", words)
        case AlertKind.JUMP:
            is_number = detail.isdecimal()
            values["stories"] = words.plural("count.stories", int(detail)) if is_number else words.text("alert.many")
        case AlertKind.SILENT:
            values["length"] = _length(int(detail), words) if detail.isdecimal() else words.text("alert.long")
        case AlertKind.NO_TEXT:
            values["setting"] = Code('text = "…"')
    return Text(f"{_MARKS[alert.kind]} ", words.node(key, **values))


def _reason(sentence: str, words: Words) -> str:
    return words.text("alert.no_reason") if is_blank(sentence) else trouble(sentence, words)


def _length(hours: int, words: Words) -> str:
    return words.plural("alert.hours", hours) if hours < _HOURS_TOLD else words.plural("count.days", round(hours / 24))
