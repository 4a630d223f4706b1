"""Questions: how they are read, and what they accept."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.topics.aliases import topic_key
from bot.topics.lemmas import Lemmatiser, Reading
from bot.topics.query import (
    Matcher,
    Question,
    QuestionError,
    QuestionFault,
    compile_question,
    parse_question,
    question_key,
)

LEMMATISER = Lemmatiser()
TREATY = "Организация Договора о коллективной безопасности"


def accepts(question: str, text: str, *, source: str = "Азия-Плюс", aliases: tuple[str, ...] = ()) -> bool:
    matcher = compile_question(parse_question(question), LEMMATISER, aliases)
    return matcher.accepts(LEMMATISER.read(text), source)


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("ОДКБ", Question(("одкб",))),
        ("«одкб»", Question(("одкб",))),
        ("Рогунская ГЭС", Question(("рогунская", "гэс"))),
        ("«Рогунская ГЭС»", Question((), (("рогунская", "гэс"),))),
        ('"Рогунская ГЭС', Question((), (("рогунская", "гэс"),))),
        ("“Рогунская ГЭС” кредит", Question(("кредит",), (("рогунская", "гэс"),))),
        ("джиу-джитсу", Question((), (("джиу", "джитсу"),))),
        ("вода и свет", Question(("вода", "свет"))),
        ("и", Question(("и",))),
        ("вода -Нурек -«малая ГЭС»", Question(("вода",), without=(("нурек",), ("малая", "гэс")))),
        ("вода - свет", Question(("вода", "свет"))),
        ("вода source:Азия-Плюс", Question(("вода",), sources=(("азия", "плюс"),))),
        ("вода SOURCE: «Азия Плюс»", Question(("вода",), sources=(("азия", "плюс"),))),
        ("source", Question(("source",))),
        ("вода вода ВОДА", Question(("вода",))),
        ("2,5 млн", Question(("млн",), (("2", "5"),))),
    ],
)
def test_a_question_is_read(text: str, question: Question) -> None:
    assert parse_question(text) == question


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", QuestionFault.EMPTY),
        ("  «» … ", QuestionFault.EMPTY),
        ("-вода", QuestionFault.ONLY_WITHOUT),
        ("-вода source:Азия", QuestionFault.ONLY_WITHOUT),
        ("source:Азия", QuestionFault.ONLY_SOURCE),
        ("вода " * 41, QuestionFault.TOO_LONG),
        ("а-б-в-г-д-е-ж-з-и-к-л-м-н", QuestionFault.TOO_LONG),
    ],
)
def test_a_question_that_cannot_be_asked_says_why(text: str, kind: QuestionFault) -> None:
    with pytest.raises(QuestionError) as error:
        parse_question(text)
    assert error.value.kind is kind


@pytest.mark.parametrize(
    "same",
    [
        ("ОДКБ", "одкб", "«одкб»", " ОДКБ! "),
        (TREATY, "организации Договора о коллективной безопасности", "безопасность коллективная, договор, организация"),
        ("«Рогунская ГЭС»", "«Рогунской ГЭС»"),
        ("Россия вода -свет", "воды России -Свет"),
        ("ҷумҳурӣ", "чумхури"),
        ("Хатлонская область", "Хатлонской области"),
        ("taxes", "tax"),
    ],
)
def test_questions_for_the_same_have_one_key(same: tuple[str, ...]) -> None:
    assert len({topic_key(text, LEMMATISER) for text in same}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Рахмон", "Рахмонов"),
        ("Россия вода", "«Россия вода»"),
        ("«вода Россия»", "«Россия вода»"),
        ("вода", "вода -свет"),
        ("вода", "вода source:Азия"),
        ("ОДКБ", "ОДКБ саммит"),
    ],
)
def test_questions_for_different_things_have_different_keys(one: str, other: str) -> None:
    assert topic_key(one, LEMMATISER) != topic_key(other, LEMMATISER)


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
        ("вода -Нурек", "В Вахше прибыла вода"),
        ("вода -«малая ГЭС»", "Малая вода: ГЭС снизила выработку"),
        ("вода source:азия", "В Вахше прибыла вода"),
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
        ("джиу-джитсу", "Джитсу и дзюдо"),
        ("вода -Нурек", "Вода в Нуреке прибыла"),
        ("вода -«малая ГЭС»", "Вода пришла, малую ГЭС остановили"),
        ("вода source:ховар", "В Вахше прибыла вода"),
        ("ОДКБ", "Одной КБ меньше"),
    ],
)
def test_a_question_rejects(question: str, text: str) -> None:
    assert not accepts(question, text)


def test_an_alias_is_a_phrase_and_any_name_will_do() -> None:
    aliases = ("CSTO", TREATY)
    assert accepts("ОДКБ", "Совет Организации Договора о коллективной безопасности собрался", aliases=aliases)
    assert accepts("ОДКБ", "The CSTO's council met", aliases=aliases)
    assert not accepts(
        "ОДКБ", "Организация подписала договор о безопасности, коллективной её не назвать", aliases=aliases
    )
    assert not accepts("ОДКБ -саммит", "CSTO: саммит", aliases=aliases)


def test_the_first_match_is_where_the_words_begin() -> None:
    reading = LEMMATISER.read("Вчера открыли Рогунскую ГЭС")
    assert compile_question(parse_question("«Рогунская ГЭС»"), LEMMATISER).first_match(reading) == 2
    assert compile_question(parse_question("ГЭС вчера"), LEMMATISER).first_match(reading) == 0
    assert compile_question(parse_question("Нурек"), LEMMATISER, ("открыть",)).first_match(reading) == 1
    assert compile_question(parse_question("Нурек"), LEMMATISER).first_match(reading) is None


def test_candidates_hold_the_terms_of_each_name() -> None:
    matcher = compile_question(parse_question("ОДКБ -саммит"), LEMMATISER, ("CSTO", "договор безопасности"))
    terms = [[sorted(term) for term in terms] for terms in matcher.candidates.any_of]
    assert terms == [[["одкб"]], [["csto"]], [["договор"], ["безопасности", "безопасность"]]]


QUESTION_WORDS = st.sampled_from(
    ["ОДКБ", "Рахмон", "вода", "воды", "джиу-джитсу", "и", "Раҳмон", "taxes", "2026", "Рогунская", "ГЭС", "-свет"]
)
QUESTIONS = st.one_of(
    st.text(max_size=60),
    st.lists(QUESTION_WORDS, min_size=1, max_size=6).map(" ".join),
    st.lists(QUESTION_WORDS, min_size=1, max_size=4).map(lambda words: f"«{' '.join(words)}» source:Азия"),
)


def parsed(text: str) -> Question | None:
    try:
        return parse_question(text)
    except QuestionError:
        return None


@given(QUESTIONS)
@settings(deadline=None)
def test_a_key_is_a_question_and_its_own_key(text: str) -> None:
    question = parsed(text)
    if question is not None:
        key = question_key(question, LEMMATISER)
        assert topic_key(key, LEMMATISER) == key


def in_candidates(matcher: Matcher, reading: Reading) -> bool:
    return any(all(term & reading.keys for term in terms) for terms in matcher.candidates.any_of)


@given(QUESTIONS, st.lists(st.one_of(QUESTION_WORDS, st.text(max_size=8)), max_size=12).map(" ".join))
@settings(deadline=None)
def test_the_index_never_hides_an_article_that_is_accepted(text: str, article: str) -> None:
    question = parsed(text)
    if question is None:
        return
    matcher = compile_question(question, LEMMATISER, ("Рогунская ГЭС",))
    for reading in (LEMMATISER.read(article), LEMMATISER.read(f"{article}\n{text}", "tg")):
        if matcher.accepts(reading, "Азия-Плюс"):
            assert in_candidates(matcher, reading)
            assert matcher.first_match(reading) is not None
