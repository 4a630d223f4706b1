"""import FILE.jsonl: a newsroom's past into the archive, pushed to nobody.

The file is read twice. First all of it, to check each line, to pass what is stored already and to learn the order of
the rest; then the rest, the oldest first: the archive puts each by its date, below what came by itself. So an import
that was cut off is simply started again.
"""

import asyncio
import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import groupby
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from bot.annotator import Annotator
from bot.archive import Archive
from bot.clock import now_utc
from bot.commands.output import Advance, note, print_line, progress
from bot.commands.pastlines import (
    SHOWN_FAULTS,
    Faults,
    Line,
    LineError,
    PastArticle,
    Places,
    address_of,
    read_article,
    read_batches,
    read_lines,
    read_object,
)
from bot.commands.shell import DONE, FAILED, archive_to_write
from bot.ingest.workers import Workers
from bot.landing import Known, Landing, Ready
from bot.metrics import Metrics
from bot.placing import PastPlacing
from bot.provision import apply_settings
from bot.topics.lemmas import Lemmatiser
from config.settings import Settings
from storage.database import Database
from storage.errors import DatabaseBusy
from storage.records import NewSource, Source
from storage.stores import Stores

BATCH = 50  # articles at once: the database's one writer is held for a tenth of a second
BUSY_FOR = 600.0  # seconds that a busy database is waited for: a backup, or the bot itself
AGAIN_IN = 1.0  # seconds between attempts
LOOK = 2000  # lines that are looked up at once
DAYS = timedelta(days=3)  # of articles that are stored at once
MB = 1024**2

Given = TypeVar("Given")
Read = TypeVar("Read")


async def import_past(settings: Settings, file: Path) -> int:
    """Store what is not there yet; FAILED when a line could not be read, after storing all others."""
    lemmatiser = Lemmatiser()
    cores = len(os.sched_getaffinity(0))
    async with (
        archive_to_write(settings) as database,
        Workers() as workers,
        Annotator(lemmatiser, cores) as annotator,
    ):
        async with database.transaction() as stores:
            await apply_settings(settings, stores, Archive(lemmatiser), now_utc())
        landing = Landing(database, annotator, lemmatiser, settings, Metrics(), PastPlacing(settings.stories))
        importer = Importer(database, landing, workers, ZoneInfo(settings.timezone))
        try:
            return await _import(importer, file)
        except asyncio.CancelledError:
            note(f"Stopped; {importer.stored} articles were stored. The same command goes on from there.")
            raise


async def _import(importer: "Importer", file: Path) -> int:
    with progress("Reading, MB", _megabytes(file)) as advance:
        places = await importer.survey(file, advance)
    faults = importer.faults
    for number, sentence in faults.first:
        note(f"{file}: line {number}: {sentence}")
    if faults.count > SHOWN_FAULTS:
        note(f"{file}: and {faults.count - SHOWN_FAULTS} more lines like these")
    with progress("Articles", len(places)) as advance:
        await importer.store_all(read_batches(file, places.in_order(), importer.zone, BATCH), advance)
    known = importer.known + len(places) - importer.stored
    print_line(f"{importer.stored} stored, {known} known already, {faults.count} could not be read")
    return FAILED if faults.count else DONE


class Importer:
    """Stores articles of the past, each once; `stored` of them by now, `known` were there before."""

    def __init__(self, database: Database, landing: Landing, workers: Workers, zone: ZoneInfo) -> None:
        """`zone` is that of dates which name none."""
        self.zone = zone
        self.faults = Faults()
        self.stored = 0
        self.known = 0
        self._database = database
        self._landing = landing
        self._workers = workers
        self._sources: dict[str, Source] = {}

    async def survey(self, file: Path, advance: Advance) -> Places:
        """Look at each line once; where the articles stand that are not stored yet."""
        places, seen = Places(), 0
        for chunk in _chunks(read_lines(file), LOOK):
            async with self._database.snapshot() as stores:
                for line, article in await self._without_stored(stores, chunk):
                    places.add(article.published_at, line.offset)
            reached = chunk[-1].offset // MB
            advance(reached - seen)
            seen = reached
        return places

    async def store_all(self, batches: Iterator[list[PastArticle]], advance: Advance) -> None:
        """Store what is not there yet, in this order: while a batch is written down, the next one is read."""
        async with asyncio.TaskGroup() as group:
            ahead: asyncio.Task[list[Ready]] | None = None
            for batch in batches:
                reading = group.create_task(self._read(batch))
                if ahead is not None:
                    await self._store(await ahead, advance)
                ahead = reading
            if ahead is not None:
                await self._store(await ahead, advance)

    async def _without_stored(self, stores: Stores, chunk: Sequence[Line]) -> list[tuple[Line, PastArticle]]:
        """The articles of these lines that are not in the archive.

        Most addresses are written as they are stored: of these nothing more is looked at when all are there.
        """
        said = self._sift(((line, line.said) for line in chunk), read_object)
        urls = [address_of(one) for _, one in said]
        stored = await stores.articles.find_urls(set(urls))
        left = [one for one, url in zip(said, urls, strict=True) if url not in stored]
        read = self._sift(left, lambda one: read_article(one, self.zone))
        new = await self._without_known(stores, read)
        self.known += len(said) - len(left) + len(read) - len(new)
        return new

    async def _without_known(
        self, stores: Stores, read: Sequence[tuple[Line, PastArticle]]
    ) -> list[tuple[Line, PastArticle]]:
        named = [(line, article, *article.names()) for line, article in read]
        by_source: defaultdict[str, dict[str, str]] = defaultdict(dict)
        for _, article, identity, address in named:
            by_source[article.source][identity] = address
        known = {name: await self._find_of_source(stores, name, asked) for name, asked in by_source.items()}
        return [(line, article) for line, article, identity, _ in named if identity not in known[article.source]]

    def _sift(self, given: Iterable[tuple[Line, Given]], read: Callable[[Given], Read]) -> list[tuple[Line, Read]]:
        """What can be read of each line; what is wrong with the others is noted."""
        good: list[tuple[Line, Read]] = []
        for line, one in given:
            try:
                good.append((line, read(one)))
            except LineError as error:
                self.faults.add(line.number, error)
        return good

    async def _find_of_source(self, stores: Stores, name: str, asked: Mapping[str, str]) -> set[str]:
        source = self._sources.get(name) or await stores.sources.find_named(name)
        if source is not None:
            self._sources[name] = source
        return await stores.articles.find_known(source.id if source else None, asked)

    async def _read(self, batch: Sequence[PastArticle]) -> list[Ready]:
        languages = await asyncio.gather(*(self._language(article) for article in batch))
        ready: list[Ready] = []
        for name, run in groupby(zip(batch, languages, strict=True), lambda pair: pair[0].source):
            drafts = [Known(article.draft(language)) for article, language in run]
            ready += await self._landing.read(await self._source(name), drafts)
        return ready

    async def _store(self, ready: Sequence[Ready], advance: Advance) -> None:
        """A transaction for each few days of it: those around them are looked through for stories."""
        for days in _by_days(ready):
            await self._store_days(days)
        advance(len(ready))

    async def _store_days(self, ready: Sequence[Ready]) -> None:
        """One transaction. A file may tell an article twice, so what is known is looked up once more."""
        deadline = time.monotonic() + BUSY_FOR
        while True:
            try:
                await self._landing.prepare(ready)
                async with self._database.transaction() as stores:
                    left = await _without_known(stores, ready)
                    await self._landing.store(stores, left, is_past=True)
                break
            except DatabaseBusy:
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(AGAIN_IN)
        self.stored += len(left)

    async def _source(self, name: str) -> Source:
        """The source of this name; one that was never polled is kept out of the list of sources."""
        if name not in self._sources:
            async with self._database.transaction() as stores:
                found = await stores.sources.find_named(name)
                if found is None:
                    found = await stores.sources.add(NewSource(f"past:{name}", name))
                    await stores.sources.remove(found.id, now_utc())
            self._sources[name] = found
        return self._sources[name]

    async def _language(self, article: PastArticle) -> str:
        return article.language or await self._workers.detect(f"{article.title} {article.text}", url=article.url)


async def _without_known(stores: Stores, ready: Sequence[Ready]) -> list[Ready]:
    """Those that are not in the archive, each page once."""
    by_url = {one.article.url: one for one in reversed(ready)}
    by_source: defaultdict[int, dict[str, str]] = defaultdict(dict)
    for url, one in by_url.items():
        by_source[one.source.id].setdefault(one.article.identity, url)
    known = {source_id: await stores.articles.find_known(source_id, asked) for source_id, asked in by_source.items()}
    return [one for one in ready if one is by_url[one.article.url] and one.article.identity not in known[one.source.id]]


def _by_days(ready: Sequence[Ready]) -> Iterator[list[Ready]]:
    """Articles in their order, DAYS at once."""
    part: list[Ready] = []
    for one in ready:
        if part and one.article.published_at - part[0].article.published_at > DAYS:
            yield part
            part = []
        part.append(one)
    if part:
        yield part


def _megabytes(file: Path) -> int:
    return file.stat().st_size // MB


def _chunks(lines: Iterator[Line], size: int) -> Iterator[list[Line]]:
    chunk: list[Line] = []
    for line in lines:
        chunk.append(line)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
