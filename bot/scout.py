"""Where a source's list stands now: at its own address, where its site announces it, or at a stand-in."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from bot.ingest.discover import Found, Prospector
from bot.ingest.errors import IngestError, NotAFeed
from bot.ingest.fetch import Fetcher
from bot.ingest.stages import NO_RULES, NOTHING_SEEN, FeedKind, Look, NotModified, SourceRules
from bot.ingest.visit import Visitor
from bot.ingest.workers import Workers
from config.settings import Settings, SourceSettings
from storage.records import Source, SourceKind

log = structlog.get_logger("khabar.collect")

BARE = frozenset({FeedKind.SITEMAP, FeedKind.PAGE})  # lists of addresses: an entry without its page is no article


@dataclass(frozen=True, slots=True)
class Sight:
    """What was seen of a source; `source` as it stands after the look: found elsewhere, or back from its stand-in."""

    source: Source
    seen: Look | NotModified


class Scout:
    """Looks at sources. One a process."""

    def __init__(self, fetcher: Fetcher, workers: Workers, settings: Settings) -> None:
        self._visitor = Visitor(fetcher, workers)
        self._prospector = Prospector(fetcher, workers)
        self._rules = {one.url: rules_of(one) for one in settings.sources}
        self._seen: dict[int, Mapping[int, str]] = {}  # by source: marks and hashes of entries that are in the archive
        self._imprints: dict[int, bytes] = {}  # by source: of a list all of which is in the archive

    def rules(self, source: Source) -> SourceRules:
        """What the settings say of its pages."""
        return self._rules.get(source.url, NO_RULES)

    def remember(self, source: Source, look: Look, missing: Collection[str]) -> None:
        """What was seen is in the archive, but for the entries of these identities: it need not be read again.

        Of bare addresses some may wait for a page that tells their story, so nothing is kept of them.
        """
        if look.feed.kind in BARE:
            return
        entries = look.feed.entries
        seen = {one.mark: one.feed_hash for one in entries if one.mark and one.identity not in missing}
        self._seen[source.id] = seen
        is_whole = seen and {one.mark for one in entries} == seen.keys()
        self._imprints[source.id] = look.imprint if is_whole else b""

    def forget(self, source: Source) -> None:
        """Not all that was seen is in the archive: the same list is to be read once more."""
        self._seen.pop(source.id, None)
        self._imprints.pop(source.id, None)

    async def look(self, source: Source, now: datetime) -> Sight:
        """Look where its list stands. Every failure is an IngestError.

        With a stand-in in place its own address is tried first where its time has come.
        """
        if source.stand_in is None:
            return await self._look_at_home(source)
        if now >= source.stand_in.retry_at:
            try:
                seen = await self._visitor.read(source.address, source.kind, self.rules(source))
                return Sight(replace(source, stand_in=None), seen)
            except IngestError as error:
                log.info("its own address still gives nothing", source=source.name, reason=str(error))
        return Sight(source, await self._read(source, source.stand_in.url, source.stand_in.kind))

    async def find_stand_in(self, source: Source) -> Found | None:
        """Where else its site tells its news; None when nowhere."""
        try:
            return await self._prospector.find_stand_in(source.address, source.kind, self.rules(source))
        except IngestError as error:
            log.info("no stand-in was found", source=source.name, reason=str(error))
            return None

    async def _look_at_home(self, source: Source) -> Sight:
        try:
            seen = await self._read(source, source.address, source.kind)
        except IngestError as error:
            is_unknown = isinstance(error, NotAFeed) and source.succeeded_at is None
            if not is_unknown and not (source.moved_to and source.failures):
                raise
            found = await self._find_anew(source, error)
            log.info("its list was found", source=source.name, url=found.address, way=found.way)
            return Sight(replace(source, moved_to=found.address, kind=found.kind), found.look)
        return Sight(source, seen)

    async def _find_anew(self, source: Source, error: IngestError) -> Found:
        """What the address that people wrote leads to by now. Raises `error` where that is the same as before."""
        found = await self._prospector.find(source.url, self.rules(source))
        if source.succeeded_at is not None and found.address == source.address:
            raise error
        return found

    async def _read(self, source: Source, address: str, kind: SourceKind) -> Look | NotModified:
        """Where it is read by now; validators of the feed say nothing of its stand-in."""
        stand_in, succeeded_at = source.stand_in, source.succeeded_at
        is_known = stand_in is None or (succeeded_at is not None and succeeded_at > stand_in.since)
        return await self._visitor.read(
            address,
            kind,
            self.rules(source) if stand_in is None else SourceRules(proxy=self.rules(source).proxy),
            etag=source.etag if is_known else None,
            last_modified=source.last_modified if is_known else None,
            seen=self._seen.get(source.id, NOTHING_SEEN),
            imprint=self._imprints.get(source.id, b""),
        )


def rules_of(named: SourceSettings | None) -> SourceRules:
    """What the settings say of a source's pages; nothing where they do not name it."""
    if named is None:
        return NO_RULES
    return SourceRules(named.links, named.text, named.remove, named.proxy.get_secret_value())
