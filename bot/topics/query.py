"""Questions in their normal form, and the matchers they become.

The language of questions is described in `grammar`, how one is put to an article in `matcher`.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, time
from typing import TypeVar

from bot.topics.grammar import (
    LONGEST_QUESTION,
    MOST_WORDS,
    Part,
    Phrase,
    Question,
    QuestionError,
    QuestionFault,
    fold_words,
    parse_question,
    wanted_words,
)
from bot.topics.lemmas import FUNCTION_WORDS, Lemmatiser
from bot.topics.matcher import NEAR_WORDS, Facts, Matcher
from storage.asking import Clause, Form

__all__ = [
    "LONGEST_QUESTION",
    "MOST_WORDS",
    "NEAR_WORDS",
    "Clause",
    "Facts",
    "Matcher",
    "Part",
    "Phrase",
    "Question",
    "QuestionError",
    "QuestionFault",
    "compile_question",
    "fold_words",
    "name_key",
    "name_keys",
    "parse_question",
    "question_key",
    "wanted_words",
]

# Of one thing, so that no question costs without bound; the names that come first count.
MOST_NAMES = 24
LONGEST_NAME = 16  # words

T = TypeVar("T")
Names = Mapping[str, Sequence[str]]  # by the key of a name: the other names of the same thing
Span = tuple[Part, ...]

NO_NAMES: Names = {}


def question_key(question: Question, lemmatiser: Lemmatiser) -> str:
    """The normal form of a question: the same for questions that ask for the same in other forms or order.

    It is a question itself, and its own normal form.
    """
    alternatives = sorted({_alternative_key(parts, lemmatiser) for parts in question.alternatives})
    without = sorted({f"-{_written(part, lemmatiser)}" for part in question.without})
    sources = sorted({f"source:{_quote(phrase)}" for phrase in question.sources})
    language = [f"language:{question.language}"] if question.language else []
    after = [f"after:{question.after.isoformat()}"] if question.after else []
    return " ".join([" | ".join(alternatives), *without, *sources, *language, *after])


def name_key(text: str, lemmatiser: Lemmatiser) -> str:
    """The key under which a name is known, in whatever form; "" where it has no word."""
    return _words_key(fold_words(text), lemmatiser)


def name_keys(question: Question, lemmatiser: Lemmatiser) -> frozenset[str]:
    """The keys of all that may be a name in a question: what `compile_question` looks up among names."""
    keys = {key for parts in question.alternatives for _, span in _spans(parts) for key in _span_keys(span, lemmatiser)}
    keys |= {_words_key(part.words, lemmatiser) for part in question.without if not part.is_quoted}
    return frozenset(keys.union(_own_keys(question, lemmatiser)))


def compile_question(question: Question, lemmatiser: Lemmatiser, names: Names = NO_NAMES) -> Matcher:
    """The matcher of a question.

    Where words in a row are a name among `names`, they stand side by side, or another name of the same thing stands in
    their place; what is in quotes stands as it is. Names under the key of the whole question stand in place of all that
    it asks for.
    """
    alternatives = [_clauses(parts, lemmatiser, names) for parts in question.alternatives]
    if names and not (len(alternatives) == 1 and len(alternatives[0]) == 1 and len(alternatives[0][0].forms) > 1):
        others = _look_up(names, _own_keys(question, lemmatiser), lemmatiser)
        alternatives += [(Clause((form,)),) for form in others]
    wanted = {form for clauses in alternatives for clause in clauses for form in clause.forms}
    without = [_form(part.words, lemmatiser) for part in question.without]
    for part in question.without:
        if not part.is_quoted:
            without += _look_up(names, (_words_key(part.words, lemmatiser),), lemmatiser, unwanted=wanted)
    return Matcher(
        alternatives=_unique(alternatives),
        without=_unique(without),
        sources=question.sources,
        language=question.language,
        after=datetime.combine(question.after, time.min, UTC) if question.after else None,
    )


def _clauses(parts: Span, lemmatiser: Lemmatiser, names: Names) -> tuple[Clause, ...]:
    """The clauses of an alternative, each once; words that say nothing are left out unless a name has them."""
    named = _find_names(parts, lemmatiser, names) if names else {}
    telling = _telling(parts)
    clauses: dict[tuple[Phrase, bool], Clause] = {}
    position = 0
    while position < len(parts):
        span, others = named.get(position, (parts[position : position + 1], ()))
        position += len(span)
        if others or span[0] in telling:
            words = tuple(word for part in span for word in part.words)
            forms = _unique([_form(words, lemmatiser), *others])
            bases = tuple(lemmatiser.base(word) for word in words)
            clauses.setdefault((bases, span[0].in_title), Clause(forms, span[0].in_title))
    return tuple(clauses.values())


def _find_names(parts: Span, lemmatiser: Lemmatiser, names: Names) -> dict[int, tuple[Span, tuple[Form, ...]]]:
    """The names in an alternative by where they begin, with their other names; a longer one takes its words first."""
    found: dict[int, tuple[Span, tuple[Form, ...]]] = {}
    taken: set[int] = set()
    for start, span in _spans(parts):
        places = range(start, start + len(span))
        if taken.isdisjoint(places) and (others := _look_up(names, _span_keys(span, lemmatiser), lemmatiser)):
            found[start] = (span, others)
            taken.update(places)
    return found


def _spans(parts: Span) -> Iterator[tuple[int, Span]]:
    """Every run of an alternative's parts that may be a name, with its place, the longest first."""
    for length in range(len(parts), 0, -1):
        for start in range(len(parts) - length + 1):
            span = parts[start : start + length]
            is_of_one_place = len({part.in_title for part in span}) == 1
            is_as_it_stands = any(part.is_quoted for part in span)
            if is_of_one_place and not (is_as_it_stands or _is_silent(span[0]) or _is_silent(span[-1])):
                yield start, span


def _span_keys(span: Span, lemmatiser: Lemmatiser) -> tuple[str, ...]:
    """The keys of a run as a name and as a question (джиу-джитсу has two); none if it repeats itself."""
    bases = [lemmatiser.base(word) for part in span for word in part.words if word not in FUNCTION_WORDS]
    distinct = sorted(set(bases))
    if len(distinct) < len(bases):
        return ()
    if all(len(part.words) == 1 for part in span):
        return (" ".join(distinct),)
    return " ".join(distinct), _alternative_key(tuple(Part(part.words) for part in span), lemmatiser)


def _own_keys(question: Question, lemmatiser: Lemmatiser) -> tuple[str, ...]:
    """The key of a question, and that of what it asks for without its filters."""
    return tuple({question_key(question, lemmatiser), question_key(Question(question.alternatives), lemmatiser)})


def _look_up(
    names: Names, keys: tuple[str, ...], lemmatiser: Lemmatiser, unwanted: Collection[Form] = ()
) -> tuple[Form, ...]:
    """The other names under these keys, as words in a row."""
    others = [fold_words(other) for key in keys for other in names.get(key, ())]
    forms = [lemmatiser.other_name(words) for words in others if 0 < len(words) <= LONGEST_NAME]
    return _unique([form for form in forms if form not in unwanted])[:MOST_NAMES]


def _alternative_key(parts: Span, lemmatiser: Lemmatiser) -> str:
    keys = {(part.in_title, len(part.words) > 1, _written(part, lemmatiser)) for part in _telling(parts)}
    return " ".join(f"title:{asked}" if in_title else asked for in_title, _, asked in sorted(keys))


def _words_key(words: Phrase, lemmatiser: Lemmatiser) -> str:
    telling = [word for word in words if word not in FUNCTION_WORDS] or words[:1]
    return " ".join(sorted({lemmatiser.base(word) for word in telling}))


def _telling(parts: Span) -> Span:
    """The parts without the words that say nothing, or the first of them where there is nothing else."""
    return tuple(part for part in parts if not _is_silent(part)) or parts[:1]


def _is_silent(part: Part) -> bool:
    return len(part.words) == 1 and part.words[0] in FUNCTION_WORDS


def _form(words: Phrase, lemmatiser: Lemmatiser) -> Form:
    return tuple(lemmatiser.question_keys(word) for word in words)


def _written(part: Part, lemmatiser: Lemmatiser) -> str:
    bases = tuple(lemmatiser.base(word) for word in part.words)
    return _quote(bases) if part.is_quoted else "-".join(bases)


def _quote(phrase: Phrase) -> str:
    return phrase[0] if len(phrase) == 1 else f'"{" ".join(phrase)}"'


def _unique(items: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(items))
