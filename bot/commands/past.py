"""import FILE.jsonl: a newsroom's past into the archive, pushed to nobody.

One object a line: url, title, text, source, published_at, language (may be left out). The file is read twice: once to
check it and to learn the order, and once to store, the oldest first: the archive puts each by its date, below what came
by itself. What is stored already is skipped, so an import that was cut off is simply started again.
"""

import asyncio
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.annotator import Annotator
from bot.archive import Archive
from bot.clock import now_utc
from bot.commands.output import note, print_line, progress
from bot.commands.shell import DONE, FAILED, archive_to_write
from bot.ingest.dates import read_date
from bot.ingest.draft import Draft
from bot.ingest.identity import canonical_url, identity_of
from bot.ingest.text import first_words, tidy, without_unwanted
from bot.ingest.workers import Workers
from bot.landing import Known, Landing
from bot.metrics import Metrics
from bot.pipeline import apply_settings
from bot.topics.lemmas import Lemmatiser
from config.settings import Settings
from config.values import check_url
from storage.database import Database
from storage.records import Block, BlockKind, NewSource, Source

BATCH = 50  # articles at once: the database's one writer is held for a third of a second
SHOWN_FAULTS = 5
LEAD = 400  # characters of the text that stand for a lead


class LineError(Exception):
    """A line that is no article; the text says why."""


@dataclass(frozen=True, slots=True)
class PastArticle:
    """A line of the file."""

    url: str
    title: str
    text: str
    source: str
    published_at: datetime
    language: str | None = None


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a line stands in the file, by its date."""

    published_at: datetime
    offset: int


async def import_past(settings: Settings, file: Path) -> int:
    """Store what is not there yet; FAILED when a line could not be read, after storing all others."""
    zone = ZoneInfo(settings.timezone)
    places, faults = survey(file, zone)
    for fault in faults[:SHOWN_FAULTS]:
        note(f"{file}: {fault}")
    if len(faults) > SHOWN_FAULTS:
        note(f"{file}: and {len(faults) - SHOWN_FAULTS} more lines like these")
    stored = 0
    lemmatiser = Lemmatiser()
    async with (
        archive_to_write(settings) as database,
        Workers() as workers,
        Annotator(lemmatiser) as annotator,
    ):
        async with database.transaction() as stores:
            await apply_settings(settings, stores, Archive(lemmatiser), now_utc())
        importer = Importer(database, Landing(database, annotator, lemmatiser, settings, Metrics()), workers)
        with progress("Articles", len(places)) as advance:
            for batch in read_batches(file, places, zone):
                stored += await importer.store(batch)
                advance(len(batch))
    print_line(f"{stored} stored, {len(places) - stored} known already, {len(faults)} could not be read")
    return FAILED if faults else DONE


class Importer:
    """Stores articles of the past, each once."""

    def __init__(self, database: Database, landing: Landing, workers: Workers) -> None:
        self._database = database
        self._landing = landing
        self._workers = workers
        self._sources: dict[str, Source] = {}

    async def store(self, batch: Sequence[PastArticle]) -> int:
        """Store those that are not in the archive, in this order; how many there were."""
        unknown = await self._unknown(batch)
        languages = await asyncio.gather(*(self._language(article) for article in unknown))
        told = list(zip(unknown, languages, strict=True))
        for name, run in groupby(told, lambda pair: pair[0].source):
            drafts = [Known(_draft(article, language)) for article, language in run]
            await self._landing.land(await self._source(name), drafts, is_past=True)
        return len(unknown)

    async def _unknown(self, batch: Sequence[PastArticle]) -> list[PastArticle]:
        by_identity = {(article.source, _identity(article)): article for article in batch}
        sources = {article.source: await self._source(article.source) for article in batch}
        unknown = []
        async with self._database.snapshot() as stores:
            for (name, identity), article in by_identity.items():
                known = await stores.articles.get_known(sources[name].id, {identity: canonical_url(article.url)})
                if not known and await stores.articles.get_by_url(canonical_url(article.url)) is None:
                    unknown.append(article)
        return unknown

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


def survey(file: Path, zone: ZoneInfo) -> tuple[list[Place], list[str]]:
    """Where each article stands, oldest first, and what is wrong with the other lines."""
    places: list[Place] = []
    faults: list[str] = []
    offset = 0
    with file.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                try:
                    places.append(Place(read_line(line, zone).published_at, offset))
                except LineError as error:
                    faults.append(f"line {number}: {error}")
            offset += len(line)
    return sorted(places), faults


def read_batches(file: Path, places: Sequence[Place], zone: ZoneInfo) -> Iterator[list[PastArticle]]:
    """The articles at these places, BATCH at a time."""
    with file.open("rb") as lines:
        for start in range(0, len(places), BATCH):
            batch = []
            for place in places[start : start + BATCH]:
                lines.seek(place.offset)
                batch.append(read_line(lines.readline(), zone))
            yield batch


def read_line(line: bytes, zone: ZoneInfo) -> PastArticle:
    """One line as an article; a date without a zone is in `zone`. Raises LineError."""
    try:
        said = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError):  # RecursionError: brackets a thousand deep
        raise LineError("this is not JSON in UTF-8") from None
    if not isinstance(said, dict):
        raise LineError("this is not a JSON object")
    wanted = {name: said.get(name) for name in ("url", "title", "text", "source", "published_at")}
    for name, value in wanted.items():
        if not isinstance(value, str) or not (tidy(value) or name == "text"):
            raise LineError(f"{name} must be a text")
    language = said.get("language")
    if language is not None and not isinstance(language, str):
        raise LineError("language must be a text")
    published_at = read_date(str(wanted["published_at"]), zone)
    if published_at is None:
        raise LineError("published_at must be a date, such as 2026-10-18T10:00:00+05:00")
    try:
        url = check_url(without_unwanted(str(wanted["url"])).strip())
    except ValueError as error:
        raise LineError(f"url: {error}") from None
    title, source = (tidy(str(wanted[name])) for name in ("title", "source"))
    text = without_unwanted(str(wanted["text"]))
    return PastArticle(url, title, text, source, published_at, _language_code(language or ""))


def _language_code(said: str) -> str | None:
    """The code of "ru" or "ru-RU"; None for what is no code, such as a language's name: it is found out instead."""
    code = re.split("[-_]", said.strip().lower())[0]
    return code if re.fullmatch("[a-z]{2,3}", code) else None


def _identity(article: PastArticle) -> str:
    return identity_of(None, article.url, article.title, article.published_at)


def _draft(article: PastArticle, language: str) -> Draft:
    paragraphs = [" ".join(line.split()) for line in article.text.splitlines() if line.strip()]
    lead = first_words(paragraphs[0], LEAD) if paragraphs else ""
    if paragraphs and lead == paragraphs[0]:
        del paragraphs[0]
    return Draft(
        identity=_identity(article),
        feed_hash="",  # no feed has told of it
        url=canonical_url(article.url),
        title=article.title,
        lead=lead,
        body=tuple(Block(BlockKind.PARAGRAPH, text) for text in paragraphs),
        language=language,
        published_at=min(article.published_at, now_utc()),
    )
