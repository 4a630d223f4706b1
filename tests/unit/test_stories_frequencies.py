"""What is common weighs little: known from a table before anything was read, then learnt, then forgotten."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from bot.stories.frequencies import HALF_LIFE, Frequencies
from bot.stories.hashing import Sort, hash_terms, stem
from bot.stories.sketch import Material, Sketch, make_sketch
from bot.topics.lemmas import Lemmatiser

NOW = datetime(2026, 3, 12, 9, tzinfo=UTC)
LEMMATISER = Lemmatiser()


def sketch(title: str, language: str = "ru") -> Sketch:
    reading = LEMMATISER.read_article(title, "", language)
    return make_sketch(Material(title, "", language, NOW, reading.words, reading.title_words), None)


def weight(frequencies: Frequencies, word: str) -> float:
    return float(frequencies.weights(hash_terms(Sort.WORD, [stem(word)]))[0])


@pytest.mark.parametrize(
    ("common", "rare"),
    [("в", "президент"), ("россия", "землетрясение"), ("сообщить", "лавина"), ("the", "avalanche"), ("ва", "тарма")],
)
def test_a_fresh_archive_knows_what_is_common(common: str, rare: str) -> None:
    assert weight(Frequencies(), common) < weight(Frequencies(), rare) - 0.5


@pytest.mark.parametrize("years", [0, 6, -3])
def test_what_many_articles_have_weighs_less_whenever_they_came_out(years: int) -> None:
    frequencies = Frequencies()
    before = weight(frequencies, "харбмайдон")
    for _ in range(500):
        frequencies.learn(sketch("Полигон Харбмайдон"), NOW - years * timedelta(days=365))
    assert weight(frequencies, "харбмайдон") < before - 3


def test_what_was_common_long_ago_is_rare_again() -> None:
    frequencies = Frequencies()
    for _ in range(500):
        frequencies.learn(sketch("Харбмайдон"), NOW)
    then = weight(frequencies, "харбмайдон")
    for _ in range(500):
        frequencies.learn(sketch("Лавина"), NOW + 6 * HALF_LIFE)
    assert weight(frequencies, "харбмайдон") > then + 2
    assert weight(frequencies, "лавина") < weight(frequencies, "харбмайдон")


def test_articles_may_come_in_any_order() -> None:
    days = [NOW + timedelta(days=day) for day in range(0, 200, 10)]
    one, other = Frequencies(), Frequencies()
    for at in days:
        one.learn(sketch("Харбмайдон" if at < days[9] else "Лавина"), at)
    for at in reversed(days):
        other.learn(sketch("Харбмайдон" if at < days[9] else "Лавина"), at)
    terms = np.concatenate([sketch("Харбмайдон").terms, sketch("Лавина").terms])
    assert one.weights(terms) == pytest.approx(other.weights(terms), rel=1e-4)


def test_years_of_learning_end_in_numbers() -> None:
    frequencies = Frequencies()
    for year in range(12):
        frequencies.learn(sketch("Харбмайдон и лавина"), NOW + timedelta(days=365 * year))
    weights = frequencies.weights(sketch("Харбмайдон и лавина в горах").terms)
    assert np.isfinite(weights).all()
    assert (weights >= 0).all()


def test_two_archives_do_not_share_what_they_learn() -> None:
    learned = Frequencies()
    for _ in range(100):
        learned.learn(sketch("Харбмайдон"), NOW)
    assert weight(Frequencies(), "харбмайдон") > weight(learned, "харбмайдон")
