"""Which page of a story tells that its facts have changed: for a reader as a reply, for a post in its place."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import article


@dataclass(frozen=True, slots=True)
class StoryPage:
    """A page of a story as far as it decides what a chat is shown of it.

    `is_turn`: it is the first that the chat asks for since the facts of the story changed; with it, or with a page of
    which the chat hears nothing.
    """

    article_id: int
    language: str
    is_turn: bool = False


def with_turns(pages: Sequence[StoryPage], turns: Sequence[int]) -> list[StoryPage]:
    """The pages that a chat asks for, as they came; those that bring it one of the turns are marked.

    `turns` are the articles of the whole story with which its facts changed.
    """
    brought = {next((page.article_id for page in pages if page.article_id >= turn), None) for turn in turns}
    return [replace(page, is_turn=page.article_id in brought) for page in pages]


def page_to_tell(pages: Sequence[StoryPage], language: str | None) -> StoryPage:
    """The page by which a chat hears of a story for the first time; there is one.

    It tells the newest facts, but nobody is told in another language what a page in their own tells.
    """
    spoken = first_in(pages, language)
    turn = page_of_turn(pages, language)
    if turn is not None and (spoken is None or turn.language == language):
        return turn
    return spoken or pages[0]


def page_of_turn(pages: Sequence[StoryPage], language: str | None) -> StoryPage | None:
    """The page by which the newest turn among these is told; None where none of them is one.

    `pages` are in the order they came. What took its turn in another language is told by the first page in this one
    that came with it or after it; where nothing in this language tells of any turn, by the newest turn itself.
    """
    turns = [place for place, page in enumerate(pages) if page.is_turn]
    for place in reversed(turns):
        spoken = first_in(pages[place:], language)
        if spoken is not None:
            return spoken
    return pages[turns[-1]] if turns else None


def first_in(pages: Sequence[StoryPage], language: str | None) -> StoryPage | None:
    """The first of the pages that is in this language."""
    return next((page for page in pages if page.language == language), None)


async def get_turns(connection: AsyncConnection, stories: Sequence[int]) -> dict[int, list[int]]:
    """The articles that stand with which the facts of these stories changed, whoever asks for them, as they came."""
    query = sa.select(article.c.story_id, article.c.id).where(
        article.c.story_id.in_(stories), article.c.is_turn, article.c.withdrawn_at.is_(None)
    )
    turns: dict[int, list[int]] = {}
    for story_id, article_id in await connection.execute(query.order_by(article.c.id)):
        turns.setdefault(story_id, []).append(article_id)
    return turns
