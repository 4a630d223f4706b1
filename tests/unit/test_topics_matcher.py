"""What a question accepts of single articles."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.topics.lemmas import Lemmatiser, Reading
from bot.topics.query import (
    NEAR_WORDS,
    Facts,
    Matcher,
    QuestionError,
    compile_question,
    name_key,
    parse_question,
)
from storage.asking import Candidates, Form

LEMMATISER = Lemmatiser()
TREATY = "Организация Договора о коллективной безопасности"
NOVEMBER = datetime(2026, 11, 1, tzinfo=UTC)
FACTS = Facts("Азия-Плюс", "ru", NOVEMBER)


Names = Mapping[str, tuple[str, ...]]


def compiled(question: str, names: Names = MappingProxyType({})) -> Matcher:
    """The matcher of a question; `names` are written as people write them."""
    known = {name_key(name, LEMMATISER): others for name, others in names.items()}
    return compile_question(parse_question(question), LEMMATISER, known)


def accepts(
    question: str, text: str, *, title: str = "", facts: Facts = FACTS, names: Names = MappingProxyType({})
) -> bool:
    return compiled(question, names).accepts(LEMMATISER.read_article(title, text, "ru"), facts)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Рахмон", "Президент Эмомали Рахмон открыл школу."),
        ("рахмон", "В Душанбе встретились с Рахмоном."),
        ("Рахмон", "Эмомалӣ Раҳмон ба Хуҷанд омад."),
        ("ОДКБ", "Саммит ОДКБ пройдёт осенью"),
        ("Рогун", "Второй агрегат Рогуна дал ток"),
        ("Россия Таджикистан", "Таджикистан договорился с Россией"),
        ("«Рогунская ГЭС»", "Строители Рогунской ГЭС отчитались"),
        ("джиу-джитсу", "Сборная по джиу-джитсу вернулась"),
        ("джиу-джитсу", "Турнир по джиу джитсу"),
        ("джиу джитсу", "Сборная по джиу-джитсу вернулась"),
        ("договор о безопасности", "Безопасность и новый договор"),
        ("«договор о безопасности»", "Подписан договор о безопасности"),
        ("вода -Нурек", "В Вахше прибыла вода"),
        ("вода -«малая ГЭС»", "Малая вода: ГЭС снизила выработку"),
        ("вода | свет", "Дали свет"),
        ("вода | свет газ -Нурек", "Газ и свет подорожают"),
        ("floods", "A flood hit the valley"),
        ("Ким Чен Ын", "Лидер Ким Чен-ын выступил"),
    ],
)
def test_a_question_accepts(question: str, text: str) -> None:
    assert accepts(question, text)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Рахмон", "Певец Рахмонов дал концерт для Рахмоновой"),
        ("Россия Таджикистан", "Таджикистан договорился с Китаем"),
        ("«Рогунская ГЭС»", "Рогунская плотина и Нурекская ГЭС"),
        ("«Рогунская ГЭС»", "Плотина Рогунская\n\nГЭС в Нуреке"),
        ("«новая школа»", "Школа новая"),
        ("«дорога закрыта»", "Проезда нет, это дорога. Закрыта и школа"),
        ("«договор о безопасности»", "Подписан договор безопасности"),
        ("джиу-джитсу", "Джитсу и дзюдо"),
        ("вода -Нурек", "Вода в Нуреке прибыла"),
        ("вода -«малая ГЭС»", "Вода пришла, малую ГЭС остановили"),
        ("вода | свет газ", "Дали свет"),
        ("вода | свет -Нурек", "В Нуреке дали свет"),
        ("ОДКБ", "Одной КБ меньше"),
    ],
)
def test_a_question_rejects(question: str, text: str) -> None:
    assert not accepts(question, text)


@pytest.mark.parametrize(
    ("question", "text", "is_accepted"),
    [
        ("вода свет", f"Вода {'и ' * (NEAR_WORDS - 2)}свет", True),
        ("вода свет", f"Вода {'и ' * (NEAR_WORDS - 1)}свет", False),
        ("вода свет", f"Вода ушла. Но {'и ' * (NEAR_WORDS - 5)}свет", True),
        ("вода свет", f"Вода ушла. Но {'и ' * (NEAR_WORDS - 4)}свет", False),
        ("вода свет", f"Вода {'и ' * 40}свет {'и ' * 30}вода {'и ' * 10}свет", True),
        ("вода «малая ГЭС»", f"Вода {'и ' * (NEAR_WORDS - 3)}малая ГЭС", True),
        ("вода «малая ГЭС»", f"Вода {'и ' * (NEAR_WORDS - 2)}малая ГЭС", False),
        ("вода свет газ", f"Вода {'и ' * 20}свет {'и ' * 20}газ", False),
        ("вода свет газ", f"Газ {'и ' * 40}вода газ {'и ' * 10}свет вода", True),
        ("«вода свет»", "Вода, свет", True),
    ],
)
def test_words_stand_near_one_another(question: str, text: str, is_accepted: bool) -> None:
    assert accepts(question, text) is is_accepted


def test_a_headline_is_near_the_first_words_of_the_text() -> None:
    assert accepts("вода Нурек", "В Нуреке ждут весны.", title="Вода ушла")
    assert not accepts("«вода Нурек»", "Нурек ждёт весны.", title="Ушла вода")


@pytest.mark.parametrize(
    ("question", "is_accepted"),
    [
        ("title:вода", True),
        ("title:воды", True),
        ("title:свет", False),
        ("title:«тёплая вода»", True),
        ("title:«вода Вахш»", False),
        ("title:вода title:пришла", True),
        ("title:вода сосед", True),
        ("title:вода «далёкий сосед»", True),
        ("title:вода Вахш сосед", False),
        ("title:сосед | title:вода", True),
        ("title:вода -свет", False),
    ],
)
def test_what_a_title_asks_for_stands_in_the_headline(question: str, is_accepted: bool) -> None:
    text = f"Вахш вышел из берегов. {'Там тихо. ' * 20}Об этом сказал далёкий сосед, и дали свет."
    assert accepts(question, text, title="Пришла тёплая вода") is is_accepted


@pytest.mark.parametrize(
    ("question", "is_accepted"),
    [
        ("вода source:азия", True),
        ("вода source:плюс", True),
        ("вода source:«Азия Плюс»", True),
        ("вода source:«Плюс Азия»", False),
        ("вода source:ховар", False),
        ("вода source:ховар source:азия", True),
        ("вода language:ru", True),
        ("вода language:tg", False),
        ("вода after:2026-11-01", True),
        ("вода after:2026-11-02", False),
    ],
)
def test_filters_look_at_the_article_s_facts(question: str, is_accepted: bool) -> None:
    assert accepts(question, "Пришла вода") is is_accepted
    assert compiled(question).takes_source("Азия-Плюс") is (is_accepted or "source" not in question)


def test_a_day_begins_at_midnight_in_universal_time() -> None:
    eve = Facts("Азия-Плюс", "ru", NOVEMBER - timedelta(seconds=1))
    assert not accepts("вода after:2026-11-01", "Пришла вода", facts=eve)
    assert accepts("вода after:2026-10-31", "Пришла вода", facts=eve)


@pytest.mark.parametrize(
    ("question", "text", "is_accepted"),
    [
        ("ОДКБ", "The CSTO's council met", True),
        ("ОДКБ", f"Совет {TREATY} собрался", True),
        ("ОДКБ", "Организация подписала договор о безопасности, коллективной её не назвать", False),
        ("саммит в ОДКБ", "CSTO созывает саммит", True),
        ("саммит «ОДКБ»", "CSTO созывает саммит", True),
        ("саммит ОДКБ", "CSTO созывает совет", False),
        ("title:ОДКБ", "CSTO созывает совет", False),
        ("ОДКБ | НАТО", "CSTO созывает совет", True),
        ("ОДКБ -саммит", "CSTO: саммит", False),
        ("саммит -ОДКБ", "Саммит созывает CSTO", False),
        ("ОДКБ -CSTO", "CSTO созывает саммит ОДКБ", False),
        ("ОДКБ -CSTO", "Саммит ОДКБ", True),
        (f"«{TREATY}»", "Саммит ОДКБ", False),
        (f"саммит «{TREATY}»", "Саммит ОДКБ", False),
        (TREATY, "Саммит ОДКБ", True),
        (f"саммит -«{TREATY}»", "Саммит ОДКБ", True),
        (f"саммит -{TREATY.replace(' ', '-')}", "Саммит ОДКБ", False),
    ],
)
def test_any_name_of_one_thing_will_do(question: str, text: str, is_accepted: bool) -> None:
    assert (
        accepts(question, text, names={"ОДКБ": ("CSTO", TREATY), "CSTO": ("ОДКБ", TREATY), TREATY: ("ОДКБ",)})
        is is_accepted
    )


def test_words_in_a_row_that_are_a_name_are_asked_for_in_a_row() -> None:
    names = {TREATY: ("ОДКБ",), "договор": ("пакт",)}
    summit = "саммит организации договора о коллективной безопасности"
    assert accepts(summit, "Саммит ОДКБ", names=names)
    assert accepts(summit, f"{TREATY} проводит саммит", names=names)
    assert not accepts(summit, "Договор о коллективной безопасности: организация проводит саммит", names=names)
    assert accepts("договор о безопасности", "Пакт о безопасности", names=names), "a shorter name alone"
    assert accepts("title:договор", "", title="Пакт подписан", names=names)
    assert not accepts("безопасность", "ОДКБ", names=names)
    assert not accepts("договор договор", "Соглашение", names=names)


def test_a_name_of_the_whole_question_stands_for_all_that_it_wants() -> None:
    names = {"вода": ("ЖКХ", "водное хозяйство")}
    by_key = compile_question(parse_question("вода -Нурек | свет"), LEMMATISER, {"вода | свет": ["водное хозяйство"]})
    assert by_key.accepts(LEMMATISER.read("Водное хозяйство Вахша"), FACTS)
    assert not by_key.accepts(LEMMATISER.read("Водное хозяйство Нурека"), FACTS)
    assert accepts("вода -Нурек", "ЖКХ Вахша", names=names)
    assert len(compiled("вода", names).alternatives) == 1


def test_the_index_is_asked_for_all_names_and_filters() -> None:
    matcher = compiled("ОДКБ title:совет -саммит source:азия language:tg after:2026-11-01", {"ОДКБ": ("CSTO",)})
    asked = matcher.candidates(frozenset({7}))
    (clauses,) = asked.alternatives
    assert [[[sorted(keys) for keys in form] for form in clause.forms] for clause in clauses] == [
        [[["одкб"]], [["csto"]]],
        [[["совет"]]],
    ]
    assert [clause.in_title for clause in clauses] == [False, True]
    assert asked.without == ((frozenset({"саммит"}),),)
    assert (asked.sources, asked.language, asked.after) == (frozenset({7}), "tg", NOVEMBER)
    assert compiled("вода").candidates().sources is None


def test_only_single_words_without_filters_are_told_by_the_index_alone() -> None:
    assert compiled("вода | ОДКБ", {"ОДКБ": ("CSTO",)}).is_words_alone
    for question in ("вода свет", "«малая ГЭС»", "title:вода", "вода -свет", "вода source:азия", "вода language:tg"):
        assert not compiled(question).is_words_alone
    assert not compiled("ОДКБ", {"ОДКБ": (TREATY,)}).is_words_alone


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
        "title:«ГЭС»",
        "source:Азия",
        "after:2026-11-01",
        "language:ru",
    ]
)
WRITTEN = st.lists(st.one_of(ASKED, st.text(max_size=8), st.just("…и так далее. ")), max_size=30).map(" ".join)


def is_among(candidates: Candidates, reading: Reading) -> bool:
    """Whether the loosest of indexes would give this article: the words of an alternative are somewhere in it."""

    def may_stand(form: Form) -> bool:
        return all(keys & reading.keys for keys in form)

    return any(all(any(map(may_stand, one.forms)) for one in clauses) for clauses in candidates.alternatives)


@given(st.lists(ASKED, min_size=1, max_size=5).map(" ".join), WRITTEN, WRITTEN)
@settings(deadline=None)
def test_candidates_never_hide_an_article_that_is_accepted(question: str, title: str, text: str) -> None:
    try:
        matcher = compiled(question, {"Рогунская ГЭС": ("Рогун", "большая стройка"), "вода": ("Рахмон",)})
    except QuestionError:
        return
    for reading in (LEMMATISER.read_article(title, text), LEMMATISER.read_article(question, text, "tg")):
        if matcher.accepts(reading, FACTS):
            assert is_among(matcher.candidates(), reading)


@given(WRITTEN, st.permutations(["вода", "ОДКБ", "Рахмон"]))
@settings(deadline=None)
def test_near_is_what_looking_at_every_window_finds(text: str, asked: list[str]) -> None:
    reading = LEMMATISER.read(text * 3)
    wanted = [LEMMATISER.question_keys(word) for word in asked]
    windows = (reading.words[start : start + NEAR_WORDS] for start in range(len(reading.words)))
    expected = any(all(any(keys & word for word in window) for keys in wanted) for window in windows)
    assert compiled(" ".join(asked)).holds(reading) is expected
