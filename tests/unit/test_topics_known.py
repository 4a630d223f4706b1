"""Countries, international bodies and places are known under their names in three languages."""

import tomllib
from importlib.resources import files

import pytest

from bot.topics.known import other_names
from bot.topics.lemmas import Lemmatiser
from bot.topics.query import fold_words, name_key


@pytest.fixture(scope="module")
def lemmatiser() -> Lemmatiser:
    return Lemmatiser()


@pytest.mark.parametrize(
    ("asked", "other"),
    [
        ("CSTO", "ОДКБ"),
        ("одкб", "Организация Договора о коллективной безопасности"),
        ("организации договора о коллективной безопасности", "ОДКБ"),
        ("Созмони Милали Муттаҳид", "ООН"),
        ("европейского союза", "ЕС"),
        ("соединённых штатов", "США"),
        ("РФ", "Российская Федерация"),
        ("Китайской Народной Республике", "КНР"),
        ("Tajikistan", "Таджикистан"),
        ("тоҷикистон", "Таджикистан"),
        ("Киргизией", "Кыргызстан"),
        ("Бирма", "Мьянма"),
        ("Курган-Тюбе", "Бохтар"),
        ("Ленинабада", "Худжанд"),
        ("министерства обороны", "Минобороны"),
        ("WHO", "ВОЗ"),
    ],
)
def test_a_name_leads_to_the_others(lemmatiser: Lemmatiser, asked: str, other: str) -> None:
    assert fold_words(other) in map(fold_words, other_names(name_key(asked, lemmatiser), lemmatiser))


@pytest.mark.parametrize("asked", ["лавина", "союз", "договор о безопасности", "организация", "чадо", "Вахш"])
def test_what_is_no_known_name_has_no_others(lemmatiser: Lemmatiser, asked: str) -> None:
    assert other_names(name_key(asked, lemmatiser), lemmatiser) == ()


def test_what_means_something_else_as_well_is_never_searched_for(lemmatiser: Lemmatiser) -> None:
    assert "US" not in other_names(name_key("США", lemmatiser), lemmatiser)
    assert "WHO" not in other_names(name_key("ВОЗ", lemmatiser), lemmatiser)
    assert "Того" not in other_names(name_key("Togo", lemmatiser), lemmatiser)


@pytest.mark.parametrize(
    ("asked", "looser"),
    [
        ("РФ", "Россия"),
        ("Китай", "КНР"),
        ("Голландия", "Нидерланды"),
        ("Северная Корея", "КНДР"),
        ("Великобритания", "Соединённое Королевство"),
        ("НАТО", "Североатлантический альянс"),
        ("Рогунская ГЭС", "Рогун"),
    ],
)
def test_a_synonym_that_says_more_or_less_is_no_name_of_the_same(
    lemmatiser: Lemmatiser, asked: str, looser: str
) -> None:
    for one, other in ((asked, looser), (looser, asked)):
        names = other_names(name_key(one, lemmatiser), lemmatiser)
        assert name_key(other, lemmatiser) not in {name_key(name, lemmatiser) for name in names}


def test_no_name_of_ours_stands_under_two_things(lemmatiser: Lemmatiser) -> None:
    said = tomllib.loads(files("bot.topics").joinpath("known.toml").read_text(encoding="utf-8"))
    things = [*said["organisations"], *said["offices"], *said["places"], *said["states"], *said["countries"].values()]
    keys = [key for names in things for key in {name_key(name, lemmatiser) for name in names}]
    assert {key for key in keys if keys.count(key) > 1} == set()
    spellings = [fold_words(name) for names in things for name in names]
    assert {one for one in spellings if spellings.count(one) > 1} == set()
