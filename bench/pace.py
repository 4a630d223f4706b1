"""How evenly and how fast the bot sends under Telegram's limits: the real process, timed by the sandbox.

    python -m bench.pace [--chats 3000] [--before 15] [--away 60] [--runs alone,blocked,status,down]

One story to every chat at 30 messages a second, with the sandbox's limits on: alone; with a tenth of the chats blocked;
with Telegram away in the middle, when it answers 502 (`status`), refuses connections (`down`), or, only if asked
for, takes requests and answers none until it is back (`hang`).
"""

import argparse
import asyncio
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bench.crash import judge, kept, told
from bench.newsroom import Newsroom, Send, Size, open_newsroom

PER_SECOND = 30  # what Telegram allows
DELIVERY = {"messages_per_second": PER_SECOND}
AVERAGE = 28.5  # promised, messages a second
BLOCKED = 0.1  # of the chats
DEARER = 0.01  # of the rate that blocked chats may cost beyond their share
BACK = 10.0  # seconds after which the rate is promised again
AGAIN = 0.9  # of the rate
STRETCH = 10.0  # seconds over which a rate is looked at


@dataclass(frozen=True, slots=True)
class Pace:
    """What Telegram saw; `busiest` is the largest number of requests in any second, rates are a second."""

    requests: int
    stand: int
    rate: float
    busiest: int
    limited: int
    lasted: float
    used: float = 0.0  # seconds of processor time


def main() -> None:
    """Read the arguments, measure and print."""
    parser = argparse.ArgumentParser(description="The pace of delivery.")
    parser.add_argument("--chats", type=int, default=3000)
    parser.add_argument("--away", type=float, default=60.0, help="seconds")
    parser.add_argument("--before", type=float, default=15.0, help="seconds of sending before that")
    parser.add_argument("--runs", default="alone,blocked,status,down", help="of these and hang, with commas")
    asyncio.run(measure(parser.parse_args()))


async def measure(given: argparse.Namespace) -> None:
    """One newsroom after another."""
    runs = given.runs.split(",")
    if "alone" in runs or "blocked" in runs:
        alone = await run(Size(given.chats))
        is_kept = alone.rate >= AVERAGE and alone.busiest <= PER_SECOND and not alone.limited
        print(f"{given.chats} chats: {shown(alone)}  {kept(is_kept)}")
        print(f"    {alone.rate / PER_SECOND:.1%} of the {PER_SECOND} a second that Telegram allows;", end=" ")
        print(f"the bot used {1000 * alone.used / alone.requests:.1f} ms of processor for each")
    if "blocked" in runs:
        compare(alone, await run(Size(given.chats, blocked=round(given.chats * BLOCKED))))
    for kind in runs:
        if kind not in {"alone", "blocked"}:
            await go_away(Size(given.chats), kind, given.before, given.away)


async def run(size: Size) -> Pace:
    """One story to everybody."""
    async with open_newsroom(size, DELIVERY, limits=True) as room, room.bot() as bot:
        at_rest = room.processor(bot)
        await room.publish()
        await room.all_served()
        used = room.processor(bot) - at_rest
        await room.stop(bot)
        return replace(pace(await room.sends()), used=used)


def compare(alone: Pace, blocked: Pace) -> None:
    """What it costs that some chats have blocked the bot."""
    cost = 1 - (blocked.stand / blocked.lasted) / (alone.stand / alone.lasted)
    is_kept = cost <= BLOCKED + DEARER and blocked.busiest <= PER_SECOND and not blocked.limited
    print(f"{BLOCKED:.0%} of them blocked: {shown(blocked)}  {kept(is_kept)}")
    print(f"    {cost:.1%} fewer messages a second stand than without; {BLOCKED + DEARER:.0%} are allowed")


async def go_away(size: Size, kind: str, before: float, seconds: float) -> None:
    """One story to everybody, and in the middle of it Telegram is away."""
    async with open_newsroom(size, DELIVERY, limits=True) as room:
        async with room.bot() as bot:
            await room.publish()
            await asyncio.sleep(before)
            gone = time.time()
            await leave(room, kind)
            await asyncio.sleep(seconds)
            await come_back(room, kind)
            back = time.time()
            await room.all_served()
            await room.stop(bot)
        sends, verdict = await room.sends(), await judge(room)
        report_back(sends, gone, back, f"Telegram away for {seconds:.0f} s, {kind}")
        print(f"    {verdict}; as the bot counted: {told(room.tally())}")


async def leave(room: Newsroom, kind: str) -> None:
    """From now on Telegram answers nothing of use."""
    match kind:
        case "status":
            await room.order("/faults", kind="status", status=502, times=0)
        case "down":
            room.telegram.send_signal(signal.SIGUSR1)
        case "hang":
            room.telegram.send_signal(signal.SIGSTOP)
        case _:
            raise SystemExit(f"Telegram cannot be away by {kind!r}: choose status, down or hang")


async def come_back(room: Newsroom, kind: str) -> None:
    """All is well again."""
    match kind:
        case "status":
            await room.mend()
        case "down":
            room.telegram.send_signal(signal.SIGUSR2)
        case _:
            room.telegram.send_signal(signal.SIGCONT)


def report_back(sends: Sequence[Send], gone: float, back: float, what: str) -> None:
    """The rate before and after, and how soon it was there again."""
    before = pace([send for send in sends if send.at < gone])
    after = [send for send in sends if send.at >= back and send.stands]
    soon = next((send.at - back for send in after if rate_from(after, send.at) >= AGAIN * before.rate), float("inf"))
    then = rate_from(after, back + BACK)
    whole = pace(sends)
    is_kept = soon <= BACK and then >= AGAIN * before.rate and whole.busiest <= PER_SECOND and not whole.limited
    tried = sum(gone <= send.at < back for send in sends)
    print(f"{what}: {before.rate:.1f} a second before  {kept(is_kept)}")
    print(f"    {then / before.rate:.0%} of that from {BACK:.0f} s after it was back, {AGAIN:.0%} after {soon:.1f} s")
    print(f"    {tried} requests meanwhile, {whole.busiest} in the busiest second, {whole.limited} x 429")
    print(f"    the last message {sends[-1].at - back:.0f} s after it was back, {len(after)} since then")


def rate_from(sends: Sequence[Send], start: float) -> float:
    """Messages a second in the stretch that begins there."""
    return sum(start <= send.at < start + STRETCH for send in sends) / STRETCH


def pace(sends: Sequence[Send]) -> Pace:
    """What Telegram saw of a run; the time is that between the first request and the last."""
    lasted = sends[-1].at - sends[0].at
    busiest, start = 0, 0
    for end, send in enumerate(sends):
        while send.at - sends[start].at >= 1.0:
            start += 1
        busiest = max(busiest, end - start + 1)
    limited = sum(send.status == 429 for send in sends)
    stand = sum(send.stands for send in sends)
    return Pace(len(sends), stand, (len(sends) - 1) / lasted, busiest, limited, lasted)


def shown(of: Pace) -> str:
    """A run on one line."""
    seconds = f"{of.stand} messages in {of.lasted:.1f} s"
    return f"{seconds}: {of.rate:.2f} requests a second, {of.busiest} in the busiest second, {of.limited} x 429"


if __name__ == "__main__":
    main()
