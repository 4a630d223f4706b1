"""Which page of a story tells that its facts have changed: for a reader as a reply, for a post in its place. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StoryPage:
    """A page of a story as far as it decides what a chat is shown of it."""

    article_id: int
    language: str
    is_turn: bool = False


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
