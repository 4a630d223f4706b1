"""What a question is called: its words as they were written, without what is no part of it."""

import re

from bot.topics.grammar import Field, Piece, fold_words, split_pieces
from bot.topics.words import clean, split_words

# What stands inside a word as people write it: джиу-джитсу, 2,5, O'zbekiston, АН-2/М. All else parts words.
_JOINT = re.compile(r"[-‐−–./,&+'’ʼʻ‘`´_]{1,2}")
_MINUS = "-‐−–"


def wording(text: str) -> str:
    """A question as it is shown: its words, quotes, fields and signs; no emoji, no sign that says nothing.

    It asks for the same as the text, of which it is no more than a part.
    """
    text = clean(text.strip())
    written = (_piece(piece, text[piece.start : piece.end]) for piece in split_pieces(text))
    return " ".join(piece for piece in written if piece)


def _piece(piece: Piece, written: str) -> str:
    if piece.is_bar:
        return "|"
    if piece.field in {Field.AFTER, Field.LANGUAGE}:
        return written.strip()
    if not fold_words(piece.text):
        return ""
    field = written[: written.index(":") + 1].lstrip(_MINUS) if piece.field else ""
    return f"{'-' if piece.is_without else ''}{field}{_words(piece.text, written)}"


def _words(text: str, written: str) -> str:
    """The words of a piece, in quotes where they stood in some."""
    if "«" in written:
        return f"«{_joined(text, ' ')}»"
    if any(mark in written for mark in '"“”„'):
        return f'"{_joined(text, " ")}"'
    return _joined(text, "-")


def _joined(text: str, otherwise: str) -> str:
    """From the first word to the last as written, with `otherwise` in place of what may not stand between words."""
    joined = ""
    end = 0
    for word in split_words(text):
        start = text.index(word, end)
        between = text[end:start]
        if joined:
            joined += between if _JOINT.fullmatch(between) else otherwise
        joined += word
        end = start + len(word)
    return joined
