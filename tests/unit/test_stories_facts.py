"""Numbers and what they count, days, scores and outcomes are read from Russian, Tajik and English sentences."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.stories.dates import find_days
from bot.stories.facts import MOST, Axis, Fact, Kind, Where, decode, encode, find_facts
from bot.stories.numerals import fold, tokens

THURSDAY = date(2026, 3, 12)


def told(title: str, language: str, text: str = "") -> set[tuple[Kind, float]]:
    return {(fact.kind, fact.value) for fact in find_facts(title, text, language, THURSDAY)}


@pytest.mark.parametrize(
    ("language", "text", "numbers"),
    [
        ("ru", "двадцать пять домов", [25]),
        ("ru", "3,5 тыс. сомони и 1 200 жителей", [3500, 1200]),
        ("ru", "сто двадцать тонн", [120]),
        ("ru", "между пятью и шестью", [5, 6]),
        ("tg", "чор нафар ва понздаҳ хона", [4, 15]),
        ("en", "twenty one villages, 1,250 people, $2.5 million", [21, 1250, 2_500_000]),
        ("ru", "дата 12.03.2026 и версия 1.2.3", []),
    ],
)
def test_numbers_are_read_in_digits_and_in_words(language: str, text: str, numbers: list[float]) -> None:
    assert [token.value for token in tokens(fold(text), language) if token.value is not None] == numbers


@pytest.mark.parametrize(
    ("language", "title", "expected"),
    [
        ("ru", "В Айни погибли три человека, ещё 12 ранены", {(Kind.DEAD, 3), (Kind.HURT, 12)}),
        ("ru", "Число жертв оползня в Раште выросло до 23", {(Kind.DEAD, 23)}),
        ("ru", "Спасатели эвакуировали 40 семей", {(Kind.RESCUED, 40)}),
        ("tg", "Дар садама се нафар ҳалок ва панҷ нафар маҷрӯҳ шуданд", {(Kind.DEAD, 3), (Kind.HURT, 5)}),
        ("ru", "Закон о рынках принят во втором чтении", {(Kind.READING, 2)}),
        ("en", "Avalanche kills four, two missing", {(Kind.DEAD, 4), (Kind.MISSING, 2)}),
        ("ru", "Банк снизил ставку до 9,25 процента", {(Kind.PERCENT, 9.25)}),
        ("ru", "Толчок магнитудой 5,4 в Мургабе", {(Kind.MAGNITUDE, 5.4)}),
        ("en", "Grant of 200 million dollars for the dam", {(Kind.MONEY, 2e8)}),
        ("ru", "Бюджет на 2027 год", set()),
    ],
)
def test_what_a_number_counts(language: str, title: str, expected: set[tuple[Kind, float]]) -> None:
    assert {fact for fact in told(title, language) if fact[0] >= Kind.NUMBER} == expected


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("сегодня и вчера", [THURSDAY, date(2026, 3, 11)]),
        ("12 марта", [THURSDAY]),
        ("дирӯз, 11 март", [date(2026, 3, 11), date(2026, 3, 11)]),
        ("on March 20, 2026", [date(2026, 3, 20)]),
        ("24.12.2025", [date(2025, 12, 24)]),
        ("30 декабря", [date(2025, 12, 30)]),
        ("двадцать шестого апреля", [date(2026, 4, 26)]),
        ("во вторник", [date(2026, 3, 10)]),
        ("в субботу", [date(2026, 3, 14)]),
        ("матч пройдёт во вторник", [date(2026, 3, 17)]),
        ("рӯзи душанбе", [date(2026, 3, 9)]),
        ("в городе Душанбе", []),
        ("in the second week, on Monday", [date(2026, 3, 9)]),
        ("во вторник, 3 марта", [date(2026, 3, 3), date(2026, 3, 3)]),
        ("31 февраля", []),
    ],
)
def test_days_are_seen_from_the_day_of_the_page(text: str, days: list[date]) -> None:
    assert sorted(named.day for named in find_days(fold(text), THURSDAY)) == sorted(days)


@pytest.mark.parametrize(
    ("language", "title", "score"),
    [
        ("ru", "«Истиклол» обыграл «Худжанд» — 3:1", 3 * 256 + 1),
        ("ru", "«Хатлон» проиграл дома 1:3", 3 * 256 + 1),
        ("en", "Istiklol win 2-1 in Dushanbe", 2 * 256 + 1),
        ("tg", "Бозӣ бо ҳисоби 0:0 анҷом ёфт", 0),
        ("ru", "Начало концерта в 18:30", None),
        ("ru", "Толчок ощутили в 3:15 по местному времени", None),
        ("ru", "Дорога закрыта 2-3 дня", None),
    ],
)
def test_scores_are_no_times(language: str, title: str, score: int | None) -> None:
    assert {value for kind, value in told(title, language) if kind is Kind.SCORE} == (
        set() if score is None else {score}
    )


@pytest.mark.parametrize(
    ("language", "title", "axis", "is_done"),
    [
        ("ru", "Парламент одобрил закон о рыбалке", Axis.DECISION, True),
        ("ru", "Депутаты отклонили поправки", Axis.DECISION, False),
        ("ru", "Депутаты не поддержали запрет", Axis.DECISION, False),
        ("tg", "Парлумон лоиҳаро рад кард", Axis.DECISION, False),
        ("en", "Senate rejects the budget", Axis.DECISION, False),
        ("ru", "Директора рынка освободили", Axis.LIBERTY, True),
        ("tg", "Муҳосиб боздошт шуд", Axis.LIBERTY, False),
        ("ru", "Перевал Анзоб закрыли на сутки", Axis.WAY, False),
        ("en", "Anzob pass reopens after storm", Axis.WAY, True),
        ("ru", "Фестиваль перенесли на май", Axis.TIMING, False),
    ],
)
def test_how_it_ended(language: str, title: str, axis: Axis, is_done: bool) -> None:
    assert (Kind.OUTCOME, axis * 2 + is_done) in told(title, language)


def test_both_ways_in_one_title_are_no_outcome() -> None:
    assert not [kind for kind, _ in told("Дорогу закрыли и снова открыли", "ru") if kind is Kind.OUTCOME]


def test_a_fact_is_told_once_with_its_best_place() -> None:
    facts = find_facts("Погибли 4 человека", "В аварии погибли 4 человека.", "ru", THURSDAY)
    assert [fact for fact in facts if fact.kind is Kind.DEAD] == [Fact(Kind.DEAD, Where.TITLE, 4.0)]


def test_what_was_before_is_not_read() -> None:
    text = "Дорогу чистят.\n\nНапомним, 2 марта там погибли 9 человек.\nРабот ещё на 3 дня."
    assert (Kind.DEAD, 9.0) not in told("Лавина у тоннеля", "ru", text)


@given(st.text(max_size=400), st.sampled_from(["ru", "tg", "en", ""]))
def test_any_text_has_facts_in_bounds(text: str, language: str) -> None:
    facts = find_facts(text[:80], text, language, THURSDAY)
    assert len(facts) <= MOST
    for fact in facts:
        assert 0 <= encode(fact) < 2**32


@given(st.floats(min_value=1e-6, max_value=1e15))
def test_numbers_keep_four_digits(value: float) -> None:
    assert decode(encode(Fact(Kind.MONEY, Where.LEAD, value))).value == pytest.approx(value, rel=1e-3)


@given(st.integers(0, 65_535), st.sampled_from(list(Where)))
def test_what_is_no_number_keeps_all_of_it(value: int, where: Where) -> None:
    fact = Fact(Kind.SCORE, where, float(value))
    assert decode(encode(fact)) == fact
