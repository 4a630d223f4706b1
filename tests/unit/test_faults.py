"""What is wrong with a question is told with the part that is wrong, in the terminal and in every language."""

import pytest

from bot.commands.faults import what_is_wrong
from bot.rendering.locales import Words
from bot.rendering.notices import Fault, wrong_question
from bot.topics.query import QuestionError, QuestionFault, parse_question
from tests.unit.rendering_samples import ALL_WORDS, RU

WITHOUT_A_PART = {QuestionFault.EMPTY, QuestionFault.ONLY_WITHOUT, QuestionFault.ONLY_FILTERS}


def fault_of(text: str) -> QuestionError:
    with pytest.raises(QuestionError) as error:
        parse_question(text)
    return error.value


def test_whoever_shows_faults_knows_them_all() -> None:
    assert {fault.name for fault in Fault} == {kind.name for kind in QuestionFault}


@pytest.mark.parametrize("kind", QuestionFault)
def test_an_operator_reads_one_line_with_the_wrong_part(kind: QuestionFault) -> None:
    line = what_is_wrong(QuestionError(kind, "пос{}ле:вчера\x1b[31m"))
    assert "\n" not in line
    assert "\x1b" not in line
    assert "{" not in line.replace("пос{}ле", "")
    assert ("'пос{}ле:вчера" in line) is (kind not in WITHOUT_A_PART)


@pytest.mark.parametrize("words", ALL_WORDS)
@pytest.mark.parametrize("kind", QuestionFault)
def test_a_reader_sees_the_wrong_part_as_it_was_written(kind: QuestionFault, words: Words) -> None:
    message = wrong_question(Fault[kind.name], words, detail="после:{вчера}")
    codes = [entity for entity in message.entities if entity.type == "code"]
    shown = [entity.extract_from(message.text) for entity in codes]
    assert ("после:{вчера}" in shown) is (kind not in WITHOUT_A_PART)


@pytest.mark.parametrize(
    ("text", "operator", "reader"),
    [
        (
            "вода after:yesterday",
            "'after:yesterday' has no date that can be read; write it as after:2026-11-01",
            "В after:yesterday не прочитать дату. Напишите её так: после:2026-11-01 или после:01.11.2026",
        ),
        (
            "вода язык:таджикский",
            "'язык:таджикский' names no language; write its code, as language:ru, language:tg or language:en",
            "язык:таджикский: такого языка нет. Напишите его код, например язык:tg, ru, en",
        ),
        (
            "вода | | свет",
            "in 'вода | | свет' one side of the bar is empty; write words on both",
            "В вода | | свет с одной стороны черты пусто. Напишите слова по обе стороны: вода | свет",
        ),
    ],
)
def test_the_sentence_says_how_to_write_it(text: str, operator: str, reader: str) -> None:
    error = fault_of(text)
    assert what_is_wrong(error) == operator
    assert wrong_question(Fault[error.kind.name], RU, detail=error.detail).text.startswith(f"{reader}\n\n")
