"""Hours of the day as colours."""

from dataclasses import dataclass

from .painting import Canvas, Colour


@dataclass(frozen=True, slots=True)
class Palette:
    """The light of one hour: the sky from top to bottom, the sun, mountains far and near, and the haze between."""

    sky: tuple[Colour, ...]
    sun: Colour
    far: Colour
    near: Colour
    haze: Colour


DAWN = Palette(
    ((58, 74, 130), (160, 128, 168), (248, 178, 150), (255, 222, 176)),
    (255, 236, 196),
    (150, 128, 166),
    (38, 40, 78),
    (250, 200, 178),
)
DUSK = Palette(
    ((20, 24, 66), (74, 50, 112), (196, 88, 108), (252, 164, 96)),
    (255, 196, 120),
    (112, 70, 120),
    (22, 18, 48),
    (226, 128, 116),
)
DAY = Palette(
    ((44, 112, 190), (112, 174, 224), (196, 226, 240)), (255, 250, 224), (136, 170, 196), (34, 72, 84), (214, 232, 240)
)
GOLD = Palette(
    ((88, 138, 178), (222, 208, 170), (255, 214, 130)), (255, 240, 180), (176, 156, 132), (66, 52, 44), (255, 224, 166)
)
COLD = Palette(
    ((62, 84, 120), (126, 150, 182), (206, 220, 232)), (244, 248, 255), (150, 168, 192), (44, 60, 88), (222, 232, 242)
)
NIGHT = Palette(((6, 10, 32), (18, 30, 72), (52, 66, 120)), (222, 232, 255), (44, 54, 100), (8, 12, 32), (70, 84, 140))


def pick(canvas: Canvas, *palettes: Palette) -> Palette:
    """One of the palettes. Stories stand ten apart in the programme: neighbours get different light."""
    return palettes[canvas.seed // 10 % len(palettes)]
