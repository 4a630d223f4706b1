"""A site that is polled for weeks: no story is missed, none comes twice, every edit is one revision."""

import asyncio
import random
import statistics
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from storage.database import Database
from storage.schema import migrate
from tests.state.desk import Desk
from tests.state.site import Site

START = datetime(2026, 10, 5, 6, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
FIRST_STORIES = 4
POLLS = 5_000
EDITS_A_MINUTE = 1 / 150
EDITS_SEEN = 40
MEAN_DELAY = 3.0  # minutes; with an interval of five
which = st.integers(0, 40)


class Replay(RuleBasedStateMachine):
    """Anything that a site may do, in any order; the desk looks in when its rhythm says so."""

    runner: asyncio.Runner
    database: Database
    sites = 0

    @initialize(window=st.integers(6, 25), is_dated=st.booleans(), has_text=st.booleans(), is_counting=st.booleans())
    def open(self, window: int, is_dated: bool, has_text: bool, is_counting: bool) -> None:
        type(self).sites += 1
        self.now = START
        self.site = Site(window, is_dated=is_dated, has_text=has_text, is_counting=is_counting)
        for _ in range(FIRST_STORIES):
            self.site.publish(self.now)
            self.now += timedelta(minutes=20)
        self.desk = self.runner.run(Desk.open(self.database, self.site, f"site-{self.sites}"))
        self.poll()

    def poll(self) -> None:
        self.runner.run(self.desk.poll(self.now))

    def wait(self, length: timedelta) -> None:
        """Let time pass, with the visits that fall into it."""
        end = self.now + length
        while (due := self.desk.source.due_at) is not None and due <= end:
            self.now = max(self.now, due)
            self.poll()
        self.now = end

    @rule(count=st.integers(1, 4), minutes=st.sampled_from([2, 7, 25, 90]))
    def publish(self, count: int, minutes: int) -> None:
        for _ in range(count):
            self.wait(timedelta(minutes=minutes))
            self.site.publish(self.now)

    @rule(minutes=st.sampled_from([2, 25]))
    def publish_in_vain(self, minutes: int) -> None:
        """Its page is gone before the desk looks in, and the feed tells of it all the same."""
        self.wait(timedelta(minutes=minutes))
        self.site.take_down(self.site.publish(self.now))

    @rule(hours=st.sampled_from([1, 6, 30]))
    def pass_time(self, hours: int) -> None:
        self.wait(hours * HOUR)

    @rule(which=which)
    def edit(self, which: int) -> None:
        self.site.edit(which)

    @rule(which=which)
    def retitle(self, which: int) -> None:
        self.site.retitle(which)

    @rule(which=which)
    def redate(self, which: int) -> None:
        self.site.redate(which, self.now)

    @rule(which=which)
    def rename(self, which: int) -> None:
        self.site.rename(which)

    @rule()
    def rename_all(self) -> None:
        self.site.rename_all()

    @rule(host=st.integers(0, 3))
    def move(self, host: int) -> None:
        self.site.move(host)

    @rule(seed=st.one_of(st.none(), st.integers(0, 9)))
    def shuffle(self, seed: int | None) -> None:
        self.site.shuffle(seed)

    @rule(which=which)
    def repeat(self, which: int) -> None:
        self.site.repeat(which)

    @rule()
    def relocate_all(self) -> None:
        """Only what was read before can be known again when all of guid and address is new."""
        if self.site.has_text:
            self.wait(HOUR * 8)
            self.site.relocate_all()
            self.wait(HOUR)

    @rule(hours=st.sampled_from([1, 5, 30]), stories=st.integers(0, 3))
    def go_down(self, hours: int, stories: int) -> None:
        """The site cannot be reached; what it published meanwhile is news when it is back."""
        self.site.is_down = True
        for _ in range(stories):
            self.site.publish(self.now)
            self.wait(hours * HOUR / max(stories, 1))
        self.site.is_down = False

    @invariant()
    def nothing_comes_twice(self) -> None:
        assert all(pushes <= 1 for pushes in self.desk.pushed.values())

    def teardown(self) -> None:
        self.site.is_down = False
        self.wait(HOUR * 8)
        self.runner.run(self.desk.check_revisions())
        missed = set(range(1, len(self.site.items) + 1)) - set(self.desk.stored) - self.site.gone
        assert len(missed) == 0, f"never seen: {missed}"
        unpushed = {number for number in self.desk.stored if number > FIRST_STORIES and not self.desk.pushed[number]}
        assert not unpushed, f"held for no reason: {unpushed}"


def test_whatever_a_site_does_each_story_comes_once_and_each_edit_is_a_revision() -> None:
    short = settings(max_examples=12, stateful_step_count=20, deadline=None, derandomize=True, database=None)
    with tempfile.TemporaryDirectory() as folder, asyncio.Runner() as runner:
        Replay.runner, Replay.database = runner, Database(f"sqlite+aiosqlite:///{Path(folder) / 'khabar.db'}")
        runner.run(migrate(Replay.database, START))
        try:
            run_state_machine_as_test(Replay, settings=short)
        finally:
            runner.run(Replay.database.close())


async def test_a_site_of_a_month_is_polled_thousands_of_times(tmp_path: Path) -> None:
    """Busy by day and nearly silent by night, corrected and shuffled, with a window of twelve; nothing scrolls off."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'khabar.db'}")
    await migrate(database, START)
    chance = random.Random(5)  # noqa: S311  the same month each time
    site = Site(12)
    for _ in range(FIRST_STORIES):
        site.publish(START)
    desk = await Desk.open(database, site, "month")
    published: dict[int, datetime] = {}
    delays: list[float] = []
    now = START
    await desk.poll(now)
    while desk.polls < POLLS:
        now += timedelta(minutes=1)
        if chance.random() < _stories_a_minute(now):
            published[site.publish(now)] = now
        if chance.random() < EDITS_A_MINUTE:
            which = chance.randrange(site.window)
            chance.choice([site.edit, site.retitle, site.rename, site.repeat])(which)
            site.shuffle(chance.choice([None, 1]))
        while desk.source.due_at is not None and desk.source.due_at <= now:
            update = await desk.poll(desk.source.due_at)
            assert update is not None
            delays += [(now - published[int(entry.tags[0])]) / timedelta(minutes=1) for entry in update.new]
    await desk.poll(now)
    await desk.check_revisions()
    assert set(published) <= set(desk.stored)
    assert all(desk.pushed[number] == 1 for number in published)
    assert sum(desk.edits.values()) >= EDITS_SEEN
    assert statistics.mean(delays) < MEAN_DELAY
    await database.close()


def _stories_a_minute(now: datetime) -> float:
    return (1.4 if 6 <= now.hour < 18 else 0.1) / 60
