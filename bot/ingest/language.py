"""Which language a text is in. Runs in a worker process: the model of py3langid takes 76 MB once it is needed."""

import re
from collections import Counter
from functools import lru_cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from bot.ingest.text import words

_WINDOW = 4000  # characters that are looked at
_FEW = 60  # letters; below this a hint is worth more than statistics
_TAJIK = frozenset("ғӣқӯҳҷ")
_TAJIK_SHARE = 0.012  # of the letters: Tajik has four in a hundred, Russian with Tajik names hardly one in a thousand
_NOT_TAJIK = frozenset("ўәіөңүұһїєў")  # Uzbek, Kazakh, Ukrainian share ғ қ ҳ or the Cyrillic script
_RUSSIAN = frozenset("абвгдеёжзийклмнопрстуфхцчшщъыьэюя")
# Languages that no long text can be in without letters of their own: found for one that has none, Russian was meant.
_WITH_OWN_LETTERS = words("be kk ky mk mn sr tt uk")
_CYRILLIC = _WITH_OWN_LETTERS | words("bg ru tg uz")
_NOT_RUSSIAN = _TAJIK | _NOT_TAJIK | frozenset("ђјљњћџѓќѕѝ")
# Function words that no newspaper sentence is without; together they settle the language of nearly every article.
_WORDS = {
    "ru": words(
        "и в во не на что с со по это как из от к за для о об у при до был было были также его их которые после или а"
    ),
    "tg": words("ва дар аз ба ки ин бо барои аст шуд шудааст он худ мекунад кард бошад ҳам буд низ дорад"),
    "en": words("the of and to in is that for it with as was on at by from are has have which said"),
}
_SURE = 0.08  # share of words that are function words of one language
_WORD = re.compile(r"[^\W\d_]+")


def detect(text: str, hint: str | None = None) -> str:
    """An ISO 639-1 code. `hint` is what the feed or the page says of itself: it decides where the text is too short.

    A hint of another script counts for nothing: "en-US" is what content systems say of a site in any language.
    """
    hint = hint[:2].lower() if hint else None
    found = _WORD.findall(text[:_WINDOW].lower())
    letters = Counter("".join(found))
    total = letters.total()
    if total == 0:
        return hint or "und"
    is_russian = sum(letters[letter] for letter in _RUSSIAN) == total
    tajik = 0 if any(letters[letter] for letter in _NOT_TAJIK) else sum(letters[letter] for letter in _TAJIK)
    if total < _FEW and hint in {None, "ru"} and tajik and not _WORDS["ru"].intersection(found):
        return "tg"
    if total < _FEW and (short := _by_hint(letters, hint) or ("ru" if is_russian else None)):
        return short
    if tajik >= max(2, total * _TAJIK_SHARE):
        return "tg"
    code = _by_words(found, letters) or _by_model(" ".join(found))
    return "ru" if is_russian and code in _WITH_OWN_LETTERS else code


def _by_hint(letters: Counter[str], hint: str | None) -> str | None:
    is_cyrillic = sum(number for letter, number in letters.items() if "Ѐ" <= letter <= "ӿ") * 2 > letters.total()
    return hint if hint and (hint in _CYRILLIC or not is_cyrillic) else None


def _by_words(found: list[str], letters: Counter[str]) -> str | None:
    shares = {code: sum(word in known for word in found) / len(found) for code, known in _WORDS.items()}
    best = max(shares, key=lambda code: shares[code])
    others = sum(shares.values()) - shares[best]
    if shares[best] < _SURE or others > shares[best] / 4 or len(found) < 8:
        return None
    if best == "ru" and sum(letters[letter] for letter in _NOT_RUSSIAN) > letters.total() * 0.005:
        return None
    return best


def _by_model(text: str) -> str:
    code, _ = _identifier().classify(text)
    return str(code)


@lru_cache(maxsize=1)
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE)
