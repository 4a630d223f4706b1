"""What a question is called: its words as they were written, without what is no part of it."""

import re

from bot.topics.grammar import Field, Piece, fold_words, split_pieces
from bot.topics.words import clean, split_words

# What stands inside a word as people write it: джиу-джитсу, 2,5, O'zbekiston, АН-2/М. All else parts words.
_JOINT = re.compile(r"[-‐−–./,&+:'’ʼʻ‘`´_]{1,2}")
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
    """The words of a piece: in quotes where they stood in some, or where nothing that may stay held them together."""
    words = split_words(text)
    if "«" in written:
        return f"«{' '.join(words)}»"
    if any(mark in written for mark in '"“”„'):
        return f'"{" ".join(words)}"'
    joined = _joined(text, words)
    return joined if joined is not None else f'"{" ".join(words)}"'


def _joined(text: str, words: list[str]) -> str | None:
    """From the first word to the last as written; None where something stands between that may not."""
    end = start = text.index(words[0])
    for word in words:
        found = text.index(word, end)
        if found != start and not _JOINT.fullmatch(text[end:found]):
            return None
        end = found + len(word)
    return text[start:end]
