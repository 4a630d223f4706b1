"""/stats: how the archive, the chats and the delivery stand, on one screen, for the bot's admins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from aiogram.utils.formatting import Bold

from bot.rendering.callbacks import RefreshStats
from bot.rendering.keyboards import button, keyboard
from bot.rendering.locales import Words
from bot.rendering.message import Outgoing, compose
from storage.deliveries import ChatCount, Load, Outcome
from storage.records import ArchiveSize, ChatKind, ChatState

# Who is counted together, in the order of the screen.
_AUDIENCES = (
    ("stats.readers", {ChatKind.PRIVATE}),
    ("stats.groups", {ChatKind.GROUP, ChatKind.SUPERGROUP}),
    ("stats.channels", {ChatKind.CHANNEL}),
)
_STATES = {
    ChatState.ACTIVE: "stats.active",
    ChatState.NEW: "stats.new",
    ChatState.STOPPED: "stats.stopped",
    ChatState.BLOCKED: "stats.blocked_us",
    ChatState.PAUSED: "stats.paused_now",
}
_OUTCOMES = {
    Outcome.DELIVERED: "stats.delivered",
    Outcome.UNCERTAIN_RESENT: "stats.uncertain_resent",
    Outcome.UNCERTAIN_SKIPPED: "stats.uncertain_skipped",
    Outcome.UNCERTAIN_FOUND: "stats.uncertain_found",
    Outcome.REFUSED: "stats.refused",
    Outcome.BLOCKED: "stats.blocked",
    Outcome.MISSED: "stats.missed",
    Outcome.RETRIED: "stats.retried",
    Outcome.PAUSED: "stats.paused",
    Outcome.EDITED: "stats.edited",
    Outcome.WITHDRAWN: "stats.withdrawn",
}
# These are told only when there are any: nought says nothing about the delivery.
_SELDOM = frozenset({Outcome.RETRIED, Outcome.PAUSED, Outcome.EDITED, Outcome.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class Stats:
    """What the screen is made of; `today` and `week` are messages by outcome, of days in UTC."""

    archive: ArchiveSize
    failing_sources: int
    chats: Sequence[ChatCount]
    load: Load
    today: Mapping[str, int]
    week: Mapping[str, int]


def stats_screen(stats: Stats, words: Words, *, timezone: ZoneInfo, now: datetime) -> Outgoing:
    """The screen with a button that draws it anew."""
    return compose(
        Bold(words.text("stats.title", time=f"{now.astimezone(timezone):%H:%M}")),
        "\n\n",
        "\n".join([*_archive(stats, words, timezone, now), *_audiences(stats.chats, words)]),
        "\n\n",
        Bold(words.text("stats.now")),
        "\n",
        "\n".join(_load(stats.load, words, timezone, now)),
        "\n\n",
        Bold(words.text("stats.days")),
        "\n",
        "\n".join(_outcomes(stats, words)),
        keyboard=keyboard([button(words.text("stats.refresh"), RefreshStats())]),
    )


def _archive(stats: Stats, words: Words, timezone: ZoneInfo, now: datetime) -> list[str]:
    size = stats.archive
    lines = [
        words.text("stats.archive", stories=words.number(size.stories), articles=words.number(size.articles)),
        words.text("stats.sources", n=words.number(size.sources), failing=words.number(stats.failing_sources)),
    ]
    if size.newest_at is not None:
        lines.insert(1, words.text("stats.newest", moment=words.moment(size.newest_at, timezone=timezone, now=now)))
    return lines


def _audiences(chats: Sequence[ChatCount], words: Words) -> list[str]:
    lines = []
    for name, kinds in _AUDIENCES:
        counts = [
            (key, sum(one.chats for one in chats if one.kind in kinds and one.state is state))
            for state, key in _STATES.items()
        ]
        told = [words.text(key, n=words.number(n)) for key, n in counts if n or key == _STATES[ChatState.ACTIVE]]
        lines.append(f"{words.text(name)}: {', '.join(told)}")
    return lines


def _load(load: Load, words: Words, timezone: ZoneInfo, now: datetime) -> list[str]:
    waves = words.text("stats.no_waves")
    if load.oldest_wave_at is not None:
        moment = words.moment(load.oldest_wave_at, timezone=timezone, now=now)
        waves = words.text("stats.waves", n=words.number(load.waves), moment=moment)
    doubt = words.number(load.in_doubt)
    return [
        words.text("stats.due", n=words.number(load.due_chats)),
        waves,
        words.text("stats.in_flight", n=words.number(load.in_flight), doubt=doubt),
    ]


def _outcomes(stats: Stats, words: Words) -> list[str]:
    return [
        f"{words.text(key)}: {words.number(stats.today.get(outcome, 0))} · {words.number(stats.week.get(outcome, 0))}"
        for outcome, key in _OUTCOMES.items()
        if outcome not in _SELDOM or stats.week.get(outcome)
    ]
