"""The door to the process that reads articles: their words, whom and what they speak of, names of one thing."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import cast

import structlog

from bot.ingest.hosts import current_owner
from bot.tasks import ReadArticle, read_without_sketch
from bot.topics.annotate import LONGEST_TEXT, annotate
from bot.topics.lemmas import Lemmatiser
from bot.workers.pool import TIME_LIMIT, Door, Pool, WorkerError
from storage.records import Block

log = structlog.get_logger("khabar.collect")

TASKS = "bot.tasks"
READ_HERE = 4_000  # characters of what no process could read: everybody else waits for them
LONGEST_OF_HEAVY = 20_000  # characters of a source that has cost much time lately; no true article is longer


class Annotator(Door):
    """Use as an async context manager. The process starts with the first article.

    No article is lost: of one over which the process dies or takes too long, the words are read by another process;
    where that fails too, the first of them by this one, and it is like no other article.
    """

    def __init__(self, lemmatiser: Lemmatiser, processes: int = 1, *, time_limit: timedelta = TIME_LIMIT) -> None:
        super().__init__(Pool(TASKS, processes, time_limit=time_limit))
        self._lemmatiser = lemmatiser

    async def read(  # noqa: PLR0917  what an article is made of
        self,
        title: str,
        lead: str,
        body: Sequence[Block],
        language: str,
        published_at: datetime,
        image: str | None = None,
        *,
        with_entities: bool = True,
    ) -> ReadArticle:
        """`topics.annotate.annotate` and `stories.sketch.make_sketch` in the process that has the models."""
        owner = current_owner()
        longest = LONGEST_OF_HEAVY if self._pool.is_heavy(owner) else LONGEST_TEXT
        facts = (title, lead, tuple(body), language)
        for is_asked in [True, False] if with_entities else [False]:
            try:
                read = await self._pool.ask("annotate", *facts, is_asked, longest, published_at, image, owner=owner)
            except WorkerError as error:
                log.warning("an article resists being read", title=title, with_entities=is_asked, reason=str(error))
            else:
                return cast("ReadArticle", read)
        annotation = annotate(*facts, self._lemmatiser, longest=READ_HERE)
        return read_without_sketch(annotation, language, published_at)
