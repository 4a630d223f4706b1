"""Copies: the very same text, or the very same page."""

from collections.abc import Sequence

from storage.records import NewArticle, Story


def oldest(article: NewArticle, copies: Sequence[Story]) -> int | None:
    """The id of the story that an article joins as a copy; None: it is nobody's.

    `copies` are the open stories that hold an article with the same fingerprint or of the same page. An article
    without any words is nobody's copy.
    """
    return min((story.id for story in copies), default=None) if article.fingerprint else None
