"""Lists of stories for a visit: looked up in its transaction, drawn by rendering."""

from datetime import timedelta

from bot.archive import Answer
from bot.chat.context import Visit
from bot.rendering.callbacks import ListKind, ListPage
from bot.rendering.lists import (
    MAX_PAGE_SIZE,
    PAGE_SIZE,
    asked_list,
    latest_list,
    mine_list,
    saved_list,
    search_list,
    top_list,
    topic_list,
)
from bot.rendering.message import Outgoing
from bot.stories.cluster import weight
from storage.records import Story, Topic, TopicView

TOP_SPAN = timedelta(days=1)
LAST_PAGE = 100_000  # a page number further on is no button of ours


async def draw_list(visit: Visit, wanted: ListPage) -> Outgoing:
    """A page of any list. Raises `NotFound` for a topic or question that is gone."""
    ref, page = wanted.ref, min(max(wanted.page, 0), LAST_PAGE)
    match wanted.kind:
        case ListKind.LATEST:
            return await draw_latest(visit, ref, page)
        case ListKind.TOP:
            return await draw_top(visit, ref, page)
        case ListKind.TOPIC:
            return await draw_topic(visit, ref, page)
        case ListKind.ASKED | ListKind.SEARCH:
            ask = search if wanted.kind is ListKind.SEARCH else ask_topic
            return await ask(visit, await visit.stores.topics.get_question(ref), page)
        case ListKind.SAVED:
            return saved_list(await visit.stores.chats.get_saved(visit.chat.id, page), visit.view)
        case ListKind.MINE:
            return mine_list(await visit.stores.stories.get_followed(visit.chat.id, page), visit.view)


async def draw_latest(visit: Visit, size: int = 0, page: int = 0) -> Outgoing:
    """The newest stories; `size` a page, 0 for the usual number."""
    size = _fit(size)
    found = await visit.stores.stories.get_latest(page, size or PAGE_SIZE)
    return latest_list(found, visit.view, size=size)


async def draw_top(visit: Visit, size: int = 0, page: int = 0) -> Outgoing:
    """The weightiest stories of the last day; `size` as in `draw_latest`."""
    size = _fit(size)

    def weigh(story: Story) -> float:
        return weight(story.articles, visit.now - story.opened_at)

    found = await visit.stores.stories.get_weightiest(visit.now - TOP_SPAN, weigh, page, size or PAGE_SIZE)
    return top_list(found, visit.view, size=size)


async def draw_topic(visit: Visit, topic_id: int, page: int = 0) -> Outgoing:
    """A saved topic's stories. Raises `NotFound`."""
    topic = await visit.stores.topics.get(topic_id)
    return await _draw_answer(visit, topic, await visit.archive.open_topic(visit.stores, topic, page))


async def ask_topic(visit: Visit, words: str, page: int = 0) -> Outgoing:
    """The topic that the words name; else what the archive has for them, to be followed as a topic."""
    answer = await visit.archive.ask_topic(visit.stores, words, page)
    if answer.topic is not None:
        return await _draw_answer(visit, answer.topic, answer)
    question_id = await visit.stores.topics.keep_question(words, visit.now)
    return asked_list(words, question_id, answer.page, visit.view, near=answer.near)


async def search(visit: Visit, words: str, page: int = 0) -> Outgoing:
    """Stories with these words."""
    answer = await visit.archive.search(visit.stores, words, page)
    question_id = await visit.stores.topics.keep_question(words, visit.now)
    return search_list(words, question_id, answer.page, visit.view)


async def look_up(visit: Visit, words: str) -> Outgoing:
    """Plain words: the topic that they name, with all its other names; else a search."""
    answer = await visit.archive.ask_topic(visit.stores, words)
    if answer.topic is not None:
        return await _draw_answer(visit, answer.topic, answer)
    question_id = await visit.stores.topics.keep_question(words, visit.now)
    return search_list(words, question_id, answer.page, visit.view, near=answer.near)


async def count_stories(visit: Visit, topic: Topic) -> TopicView:
    """The topic with the number of its stories."""
    [view] = await visit.stores.topics.count_articles([topic])
    return view


async def _draw_answer(visit: Visit, topic: Topic, answer: Answer) -> Outgoing:
    follows = await visit.stores.chats.get_follows(visit.chat.id)
    return topic_list(
        await count_stories(visit, topic),
        answer.page,
        visit.view,
        is_followed=any(view.follow.topic_id == topic.id for view in follows),
        near=answer.near,
    )


def _fit(size: int) -> int:
    return min(max(size, 0), MAX_PAGE_SIZE)
