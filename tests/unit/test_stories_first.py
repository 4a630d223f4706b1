"""Copies are known by their text, stories weigh by sources, age and whom they are for."""

import time
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.stories.fingerprint import fingerprint
from bot.stories.weight import weight

LONG = " ".join(f"Отряд {number} поднял ёмкость с водой на высоту." for number in range(10))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Вода", LONG), ("Вода", LONG.upper())),
        (("Вода", LONG), ("Вода", LONG.replace("ё", "е"))),
        (("Вода", LONG), ("Вода", LONG.replace(" ", "\n\n").replace(".", " —"))),
        (("Вода", LONG), ("Отряды подняли воду", LONG)),
        (("Вода", LONG), ("Вода", f"Вода\n\n{LONG}")),
        (("Дождь", "Ждём до утра."), ("ДОЖДЬ!", "«Ждём — до утра»")),
    ],
)
def test_one_text_has_one_fingerprint(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert fingerprint(*one) == fingerprint(*other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Вода", LONG), ("Вода", LONG + " Потери есть.")),
        (("Дождь", "Читайте в приложении."), ("Снег", "Читайте в приложении.")),
        (("Дождь", ""), ("Снег", "")),
        (("Погибли 3", "Подробностей нет."), ("Погибли 5", "Подробностей нет.")),
    ],
)
def test_different_texts_have_different_fingerprints(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert fingerprint(*one) != fingerprint(*other)


@given(st.text(), st.text())
def test_any_text_has_a_fingerprint_unless_it_has_no_word(title: str, text: str) -> None:
    has_word = any(letter.isalnum() for letter in title + text)
    assert len(fingerprint(title, text)) in ((64,) if has_word else (0, 64))


@pytest.mark.parametrize("letters", ["\ufdfa" * 300_000, "Н" + "\u0301\u0316" * 150_000, "слово " * 50_000])
def test_a_text_that_is_made_to_cost_much_costs_little(letters: str) -> None:
    began = time.process_time()
    assert fingerprint("Новость", letters) == fingerprint("Новость", letters + "!")
    assert time.process_time() - began < 1.0  # seconds for both; without bounds it was many


def test_a_long_text_is_told_from_another_by_any_of_its_words() -> None:
    words = [f"слово{number}" for number in range(20_000)]
    other = [*words[:-1], "другое"]
    assert fingerprint("", " ".join(words)) == fingerprint("", "\n".join(words))
    assert fingerprint("", " ".join(words)) != fingerprint("", " ".join(other))


def test_texts_without_words_have_no_fingerprint_to_share() -> None:
    assert fingerprint("!", "…") == ""


@pytest.mark.parametrize(
    ("heavier", "lighter"),
    [
        ((2, 1.0), (1, 1.0)),
        ((1, 1.0), (1, 2.0)),
        ((5, 6.0), (1, 0.0)),
        ((1, 0.0), (3, 20.0)),
        ((3, 1.0), (8, 24.0)),
        ((1, 0.0), (0, 0.0)),
    ],
)
def test_what_weighs_more(heavier: tuple[int, float], lighter: tuple[int, float]) -> None:
    assert weigh(heavier[0], timedelta(hours=heavier[1])) > weigh(lighter[0], timedelta(hours=lighter[1]))


def weigh(sources: int, age: timedelta) -> float:
    """Of a story whose pages came at once."""
    return weight(sources=sources, span=timedelta(), age=age)


def test_a_single_page_just_out_weighs_one() -> None:
    assert weigh(1, timedelta()) == pytest.approx(1.0)
    assert weigh(1, -timedelta(minutes=5)) == pytest.approx(1.0), "a clock that runs ahead gains nothing"
    assert weigh(1, timedelta(hours=8)) == pytest.approx(0.5)


AGES = st.timedeltas(min_value=timedelta(), max_value=timedelta(days=3))


@given(st.integers(0, 500), st.integers(0, 500), AGES, AGES)
def test_more_sources_never_weigh_less_and_age_never_adds(
    few: int, many: int, young: timedelta, old: timedelta
) -> None:
    few, many = sorted((few, many))
    young, old = sorted((young, old))
    assert weigh(many, young) >= weigh(few, young)
    assert weigh(few, young) >= weigh(few, old)


@given(st.integers(2, 50), AGES, AGES)
def test_sources_that_came_together_weigh_more_than_the_same_over_days(
    sources: int, soon: timedelta, late: timedelta
) -> None:
    soon, late = sorted((soon, late))
    hour = timedelta(hours=1)
    assert weight(sources=sources, span=soon, age=hour) >= weight(sources=sources, span=late, age=hour)


def test_what_the_reader_follows_and_what_an_admin_marked_weighs_more() -> None:
    plain = weight(sources=2, span=timedelta(), age=timedelta())
    followed = weight(sources=2, span=timedelta(), age=timedelta(), follows=1)
    assert followed == pytest.approx(1.5 * plain)
    assert weight(sources=2, span=timedelta(), age=timedelta(), follows=3) > followed
    assert weight(sources=2, span=timedelta(), age=timedelta(), is_marked=True) == pytest.approx(4 * plain)
