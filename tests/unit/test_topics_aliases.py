"""Which topic a question means among many, which are near it; an article's annotation."""

from collections.abc import Mapping, Sequence

import pytest

from bot.topics.aliases import choose, possible_keys, topic_key
from bot.topics.annotate import annotate
from bot.topics.lemmas import Lemmatiser
from bot.topics.near import nearest
from bot.topics.query import name_key, parse_question
from storage.records import Block, BlockKind, Topic

LEMMATISER = Lemmatiser()
TREATY = "Организация Договора о коллективной безопасности"


def topic(topic_id: int, name: str, *aliases: str) -> Topic:
    return Topic(topic_id, name, topic_key(name, LEMMATISER), aliases)


TOPICS = (
    topic(1, "ОДКБ", "CSTO", TREATY),
    topic(2, "Рогун", "Рогунская ГЭС"),
    topic(3, "Рахмон"),
    topic(4, "Рахмонов"),
    topic(5, "Россия вода"),
    topic(6, "вода -Нурек"),
    topic(7, "саммит source:Ховар"),
    topic(8, "«малая ГЭС»"),
)


def resolve(question: str, topics: Sequence[Topic], names: Mapping[str, Sequence[str]] = {}) -> Topic | None:
    """As the archive does, but for the look-up of keys in the database."""
    ranks = possible_keys(parse_question(question), LEMMATISER, names)
    keys = {key for rank in ranks for key in rank.keys}
    alias_keys = {key for rank in ranks for key in rank.alias_keys}
    found = [
        one
        for one in topics
        if one.key in keys or not alias_keys.isdisjoint(name_key(alias, LEMMATISER) for alias in one.aliases)
    ]
    return choose(ranks, found, LEMMATISER)


@pytest.mark.parametrize(
    ("question", "topic_id"),
    [
        ("ОДКБ", 1),
        ("одкб", 1),
        ("csto", 1),
        ("организации договора о коллективной безопасности", 1),
        ("«Организация Договора о коллективной безопасности»", 1),
        ("Рогуна", 2),
        ("рогунской гэс", 2),
        ("Рахмоном", 3),
        ("Раҳмон", 3),
        ("Рахмонова", 4),
        ("воды России", 5),
        ("Воды -НУРЕК", 6),
        ("малой ГЭС", None),
        ("«малой ГЭС»", 8),
        ("вода Нурек", None),
        ("вода", None),
        ("договор", None),
        ("Рогун -ГЭС", None),
        ("малая ГЭС Памира", None),
    ],
)
def test_a_question_opens_the_topic_it_names(question: str, topic_id: int | None) -> None:
    found = resolve(question, TOPICS)
    assert (found and found.id) == topic_id


def test_the_oldest_of_equal_topics_opens_in_whatever_order_they_come() -> None:
    twins = (topic(9, "Рогун"), topic(2, "Плотина", "Рогун"), topic(7, "Стройка", "Рогун"))
    assert [found.id for order in (twins[1:], twins[:0:-1]) if (found := resolve("рогун", order))] == [2, 2]
    assert resolve("рогун", twins) is twins[0], "a name comes before an alias"


@pytest.mark.parametrize(
    ("question", "topic_id"),
    [("Пакт", 1), ("пакта", 1), ("вода -Нурек", 6), ("воды Раши", 5), ("вода -Раша", None), ("Раша | вода", None)],
)
def test_other_names_lead_to_the_topic(question: str, topic_id: int | None) -> None:
    names = {"пакт": ("ОДКБ", TREATY), "раша": ("Россия", "РФ")}
    found = resolve(question, TOPICS, names)
    assert (found and found.id) == topic_id


def test_a_questions_own_key_comes_before_what_else_it_may_mean() -> None:
    topics = (topic(1, "ОДКБ"), topic(2, "Пакт"))
    found = resolve("пакт", topics, {"пакт": ("ОДКБ",)})
    assert found is topics[1]


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("ОДКБ саммит", ["саммит source:Ховар", "ОДКБ"]),
        ("Рогунн", ["Рогун"]),
        ("договор о безопасности", ["ОДКБ"]),
        ("CSTO", []),
        ("погода", []),
        ("", []),
    ],
)
def test_near_topics_share_words_or_letters(question: str, names: list[str]) -> None:
    assert [found.name for found in nearest(question, TOPICS, LEMMATISER)] == names


def test_of_equally_near_topics_the_older_one_comes_first() -> None:
    topics = [topic(4, "вода Пянд"), topic(2, "вода Вахш"), topic(3, "вода")]
    assert [found.id for found in nearest("вода", topics, LEMMATISER, limit=1)] == [2]


def test_an_annotation_looks_at_title_lead_and_body_alone() -> None:
    body = (
        Block(BlockKind.PARAGRAPH, "Рахмон приехал в Рогун."),
        Block(BlockKind.IMAGE, "Читайте также: ОДКБ", url="https://news.example/1.jpg"),
    )
    annotation = annotate("Новый агрегат", "Станция дала ток…", body, "ru", LEMMATISER)
    assert {"агрегат", "станция", "рахмон", "рогун"} <= annotation.reading.keys
    assert "одкб" not in annotation.reading.keys
    assert annotation.reading.lemmas == " ".join(sorted(annotation.reading.keys))


def test_an_annotation_in_tajik_is_not_read_as_russian() -> None:
    annotation = annotate("Сокин дар шаҳр кор кард", "", (), "tg", LEMMATISER)
    assert annotation.reading.keys == {"сокин", "дар", "шахр", "кор", "кард"}
