"""What a Tajik word may be a form of: the endings taken off that are written together with it.

A noun is followed, in this order, by its plural (-ҳо, -он), whose it is (-аш, -ам), one of some (-е), the vowel that
ties it to the next word (-и), the object (-ро) and "and" (-у). No list of words tells where the stem ends, so each
ending has a shortest stem, below which chance likenesses outweigh: замон is no plural of зам, nor бозӣ a form of боз.
"""

from dataclasses import dataclass

# fmt: off
_ALL = frozenset("абвгдежзийклмнопрстуфхчшщъыьэюя")
# fmt: on
_VOWELS = frozenset("аеиоуэюя")
_CONSONANTS = _ALL - _VOWELS - {"ъ"}
# They end as plurals do and are none, though what would be left is a word: mercy, the rate of a currency, a body.
_WHOLE = frozenset({"рахмон", "курбон", "танхо"})
# People whose short names have the plural -он.
_SHORT_PEOPLE = frozenset({"зан", "сар", "шох"})
# Тоҷикистон, бӯстон: the ending of places.
_PLACE = "стон"


@dataclass(frozen=True, slots=True)
class _Ending:
    """An ending, the letters it may follow, and how many letters are left at least."""

    letters: str
    after: frozenset[str]
    shortest: int


# In the order in which they come off. All of a step are tried on all that the steps before it left.
_STEPS = (
    (_Ending("ву", _VOWELS, 3), _Ending("ю", _VOWELS, 3), _Ending("у", _CONSONANTS, 4)),
    (_Ending("ро", _ALL, 3),),
    (_Ending("и", _ALL, 3), _Ending("е", _ALL, 3)),
    (
        _Ending("ашон", _ALL, 3),
        _Ending("яшон", _VOWELS, 3),
        _Ending("амон", _ALL, 3),
        _Ending("ямон", _VOWELS, 3),
        _Ending("аш", _CONSONANTS, 3),
        _Ending("яш", _VOWELS, 3),
        _Ending("ам", _CONSONANTS, 4),
        _Ending("ям", _VOWELS, 3),
    ),
    (
        _Ending("хо", _ALL, 2),
        _Ending("он", _CONSONANTS, 4),
        _Ending("гон", frozenset("а"), 4),
        _Ending("ен", frozenset("уои"), 4),
        _Ending("вон", frozenset("у"), 4),
    ),
    (_Ending("и", _ALL, 4),),
)
_LONG_I = _Ending("и", _ALL, 4)


def stems(folded: str, *, has_long_i: bool) -> frozenset[str]:
    """All that may be left of a folded word when endings come off it; the word itself is not among them.

    `has_long_i`: the word ends in ӣ, or may do so: unlike the и that ties, it makes other words, so that a longer
    stem is asked for.
    """
    found = {folded}
    for step in _STEPS:
        for ending in step:
            found |= {form[: -len(ending.letters)] for form in found if _fits(form, ending)}
    if has_long_i and folded.endswith("и") and len(folded) <= _LONG_I.shortest:
        return frozenset()
    return frozenset(found - {folded})


def _fits(form: str, ending: _Ending) -> bool:
    left = len(form) - len(ending.letters)
    if left < ending.shortest and form[:left] not in _SHORT_PEOPLE:
        return False
    if not form.endswith(ending.letters) or form in _WHOLE or form[left - 1] not in ending.after:
        return False
    return ending.letters != "он" or not form.endswith(_PLACE)
