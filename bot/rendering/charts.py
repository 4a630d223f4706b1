"""Pictures of mentions over time: small curves, one a name, to be read on a phone.

Drawn with matplotlib in a worker process, for it takes 60 MB and half a second to load: nothing of it is imported here.
"""

from dataclasses import dataclass
from enum import StrEnum

# A chat on a phone shows a picture some 420 of its own pixels wide: what is written here is 0.44 times as large there.
WIDTH, DPI = 6.0, 160  # inches; 960 pixels
ROW, GAP = 1.45, 0.26  # inches of a name with its curve, and between one and the next
EDGE, MARGIN = 0.16, 0.5  # inches above all rows, and below them for the days' names
NAME_SIZE, SMALL_SIZE = 18.0, 15.0  # points: 17 and 15 pixels of such a screen
MAX_CURVES = 5


class Theme(StrEnum):
    LIGHT = "l"
    DARK = "d"


@dataclass(frozen=True, slots=True)
class Curve:
    """A name with its mentions day by day, the last one today; `said` stands beside today's dot, such as «12 · ×4»."""

    name: str
    counts: tuple[int, ...]
    said: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Curves over the same days; `first` and `last` name the ends of the axis."""

    curves: tuple[Curve, ...]
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Colours:
    """Of a theme: each has a contrast of 4.5 or more to the ground, but for the fill under a curve (WCAG 2, 1.4.3)."""

    ground: str
    ink: str
    faint: str
    curve: str


COLOURS = {
    Theme.LIGHT: Colours(ground="#ffffff", ink="#1c1c1e", faint="#6b6b70", curve="#0067c5"),
    Theme.DARK: Colours(ground="#17212b", ink="#f5f5f5", faint="#93a3b1", curve="#6ab7ff"),
}
