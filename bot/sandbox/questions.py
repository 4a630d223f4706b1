"""Callback and inline queries that wait for the bot's answer: each is answered once, and soon."""

import asyncio
import itertools
import time
from dataclasses import dataclass
from typing import Any

from bot.sandbox.errors import bad_request

LIFETIME = 30.0  # seconds; Telegram's own patience is about this
TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
FIRST_QUERY_ID = 430_000_000_000_000_001


@dataclass(slots=True)
class Question:
    """One query: who asked, where, since when."""

    id: str
    user_id: int
    chat_id: int | None
    asked_at: float
    answer: asyncio.Future[dict[str, Any]]


class Questions:
    """Open queries by id."""

    def __init__(self) -> None:
        self._open: dict[str, Question] = {}
        self._ids = itertools.count(FIRST_QUERY_ID)

    def ask(self, user_id: int, chat_id: int | None) -> Question:
        """Opens a query; its `answer` is set by the bot."""
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        question = Question(str(next(self._ids)), user_id, chat_id, time.monotonic(), answer)
        self._open[question.id] = question
        return question

    def check(self, query_id: str) -> Question:
        """The open query; Telegram's refusal when it is unknown, answered or too old."""
        question = self._open.get(query_id)
        if question is None or time.monotonic() - question.asked_at > LIFETIME:
            self._open.pop(query_id, None)
            raise bad_request(TOO_OLD)
        return question

    def close(self, question: Question, answer: dict[str, Any]) -> None:
        """Gives the answer to who asked, if they still wait."""
        self._open.pop(question.id, None)
        if not question.answer.done():
            question.answer.set_result(answer)
