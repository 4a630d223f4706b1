"""The nouns of asking: a question as the search index sees it, and what it finds."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from storage.records import StoryView

Keys = frozenset[str]  # of one word: any of them
Form = tuple[Keys, ...]  # words in a row

# Where words are written down in a row: between the keys of one word, and in place of a word at the end of a sentence.
SIDE_BY_SIDE, END = "|", ";"


@dataclass(frozen=True, slots=True)
class Clause:
    """One thing that an article must speak of, under any of its names: «ОДКБ», or the words that it stands for."""

    forms: tuple[Form, ...]
    in_title: bool = False


@dataclass(frozen=True, slots=True)
class Candidates:
    """A question for narrowing the archive down; what the index cannot tell, `accepts` decides on the article itself.

    Any of the alternatives; of an alternative all clauses, near one another where there are several. An article with
    any of `without` does not answer. `sources` are ids, `language` a code; None means any. `after` is inclusive.
    """

    alternatives: tuple[tuple[Clause, ...], ...]
    without: tuple[Form, ...] = ()
    sources: frozenset[int] | None = None
    language: str | None = None
    after: datetime | None = None


@dataclass(frozen=True, slots=True)
class StoredTopic:
    """A topic as the index of topics loads it: `terms` is what `TopicIndex.add` made of its question."""

    id: int
    terms: bytes


@dataclass(frozen=True, slots=True)
class Candidate:
    """An article as the judge of a question sees it: the terms that the index was given, and what filters ask for."""

    id: int
    title_terms: str
    body_terms: str
    source_name: str
    language: str
    published_at: datetime


class Order(StrEnum):
    """How found stories stand."""

    NEWEST = "n"
    BEST = "b"


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page begins: below the article with this id, or (`is_back`) above it. Ids are the order of arrival."""

    article_id: int
    is_back: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A page of what was found. `older` and `newer`: there is more either way. `is_cut`: the time limit ended the
    search; further ones may stand in the archive.
    """

    stories: tuple[StoryView, ...]
    older: bool = False
    newer: bool = False
    is_cut: bool = False
