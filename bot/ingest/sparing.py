"""Keeps an article's own sentences from being dropped for the name of the element that they stand in.

trafilatura discards by class and id ("hidden-mobile", "expand", "slide"); we have taken out what is furniture already,
so that what still holds a good part of the sentences is text, whatever its builder called it.
"""

from collections import Counter

from lxml.html import HtmlElement
from trafilatura.xpaths import OVERALL_DISCARD_XPATH

from bot.ingest.shape import is_sentence, line, weight

_SPARED = 0.1  # share of the article's letters in sentences
_PARAGRAPHS = 2  # one alone may be what a site says of the text
_NAMES = ("class", "id", "style", "role", "aria-hidden")
_MOST = 400  # elements of one kind of names


def spare_sentences(article: HtmlElement) -> None:
    """Take its names off what trafilatura would drop with a good part of the article; a second copy may go."""
    sentences = {one: line(one) for one in article.iter("p") if is_sentence(one)}
    times = Counter(sentences.values())
    told = sum(map(len, times))
    for path in OVERALL_DISCARD_XPATH if told else ():
        found: list[HtmlElement] = list(path(article))  # type: ignore[arg-type]  # these paths name elements only
        for element in found[:_MOST]:
            own = [sentences[one] for one in element.iter("p") if one in sentences and times[sentences[one]] == 1]
            if len(own) >= _PARAGRAPHS and sum(map(len, own)) > told * _SPARED:
                for name in _NAMES:
                    element.attrib.pop(name, "")


def told_in(element: HtmlElement, *, least: int = 0) -> int:
    """The letters, outside of links, of its paragraphs of sentences that have at least so many; of copies one."""
    weights = {line(one): weight(one) for one in element.iter("p") if is_sentence(one)}
    return sum(one for one in weights.values() if one >= least)
