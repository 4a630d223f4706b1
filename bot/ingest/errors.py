"""What can go wrong between an address and an article.

IngestError
├── FetchError                nothing usable came from the address
│   ├── BadAddress            not an http(s) address
│   ├── ForbiddenAddress      it leads into a private network
│   ├── TooManyRedirects
│   ├── TooLarge              more than the cap, after decompression
│   ├── TimedOut
│   ├── HeldBack              too many pages wait for a site that wants its requests apart
│   ├── HttpError             a status that is no answer; carries it and Retry-After
│   └── Unreachable           no such host, refused, TLS, broken off, broken compression
├── ParseError                the body is no feed that can be read (also: reading it took too long, the worker died)
│   ├── NotAFeed              carries the feeds that a web page announces
│   └── HostileXml            its DTD declares entities
└── ExtractError              no text from the page (also: took too long, the worker died)
    └── NoArticle             the page was read, and what it says is not the article

Each carries the address and one sentence that a person can read; `str()` gives the sentence alone. They travel between
processes, so everything they carry stands in `args`.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Self


@dataclass(frozen=True, slots=True)
class AnnouncedFeed:
    """A feed that a page names in its head."""

    url: str
    title: str


class IngestError(Exception):
    """One source or page could not be read."""

    def __init__(self, url: str, sentence: str, *more: object) -> None:
        # A stranger's header may stand in it, with bytes that no database and no terminal takes.
        sentence = sentence.encode("utf-8", "replace").decode()
        super().__init__(url, sentence, *more)
        self.url = url
        self.sentence = sentence

    def __str__(self) -> str:
        return self.sentence


class FetchError(IngestError):
    """Nothing usable came from the address."""


class BadAddress(FetchError):
    """Not an http or https address with a host."""


class ForbiddenAddress(FetchError):
    """The address leads to a machine of a private network that the settings do not allow."""

    @classmethod
    def of(cls, url: str, host: str) -> Self:
        """That `host`, asked for while `url` was fetched, is refused."""
        return cls(url, f"{host} leads to a private network, which collect.allow_private does not list")


class TooManyRedirects(FetchError):
    """More redirects in a row than an honest site needs."""


class TooLarge(FetchError):
    """The body, decompressed, is longer than the cap."""


class TimedOut(FetchError):
    """The whole answer did not come in time."""


class HeldBack(FetchError):
    """The site's robots.txt wants requests apart, and too many of its pages wait already."""


class HttpError(FetchError):
    """The site answered with a status that carries no page. `retry_after` is its wish, if it had one."""

    def __init__(self, url: str, sentence: str, status: int, retry_after: timedelta | None = None) -> None:
        super().__init__(url, sentence, status, retry_after)
        self.status = status
        self.retry_after = retry_after


class Unreachable(FetchError):
    """No connection, or one that broke before the end of the body."""


class ParseError(IngestError):
    """The body could not be read as a feed."""


class NotAFeed(ParseError):
    """The body is something else; `feeds` are those that a web page announces."""

    def __init__(self, url: str, sentence: str, feeds: tuple[AnnouncedFeed, ...] = ()) -> None:
        super().__init__(url, sentence, feeds)
        self.feeds = feeds


class HostileXml(ParseError):
    """A DTD that declares entities: no feed needs one, an XML bomb does."""


class ExtractError(IngestError):
    """No text could be taken from the page."""


class NoArticle(ExtractError):
    """What is left of the page is not the article: a wall, a stub, a list."""
