"""/sources ADDRESS: that it is being looked at, what was found there, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from aiogram.utils.formatting import Bold, Code, Text
from babel import Locale

from bot.rendering.callbacks import AddSource, OpenSource
from bot.rendering.keyboards import button, keyboard
from bot.rendering.lists import View
from bot.rendering.locales import Words
from bot.rendering.message import Node, Outgoing, compose, joined, link
from bot.rendering.rhythms import stories_a_day
from bot.rendering.sources import KINDS, named, shown_address, source_name
from bot.rendering.texts import cut_at_sentence, cut_at_word, is_blank, one_line
from bot.rendering.troubles import trouble
from storage.records import Source, SourceKind

MAX_STORIES = 3
MAX_TITLE = 160  # code points
MAX_WORDS = 180  # code points of a story's beginning
MAX_NAME = 64


class Path(StrEnum):
    """How the news of an address were found."""

    ITSELF = "prospect.itself"
    ANNOUNCED = "prospect.announced"  # the page names it in its head
    COMMON_PATH = "prospect.common_path"
    SITEMAP = "prospect.sitemap"
    HEADLINES = "prospect.headlines"
    CHANNEL = "prospect.channel"


class Failing(StrEnum):
    """Why nothing was found, each with what to do about it. `trouble` completes those that name it."""

    NO_ADDRESS = "prospect.no_address"
    FORBIDDEN = "prospect.private"
    UNREACHABLE = "prospect.unreachable"
    SLOW = "prospect.slow"
    REFUSED = "prospect.refused"  # the site answered, and not with a page
    NOTHING = "prospect.nothing"  # the page was read, and has no news that can be told from the rest
    NO_CHANNEL = "prospect.no_channel"
    OTHER = "prospect.other"


@dataclass(frozen=True, slots=True)
class Preview:
    """A story of the new source as it would be stored. `published_at` is None where nobody tells it.

    `is_whole`: the full text came from its page; None where only the feed's own words are wanted.
    """

    title: str
    url: str
    words: str
    published_at: datetime | None
    is_whole: bool | None


@dataclass(frozen=True, slots=True)
class Prospect:
    """What was found at an address. `asked` is as the admin wrote it, `number` of the kept answer for the buttons.

    `a_day` is how many stories a day its list shows, None where it has no dates.
    """

    number: int
    name: str
    asked: str
    address: str
    kind: SourceKind
    path: Path
    language: str | None
    a_day: float | None
    previews: Sequence[Preview]


def how_to_add(words: Words) -> Outgoing:
    """What stands after /sources is no address."""
    examples = [Code(f"/sources {one}") for one in ("asiaplustj.info", "https://example.tj/rss", "@example")]
    return compose(words.node("prospect.how", examples=joined([*examples], "\n")))


def looking(address: str, words: Words) -> Outgoing:
    """Said at once: a slow site takes its time."""
    return compose(words.node("prospect.looking", address=shown_address(address)))


def found(prospect: Prospect, view: View) -> Outgoing:
    """What stands there, three stories of it, and the question whether to add it."""
    words = view.words
    yes, no = (AddSource(number=prospect.number, confirm=confirm) for confirm in (True, False))
    stories = [_story(one, view) for one in prospect.previews[:MAX_STORIES]]
    return compose(
        joined(
            [joined(_what(prospect, words), "\n"), *(stories or [Text(words.text("prospect.no_stories"))])],
            "\n\n",
        ),
        keyboard=keyboard(
            [
                button(words.text("prospect.add"), yes, style="success"),
                button(words.text("prospect.no"), no),
            ]
        ),
    )


def not_found(failing: Failing, address: str, sentence: str, words: Words) -> Outgoing:
    """Why not, and what to do: one or two sentences. `sentence` is the fault's own."""
    told = words.node(
        failing.value,
        address=shown_address(address),
        trouble=trouble(sentence, words),
        setting=Code("collect.allow_private"),
    )
    return compose(told)


def known(source: Source, words: Words) -> Outgoing:
    """The address is a source already."""
    card = button(words.text("source.open", source=source_name(source)), OpenSource(source_id=source.id))
    return compose(words.node("prospect.known", source=named(source)), keyboard=keyboard([card]))


def not_added(words: Words) -> Outgoing:
    """The admin thought better of it."""
    return compose(words.text("prospect.not_added"))


def _what(prospect: Prospect, words: Words) -> list[Node]:
    """The lines above the stories."""
    name = one_line(prospect.name)
    lines: list[Node] = [
        Bold(link("…" if is_blank(name) else cut_at_word(name, MAX_NAME), prospect.asked)),
        words.node(prospect.path.value, kind=words.text(KINDS[prospect.kind])),
    ]
    if prospect.address != prospect.asked:
        lines.append(words.node("source.stands_at", address=shown_address(prospect.address)))
    if prospect.language:
        lines.append(words.text("prospect.language", language=language_name(prospect.language, words)))
    lines.append(words.text("source.usual", often=stories_a_day(prospect.a_day, words)))
    return lines


def _story(preview: Preview, view: View) -> Text:
    title = one_line(preview.title)
    heading = Bold(link("…" if is_blank(title) else cut_at_word(title, MAX_TITLE), preview.url))
    facts: list[Node] = []
    if preview.published_at is not None:
        facts.append(view.words.moment(preview.published_at, timezone=view.timezone, now=view.now))
    if preview.is_whole is not None:
        facts.append(view.words.text("prospect.whole" if preview.is_whole else "prospect.not_whole"))
    lines: list[Node] = [heading]
    if facts:
        lines.append(joined(facts, " · "))
    first = one_line(preview.words)
    if not is_blank(first):
        lines.append(cut_at_sentence(first, MAX_WORDS))
    return joined(lines, "\n")


def language_name(code: str, words: Words) -> str:
    """What a language is called in the reader's; its code where that is not known."""
    name: str | None = Locale(words.language).languages.get(code)
    return name or code
