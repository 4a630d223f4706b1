"""The public page of a Telegram channel (t.me/s/NAME): its last messages, each an article by itself. Pure, in a worker.

A message's address shows the message in a frame and nothing more, so entries have no page (`has_page` is false): the
text that stands here is the article, and the address is where people read it.
"""

import re
from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

import lxml.html
from lxml import etree

from bot.ingest.blocks import absolute_url, html_pieces, join_text
from bot.ingest.candidates import is_channel
from bot.ingest.cleaning import is_furniture
from bot.ingest.dates import read_date
from bot.ingest.decode import decode_html
from bot.ingest.errors import NotAFeed
from bot.ingest.identity import identity_of
from bot.ingest.linktext import words_of
from bot.ingest.parse import feed_hash
from bot.ingest.stages import FeedEntry, FeedKind, FetchedPage, ParsedFeed
from bot.ingest.text import first_words, plain_title, tidy, without_unwanted
from storage.records import Block, BlockKind

_MOST_MESSAGES = 200  # Telegram shows twenty
_MAX_TITLE = 200  # characters of a first sentence; a longer one is cut at a word
_SHORT = 25  # characters; a shorter first sentence is a call ("Срочно!"), and says nothing alone
_MAX_NAME = 500
_MAX_MARKUP = 100_000  # characters of one message; Telegram allows 4,096 letters
_POST = re.compile(r"([A-Za-z]\w{2,31})/(\d{1,12})", re.ASCII)
_HISTORY = b"tgme_channel_history"
_MESSAGE = "tgme_widget_message"
_TAG = re.compile(r"#(\w{2,50})")
_BREAK = re.compile(r"<br\s{0,5}/?>", re.IGNORECASE)
_PICTURE = re.compile(r"background-image:\s{0,5}url\(\s{0,5}['\"]?([^'\")]{1,2000})", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?…]+[»\"”)]?(?=\s+[\W\d]{0,3}[A-ZА-ЯЁҒӢҚӮҲҶ«\"“])|[.!?…]+[»\"”)]?$")
_ORNAMENT = re.compile(r"^[^\w«„“\"'(+-]{1,20}")  # emoji and bullets before a headline
_PICTURE_HOLDERS = ("tgme_widget_message_photo_wrap", "tgme_widget_message_video_thumb", "link_preview_image")


def is_channel_page(page: FetchedPage) -> bool:
    """Whether a page is a channel's, by its address or by its make."""
    return is_channel(page.final_url) or is_channel(page.url) or _HISTORY in page.body


def parse_channel(page: FetchedPage, zone: str = "UTC") -> ParsedFeed:
    """The channel's messages, the newest first. Service messages and those without a word are left out.

    A forwarded message is the channel's own news with the other's name as its author. Raises NotAFeed where the page
    shows no channel.
    """
    root = _root(page)
    if root is None or (_HISTORY not in page.body and not _messages(root)):
        raise NotAFeed(
            page.url,
            "the page shows no channel's messages: there is no such channel, it is private, or it allows no preview on"
            " the web",
        )
    clock = ZoneInfo(zone)
    entries = (_entry(message, page.final_url, clock) for message in _messages(root))
    found = {entry.identity: entry for entry in entries if entry is not None}
    return ParsedFeed(
        title=plain_title(_channel_name(root))[:_MAX_NAME],
        language=None,
        kind=FeedKind.TELEGRAM,
        ttl=None,
        entries=tuple(reversed(found.values())),
    )


def _root(page: FetchedPage) -> etree._Element | None:
    text = without_unwanted(decode_html(page.body, page.charset))
    try:
        root: etree._Element = lxml.html.document_fromstring(
            text.encode("utf-8", "replace"), parser=lxml.html.HTMLParser(encoding="utf-8", no_network=True)
        )
    except (etree.ParserError, ValueError):
        return None
    return root


def _messages(root: etree._Element) -> list[etree._Element]:
    """The messages in the page's order, the newest last; of too many the newest."""
    found = [one for one in root.iter("div") if _POST.fullmatch(one.get("data-post", "")) and _has(one, _MESSAGE)]
    return found[-_MOST_MESSAGES:]


def _entry(message: etree._Element, here: str, zone: ZoneInfo) -> FeedEntry | None:
    match = _POST.fullmatch(message.get("data-post", ""))
    if match is None or _has(message, "service_message"):
        return None
    url = f"https://t.me/{match[1]}/{match[2]}"
    blocks = _blocks(message, here)
    if not blocks:
        return None
    title, lead, body = _told(blocks)
    image = _picture(message, here)
    stamp = next(
        (one.get("datetime") for one in _all(message, "tgme_widget_message_date") for one in one.iter("time")), ""
    )
    text = join_text(blocks)
    return FeedEntry(
        identity=identity_of(None, url, title, None),
        guid=None,
        url=url,
        title=title,
        lead=lead,
        body=body,
        published_at=read_date(stamp or "", zone),
        updated_at=None,
        image=image,
        author=_forwarded_from(message),
        tags=tuple(dict.fromkeys(tag.replace("_", " ") for tag in _TAG.findall(text)))[:30],
        feed_hash=feed_hash(title, lead, body, None),
        has_page=False,
    )


def _blocks(message: etree._Element, here: str) -> list[Block]:
    """The message's own words: not those that it answers to, not its preview of another page."""
    parts = [
        one
        for one in _all(message, "tgme_widget_message_text")
        if not any(_has(above, "tgme_widget_message_reply") for above in one.iterancestors())
        and not _has(one, "js-message_reply_text")
    ]
    parts += list(_all(message, "tgme_widget_message_poll_question"))
    blocks: list[Block] = []
    for part in parts[:1]:
        # A line of a message is a paragraph; a single break is a mere blank elsewhere.
        markup = _BREAK.sub(
            "<br><br>", etree.tostring(part, encoding="unicode", method="html", with_tail=False)[:_MAX_MARKUP]
        )
        pieces = html_pieces(markup, here)
        kept = [piece.block for at, piece in enumerate(pieces) if at == 0 or not is_furniture(piece)]
        blocks = [block for block in kept if block.kind is not BlockKind.IMAGE and re.search(r"\w", block.text)]
    return blocks


def _told(blocks: Sequence[Block]) -> tuple[str, str, tuple[Block, ...]]:
    """Title, lead and body. A first line that is one sentence is the headline, and is not told twice."""
    first = _ORNAMENT.sub("", blocks[0].text) or blocks[0].text
    title = _first_sentence(first)
    if len(title) >= len(first) - 1 and len(blocks) > 1:
        rest = blocks[1:]
        is_lead = rest[0].kind is BlockKind.PARAGRAPH
        return title, rest[0].text if is_lead else "", tuple(rest[1:] if is_lead else rest)
    return title, blocks[0].text, tuple(blocks[1:])


def _first_sentence(text: str) -> str:
    ends = (match.end() for match in _SENTENCE_END.finditer(text[: _MAX_TITLE * 3]))
    sentence = text[: next((end for end in ends if end >= _SHORT), len(text))]
    return (
        first_words(sentence, _MAX_TITLE).rstrip(". ") if len(sentence) <= _MAX_TITLE else first_words(text, _MAX_TITLE)
    )


def _picture(message: etree._Element, here: str) -> str | None:
    for name in _PICTURE_HOLDERS:
        for holder in _all(message, name):
            match = _PICTURE.search((holder.get("style") or "")[:4000])
            url = absolute_url(match[1], here) if match else None
            if url:
                return url
    return None


def _forwarded_from(message: etree._Element) -> str | None:
    names = _all(message, "tgme_widget_message_forwarded_from_name")
    return next((name for one in names if (name := tidy(words_of(one))[:200])), None)


def _channel_name(root: etree._Element) -> str:
    for holder in _all(root, "tgme_channel_info_header_title"):
        return words_of(holder)
    return next((one.get("content") or "" for one in root.iter("meta") if one.get("property") == "og:title"), "")


def _all(root: etree._Element, name: str) -> Iterator[etree._Element]:
    return (one for one in root.iter(etree.Element) if _has(one, name))


def _has(element: etree._Element, name: str) -> bool:
    return name in (element.get("class") or "").split()
