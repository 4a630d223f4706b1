"""What stands at an address that an admin gave: looked at once the transaction is over, kept until they press a button.

look      the Prospector finds the list; three of its stories are read as collecting reads them     network
keep      what adding it takes is written down under a number, for a button has no room for an address
"""

import asyncio
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from http import HTTPStatus

import structlog
from pydantic import TypeAdapter

from bot.chat.context import ChatContext
from bot.ingest.candidates import is_channel, readable
from bot.ingest.discover import Found, Way
from bot.ingest.errors import (
    BadAddress,
    ForbiddenAddress,
    HttpError,
    IngestError,
    NotAFeed,
    ParseError,
    TimedOut,
    Unreachable,
)
from bot.ingest.reading import ReadEntry
from bot.ingest.stages import FeedEntry
from bot.ingest.visit import newest
from bot.known import KnownSources, new_source
from bot.rendering.lists import View
from bot.rendering.message import Outgoing
from bot.rendering.prospects import MAX_STORIES, Failing, Path, Preview, Prospect, found, known, not_found
from storage.records import Chat, ChatKind, NewSource, Source, article_text

log = structlog.get_logger("khabar.admin")

PATIENCE = 45.0  # seconds for everything that is asked of one site
MOST_KEPT = 4_000  # characters of an address; a longer one is nobody's
_LEAST_SPAN = timedelta(minutes=1)  # a list whose dates lie within it was stamped when it was made

# A channel's name, or something with a dot or a scheme in it; what stands behind it is not read.
_ADDRESS = re.compile(
    r"(?P<address>@\w{3,32}|https?://\S+|[^\s.@/]+(?:\.[^\s.@/]+)+(?::\d+)?(?:[/?]\S*)?)(?=\s|\Z)", re.IGNORECASE
)

_PATHS = {
    Way.ITSELF: Path.ITSELF,
    Way.ANNOUNCED: Path.ANNOUNCED,
    Way.COMMON_PATH: Path.COMMON_PATH,
    Way.SITEMAP: Path.SITEMAP,
    Way.HEADLINES: Path.HEADLINES,
    Way.CHANNEL: Path.CHANNEL,
}
# The first that fits.
_FAILINGS: tuple[tuple[type[IngestError], Failing], ...] = (
    (BadAddress, Failing.NO_ADDRESS),
    (ForbiddenAddress, Failing.FORBIDDEN),
    (TimedOut, Failing.SLOW),
    (Unreachable, Failing.UNREACHABLE),
    (HttpError, Failing.REFUSED),
    (NotAFeed, Failing.NOTHING),
)


class Scout:
    """Looks at addresses for admins. Faults of the database are raised."""

    def __init__(self, context: ChatContext) -> None:
        self._context = context

    async def look(self, written: str, chat_id: int) -> Outgoing:
        """What is to be said of an address, in the words of the chat."""
        async with self._context.database.snapshot() as stores:
            chat = await stores.chats.get(chat_id)
        view, address = self._view(chat), readable(written)
        try:
            async with asyncio.timeout(PATIENCE):
                there = await self._context.prospector.find(written)
                twin = await self._find_known(there.address)
                if twin is not None:
                    return known(twin, view.words)
                previews = await self._read(there)
        except TimeoutError:
            return not_found(Failing.SLOW, address, "", view.words)
        except IngestError as error:
            log.info("no source was found", url=address, reason=str(error))
            return not_found(failing_of(error), address, str(error), view.words)
        new = new_source(address, there)
        async with self._context.database.transaction() as stores:
            number = await stores.topics.keep_question(pack_source(new), self._context.now())
        return found(_prospect(number, new, there, previews, self._context.now()), view)

    def _view(self, chat: Chat) -> View:
        composer = self._context.composer
        is_private = chat.kind is ChatKind.PRIVATE
        return View(composer.words(chat), composer.zone(chat), self._context.now(), is_private)

    async def _find_known(self, url: str) -> Source | None:
        async with self._context.database.snapshot() as stores:
            return KnownSources(await stores.sources.get_all()).find_stored(url)

    async def _read(self, there: Found) -> list[tuple[FeedEntry, ReadEntry]]:
        """The newest stories as they would be stored, all at once."""
        full_text = self._context.settings.collect.full_text
        entries, now = newest(there.look.feed, MAX_STORIES), self._context.now()
        reads = (self._context.reader.read(one, now, language=None, full_text=full_text) for one in entries)
        read = zip(entries, await asyncio.gather(*reads), strict=True)
        return [(entry, one) for entry, one in read if not (one.is_void or one.is_gone)]


def read_address(words: str) -> str | None:
    """The address at the beginning of what was written: whole, a bare host, or @channel; None where there is none."""
    match = _ADDRESS.match(words.strip())
    return match["address"] if match and len(match["address"]) <= MOST_KEPT else None


def pack_source(new: NewSource) -> str:
    """As text, to be kept."""
    return _adapter().dump_json(new, exclude_defaults=True).decode()


def unpack_source(text: str) -> NewSource | None:
    """What `pack_source` made; None for any other text."""
    try:
        return _adapter().validate_json(text)
    except ValueError:
        return None


def failing_of(error: IngestError) -> Failing:
    """What to tell of a fault."""
    if isinstance(error, ParseError) and is_channel(error.url):
        return Failing.NO_CHANNEL
    if isinstance(error, HttpError) and (error.status >= 500 or error.status == HTTPStatus.TOO_MANY_REQUESTS):
        return Failing.UNREACHABLE  # it may be over in an hour
    return next((failing for kind, failing in _FAILINGS if isinstance(error, kind)), Failing.OTHER)


def stories_a_day(entries: Iterable[FeedEntry], now: datetime) -> float | None:
    """How many a list shows from its oldest entry to now; None where too few of them have dates of their own."""
    moments = sorted(one.published_at for one in entries if one.published_at is not None and one.published_at <= now)
    if len(moments) < 2 or moments[-1] - moments[0] < _LEAST_SPAN:
        return None
    return len(moments) / ((now - moments[0]) / timedelta(days=1))


def _prospect(
    number: int, new: NewSource, there: Found, reads: Sequence[tuple[FeedEntry, ReadEntry]], now: datetime
) -> Prospect:
    languages = Counter(read.draft.language for _, read in reads)
    return Prospect(
        number=number,
        name=new.name,
        asked=new.url,
        address=there.address,
        kind=there.kind,
        path=_PATHS[there.way],
        language=languages.most_common(1)[0][0] if languages else there.look.feed.language,
        a_day=stories_a_day(there.look.feed.entries, now),
        previews=[_preview(entry, read, now) for entry, read in reads],
    )


def _preview(entry: FeedEntry, read: ReadEntry, now: datetime) -> Preview:
    draft = read.draft
    return Preview(
        title=draft.title,
        url=draft.url,
        words=article_text("", draft.lead, draft.body),
        published_at=draft.published_at if entry.published_at is not None or draft.published_at < now else None,
        is_whole=read.has_text if read.has_text or (entry.has_page and read.reason) else None,
    )


@cache
def _adapter() -> TypeAdapter[NewSource]:
    return TypeAdapter(NewSource)
