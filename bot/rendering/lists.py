"""Lists of stories, edited in place, five a page unless asked for more: /latest, /top, /topic, /search, /saved.

And one of what the chat follows, behind the button of a digest.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from aiogram.types import InlineKeyboardButton
from aiogram.utils.formatting import Bold, Text

from bot.rendering.callbacks import FollowQuestion, FollowTopic, ListKind, ListPage, UnfollowTopic
from bot.rendering.headlines import listed
from bot.rendering.keyboards import Row, button, grid, keyboard, pager_row, read_row
from bot.rendering.locales import Words
from bot.rendering.message import MAX_TEXT, Node, Outgoing, compose, joined
from bot.rendering.texts import cut_at_word, is_blank, one_line
from storage.records import Page, StoryView, TopicView

PAGE_SIZE = 5  # stories a page
MAX_PAGE_SIZE = 20
MAX_TITLE = 200  # code points
_BESIDE_TITLE = 110  # code points of an item that its title leaves for the number, the source and the time
MAX_QUESTION = 100
QUOTES = {('"', '"'), ("«", "»"), ("“", "”"), ("„", "“")}
QUOTE_MARKS = frozenset("".join(left + right for left, right in QUOTES))
MAX_NEAR = 6


@dataclass(frozen=True, slots=True)
class View:
    """For whom a list is drawn: reading by buttons only where the chat is private."""

    words: Words
    timezone: ZoneInfo
    now: datetime
    is_private: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """What a list is called, how its buttons refer to it, what it says when empty, and rows of its own."""

    kind: ListKind
    heading: Node
    empty: Node
    ref: int = 0
    rows: Sequence[Row] = field(default=())


def latest_list(page: Page[StoryView], view: View, *, size: int = 0) -> Outgoing:
    """The newest stories; `size` is how many a page a person asked for, 0 the usual number."""
    words = view.words
    listing = Listing(ListKind.LATEST, words.text("list.latest"), words.text("list.latest_empty"), size)
    return story_list(listing, page, view)


def top_list(page: Page[StoryView], view: View, *, size: int = 0) -> Outgoing:
    """The weightiest stories of the last day; `size` as in `latest_list`."""
    words = view.words
    return story_list(Listing(ListKind.TOP, words.text("list.top"), words.text("list.top_empty"), size), page, view)


def saved_list(page: Page[StoryView], view: View) -> Outgoing:
    """A reader's bookmarks."""
    words = view.words
    return story_list(Listing(ListKind.SAVED, words.text("list.saved"), words.text("list.saved_empty")), page, view)


def mine_list(page: Page[StoryView], view: View) -> Outgoing:
    """Whatever the chat's follows match: what stands behind a digest's button."""
    words = view.words
    return story_list(Listing(ListKind.MINE, words.text("bundle.mine"), words.text("bundle.mine_empty")), page, view)


def topic_list(
    topic: TopicView, page: Page[StoryView], view: View, *, is_followed: bool, near: Sequence[TopicView] = ()
) -> Outgoing:
    """A topic's stories, with a button to follow it or not, and topics near it.

    A topic without stories says so and can be followed all the same.
    """
    words = view.words
    name = question_name(topic.topic.name)
    heading = Text(name, f" · {words.plural('count.stories', topic.stories)}" if topic.stories else "")
    empty = _nothing(words.node("list.topic_empty", topic=Bold(name)), near, words)
    rows = [[follow_button(topic.topic.id, words, is_followed=is_followed)], *near_rows(near, words)]
    return story_list(Listing(ListKind.TOPIC, heading, empty, topic.topic.id, rows), page, view)


def asked_list(
    question: str, question_id: int, page: Page[StoryView], view: View, *, near: Sequence[TopicView] = ()
) -> Outgoing:
    """A topic that nobody has saved yet: what the archive has for its words, and a button to follow it."""
    name = question_name(question)
    empty = _nothing(view.words.node("list.topic_empty", topic=Bold(name)), near, view.words)
    rows = [_follow_question_row(question_id, view.words), *near_rows(near, view.words)]
    return story_list(Listing(ListKind.ASKED, name, empty, question_id, rows), page, view)


def search_list(
    question: str, question_id: int, page: Page[StoryView], view: View, *, near: Sequence[TopicView] = ()
) -> Outgoing:
    """What the archive has for a question; the same question can be followed."""
    words = view.words
    asked = question_name(question)
    empty = _nothing(words.node("list.search_empty", question=Bold(asked)), near, words)
    rows = [_follow_question_row(question_id, words), *near_rows(near, words)]
    heading = words.text("list.search", question=asked)
    return story_list(Listing(ListKind.SEARCH, heading, empty, question_id, rows), page, view)


def story_list(listing: Listing, page: Page[StoryView], view: View) -> Outgoing:
    """One page of any list of stories."""
    words = view.words
    stories = page.items[:MAX_PAGE_SIZE]
    pager = pager_row(listing.kind, listing.ref, page.number, words, newer=page.newer, older=page.older)
    if not stories:
        empty = words.text("list.page_empty") if page.newer else listing.empty
        return compose(
            Bold(listing.heading) if page.newer else "", "\n\n", empty, keyboard=keyboard(pager, *listing.rows)
        )
    heading: list[Node] = [Bold(listing.heading)]
    if page.newer or page.older:
        heading.append(words.text("list.page", number=page.number + 1))
    limit = min(MAX_TITLE, (MAX_TEXT - 2 * _BESIDE_TITLE) // len(stories) - _BESIDE_TITLE)
    items = [listed(number, story, _when(story, view), limit=limit) for number, story in enumerate(stories, start=1)]
    readers = read_row([story.story_id for story in stories]) if view.is_private else []
    text = joined([joined(heading, " · "), *items], "\n\n")
    return compose(text, keyboard=keyboard(*readers, pager, *listing.rows))


def follow_button(topic_id: int, words: Words, *, is_followed: bool) -> InlineKeyboardButton:
    """Under a topic: follow it, or follow it no more."""
    if is_followed:
        return button(words.text("topic.unfollow"), UnfollowTopic(topic_id=topic_id))
    return button(words.text("topic.follow"), FollowTopic(topic_id=topic_id), style="primary")


def _follow_question_row(question_id: int, words: Words) -> Row:
    return [button(words.text("topic.follow"), FollowQuestion(question_id=question_id), style="primary")]


def near_rows(near: Sequence[TopicView], words: Words) -> list[Row]:
    """Buttons that open other topics, two a row."""
    return grid(
        [
            button(
                words.text("topic.near", topic=question_name(view.topic.name), stories=view.stories),
                ListPage(kind=ListKind.TOPIC, ref=view.topic.id),
            )
            for view in near[:MAX_NEAR]
        ],
        2,
    )


def question_name(text: str) -> str:
    """A topic's name or a question as it is shown: one line, not endless; sentences put their own quotes around it."""
    line = one_line(text)
    if len(line) > 2 and (line[0], line[-1]) in QUOTES and not QUOTE_MARKS & set(line[1:-1]):
        line = line[1:-1]
    return "…" if is_blank(line) else cut_at_word(line, MAX_QUESTION)


def _nothing(sentence: Text, near: Sequence[TopicView], words: Words) -> Text:
    """An empty answer that leads on to the buttons of near topics, where there are any."""
    return Text(sentence, "\n\n", words.text("list.near")) if near else sentence


def _when(story: StoryView, view: View) -> str:
    return view.words.moment(story.article.published_at, timezone=view.timezone, now=view.now)
