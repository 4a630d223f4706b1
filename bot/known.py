"""The sources that are known: by address under any spelling, and by name.

The sources of the settings are stored by what collects (`khabar run`, `khabar collect`). Here they are looked at in the
settings themselves: a look at the list must not change it, and another settings file may stand behind the database.
"""

from collections.abc import Iterable
from urllib.parse import urlsplit

from bot.ingest.discover import Found
from bot.ingest.identity import canonical_url
from config.settings import Settings, SourceSettings
from config.values import name_from_url
from storage.addresses import page_key
from storage.records import NewSource, Source, SourceKind
from storage.stores import Stores

Known = Source | SourceSettings


class KnownSources:
    """What is stored, and what the settings name beside it because the bot has not started with them yet."""

    def __init__(self, stored: Iterable[Source], named: Iterable[SourceSettings] = ()) -> None:
        self.stored = list(stored)
        urls = {one.url for one in self.stored}
        self.named = tuple(one for one in named if one.url not in urls)
        self._at = {_key(one.url): one.name for one in self.named}
        self._called = {one.name.casefold() for one in self.named}
        for source in self.stored:
            self._note(source)

    def add(self, source: Source) -> None:
        """One more is stored now."""
        self.stored.append(source)
        self._note(source)

    @property
    def all(self) -> list[Known]:
        """Those stored, then those that the settings alone name."""
        return [*self.stored, *self.named]

    def find(self, url: str) -> Known | None:
        """The source of this address, under any spelling of it (http or https, with www or without)."""
        if not self.has(url):
            return None
        return self.find_stored(url) or next(one for one in self.named if _key(one.url) == _key(url))

    def find_stored(self, url: str) -> Source | None:
        """The stored one of this address, under any spelling of it."""
        key = _key(url)
        return next((one for one in self.stored if key in {_key(one.url), _key(one.address)}), None)

    def has(self, url: str) -> bool:
        """Whether a source of this address is known."""
        return _key(url) in self._at

    def find_called(self, name: str) -> Known | None:
        """The source of this name, upper and lower case alike."""
        called = name.casefold()
        return next((one for one in self.all if one.name.casefold() == called), None)

    def free_name(self, name: str, url: str) -> str:
        """The name, told apart by the address where another source has it: source:NAME must mean one."""
        parts = urlsplit(url)
        host = name_from_url(url)
        wider = (name, f"{name} ({host})", f"{name} ({host}{parts.path})", f"{name} ({url})")
        return next(one for one in wider if one.casefold() not in self._called)

    def _note(self, source: Source) -> None:
        self._called.add(source.name.casefold())
        self._at |= {_key(source.url): source.name, _key(source.address): source.name}


def new_source(address: str, there: Found) -> NewSource:
    """What adding it means. A channel is called by its own name, for all channels have one host.

    `address` is as a person wrote it, made whole; where only http answers there, it is the address with http.
    """
    title = there.look.feed.title.strip() if there.kind is SourceKind.TELEGRAM else ""
    if there.address == f"http{address.removeprefix('https')}":
        address = there.address
    moved_to = None if there.address == address else there.address
    return NewSource(address, title or name_from_url(address), kind=there.kind, moved_to=moved_to)


async def known_sources(stores: Stores, settings: Settings) -> KnownSources:
    """All of them, within the caller's transaction."""
    return KnownSources(await stores.sources.get_all(), settings.sources)


def _key(url: str) -> str:
    return page_key(canonical_url(url)) or url
