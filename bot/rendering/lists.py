"""Lists of stories, edited in place, five a page unless asked for more: /latest, /top, /saved.

And one of what the chat follows, behind the button of a digest. Lists that answer a question are in `questions`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from aiogram.utils.formatting import Bold, Text

from bot.rendering.callbacks import ListKind, ListPage
from bot.rendering.headlines import Snippet, listed
from bot.rendering.keyboards import Row, button, grid, keyboard, pager_row, read_row
from bot.rendering.locales import Words
from bot.rendering.message import MAX_TEXT, Node, Outgoing, compose, joined, length
from bot.rendering.texts import question_name
from storage.records import MOST_COUNTED, Page, StoryView, TopicView

PAGE_SIZE = 5  # stories a page
MAX_PAGE_SIZE = 20
MAX_TITLE = 200  # code points
_AROUND = 220  # code points that are left for what stands above the items
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


def story_list(listing: Listing, page: Page[StoryView], view: View) -> Outgoing:
    """One page of a list whose pages have numbers."""
    words = view.words
    stories = page.items[:MAX_PAGE_SIZE]
    pager = pager_row(listing.kind, listing.ref, page.number, words, newer=page.newer, older=page.older)
    if not stories:
        head = Bold(listing.heading) if page.newer else ""
        empty = words.text("list.page_empty") if page.newer else listing.empty
        return compose(head, "\n\n", empty, keyboard=keyboard(pager, *listing.rows))
    number = page.number if page.newer or page.older else None
    text = joined([headed(listing.heading, number, words), *numbered(stories, view, {})], "\n\n")
    return compose(text, keyboard=keyboard(*readers(stories, view), pager, *listing.rows))


def headed(heading: Node, page: int | None, words: Words) -> Text:
    """What the list is called, and which page of it this is, where it has several."""
    head: list[Node] = [Bold(heading)]
    return joined(head if page is None else [*head, words.text("list.page", number=page + 1)], " · ")


def numbered(stories: Sequence[StoryView], view: View, snippets: Mapping[int, Snippet]) -> list[Node]:
    """The stories as items from 1 on, each with its snippet by the article's id, all of them short enough together."""
    whens = [_when(story, view) for story in stories]

    def items(limit: int) -> list[Node]:
        """With titles of at most `limit` code points."""
        return [
            listed(number, story, whens[number - 1], view.words, limit=limit, snippet=snippets.get(story.article.id))
            for number, story in enumerate(stories, start=1)
        ]

    shown, room = items(MAX_TITLE), MAX_TEXT - _AROUND
    if length(joined(shown, "\n\n")) <= room:
        return shown
    return items(max(1 + (room - length(joined(items(1), "\n\n"))) // len(stories), 1))


def readers(stories: Sequence[StoryView], view: View) -> list[Row]:
    """Buttons by which the stories are read in the chat."""
    return read_row(stories, view.words) if view.is_private else []


def near_rows(near: Sequence[TopicView], words: Words) -> list[Row]:
    """Buttons that open other topics, two a row."""
    return grid(
        [
            button(topic_label(view, words), ListPage(kind=ListKind.TOPIC, ref=view.topic.id))
            for view in near[:MAX_NEAR]
        ],
        2,
    )


def topic_label(view: TopicView, words: Words) -> str:
    """A topic on a button, with the number of its stories."""
    is_over = view.stories >= MOST_COUNTED
    stories = f"{words.number(MOST_COUNTED)}+" if is_over else words.number(view.stories)
    return words.text("topic.near", topic=question_name(view.topic.name), stories=stories)


def counted(stories: int, words: Words) -> str:
    """How many stories a topic has; from MOST_COUNTED on there may be more that nobody counted."""
    if stories >= MOST_COUNTED:
        return words.text("count.stories_over", number=words.number(MOST_COUNTED))
    return words.plural("count.stories", stories)


def _when(story: StoryView, view: View) -> str:
    return view.words.moment(story.article.published_at, timezone=view.timezone, now=view.now)
