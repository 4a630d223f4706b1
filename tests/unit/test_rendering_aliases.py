"""The names of a topic as admins read them: every one listed, only their own with a button, whatever it is called."""

import zlib

import pytest
from hypothesis import given, settings

from bot.rendering.aliases import MOST_SHOWN, how_to_name, names_of_topic, no_such_topic
from bot.rendering.callbacks import DropAlias
from bot.rendering.locales import Words
from storage.naming import Alias, AliasOrigin
from storage.records import Topic
from tests.unit.rendering_samples import ALL_WORDS, ANY_TEXT, MAX_ID, RU, as_html, assert_accepted, labels

LANGUAGES = pytest.mark.parametrize("words", ALL_WORDS, ids=lambda words: words.language)
TOPIC = Topic(7, "ОДКБ", "одкб")
NAMES = (Alias("CSTO", "csto"), Alias("Пакт", "пакт", AliasOrigin.ADMIN))


def mark(name: str) -> int:
    return zlib.crc32(name.encode("utf-8", "surrogatepass"))


def test_the_names_of_a_topic() -> None:
    message = names_of_topic(TOPIC, NAMES, RU, mark, added=["Пакт"], refused=["одкб"])
    assert as_html(message) == (
        "Запомнил: Пакт\n\nНе прибавил: одкб. Так тема уже зовётся, или это не имя.\n\n"
        "Тему <b>ОДКБ</b> находят и по этим именам:\n• CSTO (из настроек)\n• Пакт\n\nКнопка снимает имя."
    )
    assert labels(message.keyboard) == [["✖ Пакт"]]
    assert message.keyboard is not None
    assert message.keyboard.inline_keyboard[0][0].callback_data == DropAlias(topic_id=7, mark=mark("Пакт")).pack()


def test_a_topic_without_other_names_has_no_buttons() -> None:
    message = names_of_topic(TOPIC, (), RU, mark)
    assert message.text.startswith("Других имён у темы ОДКБ нет")
    assert message.keyboard is None


@LANGUAGES
@settings(deadline=None)
@given(name=ANY_TEXT, other=ANY_TEXT)
def test_any_name_is_accepted(words: Words, name: str, other: str) -> None:
    topic = Topic(MAX_ID, name, name)
    names = [Alias(f"{other}{number}", other, AliasOrigin.ADMIN) for number in range(MOST_SHOWN + 5)]
    for message in (
        names_of_topic(topic, names, words, mark, added=[other], refused=[name, other]),
        names_of_topic(topic, (), words, mark),
        no_such_topic(name, words),
        how_to_name(words),
    ):
        assert_accepted(message)
