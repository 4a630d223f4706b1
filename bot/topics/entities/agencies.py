"""Who tells a story is not whom it speaks of: agencies, and the line with place and day that they begin with."""

import re

from bot.topics.entities.gazetteer import Words, folded_words
from bot.topics.entities.signs import signs

_MONTHS = "[^\\W\\d_]{3,9}\\.?"
_DATE = (
    rf"(?:\d{{1,2}}[ ./]\s?(?:{_MONTHS}|\d{{1,2}})(?:[ ./](?:соли )?\d{{4}})?(?:\s?(?:г\.|года))?"
    rf"|{_MONTHS} \d{{1,2}}(?:, \d{{4}})?)"
)
_PLACE = r"[^\W\d_][\w'-]+(?:[ ,]{1,2}[^\W\d_][\w'-]+){0,2}"
_DATELINE = re.compile(
    rf"\s*{_PLACE}(?:(?P<dated>[,.]\s?{_DATE})[,.]?)?\s?(?:[/(](?P<agency>[^/()\n]{{1,40}})[/)][.,]?|(?=[—–-]))\s*(?P<dash>[—–-]\s)?"
)
_PLAIN_DATELINE = re.compile(rf"\s*{_PLACE}[,.]\s?{_DATE}[,.]\s+(?=(?P<rest>[^.!?\n—–-]{{1,40}})\s*[—–.-])")
_SIGNED = re.compile(r"(?P<agency>[^.!?\n—–-]{1,40}(?:-[^.!?\n—–-]{1,20})?)(?:\.|\s[—–-])\s")


def is_agency(words: Words) -> bool:
    return words in signs().agencies


def without_dateline(text: str) -> str:
    """The text without its dateline.

    «ДУШАНБЕ, 12 ноября. /ТАСС/.», «DUSHANBE, Nov 12 (Reuters) -», «Душанбе, 12 ноября — Sputnik.»
    """
    found = _DATELINE.match(text) or _PLAIN_DATELINE.match(text)
    if not found:
        return text
    groups = found.groupdict()
    agency = groups.get("agency")
    if agency is not None:
        is_told = groups.get("dated") or is_agency(folded_words(agency))
        return text[found.end() :] if is_told else text
    if "dated" in groups and not (groups["dated"] and groups["dash"]):
        return text
    rest = text[found.end() :]
    signed = _SIGNED.match(rest)
    return rest[signed.end() :] if signed and is_agency(folded_words(signed["agency"])) else rest
