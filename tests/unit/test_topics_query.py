"""Questions: how they are read, what is wrong with some, and their normal form."""

import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.topics.lemmas import Lemmatiser
from bot.topics.query import (
    LONGEST_QUESTION,
    MOST_WORDS,
    Part,
    Question,
    QuestionError,
    QuestionFault,
    compile_question,
    name_key,
    name_keys,
    parse_question,
    question_key,
    wanted_words,
)

LEMMATISER = Lemmatiser()
TREATY = "Организация Договора о коллективной безопасности"


def key(text: str) -> str:
    return question_key(parse_question(text), LEMMATISER)


def words(*asked: str) -> tuple[Part, ...]:
    """An alternative of plain words; blanks part the words of a phrase, which a « shows to be quoted."""
    return tuple(Part(tuple(one.strip("«").split()), is_quoted=one.startswith("«")) for one in asked)


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("ОДКБ", Question((words("одкб"),))),
        ("«одкб»", Question((words("одкб"),))),
        ("Рогунская ГЭС", Question((words("рогунская", "гэс"),))),
        ("«Рогунская ГЭС»", Question((words("«рогунская гэс"),))),
        ('"Рогунская ГЭС', Question((words("«рогунская гэс"),))),
        ("кредит “Рогунская ГЭС” банк", Question((words("кредит", "«рогунская гэс", "банк"),))),
        ("джиу-джитсу", Question((words("джиу джитсу"),))),
        ("вода и свет", Question((words("вода", "и", "свет"),))),
        ("вода/свет", Question((words("вода свет"),))),
        ("вода - свет", Question((words("вода", "свет"),))),
        ("вода | свет газ", Question((words("вода"), words("свет", "газ")))),
        ("вода|«малая ГЭС»|свет", Question((words("вода"), words("«малая гэс"), words("свет")))),
        ("«вода | свет»", Question((words("«вода свет"),))),
        ("вода -Нурек -«малая ГЭС»", Question((words("вода"),), without=words("нурек", "«малая гэс"))),
        ("вода –Нурек −Вахш", Question((words("вода"),), without=words("нурек", "вахш"))),
        ("-Нурек вода | свет", Question((words("вода"), words("свет")), without=words("нурек"))),
        ("вода -|свет", Question((words("вода"), words("свет")))),
        ("title:вода", Question(((Part(("вода",), in_title=True),),))),
        (
            "Заголовок: «малая ГЭС» вода",
            Question(((Part(("малая", "гэс"), in_title=True, is_quoted=True), *words("вода")),)),
        ),
        ("сарлавҳа:об САРЛАВХА:барқ", Question(((Part(("об",), in_title=True), Part(("барк",), in_title=True)),))),
        ("вода source:Азия-Плюс", Question((words("вода"),), sources=(("азия", "плюс"),))),
        ("SOURCE: «Азия Плюс» вода", Question((words("вода"),), sources=(("азия", "плюс"),))),
        ("вода источник:Ховар манбаъ:Азия", Question((words("вода"),), sources=(("ховар",), ("азия",)))),
        ("вода after:2026-11-01", Question((words("вода"),), after=date(2026, 11, 1))),
        ("вода после:1.11.2026,", Question((words("вода"),), after=date(2026, 11, 1))),
        ("вода баъд:2026-11-01 after:2026-11-09", Question((words("вода"),), after=date(2026, 11, 9))),
        ("вода language:TG", Question((words("вода"),), language="tg")),
        ("вода язык:ru забон:«ru»", Question((words("вода"),), language="ru")),
        ("source", Question((words("source"),))),
        ("foo:bar", Question((words("foo bar"),))),
        ("Душанбе: в 12:30", Question((words("душанбе", "в", "12 30"),))),
        ("subtitle:вода", Question((words("subtitle вода"),))),
    ],
)
def test_a_question_is_read(text: str, question: Question) -> None:
    assert parse_question(text) == question


@pytest.mark.parametrize(
    ("text", "kind", "detail"),
    [
        ("", QuestionFault.EMPTY, ""),
        ("  «» … | ", QuestionFault.EMPTY, ""),
        ("-вода", QuestionFault.ONLY_WITHOUT, ""),
        ("-вода source:Азия", QuestionFault.ONLY_WITHOUT, ""),
        ("source:Азия", QuestionFault.ONLY_FILTERS, ""),
        ("after:2026-11-01 language:tg", QuestionFault.ONLY_FILTERS, ""),
        ("вода " * 39 + "и ещё и ещё", QuestionFault.TOO_LONG, "и ещё"),
        ("а-б-в-г-д-е-ж-з-и-к-л-м-н", QuestionFault.TOO_MANY_WORDS, "а-б-в-г-д-е-ж-з-и-к-л-м-н"),
        ("а б в г д е ж з и к л title:м н «о п»", QuestionFault.TOO_MANY_WORDS, "н «о п»"),
        ("вода after:yesterday", QuestionFault.WRONG_DATE, "after:yesterday"),
        ("вода после:2026-02-30", QuestionFault.WRONG_DATE, "после:2026-02-30"),
        ("вода after:2026-11", QuestionFault.WRONG_DATE, "after:2026-11"),
        ("вода after:٢٠٢٦-11-01", QuestionFault.WRONG_DATE, "after:٢٠٢٦-11-01"),
        ("вода after:0000-01-01", QuestionFault.WRONG_DATE, "after:0000-01-01"),
        ("вода language:tj", QuestionFault.UNKNOWN_LANGUAGE, "language:tj"),
        ("вода язык:русский", QuestionFault.UNKNOWN_LANGUAGE, "язык:русский"),
        ("вода language:tg language:ru", QuestionFault.TWO_LANGUAGES, "language:ru"),
        ("title:", QuestionFault.NO_VALUE, "title:"),
        ("вода title:«» свет", QuestionFault.NO_VALUE, "title:«»"),
        ("title: | вода", QuestionFault.NO_VALUE, "title:"),
        ("title: -вода", QuestionFault.NO_VALUE, "title:"),
        ("вода source: title:свет", QuestionFault.NO_VALUE, "source:"),
        ("вода after:", QuestionFault.NO_VALUE, "after:"),
        ("вода language:…", QuestionFault.NO_VALUE, "language:..."),
        ("вода -source:Ховар", QuestionFault.FIELD_WITHOUT, "-source:Ховар"),
        ("вода | | свет", QuestionFault.EMPTY_ALTERNATIVE, "вода | | свет"),
        ("тёплая вода |", QuestionFault.EMPTY_ALTERNATIVE, "вода |"),
        ("| вода", QuestionFault.EMPTY_ALTERNATIVE, "| вода"),
        ("вода | «» | свет", QuestionFault.EMPTY_ALTERNATIVE, "вода | «» | свет"),
        ("вода | -Нурек", QuestionFault.NOTHING_WANTED, "-Нурек"),
        ("source:Ховар | вода", QuestionFault.NOTHING_WANTED, "source:Ховар"),
    ],
)
def test_a_question_that_cannot_be_asked_says_what_is_wrong(text: str, kind: QuestionFault, detail: str) -> None:
    with pytest.raises(QuestionError) as error:
        parse_question(text)
    assert (error.value.kind, error.value.detail) == (kind, detail)


def test_the_wrong_part_of_a_question_is_quoted_in_sixty_characters_at_most() -> None:
    with pytest.raises(QuestionError) as error:
        parse_question("вода title:света " + "  после:" + "вчера" * 30)
    assert error.value.detail == "после:" + ("вчера" * 11)[:53] + "…"


@pytest.mark.parametrize(
    "same",
    [
        ("ОДКБ", "одкб", "«одкб»", " ОДКБ! ", "в ОДКБ"),
        (TREATY, "организации Договора о коллективной безопасности", "безопасность коллективная, договор, организация"),
        ("«Рогунская ГЭС»", "«Рогунской ГЭС»"),
        ("Россия вода -свет", "воды России -Свет"),
        ("ҷумҳурӣ", "чумхури"),
        ("Хатлонская область", "Хатлонской области"),
        ("taxes", "tax"),
        ("вода | свет газ", "газы света | воды", "вода | газ свет | воды"),
        ("заголовок:вода после:01.11.2026", "AFTER:2026-11-01 title:воды"),
        ("вода язык:tg source:А source:Б -газ -«малая ГЭС»", "-«малых ГЭС» -газа source:Б source:А воды language:TG"),
    ],
)
def test_questions_for_the_same_have_one_key(same: tuple[str, ...]) -> None:
    assert len({key(text) for text in same}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Рахмон", "Рахмонов"),
        ("Россия вода", "«Россия вода»"),
        ("Россия вода", "Россия | вода"),
        ("«вода Россия»", "«Россия вода»"),
        ("вода", "вода -свет"),
        ("вода", "вода source:Азия"),
        ("вода", "title:вода"),
        ("вода", "вода language:tg"),
        ("вода after:2026-11-01", "вода after:2026-11-02"),
        ("ОДКБ", "ОДКБ саммит"),
    ],
)
def test_questions_for_different_things_have_different_keys(one: str, other: str) -> None:
    assert key(one) != key(other)


def test_a_key_is_written_in_one_way() -> None:
    asked = "свет | заголовок:воды «малые ГЭС» вода -«новый Нурек» источник:«Азия Плюс» язык:RU после:1.11.2026"
    written = 'вода "малый гэс" title:вода | свет -"новый нурек" source:"азия плюс" language:ru after:2026-11-01'
    assert key(asked) == written


def test_a_name_has_the_key_of_the_question_that_it_is() -> None:
    assert name_key("Организацией договора о коллективной безопасности", LEMMATISER) == key(TREATY)
    assert name_key("ОДКБ", LEMMATISER) == key("ОДКБ")
    assert name_key("…", LEMMATISER) == ""


def test_all_that_may_be_a_name_is_looked_up() -> None:
    keys = name_keys(parse_question("саммит в ОДКБ «малая ГЭС» title:вода -Нурек"), LEMMATISER)
    assert {"саммит", "одкб", "одкб саммит", "вода", "нурек"} <= keys
    assert not {"в", "в одкб", "вода гэс малый", "гэс", "гэс малый"} & keys


def test_wanted_words_are_those_that_stand_in_the_articles() -> None:
    assert wanted_words("вода | «малая ГЭС» -свет title:реки source:Азия") == ("вода", "малая", "гэс", "реки")
    assert wanted_words("title: |") == ()


ASKED = st.sampled_from(
    [
        "ОДКБ",
        "Рахмон",
        "вода",
        "воды",
        "джиу-джитсу",
        "и",
        "Раҳмон",
        "taxes",
        "2026",
        "Рогунская",
        "ГЭС",
        "-свет",
        "|",
        "title:вода",
        "заголовок:«ГЭС»",
        "source:Азия",
        "after:2026-11-01",
        "язык:tg",
        "-«малая-ГЭС»",
        "title:",
    ]
)
NASTY = st.text(st.sampled_from("|-:\"«»“ \t\u200b\u0301'’ﷺ…½İßﬁаяґAz0٢title:source"), max_size=LONGEST_QUESTION)
QUESTIONS = st.one_of(
    st.text(max_size=60),
    NASTY,
    st.lists(ASKED, min_size=1, max_size=8).map(" ".join),
    st.lists(ASKED, min_size=1, max_size=4).map(lambda asked: f"«{' '.join(asked)}» source:Азия"),
)


@given(QUESTIONS)
@settings(deadline=None, max_examples=300)
def test_a_key_is_a_question_and_its_own_key(text: str) -> None:
    try:
        written = key(text)
    except QuestionError:
        return
    if len(written) <= LONGEST_QUESTION:  # the base form of a word may be longer than the word
        assert key(written) == written


LONG_WORDS = ["ﷺ" * 200, "ﷺ " * 100, "я" * 200, "ё́" * 100, "о'" * 100, "ая" * 100, "-" * 200, "|" * 200, "title:" * 33]
LONG_WORDS += [
    "а" * 15 + " а" * 90,
    " ".join(["Превысокомногорассмотрительствующий"] * 5),
    "«" * 200,
    "½" * 200,
    "ов" * 99,
]


@pytest.mark.parametrize(
    "text", [*LONG_WORDS, "source:" + "b" * 190, "а | " * 50, "x" * 1_000_000, "\u0301" * 1_000_000]
)
def test_no_question_costs_more_than_a_bounded_time(text: str) -> None:
    names = {"я": ["имя " * 10] * 1000}
    LEMMATISER.base("разогрев")
    started = time.process_time()
    try:
        question = parse_question(text)
        matcher = compile_question(question, LEMMATISER, names)
        assert sum(len(one.forms) for alternative in matcher.alternatives for one in alternative) <= 25 * MOST_WORDS
        assert question_key(question, LEMMATISER)
        assert name_keys(question, LEMMATISER)
    except QuestionError:
        pass
    assert time.process_time() - started < 0.25
