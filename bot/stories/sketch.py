"""What is kept of an article to compare it with others: some 700 bytes."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from bot.stories.concepts import concepts_of
from bot.stories.facts import Fact, Kind, Where, encode, find_facts, without_background
from bot.stories.hashing import Sort, Terms, hash_terms, stem
from bot.stories.latin import skeleton
from bot.stories.numerals import fold
from bot.stories.table import load_shares, places_of
from bot.stories.vectors import Vectors, mean_vector
from storage.naming import EntityKind, NewEntity

__all__ = ["VERSION", "Material", "Sketch", "Vectors", "make_sketch", "pack", "unpack"]

VERSION = 2  # of the layout and of everything that is hashed; grows with each change
LANGUAGES = ("", "ru", "tg", "en")

OPENING = 90  # words of the text that count
TITLE_WORTH = 3  # times that a word of the title counts
HALVES = 2
MOST_WORDS = 80
MOST_CONCEPTS = 24
MOST_NAMES = 16
MOST_NUMBERS = 16
MOST_ADDRESSES = 8
MOST_FACTS = 32
_COMMON = 0.25  # share of articles from which on a word tells nothing
LEAD_WORDS = 40
FURTHER_WORTH = 0.5  # of a word behind them

_HEADER = 8  # bytes: version, language, numbers of terms, of facts, of words, concepts, names, numbers among the terms
# What sentences begin with that tell of something else.
_BEFORE = frozenset(
    {"напомнить", "напоминать", "ранее", "читать", "каблан", "пештар", "ёдовар", "едовар", "earlier", "previously"}
)
_OPENING_LETTERS = 700
# A word with a capital that no sentence, quotation or headline begins with; what it ends with in Russian.
_INSIDE = re.compile(r"(?<=[\w,»–—-] )[«\"“]?([A-ZА-ЯЁҒӢҚӮҲҶ][\w-]+)")
_ENDING = re.compile(r"(?<=[а-яё]{3})(?:ом|ем|ым|им|ами|ями|ах|ях|ого|его|ому|ему|ов|ев|ам|ям)$")
_CAPITALISED = re.compile(r"[^\W\d_a-zа-яёғӣқӯҳҷ]\w*")


@dataclass(frozen=True, slots=True)
class Material:
    """An article as its reading gives it.

    `words` are the keys of each word of title and text, an empty set at the end of a sentence; the first
    `title_words` of them are those of the title. `links` are addresses in the body.
    """

    title: str
    text: str
    language: str
    published_at: datetime
    words: Sequence[frozenset[str]]
    title_words: int = 0
    entities: Sequence[NewEntity] = ()
    links: Sequence[str] = ()
    pictures: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Sketch:
    """An article as numbers, in one piece of memory that its arrays look into."""

    data: bytes

    @property
    def language(self) -> str:
        """ "" where it is none of those that are known."""
        return LANGUAGES[self.data[1]]

    @property
    def terms(self) -> Terms:
        """Hashes, sorted: words of the language first, then what all languages share."""
        return np.frombuffer(self.data, np.uint32, self.data[2], _HEADER)

    @property
    def sections(self) -> tuple[int, int, int, int]:
        """Where among the terms words, concepts, names and numbers end; addresses are the rest."""
        words, concepts, names, numbers = self.data[4:8]
        return words, words + concepts, words + concepts + names, words + concepts + names + numbers

    @property
    def facts(self) -> NDArray[np.uint32]:
        """As `facts.encode` gives them."""
        return np.frombuffer(self.data, np.uint32, self.data[3], _HEADER + 4 * self.data[2])

    @property
    def in_title(self) -> NDArray[np.uint8]:
        """How often each term stands in the title, in halves, one for one; a word of two readings is half of each."""
        return self._amounts >> np.uint8(4)

    @property
    def in_text(self) -> NDArray[np.uint8]:
        """How often each term stands in the opening of the text, in halves."""
        return self._amounts & np.uint8(15)

    @property
    def counts(self) -> NDArray[np.uint8]:
        """How much each term counts, in halves: once in the opening, TITLE_WORTH times in the title."""
        return self.in_title * np.uint8(TITLE_WORTH) + self.in_text

    @property
    def vector(self) -> NDArray[np.int8]:
        """Of unit length times 127, or empty."""
        start = _HEADER + 5 * self.data[2] + 4 * self.data[3]
        return np.frombuffer(self.data, np.int8, len(self.data) - start, start)

    @property
    def _amounts(self) -> NDArray[np.uint8]:
        return np.frombuffer(self.data, np.uint8, self.data[2], _HEADER + 4 * (self.data[2] + self.data[3]))


class _Amounts:
    """Terms of one sort by text, with how often they stand in title and opening."""

    def __init__(self, sort: Sort) -> None:
        self.sort = sort
        self.of: dict[str, list[float]] = {}

    def add(self, text: str, where: Where, times: float = 1.0) -> None:
        self.of.setdefault(text, [0.0, 0.0])[min(where, 1)] += times

    def weightiest(self, most: int) -> tuple[Terms, NDArray[np.uint8]]:
        """Their terms and amounts; the rarest of the title first where there are too many."""
        terms = hash_terms(self.sort, list(self.of))
        amounts = np.array(list(self.of.values()), np.float64).reshape(-1, 2) * HALVES
        amounts = np.minimum(np.ceil(amounts - 0.01), 15).astype(np.int64)
        shares = load_shares()[places_of(terms)]
        worth = -np.log(shares) * (1 + amounts @ np.array((TITLE_WORTH, 1)))
        worth[shares > _COMMON] = 0
        best = np.argsort(-worth, kind="stable")[:most]
        best = best[worth[best] > 0]
        return terms[best], (amounts[best, 0] << 4 | amounts[best, 1]).astype(np.uint8)


def make_sketch(material: Material, vectors: Vectors | None) -> Sketch:
    """Pure; about a millisecond."""
    words, concepts = _words_and_concepts(material)
    names, named = _names(material)
    found = find_facts(material.title, material.text, material.language, material.published_at.date())
    numbers = _Amounts(Sort.NUMBER)
    for fact in found:
        if fact.kind >= Kind.NUMBER:
            numbers.add(f"{fact.value:.6g}", fact.where)
    addresses = _Amounts(Sort.ADDRESS)
    for address in (*material.links, *material.pictures):
        addresses.add(_plain_address(address), Where.LEAD)
    groups = (
        (words, MOST_WORDS),
        (concepts, MOST_CONCEPTS),
        (names, MOST_NAMES),
        (numbers, MOST_NUMBERS),
        (addresses, MOST_ADDRESSES),
    )
    parts = [amounts.weightiest(most) for amounts, most in groups]
    terms, places = np.unique(np.concatenate([part[0] for part in parts]), return_index=True)
    amounts = np.concatenate([part[1] for part in parts])[places]
    facts = np.array([encode(fact) for fact in (*named, *found)][:MOST_FACTS], np.uint32)
    language = LANGUAGES.index(material.language) if material.language in LANGUAGES else 0
    header = bytes((VERSION, language, len(terms), len(facts), *_sections(terms)))
    # Vectors know Russian words alone.
    vector = mean_vector(material.words, material.title_words, vectors if material.language == "ru" else None)
    return Sketch(header + terms.tobytes() + facts.tobytes() + amounts.tobytes() + vector.tobytes())


def _sections(terms: Terms) -> list[int]:
    """How many words, concepts, names and numbers there are."""
    ends = np.searchsorted(terms, np.array((Sort.CONCEPT, Sort.NAME, Sort.NUMBER, Sort.ADDRESS), np.uint32))
    return [int(count) for count in np.diff(ends, prepend=0)]


def pack(sketch: Sketch) -> bytes:
    """For the archive; begins with the version."""
    return sketch.data


def unpack(data: bytes) -> Sketch | None:
    """What was packed; None: by another version, the article has to be read again."""
    return Sketch(data) if len(data) >= _HEADER and data[0] == VERSION else None


def _words_and_concepts(material: Material) -> tuple[_Amounts, _Amounts]:
    meanings = concepts_of(material.language)
    words, concepts = _Amounts(Sort.WORD), _Amounts(Sort.CONCEPT)
    for at, keys in _opening(material):
        where = Where.TITLE if at < material.title_words else Where.LEAD
        stems = {stem(key) for key in keys}
        worth = 1.0 if at < material.title_words + LEAD_WORDS else FURTHER_WORTH
        for text in stems:
            words.add(text, where, worth / len(stems))
        for concept in {meanings[key] for key in keys if key in meanings}:
            concepts.add(concept, where)
    return words, concepts


def _opening(material: Material) -> Iterator[tuple[int, frozenset[str]]]:
    """The words of the title and the first of the text by place, without sentences that tell what was before."""
    is_background = is_inside = False
    for at, keys in enumerate(material.words[: material.title_words + OPENING]):
        if not is_inside:
            is_background = at >= material.title_words and not keys.isdisjoint(_BEFORE)
        is_inside = bool(keys)
        if not is_background:
            yield at, keys


def _names(material: Material) -> tuple[_Amounts, list[Fact]]:
    """The names of an article as terms, and who and where it is about as facts."""
    names, facts = _Amounts(Sort.NAME), []
    title = _skeletons(material, material.words[: material.title_words])
    lead = _skeletons(material, material.words[material.title_words : material.title_words + LEAD_WORDS])
    for entity in material.entities:
        for name in _parts(entity, material.language):
            where = Where.TITLE if name in title else Where.LEAD if name in lead else Where.FURTHER
            names.add(name, where)
            if where is not Where.FURTHER and entity.kind is not EntityKind.ORGANISATION:
                kind = Kind.PERSON if entity.kind is EntityKind.PERSON else Kind.PLACE
                facts.append(Fact(kind, where, float(hash_terms(Sort.NAME, [name])[0] & 0xFF_FFFF)))
    for where, text in (
        (Where.TITLE, material.title),
        (Where.LEAD, without_background(material.text)[:_OPENING_LETTERS]),
    ):
        for word in _INSIDE.findall(text):
            name = _known_as(word, material.language)
            if name and name not in names.of:
                name = _known_as(_ENDING.sub("", word), material.language)
            if name:
                names.add(name, where)
    for word in _CAPITALISED.findall(material.title):
        name = _known_as(word, material.language)
        if name in names.of and not names.of[name][0]:
            names.add(name, Where.TITLE)
    return names, facts[:MOST_NAMES]


def _parts(entity: NewEntity, language: str) -> Iterator[str]:
    """What a name is known by in all languages: of a person the last name, of others each word with a capital."""
    words = _CAPITALISED.findall(entity.name)
    if entity.kind is EntityKind.PERSON:
        words = words[-1:]
    elif entity.kind is EntityKind.ORGANISATION and len(words) == 1 and len(entity.name.split()) > 2:
        return
    for word in words:
        if name := _known_as(word, language):
            yield name


def _known_as(word: str, language: str) -> str:
    return concepts_of(language).get(fold(word)) or skeleton(word)


def _skeletons(material: Material, words: Sequence[frozenset[str]]) -> set[str]:
    return {_known_as(key, material.language) for keys in words for key in keys}


def _plain_address(url: str) -> str:
    return re.sub(r"^https?://(?:www\.)?|[?#].*$|/$", "", url)
