"""The names of a Russian text: what the model marks, cut to the name itself and put into its base form."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.topics.entities.forms import BaseForms
from bot.topics.entities.gazetteer import folded_words, known
from bot.topics.entities.mentions import Mention
from bot.topics.entities.model import Grammar, RussianModel, Sentence, Span, cut_sentences
from bot.topics.entities.shapes import folded_set
from bot.topics.entities.signs import signs
from bot.topics.entities.spans import cut_names, governed, is_quoted
from bot.topics.words import fold
from storage.naming import EntityKind

_LONGEST_NAME = 9  # tokens
_LONGEST_PERSON = 4
_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_INITIAL = re.compile(r"[А-ЯЁA-Z]")
_ROMAN = re.compile(r"[IVX]{2,}")
# Parts of names that are written small.
_PARTICLES = folded_set(
    """
    фон дер ван де да ди дель ла ле ибн бин бен аль ал эль оглы оглу кызы уулу углы аз ад ар ас аш эд эр
    """
)


# Common nouns that begin the name of a place.
_GEOGRAPHY = frozenset(
    """
    республика королевство княжество федерация эмират султанат штат штаты провинция область район край округ город село
    озеро река море океан залив пролив остров острова полуостров гора горы пик перевал ледник долина ущелье пустыня
    плато мыс берег сектор площадь аэропорт вокзал парк аул кишлак станция порт
    """.split()  # noqa: SIM905 - a list of words reads better than one of strings
)


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
        ]
        marked = [
            (index, sentence, (*spans, *_known_abbreviations(spans, sentence))) for index, sentence, spans in marked
        ]
        marked = [(index, sentence, spans) for index, sentence, spans in marked if spans]
        grammars = self._model.parse([sentence for _, sentence, _ in marked])
        mentions: list[Mention] = []
        for (index, sentence, spans), grammar in zip(marked, grammars, strict=True):
            for span in cut_names(spans, sentence, grammar):
                if mention := self._mention(span, sentence, grammar):
                    mentions.append(replace(mention, position=len(mentions), is_in_title=index < len(in_title)))
        return mentions

    def _mention(self, span: Span, sentence: Sentence, grammar: Sequence[Grammar]) -> Mention | None:
        if span.kind is EntityKind.PERSON:
            return self._person(span, sentence, grammar)
        return self._body_or_place(span, sentence, grammar)

    def _person(self, span: Span, sentence: Sentence, grammar: Sequence[Grammar]) -> Mention | None:
        """Without initials and titles: Э. Рахмона, Послу Садыру Жапарову."""
        read = dict(zip(range(span.start, span.stop), self._after_title(span, sentence, grammar), strict=True))
        kept = {index: text for index in read if _WORD.fullmatch(text := sentence[index].text) and len(text) > 1}
        if any(not text.isupper() for text in kept.values()):
            kept = {index: text for index, text in kept.items() if not text.isupper() or _ROMAN.fullmatch(text)}
        for index in list(kept)[:-1]:
            is_capital_of_sentence = index == 0 and self._forms.is_common(kept[index])
            if not (is_capital_of_sentence or self._forms.is_title(kept[index])):
                break
            del kept[index]
        words = list(kept.values())
        if not 1 <= len(words) <= _LONGEST_PERSON or not all(map(_is_part_of_name, words)):
            return None
        has_initial = any(_INITIAL.fullmatch(sentence[index].text) for index in read)
        if len(words) == 1 and not has_initial and self._is_nobody(words[0]):
            return None
        bases = self._forms.person(words, [read[index] for index in kept])
        is_certain = list(bases) == words and all(read[index].case == "Nom" for index in kept)
        return Mention(span.kind, " ".join(bases), 0, is_certain=is_certain)

    def _after_title(self, span: Span, sentence: Sentence, grammar: Sequence[Grammar]) -> list[Grammar]:
        """The grammar of a name in the case of the title before it: профессор Каримова."""
        read = governed(span, sentence, grammar)
        before = span.start - 1
        cases = self._forms.title_cases(sentence[before].text) if before >= 0 else frozenset()
        if not cases or read[0].case in cases:
            return read
        case = grammar[before].case if grammar[before].case in cases else min(cases)
        return [replace(each, case=case) for each in read]

    def _is_nobody(self, word: str) -> bool:
        """A first name alone, or what somebody is: посол, писатель-фантаст, уехавший."""
        if any(form in signs().surnames for form in (fold(word), fold(word)[:-1], fold(word)[:-2])):
            return False
        is_no_noun = self._forms.is_common(word) and not self._forms.is_common_noun(word)
        return is_no_noun or self._forms.is_title(word.partition("-")[0]) or self._forms.is_first_name(word)

    def _body_or_place(self, span: Span, sentence: Sentence, grammar: Sequence[Grammar]) -> Mention | None:
        if span.kind is EntityKind.PLACE:
            span = self._without_noun(span, sentence)
        tokens = sentence[span.start : span.stop]
        words = [token.text for token in tokens]
        if span.kind is EntityKind.PLACE and span.start == 0 and self._is_plain(words):
            return None
        if len(words) > _LONGEST_NAME or not any(word[0].isupper() or word[0].isdigit() for word in words):
            return None
        read = governed(span, sentence, grammar)
        bases = self._forms.name(words, read)
        if span.kind is EntityKind.ORGANISATION and len(words) > 1 and self._forms.is_title(words[0]):
            return None  # somebody by what they are: Председатель суда
        if len(words) == 1 and self._is_junk(bases[0], read[0], is_quoted=is_quoted(span, sentence)):
            return None
        name = _written(tokens, bases)
        is_certain = list(bases) == words and read[0].case == "Nom"
        return Mention(span.kind, name[:1].upper() + name[1:], 0, is_certain=is_certain)

    def _is_plain(self, words: Sequence[str]) -> bool:
        """Common words of which only the first has a capital, as it begins the sentence: Росистая трава."""
        has_capital = any(not word[0].islower() for word in words[1:])
        return not has_capital and all(map(self._forms.is_common, words)) and not known(folded_words(" ".join(words)))

    def _without_noun(self, span: Span, sentence: Sentence) -> Span:
        """Финики Ирака at the beginning of a sentence are not a place, but Озеро Сарез is."""
        first = sentence[span.start].text
        is_small = span.start == 0 or first[0].islower()
        if span.stop - span.start < 2 or not is_small or not self._forms.is_common_noun(first):
            return span
        is_place = first.lower() in _GEOGRAPHY or not sentence[span.start + 1].text[0].isupper()
        return span if is_place else replace(span, start=span.start + 1)

    def _is_junk(self, word: str, read: Grammar, *, is_quoted: bool) -> bool:
        """A common word, unless it is a known name or stands in quotes: Правительство, but not Кремль, «Восток»."""
        folded = folded_words(word)
        if not _WORD.fullmatch(word) or len(word) < 2 or folded in signs().abbreviations:
            return True
        if is_quoted or known(folded):
            return False
        return read.part == "ADJ" or self._forms.is_common(word)


def _known_abbreviations(spans: Sequence[Span], sentence: Sentence) -> Iterator[Span]:
    """Bodies that the model passes over: пошлины ЕАЭС."""
    if sum(token.text.isupper() for token in sentence) > len(sentence) / 2:
        return
    seen = {index for span in spans for index in range(span.start, span.stop)}
    for index, token in enumerate(sentence):
        if len(token.text) > 2 and token.text.isupper() and index not in seen:
            thing = known(folded_words(token.text))
            if thing and thing.kind is EntityKind.ORGANISATION:
                yield Span(thing.kind, index, index + 1)


def _is_part_of_name(word: str) -> bool:
    return word[0].isupper() or word.lower() in _PARTICLES


def _written(tokens: Sentence, bases: Sequence[str]) -> str:
    """The name with the blanks of the text."""
    parts = [bases[0]]
    for before, token, base in zip(tokens, tokens[1:], bases[1:], strict=False):
        parts.append(f" {base}" if token.start > before.stop else base)
    return "".join(parts)
