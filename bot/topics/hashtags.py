"""Hashtags of topics."""

import unicodedata

from bot.topics.query import parse_pieces

_LONGEST = 256  # characters: TDLib links no longer hashtag


def hashtag(topic_name: str) -> str | None:
    """A topic's name as one tag that Telegram links, #РогунскаяГЭС; None when it has no letter.

    TDLib takes letters, decimal digits and underscores, and at least one that is not a digit.
    """
    wanted = [piece.text for piece in parse_pieces(topic_name) if not (piece.is_without or piece.is_source)]
    letters = "".join(_kept(letter) for letter in unicodedata.normalize("NFC", " ".join(wanted)))
    words = letters.split()
    tag = words[0] if len(words) == 1 else "".join(word[0].upper() + word[1:] for word in words)
    if not any(letter.isalpha() for letter in tag) or len(tag) >= _LONGEST:
        return None
    return f"#{tag}"


def _kept(letter: str) -> str:
    if letter.isalpha() or letter.isdecimal() or letter == "_":
        return letter
    return "" if letter in "'’ʼ" else " "
