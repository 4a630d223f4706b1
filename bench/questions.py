"""What benchmarks of topics ask: words as often as language has them, questions of them, articles that use them."""

import random
from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, product

from pymorphy3 import MorphAnalyzer  # type: ignore[import-untyped]  # ships no types

LETTERS = "абвгдежзиклмнопрстуфхцчшэюя"
SHORTEST = 4  # letters
SAYING_NOTHING = ("и", "в", "на", "с", "по", "что", "как", "из", "за", "от", "для", "это", "он", "она", "к", "о")
FUNCTION_SHARE = 0.35  # of an article's words
SENTENCE = 14  # words
TITLE = 8  # words
LENGTH, SPREAD, LONGEST = 280, 0.6, 2_000  # of an article: median, sigma of its logarithm, most; words
# The k-th word's share is 1 / (k + FLATTENED) ** EXPONENT (Zipf and Mandelbrot), in texts and in questions alike; but
# what texts have most (год, человек, время) nobody follows: of questions the k-th is the k + UNASKED-th of texts.
# So what is followed most stands in every fifth article, and a million follows ask for about 490,000 different things.
UNASKED = 100
FLATTENED, EXPONENT = 10, 1.05
OF_ONE_WORD, OF_TWO, OF_THREE = 50, 30, 20  # follows of a hundred
# Of a hundred follows so many ask for more than words: a phrase, something without something, a headline.
WITH_PHRASE, WITHOUT, IN_TITLE = 3, 2, 1
NAMED = 50  # every so many words, beginning with common ones, are known by two names


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words by how often they are followed, each with its forms, the base first; at the end what is not followed."""

    forms: tuple[tuple[str, ...], ...]
    shares: tuple[float, ...]  # added up

    def draw(self, chance: random.Random) -> int:
        """The number of a word."""
        return bisect(self.shares, chance.random() * self.shares[-1])


def read_vocabulary(size: int, chance: random.Random) -> Vocabulary:
    """Nouns of the Russian dictionary from all over the alphabet, in a random order of frequency."""
    dictionary = MorphAnalyzer().dictionary
    beginnings = ["".join(letters) for letters in product(LETTERS, repeat=3)]
    chance.shuffle(beginnings)
    nouns: dict[str, dict[str, None]] = {}
    for beginning in beginnings:
        for word, tag, base, _, _ in dictionary.iter_known_words(beginning):
            if tag.POS == "NOUN" and len(base) >= SHORTEST and base.isalpha():
                nouns.setdefault(base, {base: None})[word] = None
        if len(nouns) >= size:
            break
    forms = [tuple(found) for found in nouns.values()]
    chance.shuffle(forms)
    shares = accumulate((rank + FLATTENED) ** -EXPONENT for rank in range(1, size + 1))
    return Vocabulary(tuple(forms[:size]), tuple(shares))


def known_names(vocabulary: Vocabulary) -> dict[str, tuple[str, ...]]:
    """By some words the other names of what they name, of two words and of one."""
    bases = [forms[0] for forms in vocabulary.forms]
    count = len(bases)
    return {
        bases[number]: (f"{bases[-number % count]} {bases[(number * 7) % count]}", f"{bases[number][:4]}{number}")
        for number in range(NAMED - 1, count, NAMED)
    }


def draw_follows(vocabulary: Vocabulary, count: int, chance: random.Random) -> Iterator[str]:
    """What so many followers ask for; many ask the same."""
    for length in chance.choices((1, 2, 3), (OF_ONE_WORD, OF_TWO, OF_THREE), k=count):
        words = sorted({vocabulary.forms[vocabulary.draw(chance)][0] for _ in range(length)})
        kind = chance.randrange(100)
        if len(words) > 1 and kind < WITH_PHRASE:
            yield f'"{words[0]} {words[1]}"'
        elif len(words) > 1 and kind < WITH_PHRASE + WITHOUT:
            yield f"{words[0]} -{words[1]}"
        elif kind < WITH_PHRASE + WITHOUT + IN_TITLE:
            yield f"title:{words[0]}"
        else:
            yield " ".join(words)


def draw_article(vocabulary: Vocabulary, chance: random.Random) -> tuple[str, str]:
    """A title and a text; the words in any of their forms, every third such as no one asks for."""
    length = min(LONGEST, int(chance.lognormvariate(0, SPREAD) * LENGTH))
    words = [draw_word(vocabulary, chance) for _ in range(TITLE + length)]
    sentences = [words[start : start + SENTENCE] for start in range(TITLE, len(words), SENTENCE)]
    return sentence(words[:TITLE]), ". ".join(map(sentence, sentences))


def draw_word(vocabulary: Vocabulary, chance: random.Random) -> str:
    """One word of an article; the commonest are the last of the vocabulary."""
    if chance.random() < FUNCTION_SHARE:
        return chance.choice(SAYING_NOTHING)
    return chance.choice(vocabulary.forms[vocabulary.draw(chance) - UNASKED])


def sentence(words: Sequence[str]) -> str:
    """It begins with a capital letter."""
    return " ".join(words).capitalize()
