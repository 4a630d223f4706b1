"""Tajik words: every spelling and the common endings meet, and words that only look alike do not."""

from itertools import product

import pytest

from bot.topics.lemmas import Lemmatiser
from bot.topics.tajik import stems
from bot.topics.words import fold, is_tajik

LEMMATISER = Lemmatiser()

MEETING = [
    ("Тоҷикистон", "Тоҷикистон Тоҷикистони Тоҷикистонро Тоҷикистону тоҷикистонӣ тоҷикистониён тоҷикистониёнро"),
    ("ҷумҳурӣ", "ҷумҳурӣ Ҷумҳурии ҶУМҲУРӢ ҷумҳуриҳо ҷумҳуриҳои ҷумҳуриро"),
    ("вазир", "вазир вазири вазирон вазирони вазиронро вазирҳо вазираш вазире"),
    ("вазорат", "вазорати вазоратҳо вазоратҳои вазоратро"),
    ("президент", "президенти президентҳо президентҳои президентро Президентро"),
    ("кишвар", "кишвари кишварҳо кишварҳои кишварҳоро кишварамон кишваре кишварҳояшон"),
    ("кор", "кори корҳо корҳои корро кораш корҳояшон корҳоям"),
    ("роҳ", "роҳи роҳҳо роҳҳои роҳҳоро"),
    ("забон", "забони забонҳо забонҳои забонамон забонро"),
    ("шаҳр", "шаҳри шаҳрҳо шаҳрҳои шаҳре шаҳрамон"),
    ("Эрон", "Эрони Эронро эрониҳо"),
    ("Раҳмон", "Раҳмони Раҳмонро"),
    ("Суғд", "Суғди"),
    ("мард", "мардон мардони мардонро марде марди"),
    ("зан", "занон занони занҳо занро"),
    ("сар", "сарони"),
    ("духтар", "духтарам духтараш духтарони"),
    ("донишҷӯ", "донишҷӯён донишҷӯёни донишҷӯи донишҷӯро"),
    ("нависанда", "нависандагон нависандагони нависандаи"),
    ("бону", "бонувон бонувони"),
    ("дунё", "дунёи дунёву дунёро"),
    ("хориҷӣ", "хориҷии хориҷиён"),
    ("давлат", "давлати давлатӣ давлатҳои"),
]

# The same word on a Tajik keyboard, on a Russian one, and in a font of the nineties.
SPELLINGS = [
    ("Тоҷикистон", "Точикистон Тољикистон ТОЧИКИСТОН"),
    ("ҷумҳурӣ", "чумхури чумхурй љумњурї Љумњурї"),
    ("ҳукумати", "хукумати њукумати"),
    ("қонунҳои", "конунхои ќонунњои"),
    ("Ғарм", "Гарм Ѓарм"),
    ("гӯсфанд", "гусфанд гўсфанд"),
    ("Хуҷанд", "Хучанд Хуљанд"),
]

STRANGERS = [
    ("забон", "замон заб зан"),
    ("замон", "зам замин"),
    ("Эрон", "эр Ироқ"),
    ("вазир", "ваз"),
    ("Помир", "пом"),
    ("Тоҷикистон", "тоҷик тоҷикон тоҷикист"),
    ("Раҳмон", "раҳм раҳми"),
    ("қурбон", "қурб қурби"),
    ("танҳо", "тан"),
    ("бозӣ", "боз"),
    ("ҷорӣ", "чор"),
    ("арзон", "арз"),
    ("инсон", "инс"),
    ("салом", "салоҳ"),
    ("имрӯз", "рӯз"),
    ("майдон", "май"),
    ("ҷавон", "ҷав"),
]


def spelled_in_russian(word: str) -> str:
    return word.translate(str.maketrans("ғӣқӯҳҷҒӢҚӮҲҶ", "гикухчГИКУХЧ"))


@pytest.mark.parametrize(("asked", "forms"), MEETING)
def test_a_word_meets_its_forms(asked: str, forms: str) -> None:
    for word, form in product({asked, spelled_in_russian(asked)}, forms.split()):
        for written in (form, spelled_in_russian(form)):
            assert LEMMATISER.question_keys(word) & LEMMATISER.keys(written, "tg"), (word, written)


@pytest.mark.parametrize(("asked", "spellings"), SPELLINGS)
def test_all_spellings_of_a_word_are_one(asked: str, spellings: str) -> None:
    assert {fold(spelling) for spelling in spellings.split()} == {fold(asked)}
    for spelling in spellings.split():
        assert LEMMATISER.question_keys(spelling) & LEMMATISER.keys(asked, "tg"), spelling
        assert LEMMATISER.question_keys(asked) & LEMMATISER.keys(spelling, "tg"), spelling


@pytest.mark.parametrize(("ours", "others"), STRANGERS)
def test_words_that_look_alike_stay_apart(ours: str, others: str) -> None:
    for other in others.split():
        assert LEMMATISER.question_keys(ours).isdisjoint(LEMMATISER.keys(other, "tg")), other
        assert LEMMATISER.question_keys(other).isdisjoint(LEMMATISER.keys(ours, "tg")), other


@pytest.mark.parametrize(
    ("asked", "form"),
    [
        ("Рахмон", "Раҳмонро"),
        ("чумхури", "ҷумҳурии"),
        ("Точикистон", "Тоҷикистонро"),
        ("Точикистон", "Тољикистонро"),
        ("вазорат", "вазоратҳои"),
    ],
)
def test_a_tajik_word_in_a_russian_text_is_read_as_tajik(asked: str, form: str) -> None:
    assert LEMMATISER.question_keys(asked) & LEMMATISER.keys(form, "ru")


def test_tajik_words_get_no_russian_verbs() -> None:
    assert LEMMATISER.keys("кард", language="tg") == {"кард"}
    assert LEMMATISER.keys("кардан", language="tg") == {"кардан"}
    assert LEMMATISER.keys("ҷавоб") == {"чавоб"}


def test_a_word_asked_for_with_an_ending_meets_its_base_form() -> None:
    assert LEMMATISER.question_keys("вазоратҳои") & LEMMATISER.keys("вазорат", "tg")
    assert LEMMATISER.question_keys("вазоратхои") & LEMMATISER.keys("вазорат", "tg")


def test_the_vowel_that_ties_comes_off_shorter_words_than_the_long_one() -> None:
    assert stems("кори", has_long_i=False) == {"кор"}
    assert stems("бози", has_long_i=True) == set()
    assert stems("давлати", has_long_i=True) == {"давлат"}


@pytest.mark.parametrize(
    ("word", "expected"), [("ҷон", True), ("ЉОН", True), ("и\u0304д", True), ("чон", False), ("ёж", False)]
)
def test_tajik_is_told_by_its_letters(word: str, expected: bool) -> None:
    assert is_tajik(word) is expected
