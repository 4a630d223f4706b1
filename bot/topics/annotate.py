"""What topics and search know of an article."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.topics.lemmas import Lemmatiser, Reading
from storage.records import Block, article_text


@dataclass(frozen=True, slots=True)
class Annotation:
    """An article's words: `reading` for the topics that stand now, `lemmas` for the search index."""

    reading: Reading
    lemmas: str


def annotate(title: str, lead: str, body: Sequence[Block], language: str, lemmatiser: Lemmatiser) -> Annotation:
    """Read the article alone: its title, lead and body, never the page around it."""
    reading = lemmatiser.read(article_text(title, lead, body), language)
    return Annotation(reading=reading, lemmas=reading.lemmas)
