"""A sketch keeps little of an article, the same in every process, and enough to find it again in another language."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from bot.stories.facts import Kind, decode
from bot.stories.hashing import Sort, hash_terms
from bot.stories.latin import skeleton
from bot.stories.sketch import MOST_FACTS, MOST_WORDS, VERSION, Material, Sketch, make_sketch, pack, unpack
from bot.topics.lemmas import Lemmatiser
from storage.naming import EntityKind, NewEntity

NOW = datetime(2026, 3, 12, 9, tzinfo=UTC)
LEMMATISER = Lemmatiser()


def sketch(title: str, text: str = "", language: str = "ru", *entities: NewEntity, **more: tuple[str, ...]) -> Sketch:
    reading = LEMMATISER.read_article(title, text, language)
    material = Material(title, text, language, NOW, reading.words, reading.title_words, entities, **more)
    return make_sketch(material, None)


def person(name: str) -> NewEntity:
    return NewEntity(EntityKind.PERSON, name, name.lower())


@pytest.mark.parametrize(
    "names",
    [
        ("Рахмон", "Раҳмон", "Rahmon", "Rakhmon"),
        ("Мирзиёев", "Mirziyoyev"),
        ("Токаев", "Tokayev", "Tokaev"),
        ("Худжанд", "Хуҷанд", "Khujand"),
        ("Жапаров", "Japarov", "Zhaparov"),
        ("Шухрат", "Шуҳрат", "Shukhrat", "Shuhrat"),
        ("Хатлонская", "Хатлон", "Khatlon"),
        ("Чкаловск", "Chkalovsk"),
    ],
)
def test_a_name_has_one_skeleton_in_all_languages(names: tuple[str, ...]) -> None:
    assert len({skeleton(name) for name in names}) == 1


@pytest.mark.parametrize(("one", "other"), [("Рахмон", "Рахмонов"), ("Каримов", "Камолов"), ("Душанбе", "Денау")])
def test_other_names_have_others(one: str, other: str) -> None:
    assert skeleton(one) != skeleton(other)


def test_languages_meet_in_names_concepts_and_numbers() -> None:
    russian = sketch("Сатторзода: землетрясение разрушило 340 домов", "", "ru", person("Икром Сатторзода"))
    tajik = sketch("Сатторзода: заминҷунбӣ 340 хонаро хароб кард", "", "tg", person("Икром Сатторзода"))
    english = sketch("Sattorzoda says earthquake destroyed 340 homes", "", "en", person("Ikrom Sattorzoda"))
    expected = {
        int(hash_terms(Sort.NAME, [skeleton("Сатторзода")])[0]),
        int(hash_terms(Sort.CONCEPT, ["earthquake"])[0]),
        int(hash_terms(Sort.NUMBER, ["340"])[0]),
    }
    for one in (russian, tajik, english):
        assert expected <= set(one.terms.tolist())


def test_terms_are_sorted_and_have_their_sections() -> None:
    made = sketch("В Хороге открыли мост за 2,5 млн сомони", "Мост через Гунт ждали 12 лет.", links=("https://a.tj/1",))
    assert (np.diff(made.terms.astype(np.int64)) > 0).all()
    bounds = (0, *made.sections, made.terms.size)
    sorts = (Sort.WORD, Sort.CONCEPT, Sort.NAME, Sort.NUMBER, Sort.ADDRESS)
    for sort, start, stop in zip(sorts, bounds, bounds[1:], strict=False):
        assert all(term >= sort for term in made.terms[start:stop].tolist())
    assert made.terms.size == made.counts.size == made.in_title.size
    assert made.sections[-1] < made.terms.size, "the link is a term, too"


def test_the_title_counts_for_more() -> None:
    made = sketch("Мост открыт", "Гунт")
    amounts = dict(zip(made.terms.tolist(), made.counts.tolist(), strict=True))
    bridge, river = (int(hash_terms(Sort.WORD, [word])[0]) for word in ("мост", "гунт"))
    assert amounts[bridge] > amounts[river] > 0


def test_addresses_are_of_the_page_not_of_its_reader() -> None:
    one = sketch("Мост", links=("https://www.site.tj/news/1?utm=tg#top",))
    other = sketch("Мост", pictures=("http://site.tj/news/1/",))
    assert one.terms[one.sections[-1] :].tolist() == other.terms[other.sections[-1] :].tolist() != []


def test_what_is_packed_comes_back() -> None:
    made = sketch("В Хороге открыли мост", "Погибших нет, 12 марта движение пустили.")
    back = unpack(pack(made))
    assert back == made
    assert back is not None
    assert back.language == "ru"
    assert any(decode(code).kind is Kind.DAY for code in back.facts.tolist())


@pytest.mark.parametrize("data", [b"", b"\x01", bytes([VERSION + 1]) + bytes(60), bytes([0]) + bytes(60)])
def test_what_another_version_packed_is_none(data: bytes) -> None:
    assert unpack(data) is None


def test_a_sketch_is_small_however_long_its_article() -> None:
    words = " ".join(f"слово{number} Имя{number} {number} тонн." for number in range(3_000))
    made = sketch(words[:300], words, links=tuple(f"https://a.tj/{number}" for number in range(300)))
    assert len(pack(made)) < 1_100
    assert made.sections[0] <= MOST_WORDS
    assert len(made.facts) <= MOST_FACTS


def test_vectors_point_where_the_words_do() -> None:
    known = {"лавина": 0, "тарма": 0, "курс": 1, "валюта": 1}

    def vectors(word: str) -> NDArray[np.float32] | None:
        return np.eye(300, dtype=np.float32)[known[word]] if word in known else None

    def vector(title: str, language: str = "ru") -> NDArray[np.int8]:
        reading = LEMMATISER.read_article(title, "", language)
        return make_sketch(Material(title, "", language, NOW, reading.words, reading.title_words), vectors).vector

    assert vector("Лавина")[0] == 127
    assert vector("Курс валют")[1] == 127
    assert vector("Неведомое").size == 0
    assert vector("Тарма", "tg").size == 0, "the words that vectors know are Russian"


@given(st.text(max_size=200), st.text(max_size=400), st.sampled_from(["ru", "tg", "en", "de", ""]))
def test_any_article_has_a_sketch_that_comes_back(title: str, text: str, language: str) -> None:
    made = sketch(title, text, language)
    assert unpack(pack(made)) == made
    assert made.terms.size <= 255
    assert made.counts.size == made.terms.size
