"""Lists of stories for a visit: looked up in its transaction, drawn by rendering."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Self

from bot.archive import Answer, Archive
from bot.chat.context import Visit
from bot.rendering.callbacks import LAST_PAGE, ListKind, ListPage
from bot.rendering.headlines import Snippet
from bot.rendering.lists import MAX_PAGE_SIZE, PAGE_SIZE, latest_list, mine_list, saved_list, top_list
from bot.rendering.message import Outgoing
from bot.rendering.questions import Instead, Results, asked_list, exact_list, search_list, topic_list
from bot.stories.weight import weight
from storage.asking import Cursor, Order
from storage.records import Article, Story, Topic

TOP_SPAN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Turn:
    """Which page of the answers to a question; the first one, newest first, unless told otherwise."""

    order: Order = Order.NEWEST
    page: int = 0
    cursor: Cursor | None = None

    @classmethod
    def to(cls, wanted: ListPage) -> Self:
        """The page that a button leads to."""
        page = min(max(wanted.page, 0), LAST_PAGE)
        if wanted.order is Order.BEST:
            return cls(wanted.order, page, Cursor(page * PAGE_SIZE) if page else None)
        return cls(wanted.order, page, None if wanted.cursor is None else Cursor(wanted.cursor, wanted.back))


FIRST = Turn()


async def draw_list(visit: Visit, wanted: ListPage) -> Outgoing:
    """A page of any list. Raises `NotFound` for a topic or question that is gone."""
    ref, turn = wanted.ref, Turn.to(wanted)
    match wanted.kind:
        case ListKind.LATEST:
            return await draw_latest(visit, ref, turn.page)
        case ListKind.TOP:
            return await draw_top(visit, ref, turn.page)
        case ListKind.TOPIC:
            return await draw_topic(visit, ref, turn)
        case ListKind.ASKED | ListKind.SEARCH | ListKind.EXACT:
            return await draw_question(visit, wanted.kind, ref, turn)
        case ListKind.SAVED:
            return saved_list(
                await visit.stores.chats.get_saved(visit.chat.id, turn.page, language=visit.language), visit.view
            )
        case ListKind.MINE:
            return mine_list(
                await visit.stores.stories.get_followed(visit.chat.id, turn.page, language=visit.language), visit.view
            )


async def draw_latest(visit: Visit, size: int = 0, page: int = 0) -> Outgoing:
    """The newest stories; `size` a page, 0 for the usual number."""
    size = _fit(size)
    found = await visit.stores.stories.get_latest(page, size or PAGE_SIZE, visit.language)
    return latest_list(found, visit.view, size=size)


async def draw_top(visit: Visit, size: int = 0, page: int = 0) -> Outgoing:
    """The weightiest stories of the last day; `size` as in `draw_latest`."""
    size, since = _fit(size), visit.now - TOP_SPAN
    follows = await visit.stores.readers.count_follows(visit.chat.id, since)

    def weigh(story: Story) -> float:
        return weight(
            sources=story.sources,
            span=story.changed_at - story.opened_at,
            age=visit.now - story.opened_at,
            follows=follows.get(story.id, 0),
            is_marked=story.is_marked,
        )

    found = await visit.stores.stories.get_weightiest(since, weigh, page, size or PAGE_SIZE, visit.language)
    return top_list(found, visit.view, size=size)


async def draw_topic(visit: Visit, topic_id: int, turn: Turn = FIRST) -> Outgoing:
    """A saved topic's stories. Raises `NotFound`."""
    return await draw_opened(visit, await open_topic(visit, topic_id, turn), turn)


async def open_topic(visit: Visit, topic_id: int, turn: Turn = FIRST) -> Answer:
    """Look up a saved topic's stories. Raises `NotFound`."""
    topic = await visit.stores.topics.get(topic_id)
    return await visit.archive.open_topic(visit.stores, topic, order=turn.order, cursor=turn.cursor)


async def draw_opened(visit: Visit, answer: Answer, turn: Turn = FIRST, topic: Topic | None = None) -> Outgoing:
    """What was looked up: as the saved topic, where it is the settings' or the chat follows it; else as a question.

    `topic` is the one that the question has become since.
    """
    topic = topic or answer.topic
    followed = await visit.get_followed()
    if topic is None or not (topic.from_settings or topic.id in followed):
        return await _draw_answer(visit, ListKind.ASKED, replace(answer, topic=None), turn)
    [view] = await visit.stores.topics.count_articles([topic])
    found = answer.found
    if found.stories and not (found.older or found.newer or found.is_cut):
        view = replace(view, stories=len(found.stories))  # all of them, while its past may still be looked for
    results = await _results(visit, answer, turn)
    return topic_list(view, results, visit.view, is_followed=topic.id in followed)


async def draw_question(visit: Visit, kind: ListKind, question_id: int, turn: Turn = FIRST) -> Outgoing:
    """A stored question asked again. Raises `NotFound` once it was forgotten."""
    words = await visit.stores.topics.get_question(question_id)
    match kind:
        case ListKind.ASKED:
            return await ask_topic(visit, words, turn)
        case ListKind.EXACT:
            return await search(visit, words, turn, exactly=True)
        case _:
            return await search(visit, words, turn)


async def ask_topic(visit: Visit, words: str, turn: Turn = FIRST, *, exactly: bool = False) -> Outgoing:
    """The topic that the words name; else what the archive has for them, to be followed as a topic."""
    order, cursor = turn.order, turn.cursor
    is_meant = exactly or cursor is not None  # further pages are of what was understood on the first
    followed = await visit.get_followed()
    answer = await visit.archive.ask_topic(
        visit.stores, words, order=order, cursor=cursor, exactly=is_meant, followed=followed
    )
    return await _draw_answer(visit, ListKind.ASKED, answer, turn)


async def search(visit: Visit, words: str, turn: Turn = FIRST, *, exactly: bool = False) -> Outgoing:
    """Stories with these words."""
    order, cursor = turn.order, turn.cursor
    is_meant = exactly or cursor is not None
    answer = await visit.archive.search(visit.stores, words, order=order, cursor=cursor, exactly=is_meant)
    return await _draw_answer(visit, ListKind.EXACT if exactly else ListKind.SEARCH, answer, turn)


async def look_up(visit: Visit, words: str) -> Outgoing:
    """Plain words: what they name, by all its other names, on further pages too."""
    answer = await visit.archive.ask_topic(visit.stores, words, followed=await visit.get_followed())
    kind = ListKind.ASKED if answer.found.stories else ListKind.SEARCH
    return await _draw_answer(visit, kind, answer, FIRST)


async def _draw_answer(visit: Visit, kind: ListKind, answer: Answer, turn: Turn) -> Outgoing:
    """The saved topic that was meant; else a list of this kind."""
    if answer.topic is not None:
        return await draw_opened(visit, answer, turn)
    shown = answer.instead.text if answer.instead else answer.asked
    question_id = await visit.keep_question(shown)
    draw = {ListKind.ASKED: asked_list, ListKind.EXACT: exact_list}.get(kind, search_list)
    return draw(shown, question_id, await _results(visit, answer, turn), visit.view)


async def _results(visit: Visit, answer: Answer, turn: Turn) -> Results:
    instead = None
    if answer.instead is not None:
        question_id = await visit.keep_question(answer.asked)
        instead = Instead(answer.asked, question_id, answer.instead.text)
    snippets = {
        view.article.id: found
        for view in answer.found.stories
        if (found := _snippet(visit.archive, answer, view.article)) is not None
    }
    return Results(answer.found, turn.order, turn.page, snippets, answer.near, answer.about, instead)


def _snippet(archive: Archive, answer: Answer, article: Article) -> Snippet | None:
    """What the article says of what was asked, beside its headline; None where nothing but the headline does."""
    for looked_at in (article, replace(article, title="")):
        quote = archive.quote(answer.matcher, looked_at)
        if quote is not None and quote.text.strip("…") not in article.title:
            return Snippet(quote.text, quote.spans)
    return None


def _fit(size: int) -> int:
    return min(max(size, 0), MAX_PAGE_SIZE)
