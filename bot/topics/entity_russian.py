"""The names of a Russian text: what the model marks, cut to the name itself and put into its base form."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.topics.entity_forms import BaseForms
from bot.topics.entity_mentions import Mention
from bot.topics.entity_model import FINITE, Grammar, RussianModel, Sentence, Span, cut_sentences
from bot.topics.entity_shapes import folded_set
from bot.topics.gazetteer import folded_words, known
from storage.naming import EntityKind

_LONGEST_NAME = 9  # tokens
_LONGEST_PERSON = 4
_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_INITIAL = re.compile(r"[А-ЯЁA-Z]")
# Parts of names that are written small.
_PARTICLES = folded_set(
    """
    фон дер ван де да ди дель ла ле ибн бин бен аль ал эль оглы оглу кызы уулу углы аз ад ар ас аш эд эр
    """
)
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
_OPENING, _CLOSING = '«"“„', '»"”“'


class RussianFinder:
    """Finds mentions in Russian; the model and the dictionary are loaded by whoever gives them."""

    def __init__(self, model: RussianModel, forms: BaseForms) -> None:
        self._model = model
        self._forms = forms

    def find(self, title: str, text: str) -> list[Mention]:
        """The mentions in order."""
        in_title = list(cut_sentences(title))
        sentences = in_title + list(cut_sentences(text))
        marked = [
            (index, sentence, spans)
            for index, (sentence, spans) in enumerate(zip(sentences, self._model.find_names(sentences), strict=True))
            if spans
        ]
        grammars = self._model.parse([sentence for _, sentence, _ in marked])
        mentions: list[Mention] = []
        for (index, sentence, spans), grammar in zip(marked, grammars, strict=True):
            for span in _names(spans, sentence, grammar):
                if mention := self._mention(span, sentence, grammar):
                    mentions.append(replace(mention, position=len(mentions), is_in_title=index < len(in_title)))
        return mentions

    def _mention(self, span: Span, sentence: Sentence, grammar: Sequence[Grammar]) -> Mention | None:
        if span.kind is EntityKind.PERSON:
            return self._person(span, sentence, grammar)
        return self._body_or_place(span, sentence, grammar)

    def _person(self, span: Span, sentence: Sentence, grammar: Sequence[Grammar]) -> Mention | None:
        """Without initials and titles: Э. Рахмона, Послу Садыру Жапарову."""
        kept = [
            index
            for index in range(span.start, span.stop)
            if _WORD.fullmatch(sentence[index].text) and not _INITIAL.fullmatch(sentence[index].text)
        ]
        while len(kept) > 1 and self._forms.is_title(sentence[kept[0]].text):
            kept = kept[1:]
        words = [sentence[index].text for index in kept]
        if not 1 <= len(words) <= _LONGEST_PERSON or not all(_is_part_of_name(word) for word in words):
            return None
        if len(words) == 1 and (self._forms.is_first_name(words[0]) or self._forms.is_common(words[0])):
            return None
        read = _governed([grammar[index] for index in kept], words[0], span, sentence)
        bases = self._forms.person(words, read)
        is_certain = list(bases) == words and all(each.case == "Nom" for each in read)
        return Mention(span.kind, " ".join(bases), 0, is_certain=is_certain)

    def _body_or_place(self, span: Span, sentence: Sentence, grammar: Sequence[Grammar]) -> Mention | None:
        start, stop = _trim(span, sentence)
        if not 0 < stop - start <= _LONGEST_NAME:
            return None
        tokens = sentence[start:stop]
        words = [token.text for token in tokens]
        if not any(word[0].isupper() or word[0].isdigit() for word in words):
            return None
        read = _governed(grammar[start:stop], words[0], Span(span.kind, start, stop), sentence)
        bases = self._forms.name(words, read)
        if len(words) == 1 and self._is_junk(bases[0], start, sentence):
            return None
        name = _written(tokens, bases)
        is_certain = list(bases) == words and read[0].case == "Nom"
        return Mention(span.kind, name[:1].upper() + name[1:], 0, is_certain=is_certain)

    def _is_junk(self, word: str, index: int, sentence: Sentence) -> bool:
        """A common word, unless it is a known name or stands in quotes: Правительство, but not Кремль, «Восток»."""
        if not _WORD.fullmatch(word) or len(word) < 2:
            return True
        if known(folded_words(word)):
            return False
        is_quoted = index > 0 and sentence[index - 1].text in _OPENING
        return not is_quoted and self._forms.is_common(word)


def _is_part_of_name(word: str) -> bool:
    return (word[0].isupper() and len(word) > 1) or word.lower() in _PARTICLES


def _trim(span: Span, sentence: Sentence) -> tuple[int, int]:
    """The span without signs at its ends, and with the quote that closes one of its own."""
    start, stop = span.start, span.stop
    while start < stop and not _WORD.match(sentence[start].text) and sentence[start].text not in _OPENING:
        start += 1
    while start < stop and not sentence[stop - 1].text[-1].isalnum() and sentence[stop - 1].text not in _CLOSING:
        stop -= 1
    opened = sum(token.text in "«“„" for token in sentence[start:stop])
    closed = sum(token.text in "»”" for token in sentence[start:stop])
    if opened > closed and stop < len(sentence) and sentence[stop].text in _CLOSING:
        stop += 1
    if start < stop and sentence[start].text in _OPENING:
        start += 1
        stop -= sentence[stop - 1].text in _CLOSING
    return start, stop


def _governed(read: Sequence[Grammar], first: str, span: Span, sentence: Sentence) -> list[Grammar]:
    """The grammar in the case that a preposition before the name demands, whatever the model thought of it."""
    before = sentence[span.start - 1].text.lower() if span.start else ""
    case = _GOVERNED.get(before) or ("Loc" if before in ("в", "во", "на") and first.endswith("е") else None)
    wrong = read[0].case
    if case is None or wrong == case:
        return list(read)
    return [replace(each, case=case) if each.case == wrong else each for each in read]


def _names(spans: Sequence[Span], sentence: Sentence, grammar: Sequence[Grammar]) -> Iterator[Span]:
    """The spans, with what the model joins taken apart, and an office with its country for one name more."""
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
        yield replace(span, stop=following.stop) if is_with_country and following else span


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


def _is_international(span: Span, sentence: Sentence) -> bool:
    thing = known(folded_words(" ".join(token.text for token in sentence[span.start : span.stop])))
    return thing is not None and not thing.is_office


def _written(tokens: Sentence, bases: Sequence[str]) -> str:
    """The name with the blanks of the text."""
    parts = [bases[0]]
    for before, token, base in zip(tokens, tokens[1:], bases[1:], strict=False):
        parts.append(f" {base}" if token.start > before.stop else base)
    return "".join(parts)
