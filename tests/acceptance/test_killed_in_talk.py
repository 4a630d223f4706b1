"""However often the bot's process is killed while people talk to it, each of their commands is answered."""

import asyncio
import re
import signal
from collections import Counter
from pathlib import Path

import pytest

from tests.acceptance.conftest import TOKEN
from tests.acceptance.desk import HOST, free_port
from tests.acceptance.person import LocalTelegram, Person
from tests.acceptance.process import running_bot, until, write_settings

PEOPLE = 6
OPEN = PEOPLE  # answers that may have been given and not crossed out at a kill: one a chat


class Talk:
    """People who ask, each question only once; the bot's answer repeats it."""

    def __init__(self, telegram: LocalTelegram, people: list[Person]) -> None:
        self.telegram = telegram
        self._people = people
        self._asked: list[str] = []

    async def ask(self) -> None:
        """Everybody asks once more."""
        for person in self._people:
            question = f"вопрос{len(self._asked)}"
            self._asked.append(question)
            await person.writes(f"/search {question}")

    async def answered(self) -> Counter[str]:
        """How often each question was answered."""
        told = [seen.text for one in self._people for seen in await self.telegram.messages(one.number) if seen.is_bots]
        return Counter(re.findall(r"вопрос\d+", " ".join(told)))

    async def until_more(self, answers: int) -> None:
        wanted = (await self.answered()).total() + answers

        async def is_more() -> bool:
            return (await self.answered()).total() >= wanted

        await until(is_more, "the next answers")

    async def until_all(self) -> Counter[str]:
        async def are_all() -> bool:
            return set(await self.answered()) == set(self._asked)

        await until(are_all, "an answer to each question")
        return await self.answered()


@pytest.mark.parametrize(("by", "kills", "after"), [("polling", 2, 1), ("webhook", 1, 1), ("polling", 1, PEOPLE + 2)])
async def test_each_command_is_answered_whenever_the_bot_is_killed(
    tmp_path: Path, telegram: LocalTelegram, by: str, kills: int, after: int
) -> None:
    listen = f"{HOST}:{free_port()}"
    hook = {"url": f"http://{listen}/hook", "secret": "only-us", "listen": listen} if by == "webhook" else {}
    write_settings(tmp_path, {"token": TOKEN, "api_url": telegram.url, "webhook": hook})
    people = [await telegram.person(40 + number, f"Читатель {number}") for number in range(PEOPLE)]
    talk = Talk(telegram, people)
    await telegram.act("/faults", kind="delay", method="sendMessage", seconds=0.1, times=0)
    for _ in range(kills):
        async with running_bot(tmp_path) as bot:
            await talk.ask()
            await talk.ask()
            await talk.until_more(after)
            assert (await bot.kill()).code == -signal.SIGKILL
        await talk.ask()
    async with running_bot(tmp_path) as bot:
        copies = (await talk.until_all()).total() - len(await talk.answered())
        assert copies <= kills * OPEN
        await talk.ask()
        await talk.until_more(1)
        assert (await bot.stop()).code == 0
    async with running_bot(tmp_path) as bot:
        answered = await talk.until_all()
        await asyncio.gather(*(person.says("/help") for person in people))
        assert (await bot.stop()).code == 0
    assert answered.total() - len(answered) == copies  # a stop repeats nothing
