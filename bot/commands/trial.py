"""sources test: fetch an address now and show what would be stored. Nothing is."""

import asyncio
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import lxml.html

from bot.clock import now_utc
from bot.commands.output import clean, note, plural, print_json, print_line, progress, without_passwords
from bot.commands.shell import DONE, CommandError, UsageError
from bot.ingest.blocks import html_pieces
from bot.ingest.candidates import is_article, readable
from bot.ingest.decode import decode_html
from bot.ingest.discover import Prospector
from bot.ingest.draft import Draft, draft_from_page
from bot.ingest.errors import ExtractError, FetchError, NotAFeed, Unreachable
from bot.ingest.fetch import Fetcher
from bot.ingest.furniture import select
from bot.ingest.identity import identity_of
from bot.ingest.reading import EntryReader, ReadEntry
from bot.ingest.stages import ExtractedPage, FeedEntry, FeedKind, FetchedPage, ParsedFeed, SourceRules
from bot.ingest.text import first_words, without_unwanted
from bot.ingest.visit import newest
from bot.ingest.workers import Workers
from bot.scout import rules_of
from config.settings import Settings, SourceSettings
from config.values import check_url
from storage.records import SourceKind, article_text

_HTTP = re.compile(r"\s*https?://", re.IGNORECASE)
_PARSER = lxml.html.HTMLParser(encoding="utf-8", no_network=True)
EXCERPT = 300  # characters of a story's text that a person is shown
MOST_PAGES = 20  # stories of a sitemap or of a page with headlines that are tried
_HEADLINE = 0.9  # a block with this share of its letters in links is somebody else's headline
_FEW_HEADLINES = 3  # an article may end with so many "read also"
_LIST = 1 / 3  # share of the blocks: between two headlines of a list stands a summary at most, and a date


async def try_source(settings: Settings, written: str, *, as_json: bool) -> int:
    """The stories of a source, or the one of an article's page. Raises IngestError when there are none."""
    url = check_address(written)
    async with Fetcher(settings.collect) as fetcher, Workers(zone=settings.timezone) as workers:
        trials = await Trier(settings, fetcher, workers).read(url, is_assumed=not _HTTP.match(written))
    for trial in trials:
        show(trial, ZoneInfo(settings.timezone), as_json=as_json)
    if not as_json:
        note(f"{plural(len(trials), 'story', 'stories')}; nothing was stored.")
    return DONE


def check_address(url: str) -> str:
    """The address as it can be fetched: "@name" is a channel, a bare host is a site. Raises UsageError."""
    try:
        return check_url(readable(url))
    except ValueError as error:
        raise UsageError(f"{url}: {error}") from None


class Trier:
    """Reads as collecting does, and keeps nothing."""

    def __init__(self, settings: Settings, fetcher: Fetcher, workers: Workers) -> None:
        self._settings = settings
        self._fetcher = fetcher
        self._workers = workers
        self._reader = EntryReader(fetcher, workers, settings.language, settings.timezone)

    async def read(self, url: str, *, is_assumed: bool = False) -> Sequence[ReadEntry]:
        """In the order of the list; a page that is an article is read as one, any other as what stands behind it.

        `is_assumed`: nobody wrote the https, so the address is tried without it, too. Raises NoArticle for a page that
        is an article by its address and shows none: what stands behind it is not what was asked for.
        """
        named = next((one for one in self._settings.sources if one.url == url), None)
        rules = rules_of(named)
        page = await self._fetch(url, rules, is_assumed=is_assumed)
        url = page.url
        try:
            feed = await self._workers.parse(page, SourceKind.FEED, rules)
        except NotAFeed as error:
            alone = await self._read_alone(page, rules, error)
            if alone is not None:
                return [alone]
            feed = await self._find(url, rules)
        if feed.more:
            feed = await self._find(url, rules)
        entries = newest(feed, MOST_PAGES) if feed.kind in {FeedKind.SITEMAP, FeedKind.PAGE} else feed.entries
        if rules.text and entries:
            await self._check_selector(entries[0].url, rules)
        return await self._read_each(entries, named, rules)

    async def _check_selector(self, url: str, rules: SourceRules) -> None:
        """Say where the operator's selector finds nothing: the article is then found by itself, and nobody notices."""
        try:
            page = await self._fetch(url, rules, is_assumed=False)
        except FetchError:
            return  # the story itself says so
        told = without_unwanted(decode_html(page.whole().body, page.charset)).strip()
        if told and not select(lxml.html.document_fromstring(told.encode(), parser=_PARSER), rules.text):
            where = without_passwords(clean(url))
            note(f"text = {rules.text!r} matches nothing on {where}: its article is looked for without it.")

    async def _find(self, url: str, rules: SourceRules) -> ParsedFeed:
        found = await Prospector(self._fetcher, self._workers).find(url, rules)
        note(f"Read as {found.look.feed.kind} from {without_passwords(clean(found.address))}")
        return found.look.feed

    async def _read_each(
        self, entries: Sequence[FeedEntry], named: SourceSettings | None, rules: SourceRules
    ) -> Sequence[ReadEntry]:
        language = named.language if named else None
        full_text = named.full_text if named and named.full_text is not None else self._settings.collect.full_text
        with progress("Stories", len(entries)) as advance:

            async def tried(entry: FeedEntry) -> ReadEntry:
                try:
                    return await self._reader.read(
                        entry, now_utc(), language=language, full_text=full_text, rules=rules
                    )
                finally:
                    advance(1)

            return await asyncio.gather(*(tried(entry) for entry in entries))

    async def _read_alone(self, page: FetchedPage, rules: SourceRules, error: NotAFeed) -> ReadEntry | None:
        """The page as one article; None when it is none."""
        try:
            article = await self._reader.read_page(page, rules=rules)
        except ExtractError:
            if is_article(page.final_url) and not rules.links:
                raise
            return None
        if is_list(page, article) or (error.feeds and is_front(page)):
            return None
        if error.feeds:
            note(f"The page announces feeds: {', '.join(clean(feed.url) for feed in error.feeds)}")
        return ReadEntry(_draft_alone(page, article), has_text=True)

    async def _fetch(self, url: str, rules: SourceRules, *, is_assumed: bool) -> FetchedPage:
        try:
            page = await self._fetcher.fetch(url, proxy=rules.proxy)
        except Unreachable:
            if not is_assumed:
                raise
            page = await self._fetcher.fetch(f"http{url.removeprefix('https')}", proxy=rules.proxy)
        if isinstance(page, FetchedPage):
            return page
        raise CommandError(f"{url} answers that nothing has changed, to someone who never asked before")


def is_front(page: FetchedPage) -> bool:
    """Whether a page stands at the root of its site, where no article does."""
    place = urlsplit(page.final_url)
    return place.path in {"", "/"} and not place.query


def is_list(page: FetchedPage, article: ExtractedPage) -> bool:
    """Whether what was taken for an article is a list of headlines: the shape decides, in doubt it is an article."""
    linked = {
        piece.block.text: piece.linked
        for piece in html_pieces(decode_html(page.whole().body, page.charset), page.final_url)
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
        "modified_at": draft.modified_at.isoformat() if draft.modified_at else None,
        "section": draft.section,
        "tags": list(draft.tags),
        "image": draft.image,
        "text": article_text("", draft.lead, draft.body).strip(),
    }


def show(trial: ReadEntry, zone: ZoneInfo, *, as_json: bool) -> None:
    """Print one story."""
    if as_json:
        print_json(as_dict(trial.draft))
    else:
        print_line(f"{excerpt(trial, zone)}\n")


def excerpt(trial: ReadEntry, zone: ZoneInfo) -> str:
    """A story as a person looks at it, in a few lines."""
    draft, text = trial.draft, as_dict(trial.draft)["text"]
    day = f"{draft.published_at.astimezone(zone):%Y-%m-%d %H:%M}"
    facts = [day, draft.language, draft.section or "", draft.author or "", draft.url]
    lines = [clean(draft.title), "  " + " · ".join(clean(fact) for fact in facts if fact)]
    lines.append(f"  picture: {clean(draft.image or 'none')}")
    if trial.reason:
        lines.append(f"  the list's own text, because: {clean(trial.reason)}")
    lines.append(f"  {len(text)} characters: {first_words(clean(text), EXCERPT)}")
    return "\n".join(lines)
