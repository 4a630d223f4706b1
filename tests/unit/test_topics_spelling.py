"""A question that finds nothing is read again: by the other keyboard layout, and with one typo taken back."""

import pytest

from bot.topics.lemmas import Lemmatiser
from bot.topics.spelling import Instead, InsteadKind, corrections, long_words, one_letter_away, other_layouts


@pytest.fixture(scope="module")
def lemmatiser() -> Lemmatiser:
    return Lemmatiser()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("JLR<", "ОДКБ"),
        ("jlr,", "одкб"),
        ("ИКШСЫ", "BRICS"),
        ("`krf", "ёлка"),
        ("[jhju", "хорог"),
        ("{jhju", "Хорог"),
        ("Ctdthysq gjnjr", "Северный поток"),
        ("сыещ", "csto"),
        ('rhs"v', "крыЭм"),
        ("hbc -Barat", "рис -Ифкфе"),
    ],
)
def test_keys_are_read_in_the_other_layout(typed: str, meant: str) -> None:
    assert Instead(InsteadKind.LAYOUT, meant) in other_layouts(typed)


def test_signs_are_also_left_as_they_are() -> None:
    assert [one.text for one in other_layouts('"yjxyjq gjtpl"')] == ["Эночной поездЭ", '"ночной поезд"', "ночной поезд"]
    assert '"водное хозяйство" -снег' in [one.text for one in other_layouts('"djlyjt [jpzqcndj" -cytu')]
    assert [one.text for one in other_layouts("«[kt,»")] == ["«хлеб»", "«[ле,»", "хлеб"]


@pytest.mark.parametrize("text", ["", "2024", "рис rice", "—"])
def test_what_has_letters_of_both_scripts_or_of_none_has_no_other_layout(text: str) -> None:
    assert other_layouts(text) == ()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("организацыи", "организации"),
        ("безопастность", "безопасность"),
        ("колективный", "коллективный"),
        ("догвоор", "договор"),
        ("водохранлище", "водохранилище"),
        ("goverment", "government"),
        ("electrisity", "electricity"),
    ],
)
def test_one_wrong_letter_leads_to_the_word(lemmatiser: Lemmatiser, typed: str, meant: str) -> None:
    edits = one_letter_away(typed, lemmatiser)
    assert not lemmatiser.question_keys(meant).isdisjoint(edits[meant])


def test_only_long_words_are_doubted(lemmatiser: Lemmatiser) -> None:
    assert set(long_words(["рогум", "одкб", "договор", "2026год", "договор"], lemmatiser)) == {"договор"}


def test_the_commonest_of_the_known_words_is_meant(lemmatiser: Lemmatiser) -> None:
    choices = {"рагунн": one_letter_away("рагунн", lemmatiser), "сазвон": one_letter_away("сазвон", lemmatiser)}
    counts = {"рагун": 3, "рагунт": 40, "сазан": 9}
    found = corrections("Рагунн, сазвон", choices, counts, {"сезвон"})
    assert [one.text for one in found] == ["Рагунт, сезвон", "Рагун, сезвон"]


def test_a_word_that_is_like_no_known_one_is_left_alone(lemmatiser: Lemmatiser) -> None:
    choices = {"абракадабра": one_letter_away("абракадабра", lemmatiser)}
    assert list(corrections("абракадабра", choices, {}, ())) == []
    assert list(corrections("рис", {}, {"рис": 1}, ())) == []
