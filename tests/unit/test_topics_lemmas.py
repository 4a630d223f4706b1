"""Words meet their forms and spellings, and nothing else."""

import subprocess
import sys
from importlib.metadata import version

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.topics.lemmas import BREAK, VERSION, Lemmatiser, read_terms
from bot.topics.words import fold, without_possessive

LEMMATISER = Lemmatiser()

# Russian, Tajik and English each have a table of their own beside this one.
MEETING = [
    ("Раҳмон", "Рахмоном Раҳмон"),
    ("Россия", "Россия России Россией РОССИИ"),
    ("Хатлонская", "Хатлонская Хатлонской Хатлонскую Хатлонский"),
    ("Facebook", "Facebook FACEBOOK Facebook's"),
    ("2026", "2026"),
    ("2,5", "2,5 2.5"),
    ("12.03.2026", "12.03.2026"),
    ("COVID", "COVID"),
    ("замок", "за\u0301мок замка за\u00adмок"),
    ("район", "раи\u0306он раи\u0306она"),
    ("O'zbekiston", "Oʻzbekiston O‘zbekiston O’ZBEKISTON"),
]

STRANGERS = [
    ("2026", "26 202 20261"),
    ("2,5", "25 2 5"),
]


@pytest.mark.parametrize(("asked", "forms"), MEETING)
def test_a_question_finds_every_form_and_spelling(asked: str, forms: str) -> None:
    keys = LEMMATISER.question_keys(asked)
    assert [form for form in forms.split() if keys.isdisjoint(LEMMATISER.keys(form))] == []


@pytest.mark.parametrize(("asked", "others"), STRANGERS)
def test_a_question_does_not_find_other_words(asked: str, others: str) -> None:
    keys = LEMMATISER.question_keys(asked)
    assert [other for other in others.split() if not keys.isdisjoint(LEMMATISER.keys(other))] == []


@pytest.mark.parametrize(
    ("base", "forms"),
    [
        ("рахмон", "Рахмон Рахмона Раҳмон"),
        ("рахмонов", "Рахмонов Рахмонова Рахмоновым"),
        ("россия", "Россия России Россией"),
        ("хатлонский", "Хатлонская Хатлонской Хатлонский"),
        ("школьник", "школьник школьники школьников"),
        ("акдн", "АКДН акдн"),
        ("бохтар", "Бохтар"),
        ("хатлон", "Хатлон"),
        ("country", "countries country"),
        ("2026", "2026"),
    ],
)
def test_forms_of_a_word_share_a_base(base: str, forms: str) -> None:
    assert {form: LEMMATISER.base(form) for form in forms.split()} == dict.fromkeys(forms.split(), base)


def test_the_dictionary_waits_for_the_first_russian_word() -> None:
    script = (
        "import sys; from bot.topics.lemmas import Lemmatiser; lemmatiser = Lemmatiser();"
        "lemmatiser.keys('news'); print('pymorphy3' in sys.modules);"
        "lemmatiser.keys('новость'); print('pymorphy3' in sys.modules)"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)  # noqa: S603 - our own words
    assert done.stdout.split() == ["False", "True"]


def test_every_reading_of_an_ambiguous_form_counts() -> None:
    assert {"банк", "банка"} <= LEMMATISER.keys("банка")
    assert {"стать", "сталь"} <= LEMMATISER.keys("стали")


def test_a_reading_breaks_at_sentences_and_paragraphs() -> None:
    reading = LEMMATISER.read("Саммит ОДКБ\n\nПрошёл в Душанбе. Рядом с ул. Айни было тихо")
    assert [index for index, keys in enumerate(reading.words) if keys == BREAK] == [2, 6, 13]
    assert {"саммит", "одкб", "душанбе", "айни"} <= reading.keys
    assert reading.lemmas.split(" ") == sorted(reading.keys)


def test_an_article_is_read_with_its_title() -> None:
    reading = LEMMATISER.read_article("Саммит ОДКБ. В Душанбе", "Саммит прошёл в Душанбе", "ru")
    assert reading.words[: reading.title_words] == LEMMATISER.read("Саммит ОДКБ. В Душанбе").words
    assert reading.words[reading.title_words :] == LEMMATISER.read("Саммит прошёл в Душанбе").words
    assert reading.title_terms == "саммит одкб ; в душанбе ;"
    assert reading.body_terms == f"{reading.title_terms} саммит пройти в душанбе ;"
    assert read_terms(reading.title_terms, reading.body_terms) == reading


def test_terms_hold_all_keys_of_a_word_side_by_side() -> None:
    assert LEMMATISER.read_article("", "из банка стали").body_terms == "из банк|банка сталь|стать ;"


def test_positions_tell_where_each_key_stands() -> None:
    reading = LEMMATISER.read_article("Рогун", "Строят Рогун. Рогун растёт")
    assert list(reading.positions["рогун"]) == [0, 3, 5]
    assert set(reading.positions) == reading.keys
    assert all(key in reading.words[at] for key, found in reading.positions.items() for at in found)
    assert reading.positions is reading.positions


def test_sentences_come_with_their_words_by_code_points() -> None:
    text = "Саммит в г. Душанбе.\nЦена — 2,5 сомонӣ 😀 за\u0301мок; O'zbekiston! «Да», — сказал он.\n—\n"
    sentences = LEMMATISER.sentences(text, "ru")
    assert [sentence.text for sentence in sentences] == [
        "Саммит в г. Душанбе.",
        "Цена — 2,5 сомонӣ 😀 за\u0301мок; O'zbekiston!",
        "«Да», — сказал он.",
    ]
    assert [[sentence.text[word.start : word.end] for word in sentence.words] for sentence in sentences] == [
        ["Саммит", "в", "г", "Душанбе"],
        ["Цена", "2,5", "сомонӣ", "за\u0301мок", "O'zbekiston"],
        ["Да", "сказал", "он"],
    ]


@pytest.mark.parametrize("word", ["ОДКБ\U00017000", "\U00017000ый", "東京", "Су35", "ɐда"])
def test_a_word_of_several_scripts_is_only_itself(word: str) -> None:
    assert LEMMATISER.keys(word) == LEMMATISER.question_keys(word) == {fold(word)}
    assert LEMMATISER.base(word) == fold(word)


def test_the_version_names_the_dictionary() -> None:
    assert VERSION.endswith(version("pymorphy3-dicts-ru"))


def test_an_empty_text_has_no_words() -> None:
    reading = LEMMATISER.read(" \n — ")
    assert (reading.words, reading.keys, reading.lemmas) == ((), frozenset(), "")
    assert LEMMATISER.keys("—") == frozenset()
    assert LEMMATISER.question_keys("") == frozenset()


CYRILLIC = st.text(alphabet="абвгдежзийклмнопрстуфхцчшщыьэюяёқӣҳҷӯғАБВГДСТОИ", min_size=1, max_size=12)
ANY_WORD = st.one_of(CYRILLIC, st.text(max_size=20), st.tuples(CYRILLIC, st.text(max_size=3)).map("".join))


@given(st.text())
@settings(deadline=None)
def test_any_text_can_be_read_and_its_keys_are_safe_tokens(text: str) -> None:
    for language in (None, "tg", "ru"):
        reading = LEMMATISER.read(text, language)
        assert all(key.isalnum() for key in reading.keys)
        assert reading.keys == frozenset().union(*reading.words)
        words = [word for sentence in LEMMATISER.sentences(text, language) for word in sentence.words]
        assert [word.keys for word in words] == [keys for keys in reading.words if keys]


@given(ANY_WORD)
@settings(deadline=None)
def test_folding_and_base_forms_are_their_own(word: str) -> None:
    assert fold(fold(word)) == fold(word)
    assert LEMMATISER.base(LEMMATISER.base(word)) == LEMMATISER.base(word)
    assert fold(without_possessive(word)) == "" or LEMMATISER.base(word) in LEMMATISER.question_keys(word)


@given(CYRILLIC)
@settings(deadline=None)
def test_a_word_is_found_by_itself_however_it_is_written(word: str) -> None:
    asked = LEMMATISER.question_keys(word)
    for written in (word, word.lower(), word.capitalize(), word.upper()):
        for language in (None, "tg"):
            assert not asked.isdisjoint(LEMMATISER.keys(written, language)), written
