"""Which of a picture's addresses to take: pages name a small one, a blank for browsers that load late, and others."""

import re
from collections.abc import Iterator

from lxml import etree

from bot.ingest.text import words

_LARGEST = 2560  # pixels across; Telegram shows no more and refuses what is heavy
_A_TIMES = 800  # pixels across that "1x" is taken for
_TINY = 3  # pixels: a picture this small counts readers, it shows nothing
_LATE = ("data-src", "data-original", "data-lazy-src", "data-lazy", "data-full-src")
_SETS = ("srcset", "data-srcset", "data-lazy-srcset", "data-original-set")
# What Telegram takes as a photo; the sources of a <picture> offer newer formats beside it.
_TYPES = words("image/jpeg image/jpg image/png image/webp")
_BETWEEN = re.compile(r",\s+|(?<=[0-9][wx]),")  # addresses may hold commas, too
_SIZE = re.compile(r"([0-9]{1,5}(?:\.[0-9]{1,3})?)([wx])")
_MAX_SET = 20_000  # characters


def is_pixel(img: etree._Element) -> bool:
    """Whether it says that it is too small to show anything."""
    sizes = [img.get("width", ""), img.get("height", "")]
    return any(size.isdecimal() and int(size) <= _TINY for size in sizes if len(size) < 6)


def first_address(img: etree._Element) -> str:
    """What an `<img>` names as its picture at first sight, as it stands there: a small one maybe, or a blank."""
    return img.get("src") or img.get("data-src") or ""


def addresses(img: etree._Element) -> Iterator[str]:
    """All that an `<img>` offers, as it stands there: by size first, then what is loaded late, then what it names.

    The sources of a `<picture>` around it come last: they show the same to newer browsers.
    """
    for name in _SETS:
        yield from _by_size(img.get(name))
    yield from (img.get(name, "") for name in _LATE)
    yield img.get("src", "")
    picture = next(img.iterancestors("picture"), None)
    for source in picture.iter("source") if picture is not None else ():
        if (source.get("type") or "image/jpeg").lower() in _TYPES:
            for name in _SETS:
                yield from _by_size(source.get(name))


def _by_size(srcset: str | None) -> list[str]:
    """The candidates of a `srcset`: the largest that is no larger than needed, the smaller ones, then the others."""
    found: list[tuple[float, str]] = []
    for candidate in _BETWEEN.split((srcset or "")[:_MAX_SET]):
        address, *sizes = candidate.strip(" ,\t\r\n").split() or [""]
        size = _SIZE.fullmatch(sizes[0]) if sizes else None
        found.append((float(size[1]) * (1 if size[2] == "w" else _A_TIMES) if size else _A_TIMES, address))
    found.sort(key=lambda one: one[0] if one[0] > _LARGEST else -one[0])
    fitting = [address for across, address in found if across <= _LARGEST]
    return fitting + [address for across, address in found if across > _LARGEST]
