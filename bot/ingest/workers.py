"""Parsing, extraction and language detection in worker processes: strangers' bytes stay out of the bot's own."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import cast

from bot.ingest.errors import ExtractError, IngestError, ParseError
from bot.ingest.hosts import current_owner
from bot.ingest.stages import NO_RULES, NOTHING_SEEN, ExtractedPage, FeedEntry, FetchedPage, ParsedFeed, SourceRules
from bot.workers.pool import TIME_LIMIT, Door, Pool, WorkerError
from storage.records import SourceKind

TASKS = "bot.ingest.tasks"
ASIDE = 2  # processes more, for sources whose texts take long


class Workers(Door):
    """Use as an async context manager. No process starts before the first task, and none that is not needed.

    What is asked inside `hosts.acting_for` is that source's, and no source's texts hold up those of the others.
    """

    def __init__(self, processes: int = 2, *, time_limit: timedelta = TIME_LIMIT, zone: str = "UTC") -> None:
        """`zone` (an IANA name) is that of dates which name none: the newsroom's own."""
        super().__init__(Pool(TASKS, processes, time_limit=time_limit, aside=ASIDE))
        self._zone = zone

    async def parse(
        self,
        page: FetchedPage,
        kind: SourceKind = SourceKind.FEED,
        rules: SourceRules = NO_RULES,
        seen: Mapping[int, str] = NOTHING_SEEN,
    ) -> ParsedFeed:
        """`lists.parse_list` in a worker. Every failure is a ParseError, the worker's own among them."""
        result = await self._ask(ParseError, page.url, "parse", page, kind, rules.links, self._zone, dict(seen))
        return cast("ParsedFeed", result)

    async def extract(
        self,
        page: FetchedPage,
        entry: FeedEntry | None = None,
        language: str | None = None,
        rules: SourceRules = NO_RULES,
    ) -> ExtractedPage:
        """`extract.extract_page` in a worker. Every failure is an ExtractError, the worker's own among them."""
        bare = replace(rules, proxy="")  # it may hold a password, which has no business near strangers' text
        result = await self._ask(ExtractError, page.url, "extract", page, entry, language, self._zone, bare)
        return cast("ExtractedPage", result)

    async def detect(self, text: str, hint: str | None = None, *, url: str = "") -> str:
        """`language.detect` in a worker. `url` goes into the ExtractError of a worker's failure."""
        return str(await self._ask(ExtractError, url, "detect", text, hint))

    async def _ask(self, kind: type[IngestError], url: str, name: str, *arguments: object) -> object:
        try:
            answer = await self._pool.ask(name, *arguments, owner=current_owner())
        except WorkerError as error:
            raise kind(url, str(error)) from error
        if isinstance(answer, IngestError):
            raise answer
        return answer
