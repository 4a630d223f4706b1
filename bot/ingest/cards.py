"""Takes other stories and readers' comments out of a page: cards that are alike, and what stands under a label."""

from collections import Counter
from collections.abc import Iterator
from itertools import islice

from lxml.html import HtmlElement

from bot.ingest import phrases
from bot.ingest.blocks import Piece
from bot.ingest.cleaning import announces_others
from bot.ingest.shape import drop, is_sentence, line, short_line, weight
from storage.records import Block, BlockKind

_CARDS, _CARD, _CARD_DEPTH = 3, 600, 4  # neighbours, characters of each, elements over its heading
_SHARE = 0.5  # of the neighbours of one kind; paragraphs of which some are mostly a link are no cards
_TEASER = 300  # characters of a card without a heading
_HEADLINE = 15  # letters of a link that may be one
_LINKED = 0.3  # share of a card's letters in its headline
_MOST_IN_CARD = 40  # elements
_MAX_LABEL = 80  # characters
_PICTURES = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif")
_HOLDERS = ("div", "section", "article", "a")
_TOLD = 0.3  # share of the page's sentences, from which a block under a label holds the article
_CALL = 250  # characters of a block around a button
_UP = 3  # elements from a label up to the block that it names


def remove_cards(root: HtmlElement) -> None:
    """Drop other stories' cards: three or more neighbours of one kind, each short and under a linked headline."""
    alike: dict[tuple[HtmlElement, str, str], dict[HtmlElement, None]] = {}
    for card in (*_under_headings(root), *_under_links(root)):
        parent = card.getparent()
        if parent is not None:
            alike.setdefault((parent, card.tag, _kind(card)), {})[card] = None
    neighbours = Counter((parent, one.tag, _kind(one)) for parent in {key[0] for key in alike} for one in parent)
    for key, cards in alike.items():
        if len(cards) < max(_CARDS, _SHARE * neighbours[key]):
            continue
        if all(short_line(one, _CARD) and one.find(".//h1") is None for one in cards):
            for one in cards:
                drop(one)

    for link in list(root.iter("a")):
        if _is_card(link):
            drop(link)


def _kind(element: HtmlElement) -> str:
    return str((element.get("class") or "").partition(" ")[0])


def _is_card(link: HtmlElement) -> bool:
    """Whether a link is another story with its picture; one to a picture alone enlarges it."""
    address = (link.get("href") or "#").partition("?")[0].lower()
    if not _leads_away(link) or address.endswith(_PICTURES) or link.find(".//img") is None:
        return False
    return len(short_line(link, _CARD)) >= _HEADLINE and link.find(".//h1") is None


def _under_headings(root: HtmlElement) -> Iterator[HtmlElement]:
    for heading in root.iter("h2", "h3", "h4", "h5", "h6"):
        if _is_link(heading):
            yield from islice(heading.iterancestors(), _CARD_DEPTH)


def _under_links(root: HtmlElement) -> Iterator[HtmlElement]:
    """Short blocks in which a link to another page is as long as a headline and a good part of the words."""
    for card in root.iter(*_HOLDERS):
        said = short_line(card, _TEASER) if sum(1 for _ in islice(card.iter(), _MOST_IN_CARD)) < _MOST_IN_CARD else ""
        if len(said) < _HEADLINE:
            continue
        links = [card] if card.tag == "a" and _holds_blocks(card) else list(card.iterdescendants("a"))
        longest = max((len(line(one)) for one in links if _leads_away(one)), default=0)
        if longest >= _HEADLINE and longest >= _LINKED * len(said):
            yield card


def _holds_blocks(link: HtmlElement) -> bool:
    """Whether a link is a card of its own; one that holds words alone may stand in a sentence."""
    return any(True for _ in link.iter("img", "div", "p", "h2", "h3", "h4", "figure"))


def _leads_away(link: HtmlElement) -> bool:
    return not (link.get("href") or "#").startswith("#")


def _is_link(heading: HtmlElement) -> bool:
    """Whether a heading is a link to another page, or stands in one. A live text's messages link to themselves."""
    links = [*heading.iter("a"), *(one for one in islice(heading.iterancestors(), 2) if one.tag == "a")]
    return any(len(line(link)) >= len(line(heading)) and _leads_away(link) for link in links)


def remove_labelled(root: HtmlElement) -> None:
    """Drop what stands under the label of other stories or of comments, unless the article stands there as well."""
    whole = _told(root)
    for label in list(root.iter("h2", "h3", "h4", "h5", "h6", "b", "strong", "div", "span", "p")):
        text = short_line(label, _MAX_LABEL) if len(label) <= 2 else ""
        if not text or label.getparent() is None or not _names_others(text):
            continue
        block = _block_of(label, whole)
        if block is not None:
            drop(block)
        elif phrases.COMMENTS.fullmatch(text) and label.tag in {"h2", "h3", "h4"}:
            for following in list(label.itersiblings()):
                drop(following)
            drop(label)


def _names_others(text: str) -> bool:
    bare = text.strip(" :→»>")
    return bool(phrases.COMMENTS.fullmatch(bare)) or announces_others(Piece(Block(BlockKind.HEADING, bare)))


def _block_of(label: HtmlElement, whole: int) -> HtmlElement | None:
    """The largest block that begins with a label and holds no good part of the page's sentences."""
    found = None
    said = line(label)
    for block in islice(label.iterancestors(), _UP):
        if block.tag in {"body", "html", "main"} or block.find(".//h1") is not None or not _begins(block, said):
            break
        if _told(block) > whole * _TOLD:
            break
        if weight(block) + sum(1 for _ in block.iter("a")) > len(said):
            found = block
    return found


def _begins(block: HtmlElement, said: str) -> bool:
    first = next((text for part in block.itertext() if (text := part.strip())), "")
    return bool(first) and said.startswith(first[:_MAX_LABEL])


def remove_calls(root: HtmlElement) -> None:
    """Drop short blocks around a button: forms for letters, votes, questions to an expert."""
    whole = _told(root)
    for button in list(root.iter("button", "div", "span", "a")):
        if button.getparent() is None or not (
            button.tag == "button" or phrases.IDLE.match(short_line(button, _MAX_LABEL) or "x")
        ):
            continue
        found = None
        for block in islice(button.iterancestors("div", "section", "aside", "form"), _UP):
            if not short_line(block, _CALL) or block.find(".//h1") is not None or block.find(".//img") is not None:
                break
            if _told(block) > (whole * _TOLD if button.tag == "button" else 0):
                break
            found = block
        if found is not None:
            drop(found)


def _told(element: HtmlElement) -> int:
    return sum(weight(one) for one in element.iter("p") if is_sentence(one))
