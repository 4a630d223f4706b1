"""Plain text as people should see it."""

import html
import re
import unicodedata

# Characters that no reader sees and that break databases, XML or the direction of a line: controls but tab and line
# ends, soft hyphen, zero-width marks, bidirectional overrides, lone surrogates, non-characters.
_UNWANTED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff\ufffe\uffff]"
)
_MAX_MARKUP = 5000  # characters of a title with all its markup
_BLANKS = re.compile(r"\s+")
# Elements that feeds really put into titles. Others may be the subject of the title («the <blink> tag») and stay.
_INLINE_TAG = re.compile(
    r"</?(?:a|abbr|acronym|b|big|br|center|cite|code|del|div|em|font|h[1-6]|i|img|ins|mark|nobr|p|q|s|small|span"
    r"|strike|strong|sub|sup|tt|u|wbr)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
# Never a subject, whatever they hold: only an attack or a broken editor puts them into a title.
_HOSTILE = re.compile(
    r"<(script|style)\b[^<>]*>.{0,2000}?</\1\s*>"
    r"|</?(?:applet|audio|base|embed|form|frame|frameset|iframe|input|link|meta|object|script|style|svg|video)"
    r"(?:\s[^<>]*)?/?>",
    re.IGNORECASE | re.DOTALL,
)
_BLOCK_TAG = re.compile(r"<(?:br|p|div|h[1-6])\b", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_SENTENCE_END = re.compile(r"[.!?…][»\"”)]?(?=\s)")


def without_unwanted(text: str) -> str:
    """Drop what cannot be stored or seen; white space stays as it is."""
    return _UNWANTED.sub("", text)


def tidy(text: str) -> str:
    """One line of NFC text: unwanted characters gone, each run of white space one blank."""
    return unicodedata.normalize("NFC", _BLANKS.sub(" ", without_unwanted(text))).strip()


def plain_title(text: str) -> str:
    """A title without markup, with entities resolved, even where the feed escaped them twice."""
    text = text[:_MAX_MARKUP]
    for _ in range(2):
        text = _without_markup(text)
        if not _ENTITY.search(text):
            break
        text = html.unescape(text)
    return tidy(_without_markup(text))


def _without_markup(text: str) -> str:
    if "<" not in text:
        return text
    return _INLINE_TAG.sub(lambda tag: " " if _BLOCK_TAG.match(tag[0]) else "", _HOSTILE.sub("", text))


def first_words(text: str, limit: int) -> str:
    """At most `limit` characters of a text: whole sentences if one ends there, else whole words and an ellipsis."""
    if len(text) <= limit:
        return text
    head = text[: limit + 1]
    ends = [match.end() for match in _SENTENCE_END.finditer(head)]
    if ends and ends[-1] >= limit // 3:
        return head[: ends[-1]]
    return head[:limit].rsplit(None, 1)[0].rstrip(" ,;:—–-") + "…"


def words(text: str) -> frozenset[str]:
    """A set written as one line of words."""
    return frozenset(text.split())
