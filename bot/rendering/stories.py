"""Who tells a story: its pages in the order they came, each to be read in the chat; and how an admin puts right which
pages are one story.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aiogram.filters.callback_data import CallbackData
from aiogram.utils.formatting import Bold, Text

from bot.rendering.headlines import linked_title, listed, source_of, told_title
from bot.rendering.keyboards import Row, button, grid, keyboard
from bot.rendering.lists import View
from bot.rendering.locales import Words
from bot.rendering.message import MAX_TEXT, Node, Outgoing, compose, joined, length
from bot.rendering.story_callbacks import ChooseSplit, MergeStories, OpenNear, OpenStory, ReadPage, SplitPage
from bot.rendering.tellers import before
from storage.records import StoryView, Telling

PAGE_SIZE = 15  # pages of a story a screen: more numbers are no help to a thumb
MAX_NEAR = 8
MAX_HEADING = 200  # code points of the story's title
MAX_TITLE = 160  # code points of a page's
_IN_ROW = 5
_LANGUAGE = {"ru": "story.in_ru", "tg": "story.in_tg", "en": "story.in_en"}


@dataclass(frozen=True, slots=True)
class _Screen:
    """Those of a story's pages that stand on one screen, and for whom."""

    tellings: Sequence[Telling]
    number: int
    view: View

    @property
    def numbered(self) -> list[tuple[int, Telling]]:
        first = self.number * PAGE_SIZE
        return list(enumerate(self.tellings[first : first + PAGE_SIZE], start=first + 1))

    @property
    def has_more(self) -> bool:
        return len(self.tellings) > (self.number + 1) * PAGE_SIZE


def story_screen(
    story: StoryView, tellings: Sequence[Telling], view: View, *, is_admin: bool, page: int = 0
) -> Outgoing:
    """All pages of the story, numbered through, PAGE_SIZE a screen; a number reads that page in the chat.

    `is_admin` adds the buttons that split and merge stories.
    """
    screen, words = _screen(tellings, view, page), view.words

    def reads(one: Telling) -> CallbackData:
        return ReadPage(article_id=one.article_id)

    def turns_to(number: int) -> CallbackData:
        return OpenStory(story_id=story.story_id, page=number)

    head = joined([linked_title(story.article, MAX_HEADING), _size(story, tellings, words)], "\n")
    rows = [*_number_rows(screen, reads), _pager(screen, turns_to)]
    if is_admin:
        rows += _admin_rows(story, tellings, words)
    return compose(_text(screen, head, before(story, words)), keyboard=keyboard(*rows))


def split_screen(story: StoryView, tellings: Sequence[Telling], view: View, *, page: int = 0) -> Outgoing:
    """For an admin: which of the story's pages is about something else."""
    screen, words = _screen(tellings, view, page), view.words

    def splits(one: Telling) -> CallbackData:
        return SplitPage(story_id=story.story_id, article_id=one.article_id)

    def turns_to(number: int) -> CallbackData:
        return ChooseSplit(story_id=story.story_id, page=number)

    rows = [*_number_rows(screen, splits), _pager(screen, turns_to), _back(story, words)]
    return compose(_text(screen, Bold(words.text("split.which"))), keyboard=keyboard(*rows))


def split_question(story: StoryView, telling: Telling, words: Words) -> Outgoing:
    """Whether this page is to leave its story: for all readers, and for good."""
    yes = SplitPage(story_id=story.story_id, article_id=telling.article_id, confirm=True)
    asked = words.node("split.ask", title=Bold(told_title(telling, MAX_HEADING)), source=source_of(telling))
    return compose(
        asked,
        keyboard=keyboard(
            [button(words.text("split.yes"), yes, style="danger")],
            [button(words.text("split.no"), OpenStory(story_id=story.story_id))],
        ),
    )


def near_screen(story: StoryView, near: Sequence[StoryView], view: View) -> Outgoing:
    """For an admin: with which of the stories most like it this one is to be one."""
    near, words = near[:MAX_NEAR], view.words
    title = linked_title(story.article, MAX_HEADING)
    if not near:
        return compose(words.node("merge.none", title=title), keyboard=keyboard(_back(story, words)))
    items: list[Node] = []
    choices = []
    for number, one in enumerate(near, start=1):
        when = words.moment(one.article.published_at, timezone=view.timezone, now=view.now)
        items.append(listed(number, one, when, words, limit=MAX_TITLE))
        choices.append(button(str(number), MergeStories(story_id=story.story_id, other_id=one.story_id)))
    return compose(
        joined([words.node("merge.which", title=title), *items], "\n\n"),
        keyboard=keyboard(*grid(choices, _IN_ROW), _back(story, words)),
    )


def merge_question(story: StoryView, other: StoryView, words: Words) -> Outgoing:
    """Whether the two are one story: for all readers, and for good."""
    yes = MergeStories(story_id=story.story_id, other_id=other.story_id, confirm=True)
    titles: list[Node] = [linked_title(one.article, MAX_HEADING) for one in (story, other)]
    return compose(
        joined([words.text("merge.ask"), *titles], "\n\n"),
        keyboard=keyboard(
            [button(words.text("merge.yes"), yes, style="primary")],
            [button(words.text("merge.no"), OpenStory(story_id=story.story_id))],
        ),
    )


def _screen(tellings: Sequence[Telling], view: View, number: int) -> _Screen:
    """The screen that an old button names may be there no more: then the last one."""
    last = max(len(tellings) - 1, 0) // PAGE_SIZE
    return _Screen(tellings, min(max(number, 0), last), view)


def _size(story: StoryView, tellings: Sequence[Telling], words: Words) -> str:
    """«4 sources · 6 articles»; the articles only where a source has several."""
    sources = words.plural("count.sources", story.sources)
    if len(tellings) <= story.sources:
        return sources
    return f"{sources} · {words.plural('count.pages', len(tellings))}"


def _text(screen: _Screen, above: Text, below: Text | None = None) -> Text:
    """The screen's pages between what stands above and below them, with titles that leave room for all."""

    def text(limit: int) -> Text:
        items: list[Node] = [above, *(_item(number, one, screen.view, limit) for number, one in screen.numbered)]
        return joined(items if below is None else [*items, below], "\n\n")

    whole = text(MAX_TITLE)
    if length(whole) <= MAX_TEXT:
        return whole
    return text(max(1 + (MAX_TEXT - length(text(1))) // PAGE_SIZE, 1))


def _item(number: int, one: Telling, view: View, limit: int) -> Text:
    """«3. 14:05 · Source · in Tajik», and the title under it."""
    words = view.words
    facts = [words.stamp(one.published_at, timezone=view.timezone, now=view.now), source_of(one)]
    if one.language in _LANGUAGE and one.language != words.language:
        facts.append(words.text(_LANGUAGE[one.language]))
    return Text(f"{number}. {' · '.join(facts)}\n", told_title(one, limit))


def _number_rows(screen: _Screen, does: Callable[[Telling], CallbackData]) -> list[Row]:
    """«1 2 3 …»: each does something with the page of its number."""
    return grid([button(str(number), does(one)) for number, one in screen.numbered], _IN_ROW)


def _pager(screen: _Screen, turns_to: Callable[[int], CallbackData]) -> Row:
    """The ways to the screens before and after this one."""
    words, row = screen.view.words, []
    if screen.number:
        row.append(button(words.text("pager.previous"), turns_to(screen.number - 1)))
    if screen.has_more:
        row.append(button(words.text("pager.next"), turns_to(screen.number + 1)))
    return row


def _admin_rows(story: StoryView, tellings: Sequence[Telling], words: Words) -> list[Row]:
    rows: list[Row] = []
    if len(tellings) > 1:
        rows.append([button(words.text("split.button"), ChooseSplit(story_id=story.story_id))])
    rows.append([button(words.text("merge.button"), OpenNear(story_id=story.story_id))])
    return rows


def _back(story: StoryView, words: Words) -> Row:
    return [button(words.text("button.back"), OpenStory(story_id=story.story_id))]
