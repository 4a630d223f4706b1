"""The sentence of an article that answers a question best: what people are shown of why it was found."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from bot.topics.lemmas import BREAK, Lemmatiser, Reading, Sentence
from bot.topics.matcher import Matcher, find_clause, holds_near
from storage.records import Article

LONGEST_QUOTE = 200  # code points
_ROOM = LONGEST_QUOTE - 2  # an ellipsis at each end
_HANGING = ",;:–—-(«“„"  # what looks forgotten before an ellipsis


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence, cut to LONGEST_QUOTE code points. `spans` are the words that answer, in code points of `text`."""

    text: str
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Spelled:
    """An article read sentence by sentence, the first `heading` of them the title's. `reading` has the same words."""

    sentences: tuple[Sentence, ...]
    heading: int
    reading: Reading
    borders: tuple[int, ...]  # where in the reading each sentence begins, and where the last one ends


@dataclass(frozen=True, slots=True, order=True)
class _Mark:
    """Words of a sentence that a clause asked for, in code points; the clause by its alternative and its place."""

    start: int
    end: int
    clause: tuple[int, int]


def quote(matcher: Matcher, article: Article, lemmatiser: Lemmatiser) -> Quote | None:
    """The sentence with most of what was asked for; of equals one of the text before the headline, then the earliest.

    None when the article has nothing of it.
    """
    return quote_spelled(matcher, spell(article, lemmatiser))


def spell(article: Article, lemmatiser: Lemmatiser) -> Spelled:
    """The article as `quote_spelled` takes it: read once for many questions."""
    heading = lemmatiser.sentences(article.title, article.language)
    # The text is the title and what follows it, whatever the title is.
    text = article.text.removeprefix(article.title)
    sentences = (*heading, *lemmatiser.sentences(text, article.language))
    borders = (0, *accumulate(len(sentence.words) + 1 for sentence in sentences))
    words = [keys for sentence in sentences for keys in (*(word.keys for word in sentence.words), BREAK)]
    reading = Reading(tuple(words), frozenset().union(*words), title_words=borders[len(heading)])
    return Spelled(sentences, len(heading), reading, borders)


def quote_spelled(matcher: Matcher, spelled: Spelled) -> Quote | None:
    """The `quote` of an article that was read already."""
    marks = _find_marks(matcher, spelled)
    if not marks:
        return None
    best = max(marks, key=lambda number: (_worth(marks[number]), number >= spelled.heading, -number))
    return _cut(spelled.sentences[best].text, sorted(marks[best]))


def _find_marks(matcher: Matcher, spelled: Spelled) -> dict[int, list[_Mark]]:
    """What answers, by the number of its sentence.

    Where no alternative holds as a whole (the index is asked more loosely than an article), what is there of any.
    """
    sentences, borders, reading = spelled.sentences, spelled.borders, spelled.reading
    numbered = list(enumerate(matcher.alternatives))
    holding = [one for one in numbered if holds_near(one[1], reading)]
    marks: dict[int, list[_Mark]] = defaultdict(list)
    for alternative, clauses in holding or numbered:
        for place, clause in enumerate(clauses):
            for first, after in find_clause(clause, reading):
                number = bisect_right(borders, first) - 1
                words = sentences[number].words[first - borders[number] : after - borders[number]]
                marks[number].append(_Mark(words[0].start, words[-1].end, (alternative, place)))
    return marks


def _worth(marks: Sequence[_Mark]) -> int:
    """How many clauses of one alternative are among these."""
    return max(Counter(alternative for alternative, _ in {mark.clause for mark in marks}).values())


def _cut(text: str, marks: list[_Mark]) -> Quote:
    """The part of a sentence around its marks, at the borders of words; the marks are in order."""
    start, end = 0, len(text)
    if len(text) > LONGEST_QUOTE:
        start, end = _window(text, *_densest(marks))
    before = "…" if start else ""
    shown = text[start:end].rstrip() if end == len(text) else text[start:end].rstrip().rstrip(_HANGING) + "…"
    shift = len(before) - start
    spans: list[tuple[int, int]] = []
    for mark in marks:
        if mark.start < start or min(mark.end, mark.start + _ROOM) > end:
            continue
        last = min(mark.end, end) + shift
        if spans and mark.start + shift < spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], last))
        else:
            spans.append((mark.start + shift, last))
    return Quote(before + shown, tuple(spans))


def _densest(marks: list[_Mark]) -> tuple[int, int]:
    """From where to where the marks stand that a quote has room for: those of most clauses, the earliest of equals."""
    best: list[_Mark] = []
    for number, first in enumerate(marks):
        fitting = [mark for mark in marks[number:] if mark is first or mark.end - first.start <= _ROOM]
        if not best or _worth(fitting) > _worth(best):
            best = fitting
    return best[0].start, min(max(mark.end for mark in best), best[0].start + _ROOM)


def _window(text: str, start: int, end: int) -> tuple[int, int]:
    """What is shown of a text around `start` to `end`: as much on both sides, whole words where there are any."""
    spare = _ROOM - (end - start)
    left = min(max(start - spare // 2, 0), max(len(text) - _ROOM, 0))
    right = min(left + _ROOM, len(text))
    if left > 0:
        left = next((at for at in range(left, start) if text[at - 1].isspace()), start)
    if right < len(text):
        right = next((at for at in range(right, end, -1) if text[at].isspace()), end)
    return left, right
