"""What a post shows once its story has grown, or its page was taken back. Pure."""

from collections.abc import Sequence

from storage.records import Article
from storage.turns import StoryPage, first_in, page_of_turn


def page_to_show(shown: Article, pages: Sequence[StoryPage], language: str, position: int) -> int:
    """The article that a message of one story shows from now on; that which it `shown` until now, if nothing is better.

    `pages` of the story are those that the chat asks for and that stand, as they came. A turn that came after the page
    shown takes its place, but never a page in another language that of one in the chat's own `language`: it is named
    beside it. A page that was taken back gives way to another; not to one beyond the chat's `position`, which will be
    a message of its own.
    """
    if shown.withdrawn_at is None:
        turn = page_of_turn([page for page in pages if page.article_id > shown.id], language)
        is_foreign = turn is not None and turn.language != language == shown.language
        return shown.id if turn is None or is_foreign else turn.article_id
    passed = [page for page in pages if page.article_id <= position]
    if not passed:
        return shown.id
    best = page_of_turn(passed, language) or first_in(passed, language) or passed[0]
    return best.article_id
