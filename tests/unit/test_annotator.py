"""Articles are read in a process of their own, and none is lost to it."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.annotator import Annotator
from bot.topics.annotate import LONGEST_TEXT, annotate
from bot.topics.lemmas import Lemmatiser
from storage.naming import EntityKind
from storage.records import Block, BlockKind

LEMMATISER = Lemmatiser()
NOW = datetime(2026, 3, 14, 9, tzinfo=UTC)
TITLE = "Рогун пустил третий агрегат"
BODY = (Block(BlockKind.PARAGRAPH, "Мощность станции выросла на шестьсот мегаватт, сообщила дирекция в Душанбе."),)


@pytest.fixture
async def annotator() -> AsyncIterator[Annotator]:
    async with Annotator(LEMMATISER) as annotator:
        yield annotator


async def test_an_article_is_read_as_in_this_process(annotator: Annotator) -> None:
    assert annotator.pids == ()
    read = await annotator.read(TITLE, "", BODY, "ru", NOW)
    assert read.annotation.reading == annotate(TITLE, "", BODY, "ru", LEMMATISER).reading
    assert {"рогун", "агрегат", "душанбе"} <= read.annotation.reading.keys
    assert len(annotator.pids) == 1
    assert annotator.pids[0] != os.getpid()


async def test_an_article_over_which_the_process_dies_is_read_by_another(annotator: Annotator) -> None:
    await annotator.read(TITLE, "", BODY, "ru", NOW)
    (victim,) = annotator.pids
    os.kill(victim, signal.SIGKILL)
    read = await annotator.read(TITLE, "", BODY, "ru", NOW)
    assert "агрегат" in read.annotation.reading.keys
    assert annotator.pids != (victim,)


async def test_an_article_that_takes_too_long_in_any_process_is_read_in_this_one() -> None:
    async with Annotator(LEMMATISER, time_limit=timedelta(microseconds=1)) as annotator:
        read = await annotator.read(TITLE, "", BODY, "ru", NOW)
        assert annotator.pids == ()
    assert "агрегат" in read.annotation.reading.keys
    assert read.annotation.entities == ()


async def test_only_the_beginning_is_read_of_what_no_process_could_read() -> None:
    body = (Block(BlockKind.PARAGRAPH, "агрегат " * 1_000 + "плотина"),)
    async with Annotator(LEMMATISER, time_limit=timedelta(microseconds=1)) as annotator:
        read = await annotator.read(TITLE, "", body, "ru", NOW)
    assert "агрегат" in read.annotation.reading.keys
    assert "плотина" not in read.annotation.reading.keys


def test_a_text_without_end_is_read_to_a_length_that_takes_seconds() -> None:
    body = (Block(BlockKind.PARAGRAPH, "вода " * LONGEST_TEXT),)
    read = annotate("вода " * LONGEST_TEXT, "", body, "ru", LEMMATISER)
    assert len(read.reading.words) < LONGEST_TEXT


def test_what_everybody_knows_is_not_learned_from_a_page() -> None:
    body = (Block(BlockKind.PARAGRAPH, "Общество охраны находок (ООН) и Лига горных пасечников (ЛГП) спорят о мёде."),)
    read = annotate("О мёде", "", body, "ru", LEMMATISER)
    assert [pair.short for pair in read.pairs] == ["ЛГП"]


async def test_articles_at_once_are_read_one_after_the_other(annotator: Annotator) -> None:
    titles = [f"Новость {number}" for number in range(20)]
    read = await asyncio.gather(*(annotator.read(title, "", (), "ru", NOW) for title in titles))
    assert [str(number) in one.annotation.reading.keys for number, one in enumerate(read)] == [True] * 20
    assert len(annotator.pids) == 1


async def test_whom_and_what_an_article_speaks_of_is_found_where_the_models_are(annotator: Annotator) -> None:
    body = (Block(BlockKind.PARAGRAPH, "Президент Таджикистана Эмомали Рахмон посетил Рогунскую ГЭС."),)
    read = await annotator.read("Эмомали Рахмон посетил Рогун", "", body, "ru", NOW)
    assert ("Эмомали Рахмон", EntityKind.PERSON) in [(one.name, one.kind) for one in read.annotation.entities]
    plain = await annotator.read("Эмомали Рахмон посетил Рогун", "", body, "ru", NOW, with_entities=False)
    assert plain.annotation == replace(
        read.annotation, entities=(), pairs=()
    )  # it is entities that teach of whom a last name speaks


def test_the_models_stay_out_of_the_process_that_only_asks() -> None:
    program = (
        "import sys, bot.annotator; "
        "print(*sorted({name.partition('.')[0] for name in sys.modules} & {'slovnet', 'navec', 'razdel', 'pymorphy3'}))"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)  # noqa: S603  our own program
    assert said.stdout.split() == []
