"""The index of topics finds what putting each topic to an article finds, however the topics came to it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.topics import match, places
from bot.topics.compiled import TERMS_VERSION, encode, pack, unpack
from bot.topics.hashing import hash_keys
from bot.topics.lemmas import Lemmatiser, Reading
from bot.topics.match import TopicIndex
from bot.topics.query import NEAR_WORDS, Facts, Matcher, QuestionError, compile_question, parse_question
from bot.topics.rows import MOST_ROWS, Kind, Row, rows
from storage.asking import Clause, StoredTopic
from storage.records import Topic

LEMMATISER = Lemmatiser()
TREATY = "Организация Договора о коллективной безопасности"
FACTS = Facts("Ховар", "ru", datetime(2026, 11, 22, tzinfo=UTC))
FAR = "слово " * NEAR_WORDS


def topic(topic_id: int, name: str, *aliases: str) -> Topic:
    return Topic(topic_id, name, "", aliases)


def stored(topics: Iterable[Topic]) -> list[StoredTopic]:
    index = TopicIndex(LEMMATISER)
    return [StoredTopic(one.id, index.add(one)) for one in topics]


def loaded(topics: Iterable[Topic]) -> TopicIndex:
    index = TopicIndex(LEMMATISER)
    assert index.load(stored(topics)) == ()
    return index


def added(topics: Iterable[Topic]) -> TopicIndex:
    index = TopicIndex(LEMMATISER)
    for one in topics:
        index.add(one)
    return index


@lru_cache
def compiled(name: str, names: tuple[str, ...] = ()) -> Matcher:
    return compile_question(parse_question(name), LEMMATISER, {"вода": names} if names else {})


TOPICS = (
    topic(1, "ОДКБ", "CSTO", TREATY),
    topic(2, "Рогун", "Рогунская ГЭС"),
    topic(3, "Рахмон"),
    topic(4, "Рахмонов"),
    topic(5, "Россия вода"),
    topic(6, "вода -Нурек"),
    topic(7, "саммит source:Ховар"),
    topic(8, "«малая ГЭС»"),
    topic(9, "title:Рогун вода"),
    topic(10, "Худжанд | Бохтар вода"),
    topic(11, "вода language:tg"),
    topic(12, "вода after:2026-11-23"),
)


@pytest.mark.parametrize("make", [loaded, added])
@pytest.mark.parametrize(
    ("text", "source", "topic_ids"),
    [
        ("Совет Организации Договора о коллективной безопасности", "Ховар", (1,)),
        ("Саммит ОДКБ открыл Рахмон", "Ховар", (1, 3, 7)),
        ("Саммит ОДКБ открыл Рахмон", "Азия-Плюс", (1, 3)),
        ("Россия даст Рогуну насосы, вода поднимется", "Ховар", (2, 5, 6)),
        (f"Россия даст насосы, {FAR} вода поднимется", "Ховар", (6,)),
        ("Вода в Нуреке прибыла", "Ховар", ()),
        ("Рахмонову вручили премию за малую ГЭС", "Ховар", (4, 8)),
        ("ГЭС малая, вода", "Ховар", (6,)),
        ("В Бохтаре вода", "Ховар", (6, 10)),
        ("В Бохтаре и в Худжанде", "Ховар", (10,)),
        ("", "Ховар", ()),
    ],
)
def test_an_article_finds_its_topics(make: object, text: str, source: str, topic_ids: tuple[int, ...]) -> None:
    assert callable(make)
    facts = Facts(source, "ru", FACTS.published_at)
    assert make(TOPICS).match(LEMMATISER.read(text), facts) == topic_ids


def test_rows_of_fewer_words_leave_those_of_others_alone() -> None:
    """The words of three topics are sorted by how many have them; two topics run out of theirs."""
    index = loaded([topic(1, "ОДКБ Рахмонов вода"), topic(2, "ОДКБ"), topic(3, "ОДКБ")])
    assert index.match(LEMMATISER.read("Рахмонов вода"), FACTS) == ()
    assert index.match(LEMMATISER.read("Рахмонов вода ОДКБ"), FACTS) == (1, 2, 3)


def test_title_language_and_day_are_asked_of_loaded_topics() -> None:
    reading = LEMMATISER.read_article("Рогун", "Вода прибыла", "ru")
    facts = Facts("Ховар", "tg", datetime(2026, 11, 23, tzinfo=UTC))
    assert loaded(TOPICS).match(reading, facts) == (2, 6, 9, 11, 12)


def test_topics_come_and_go_at_once() -> None:
    index = loaded([topic(5, "саммит"), topic(6, "ОДКБ")])
    reading = LEMMATISER.read("Саммит ОДКБ в Душанбе")
    index.add(topic(1, "ОДКБ", "CSTO"))
    index.add(topic(2, "Душанбе"))
    assert index.match(reading, FACTS) == (1, 2, 5, 6)
    index.add(topic(2, "Худжанд"))
    index.add(topic(5, "Худжанд"))
    index.discard(3)
    assert (index.match(reading, FACTS), len(index)) == ((1, 6), 4)
    for topic_id in (1, 2, 5, 6, 6):
        index.discard(topic_id)
    assert (index.match(reading, FACTS), len(index)) == ((), 0)


def test_names_of_a_thing_count_in_a_loaded_topic() -> None:
    writer = TopicIndex(LEMMATISER)
    terms = writer.add(topic(1, "саммит ОДКБ"), {"одкб": ("CSTO", TREATY)})
    index = TopicIndex(LEMMATISER)
    index.load([StoredTopic(1, terms)])
    texts = ("Саммит CSTO", f"саммит {TREATY}", "саммит по коллективной безопасности", f"саммит {FAR} CSTO")
    assert [index.match(LEMMATISER.read(text), FACTS) for text in texts] == [(1,), (1,), (), ()]


def test_terms_of_another_version_are_told_and_not_counted() -> None:
    current, other = stored([topic(1, "вода"), topic(2, "вода")])
    old = StoredTopic(other.id, bytes(len(TERMS_VERSION)) + other.terms[len(TERMS_VERSION) :])
    index = TopicIndex(LEMMATISER)
    assert index.load([current, old]) == (2,)
    assert (len(index), index.match(LEMMATISER.read("вода"), FACTS)) == (1, (1,))
    index.add(topic(2, "вода"))
    assert (len(index), index.match(LEMMATISER.read("вода"), FACTS)) == (2, (1, 2))


def test_a_name_that_is_no_question_leaves_what_stands() -> None:
    index = loaded([topic(1, "вода")])
    with pytest.raises(QuestionError):
        index.add(topic(1, "-вода"))
    assert index.match(LEMMATISER.read("вода"), FACTS) == (1,)


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("вода", [Kind.PLAIN]),
        ("вода | Рогун", [Kind.PLAIN, Kind.PLAIN]),
        ("вода Рогун", [Kind.NEAR]),
        ("вода Рогун | Нурек", [Kind.NEAR, Kind.PLAIN]),
        ("«малая ГЭС» | Нурек", [Kind.PHRASE, Kind.PLAIN]),
        ("«малая ГЭС» Нурек -Рогун", [Kind.PHRASE]),
        ("title:вода", [Kind.PLAIN]),
        ("title:вода Нурек", [Kind.PLAIN]),
        ("title:вода Нурек Рогун", [Kind.NEAR]),
        ("вода | Рогун -Нурек -малая", [Kind.PLAIN, Kind.PLAIN]),
        ("вода Рогун -«малая ГЭС»", [Kind.VETO, Kind.NEAR]),
    ],
)
def test_what_words_decide_is_not_put_to_the_matcher(name: str, kinds: list[Kind]) -> None:
    matcher = compiled(name)
    assert [(row.kind, row.asks) for row in rows(matcher)] == [(kind, False) for kind in kinds]
    assert pack(matcher) not in encode(matcher)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("вода source:Ховар", Kind.PLAIN),
        ("вода Рогун language:tg", Kind.NEAR),
        ("«малая ГЭС» after:2026-11-01", Kind.PHRASE),
        ("title:«малая ГЭС»", Kind.PLAIN),
    ],
)
def test_what_they_do_not_decide_is(name: str, kind: Kind) -> None:
    matcher = compiled(name)
    assert [(row.kind, row.asks) for row in rows(matcher)] == [(kind, True)]
    assert encode(matcher).endswith(pack(matcher))


def clause(*forms: str) -> Clause:
    return Clause(tuple(tuple(frozenset({word}) for word in form.split()) for form in forms))


def forms_of(matcher: Matcher) -> list[list[str]]:
    return [[" ".join("/".join(sorted(word)) for word in form) for form in row.forms] for row in rows(matcher)]


def test_a_clause_of_several_names_has_a_row_for_each() -> None:
    both = (clause("рф", "россия", "российская федерация", "новая россия"), clause("вода", "питьевая влага"))
    assert forms_of(Matcher((both,))) == [
        ["россия/рф", "вода"],
        ["россия/рф", "питьевая влага"],
        ["российская федерация", "вода"],
        ["российская федерация", "питьевая влага"],
    ]


def test_too_many_rows_become_one_that_asks() -> None:
    many = clause(*(f"длинное{number} имя" for number in range(MOST_ROWS + 1)))
    [row] = rows(Matcher(((many, clause("вода")),)))
    assert ([len(form) for form in row.forms], row.kind, row.asks) == ([1, 1], Kind.NEAR, True)
    assert row.forms[0][0] == {f"длинное{number}" for number in range(MOST_ROWS + 1)}


@pytest.mark.parametrize("one", TOPICS, ids=lambda one: one.name)
def test_a_matcher_is_unpacked_as_it_was(one: Topic) -> None:
    matcher = compile_question(parse_question(one.name), LEMMATISER, {"вода": ("тёплая вода", "об")})
    assert unpack(pack(matcher)) == matcher


def test_words_without_any_keys_are_never_found() -> None:
    """No question has such words; a matcher may, and then the rest of it counts."""
    nothing, water = Clause(((frozenset(),),)), clause("вода")
    either = Clause((*nothing.forms, *water.forms))
    assert list(rows(Matcher(((nothing,), (nothing, water), (either,), ())))) == [Row(water.forms)]
    index = TopicIndex(LEMMATISER)
    index.load([StoredTopic(1, encode(Matcher(((nothing,),)))), StoredTopic(2, encode(Matcher(((either,),))))])
    assert index.match(LEMMATISER.read("вода"), FACTS) == (2,)


WORDS = ("ОДКБ", "Рахмонов", "вода", "воды", "Рогун", "ГЭС", "taxes", "сел")
PARTS = (
    *WORDS,
    *WORDS,
    "-вода",
    "|",
    "|",
    "«малая ГЭС»",
    "«вода Рогун»",
    "title:вода",
    "title:«малая ГЭС»",
    "-«ГЭС сел»",
    "source:Ховар",
    "language:tg",
)
TEXTS = st.lists(st.sampled_from([*WORDS, "малая", ". ", FAR, "о"]), max_size=12).map(" ".join)
NAMES: tuple[tuple[str, ...], ...] = (
    (),
    ("сел",),
    ("малая вода", "Рогун"),
    ("taxes", "сел малая", "Рогун Рогун сел"),
    tuple(f"малая {word}" for word in WORDS) * 2,
)


def is_question(text: str) -> bool:
    try:
        parse_question(text)
    except QuestionError:
        return False
    return True


QUESTIONS = st.lists(st.sampled_from(PARTS), min_size=1, max_size=5).map(" ".join).filter(is_question)


@dataclass(frozen=True)
class Step:
    """A topic is added under a small id, anew if it is there; or what has that id goes."""

    topic_id: int
    name: str | None
    names: tuple[str, ...] = ()


STEPS = st.builds(Step, st.integers(1, 9), st.none() | QUESTIONS, st.sampled_from(NAMES))


@given(
    st.lists(STEPS, max_size=8),
    st.lists(STEPS, max_size=24),
    st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=4),
    st.sampled_from(["Ховар", "Азия"]),
)
@settings(deadline=None, max_examples=300)
def test_the_index_finds_what_asking_each_topic_finds(
    first: Sequence[Step], then: Sequence[Step], texts: Sequence[tuple[str, str]], source: str
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(match, "MOST_FRESH", 3)
        matchers: dict[int, Matcher] = {}
        index = TopicIndex(LEMMATISER)
        index.load([StoredTopic(*terms) for terms in apply(first, TopicIndex(LEMMATISER), matchers).items()])
        apply(then, index, matchers)
    assert len(index) == len(matchers)
    facts = Facts(source, "tg", FACTS.published_at)
    for title, text in texts:
        reading = LEMMATISER.read_article(title, text, "ru")
        assert index.match(reading, facts) == asked_one_by_one(matchers, reading, facts)


def apply(steps: Iterable[Step], index: TopicIndex, matchers: dict[int, Matcher]) -> Mapping[int, bytes]:
    """The terms of the topics that stand in the end."""
    terms: dict[int, bytes] = {}
    for step in steps:
        if step.name is None:
            index.discard(step.topic_id)
            matchers.pop(step.topic_id, None)
            terms.pop(step.topic_id, None)
        else:
            matchers[step.topic_id] = compiled(step.name, step.names)
            names = {"вода": step.names} if step.names else {}
            terms[step.topic_id] = index.add(topic(step.topic_id, step.name), names)
    return terms


def asked_one_by_one(matchers: Mapping[int, Matcher], reading: Reading, facts: Facts) -> tuple[int, ...]:
    return tuple(sorted(topic_id for topic_id, matcher in matchers.items() if matcher.accepts(reading, facts)))


@pytest.mark.parametrize("most_cells", [places.MOST_CELLS, 1])
@given(at=st.lists(st.integers(0, 3 * NEAR_WORDS), min_size=2, max_size=6))
@settings(deadline=None)
def test_words_are_near_up_to_the_same_distance_everywhere(most_cells: int, at: Sequence[int]) -> None:
    """With all sets of words at once, and with one after another as in a text of very many words."""
    words = ["слово"] * (5 * NEAR_WORDS)
    for number, place in enumerate(at):
        words[NEAR_WORDS + place] = ("вода", "Рогун", "ГЭС")[number % 3]
    reading = LEMMATISER.read(" ".join(words))
    topics = [topic(1, "вода Рогун"), topic(2, "вода Рогун ГЭС"), topic(3, "ГЭС вода"), topic(4, "Рогун ГЭС слово")]
    matchers = {one.id: compiled(one.name) for one in topics}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(places, "MOST_CELLS", most_cells)
        assert loaded(topics).match(reading, FACTS) == asked_one_by_one(matchers, reading, FACTS)


def test_hashes_are_the_same_in_every_process() -> None:
    """They are stored: another value means that FORM has to grow."""
    assert hash_keys([]).tolist() == []
    assert hash_keys(["вода", "title:вода"]).tolist() == [0x510C29F2D8A4B416, 0xE6A38145E8F7167B]


def test_words_of_the_same_letters_have_other_hashes_and_sums() -> None:
    words = ["аб", "ба", "вг", "гв", "аг", "гб", "вб", "бв", "аба", "бааб", "a", "aa"]
    hashes = dict(zip(words, hash_keys(words).tolist(), strict=True))
    assert len(set(hashes.values())) == len(words)
    sums = {hashes[one] + hashes[other] for one in words for other in words}
    assert len(sums) == len(words) * (len(words) + 1) // 2
