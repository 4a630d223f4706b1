"""Words as they are written, for languages that have no model: capitals, neighbours, the beginnings of sentences."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.topics.entities.gazetteer import Thing, Words, folded_words, known, starts_known
from bot.topics.words import fold

MOST_WORDS = 9  # in a name

_WORD = re.compile(r"[^\W_]+(?:[-'’ʼ‘][^\W_]+)*")
_BETWEEN_WORDS_OF_A_NAME = re.compile(r"[ \u00a0]{1,2}")
_ABBREVIATED = re.compile(r"\.[ \u00a0]{1,2}")
_ENDS_SENTENCE = re.compile(r"[.!?…:;\n•*|]|^\s*[—–-]\s")
_SHORT = frozenset(["mr", "mrs", "ms", "dr", "st", "prof", "gen", "col", "lt", "sen", "gov", "rep", "jr"])


def are_initials(short: "Shape", words: Sequence["Shape"]) -> bool:
    """Whether an abbreviation stands for these words: PWUA for Pamir Water Users Association."""
    if not short.is_abbreviation:
        return False
    capitals = "".join(word.folded[0] for word in words if word.is_capital)
    everything = "".join(word.folded[0] for word in words)
    return short.folded in (capitals, everything)


def folded_set(words: str) -> frozenset[str]:
    """Words parted by blanks, folded as those of `Shape` are."""
    return frozenset(fold(word) for word in words.split())


@dataclass(frozen=True, slots=True)
class Shape:
    """A word of a text. `is_next`: one blank parts it from the word before, so that both may be of one name."""

    text: str
    parts: Words  # folded, those of a hyphened word apart
    is_first: bool
    is_next: bool
    is_quoted: bool

    @property
    def folded(self) -> str:
        return "".join(self.parts)

    @property
    def is_capital(self) -> bool:
        return self.text[0].isupper()

    @property
    def is_abbreviation(self) -> bool:
        return len(self.text) > 1 and self.text.isupper() and self.text.isalpha()


def shapes(text: str) -> list[Shape]:
    """All words of a text in order."""
    found: list[Shape] = []
    end = 0
    for word in _WORD.finditer(text):
        between = text[end : word.start()]
        last = found[-1].text.lower() if found else ""
        is_abbreviated = (len(last) == 1 or last in _SHORT) and bool(_ABBREVIATED.fullmatch(between))
        found.append(
            Shape(
                text=word[0],
                parts=folded_words(word[0]),
                is_first=not found or (bool(_ENDS_SENTENCE.search(between)) and not is_abbreviated),
                is_next=bool(found) and (bool(_BETWEEN_WORDS_OF_A_NAME.fullmatch(between)) or is_abbreviated),
                is_quoted=between.endswith(("«", "“", "„", '"')),
            )
        )
        end = word.end()
    return found


def run(words: Sequence[Shape], start: int) -> int:
    """Where the words end that follow `start` without a sign between them; no more than a name may have."""
    stop = start + 1
    while stop < len(words) and stop - start < MOST_WORDS and words[stop].is_next:
        stop += 1
    return stop


@dataclass(frozen=True, slots=True)
class Known:
    """A known name in a text: as it is spelled there, without an ending; `stop` is behind its last word."""

    thing: Thing
    name: str
    stop: int


def find_known(words: Sequence[Shape], start: int, stop: int, endings: Sequence[str] = ()) -> Known | None:
    """The longest known name that begins at `start`; `endings` may be on its last word.

    What is only known in capitals (WHO, IS) has to be written so.
    """
    first = words[start]
    if not first.is_capital or not any(map(starts_known, without_endings(first.parts[0], endings))):
        return None
    for end in range(stop, start, -1):
        body = tuple(part for word in words[start:end] for part in word.parts)
        for last in without_endings(body[-1], endings):
            thing = known((*body[:-1], last))
            if thing and (not thing.name.isupper() or words[end - 1].text[:2].isupper()):
                return Known(thing, _spelled(words[start:end], len(body[-1]) - len(last), thing), end)
    return None


def _spelled(words: Sequence[Shape], ending: int, thing: Thing) -> str:
    """The name as in the text; of TITLES IN CAPITALS as it is known."""
    name = " ".join(word.text for word in words)
    return thing.name if name.isupper() else name[: len(name) - ending]


def without_endings(folded: str, endings: Sequence[str]) -> Iterator[str]:
    """The word itself, then what is left of it without each ending."""
    yield folded
    for ending in endings:
        if folded.endswith(ending) and len(folded) - len(ending) >= 3:
            yield folded[: -len(ending)]
