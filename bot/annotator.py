"""The door to the process that reads articles: their words, whom and what they speak of, names of one thing."""

from collections.abc import Sequence
from datetime import timedelta
from typing import cast

import structlog

from bot.ingest.hosts import current_owner
from bot.topics.annotate import LONGEST_TEXT, Annotation, annotate
from bot.topics.lemmas import Lemmatiser
from bot.workers.pool import TIME_LIMIT, Door, Pool, WorkerError
from storage.records import Block

log = structlog.get_logger("khabar.collect")

TASKS = "bot.topics.tasks"
READ_HERE = 4_000  # characters of what no process could read: everybody else waits for them
LONGEST_OF_HEAVY = 20_000  # characters of a source that has cost much time lately; no true article is longer


class Annotator(Door):
    """Use as an async context manager. The process starts with the first article.

    No article is lost: of one over which the process dies or takes too long, the words are read by another process;
    where that fails too, the first of them by this one.
    """

    def __init__(self, lemmatiser: Lemmatiser, processes: int = 1, *, time_limit: timedelta = TIME_LIMIT) -> None:
        super().__init__(Pool(TASKS, processes, time_limit=time_limit))
        self._lemmatiser = lemmatiser

    async def annotate(
        self, title: str, lead: str, body: Sequence[Block], language: str, *, with_entities: bool = True
    ) -> Annotation:
        """`topics.annotate.annotate` in the process that has the models."""
        owner = current_owner()
        longest = LONGEST_OF_HEAVY if self._pool.is_heavy(owner) else LONGEST_TEXT
        for is_asked in [True, False] if with_entities else [False]:
            try:
                annotation = await self._pool.ask(
                    "annotate", title, lead, tuple(body), language, is_asked, longest, owner=owner
                )
            except WorkerError as error:
                log.warning("an article resists being read", title=title, with_entities=is_asked, reason=str(error))
            else:
                return cast("Annotation", annotation)
        return annotate(title, lead, body, language, self._lemmatiser, longest=READ_HERE)
