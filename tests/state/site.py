"""A news site as its feed shows it: it publishes, corrects, shuffles, moves and goes down, as real ones do."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.ingest.parse import feed_hash
from bot.ingest.stages import FeedEntry
from storage.records import Block, BlockKind

HOSTS = ("https://vesti.example", "http://vesti.example", "https://www.vesti.example", "http://www.vesti.example")
LEAD = "На перевале {number} сошла лавина, дорога закрыта до утра, спасатели расчищают завалы с двух сторон."
TEXT = "Движение откроют, когда дорожники уберут снег; пострадавших нет, очередь машин растянулась на {number} км."


@dataclass(frozen=True, slots=True)
class Item:
    """A story on the site. `number` is what it is, whatever the site does to all the rest."""

    number: int
    guid: str
    path: str
    title: str
    text: str
    published_at: datetime
    has_edition: bool = False  # it stands in the list once more, as an AMP page with a guid of its own


class Site:
    """Its feed has a window of the newest items.

    Not `is_dated`: it tells no dates; not `has_text`: only titles; `is_counting`: its guids number the places in the
    list, so that each names another story whenever one comes.
    """

    def __init__(self, window: int, *, is_dated: bool = True, has_text: bool = True, is_counting: bool = False) -> None:
        self.window = window
        self.is_dated = is_dated
        self.has_text = has_text
        self.is_counting = is_counting
        self.is_down = False
        self.gone: set[int] = set()  # stories whose pages were taken down, though the feed tells of them
        self.items: list[Item] = []  # newest first
        self.version = 0  # grows with each change: its ETag
        self._host = HOSTS[0]
        self._shuffling: int | None = None
        self._numbers = 0
        self._names = 0

    def publish(self, now: datetime) -> int:
        """One more story; its number."""
        self.version += 1
        self._numbers += 1
        number, text = self._numbers, TEXT.format(number=self._numbers)
        guid, path = f"guid-{number}", f"/news/{number}"
        self.items.insert(0, Item(number, guid, path, f"Дорога {number} закрыта", text, now))
        return number

    def take_down(self, number: int) -> None:
        """The page of a story is gone before anyone read it."""
        self.gone.add(number)

    def edit(self, which: int) -> None:
        """Another text, or in a feed of titles another title."""
        item = self._item(which)
        self._put(item, replace(item, text=f"{item.text} Уточнено: {self._name()}."))
        if not self.has_text:
            self.retitle(which)

    def retitle(self, which: int) -> None:
        item = self._item(which)
        self._put(item, replace(item, title=f"Дорога {item.number} закрыта: обновление {self._name()}"))

    def redate(self, which: int, now: datetime) -> None:
        """As if it came just now, within a day of its first date."""
        item = self._item(which)
        self._put(item, replace(item, published_at=min(now, item.published_at + timedelta(hours=5))))

    def rename(self, which: int) -> None:
        """A new guid for one story, at its old address."""
        item = self._item(which)
        self._put(item, replace(item, guid=f"guid-{item.number}-{self._name()}"))

    def rename_all(self) -> None:
        """New guids for all."""
        for which in range(len(self.items)):
            self.rename(which)

    def relocate_all(self) -> None:
        """New guids and new addresses for all: a new system, overnight."""
        self.rename_all()
        prefix = self._name()
        self.version += 1
        self.items = [replace(item, path=f"/{prefix}/{item.number}.html") for item in self.items]

    def move(self, host: int) -> None:
        """Another scheme or host for all, with www or without."""
        self.version += 1
        self._host = HOSTS[host % len(HOSTS)]

    def shuffle(self, seed: int | None) -> None:
        """List the items in another order; None: the newest first again."""
        self.version += 1
        self._shuffling = seed

    def repeat(self, which: int) -> None:
        """List a story twice from now on, its second time as an AMP page; or once again."""
        item = self._item(which)
        self._put(item, replace(item, has_edition=not item.has_edition))

    def entries(self) -> tuple[FeedEntry, ...]:
        """What its feed says now. The first tag is the story's number, for whoever checks."""
        shown = [entry for item in self.visible() for entry in self._told(item)]
        if self.is_counting:
            shown = [replace(entry, identity=f"item-{n}", guid=f"item-{n}") for n, entry in enumerate(shown)]
        if self._shuffling is not None:
            random.Random(self._shuffling).shuffle(shown)  # noqa: S311  an order, no secret
        return tuple(shown)

    def visible(self) -> list[Item]:
        """The items within its window."""
        return self.items[: self.window]

    def _told(self, item: Item) -> Iterator[FeedEntry]:
        lead = LEAD.format(number=item.number) if self.has_text else ""
        body = (Block(BlockKind.PARAGRAPH, item.text),) if self.has_text else ()
        date = item.published_at if self.is_dated else None
        editions = [(item.guid, item.path)] + [(f"{item.guid}-amp", f"{item.path}/amp")] * item.has_edition
        for guid, path in editions:
            yield FeedEntry(
                identity=guid,
                guid=guid,
                url=f"{self._host}{path}?utm_source=rss",
                title=item.title,
                lead=lead,
                body=body,
                published_at=date,
                updated_at=None,
                image=None,
                author=None,
                tags=(str(item.number),),
                feed_hash=feed_hash(item.title, lead, body, None),
            )

    def _item(self, which: int) -> Item:
        return self.items[which % min(len(self.items), self.window)]

    def _put(self, old: Item, new: Item) -> None:
        self.version += 1
        self.items[self.items.index(old)] = new

    def _name(self) -> int:
        self._names += 1
        return self._names
