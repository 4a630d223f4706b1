"""What makes two pages copies of one text."""

import hashlib
import re
import unicodedata

_WORD = re.compile(r"[^\W_]+")
# A shorter text may be a site's own sentence ("read on in our app"), the same under every headline.
_SHORT = 60  # words


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
    folded = unicodedata.normalize("NFKC", text.replace("\u00ad", "")).casefold().replace("ё", "е")
    return _WORD.findall(folded)
