"""Why a source cannot be read, in the reader's language.

What goes wrong is written down as one English sentence (bot.ingest.errors); the usual ones are known again here by how
they are worded. Any other is shown as it stands: a sentence in English tells more than none.
"""

import re

from bot.rendering.locales import Words
from bot.rendering.texts import cut_at_word, one_line

MAX_TROUBLE = 200  # code points

# In the order in which they are looked for; `status` is the number that a site answered with.
_KNOWN: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), key)
    for pattern, key in (
        (r"\banswered (?P<status>40[13])\b", "trouble.source_forbidden"),
        (r"\banswered 404\b", "trouble.source_not_found"),
        (r"\banswered 410\b", "trouble.source_gone"),
        (r"\banswered 429\b", "trouble.source_too_often"),
        (r"\banswered (?P<status>5\d\d)\b", "trouble.source_broken"),
        (r"\banswered (?P<status>\d{3})\b", "trouble.source_answered"),
        (r"\bdid not answer\b|\btimed out\b", "trouble.source_slow"),
        (r"\bthere is no host named\b", "trouble.source_no_host"),
        (r"\bno valid certificate\b", "trouble.source_certificate"),
        (r"\bdoes not speak https\b", "trouble.source_no_tls"),
        (r"\bdoes not take connections\b", "trouble.source_closed"),
        (r"\bbroke the connection off\b|\bbody is cut short\b", "trouble.source_cut"),
        (r"\bcompressed body\b|\bbody is compressed\b|\bcomes in crumbs\b", "trouble.source_garbled"),
        (r"\bredirects more than\b", "trouble.source_redirects"),
        (r"\bis longer than\b", "trouble.source_too_large"),
        (r"\bprivate network\b", "trouble.source_private"),
        (r"\baddress that can be fetched\b|\baddresses can be fetched\b", "trouble.source_bad_address"),
        (r"\btoo long to be one\b", "trouble.source_bad_address"),
        (r"\btoo many pages wait\b", "trouble.source_held"),
        (r"\brobots\.txt\b", "trouble.source_robots"),
        (r"\bdeclares entities\b", "trouble.source_hostile"),
        (r"\bnothing more of it is read\b", "trouble.source_barred"),
        (r"\btook longer than\b|\bworker process\b|\bthe text broke a library\b", "trouble.source_too_hard"),
        (r"\bthe proxy (?:\S+ )?does not lead\b", "trouble.source_proxy"),
        (r"\bno channel's messages\b", "trouble.source_no_channel"),
        (r"\bto someone who never asked\b", "trouble.source_unchanged"),
        (r"\bis no CSS selector\b", "trouble.source_no_selector"),
        (r"\bhas nothing that its CSS selector\b", "trouble.source_selector"),
        (r"\banswers with a web page\b", "trouble.source_web_page"),
        (r"\banswers with (?:no|nothing|JSON that is no)\b", "trouble.source_no_feed"),
        (r"\bno feed\b|\bpage is empty\b|\bno headlines were found\b", "trouble.source_no_feed"),
        (r"\basks to log in\b", "trouble.source_wall"),
        (r"\bno article\b|\bno text was found\b|\bnot with a web page\b", "trouble.source_no_article"),
        (r"\bthe page says that it has failed\b|\bthe page gives\b", "trouble.source_no_article"),
        (r"\bunexpected \w+, see the log\b", "trouble.source_unexpected"),
    )
)


_GONE = re.compile(r"\banswered (?:404|410)\b")


def is_gone(sentence: str) -> bool:
    """Whether nothing stands at the address any more, so that asking again is of no use."""
    return _GONE.search(sentence) is not None


def trouble(sentence: str, words: Words) -> str:
    """What is wrong, as a part of a sentence without a stop at its end: «сайт отвечает ошибкой 503»."""
    line = one_line(sentence)
    for pattern, key in _KNOWN:
        found = pattern.search(line)
        if found is not None:
            return words.text(key, **found.groupdict())
    return cut_at_word(line, MAX_TROUBLE).rstrip(".")
