"""Names in the scripts of our readers: one name in other letters, and the one that a reader reads most easily."""

from itertools import combinations

import pytest

from bot.rendering.scripts import best_name, sound


@pytest.mark.parametrize(
    "names",
    [
        ("Душанбе", "Dushanbe", "ДУШАНБЕ"),
        ("Эмомали Рахмон", "Эмомалӣ Раҳмон", "Emomali Rahmon", "Emomali Rakhmon"),
        ("Худжанд", "Хуҷанд", "Khujand", "Khudzhand"),
        ("Рогун", "Роғун", "Rogun", "Roghun"),
        ("Курган-Тюбе", "Курган Тюбе", "Kurgan-Tyube"),
        ("Қайроққум", "Qayroqqum"),
        ("Дмитриев", "Dmitriev", "Dmitriyev"),
    ],
)
def test_one_name_sounds_alike_in_all_letters(names: tuple[str, ...]) -> None:
    for one, other in combinations(names, 2):
        assert sound(one) == sound(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Рахмон", "Рахмонов"), ("Хорог", "Хатлон"), ("Бохтар", "Бухара"), ("Нурек", "Норак"), ("Варзоб", "Анзоб")],
)
def test_other_names_do_not(one: str, other: str) -> None:
    assert sound(one) != sound(other)


def test_what_has_no_words_has_no_sound() -> None:
    assert not sound("«—» 🏔")


@pytest.mark.parametrize(
    ("names", "others", "language", "best"),
    [
        (("Dushanbe", "Душанбе"), (), "ru", "Душанбе"),
        (("Душанбе", "Dushanbe"), (), "en", "Dushanbe"),
        (("Таджикистан", "Тоҷикистон", "Tajikistan"), (), "tg", "Тоҷикистон"),
        (("Tajikistan", "Тоҷикистон", "Таджикистан"), (), "ru", "Таджикистан"),
        (("CSTO",), ("Созмони Аҳдномаи амният", "ОДКБ"), "ru", "ОДКБ"),
        (("Душанбе",), ("Сталинабад",), "ru", "Душанбе"),
        (("Душанбе",), ("Сталинабад",), "tg", "Душанбе"),
        (("Рогун", "ГЭС"), (), "ru", "Рогун"),
    ],
)
def test_a_reader_gets_the_name_in_their_language(
    names: tuple[str, ...], others: tuple[str, ...], language: str, best: str
) -> None:
    assert best_name(names, others, language) == best
