"""The sentence that people are shown of an article."""

from dataclasses import replace
from datetime import UTC, datetime
from unicodedata import category

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.topics.annotate import annotate
from bot.topics.lemmas import Lemmatiser
from bot.topics.query import compile_question, parse_question
from bot.topics.quote import LONGEST_QUOTE, Quote, quote, spell
from storage.records import Article, Block, BlockKind

LEMMATISER = Lemmatiser()
NOW = datetime(2026, 11, 21, tzinfo=UTC)
LONG = (
    "Министр, выступая на открытии второго агрегата, сказал, что станция, которую строили много лет и которую так "
    "ждали в каждом селе, даст свет всем, и особо поблагодарил строителей Рогунской ГЭС, которые работали в снег и "
    "в зной, не жалея ни сил, ни времени, ради общего дела и ради будущего, которое наступает уже завтра утром."
)


def article(title: str, *paragraphs: str, language: str = "ru") -> Article:
    body = tuple(Block(BlockKind.PARAGRAPH, text) for text in paragraphs)
    return Article(1, 1, 1, "Ховар", "https://news.example/1", title, "", body, language, NOW, NOW)


def quoted(question: str, news: Article, names: dict[str, list[str]] | None = None) -> Quote | None:
    return quote(compile_question(parse_question(question), LEMMATISER, names or {}), news, LEMMATISER)


def bold(found: Quote | None) -> list[str]:
    assert found is not None
    return [found.text[start:end] for start, end in found.spans]


@pytest.mark.parametrize(
    ("question", "text", "spans"),
    [
        ("станция", "Это новая станция.", ["станция"]),
        ("ток", "Станция дала ток Нуреку", ["ток"]),
        ("«новая станция»", "Это новая станция.", ["новая станция"]),
        ("станция ток", "Станция дала ток Нуреку", ["Станция", "ток"]),
        ("станция гора", "Станцию окружают горы, станция мала.", ["Станцию", "горы", "станция"]),
        ("title:станция", "Станция дала ток Нуреку", ["Станция"]),
        ("title:станция гора", "Станцию окружают горы, станция мала.", ["горы"]),
        ("Пекин | гора", "Станцию окружают горы, станция мала.", ["горы"]),
        ("станция ток гора Нурек", "Станция дала ток Нуреку", ["Станция", "ток", "Нуреку"]),
        ("«дало ток» | гора | мала", "Станцию окружают горы, станция мала.", ["горы", "мала"]),
    ],
)
def test_the_sentence_with_most_of_what_was_asked_is_quoted(question: str, text: str, spans: list[str]) -> None:
    news = article(
        "Станция дала ток Нуреку", "Утро было ясным. Это новая станция.", "Станцию окружают горы, станция мала."
    )
    found = quoted(question, news)
    assert found is not None
    assert (found.text, bold(found)) == (text, spans)


def test_only_what_holds_as_a_whole_is_quoted() -> None:
    news = article("Новости", "Вода и свет есть.", *["Ещё день прошёл спокойно."] * 9, "Газ подорожал. Дров нет.")
    assert bold(quoted("вода свет снег | газ", news)) == ["Газ"]
    assert bold(quoted("вода газ", news)) == ["Вода"], "the index asks more loosely"
    assert quoted("ОДКБ", news) is None


def test_any_name_is_quoted_and_a_name_is_one_span() -> None:
    names = {"одкб": ["CSTO", "Организация Договора о коллективной безопасности"]}
    news = article("Саммит", "Совет Организации Договора о коллективной безопасности (ОДКБ) собрался в Душанбе.")
    assert bold(quoted("ОДКБ", news, names)) == ["Организации Договора о коллективной безопасности", "ОДКБ"]
    assert bold(quoted("ОДКБ | договор | «о коллективной»", news, names))[0] == (
        "Организации Договора о коллективной безопасности"
    ), "spans within one another are one"


@pytest.mark.parametrize(
    ("question", "start", "end", "spans"),
    [
        ("министр", "Министр, выступая", "…", ["Министр"]),
        ("завтра", "…", "уже завтра утром.", ["завтра"]),
        ("станция «Рогунская ГЭС»", "…", "…", ["станция", "Рогунской ГЭС"]),
        ("министр завтра станция", "Министр", "…", ["Министр", "станция"]),
    ],
)
def test_a_long_sentence_is_cut_around_the_words(question: str, start: str, end: str, spans: list[str]) -> None:
    found = quoted(question, article("Новости", LONG))
    assert found is not None
    assert found.text.startswith(start)
    assert found.text.endswith(end)
    assert bold(found) == spans
    assert LONGEST_QUOTE - 30 < len(found.text) <= LONGEST_QUOTE
    assert set(found.text.strip("…").split()) <= {word.rstrip(",") for word in LONG.split()} | set(LONG.split())


def test_a_word_longer_than_a_quote_is_cut_too() -> None:
    found = quoted("вода", article("Новости", "Это " + "оченьдлинно" * 30 + " вода."))
    assert found is not None
    assert bold(found) == ["вода"]
    longest = "б" * 300
    found = quote(compile_question(parse_question("б" * 190), LEMMATISER, {"б" * 190: [longest]}),
                  article("Новости", f"Это {longest} и всё."), LEMMATISER)  # fmt: skip
    assert found is not None
    assert len(found.text) <= LONGEST_QUOTE
    assert bold(found) == ["б" * (LONGEST_QUOTE - 2)]


WORDS = st.sampled_from(
    ["вода", "воды", "свет", "малая", "ГЭС", "Нурек", "и", "даже", "…", ".", "Но", "—", "\u00a0", "«", "»"]
)
TEXTS = st.lists(st.one_of(WORDS, st.text(max_size=12)), max_size=80).map(" ".join)


@given(st.sampled_from(["вода", "вода свет", "«малая ГЭС» Нурек", "title:вода свет | ГЭС"]), TEXTS, TEXTS)
@settings(deadline=None)
def test_a_quote_is_short_and_marks_whole_words(question: str, title: str, text: str) -> None:
    news = article(title, text)
    matcher = compile_question(parse_question(question), LEMMATISER)
    found = quote(matcher, news, LEMMATISER)
    if found is None:
        asked = {keys for clauses in matcher.alternatives for one in clauses for form in one.forms for keys in form}
        assert any(keys.isdisjoint(LEMMATISER.read(news.text, "ru").keys) for keys in asked)
        return
    assert 0 < len(found.text) <= LONGEST_QUOTE
    assert found.spans
    ends = [0, *(place for span in found.spans for place in span), len(found.text)]
    assert ends == sorted(ends)
    for start, end in found.spans:
        assert all(category(found.text[at])[0] in "LN" for at in (start, end - 1))


@pytest.mark.parametrize(
    ("title", "lead"),
    [
        ("Учения", "Учения Организации договора начались в горах."),
        ("", "Учения начались в горах."),
        ("Учения начались", ""),
        ("", ""),
    ],
)
def test_an_article_spelled_is_the_article_that_was_read_when_it_came(title: str, lead: str) -> None:
    told = replace(article(title), lead=lead)
    read = annotate(title, lead, (), "ru", LEMMATISER).reading
    spelled = spell(told, LEMMATISER).reading
    assert (spelled.words, spelled.title_words) == (read.words, read.title_words)
