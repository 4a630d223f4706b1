"""What a post shows once its story has grown, or its page was taken back. Pure."""

from collections.abc import Sequence

from storage.records import Article
from storage.turns import StoryPage, first_in, page_of_turn, page_to_tell


def page_to_show(shown: Article, pages: Sequence[StoryPage], language: str, position: int) -> int:
    """The article that a message of one story shows from now on; that which it `shown` until now, if nothing is better.

    `pages` of the story are those that the chat asks for and that stand, as they came. A page in the chat's own
    `language` takes the place of one in another, and a turn that came after the page shown its place; never a page in
    another language that of one in the chat's own: it is named beside it. A page that was taken back gives way to
    another; not to one beyond the chat's `position`, which will be a message of its own.
    """
    if shown.withdrawn_at is not None:
        passed = [page for page in pages if page.article_id <= position]
        return page_to_tell(passed, language).article_id if passed else shown.id
    if shown.language != language and first_in(pages, language) is not None:
        return page_to_tell(pages, language).article_id
    turn = page_of_turn([page for page in pages if page.article_id > shown.id], language)
    is_foreign = turn is not None and turn.language != language == shown.language
    return shown.id if turn is None or is_foreign else turn.article_id
