"""The base forms that an English word may have: what inflection added is taken off, and nothing else.

A stemmer would make one word of organization and organ, university and universe. A word has several base forms
where its ending alone does not tell: filed is of file, visited of visit, and nothing in them says so.
"""

import re
from collections.abc import Iterator

_SHORTEST = 3  # letters of a base form
_VOWELS = re.compile(r"[aeiouy]+")
_NO_PLURAL = ("ss", "us", "is", "ics", "news")
# The silent e was there for certain: moved, arguing, settled, dancing, raised, required, negotiated; or may have been.
_HAD_E = re.compile(r"(?:[cuvz]|[bcdfgkptz]l|[aeio]s|[lnr]s|(?:[^aeiou]|qu)ir|[iu]at|[^aeiou]at)\Z")
_MAY_HAVE_HAD_E = re.compile(r"(?:[^aeiouy][aeiouy][^aeiouywx]|us|eat|[lnr]g|[st]t|th)\Z")
_HAS_ES = re.compile(r"(?:ss|sh|ch|x|zz|o|[^ao]us)es\Z")
_IS_SHORT = re.compile(r"(?:\A|[^aeiouy])[aeiouy][^aeiouy]\Z")
_DOUBLED = re.compile(r"([bdgklmnprt])\1\Z")
_AMERICAN_ENDING = re.compile(r"(?<=[a-z]{3})is(?=ation\Z)|(?<=al|an|at|ar|er|ic|il|im|in|it|ol|on|or)is(?=e\Z)")


def _table(text: str) -> dict[str, str]:
    """Each further word of a group to its first."""
    groups = (group.split() for group in text.split(";"))
    return {form: base for base, *forms in groups for form in forms}


_PLURALS = _table(
    """
man men; woman women; child children; person people; foot feet; tooth teeth; mouse mice; life lives; wife wives;
knife knives; leaf leaves; half halves; wolf wolves; thief thieves; shelf shelves; loaf loaves; calf calves;
crisis crises; analysis analyses; basis bases; thesis theses; hypothesis hypotheses; emphasis emphases; oasis oases;
diagnosis diagnoses; axis axes; criterion criteria; phenomenon phenomena; bacterium bacteria; referendum referenda;
memorandum memoranda; appendix appendices; index indices; matrix matrices; alumnus alumni; nucleus nuclei;
radius radii; stimulus stimuli; movie movies; cookie cookies; zombie zombies; calorie calories; species species;
series series; bus buses; gas gases; lens lenses
"""
)
_VERBS = _table(
    """
be am is are was were been being; have has had having; do does did done doing; go goes went gone going; say said;
tell told; make made; take took taken; give gave given; come came; become became; begin began begun; bring brought;
build built; buy bought; catch caught; choose chose chosen; deal dealt; draw drew drawn; drink drank drunk;
drive drove driven; eat ate eaten; fall fell fallen; feed fed; feel felt; fight fought; find found; flee fled fleeing;
fly flew flown; forbid forbade forbidden; forget forgot forgotten; forgive forgave forgiven; freeze froze frozen;
get got gotten; grow grew grown; hang hung; hear heard; hide hid hidden; hold held; keep kept; know knew known;
lay laid; lead led; leave left; lend lent; lose lost; mean meant; meet met; overthrow overthrew overthrown; pay paid;
prove proven; ride rode ridden; ring rang rung; rise rose risen; run ran; see saw seen seeing; seek sought; sell sold;
send sent; shake shook shaken; shine shone; shoot shot; show shown; shrink shrank shrunk; sing sang sung;
sink sank sunk; sit sat; sleep slept; speak spoke spoken; spend spent; stand stood; steal stole stolen;
strike struck stricken; swear swore sworn; sweep swept; swim swam swum; swing swung; teach taught; tear tore torn;
think thought; throw threw thrown; undergo underwent undergone; understand understood; undertake undertook undertaken;
uphold upheld; wake woke woken; wear wore worn; win won; withdraw withdrew withdrawn; withhold withheld;
withstand withstood; write wrote written; die dying died; lie lying lied; tie tying tied; unite united uniting
"""
)
_SPELLINGS = _table(
    """
center centre; theater theatre; defense defence; offense offence; license licence; program programme; labor labour;
neighbor neighbour; color colour; harbor harbour; honor honour; favor favour; behavior behaviour; rumor rumour;
armor armour; meter metre; liter litre; fiber fibre; gray grey; traveler traveller; aluminum aluminium;
analyze analyse; paralyze paralyse; check cheque; tire tyre; plow plough
"""
)


def forms(folded: str) -> frozenset[str]:
    """All base forms that a folded word may have, itself among them."""
    bases = {folded, *_singulars(folded), *_infinitives(folded)}
    return frozenset(bases | {_respelled(base) for base in bases})


def singular(folded: str) -> str:
    """The likeliest base form of a noun. A verb's form stays, because it may be a noun too: meeting, building."""
    return _respelled(next(_singulars(folded), folded))


def _singulars(word: str) -> Iterator[str]:
    """What a word may be the plural of, the likeliest first; a verb's third person ends in the same way."""
    if word in _PLURALS:
        yield _PLURALS[word]
    if len(word) <= _SHORTEST or not word.endswith("s") or word.endswith(_NO_PLURAL) or _PLURALS.get(word) == word:
        return
    if word.endswith("ies"):
        yield word[:-1] if len(word) == _SHORTEST + 1 else f"{word[:-3]}y"
        return
    if _HAS_ES.search(word):
        yield word[:-2]
        if not word.endswith(("oes", "aches", "uses")):
            return
    yield word[:-1]


def _infinitives(word: str) -> Iterator[str]:
    """What a word may be the past or the -ing of."""
    if word in _VERBS:
        yield _VERBS[word]
    elif word.endswith("ied") and len(word) > _SHORTEST + 1:
        yield f"{word[:-3]}y"
    elif word.endswith("eed"):
        yield from (word[:-1],) * (len(word) > _SHORTEST + 2)
    elif word.endswith(("ed", "ing")):
        stem = word.removesuffix("ing") if word.endswith("ing") else word[:-2]
        if _VOWELS.search(stem):
            yield from (base for base in _restored(stem) if len(base) >= _SHORTEST)


def _restored(stem: str) -> Iterator[str]:
    """The verb before -ed and -ing: with the e that was dropped, without the consonant that was doubled."""
    if _DOUBLED.search(stem):
        yield stem[:-1]
        yield stem
    elif _HAD_E.search(stem):
        yield f"{stem}e"
    elif not _MAY_HAVE_HAD_E.search(stem):
        yield stem
    else:
        yield f"{stem}e"
        if len(_VOWELS.findall(stem)) > 1 or not _IS_SHORT.search(stem):
            yield stem  # a short verb would have doubled its consonant


def _respelled(word: str) -> str:
    """A British spelling as the American one."""
    return _SPELLINGS.get(word) or _AMERICAN_ENDING.sub("iz", word)
