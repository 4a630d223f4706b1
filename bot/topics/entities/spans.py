"""What the model marks in a Russian sentence, cut to the names that are meant."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.topics.entities.gazetteer import folded_words, known
from bot.topics.entities.model import FINITE, Grammar, Sentence, Span
from storage.naming import EntityKind

_OPENING, _CLOSING, _EITHER = "«“„", "»”", '"'
_OPENS, _CLOSES = _OPENING + _EITHER, _CLOSING + _EITHER
_STREETS = ("улиц", "проспект", "бульвар", "переул", "набережн", "шоссе")
# Prepositions with one case only.
_GOVERNED = {
    preposition: case
    for case, prepositions in {
        "Gen": "из от до у для без около возле после против вдоль вокруг среди кроме ради близ",
        "Dat": "к ко по благодаря согласно вопреки",
        "Ins": "над перед между",
        "Loc": "о об обо при",
    }.items()
    for preposition in prepositions.split()
}


def cut_names(spans: Sequence[Span], sentence: Sentence, grammar: Sequence[Grammar]) -> Iterator[Span]:
    """The names of a sentence: parted where the model joins two, an office with its country in one name more."""
    parts = [part for span in spans for part in _without_brackets(_without_verb(span, grammar), sentence)]
    for span, following in zip(parts, [*parts[1:], None], strict=True):
        is_with_country = (
            following is not None
            and span.kind is EntityKind.ORGANISATION
            and following.kind is EntityKind.PLACE
            and following.start == span.stop
            and grammar[following.start].case == "Gen"
            and not _is_international(span, sentence)
        )
        joined = replace(span, stop=following.stop) if is_with_country and following else span
        trimmed = _trim(joined, sentence)
        if trimmed.start < trimmed.stop and not _is_fragment(trimmed, sentence) and not _is_street(trimmed, sentence):
            yield trimmed


def is_quoted(span: Span, sentence: Sentence) -> bool:
    return _sign_before(span, sentence) in _OPENS


def governed(span: Span, sentence: Sentence, grammar: Sequence[Grammar]) -> list[Grammar]:
    """The grammar of a name in the case that a preposition before it demands, whatever the model thought of it."""
    read = list(grammar[span.start : span.stop])
    before = _sign_before(span, sentence).lower()
    case = _GOVERNED.get(before)
    if before in ("в", "во", "на") and sentence[span.start].text.endswith("е"):
        case = "Loc"
    wrong = read[0].case
    if case is None or wrong == case:
        return read
    return [replace(each, case=case) if each.case == wrong else each for each in read]


def _without_verb(span: Span, grammar: Sequence[Grammar]) -> Span:
    """A name ends where somebody does something: Фонд Ага Хана построит больницу."""
    verbs = (index for index in range(span.start + 1, span.stop) if grammar[index].part == FINITE)
    return replace(span, stop=next(verbs, span.stop))


def _without_brackets(span: Span, sentence: Sentence) -> Iterator[Span]:
    """Организация Договора о коллективной безопасности (ОДКБ) are two names."""
    start = span.start
    for index in range(span.start, span.stop):
        if sentence[index].text in "()":
            yield replace(span, start=start, stop=index)
            start = index + 1
    yield replace(span, start=start)


def _trim(span: Span, sentence: Sentence) -> Span:
    """Without signs at its ends, quotes around the whole among them, and with the quote that closes one of its own."""
    start, stop = span.start, span.stop
    while start < stop and not sentence[start].text[0].isalnum() and sentence[start].text not in _OPENS:
        start += 1
    while start < stop and not sentence[stop - 1].text[-1].isalnum() and sentence[stop - 1].text not in _CLOSES:
        stop -= 1
    if stop < len(sentence) and sentence[stop].text in _CLOSES and _is_open(sentence[start:stop]):
        stop += 1
    if start < stop and sentence[start].text in _OPENS:
        start += 1
        if start < stop and sentence[stop - 1].text in _CLOSES:
            stop -= 1
    elif start < stop and sentence[stop - 1].text in _CLOSES and not _is_open(sentence[start : stop - 1]):
        stop -= 1
    return replace(span, start=start, stop=stop)


def _is_open(tokens: Sentence) -> bool:
    texts = [token.text for token in tokens]
    opened = sum(text in _OPENING for text in texts) - sum(text in _CLOSING for text in texts)
    return opened > 0 or texts.count(_EITHER) % 2 == 1


def _is_fragment(span: Span, sentence: Sentence) -> bool:
    """The beginning of something in quotes: «Пусть говорят»."""
    if span.kind is not EntityKind.ORGANISATION or not is_quoted(span, sentence):
        return False
    return span.stop < len(sentence) and sentence[span.stop].text not in _CLOSES


def _is_street(span: Span, sentence: Sentence) -> bool:
    """Who a street is named after is neither the street nor spoken of."""
    return span.kind is not EntityKind.ORGANISATION and _sign_before(span, sentence).lower().startswith(_STREETS)


def _is_international(span: Span, sentence: Sentence) -> bool:
    thing = known(folded_words(" ".join(token.text for token in sentence[span.start : span.stop])))
    return thing is not None and not thing.is_office


def _sign_before(span: Span, sentence: Sentence) -> str:
    """The word or sign before a name; a blank at the beginning of a sentence."""
    return sentence[span.start - 1].text if span.start else " "
