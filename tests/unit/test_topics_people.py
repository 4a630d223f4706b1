"""People are told by their first and last names, and asked for with a patronymic or without."""

import pytest

from bot.topics.lemmas import Lemmatiser
from bot.topics.people import last_name, person_pairs, shorter_names, without_patronymic
from bot.topics.query import name_key, parse_question
from storage.naming import EntityKind, NewEntity


@pytest.fixture(scope="module")
def lemmatiser() -> Lemmatiser:
    return Lemmatiser()


def entity(name: str, kind: EntityKind = EntityKind.PERSON) -> NewEntity:
    return NewEntity(kind, name, name.lower())


def test_somebody_is_told_by_the_first_and_the_last_name(lemmatiser: Lemmatiser) -> None:
    told = person_pairs([entity("Зарина Петровна Садовая"), entity("Хорог", EntityKind.PLACE)], lemmatiser)
    assert [(pair.short, pair.long) for pair in told] == [("Зарина", "Зарина Садовая"), ("Садовая", "Зарина Садовая")]
    assert {pair.long_key for pair in told} == {name_key("Зариной Садовой", lemmatiser)}


def test_nobody_is_known_by_a_word_that_everybody_uses(lemmatiser: Lemmatiser) -> None:
    told = person_pairs([entity("Зарина Понедельник"), entity("Бахром Адвокат"), entity("Рустам Мороз")], lemmatiser)
    assert [pair.short for pair in told] == ["Зарина", "Бахром", "Рустам", "Мороз"]


@pytest.mark.parametrize(
    ("whole", "last"),
    [
        ("Зарина Садовая", "Садовая"),
        ("Грета фон дер Вальд", "фон дер Вальд"),
        ("Жан Ле Гранж", "Ле Гранж"),
        ("Рашид бин Салех", "бин Салех"),
        ("Тонг Чен Ён", "Ён"),
        ("Ле Гранж", "Гранж"),
    ],
)
def test_particles_belong_to_the_last_name(whole: str, last: str) -> None:
    assert " ".join(last_name(whole.split())) == last


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("Приехала Зарина Садовая. Садовую встретили.", 2),
        ("Приехала Зарина Садовая. Зарину Садовую встретили.", 1),
        ("Приехала Зарина Садовая.", 1),
    ],
)
def test_whom_an_article_calls_by_the_last_name_has_it_for_sure(lemmatiser: Lemmatiser, text: str, weight: int) -> None:
    _, last = person_pairs([entity("Зарина Садовая")], lemmatiser, lemmatiser.read(text, "ru"))
    assert (last.short, last.weight) == ("Садовая", weight)


def test_who_has_one_name_has_no_shorter_one(lemmatiser: Lemmatiser) -> None:
    assert person_pairs([entity("Садовая"), entity("Садовый Садовый")], lemmatiser) == ()


@pytest.mark.parametrize(
    ("whole", "short"),
    [
        ("Зарина Петровна Садовая", "Зарина Садовая"),
        ("Бахром Ильич Садовый", "Бахром Садовый"),
        ("Бахрома Рустамовича Садового", "Бахрома Садового"),
        ("Бахром Садовый", "Бахром Садовый"),
        ("Шаҳри Нави Вахш", "Шаҳри Нави Вахш"),
    ],
)
def test_a_patronymic_is_left_out(whole: str, short: str) -> None:
    assert " ".join(without_patronymic(whole.split())) == short


def test_a_question_with_a_patronymic_asks_for_the_name_without_it(lemmatiser: Lemmatiser) -> None:
    question = parse_question("указ Рустама Петровича Садового")
    assert shorter_names(question, lemmatiser) == {name_key("Рустам Петрович Садовый", lemmatiser): "рустама садового"}
    assert shorter_names(parse_question("Бахром Садовый"), lemmatiser) == {}
