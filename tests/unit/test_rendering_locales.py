"""Every word is there in every language, in all its forms, and none stands there unused."""

import ast
import re
from datetime import UTC, datetime, timedelta
from string import Formatter

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from bot.rendering import locales
from bot.rendering.commands import ADMIN, GROUP, PRIVATE
from bot.rendering.locales import LANGUAGES, Locales
from bot.rendering.timezones import ZONES
from tests.unit.rendering_samples import ALL_WORDS, DUSHANBE, LOCALES, NOW, RU

FORMS = {"ru": 3, "tg": 2, "en": 2}


def catalog(language: str) -> Catalog:
    path = locales.FOLDER / language / "LC_MESSAGES" / "khabar.po"
    with path.open("rb") as source:
        return read_po(source, locale=language, abort_invalid=True)


def keys(language: str) -> dict[str, tuple[str, ...]]:
    """Each key with its sentence, or with all its plural forms."""
    return {_texts(message.id)[0]: _texts(message.string) for message in catalog(language) if message.id}


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list | tuple) else (str(value),)


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def test_every_key_exists_in_every_language() -> None:
    assert keys("ru").keys() == keys("tg").keys() == keys("en").keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_written_in_all_its_forms(language: str) -> None:
    found = catalog(language)
    assert found.num_plurals == FORMS[language]
    assert not found.obsolete
    assert not any(message.fuzzy for message in found if message.id)
    plurals = {_texts(message.id)[0] for message in found if message.pluralizable}
    for key, forms in keys(language).items():
        assert len(forms) == (FORMS[language] if key in plurals else 1), key
        assert all(form == form.strip() and form for form in forms), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_form_has_the_same_values_in_it(language: str) -> None:
    original = keys("en")
    for key, forms in keys(language).items():
        wanted = placeholders(original[key][-1])
        assert all(placeholders(form) == wanted for form in forms), key


def test_every_key_is_used_and_every_used_key_exists() -> None:
    asked: set[str] = set()
    constants: set[str] = set()
    for path in locales.FOLDER.parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                constants.add(node.value)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
                name, first = node.func.attr, node.args[0]
                if name in {"text", "plural", "node"} and isinstance(first, ast.Constant):
                    asked.add(str(first.value))
    asked |= {f"command.{name}" for name in (*PRIVATE, *GROUP, *ADMIN)} | {f"zone.{name}" for name in ZONES}
    known = set(keys("en"))
    assert asked <= known
    assert known <= asked | constants


def test_no_sentence_of_one_language_was_left_in_another() -> None:
    """A Latin word among Cyrillic ones is a name, a command or a mistake; Tajik has no ы, щ, ц, ь."""
    for language in ("ru", "tg"):
        for key, forms in keys(language).items():
            plain = re.sub(r"/[a-z]+|\{[a-z_]+\}", "", " ".join(forms))
            assert set(re.findall(r"[A-Za-z]+", plain)) <= {"Telegram", "UTC", "id", "https", "CSS"}, key
    for key, forms in keys("en").items():
        assert not re.search("[а-яё]", " ".join(forms), re.IGNORECASE), key
    for key, forms in keys("tg").items():
        assert key.startswith("zone.") or not re.search("[ыщць]", " ".join(forms), re.IGNORECASE), key


@pytest.mark.parametrize(
    ("n", "expected"),
    [(1, "1 новость"), (2, "2 новости"), (5, "5 новостей"), (11, "11 новостей"), (21, "21 новость"),
     (112, "112 новостей"), (9999, "9999 новостей"), (12345, "12\u00a0345 новостей")],
)  # fmt: skip
def test_russian_counts_as_russians_do(n: int, expected: str) -> None:
    assert RU.plural("count.stories", n) == expected


@pytest.mark.parametrize(
    ("language", "n", "expected"), [("tg", 5, "5 хабар"), ("en", 1, "1 story"), ("en", 12000, "12,000 stories")]
)
def test_the_other_languages_count_too(language: str, n: int, expected: str) -> None:
    assert LOCALES.words(language).plural("count.stories", n) == expected


@pytest.mark.parametrize(
    ("ago", "russian", "tajik", "english"),
    [
        (timedelta(hours=2), "сегодня, 12:05", "имрӯз, 12:05", "today, 12:05"),
        (timedelta(hours=15), "вчера, 23:05", "дирӯз, 23:05", "yesterday, 23:05"),
        (timedelta(days=2), "19 ноября, 14:05", "19 ноябр, 14:05", "19 November, 14:05"),
        (timedelta(days=400), "17 октября 2025, 14:05", "17 октябри 2025, 14:05", "17 October 2025, 14:05"),
        (timedelta(hours=-11), "22 ноября, 01:05", "22 ноябр, 01:05", "22 November, 01:05"),
    ],
)
def test_times_are_told_in_words_of_the_readers_day(ago: timedelta, russian: str, tajik: str, english: str) -> None:
    told = [words.moment(NOW - ago, timezone=DUSHANBE, now=NOW) for words in ALL_WORDS]
    assert told == [russian, tajik, english]


def test_a_message_that_stays_never_says_today() -> None:
    assert RU.stamp(NOW - timedelta(hours=2), timezone=DUSHANBE, now=NOW) == "12:05"
    assert RU.stamp(NOW - timedelta(hours=15), timezone=DUSHANBE, now=NOW) == "20 ноября, 23:05"


def test_every_month_of_a_tajik_date_is_tajik() -> None:
    words = LOCALES.words("tg")
    months = [words.date(datetime(2025, n, 3, tzinfo=UTC), timezone=DUSHANBE, now=NOW).split()[1] for n in range(1, 13)]
    assert " ".join(months) == ("январи феврали марти апрели майи июни июли августи сентябри октябри ноябри декабри")


@pytest.mark.parametrize(
    ("code", "language"),
    [("ru", "ru"), ("tg", "tg"), ("en-GB", "en"), ("EN_us", "en"), ("uz", "tg"), (None, "tg"), ("", "tg")],
)
def test_a_reader_gets_the_language_of_their_telegram_else_the_default(code: str | None, language: str) -> None:
    assert Locales("tg").pick(code) == language


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_button_back_is_told_from_a_button_to_other_pages(language: str) -> None:
    """Both stand on one screen."""
    words = LOCALES.words(language)
    named = ("button.back", "list.newer", "list.older", "pager.previous", "pager.next")
    assert len({words.text(key) for key in named}) == len(named)


def test_values_are_never_read_as_sentences() -> None:
    assert RU.text("list.search", question="{n} %s {0}") == "Поиск: {n} %s {0}"


def test_an_unknown_key_is_a_mistake_and_says_so() -> None:
    with pytest.raises(KeyError, match="no such key"):
        RU.text("no such key")
    with pytest.raises(ValueError, match="language 'fr' is none of ru, tg, en"):
        Locales("fr")
