"""Bytes to text, before any parser sees them: the rule that loses the fewest letters.

A byte-order mark, else strict UTF-8, else what the document or its header declares, else windows-1251 or KOI8-R, in
this bot's part of the world: whichever makes Russian of the bytes.
"""

import codecs
import re

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NAKED = (  # without a mark, known by their first "<"
    (b"<\x00\x00\x00", "utf-32-le"),
    (b"\x00\x00\x00<", "utf-32-be"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
)
_XML_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']\s*([\w.:-]{1,40})""", re.IGNORECASE)
_HTML_DECLARED = re.compile(rb"""<meta\b[^>]{0,300}?charset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE)
_UNDECLARED = ("windows-1251", "koi8-r", "utf-8")  # the likeliest first; the last one is badly damaged then
_FREQUENT = frozenset("оеаинтсрвл")  # two of three letters of a Russian text; the wrong encoding gives one of three
_SMALL_BONUS = 0.2  # for small letters: each of the two encodings has its capitals where the other has them
_SAMPLE = 100_000  # bytes that are looked at
_EVIDENCE = 12  # letters; a single word in capitals may be either
_WEB_DEFAULT = "windows-1252"
# Codecs of Python that are no page's encoding; some of them run wild on hostile bytes.
_NEVER = frozenset({"idna", "punycode", "raw-unicode-escape", "unicode-escape", "undefined", "mbcs", "oem"})
# Encodings in ASCII disguise: strict UTF-8 would take them for plain English.
_SEVEN_BIT = ("iso2022", "hz", "utf-7")
_LATIN = frozenset({"ascii", "iso8859-1"})  # on the web these names mean windows-1252 (WHATWG Encoding)
_MAX_DAMAGE = 0.05  # of the letters beyond ASCII; more of them unreadable and it was another encoding


def decode_feed(body: bytes, charset: str | None) -> str:
    """The text of an XML or JSON body."""
    return _decode(body, _codec(charset), _declared(_XML_DECLARED, body[:1000]))


def decode_html(body: bytes, charset: str | None) -> str:
    """The text of a web page; its meta element may stand anywhere in the head."""
    return _decode(
        body, _codec(charset), _declared(_HTML_DECLARED, body[:65536]) or _declared(_XML_DECLARED, body[:1000])
    )


def _decode(body: bytes, header: str | None, declared: str | None) -> str:
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace")
    for start, encoding in _NAKED:
        if body.startswith(start):
            return body.decode(encoding, "replace")
    if declared and header == _WEB_DEFAULT:
        header = None  # a server's default for everything it sends; the document knows itself better
    named = [name for name in (header, declared) if name]
    for name in named:
        if name.startswith(_SEVEN_BIT):
            return body.decode(name, "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_other(body, named)


def _decode_other(body: bytes, named: list[str]) -> str:
    """Not clean UTF-8: damaged UTF-8, or another encoding."""
    for name in named:
        if name != "utf-8" and not name.startswith(("utf-16", "utf-32")):
            return body.decode(name, "replace")
    text = body.decode("utf-8", "replace")
    beyond_ascii = len(text) - len(text.encode("ascii", "ignore"))
    if text.count("\ufffd") <= max(1, beyond_ascii * _MAX_DAMAGE):
        return text
    sample = bytes(byte for byte in body[:_SAMPLE] if byte > 127)
    enough = len(sample) >= _EVIDENCE
    name = max(_UNDECLARED, key=lambda one: _plausibility(sample.decode(one, "replace")) if enough else 0)
    return body.decode(name, "replace")


def _plausibility(letters: str) -> float:
    """How much letters look like Russian, most of it in small letters: 0 to 1.2."""
    frequent = sum(letter.lower() in _FREQUENT for letter in letters)
    return (frequent + _SMALL_BONUS * sum(letter.islower() for letter in letters)) / len(letters)


def _declared(pattern: re.Pattern[bytes], head: bytes) -> str | None:
    match = pattern.search(head)
    return _codec(match[1].decode("ascii")) if match else None


def _codec(name: str | None) -> str | None:
    """Python's name of an encoding, None when it is unknown or no encoding of text."""
    if not name:
        return None
    try:
        found = codecs.lookup(name).name
        b"".decode(found)
    except (LookupError, ValueError):
        return None
    if found in _NEVER:
        return None
    return _WEB_DEFAULT if found in _LATIN or found == "cp1252" else found
