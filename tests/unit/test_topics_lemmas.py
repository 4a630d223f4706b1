"""Words meet their forms and spellings, and nothing else."""

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.topics.lemmas import BREAK, Lemmatiser
from bot.topics.words import find_sentences, fold, split_words

LEMMATISER = Lemmatiser()

MEETING = [
    ("Рахмон", "Рахмон Рахмона Рахмоном Рахмону Рахмоне РАХМОНА Раҳмон РАҲМОН"),
    ("рахмонов", "Рахмонов Рахмонова Рахмонову Рахмоновым"),
    ("Раҳмон", "Рахмоном Раҳмон"),
    ("Россия", "Россия России Россией РОССИИ"),
    ("Душанбе", "Душанбе ДУШАНБЕ душанбе"),
    ("Таджикистан", "Таджикистан Таджикистана Таджикистаном Таджикистане ТАДЖИКИСТАНУ"),
    ("Рогун", "Рогун Рогуна Рогуну Рогуном Рогуне"),
    ("Хатлонская", "Хатлонская Хатлонской Хатлонскую Хатлонский"),
    ("Хатлон", "Хатлон Хатлона Хатлону Хатлоном Хатлоне"),
    ("Бохтар", "Бохтар Бохтара Бохтару Бохтаром Бохтаре"),
    ("Токаев", "Токаев Токаева Токаеву Токаевым Токаеве"),
    ("Мирзиёев", "Мирзиёев Мирзиеева Мирзиёевым МИРЗИЁЕВ"),
    ("Эмираты", "Эмираты Эмиратов Эмиратами"),
    ("одкб", "ОДКБ одкб"),
    ("МИД", "МИД МИДа МИДом мид"),
    ("ЕАЭС", "ЕАЭС еаэс"),
    ("ёлка", "елка ёлки ЁЛКОЙ елок"),
    ("Тоҷикистон", "Тоҷикистон Точикистон ТОҶИКИСТОН"),
    ("ҷумҳурӣ", "ҷумҳурӣ Ҷумҳурӣ чумхури чумхурй"),
    ("country", "country Countries country's country’s"),
    ("tax", "tax taxes Taxes"),
    ("Erdoğan", "Erdogan ERDOĞAN Erdoğan's"),
    ("2026", "2026"),
    ("замок", "за\u0301мок замка за\u00adмок"),
]

STRANGERS = [
    ("Рахмон", "Рахмонов Рахмонова Рахмонову Рахмоновым Рахмат Рахмоналиев"),
    ("Рахмонов", "Рахмон Рахмона Рахмоном"),
    ("Россия", "Росси российский Пруссия"),
    ("Рогун", "Рогожин рогатый"),
    ("ОДКБ", "ОДК КБ одка"),
    ("Иран", "Ирак тиран Иранов"),
    ("tax", "taxi text"),
    ("ЕС", "есть ем"),
    ("2026", "26 202 20261"),
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


def test_tajik_words_get_no_russian_verbs() -> None:
    assert LEMMATISER.keys("ҷумҳурӣ") == {"чумхури", "чумхур"}
    assert LEMMATISER.keys("кард", language="tg") == {"кард"}
    assert LEMMATISER.keys("кардан", language="tg") == {"кардан"}


def test_abbreviations_stay_whole() -> None:
    assert LEMMATISER.keys("ОДКБ") == {"одкб"}
    assert LEMMATISER.keys("США") == {"сша"}


def test_a_reading_breaks_at_sentences_and_paragraphs() -> None:
    reading = LEMMATISER.read("Саммит ОДКБ\n\nПрошёл в Душанбе. Рядом с ул. Айни было тихо")
    assert [index for index, keys in enumerate(reading.words) if keys == BREAK] == [2, 6, 13]
    assert {"саммит", "одкб", "душанбе", "айни"} <= reading.keys
    assert reading.lemmas.split(" ") == sorted(reading.keys)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Приехал в г. Душанбе. Уехал", [["Приехал", "в", "г", "Душанбе"], ["Уехал"]]),
        ("Кто там? Никого!", [["Кто", "там"], ["Никого"]]),
        ("«Ждём мира». Встреча", [["Ждём", "мира"], ["Встреча"]]),
        ("джиу-джитсу, O'zbekiston", [["джиу", "джитсу", "O'zbekiston"]]),
        ("одна\r\nдве", [["одна"], ["две"]]),
        ("  …  ", []),
    ],
)
def test_sentences(text: str, expected: list[list[str]]) -> None:
    words = [split_words(text[start:end]) for start, end in find_sentences(text)]
    assert [found for found in words if found] == expected


def test_an_empty_text_has_no_words() -> None:
    reading = LEMMATISER.read(" \n — ")
    assert (reading.words, reading.keys, reading.lemmas) == ((), frozenset(), "")
    assert LEMMATISER.keys("—") == frozenset()
    assert LEMMATISER.question_keys("") == frozenset()


CYRILLIC = st.text(alphabet="абвгдежзийклмнопрстуфхцчшщыьэюяёқӣҳҷӯғАБВГДСТОИ", min_size=1, max_size=12)
ANY_WORD = st.one_of(CYRILLIC, st.text(max_size=20))


@given(st.text())
@settings(deadline=None)
def test_any_text_can_be_read_and_its_keys_are_safe_tokens(text: str) -> None:
    for language in (None, "tg", "ru"):
        reading = LEMMATISER.read(text, language)
        assert all(key.isalnum() for key in reading.keys)
        assert reading.keys == frozenset().union(*reading.words)


@given(ANY_WORD)
@settings(deadline=None)
def test_folding_and_base_forms_are_their_own(word: str) -> None:
    assert fold(fold(word)) == fold(word)
    assert LEMMATISER.base(LEMMATISER.base(word)) == LEMMATISER.base(word)


@given(CYRILLIC)
@settings(deadline=None)
def test_a_word_is_found_by_itself_however_it_is_written(word: str) -> None:
    asked = LEMMATISER.question_keys(word)
    for written in (word, word.lower(), word.capitalize(), word.upper()):
        for language in (None, "tg"):
            assert not asked.isdisjoint(LEMMATISER.keys(written, language)), written
