"""The models that read Russian: where names stand in a sentence, and the grammar of its words.

Slovnet's networks over navec's embeddings, both in NumPy alone. Their files lie within the package natasha, which is
found and never imported: it wants libraries that new environments no longer have.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from storage.naming import EntityKind

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from navec import Navec  # type: ignore[import-untyped]  # ships no types
    from slovnet import NER, Morph  # type: ignore[import-untyped]  # ships no types

LONGEST_SENTENCE = 160  # tokens read as one sentence; a list without full stops is read in such pieces

FINITE = "FINITE"  # the part of speech of a verb that is not a participle

_EMBEDDINGS = "data/emb/navec_news_v1_1B_250K_300d_100q.tar"
_NAMES = "data/model/slovnet_ner_news_v1.tar"
_GRAMMAR = "data/model/slovnet_morph_news_v1.tar"
_FIRST_NAMES = "data/dict/first.txt"
_KINDS = {"PER": EntityKind.PERSON, "ORG": EntityKind.ORGANISATION, "LOC": EntityKind.PLACE}
# The words that the models know have no Tajik letters and none of these signs inside.
_AS_RUSSIAN = str.maketrans("ғӣқӯҳҷҒӢҚӮҲҶ", "гикухчГИКУХЧ")
_UNSEEN = re.compile(r"[\u0300\u0301\u00ad\u200b-\u200f\u2060\ufeff\x00-\x08\x0e-\x1f\x7f]")


class ModelMissingError(RuntimeError):
    """The files of the models are not installed."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word or a sign; `start` and `stop` are code points in its text."""

    text: str
    start: int
    stop: int


Sentence = tuple[Token, ...]


@dataclass(frozen=True, slots=True)
class Grammar:
    """What a word is in its sentence, in the terms of Universal Dependencies; `part` may be FINITE too.

    "" where a word has no such thing.
    """

    part: str
    case: str = ""
    gender: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """A name: the tokens from `start` to before `stop` of a sentence."""

    kind: EntityKind
    start: int
    stop: int


def prepare(text: str) -> str:
    """The text without what no one sees: accents over vowels, soft hyphens, control characters."""
    return _UNSEEN.sub("", text)


def cut_sentences(text: str) -> Iterator[Sentence]:
    """The sentences of a text; none is longer than LONGEST_SENTENCE."""
    from razdel import sentenize, tokenize  # type: ignore[import-untyped]  # ships no types

    offset = 0
    for line in text.splitlines(keepends=True):
        for sentence in sentenize(line):
            start = offset + sentence.start
            readable = sentence.text.translate(_AS_RUSSIAN)
            tokens = tuple(
                Token(sentence.text[token.start : token.stop], start + token.start, start + token.stop)
                for token in tokenize(readable)
            )
            for first in range(0, len(tokens), LONGEST_SENTENCE):
                yield tokens[first : first + LONGEST_SENTENCE]
        offset += len(line)


class RussianModel:
    """Both networks; about 130 MB and a second when they are loaded, with the first sentence that is read."""

    def __init__(self) -> None:
        self._loaded: tuple[NER, Morph] | None = None
        self._embeddings: Navec | None = None

    def find_names(self, sentences: Sequence[Sentence]) -> list[tuple[Span, ...]]:
        """The names of each sentence, in order."""
        names, _ = self._load()
        return [tuple(_join(tags)) for tags in _predict(names, sentences)]

    def parse(self, sentences: Sequence[Sentence]) -> list[tuple[Grammar, ...]]:
        """The grammar of each token of each sentence."""
        _, grammar = self._load()
        return [tuple(_read_tag(tag) for tag in tags) for tags in _predict(grammar, sentences)]

    def vector(self, word: str) -> "npt.NDArray[np.float32] | None":
        """Where a word in lower case stands among 250,000 words of news: 300 numbers; None for a word not of these."""
        self._load()
        found: npt.NDArray[np.float32] | None = None if self._embeddings is None else self._embeddings.get(word)
        return found

    def _load(self) -> "tuple[NER, Morph]":
        if self._loaded is None:
            from navec import Navec
            from slovnet import NER, Morph

            folder = _find_folder()
            names = NER.load(folder / _NAMES)
            grammar = Morph.load(folder / _GRAMMAR)
            # All three come with the same 250,000 words, 50 MB each time: one list serves them all.
            grammar.infer.encoder.words_vocab = names.infer.encoder.words_vocab
            embeddings = Navec.load(folder / _EMBEDDINGS)
            if embeddings.vocab.words != names.infer.encoder.words_vocab.items:
                raise ModelMissingError("the models and the embeddings of natasha are of different versions")
            self._loaded = names.navec(embeddings), grammar.navec(embeddings)
            self._embeddings = embeddings
        return self._loaded


def load_first_names() -> frozenset[str]:
    """Some 7,600 first names of many peoples in Russian letters, in lower case."""
    return frozenset((_find_folder() / _FIRST_NAMES).read_text(encoding="utf-8").split())


def _find_folder() -> Path:
    spec = find_spec("natasha")
    if spec is None or not spec.submodule_search_locations:
        raise ModelMissingError("the package natasha, which holds the models, is not installed")
    return Path(spec.submodule_search_locations[0])


def _predict(network: "NER | Morph", sentences: Sequence[Sentence]) -> Iterator[list[str]]:
    """The tag of each token. Sentences of like length share a batch, which is as wide as its longest."""
    order = sorted((index for index, sentence in enumerate(sentences) if sentence), key=lambda i: len(sentences[i]))
    infer = network.infer
    words = [[token.text.translate(_AS_RUSSIAN) for token in sentences[index]] for index in order]
    tags: list[list[str]] = [[] for _ in sentences]
    for index, found in zip(order, infer.decoder(infer.process(infer.encoder(words))), strict=True):
        tags[index] = found
    yield from tags


def _join(tags: Sequence[str]) -> Iterator[Span]:
    """B-PER I-PER O: the names that tags of beginnings and insides tell."""
    start, kind = 0, ""
    for index, tag in enumerate([*tags, "O"]):
        part, _, named = tag.partition("-")
        if kind and (part != "I" or named != kind):
            yield Span(_KINDS[kind], start, index)
            kind = ""
        if part == "B" or (part == "I" and not kind):
            start, kind = index, named


@lru_cache(2048)  # the network has a thousand tags
def _read_tag(tag: str) -> Grammar:
    part, _, rest = tag.partition("|")
    features = dict(feature.split("=", 1) for feature in rest.split("|") if "=" in feature)
    if features.get("VerbForm") == "Fin":
        part = FINITE
    return Grammar(part, features.get("Case", ""), features.get("Gender", ""), features.get("Number", ""))
