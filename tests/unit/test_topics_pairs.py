"""Articles teach what abbreviations stand for, in three languages, and nothing that the initials do not bear out."""

import pytest

from bot.topics.lemmas import Lemmatiser
from bot.topics.pairs import MOST_PAIRS, find_pairs, is_abbreviation
from bot.topics.query import name_key
from storage.naming import EntityKind, NewEntity

PACT = "Организация Договора о коллективной безопасности"
MINISTRY = "Министерство иностранных дел Республики Таджикистан"
AGENCY = "Международное агентство по атомной энергии"
INSTITUTE = "Научно-исследовательский институт садоводства"


@pytest.fixture(scope="module")
def lemmatiser() -> Lemmatiser:
    return Lemmatiser()


@pytest.mark.parametrize(
    ("text", "short", "long"),
    [
        ("Вчера Организация Договора о коллективной безопасности (ОДКБ) провела учения.", "ОДКБ", PACT),
        ("Об этом сказали в Организации Договора о коллективной безопасности (далее — ОДКБ).", "ОДКБ", PACT),
        ("Саммит ОДКБ (Организации Договора о коллективной безопасности) прошёл в горах.", "ОДКБ", PACT),
        ("The Collective Security Treaty Organization (CSTO).", "CSTO", "Collective Security Treaty Organization"),
        ("Созмони Аҳдномаи амнияти коллективӣ (СААК) кор кард.", "СААК", "Созмони Аҳдномаи амнияти коллективӣ"),
        ("Представители Министерства внутренних дел (МВД) отказались отвечать.", "МВД", "Министерство внутренних дел"),
        ("Так считает Министерство иностранных дел Таджикистана (МИД).", "МИД", "Министерство иностранных дел"),
        ("Нота Министерства иностранных дел Республики Таджикистан (МИД РТ) опубликована.", "МИД РТ", MINISTRY),
        ("Отчёт для Международного агентства по атомной энергии (МАГАТЭ) готов.", "МАГАТЭ", AGENCY),
        ("Опыты поставил Научно-исследовательский институт садоводства (НИИС).", "НИИС", INSTITUTE),
        ("Средства дал «Фонд поддержки ремёсел» (ФПР).", "ФПР", "Фонд поддержки ремёсел"),
        ("Ярмарку открыл Союз ткачей долины (СТД, Weavers' Union).", "СТД", "Союз ткачей долины"),
        ("The Food and Garden Agency (FGA) counts its trees.", "FGA", "Food and Garden Agency"),
    ],
)  # fmt: skip
def test_an_explained_abbreviation_is_learned(lemmatiser: Lemmatiser, text: str, short: str, long: str) -> None:
    (pair,) = find_pairs(text, lemmatiser)
    assert (pair.short, pair.long) == (short, long)
    assert (pair.short_key, pair.long_key) == (name_key(short, lemmatiser), name_key(long, lemmatiser))


@pytest.mark.parametrize(
    "text",
    [
        "Министерство обороны (Минобороны) молчит.",
        "Совет директоров завода (ОДКБ) собрался.",
        "Глава МВФ (Кристина Садовая) приехала в четверг.",
        "Цена выросла на 5 % (в сомони).",
        "Договор подписан. Организация (ОО) довольна.",
        "договора о коллективной безопасности (ДКБ)",
        "Agency for Development (USAID) and others",
        "We Have Opened (WHO) a shop.",
        "Первый (1) и второй (2).",
        "Садоводы Согда, Объединённые (СОС) усилиями соседей.",
    ],
)
def test_what_the_initials_do_not_bear_out_is_no_name(lemmatiser: Lemmatiser, text: str) -> None:
    assert find_pairs(text, lemmatiser) == ()


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("Вчера Организация Договора о коллективной безопасности (ОДКБ) провела учения.", 2),
        ("Опыты поставил Научно-исследовательский институт садоводства (НИИС).", 2),
        ("Отчёт для Международного агентства по атомной энергии (МАГАТЭ) готов.", 1),
        ("Ярмарку открыл Союз ткачей (СТ).", 1),
    ],
)
def test_letters_that_fit_by_chance_do_not_prove_enough_alone(lemmatiser: Lemmatiser, text: str, weight: int) -> None:
    (pair,) = find_pairs(text, lemmatiser)
    assert pair.weight == weight


def test_an_organisation_may_have_the_initials_of_an_abbreviation_beside_it(lemmatiser: Lemmatiser) -> None:
    union = NewEntity(EntityKind.ORGANISATION, "Союз ткачей долины", "союз ткач долина")
    text = "Союз ткачей долины открыл ярмарку. В СТД ждут гостей, в СТ и СДТ не ждут."
    (pair,) = find_pairs(text, lemmatiser, [union])
    assert (pair.short, pair.long, pair.weight) == ("СТД", "Союз ткачей долины", 1)
    assert find_pairs("В СДТ ждут гостей.", lemmatiser, [union]) == ()


def test_a_pair_is_told_once_and_a_glossary_teaches_a_bounded_number(lemmatiser: Lemmatiser) -> None:
    told = "Союз ткачей (СТ) и опять Союз ткачей (СТ). "
    assert len(find_pairs(told * 3, lemmatiser)) == 1
    letters = "БВГДЖЗКЛМНПРСТФХ"
    glossary = " ".join(f"{a}альянс {b}ольных {c}адов ({a}{b}{c})." for a in letters for b in letters for c in "АБ")
    assert len(find_pairs(glossary, lemmatiser)) == MOST_PAIRS


@pytest.mark.parametrize(
    ("short", "words", "fits"),
    [
        ("ОИН", "Общество и наука", True),
        ("ОН", "Общество и наука", True),
        ("АзТВ", "Азовское телевидение", False),
        ("АзТВ", "Азовское телевидение вечера", True),
        ("ЁС", "Елочный союз", True),
        ("СК", "Союз", False),
    ],
)
def test_little_words_are_counted_or_skipped(short: str, words: str, fits: bool) -> None:
    assert is_abbreviation(short, words.split()) is fits
