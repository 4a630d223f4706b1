"""The window decides at once which story a new article belongs to, and keeps to what people said of stories."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.stories.frequencies import Frequencies
from bot.stories.postings import SEGMENT, Growing, amounts_in, rows_of
from bot.stories.sketch import Material, Sketch, make_sketch, pack
from bot.stories.window import Member, Placement, Window
from storage.naming import EntityKind, NewEntity

NOW = datetime(2026, 3, 9, 8, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LETTERS = "бвгджзклмнпрстфх"
TITLE, TEXT = 8, 60  # words


def word(number: int) -> str:
    """One of its own for each number."""
    return "".join(LETTERS[number >> shift & 15] for shift in (0, 4, 8, 12, 16))


def telling(words: Sequence[int], name: str = "", at: datetime = NOW) -> Sketch:
    """An article of these words; the first are its title."""
    texts = [word(number) for number in words]
    material = Material(
        title=" ".join(texts[:TITLE]),
        text=" ".join([*texts[TITLE:], name]).strip(),
        language="ru",
        published_at=at,
        words=[*(frozenset((text,)) for text in texts), *([frozenset((name.lower(),))] if name else [])],
        title_words=TITLE,
        entities=[NewEntity(EntityKind.PERSON, name, name.lower())] if name else [],
    )
    return make_sketch(material, None)


def event(number: int) -> list[int]:
    """Words that no other event has."""
    return list(range(number * 100, number * 100 + TITLE + TEXT))


def rewritten(words: Sequence[int], seed: int, share: float = 0.15) -> list[int]:
    """The same with some words that nobody else has."""
    chance = random.Random(seed)  # noqa: S311 — no secret
    return [50_000 + seed * 80 + place if chance.random() < share else one for place, one in enumerate(words)]


class Desk:
    """A window with the stories that come of what it decides, as the bot keeps them."""

    def __init__(self, closes_after: timedelta = 3 * DAY) -> None:
        self.window = Window(Frequencies(), closes_after)
        self.stories: dict[int, int] = {}

    def tell(self, sketch: Sketch, at: datetime = NOW, story: int | None = None) -> Placement:
        """Place an article and add it; to that story, whatever was decided, if there is one."""
        placement = self.window.place(sketch, 1, at)
        article = len(self.stories) + 1
        joined = story or placement.story_id or article
        for gone in placement.merges if story is None else ():
            self.window.merge(joined, gone)
            self.stories = {one: joined if known == gone else known for one, known in self.stories.items()}
        self.window.add(Member(article, joined, 1, at, sketch))
        self.stories[article] = joined
        return placement


def test_what_tells_the_same_event_joins_its_story_and_anything_else_opens_one() -> None:
    desk = Desk()
    assert desk.tell(telling(event(1))) == Placement()
    assert desk.tell(telling(event(2))).story_id is None
    placement = desk.tell(telling(rewritten(event(1), 1)), NOW + HOUR)
    assert (placement.story_id, placement.nearest, placement.merges) == (1, 1, ())
    assert placement.likeness >= 0.5
    assert len(desk.window) == 3


@pytest.mark.parametrize(("known", "joins"), [(1, True), (6, False)])
def test_a_page_that_is_like_many_stories_has_to_be_more_like_the_one_that_it_joins(known: int, joins: bool) -> None:
    desk, genre = Desk(), event(0)

    def forecast(number: int, title: int, own: int) -> list[int]:
        """Its genre's words, then some of its own, then those of another page; half of the title is another's, too."""
        of_genre, words, rest = genre[8:28], event(number), event(title)
        return [*genre[:4], *rest[4:8], *of_genre, *words[28 : 28 + own], *rest[28 + own :]]

    for number in range(1, known + 1):
        desk.tell(telling(forecast(number, number, TEXT)), story=number)
    assert (desk.window.place(telling(forecast(1, 90, 10)), 1, NOW).story_id == 1) is joins


def test_deciding_changes_nothing() -> None:
    desk = Desk()
    desk.tell(telling(event(1)))
    new = telling(rewritten(event(1), 1))
    assert desk.window.place(new, 1, NOW) == desk.window.place(new, 1, NOW)
    assert len(desk.window) == 1


def test_a_copy_joins_and_is_no_turn() -> None:
    desk = Desk()
    desk.tell(telling(event(1)))
    copy = desk.tell(telling(event(1)))
    news = desk.tell(telling(rewritten(event(1), 1, 0.3)))
    assert copy.story_id == news.story_id == 1
    assert copy.turn == pytest.approx(0, abs=0.01)
    assert news.turn > copy.turn


def test_an_article_without_words_is_like_nothing() -> None:
    desk = Desk()
    assert desk.tell(telling([])) == desk.tell(telling([])) == Placement()


@pytest.mark.parametrize(
    ("days", "joins"),
    [([0.9], True), ([1.2], False), ([0.9, 1.8, 2.5], True), ([-0.9], True), ([-1.2], False)],
    ids=["soon", "late", "news every day", "an earlier page", "a much earlier page"],
)
def test_a_story_is_open_until_nothing_comes_for_a_while(days: list[float], joins: bool) -> None:
    desk = Desk(closes_after=DAY)
    desk.tell(telling(event(1)))
    for number, day in enumerate(days[:-1], 1):
        desk.tell(telling(rewritten(event(1), number)), NOW + day * DAY, story=1)
    last = desk.tell(telling(event(1)), NOW + days[-1] * DAY)
    assert (last.story_id == 1) == joins


def test_an_echo_of_a_closed_story_points_back_to_it_and_the_past_to_nothing() -> None:
    desk = Desk(closes_after=DAY)
    desk.tell(telling(event(1)))
    later = desk.tell(telling(event(1)), NOW + 2 * DAY)
    assert (later.story_id, later.follows_id) == (None, 1)
    past = desk.tell(telling(event(1)), NOW - 2 * DAY)
    assert (past.story_id, past.follows_id) == (None, None)


def test_no_story_is_longer_than_two_weeks() -> None:
    desk = Desk()
    for day in range(14):
        desk.tell(telling(event(1)), NOW + day * DAY, story=1)
    assert desk.window.place(telling(event(1)), 1, NOW + 13.9 * DAY).story_id == 1
    beyond = desk.window.place(telling(event(1)), 1, NOW + 14.1 * DAY)
    assert (beyond.story_id, beyond.follows_id) == (None, 1)


def two_stories_of_one_event() -> Desk:
    desk = Desk()
    for number, story in enumerate((1, 2, 1, 2)):
        desk.tell(telling(rewritten(event(1), number)), story=story)
    return desk


def test_stories_that_turn_out_to_be_one_are_reported() -> None:
    desk = two_stories_of_one_event()
    placement = desk.tell(telling(event(1)))
    assert {placement.story_id, *placement.merges} == {1, 2}
    assert len(set(desk.stories.values())) == 1
    assert desk.tell(telling(event(1))).merges == (), "once merged there is nothing left to merge"


def test_stories_that_are_kept_apart_are_never_merged() -> None:
    desk = two_stories_of_one_event()
    desk.window.keep_apart([(2, 1)])
    placement = desk.tell(telling(event(1)))
    assert placement.story_id in {1, 2}
    assert placement.merges == ()
    nearer = desk.window.place(telling(rewritten(event(1), 1)), 1, NOW)
    assert (nearer.story_id, nearer.merges) == (2, ())


def test_what_was_kept_apart_from_a_story_is_kept_apart_from_what_it_becomes() -> None:
    desk = two_stories_of_one_event()
    desk.tell(telling(rewritten(event(1), 9)), story=3)
    desk.window.keep_apart([(2, 3)])
    desk.window.merge(1, 2)
    assert desk.window.place(telling(event(1)), 1, NOW).merges == ()
    assert 3 not in desk.window.near(1, 5)


def test_a_page_that_was_split_off_speaks_for_its_own_story() -> None:
    desk = Desk()
    desk.tell(telling(event(1)))
    desk.tell(telling(event(2)), story=1)
    desk.window.move(2, 7)
    assert desk.window.place(telling(event(2)), 1, NOW).story_id == 7
    assert desk.window.place(telling(event(1)), 1, NOW).story_id == 1


def test_what_is_forgotten_attracts_nothing_and_may_come_again() -> None:
    desk = Desk()
    desk.tell(telling(event(1)))
    desk.window.forget(1)
    desk.window.forget(1)
    assert len(desk.window) == 0
    assert desk.window.place(telling(event(1)), 1, NOW) == Placement()
    desk.window.add(Member(1, 4, 1, NOW, telling(event(1))))
    desk.window.add(Member(1, 5, 1, NOW, telling(event(2))))
    assert len(desk.window) == 1, "an article that is told anew stands there once"
    assert desk.window.place(telling(event(1)), 1, NOW).story_id is None
    assert desk.window.place(telling(event(2)), 1, NOW).story_id == 5


def test_what_is_too_old_is_dropped() -> None:
    desk = Desk(closes_after=30 * DAY)
    for day in range(5):
        desk.tell(telling(event(day)), NOW + day * DAY)
    desk.window.drop_before(NOW + 2 * DAY)
    assert len(desk.window) == 3
    assert desk.window.place(telling(event(1)), 1, NOW + 4 * DAY) == Placement()
    assert desk.window.place(telling(event(2)), 1, NOW + 4 * DAY).story_id == 3


def test_near_stories_come_likest_first() -> None:
    desk = Desk()
    desk.tell(telling(event(1)), story=1)
    desk.tell(telling(rewritten(event(1), 1, 0.5)), story=2)
    desk.tell(telling(rewritten(event(1), 2, 0.2)), story=3)
    desk.tell(telling(rewritten(event(1), 3, 0.2)), NOW + 5 * DAY, story=4)
    desk.tell(telling(event(5)), story=5)
    assert desk.window.near(1, 5)[:2] == [3, 2]
    assert desk.window.near(1, 1) == [3]
    assert 4 not in desk.window.near(1, 5), "it was not open at that time"
    assert desk.window.near(99, 5) == []


def test_a_chain_of_likenesses_makes_no_giant() -> None:
    desk = Desk()
    step = 8  # words of sixty-eight that are new in each
    for link in range(60):
        desk.tell(telling(list(range(link * step, link * step + TITLE + TEXT))), NOW + link * HOUR / 4)
    sizes = [list(desk.stories.values()).count(story) for story in set(desk.stories.values())]
    assert max(sizes) <= 20


def test_what_sums_up_many_stories_glues_nothing() -> None:
    desk = Desk()
    for number in range(10):
        desk.tell(telling(event(number)), NOW)
        desk.tell(telling(rewritten(event(number), number)), NOW + HOUR)
    before = dict(desk.stories)
    parts = [event(number)[:TITLE] for number in range(10)]
    digest = [50_000 + place for place in range(TITLE)] + [one for part in parts for one in part]
    assert desk.tell(telling(digest), NOW + 2 * HOUR).story_id is None
    for number in range(10):
        desk.tell(telling(rewritten(event(number), 100 + number)), NOW + 3 * HOUR)
    assert {article: desk.stories[article] for article in before} == before
    assert len(set(desk.stories.values())) == 11


def test_a_restart_decides_as_before() -> None:
    desk = Desk()
    rows = []
    for number in range(40):
        sketch, at = telling(rewritten(event(number % 15), number)), NOW + number * HOUR
        desk.tell(sketch, at)
        rows.append((number + 1, desk.stories[number + 1], 1, at, pack(sketch)))
    again = Window(Frequencies(), 3 * DAY)
    again.load([*rows, (99, 99, 1, NOW, b"\xff of another version")])
    again.weigh()
    assert len(again) == 40
    for number in range(15):
        new = telling(rewritten(event(number), 500 + number))
        before = desk.window.place(new, 1, NOW + 2 * DAY)
        after = again.place(new, 1, NOW + 2 * DAY)
        assert (after.story_id, after.nearest) == (before.story_id, before.nearest)
        assert after.story_id is not None


def test_articles_of_full_segments_are_found_and_go_when_their_time_is_over() -> None:
    desk = Desk()
    count = 2 * SEGMENT + 10
    sketches = [telling(list(range(number * 5, number * 5 + 12))) for number in range(count)]
    for number, sketch in enumerate(sketches, 1):
        desk.window.add(Member(number, number, 1, NOW + number * timedelta(seconds=10), sketch))
    for number in (1, SEGMENT, SEGMENT + 1, 2 * SEGMENT, count):
        placement = desk.window.place(sketches[number - 1], 1, NOW + DAY)
        assert (placement.story_id, placement.nearest) == (number, number)
    desk.window.drop_before(NOW + (SEGMENT + 5) * timedelta(seconds=10))
    assert len(desk.window) == SEGMENT + 6
    assert desk.window.place(sketches[1], 1, NOW + DAY).nearest is None
    assert desk.window.place(sketches[SEGMENT + 6], 1, NOW + DAY).story_id == SEGMENT + 7
    desk.window.add(Member(count + 1, count + 1, 1, NOW, telling(event(1640))))
    assert desk.window.place(telling(event(1640)), 1, NOW + DAY).story_id == count + 1


ROWS = st.lists(st.sets(st.integers(0, 40), max_size=12), min_size=1, max_size=30)


@settings(max_examples=50)
@given(ROWS, st.sets(st.integers(0, 40), min_size=1, max_size=10))
def test_a_sealed_segment_finds_what_it_found_before(rows: list[set[int]], asked: set[int]) -> None:
    growing = Growing()
    for row, terms in enumerate(rows):
        held = np.array(sorted(terms), np.uint32)
        growing.add(row, held, (held % 20 + 1).astype(np.uint8))
    question = np.array(sorted(asked), np.uint32)
    before, after = growing.find(question), growing.seal().find(question)
    expected = [[row for row, terms in enumerate(rows) if one in terms] for one in sorted(asked)]
    for found in (before, after):
        ends = found.sizes.cumsum().tolist()
        held = rows_of(found.entries).tolist()
        assert [sorted(held[start:end]) for start, end in pairwise([0, *ends])] == expected
    assert sorted(amounts_in(before.entries).tolist()) == sorted(amounts_in(after.entries).tolist())
