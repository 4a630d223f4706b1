"""Whether the promises hold: looked at with each message, and when the worker has come to rest.

What is found is kept, not raised: the worker would take an error in the sender for a lost answer.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.delivery.retry import REFUSED_ATTEMPTS
from config.settings import DeliverySettings
from storage.deliveries import Claim, Outcome
from storage.records import Chat, ChatKind, ChatState, Night, Schedule
from tests.state.asked import Archive, Doubtful, Page, Reader
from tests.state.clock import Clock
from tests.state.telegram import LOST, STANDS, Answer, Room, Said, read

ZONE = ZoneInfo("Asia/Dushanbe")  # five hours ahead, all year round
NIGHT = (22, 7)
DIGESTS = {Schedule.DAILY, Schedule.WEEKLY}


class Judge:
    """Knows what was asked for, sees what is sent."""

    def __init__(self, readers: list[Reader], archive: Archive, settings: DeliverySettings, clock: Clock) -> None:
        self.readers = readers
        self.archive = archive
        self.settings = settings
        self.clock = clock
        self.faults: list[str] = []
        self.began_at = clock.now()
        self._tallied: Mapping[str, int] = {}

    # While messages are on their way

    def begins(self) -> None:
        """The worker sets out."""
        self.began_at = self.clock.now()
        for reader in self.readers:
            reader.is_touched = reader.has_failed = False

    def sends(self, room: Room, said: Said, answer: Answer) -> None:
        """A message has come in, and gets this answer."""
        reader = self.reader(room)
        self._judge(reader, said)
        stories = self.archive.stories(said.articles)
        if answer is not Answer.SENT and answer is not Answer.LOST_THREAD:
            reader.has_failed = True
            reader.tried.update(said.articles)
        if answer in LOST:
            reader.may_be.update(stories)
        if answer in LOST or answer is Answer.REFUSED:
            is_refused = answer is Answer.REFUSED
            reader.doubtful.append(Doubtful(said.position, said.until, said.articles, is_refused, self._old(reader)))
            reader.owed = 0  # it goes where the message went
        if answer in STANDS:
            self._stands(reader, said)

    def refuses(self, room: Room) -> None:
        """A message has come in for a chat that does not want any: once, until the worker has heard that."""
        reader = self.reader(room)
        reader.has_failed = reader.was_refused = True
        is_known = reader.state is not ChatState.ACTIVE and not reader.is_touched
        self._hold(not is_known, reader, f"a message to a chat that is {reader.state}")

    def edits(self, room: Room, before: Said | None, after: Said | None) -> None:
        """A message that stands is changed."""
        reader = self.reader(room)
        old, new = (self.archive.stories(one.articles) if one is not None else set() for one in (before, after))
        for page in (self.archive.pages[one] for one in (before.articles if before is not None else ())):
            self._hold(page.is_withdrawn or page.story in new, reader, f"an edit took story {page.story} away")
        for story in new - old:
            reader.shown[story] += 1
            reader.settled.setdefault(story, "shown")

    def reader(self, room: Room) -> Reader:
        return next(one for one in self.readers if one.room is room)

    def _judge(self, reader: Reader, said: Said) -> None:
        """Whether this message may go out, now and with this content."""
        if reader.is_touched:
            return  # it was claimed before the choice
        self._hold(reader.state is ChatState.ACTIVE, reader, f"a message to a chat that is {reader.state}")
        telling = self.archive.telling(reader)
        pages = [self.archive.pages[one] for one in said.articles]
        self._judge_answer(reader, said, pages)
        is_again = said.is_ahead and reader.tried.issuperset(said.articles)
        for page in [] if is_again else pages:
            self._hold(page in telling.get(page.story, []), reader, f"article {page.id}, which it did not ask for")
            self._hold(said.position < page.id, reader, f"article {page.id} again, behind its position")
        self._hold(len(pages) == len({page.story for page in pages}), reader, "a story twice in one message")
        self._judge_hour(reader, said, pages)
        if said.is_ahead:
            is_answer = said.reply_to is not None  # these come before the list of what waits beside them
            may_come = is_answer or self._are_urgent(reader, pages)
            self._hold(may_come, reader, "a story out of its turn that is not urgent")
        else:
            self._judge_counts(reader, said, telling)

    def _judge_answer(self, reader: Reader, said: Said, pages: list[Page]) -> None:
        """A message that answers another tells a turn of the very story that stands there."""
        if said.reply_to is None:
            return
        is_turn = reader.takes_turns and [self.archive.has_turned(page) for page in pages] == [True]
        self._hold(is_turn, reader, f"an answer with articles {said.articles}")
        told = read(reader.room.standing.get(said.reply_to, ""))
        if told is not None:  # else it was taken back, or people deleted it
            stories = self.archive.stories(told.articles)
            self._hold(pages[0].story in stories, reader, f"article {pages[0].id} answers stories {stories}")

    def _are_urgent(self, reader: Reader, pages: list[Page]) -> bool:
        """A story is, when any of its pages is."""
        telling = self.archive.telling(reader)
        return all(any(one.is_urgent for one in telling.get(page.story, [page])) for page in pages)

    def _judge_counts(self, reader: Reader, said: Said, telling: dict[int, list[Page]]) -> None:
        """Whether what the message passes over is counted in it, no more and no less."""
        now = self.clock.now()
        passed = {
            story: pages[0]
            for story, pages in telling.items()
            if any(said.position < page.id <= said.until for page in pages)
        }
        asked = self.archive.asked(reader)
        left = [
            page
            for story, page in passed.items()
            if story in asked and story not in self.archive.stories(said.articles) and not self._excused(reader, page)
        ]
        fresh = [page for page in left if self._is_fresh(reader, page, now)]
        self._hold(len(fresh) <= said.more, reader, f"{[page.id for page in fresh]} left out, {said.more} counted")
        if reader.kind is ChatKind.CHANNEL:
            return  # what grew too old is in the day's counts, not in a channel's post
        counted = said.more + said.missed - said.owed
        self._hold(len(left) <= counted, reader, f"{[page.id for page in left]} left out, {counted} counted")
        self._hold(len(said.articles) + counted <= len(passed), reader, f"{counted} counted, more than there are")
        self._hold(said.missed >= reader.owed, reader, f"{said.missed} counted as missed, {reader.owed} were")

    def _judge_hour(self, reader: Reader, said: Said, pages: list[Page]) -> None:
        now = self.clock.now()
        if self._are_urgent(reader, pages) and reader.takes_urgent:
            return
        if reader.schedule not in DIGESTS and reader.night is Night.QUIET:
            is_quiet = all(_is_night(moment) for moment in (self.began_at, now))
            self._hold(not is_quiet, reader, f"a message in its quiet night, at {now.astimezone(ZONE):%H:%M}")
        slot = slot_of(reader, now)
        if slot is None or said.is_ahead or reader.kind is ChatKind.CHANNEL:
            return
        is_second = reader.served_slot is not None and reader.served_slot >= slot and slot != now
        is_open = any(self._are_urgent(reader, [page]) for page in pages) or reader.doubtful
        self._hold(not is_second or bool(is_open), reader, f"a second message for {slot.astimezone(ZONE):%d %H:%M}")

    def _stands(self, reader: Reader, said: Said) -> None:
        """The message is there for all to see."""
        for page in (self.archive.pages[one] for one in said.articles):
            story = page.story
            reader.shown[story] += 1
            reader.pardoned[story] += page.is_withdrawn  # while it was on its way: it will go
            reader.settled[story] = "shown"
            reader.called.discard(story)
        if said.is_ahead:
            return
        reader.served_slot = slot_of(reader, self.clock.now())
        if reader.kind is ChatKind.CHANNEL:
            return
        reader.owed = 0
        for story, page in self.archive.asked(reader).items():
            if said.position < page.id <= said.until:
                reader.settled[story] = "counted"

    # When the worker is at rest

    def falls(self, journal: list[Claim]) -> None:
        """The process died with these messages on their way."""
        for claim in journal:
            reader = self.reader_of(claim.chat.id)
            if claim.is_unsent:
                continue  # known not to stand
            plan = claim.plan
            reader.may_be.update(self.archive.stories(plan.article_ids))
            reader.doubtful.append(Doubtful(claim.chat.position, plan.until, plan.article_ids, old=self._old(reader)))
            reader.owed = 0
            reader.has_failed = True

    def reader_of(self, chat_id: int) -> Reader:
        return next(one for one in self.readers if chat_id in one.room.ids)

    def learns(self, chats: Mapping[int, Chat]) -> None:
        """Which chats the worker has found silent, whatever became of it; by the ids that they have now."""
        for reader in self.readers:
            state = chats[reader.id].state
            if reader.state is ChatState.ACTIVE and state in {ChatState.BLOCKED, ChatState.PAUSED}:
                reader.state = state
                self._hold(reader.room.is_blocked or reader.was_refused, reader, "it was silenced for nothing")
                reader.was_refused = False

    def rests(
        self, chats: Mapping[int, Chat], journal: list[Claim], tallies: Mapping[str, int], *, is_done: bool
    ) -> None:
        """Nothing is going on: what was passed is accounted for; and what waits will be served, if it `is_done`."""
        seen: Counter[Outcome | None] = Counter()
        flying = {claim.chat.id for claim in journal}
        for reader in self.readers:
            chat = chats[reader.id]
            self._hold(reader.position <= chat.position <= max(self.archive.end, reader.start), reader, "it went back")
            reader.position = chat.position
            seen += self._judge_passed(reader)
            for page in self.archive.asked(reader).values():
                if is_done:
                    self._judge_waiting(reader, page, chat, is_flying=chat.id in flying)
            self._judge_copies(reader)
            reader.doubtful = [one for one in reader.doubtful if max(one.until, *one.articles) > chat.position]
            if reader.has_failed or chat.attempts:
                reader.called.clear()
        self._judge_tallies(tallies, seen)

    def _judge_passed(self, reader: Reader) -> Counter[Outcome | None]:
        """What the position has passed without a message that showed or counted it: what the day must count for it.

        None stands for a story that was either passed over or too old.
        """
        passed: set[tuple[Outcome, Doubtful | Page]] = set()
        either = 0
        for story, page in self.archive.asked(reader).items():
            if page.id > reader.position:
                continue
            excuse = self._excused(reader, page)
            is_old = not self._is_fresh(reader, page, self.clock.now()) or reader.is_touched
            self._hold(is_old or excuse is not None, reader, f"its position passed story {story} in silence")
            reader.settled[story] = "passed"
            if excuse is None:
                reader.owed += reader.kind is not ChatKind.CHANNEL
                passed.add((Outcome.MISSED, page))
                continue
            reader.owed = 0
            if is_old or story in excuse.old:
                either += 1
            else:
                passed.add((Outcome.REFUSED if excuse.is_refused else Outcome.UNCERTAIN_SKIPPED, excuse))
        counted: Counter[Outcome | None] = Counter(outcome for outcome, _ in passed)
        counted[None] = min(either, 1)  # one message may have carried them all
        return counted

    def _judge_waiting(self, reader: Reader, page: Page, chat: Chat, *, is_flying: bool) -> None:
        """A story that the chat has not been given: something will bring it."""
        if reader.state is ChatState.ACTIVE:
            comes = chat.due_at is not None or is_flying or self._excused(reader, page) is not None
            self._hold(comes, reader, f"nothing will ever bring story {page.story}")
        is_called = page.story in reader.called and self._is_fresh(reader, page, self.clock.now())
        is_late = is_called and not (reader.has_failed or is_flying or chat.attempts)
        self._hold(not is_late, reader, f"urgent story {page.story} has not come")

    def _judge_copies(self, reader: Reader) -> None:
        for story, copies in reader.shown.items():
            may_resend = self._policy(reader) == "resend" or reader.kind is ChatKind.CHANNEL
            turns = self.archive.turns(story) if reader.takes_turns else 0
            allowed = 1 + turns + reader.pardoned[story] + (reader.may_be[story] if may_resend else 0)
            self._hold(copies <= allowed, reader, f"story {story} {copies} times, {allowed} allowed")

    def _judge_tallies(self, tallies: Mapping[str, int], seen: Counter[Outcome | None]) -> None:
        def counts(outcomes: Collection[Outcome | None]) -> int:
            return sum(tallies.get(one, 0) - self._tallied.get(one, 0) for one in outcomes if one is not None)

        outcomes = (Outcome.MISSED, Outcome.REFUSED, Outcome.UNCERTAIN_SKIPPED)
        for one in [[outcome] for outcome in outcomes] + [[None, *outcomes]]:
            number = sum(seen[outcome] for outcome in one)
            if number > counts(one):
                self.faults.append(f"{number} {one}, of which the day counts {counts(one)}")
        self._tallied = tallies

    def _excused(self, reader: Reader, page: Page) -> Doubtful | None:
        """The message with which the story may have been passed over."""
        covering = [one for one in reader.doubtful if one.covers(page, self.archive.stories(one.articles))]
        lost = [one for one in covering if not one.is_refused and self._policy(reader) == "skip"]
        refused = [one for one in covering if one.is_refused]
        if len(refused) < REFUSED_ATTEMPTS:
            refused = []
        return next(reversed([*refused, *lost]), None)

    def _old(self, reader: Reader) -> frozenset[int]:
        now, asked = self.clock.now(), self.archive.asked(reader)
        return frozenset(story for story, page in asked.items() if not self._is_fresh(reader, page, now))

    def _policy(self, reader: Reader) -> str:
        match reader.kind:
            case ChatKind.PRIVATE:
                return self.settings.on_uncertain_private
            case ChatKind.CHANNEL:
                return self.settings.on_uncertain_channel
            case _:
                return self.settings.on_uncertain_group

    def _is_fresh(self, reader: Reader, page: Page, now: datetime) -> bool:
        return reader.schedule in DIGESTS or page.came_at > now - self.settings.max_age

    def _hold(self, is_so: bool, reader: Reader, otherwise: str) -> None:
        if not is_so:
            self.faults.append(f"{reader.kind} {reader.id}: {otherwise}")


def _is_night(moment: datetime) -> bool:
    hour = moment.astimezone(ZONE).hour
    return hour >= NIGHT[0] or hour < NIGHT[1]


def slot_of(reader: Reader, now: datetime) -> datetime | None:
    """The latest hour at which the chat gets what came for it; None where stories come at once."""
    local = now.astimezone(ZONE)
    match reader.schedule:
        case Schedule.INSTANT:
            return None
        case Schedule.HOURLY:
            return local.replace(minute=0, second=0, microsecond=0).astimezone(UTC)
    days = [local.date() - timedelta(days=back) for back in range(15)]
    if reader.schedule is Schedule.WEEKLY:
        days = [day for day in days if day.weekday() == reader.weekday]
    moments = [datetime.combine(day, time(hour), ZONE) for day in days for hour in reader.hours]
    return max(moment for moment in moments if moment <= now).astimezone(UTC)
