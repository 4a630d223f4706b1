"""What a crash, a stop and a lost answer cost: the real bot against the sandbox, judged by what stands in the chats.

    python -m bench.crash [--chats 5000] [--kills 50] [--stops 20] [--drops 0.05] [--seed 1]

Four newsrooms, one after another: kill -9 at random moments of sending, every second time with the line down as well;
SIGTERM at such moments; answers dropped after the message was put into the chat, under `resend` and under `skip`.
Every chat must hold every story; a copy is a message that shows a story which an earlier message of that chat shows.
"""

import argparse
import asyncio
import random
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.newsroom import InFlight, Newsroom, Size, open_newsroom

OPEN_REQUESTS = 8
# Limits off, and so fast that something is being sent at every moment.
FAST = {
    "messages_per_second": 1000,
    "allow_paid_broadcast": True,
    "group_messages_per_minute": 6000,
    "open_requests": OPEN_REQUESTS,
}
CHANNELS = 20  # of the chats
MOMENT = 1.5  # seconds after the bot is ready within which it is killed
ENOUGH = 0.4  # of the chats must wait for something when the bot starts, else one more story goes out
LINE = 0.05  # seconds that the line is down before the bot is
EVERY = 10  # starts after which one more story goes out all the same
DROPPED_STORIES = 3


@dataclass(frozen=True, slots=True)
class Verdict:
    """`lost` counts stories that a chat does not hold, `copies` messages that show one it held already."""

    stories: int
    messages: int
    lost: int
    copies: int

    def __str__(self) -> str:
        return f"{self.stories} stories in {self.messages} messages: {self.lost} lost, {self.copies} copies"


@dataclass(slots=True)
class Crashes:
    """What the kills met: rows of the journal, and how many of those messages did not stand at that moment."""

    in_flight: int = 0
    absent: int = 0


def main() -> None:
    """Read the arguments, try and print."""
    parser = argparse.ArgumentParser(description="What crashes, stops and lost answers cost.")
    parser.add_argument("--chats", type=int, default=5000)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--stops", type=int, default=20)
    parser.add_argument("--drops", type=float, default=0.05)
    parser.add_argument("--seed", type=int, default=1)
    asyncio.run(measure(parser.parse_args()))


async def measure(given: argparse.Namespace) -> None:
    """One newsroom after another."""
    size = Size(given.chats - CHANNELS, CHANNELS)
    print(f"{given.chats} chats, {CHANNELS} of them channels; {OPEN_REQUESTS} open requests; seed {given.seed}")
    chance = random.Random(given.seed)  # noqa: S311 - moments that can be tried again, no secret
    if given.kills:
        await try_kills(size, given.kills, chance)
    if given.stops:
        await try_stops(size, given.stops, chance)
    if given.drops:
        await try_drops(size, given.drops, "resend")
        await try_drops(size, given.drops, "skip")


async def try_kills(size: Size, kills: int, chance: random.Random) -> None:
    """kill -9, again and again; then let it finish."""
    async with open_newsroom(size, FAST) as room:
        met, known = Crashes(), set[int]()
        for number in range(kills):
            await keep_busy(room, number)
            async with room.bot() as bot:
                await asyncio.sleep(chance.uniform(0, MOMENT))
                await cut(room, bot, with_line=number % 2 == 1)
            left = [claim for claim in room.in_flight() if claim.id not in known]
            known |= {claim.id for claim in left}
            met.in_flight += len(left)
            met.absent += await absent(room, left)
        await finish(room)
        verdict, bound = await judge(room), OPEN_REQUESTS * kills
        print(f"{kills} x kill -9    {verdict}  {kept(verdict.lost == 0 and verdict.copies <= bound)}")
        print(f"    copies allowed: {bound}; as the bot counted: {told(room.tally())}")
        print(f"    on their way at the kills: {met.in_flight} messages; {met.absent} did not stand, and a bot that")
        print("    moves its position before it sends would have lost them")


async def cut(room: Newsroom, bot: asyncio.subprocess.Process, *, with_line: bool) -> None:
    """kill -9; `with_line`: Telegram hears nothing from a little before it on, as when power and line go together."""
    if with_line:
        room.telegram.send_signal(signal.SIGSTOP)
        await asyncio.sleep(LINE)
    bot.kill()
    await bot.wait()
    if with_line:
        room.telegram.send_signal(signal.SIGCONT)


async def try_stops(size: Size, stops: int, chance: random.Random) -> None:
    """SIGTERM, again and again; then let it finish."""
    async with open_newsroom(size, FAST) as room:
        seconds, left = [], 0
        for number in range(stops):
            await keep_busy(room, number)
            async with room.bot() as bot:
                await asyncio.sleep(chance.uniform(0, MOMENT))
                seconds.append(await room.stop(bot))
            left += len(room.in_flight())
        await finish(room)
        verdict = await judge(room)
        is_kept = verdict.lost == verdict.copies == left == 0 and max(seconds) < 10
        print(f"{stops} x SIGTERM    {verdict}  {kept(is_kept)}")
        print(
            f"    left in doubt: {left}; gone after {min(seconds):.2f} to {max(seconds):.2f} s, each with exit code 0"
        )


async def try_drops(size: Size, share: float, policy: str) -> None:
    """Some answers are lost on the way back while stories go out one after another."""
    async with open_newsroom(size, {**FAST, "on_uncertain": policy}) as room:
        await room.order("/faults", kind="drop_after", method="sendMessage", share=share, times=0)
        async with room.bot() as bot:
            for _ in range(DROPPED_STORIES):
                await room.publish()
                await room.all_served()
            await room.stop(bot)
        verdict, counted = await judge(room), room.tally()
        drops = sum(send.stands and send.status == 0 for send in await room.sends())
        # A request that met a connection just as it was cut may not have arrived: the bot cannot know, and counts it.
        outcomes = ("uncertain_resent", "uncertain_skipped", "uncertain_found")
        is_counted = sum(counted.get(outcome, 0) for outcome in outcomes) >= drops + verdict.lost
        is_right = verdict.copies == 0 if policy == "skip" else verdict.lost == 0 and verdict.copies <= drops
        is_kept = is_right and is_counted
        print(f"{share:.0%} of answers dropped, {policy}:  {verdict}  {kept(is_kept)}")
        print(f"    answers dropped: {drops}; as the bot counted: {told(counted)}")


async def keep_busy(room: Newsroom, number: int) -> None:
    """Let a story go out when few chats wait for one, and now and then while many do."""
    if number % EVERY == 0 or room.waiting() < ENOUGH * len(room.size.chats):
        await room.publish()


async def finish(room: Newsroom) -> None:
    """The bot once more, until nothing is left to do."""
    async with room.bot() as bot:
        await room.all_served()
        await room.stop(bot)


async def absent(room: Newsroom, left: Sequence[InFlight]) -> int:
    """How many of these messages do not stand, by their stories."""
    shown = await room.shown({claim.chat_id for claim in left})
    return sum(not all_in(shown[claim.chat_id], [room.urls[one] for one in claim.articles]) for claim in left)


def all_in(messages: Sequence[frozenset[str]], stories: Sequence[str]) -> bool:
    """Whether the messages show all of these."""
    return frozenset(stories) <= frozenset().union(*messages)


async def judge(room: Newsroom) -> Verdict:
    """What the chats hold."""
    shown = await room.shown(room.size.chats)
    published = frozenset(room.urls.values())
    lost = sum(len(published - frozenset().union(*messages)) for messages in shown.values())
    copies = sum(repeated(messages) for messages in shown.values())
    return Verdict(len(published), sum(map(len, shown.values())), lost, copies)


def repeated(messages: Sequence[frozenset[str]]) -> int:
    """Messages that show a story which an earlier one has shown."""
    known: set[str] = set()
    copies = 0
    for stories in messages:
        copies += not known.isdisjoint(stories)
        known |= stories
    return copies


def told(tally: Mapping[str, int]) -> str:
    """The bot's own count on one line."""
    return ", ".join(f"{outcome} {count}" for outcome, count in sorted(tally.items()))


def kept(is_kept: bool) -> str:
    """The last word on a promise."""
    return "(kept)" if is_kept else "(NOT KEPT)"


if __name__ == "__main__":
    main()
