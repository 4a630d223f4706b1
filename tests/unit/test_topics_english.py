"""English words: inflection comes off, derivation stays."""

from itertools import product

import pytest

from bot.topics.english import forms, singular
from bot.topics.lemmas import Lemmatiser

LEMMATISER = Lemmatiser()

MEETING = [
    ("election", "election elections ELECTIONS Election's elections’"),
    ("country", "country countries country's"),
    ("man", "men"),
    ("woman", "women"),
    ("child", "children children's"),
    ("person", "people"),
    ("crisis", "crises"),
    ("leaf", "leaves"),
    ("leave", "leaves left leaving"),
    ("tax", "taxes taxed taxing"),
    ("bus", "buses"),
    ("virus", "viruses"),
    ("house", "houses housing housed"),
    ("hero", "heroes"),
    ("church", "churches"),
    ("movie", "movies"),
    ("species", "species"),
    ("vote", "votes voted voting"),
    ("sign", "signs signed signing"),
    ("plan", "plans planned planning"),
    ("call", "called calling"),
    ("control", "controlled controlling"),
    ("settle", "settled settling"),
    ("argue", "argued arguing"),
    ("change", "changed changing"),
    ("hang", "hanged hanging hung"),
    ("enter", "entered entering"),
    ("compare", "compared comparing"),
    ("visit", "visited visiting"),
    ("unite", "united uniting"),
    ("negotiate", "negotiated negotiating"),
    ("treat", "treated treating"),
    ("create", "created creating"),
    ("raise", "raised raising"),
    ("focus", "focused focusing"),
    ("require", "required requiring"),
    ("repair", "repaired"),
    ("agree", "agreed agreeing"),
    ("carry", "carries carried carrying"),
    ("die", "died dying dies"),
    ("use", "used using uses"),
    ("say", "said says saying"),
    ("hold", "held holding"),
    ("meet", "met meeting"),
    ("find", "found"),
    ("organization", "organisation organisations organizations"),
    ("organise", "organize organized organising"),
    ("defence", "defense"),
    ("labour", "labor"),
    ("Erdoğan", "Erdogan ERDOĞAN Erdoğan's"),
]

STRANGERS = [
    ("organization", "organ organs organism"),
    ("university", "universe universal"),
    ("policy", "police polices"),
    ("tax", "taxi text"),
    ("unit", "united unite unity"),
    ("news", "new"),
    ("nation", "national native"),
    ("king", "kin"),
    ("string", "str stringent"),
    ("politics", "politic politician"),
    ("us", "use u"),
    ("states", "status station"),
    ("hop", "hoping hoped"),
    ("Uzbek", "Uzbekistan"),
    ("Tajik", "Tajikistan"),
    ("Putin", "put"),
    ("Boeing", "go"),
    ("general", "generous generate"),
    ("minister", "ministry mini"),
    ("need", "nee"),
    ("Paris", "pari"),
]


@pytest.mark.parametrize(("asked", "written"), MEETING)
def test_a_word_meets_its_forms(asked: str, written: str) -> None:
    assert [form for form in written.split() if not LEMMATISER.question_keys(asked) & LEMMATISER.keys(form)] == []


@pytest.mark.parametrize(("ours", "others"), STRANGERS)
def test_words_that_look_alike_stay_apart(ours: str, others: str) -> None:
    for one, other in product([ours], others.split()):
        assert LEMMATISER.question_keys(one).isdisjoint(LEMMATISER.keys(other)), other
        assert LEMMATISER.question_keys(other).isdisjoint(LEMMATISER.keys(one)), other


@pytest.mark.parametrize(
    ("word", "base"),
    [("countries", "country"), ("taxes", "tax"), ("men", "man"), ("meeting", "meeting"), ("news", "news")],
)
def test_the_base_form_is_that_of_a_noun(word: str, base: str) -> None:
    assert singular(word) == base
    assert base in forms(word)


@pytest.mark.parametrize("word", ["covid19", "g20", "3d", "2p5"])
def test_what_has_digits_is_left_alone(word: str) -> None:
    assert LEMMATISER.keys(word) == {word}
