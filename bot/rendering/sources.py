"""/sources: the list of sources with the state of each, and the card of one, for the bot's admins."""

import re
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup
from aiogram.utils.formatting import Bold, Code, Text

from bot.rendering.callbacks import ChangeSource, Deed, OpenSource, SourcesPage
from bot.rendering.headlines import MAX_SOURCE
from bot.rendering.keyboards import Row, button, keyboard
from bot.rendering.lists import View
from bot.rendering.locales import Words
from bot.rendering.message import Node, Outgoing, compose, joined, link
from bot.rendering.rhythms import every, stories_a_day, usual_of
from bot.rendering.texts import cut_at_word, is_blank, one_line
from bot.rendering.troubles import trouble
from storage.records import AlertKind, Source, SourceKind

SOURCES_A_PAGE = 8
MAX_FOLDER = 100  # code points
MAX_LINE = 110  # code points of what the list says of one source

_BESIDE_PLACE = re.compile(r"^https?://(?:[^/?#]*@)?", re.IGNORECASE)

KINDS = {
    SourceKind.FEED: "source.kind_feed",
    SourceKind.SITEMAP: "source.kind_sitemap",
    SourceKind.PAGE: "source.kind_page",
    SourceKind.TELEGRAM: "source.kind_telegram",
}


class SourceState(StrEnum):
    """How a source does, in the order in which a person should look at them."""

    FAILING = "source.failing"
    STAND_IN = "source.stand_in"
    NO_TEXT = "source.no_text"
    SILENT = "source.silent"
    PAUSED = "source.paused"
    NEW = "source.new"  # not read yet
    WELL = "source.well"


MARKS = {
    SourceState.FAILING: "❌",
    SourceState.STAND_IN: "🔀",
    SourceState.NO_TEXT: "✂️",
    SourceState.SILENT: "💤",
    SourceState.PAUSED: "⏸",
    SourceState.NEW: "🆕",
    SourceState.WELL: "✅",
}
TROUBLED = frozenset({SourceState.FAILING, SourceState.STAND_IN, SourceState.NO_TEXT, SourceState.SILENT})


def state_of(source: Source) -> SourceState:
    """The one thing to know of it first."""
    if source.is_paused:
        return SourceState.PAUSED
    if source.last_error is not None:
        return SourceState.FAILING
    if source.stand_in is not None:
        return SourceState.STAND_IN
    if source.succeeded_at is None:
        return SourceState.NEW
    if AlertKind.NO_TEXT in source.health.alerts:
        return SourceState.NO_TEXT
    return SourceState.SILENT if AlertKind.SILENT in source.health.alerts else SourceState.WELL


def source_name(source: Source) -> str:
    """Its name on one line."""
    name = one_line(source.name)
    return "…" if is_blank(name) else cut_at_word(name, MAX_SOURCE)


def named(source: Source) -> Text:
    """Its name as a link to its address: a name that is a host would be a link to somewhere by itself."""
    return Bold(link(source_name(source), source.address))


def source_list(sources: Sequence[Source], view: View, *, page: int = 0) -> Outgoing:
    """All sources, those with troubles first; a page past the end shows the last."""
    words = view.words
    if not sources:
        return compose(words.node("source.none", example=Code("/sources https://example.tj")))
    in_order = sorted(sources, key=lambda one: (state_of(one) not in TROUBLED, source_name(one).casefold(), one.id))
    page = max(0, min(page, (len(in_order) - 1) // SOURCES_A_PAGE))
    shown = in_order[page * SOURCES_A_PAGE :][:SOURCES_A_PAGE]
    pager: Row = [
        button(words.text(key), SourcesPage(page=number))
        for key, number in (("pager.previous", page - 1), ("pager.next", page + 1))
        if 0 <= number * SOURCES_A_PAGE < len(in_order)
    ]
    rows = [
        [button(f"{MARKS[state_of(one)]} {source_name(one)}", OpenSource(source_id=one.id, page=page))] for one in shown
    ]
    refresh = [button(words.text("stats.refresh"), SourcesPage(page=page))]
    return compose(
        Bold(words.text("source.title")),
        "\n",
        _summary(in_order, words),
        "\n\n",
        joined([_line(one, view) for one in shown], "\n"),
        "\n\n",
        words.node("source.hint", command=Code("/sources")),
        keyboard=keyboard(*rows, pager, refresh),
    )


def source_card(source: Source, view: View, *, is_from_settings: bool, page: int = 0) -> Outgoing:
    """One source: how it is read, how it does, and what can be done with it."""
    state = state_of(source)
    parts = [
        named(source),
        f"{MARKS[state]} {_state(source, state, view)}",
        "",
        *_reading(source, view),
        *_troubles(source, view),
        "",
        *_numbers(source, view.words),
        *_belonging(source, view.words, is_from_settings=is_from_settings),
    ]
    return compose(
        joined([*parts], "\n"),
        keyboard=_card_keyboard(source, view.words, is_from_settings=is_from_settings, page=page),
    )


def removal_question(source: Source, words: Words, *, page: int = 0) -> Outgoing:
    """Removing asks once more; what was collected stays."""
    yes = ChangeSource(source_id=source.id, deed=Deed.REMOVE_NOW, page=page)
    return compose(
        words.node("source.remove_ask", source=named(source)),
        keyboard=keyboard(
            [button(words.text("source.remove_yes"), yes, style="danger")],
            [button(words.text("source.remove_no"), OpenSource(source_id=source.id, page=page))],
        ),
    )


def removed(source: Source, words: Words, *, page: int = 0) -> Outgoing:
    """It is polled no more."""
    back = button(words.text("source.to_list"), SourcesPage(page=page))
    return compose(words.node("source.removed", source=named(source)), keyboard=keyboard([back]))


def _summary(sources: Sequence[Source], words: Words) -> str:
    troubled = sum(state_of(one) in TROUBLED for one in sources)
    usual = sum(usual_of(one.rhythm) or 0.0 for one in sources if not one.is_paused)
    told = words.plural("source.troubled", troubled) if troubled else words.text("source.no_troubles")
    parts = [words.plural("source.count", len(sources)), told]
    return " · ".join([*parts, stories_a_day(usual, words)] if usual else parts)


def _line(source: Source, view: View) -> Node:
    state = state_of(source)
    told = _state(source, state, view)
    if state is SourceState.WELL:
        usual = usual_of(source.rhythm)
        told = stories_a_day(usual, view.words) if usual else view.words.text("rhythm.unknown_in_list")
    return Text(f"{MARKS[state]} ", named(source), f" — {cut_at_word(told, MAX_LINE)}")


def _state(source: Source, state: SourceState, view: View) -> str:
    """The state in words."""
    words = view.words
    match state:
        case SourceState.FAILING:
            return words.text(state.value, error=trouble(source.last_error or "", words))
        case SourceState.STAND_IN if source.stand_in is not None:
            return words.text(state.value, kind=words.text(KINDS[source.stand_in.kind]))
        case SourceState.SILENT if (heard_at := source.rhythm.heard_at or source.rhythm.newest_at) is not None:
            return words.text("source.silent_since", moment=_moment(heard_at, view))
    return words.text(state.value)


def _reading(source: Source, view: View) -> list[Node]:
    """How it is read, when it was last, when it will be next."""
    words = view.words
    kind = source.kind if source.stand_in is None else source.stand_in.kind
    lines: list[Node] = [words.text("source.how", kind=words.text(KINDS[kind]))]
    if source.moved_to is not None and source.moved_to != source.url:
        lines.append(words.node("source.stands_at", address=shown_address(source.moved_to)))
    if source.stand_in is not None:
        lines.append(
            words.node(
                "source.stand_in_why",
                reason=trouble(source.stand_in.reason, words),
                since=words.stamp(source.stand_in.since, timezone=view.timezone, now=view.now),
                address=shown_address(source.stand_in.url),
                moment=_soon(source.stand_in.retry_at, view),
            )
        )
    if source.succeeded_at is not None:
        lines.append(words.text("source.succeeded", moment=_moment(source.succeeded_at, view)))
    if not source.is_paused:
        lines.append(_next(source, view))
    return lines


def _next(source: Source, view: View) -> str:
    words = view.words
    next_look = words.text("source.next", moment=_soon(source.due_at, view))
    if source.due_at is None or source.checked_at is None or source.due_at <= source.checked_at:
        return next_look
    return f"{next_look}, {every(source.due_at - source.checked_at, words)}"


def _moment(at: datetime, view: View) -> str:
    return view.words.moment(at, timezone=view.timezone, now=view.now)


def _soon(at: datetime | None, view: View) -> str:
    return view.words.text("source.now") if at is None or at <= view.now else _moment(at, view)


def _troubles(source: Source, view: View) -> list[Node]:
    if source.last_error is None:
        return []
    line = view.words.text("source.error", error=trouble(source.last_error, view.words))
    return [line] if source.failures < 2 else [line, view.words.plural("source.failures", source.failures)]


def _numbers(source: Source, words: Words) -> list[Node]:
    lines: list[Node] = [words.text("source.usual", often=stories_a_day(usual_of(source.rhythm), words))]
    share = source.health.full_text_share
    if share is not None:
        lines.append(words.text("source.whole", percent=round(100 * min(share, 1.0))))
    if source.interval is not None:
        lines.append(words.text("source.interval", every=every(source.interval, words)))
    if source.full_text is False:
        lines.append(words.text("source.no_pages"))
    return lines


def _belonging(source: Source, words: Words, *, is_from_settings: bool) -> list[Node]:
    lines: list[Node] = []
    folder = one_line(source.folder)
    if not is_blank(folder):
        lines.append(words.text("source.folder", folder=cut_at_word(folder, MAX_FOLDER)))
    if is_from_settings:
        lines += ["", words.node("source.of_settings", block=Code("[[source]]"))]
    return lines


def shown_address(url: str) -> Node:
    """The address as its own link, short enough for a line, without the password that may stand in it."""
    shown = _BESIDE_PLACE.sub("", one_line(url)).rstrip("/")
    return link(cut_at_word(shown, MAX_SOURCE) or "…", url)


def _card_keyboard(source: Source, words: Words, *, is_from_settings: bool, page: int) -> InlineKeyboardMarkup | None:
    def deed(key: str, what: Deed) -> InlineKeyboardButton:
        return button(words.text(key), ChangeSource(source_id=source.id, deed=what, page=page))

    if source.is_paused:
        first = [deed("source.resume", Deed.RESUME)]
    else:
        first = [deed("source.pause", Deed.PAUSE), deed("source.fetch", Deed.FETCH)]
    return keyboard(
        first,
        [] if is_from_settings else [deed("source.remove", Deed.REMOVE)],
        [
            button(words.text("source.to_list"), SourcesPage(page=page)),
            button(words.text("stats.refresh"), OpenSource(source_id=source.id, page=page)),
        ],
    )
