"""Questions put to the archive: which topic is meant, which stories answer. For the chat and for the terminal."""

from bot.archive.answer import Answer
from bot.archive.archive import Archive
from bot.topics.spelling import Instead, InsteadKind

__all__ = ["Answer", "Archive", "Instead", "InsteadKind"]
