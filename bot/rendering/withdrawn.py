"""What stands in place of a story that was taken back, where the message itself cannot be removed."""

from collections.abc import Sequence

from aiogram.utils.formatting import Strikethrough, Text

from bot.rendering.headlines import title_of
from bot.rendering.locales import Words
from bot.rendering.message import Node, Outgoing, compose, joined
from storage.records import StoryView

MAX_TITLE = 250  # code points, so that the mark fits under a picture too
MAX_TITLES = 3  # of a list all of whose stories were taken back


def withdrawn_mark(views: Sequence[StoryView], words: Words) -> Outgoing:
    """The titles struck through and what became of them: nothing of the text, no link, no preview, no buttons."""
    titles: list[Node] = [Strikethrough(title_of(view.article, MAX_TITLE)) for view in views[:MAX_TITLES]]
    return compose(Text(joined(titles, "\n"), "\n\n", words.plural("withdrawn.mark", len(views))))
