"""Text that is read piece by piece, with the links in it: where each stands once the text is tidy."""

import re
import unicodedata
from dataclasses import dataclass, field

from bot.ingest.text import tidy, without_unwanted
from storage.records import Link

MAX_LINKS = 200  # of one block; more is a catalogue, not an article
_BLANKS = re.compile(r"\s+")
_NO_LINK = 0


@dataclass(slots=True)
class LinkedText:
    """Collects the text of one block. A link stays open over the end of a block, as in `<a><p>…</p><p>…</p></a>`."""

    parts: list[tuple[str, int]] = field(default_factory=list)  # words, and the number of the link they stand in
    urls: list[str | None] = field(default_factory=list)  # by number, from 1; None: leads nowhere a reader can go
    opened: list[int] = field(default_factory=list)  # numbers of the links that are open, the innermost last
    linked: int = 0  # letters that stand in links, those that lead nowhere counted

    def open(self, url: str | None) -> None:
        self.urls.append(url)
        self.opened.append(len(self.urls))

    def close(self) -> None:
        if self.opened:
            self.opened.pop()

    def add(self, words: str) -> None:
        self.parts.append((words, self.opened[-1] if self.opened else _NO_LINK))
        self.linked += len(words.strip()) if self.opened else 0

    def add_sign(self, sign: str) -> None:
        """What the page does not spell out itself: a quotation mark, a blank for a line break."""
        self.parts.append((sign, self.opened[-1] if self.opened else _NO_LINK))

    def take(self) -> tuple[str, tuple[Link, ...], float]:
        """The tidy text so far, its links, and the share of its letters in links (0-1). The next text starts empty."""
        text = tidy("".join(words for words, _ in self.parts))
        links = self._links(text) if text and any(self._url(number) for _, number in self.parts) else ()
        share = min(self.linked / len(text), 1.0) if text else 0.0
        self.parts.clear()
        self.linked = 0
        return text, links, share

    def _url(self, number: int) -> str | None:
        return self.urls[number - 1] if number else None

    def _links(self, text: str) -> tuple[Link, ...]:
        """The links in characters of `text`, which is tidy; none where its parts do not add up to it."""
        parts = _tidy_parts(self.parts)
        if "".join(words for words, _ in parts).rstrip() != text:
            return ()
        spans: list[tuple[int, int, int]] = []
        at = 0
        for words, number in parts:
            if number and spans and spans[-1][0] == number and spans[-1][2] == at:
                spans[-1] = (number, spans[-1][1], at + len(words))
            elif number and words:
                spans.append((number, at, at + len(words)))
            at += len(words)
        found = (_link(text, start, end, self._url(number)) for number, start, end in spans)
        return tuple(link for link in found if link is not None)[:MAX_LINKS]


def _link(text: str, start: int, end: int, url: str | None) -> Link | None:
    """The link without blanks at its ends; None where it leads nowhere or has nothing to press on."""
    words = text[start:end]
    start += len(words) - len(words.lstrip())
    words = words.strip()
    return Link(start, start + len(words), url) if url and any(map(str.isalnum, words)) else None


def _tidy_parts(parts: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """The parts as they stand in the tidy text, but for a blank at the very end."""
    tidied: list[tuple[str, int]] = []
    after_blank = True
    for raw, number in parts:
        words = _BLANKS.sub(" ", without_unwanted(raw))
        words = words[1:] if after_blank and words.startswith(" ") else words
        if not words:
            continue
        after_blank = words.endswith(" ")
        marks = 0  # that belong to the last letter of the part before
        while tidied and marks < len(words) and _joins(words[marks]):
            marks += 1
        if marks:
            tidied[-1] = (tidied[-1][0] + words[:marks], tidied[-1][1])
        tidied.append((words[marks:], number))
    return [(unicodedata.normalize("NFC", words), number) for words, number in tidied]


def _joins(char: str) -> bool:
    """Whether a character may become one with the letter before it: an accent, a Korean vowel or final."""
    return unicodedata.category(char)[0] == "M" or "\u1160" <= char <= "\u11ff"
