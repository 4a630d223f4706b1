"""sources test: fetch an address now and show what would be stored. Nothing is."""

import asyncio
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from bot.clock import now_utc
from bot.commands.output import clean, note, print_json, print_line, progress
from bot.commands.shell import DONE, CommandError, UsageError
from bot.ingest.blocks import html_pieces
from bot.ingest.decode import decode_html
from bot.ingest.draft import Draft, draft_from_page
from bot.ingest.errors import ExtractError, NotAFeed
from bot.ingest.fetch import Fetcher
from bot.ingest.identity import identity_of
from bot.ingest.reading import EntryReader, ReadEntry
from bot.ingest.stages import ExtractedPage, FeedEntry, FetchedPage
from bot.ingest.text import first_words
from bot.ingest.workers import Workers
from config.settings import Settings
from config.values import check_url
from storage.records import article_text

EXCERPT = 300  # characters of a story's text that a person is shown
_HEADLINE = 0.9  # a block with this share of its letters in links is somebody else's headline
_FEW_HEADLINES = 3  # an article may end with so many "read also"
_LIST = 1 / 3  # share of the blocks: between two headlines of a list stands a summary at most, and a date


async def try_source(settings: Settings, url: str, *, as_json: bool) -> int:
    """The stories of a source, or the one of an article's page. Raises IngestError when there are none."""
    try:
        check_url(url)
    except ValueError as error:
        raise UsageError(f"{url}: {error}") from None
    async with Fetcher(settings.collect) as fetcher, Workers(zone=settings.timezone) as workers:
        trials = await Trier(settings, fetcher, workers).read(url)
    for trial in trials:
        show(trial, ZoneInfo(settings.timezone), as_json=as_json)
    if not as_json:
        note(f"{len(trials)} stories; nothing was stored.")
    return DONE


class Trier:
    """Reads as collecting does, and keeps nothing."""

    def __init__(self, settings: Settings, fetcher: Fetcher, workers: Workers) -> None:
        self._settings = settings
        self._fetcher = fetcher
        self._workers = workers
        self._reader = EntryReader(fetcher, workers, settings.language)

    async def read(self, url: str) -> Sequence[ReadEntry]:
        """In the order of the feed; a page that is no feed is read as one article."""
        page = await self._fetch(url)
        try:
            feed = await self._workers.parse(page)
        except NotAFeed as error:
            return [ReadEntry(await self._read_alone(page, error))]
        named = next((one for one in self._settings.sources if one.url == url), None)
        language = named.language if named else None
        full_text = named.full_text if named and named.full_text is not None else self._settings.collect.full_text
        with progress("Stories", len(feed.entries)) as advance:

            async def tried(entry: FeedEntry) -> ReadEntry:
                try:
                    return await self._reader.read(entry, now_utc(), language=language, full_text=full_text)
                finally:
                    advance(1)

            return await asyncio.gather(*(tried(entry) for entry in feed.entries))

    async def _read_alone(self, page: FetchedPage, error: NotAFeed) -> Draft:
        """The page as one article. Raises `error`, which names the feeds of the page, when it is none."""
        try:
            article = await self._workers.extract(page)
        except ExtractError:
            raise error from None
        if error.feeds:
            if is_list(page, article):
                raise error
            note(f"The page announces feeds: {', '.join(clean(feed.url) for feed in error.feeds)}")
        return _draft_alone(page, article)

    async def _fetch(self, url: str) -> FetchedPage:
        page = await self._fetcher.fetch(url)
        if isinstance(page, FetchedPage):
            return page
        raise CommandError(f"{url} answers that nothing has changed, to someone who never asked before")


def is_list(page: FetchedPage, article: ExtractedPage) -> bool:
    """Whether what was taken for an article is a site's front page or another list of headlines.

    An article announces the site's feed as well, so the shape decides; in doubt it is an article.
    """
    place = urlsplit(page.final_url)
    if place.path in {"", "/"} and not place.query:
        return True
    linked = {
        piece.block.text: piece.linked for piece in html_pieces(decode_html(page.body, page.charset), page.final_url)
    }
    texts = [text for text in (article.lead, *(block.text for block in article.body)) if text]
    headlines = sum(linked.get(text, 0.0) >= _HEADLINE for text in texts)
    return headlines > _FEW_HEADLINES and headlines >= len(texts) * _LIST


def _draft_alone(page: FetchedPage, article: ExtractedPage) -> Draft:
    """The article of a page that no feed has told of."""
    url = article.canonical_url or page.final_url
    entry = FeedEntry(
        identity=identity_of(None, url, article.title, article.published_at),
        guid=None,
        url=url,
        title=article.title,
        lead="",
        body=(),
        published_at=None,
        updated_at=None,
        image=None,
        author=None,
        tags=(),
        feed_hash="",
    )
    return draft_from_page(entry, article, now_utc())


def as_dict(draft: Draft) -> dict[str, Any]:
    """A story as programs read it; `text` is lead and body without the title."""
    return {
        "title": draft.title,
        "url": draft.url,
        "published_at": draft.published_at.isoformat(),
        "author": draft.author,
        "language": draft.language,
        "image": draft.image,
        "text": article_text("", draft.lead, draft.body).strip(),
    }


def show(trial: ReadEntry, zone: ZoneInfo, *, as_json: bool) -> None:
    """Print one story."""
    draft, said = trial.draft, as_dict(trial.draft)
    if as_json:
        print_json(said)
        return
    print_line(clean(draft.title))
    facts = [f"{draft.published_at.astimezone(zone):%Y-%m-%d %H:%M}", draft.language, draft.author or "", draft.url]
    print_line("  " + " · ".join(clean(fact) for fact in facts if fact))
    print_line(f"  picture: {clean(draft.image or 'none')}")
    if trial.reason:
        print_line(f"  the feed's own text, because: {clean(trial.reason)}")
    print_line(f"  {len(said['text'])} characters: {first_words(clean(said['text']), EXCERPT)}\n")
