"""What a word is known by: the keys under which all its forms and spellings meet."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from importlib.metadata import version

from bot.topics import english, latin, tajik
from bot.topics.russian import Place, Russian, abbreviation
from bot.topics.words import (
    OPENING_SIGNS,
    find_sentences,
    find_tokens,
    find_words,
    fold,
    is_all_cyrillic,
    is_tajik,
    without_possessive,
)
from storage.asking import END, SIDE_BY_SIDE

Keys = frozenset[str]

BREAK: Keys = frozenset()

# Grows whenever words get other keys than before: what was indexed under the old ones has to be read again.
VERSION = f"5+{version('pymorphy3-dicts-ru')}"

# ӣ, in the spellings that people have for it.
_LONG_I = ("ӣ", "ї", "й")
_HARD_SIGN = "ъ"  # of the old spelling, and of names that like it: «Коммерсантъ», of «Коммерсанта»
# Words that say nothing of a subject: a question of several words does not insist on them.
# fmt: off
FUNCTION_WORDS = frozenset(
    (
        "а", "без", "в", "во", "для", "до", "за", "и", "из", "или", "к", "ко", "на", "над", "но", "о", "об",
        "обо", "от", "по", "под", "при", "про", "с", "со", "у",
        "аз", "ба", "барои", "бо", "ва", "ки", "то",
        "a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with",
    )
)
# fmt: on


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as topics see it.

    `words` holds the keys of each word in order, with BREAK after each sentence. `keys` are all of them.
    The first `title_words` of `words`, breaks counted, are those of the title.
    """

    words: tuple[Keys, ...]
    keys: Keys
    title_words: int = 0
    _positions: dict[str, list[int]] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def positions(self) -> Mapping[str, Sequence[int]]:
        """Where in `words` each key stands, in order. Made when first asked for."""
        if not self._positions:
            for position, keys in enumerate(self.words):
                for key in keys:
                    self._positions.setdefault(key, []).append(position)
        return self._positions

    @property
    def title_terms(self) -> str:
        """The keys of the title's words in order, for the search index; `read_terms` reads them back."""
        return _terms(self.words[: self.title_words])

    @property
    def body_terms(self) -> str:
        """The keys of all words in order, the title's too, so that a word of the headline is near the lead."""
        return _terms(self.words)

    @property
    def lemmas(self) -> str:
        """All distinct keys, sorted and parted by blanks."""
        return " ".join(sorted(self.keys))


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a sentence. `start` and `end` are code points of the sentence's text."""

    keys: Keys
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence as it stands in a text, with its words in order."""

    text: str
    words: tuple[Word, ...]


class Lemmatiser:
    """Gives words their keys; one for the whole application, because its cache is what makes it fast.

    Two words are forms of one when their keys overlap. A form often fits several words (банка: банк, банка), and for
    the names of Central Asia the likeliest guess is wrong one time in six, so all readings count that a word's place
    allows.
    """

    def __init__(self, cache_size: int = 65_536) -> None:
        self._russian = Russian()
        self._in_tajik: Callable[[str], Keys] = lru_cache(cache_size // 4)(partial(self._keys_as_written, True))
        self._in_others: Callable[[str], Keys] = lru_cache(cache_size)(partial(self._keys_as_written, False))
        self._asked: Callable[[str], Keys] = lru_cache(cache_size // 4)(self._keys_when_asked)
        self._base: Callable[[str], str] = lru_cache(cache_size // 4)(self._find_base)

    def keys(self, word: str, language: str | None = None) -> Keys:
        """The keys of a word within a sentence, as it is written there; none for what has no letter and no digit."""
        return self._written_in(language)(word)

    def question_keys(self, word: str) -> Keys:
        """The keys of a word in a question, where capitals cannot be relied on."""
        return self._asked(word)

    def other_name(self, words: Sequence[str]) -> tuple[Keys, ...]:
        """The keys of the words of a name that is looked for in place of another: it is no other word, nor a part of
        a longer Latin name.
        """
        return tuple(self._in_name(fold(word), at, len(words)) for at, word in enumerate(words))

    def base(self, word: str) -> str:
        """The one form that stands for a word in a topic's key; the base of a base is itself."""
        return self._base(fold(without_possessive(word)))

    def is_known(self, word: str) -> bool:
        """Whether the Russian dictionary has this form of a word."""
        return self._russian.is_known(fold(word))

    def is_common(self, word: str) -> bool:
        """Whether a Russian word in its base form is most often no name: адвокат, понедельник, but not мороз."""
        return self._russian.is_common(fold(word))

    def read(self, text: str, language: str | None = None) -> Reading:
        """All the words of a text by position."""
        return _reading(self._walk(text, language), title_words=0)

    def read_article(self, title: str, text: str, language: str | None = None) -> Reading:
        """The words of an article's title, then those of its text."""
        heading = self._walk(title, language)
        return _reading(heading + self._walk(text, language), title_words=len(heading))

    def sentences(self, text: str, language: str | None = None) -> list[Sentence]:
        """The sentences of a text that have words; the same words in the same order as `read` finds."""
        has_rows = latin.has_rows(text, language)
        found: list[Sentence] = []
        for start, end in find_sentences(text):
            sentence = text[start:end].strip()
            read = self._read_row(sentence, 0, len(sentence), language, has_rows=has_rows)
            words = [Word(keys, *span) for keys, span in zip(read, find_words(sentence), strict=True) if keys]
            if words:
                found.append(Sentence(sentence, tuple(words)))
        return found

    def _walk(self, text: str, language: str | None) -> list[Keys]:
        has_rows = latin.has_rows(text, language)
        words: list[Keys] = []
        for start, end in find_sentences(text):
            if read := [keys for keys in self._read_row(text, start, end, language, has_rows=has_rows) if keys]:
                words += read
                words.append(BREAK)
        return words

    def _in_name(self, folded: str, at: int, length: int) -> Keys:
        keys = self._asked(folded)
        if _is_english(folded):
            return latin.of_whole_row(keys, at=at, length=length)
        return self._russian.name(folded) or keys

    def _read_row(self, text: str, start: int, end: int, language: str | None, *, has_rows: bool) -> list[Keys]:
        """The keys of the words of a sentence, also of those that have none."""
        found = list(map(self._written_in(language), find_tokens(text, start, end)))
        return latin.mark_rows(found, text[start:end]) if has_rows else found

    def _written_in(self, language: str | None) -> Callable[[str], Keys]:
        return self._in_tajik if language == "tg" else self._in_others

    def _keys_as_written(self, is_in_tajik: bool, token: str) -> Keys:
        written = token.lstrip(OPENING_SIGNS)
        word = without_possessive(written)
        folded = fold(word)
        if not is_all_cyrillic(folded):
            return _other_keys(folded)
        # pymorphy3 makes Russian verbs of Tajik nouns: it never sees them.
        if is_in_tajik or is_tajik(word):
            return tajik.stems(folded, has_long_i=word.lower().endswith(_LONG_I)) | {folded}
        if letters := abbreviation(word):
            return frozenset({fold(letters)}) | self._russian.forms(fold(letters), Place.LETTERS)
        place = _place(word, is_opening=written != token)
        forms = self._russian.forms(folded, place)
        if folded.endswith(_HARD_SIGN):
            forms |= self._russian.forms(folded.removesuffix(_HARD_SIGN), place)
        return forms

    def _keys_when_asked(self, word: str) -> Keys:
        word = without_possessive(word)
        folded = fold(word)
        if not is_all_cyrillic(folded):
            keys = _other_keys(folded)
            return latin.anywhere(keys) if _is_english(folded) else keys
        keys = self._russian.asked(folded) | {folded, self._base(folded)}
        if folded.endswith(_HARD_SIGN):
            keys |= self._russian.asked(folded.removesuffix(_HARD_SIGN))
        if letters := abbreviation(word):
            keys |= {fold(letters)}
        if is_tajik(word) or not self._russian.is_known(folded):
            is_vowel = is_tajik(word) and word.lower().endswith("и")
            keys |= tajik.stems(folded, has_long_i=not is_vowel)
        return keys

    def _find_base(self, folded: str) -> str:
        """Follow base forms until they repeat; guesses about unknown words can go round in a circle."""
        seen: list[str] = []
        while folded not in seen:
            seen.append(folded)
            if is_all_cyrillic(folded):
                folded = self._russian.likeliest(folded)
            elif _is_english(folded):
                folded = english.singular(folded)
        base = min(seen[seen.index(folded) :])
        return seen[0] if base in FUNCTION_WORDS else base


def _reading(words: list[Keys], *, title_words: int) -> Reading:
    return Reading(words=tuple(words), keys=frozenset().union(*words), title_words=title_words)


def read_terms(title: str, body: str, wanted: Keys | None = None) -> Reading:
    """The reading that had these terms, without the text and its grammar: a tenth of the time, all words met before.

    With `wanted` its keys and positions are those of words that have one of these alone, for a question of them.
    """
    words = tuple(map(_word, body.split()))
    title_words = len(title.split())
    if wanted is None:
        return Reading(words=words, keys=frozenset().union(*words), title_words=title_words)
    positions: dict[str, list[int]] = {}
    for position, keys in enumerate(words):
        if not keys.isdisjoint(wanted):
            for key in keys:
                positions.setdefault(key, []).append(position)
    reading = Reading(words=words, keys=frozenset(positions), title_words=title_words)
    reading._positions.update(positions)  # noqa: SLF001 - found on the way
    return reading


def _terms(words: Iterable[Keys]) -> str:
    """The index takes the signs between keys for blanks."""
    return " ".join(map(_term, words))


@lru_cache(16_384)
def _term(keys: Keys) -> str:
    return SIDE_BY_SIDE.join(sorted(keys)) if keys else END


@lru_cache(65_536)
def _word(term: str) -> Keys:
    return BREAK if term == END else frozenset(term.split(SIDE_BY_SIDE))


def _other_keys(folded: str) -> Keys:
    """The keys of what is not all Cyrillic; what is not all Latin either has no forms: 2026, су35, 東京."""
    if _is_english(folded):
        return english.forms(folded)
    return frozenset({folded} if folded else ())


def _is_english(folded: str) -> bool:
    return folded.isascii() and folded.isalpha()


def _place(word: str, *, is_opening: bool) -> Place:
    if not word[0].isupper():
        return Place.COMMON
    if is_opening:
        return Place.EITHER
    return Place.LETTERS if len(word) > 1 and word.isupper() else Place.NAME
