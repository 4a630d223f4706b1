"""What topics and search know of an article."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.topics.known import other_names
from bot.topics.lemmas import VERSION as WORDS
from bot.topics.lemmas import Lemmatiser, Reading
from bot.topics.pairs import find_pairs
from bot.topics.people import person_pairs
from storage.naming import NamePair, NewEntity
from storage.records import Block, article_text

if TYPE_CHECKING:
    from bot.topics.entities import EntityFinder

ENTITIES = "1"  # grows whenever texts are found to speak of others than before
LONGEST_TEXT = 100_000  # characters that are read; ten times the longest article, and seconds where no word is known
ENTITIES_OF = 0.3  # of those characters; names take a hundred times as long as words
VERSION = f"{WORDS}/{ENTITIES}"  # what an archive is read by


@dataclass(frozen=True, slots=True)
class Annotation:
    """An article's words, whom and what it speaks of, and the names that it tells to be of one thing."""

    reading: Reading
    entities: tuple[NewEntity, ...] = ()
    pairs: tuple[NamePair, ...] = ()


def annotate(  # noqa: PLR0917  what an article is made of, and who reads it
    title: str,
    lead: str,
    body: Sequence[Block],
    language: str,
    lemmatiser: Lemmatiser,
    finder: "EntityFinder | None" = None,
    *,
    longest: int = LONGEST_TEXT,
) -> Annotation:
    """Read the article alone: its title, lead and body, never the page around it. Without a finder no entities.

    What goes on beyond `longest` characters is found by nobody, and of whom it speaks is told by the first third.
    """
    title, text = title[:longest], article_text("", lead, body).strip()[:longest]
    reading = lemmatiser.read_article(title, text, language)
    entities = () if finder is None else finder.find(title, text[: int(longest * ENTITIES_OF)], language)
    # What everybody knows is not for one page to say: ООН stays what it is.
    pairs = [
        pair
        for pair in find_pairs(f"{title}\n{text}", lemmatiser, entities)
        if not other_names(pair.short_key, lemmatiser)
    ]
    return Annotation(reading, entities, (*pairs, *person_pairs(entities, lemmatiser, reading)))
