"""The machine that Hypothesis drives: what may happen in a newsroom, in any order, with anything going wrong."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from config.settings import DeliverySettings
from storage.records import Night, Schedule
from tests.state.asked import Asking
from tests.state.bureau import ROOMS, SOURCES, TOPICS, Bureau
from tests.state.changes import (
    Change,
    Choose,
    Follow,
    Hasten,
    Migrate,
    Publish,
    Return,
    Silence,
    Unfollow,
    Withdraw,
    happen,
)
from tests.state.telegram import Answer

DAY = timedelta(days=1)
LONGEST_WAIT = timedelta(days=9)  # a weekly digest, and what may hold it up
STEPS = 600  # of a drain; few have more

chats = st.integers(0, len(ROOMS) - 1)
topics = st.frozensets(st.sampled_from(TOPICS))
askings: st.SearchStrategy[Asking] = st.one_of(
    st.just((None, None)),
    st.tuples(st.sampled_from(TOPICS), st.none()),
    st.tuples(st.none(), st.sampled_from(SOURCES)),
    st.tuples(st.sampled_from(TOPICS), st.sampled_from(SOURCES)),
)
recent = st.integers(0, 4)
hours = st.sampled_from([(9,), (9, 18), (0,), (23,)])
publishing = st.builds(
    Publish,
    source=st.sampled_from(SOURCES),
    topics=topics,
    again=st.one_of(st.none(), st.none(), recent),
    is_pushed=st.sampled_from([True, True, True, False]),
    is_turn=st.booleans(),
)
choosing = st.builds(
    Choose,
    chat=chats,
    schedule=st.sampled_from(Schedule),
    night=st.sampled_from(Night),
    takes_urgent=st.booleans(),
    hours=hours,
    weekday=st.integers(0, 6),
)
changing: st.SearchStrategy[Change] = st.one_of(
    st.builds(Follow, chat=chats, asking=askings),
    st.builds(Unfollow, chat=chats, asking=askings),
    st.builds(Hasten, article=recent),
    st.builds(Withdraw, article=recent),
    st.builds(Silence, chat=chats, is_shut=st.booleans(), is_heard=st.booleans()),
    st.builds(Return, chat=chats),
    st.builds(Migrate, is_heard=st.booleans()),
)
anything: st.SearchStrategy[Change] = st.one_of(publishing, choosing, changing)
Trouble = tuple[Answer, Change | None]
script = st.lists(
    st.tuples(
        st.one_of(st.just(Answer.SENT), st.sampled_from([one for one in Answer if one is not Answer.TOKEN])),
        st.one_of(st.none(), st.none(), anything),
    ),
    max_size=5,
)
news = st.lists(publishing, max_size=4)
minutes = st.sampled_from([1, 5, 31, 60, 240, 720, 1470, 1800])


class Newsroom(RuleBasedStateMachine):
    """Every story that a chat asked for reaches it once, whatever breaks."""

    bureau: Bureau

    @initialize(
        policies=st.tuples(*[st.sampled_from(["resend", "skip"])] * 3),
        open_requests=st.integers(1, 4),
        follows=st.lists(askings, min_size=len(ROOMS), max_size=len(ROOMS)),
    )
    def open(self, policies: tuple[str, str, str], open_requests: int, follows: list[Asking]) -> None:
        private, group, channel = policies
        settings = DeliverySettings.model_validate(
            {
                "open_requests": open_requests,
                "on_uncertain_private": private,
                "on_uncertain_group": group,
                "on_uncertain_channel": channel,
            }
        )
        self.bureau = Bureau(settings)
        for chat, asking in enumerate(follows):
            self._happen(Follow(chat, asking), Return(chat))

    @rule(choice=choosing)
    def choose(self, choice: Choose) -> None:
        self._happen(choice)

    @rule(change=changing)
    def change(self, change: Change) -> None:
        self._happen(change)

    @rule(passed=minutes)
    def wait(self, passed: int) -> None:
        self.bureau.clock.pass_by(timedelta(minutes=passed))

    @rule()
    def wait_for_the_next(self) -> None:
        """Until somebody is due, to the second."""
        self._to_next(self.bureau.clock.now() + DAY)

    @rule(news=news, trouble=script, is_blind=st.booleans())
    def drain(self, news: list[Publish], trouble: list[Trouble], is_blind: bool) -> None:
        self._prepare(news, trouble, is_blind=is_blind)
        self.bureau.drain()

    @rule(news=news, trouble=script, is_blind=st.booleans(), steps=st.integers(0, STEPS))
    def die(self, news: list[Publish], trouble: list[Trouble], is_blind: bool, steps: int) -> None:
        self._prepare(news, trouble, is_blind=is_blind)
        self.bureau.drain_and_die(steps)

    @rule(news=news, trouble=script, commits=st.integers(0, 8))
    def fill_the_disk(self, news: list[Publish], trouble: list[Trouble], commits: int) -> None:
        self._prepare(news, trouble)
        self.bureau.database.fails_at = commits
        self.bureau.drain()

    @rule(news=news, trouble=script, after=st.integers(0, 3))
    def stop(self, news: list[Publish], trouble: list[Trouble], after: int) -> None:
        """SIGTERM, while a message is on its way."""
        self._prepare(news, trouble)
        self.bureau.stop_within(after)

    @rule(news=news)
    def refuse_the_token(self, news: list[Publish]) -> None:
        """The bot ends with it; a person mends that and starts it anew."""
        self._prepare(news, [(Answer.TOKEN, None)])
        self.bureau.drain()
        self.bureau.stop()

    def teardown(self) -> None:
        """Everything is mended; then nothing that was asked for may be left, and nothing be on its way."""
        if not hasattr(self, "bureau"):
            return
        try:
            self.bureau.prepare([], is_blind=False)
            self._come_to_rest()
        finally:
            self.bureau.close()

    def _come_to_rest(self) -> None:
        bureau = self.bureau
        end = bureau.clock.now() + LONGEST_WAIT
        while bureau.clock.now() < end:
            self._happen(*(Return(chat) for chat in range(len(ROOMS))))
            bureau.drain()
            if not bureau.left():
                return
            self._to_next(end)
        raise AssertionError(f"never comes to rest: {bureau.left()}")

    def _to_next(self, end: datetime) -> None:
        self.bureau.clock.go(self.bureau.next_time(end))

    def _happen(self, *changes: Change) -> None:
        self.bureau.do(happen(self.bureau, changes))

    def _prepare(self, news: list[Publish], trouble: Sequence[Trouble], *, is_blind: bool = False) -> None:
        self._happen(*news)
        self.bureau.prepare(trouble, is_blind=is_blind)
