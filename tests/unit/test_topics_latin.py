"""A Latin name within a longer one, in a text of Cyrillic letters, is no other name of what is asked for."""

import pytest

from bot.topics.lemmas import Lemmatiser
from bot.topics.query import compile_question, name_key, parse_question

LEMMATISER = Lemmatiser()
NAMES = {
    "Долина": ("Vale",),
    "Новый Брод": ("New Ford",),
    "Садовый союз": ("Union of Garden Owners",),
    "ОДКБ": ("CSTO",),
}


def holds(question: str, text: str, language: str = "ru") -> bool:
    names = {name_key(name, LEMMATISER): others for name, others in NAMES.items()}
    matcher = compile_question(parse_question(question), LEMMATISER, names)
    return matcher.holds(LEMMATISER.read(text, language))


@pytest.mark.parametrize(
    ("question", "text", "is_found"),
    [
        ("Долина", "Об этом пишет Vale, а не мы.", True),
        ("Долина", "Об этом пишет Vale Press, а не мы.", False),
        ("Долина", "Об этом пишет Agence Vale-Press.", False),
        ("Долина", "Приехали гости из CSTO, Vale и Ford.", True),
        ("Долина", "Сказано так.\nPeople of Vale Town are glad.", True),
        ("Новый Брод", "Концерт в New Ford отменён.", True),
        ("Новый Брод", "Об этом пишет The New Ford Times.", False),
        ("Новый Брод", "Об этом пишет New Ford Times.", False),
        ("Садовый союз", "Союз Union of Garden Owners собрался.", True),
        ("Садовый союз", "Союз Old Union of Garden Owners собрался.", False),
        ("ОДКБ", "Саммит CSTO: итоги.", True),
    ],
)
def test_another_name_has_to_be_the_whole_row_of_latin_words(question: str, text: str, is_found: bool) -> None:
    assert holds(question, text) is is_found


@pytest.mark.parametrize("question", ["Vale", "vale press", '"Vale Press"', "New Ford Times", "new times", "ford"])
def test_what_is_asked_for_itself_may_be_a_part_of_it(question: str) -> None:
    assert holds(question, "Об этом пишут The New Ford Times и Vale Press.")


def test_in_an_english_text_words_stand_beside_one_another_anyhow() -> None:
    assert holds("Долина", "In Vale Anna Miller met reporters", "en")


def test_sentences_have_the_same_keys_as_the_whole_text() -> None:
    text = "Пишет The New Ford Times. Мост Vale-Ford цел, Vale тоже."
    words = [word.keys for one in LEMMATISER.sentences(text, "ru") for word in one.words]
    assert words == [keys for keys in LEMMATISER.read(text, "ru").words if keys]
