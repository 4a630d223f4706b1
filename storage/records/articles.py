"""What came: articles, and the stories that they tell."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from storage.naming import Entity, NewEntity


class BlockKind(StrEnum):
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "item"
    QUOTE = "quote"
    IMAGE = "image"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Link:
    """A part of a block's text that leads somewhere: `text[start:end]`, and an absolute http(s) address."""

    start: int
    end: int
    url: str


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of an article's body; plain text, no markup.

    `level` is 2-6 for a heading, 1 for an item of a numbered list and for a table whose first row names the columns,
    else 0. `url` is an image's address, and `text` then its caption (may be empty). A table has `rows` of cells, and
    as `text` a line for each row with " · " between the cells. `links` stand in the order of the text and never
    overlap; headings and tables have none.
    """

    kind: BlockKind
    text: str
    level: int = 0
    url: str | None = None
    links: tuple[Link, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class NewArticle:
    """One page of one source, read and annotated, before it has an id.

    `identity` is what makes it the same article next time: the feed's guid, else the canonical URL.
    `lemmas` are the keys of its title, lead and body word by word, as `storage.asking` writes them down, and
    `title_lemmas` those of its title alone: what the search index is given. `entities` are whom and what it speaks of,
    the weightiest first.
    """

    source_id: int
    identity: str
    url: str
    title: str
    lead: str
    body: tuple[Block, ...]
    language: str
    published_at: datetime
    lemmas: str
    fingerprint: str  # of the normalised text: two pages with the same one are copies
    feed_hash: str  # of what the feed said: unchanged means nothing to do
    image: str | None = None
    author: str | None = None
    tags: tuple[str, ...] = ()
    title_lemmas: str = ""
    entities: tuple[NewEntity, ...] = ()
    page_key: str = ""  # `storage.addresses.page_key` of its URL; "" where that is no page of its own
    section: str | None = None
    modified_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """An article of the archive. Ids grow in the order of arrival."""

    id: int
    story_id: int
    source_id: int
    source_name: str
    url: str
    title: str
    lead: str
    body: tuple[Block, ...]
    language: str
    published_at: datetime
    arrived_at: datetime
    revision: int = 1  # grows by one with each change of the title, the text or the picture
    image: str | None = None
    author: str | None = None
    tags: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()  # names of the topics it matches
    entities: tuple[Entity, ...] = ()  # whom and what it speaks of, the weightiest first
    is_urgent: bool = False  # an admin said so: it goes first
    withdrawn_at: datetime | None = None  # its site or an admin took it back: it is shown to nobody any more
    section: str | None = None  # of its site, as the page names it
    modified_at: datetime | None = None  # when its page says that it was changed
    is_turn: bool = False  # the facts of its story changed with it

    @property
    def text(self) -> str:
        """Title, lead and body as plain text, a blank line between pieces: what topics and search look at."""
        return article_text(self.title, self.lead, self.body)


def article_text(title: str, lead: str, body: Sequence[Block]) -> str:
    """The article alone as plain text, without pictures' captions.

    The lead stands first unless the body opens with the same words.
    """
    paragraphs = [block.text for block in body if block.kind is not BlockKind.IMAGE and block.text]
    if lead and not (paragraphs and paragraphs[0].startswith(lead.rstrip("….").rstrip())):
        paragraphs.insert(0, lead)
    return "\n\n".join([title, *paragraphs])


@dataclass(frozen=True, slots=True)
class Asked:
    """By what the archive is asked for an entry of a source's list; "" and None are never asked for."""

    identity: str
    page_key: str = ""
    feed_hash: str = ""
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class KnownArticle:
    """What deciding about a feed's entries needs to know of an article already stored."""

    id: int
    identity: str
    url: str
    feed_hash: str  # empty: no feed has told of it yet, it was imported
    published_at: datetime
    title: str = ""
    page_key: str = ""
    modified_at: datetime | None = None
    arrived_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """Articles about one event. A chat is told of a story once, by the first article that its follows match.

    `sources` are those that tell it independently: a page counts once a source, copies too, for each put its name to
    it. `version` grows with everything that a post of the story would show. A closed story that an echo came to is
    named by the `follows_id` of the story which that echo opened.
    """

    id: int
    lead_article_id: int
    articles: int  # how many pages tell it
    opened_at: datetime
    changed_at: datetime  # when its last page came
    sources: int = 1
    version: int = 1
    follows_id: int | None = None
    merged_into: int | None = None  # it turned out to be that one, which has all its pages
    is_marked: bool = False  # an admin said that it matters


@dataclass(frozen=True, slots=True)
class Telling:
    """One page of a story, as it is named beside the page that is shown."""

    article_id: int
    source_id: int
    source_name: str
    url: str
    title: str
    language: str
    published_at: datetime


@dataclass(frozen=True, slots=True)
class StoryView:
    """A story as one chat sees it: the article to show and the topics of this chat that it matched.

    `topic_ids` are those of `topics`, one for one, where the story is for one chat; else none. `others` are the pages
    beside the one shown that stand, in the order they came, MOST_OTHERS at most; `sources` counts all that tell it.
    `before` is the lead of the closed story that this one follows.
    """

    story_id: int
    article: Article
    articles: int = 1
    topics: tuple[str, ...] = ()
    topic_ids: tuple[int, ...] = ()
    sources: int = 1
    version: int = 1
    others: tuple[Telling, ...] = ()
    before: Telling | None = None


@dataclass(frozen=True, slots=True)
class SketchRow:
    """What an article that stands is compared by, packed, and where the article stands."""

    article_id: int
    story_id: int
    source_id: int
    published_at: datetime
    data: bytes


MOST_OTHERS = 30  # pages of a story that are named beside the one shown


@dataclass(frozen=True, slots=True)
class ArchiveSize:
    """What the archive holds, for `khabar check` and /stats."""

    articles: int
    stories: int
    sources: int
    chats: int
    newest_at: datetime | None = field(default=None)
