"""What makes two pages copies of one text."""

import hashlib
import re
import unicodedata
from collections.abc import Iterator

_WORD = re.compile(r"[^\W_]+")
_MARKS = re.compile(r"([^\w\s]{30})[^\w\s]+")  # more upon one letter are nobody's writing (Unicode, UAX 15, 12.1)
# A shorter text may be a site's own sentence ("read on in our app"), the same under every headline.
_SHORT = 60  # words
_MOST = 300_000  # letters that count; there are signs that stand for eighteen each
_AT_ONCE = 10_000  # signs


def fingerprint(title: str, text: str) -> str:
    """64 hex digits that are equal for one text under another address; "" when there is no word at all.

    Case, punctuation, blanks, and ё for е do not count. The title counts only where the text is short, because
    those who copy a text often give it a title of their own; a text that opens with its title is taken without it.
    """
    headline, words = _normal(title), _normal(text)
    if headline and words[: len(headline)] == headline:
        words = words[len(headline) :]
    if len(words) < _SHORT:
        words = [*headline, *words]
    # Joined without blanks: «джиу-джитсу» and a word broken at the end of a line stay what they are.
    return hashlib.sha256("".join(words).encode("utf-8", "surrogatepass")).hexdigest() if words else ""


def _normal(text: str) -> list[str]:
    words: list[str] = []
    room = _MOST
    for part in _parts(_MARKS.sub(r"\1", text.replace("\u00ad", ""))):
        if room <= 0:
            break
        folded = unicodedata.normalize("NFKC", part).casefold().replace("ё", "е")
        room -= len(folded)
        words += _WORD.findall(folded)
    return words


def _parts(text: str) -> Iterator[str]:
    """A long text taken apart at its blanks."""
    start = 0
    while start < len(text):
        end = start + _AT_ONCE
        if end < len(text) and (blank := text.rfind(" ", start + 1, end)) > 0:
            end = blank
        yield text[start:end]
        start = end
