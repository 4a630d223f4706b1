"""Strings made fit for Telegram: cleaned, cut, checked as links, turned into hashtags.

All lengths here are code points, which is what Telegram counts; only entity offsets are UTF-16 units.
"""

import re
import unicodedata
from urllib.parse import quote

MAX_URL = 2048  # code points; a longer address is a mistake of the page, and Telegram drops it
MAX_QUESTION = 100  # code points of a question or a topic's name as it is shown

# A character that looks like nothing: TDLib calls a text made of these empty.
_FILLERS = "\u115f\u1160\u2800\u3164\uffa0\ufffc"
BLANKS = (
    " \t\n\u00a0\u00ad\u1680\u180e" + "".join(map(chr, range(0x2000, 0x200C))) + "\u202f\u205f\u2060\u3000" + _FILLERS
)

_JOINER = "\u200d"  # between the people of a family emoji
_LONGEST_CLUSTER = 24  # code points; a longer pile of accents is cut anywhere

_LINE_ENDS = re.compile("\r\n|[\r\u2028\u2029]")
_TABS = re.compile("[\t\v\f\x1c-\x1f\x85]")
# Controls, lone surrogates, non-characters, and every mark that turns the direction of what follows:
# none of our languages needs one, and an override in a title would mirror the reader's whole line.
_UNWANTED = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]"
)
_URL_UNSAFE = re.compile(r"[\s\"<>\\^`{|}]")

_WEB = re.compile(r"(?P<scheme>https?)://[\w-]+(?:\.[\w-]+)+(?::(?P<port>[0-9]{1,5}))?(?:[/?#].*)?", re.IGNORECASE)

_QUOTES = {('"', '"'), ("«", "»"), ("“", "”"), ("„", "“")}
_QUOTE_MARKS = frozenset("".join(left + right for left, right in _QUOTES))
# What a plain name has none of: alternatives, words that must not be there, fields, several phrases.
_IS_ASKED = re.compile(r"\||(?<!\S)[-‐−–]\S|\w:|[\"«»“”„]")

_SENTENCE_END = re.compile(r"(?P<word>[^\s.!?…]*)(?P<stop>[.!?…]+)[»”\"')\]]*(?=\s+[^\s\da-zа-яёғӣқӯҳҷ]|\s*\Z)")
_ABBREVIATIONS = frozenset(
    {
        "г",
        "гг",
        "им",
        "ул",
        "руб",
        "сом",
        "тыс",
        "млн",
        "млрд",
        "стр",
        "др",
        "пр",
        "т",
        "св",
        "ст",
        "mr",
        "mrs",
        "dr",
        "st",
    }
)


def clean(text: str) -> str:
    """The text without what Telegram refuses or what could break the line; letters are composed (NFC)."""
    text = _LINE_ENDS.sub("\n", text)
    return unicodedata.normalize("NFC", _UNWANTED.sub("", _TABS.sub(" ", text)))


def one_line(text: str) -> str:
    """The text cleaned and on one line, without blanks at its ends."""
    return re.sub(r"[ \n]+", " ", clean(text)).strip(BLANKS)


def is_blank(text: str) -> bool:
    """Whether there is nothing in it for the eye."""
    return not any(unicodedata.category(char)[0] in "LNPS" and char not in _FILLERS for char in text)


def cut_at_word(text: str, limit: int) -> str:
    """At most `limit` code points; what is cut ends with an ellipsis after a whole word where there is one."""
    if len(text) <= limit:
        return text
    end = limit - 1
    blank = max(text.rfind(" ", 0, limit), text.rfind("\n", 0, limit))
    if blank > limit // 2:
        end = blank
    floor = max(1, end - _LONGEST_CLUSTER)
    while end > floor and (_continues(text[end]) or text[end - 1] == _JOINER):
        end -= 1
    return text[:end].rstrip(BLANKS + ",;:–—-(«") + "…"


def cut_at_sentence(text: str, limit: int) -> str:
    """At most `limit` code points, ending with a whole sentence when one ends in the last two thirds of them."""
    if len(text) <= limit:
        return text
    end = 0
    for found in _SENTENCE_END.finditer(text, 0, limit + 100):
        if found.end() > limit:
            break
        if found["stop"] != "." or not _is_abbreviation(found["word"]):
            end = found.end()
    return text[:end] if end > limit // 3 else cut_at_word(text, limit)


def web_url(url: str | None) -> str | None:
    """The address when Telegram makes a link of it, else None.

    TDLib drops in silence what is not http(s), has no dot in its host (`http://localhost/` too) or an impossible port;
    stricter here: no user name in it and no IPv6 literal, which no newsroom's page has.
    """
    address = _URL_UNSAFE.sub(lambda found: quote(found.group()), clean((url or "").strip()))
    found = _WEB.fullmatch(address)
    if not found or len(address) > MAX_URL or not 0 < int(found["port"] or 80) <= 65_535:
        return None
    return found["scheme"].lower() + address[found.end("scheme") :]


def question_name(text: str) -> str:
    """A topic's name or a question as it is shown: one line, not endless; sentences put their own quotes around it."""
    line = _unquoted(one_line(text))
    return "…" if is_blank(line) else cut_at_word(line, MAX_QUESTION)


def hashtag(name: str) -> str | None:
    """`Шанхайская организация` as `#ШанхайскаяОрганизация`; None when no hashtag can be made of it.

    Telegram wants letters, digits and underscores with at least one letter; a tag over 64 is no help to anyone.
    A question that is more than a name (a | b, -without, title:) has none.
    """
    line = _unquoted(clean(name))
    if _IS_ASKED.search(line):
        return None
    words = re.findall(r"[^\W_]+", line)
    tag = words[0] if len(words) == 1 else "".join(word[:1].upper() + word[1:] for word in words)
    if not any(char.isalpha() for char in tag) or len(tag) > 64:
        return None
    return f"#{tag}"


def _unquoted(line: str) -> str:
    """Without the one pair of quotes around all of it."""
    is_quoted = len(line) > 2 and (line[0], line[-1]) in _QUOTES and not _QUOTE_MARKS & set(line[1:-1])
    return line[1:-1] if is_quoted else line


def _continues(char: str) -> bool:
    """Whether it belongs to the character before it (an accent, a joiner, a skin tone)."""
    return unicodedata.category(char) in {"Mn", "Me", "Mc"} or char == _JOINER or "\U0001f3fb" <= char <= "\U0001f3ff"


def _is_abbreviation(word: str) -> bool:
    bare = word.strip("«(\"'“").lower()
    return len(bare) <= 1 or bare in _ABBREVIATIONS
