"""Lists that answer a question: a topic's page, /topic, /search, plain words. Five stories a page.

Newest first a page begins where the one before ended, by the article, so that nothing comes twice and nothing is left
out while news come in; best first pages have numbers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aiogram.types import InlineKeyboardButton
from aiogram.utils.formatting import Bold, Text

from bot.rendering.callbacks import FollowQuestion, FollowTopic, ListKind, ListPage, ShowTopicTrend, UnfollowTopic
from bot.rendering.headlines import Snippet
from bot.rendering.keyboards import Row, button, keyboard
from bot.rendering.lists import PAGE_SIZE, Listing, View, counted, headed, near_rows, numbered, readers
from bot.rendering.locales import Words
from bot.rendering.message import Node, Outgoing, compose, joined
from bot.rendering.subjects import entity_rows
from bot.rendering.texts import question_name
from storage.asking import Found, Order
from storage.naming import Mention
from storage.records import TopicView

MAX_ABOUT = 4  # buttons to entities under a list


@dataclass(frozen=True, slots=True)
class Instead:
    """What was asked, also as a stored question, where `shown` was understood in its place."""

    asked: str
    question_id: int
    shown: str


@dataclass(frozen=True, slots=True)
class Results:
    """A page of what answers a question.

    `page` counts from 0 how often «older» was pressed. `snippets` are by the article's id; `near` and `about` lead on.
    """

    found: Found
    order: Order = Order.NEWEST
    page: int = 0
    snippets: Mapping[int, Snippet] = field(default_factory=dict)
    near: Sequence[TopicView] = ()
    about: Sequence[Mention] = ()
    instead: Instead | None = None


def topic_list(topic: TopicView, results: Results, view: View, *, is_followed: bool) -> Outgoing:
    """A saved topic's stories, with a button to follow it or not. One without stories can be followed all the same."""
    words = view.words
    name = question_name(topic.topic.name)
    heading = Text(name, f" · {counted(topic.stories, words)}" if topic.stories else "")
    empty = words.node("list.topic_empty", topic=Bold(name))
    follow = follow_button(topic.topic.id, words, is_followed=is_followed)
    by_days = [button(words.text("trends.button"), ShowTopicTrend(topic_id=topic.topic.id))] if topic.stories else []
    return _answer(Listing(ListKind.TOPIC, heading, empty, topic.topic.id, [[follow, *by_days]]), results, view)


def asked_list(question: str, question_id: int, results: Results, view: View) -> Outgoing:
    """A topic that nobody has saved yet: what the archive has for its words, and a button to follow it."""
    name = question_name(question)
    empty = view.words.node("list.topic_empty", topic=Bold(name))
    rows = [_follow_question_row(question_id, view.words)]
    return _answer(Listing(ListKind.ASKED, name, empty, question_id, rows), results, view)


def search_list(question: str, question_id: int, results: Results, view: View) -> Outgoing:
    """What the archive has for a question; the same question can be followed."""
    return _search(ListKind.SEARCH, "list.search_empty", question, question_id, results, view)


def exact_list(question: str, question_id: int, results: Results, view: View) -> Outgoing:
    """A search for just what was written, after another spelling was understood in its place."""
    return _search(ListKind.EXACT, "list.exact_empty", question, question_id, results, view)


def _search(  # noqa: PLR0917 - what a list is made of, in the order of all of them
    kind: ListKind, empty_key: str, question: str, question_id: int, results: Results, view: View
) -> Outgoing:
    words = view.words
    asked = question_name(question)
    empty = words.node(empty_key, question=Bold(asked))
    rows = [_follow_question_row(question_id, words)]
    heading = words.text("list.search", question=asked)
    return _answer(Listing(kind, heading, empty, question_id, rows), results, view)


def follow_button(topic_id: int, words: Words, *, is_followed: bool) -> InlineKeyboardButton:
    """Under a topic: follow it, or follow it no more."""
    if is_followed:
        return button(words.text("topic.unfollow"), UnfollowTopic(topic_id=topic_id))
    return button(words.text("topic.follow"), FollowTopic(topic_id=topic_id), style="primary")


def _follow_question_row(question_id: int, words: Words) -> Row:
    return [button(words.text("topic.follow"), FollowQuestion(question_id=question_id), style="primary")]


def _answer(listing: Listing, results: Results, view: View) -> Outgoing:
    """One page of the answers, with all the ways on from it."""
    words, found = view.words, results.found
    stories = found.stories[:PAGE_SIZE]
    rows = [
        *readers(stories, view),
        _pager(listing, results, words),
        _order_row(listing, results, words),
        _exactly_row(results, words),
        *listing.rows,
        *near_rows(results.near, words),
        *entity_rows([mention.entity for mention in results.about[:MAX_ABOUT]]),
    ]
    cut = [words.text("list.cut")] if found.is_cut else []
    head = _head(listing, results, words)
    parts = [head, *numbered(stories, view, results.snippets)] if stories else _nothing(listing, results, words)
    return compose(joined([*parts, *cut], "\n\n"), keyboard=keyboard(*rows))


def _head(listing: Listing, results: Results, words: Words) -> Text:
    """What the list is called, its page where that is known, and what was understood in place of what was asked."""
    page = results.page if _has_newer(results) else 0
    is_counted = _has_newer(results) == (page > 0) and (page > 0 or results.found.older)
    head = headed(listing.heading, page if is_counted else None, words)
    return Text(head, "\n", _instead(results, words)) if results.instead else head


def _nothing(listing: Listing, results: Results, words: Words) -> list[Node]:
    """An empty page; an empty answer leads on to the buttons of near topics, where there are any."""
    if results.page or results.found.newer:
        return [Bold(listing.heading), words.text("list.page_empty")]
    noted: list[Node] = [_instead(results, words)] if results.instead else []
    near: list[Node] = [words.text("list.near")] if results.near else []
    return [*noted, listing.empty, *near]


def _instead(results: Results, words: Words) -> Node:
    if results.instead is None:
        return ""
    asked, shown = question_name(results.instead.asked), question_name(results.instead.shown)
    return words.node("list.instead", asked=asked, shown=Bold(shown))


def _has_newer(results: Results) -> bool:
    return results.page > 0 if results.order is Order.BEST else results.found.newer


def _pager(listing: Listing, results: Results, words: Words) -> Row:
    """The ways to the other pages, each only where there is one; to the first where it is far."""
    kind, ref, order, page = listing.kind, listing.ref, results.order, results.page
    found = results.found
    earlier = ListPage(kind=kind, ref=ref, order=order, page=max(page - 1, 0))
    later = ListPage(kind=kind, ref=ref, order=order, page=page + 1)
    first = button(words.text("list.first"), ListPage(kind=kind, ref=ref, order=order))
    if not found.stories:
        return [first] if page or found.newer else []
    is_best = order is Order.BEST
    row = []
    if not is_best:
        earlier = earlier.model_copy(update={"cursor": found.stories[0].article.id, "back": True})
        later = later.model_copy(update={"cursor": found.stories[-1].article.id})
        if found.newer and page > 1:
            row.append(first)
    if _has_newer(results):
        row.append(button(words.text("pager.previous" if is_best else "list.newer"), earlier))
    if found.older:
        row.append(button(words.text("pager.next" if is_best else "list.older"), later))
    return row


def _order_row(listing: Listing, results: Results, words: Words) -> Row:
    """The other order; of a single page there is nothing to be gained by it."""
    if results.order is Order.BEST:
        return [button(words.text("list.newest_first"), ListPage(kind=listing.kind, ref=listing.ref))]
    if results.found.stories and (results.found.older or results.found.newer):
        best = ListPage(kind=listing.kind, ref=listing.ref, order=Order.BEST)
        return [button(words.text("list.best_first"), best)]
    return []


def _exactly_row(results: Results, words: Words) -> Row:
    """The way back to just what was asked."""
    if results.instead is None:
        return []
    label = words.text("list.exactly", asked=question_name(results.instead.asked))
    return [button(label, ListPage(kind=ListKind.EXACT, ref=results.instead.question_id))]
