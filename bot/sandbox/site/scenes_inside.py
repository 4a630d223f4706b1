"""Painters of rooms: a table, a stage, a tatami."""

import math

from .painting import HEIGHT, WIDTH, Canvas, Colour, Point, mix
from .palettes import DAWN, DAY, DUSK, Palette, pick

WOOD: tuple[Colour, Colour] = ((186, 128, 82), (84, 48, 30))


def summit(canvas: Canvas) -> None:
    """An oval table before tall windows; no flags, no faces."""
    light = pick(canvas, DAWN, DAY, DUSK)
    wall = mix((228, 218, 202), light.haze, 0.3)
    canvas.sky(mix(wall, light.near, 0.25), wall)
    _windows(canvas, light, wall)
    carpet = canvas.random.choice(((126, 40, 48), (32, 78, 96), (52, 70, 58)))
    canvas.shaded(
        [(0, 440), (WIDTH, 440), (WIDTH, HEIGHT), (0, HEIGHT)],
        mix(carpet, (255, 255, 255), 0.18),
        mix(carpet, (0, 0, 0), 0.45),
    )
    _chairs(canvas, 462, 400, 11, 0.8)
    canvas.oval(640, 600, 570, 150, mix(WOOD[1], (0, 0, 0), 0.35))
    for step in range(24):
        part = step / 23
        canvas.oval(640, 580 - 6 * part, 566 - 40 * part, 146 - 26 * part, mix(WOOD[1], WOOD[0], part))
    canvas.oval(640, 572, 330, 66, mix(WOOD[1], carpet, 0.5))
    for step in range(30):
        angle = step / 30 * math.tau
        x, y = 640 + 300 * math.cos(angle), 566 + 46 * math.sin(angle)
        canvas.disc(x, y, 17, mix((80, 132, 76), (250, 244, 236), canvas.random.choice((0, 0.2, 0.85))))
    for step in range(16):
        angle = step / 16 * math.tau + 0.2
        x, y = 640 + 452 * math.cos(angle), 576 + 94 * math.sin(angle)
        canvas.polygon([(x - 24, y + 8), (x - 18, y - 8), (x + 24, y - 8), (x + 20, y + 8)], (250, 248, 242))
        canvas.box(x + 28, y - 20, 8, 22, (206, 228, 236), radius=3)
    canvas.glow(640, 40, 620, (255, 240, 210), 0.45)


def _windows(canvas: Canvas, light: Palette, wall: Colour) -> None:
    """Tall windows in a row, hills behind them."""
    for window in range(60, WIDTH, 244):
        canvas.shaded([(window, 60), (window + 180, 60), (window + 180, 400), (window, 400)], light.sky[0], light.haze)
        canvas.shaded(
            [
                (window, 330),
                (window + 60, 290),
                (window + 120, 322),
                (window + 180, 280),
                (window + 180, 400),
                (window, 400),
            ],
            light.far,
            light.haze,
        )
        for bar in (0, 88, 176):
            canvas.box(window + bar - 2, 56, 8, 348, mix(wall, (255, 255, 255), 0.5))
        canvas.box(window - 8, 400, 200, 12, mix(wall, (255, 255, 255), 0.5), radius=2)


def theatre(canvas: Canvas) -> None:
    """An empty stage with chairs in one beam of light."""
    drape = canvas.random.choice(((140, 26, 38), (96, 24, 66)))
    canvas.sky((12, 8, 18), (34, 22, 34))
    canvas.shaded([(0, 540), (WIDTH, 540), (WIDTH, HEIGHT), (0, HEIGHT)], (108, 74, 54), (30, 18, 18))
    canvas.shaded([(600, -10), (680, -10), (960, 620), (320, 620)], (110, 94, 84), (60, 44, 44))
    canvas.soften(16)
    canvas.glow(640, 600, 430, (255, 226, 170), 0.8)
    canvas.oval(640, 612, 330, 56, (214, 176, 128))
    canvas.soften(5)
    for index in range(12):
        angle = math.pi * (0.04 + 0.92 * index / 11)
        _chair(canvas, 640 - 250 * math.cos(angle), 606 - 40 * math.sin(angle) + 20, 44 - 8 * math.sin(angle))
    for side in (0, 1):
        for fold in range(9):
            x = fold * 32 if side == 0 else WIDTH - fold * 32
            swing = 40 if side == 0 else -40
            shade = mix(drape, (0, 0, 0), 0.15 + 0.5 * (fold % 2) + 0.02 * fold)
            canvas.shaded(
                [(x - 24, -5), (x + 24, -5), (x + 22 - swing * (fold / 5), 640), (x - 22 - swing * (fold / 5), 640)],
                mix(shade, (255, 120, 100), 0.12),
                shade,
            )
    for scallop in range(9):
        canvas.oval(scallop * 160, 0, 104, 78, mix(drape, (0, 0, 0), 0.2 if scallop % 2 else 0.4))
    canvas.box(0, 640, WIDTH, 90, (18, 10, 14))


def dojo(canvas: Canvas) -> None:
    """Mats in perspective and a knotted belt; morning behind the screens."""
    light = pick(canvas, DAWN, DAY)
    paper = mix((250, 244, 230), light.haze, 0.3)
    canvas.sky(mix(paper, light.near, 0.3), paper)
    for x in range(0, WIDTH, 160):
        canvas.shaded(
            [(x + 10, 70), (x + 150, 70), (x + 150, 380), (x + 10, 380)],
            mix(paper, (255, 255, 255), 0.6),
            mix(paper, light.sky[1], 0.18),
        )
        for bar in range(0, 160, 40):
            canvas.box(x + bar, 60, 4, 330, (96, 66, 48))
        for bar in range(70, 390, 62):
            canvas.box(x, bar, 160, 4, (96, 66, 48))
    canvas.box(0, 380, WIDTH, 26, (84, 56, 40))
    mats: tuple[Colour, Colour] = canvas.random.choice(
        (((42, 108, 150), (196, 68, 60)), ((46, 128, 104), (226, 178, 84)), ((58, 84, 142), (222, 206, 170)))
    )
    for row in range(5):
        top, bottom = 406 + 314 * (row / 5) ** 1.5, 406 + 314 * ((row + 1) / 5) ** 1.5
        for column in range(-6, 6):
            colour = mats[1] if -3 <= column < 3 and 1 <= row < 4 else mats[0]
            ends = [
                (640 + column * spread(top), top),
                (640 + (column + 1) * spread(top), top),
                (640 + (column + 1) * spread(bottom), bottom),
                (640 + column * spread(bottom), bottom),
            ]
            canvas.shaded(
                ends, mix(colour, (255, 255, 255), 0.2 - 0.04 * row), mix(colour, (255, 255, 255), 0.1 - 0.02 * row)
            )
            canvas.line([*ends, ends[0]], mix(colour, (0, 0, 0), 0.3), 2)
    _belt(canvas, 640, 586, canvas.random.choice(((24, 24, 30), (34, 60, 140), (112, 60, 140))))
    canvas.glow(640, 200, 620, light.sun, 0.35)


def spread(y: float) -> float:
    """The width of one board square or mat at height y: wider nearer to the viewer."""
    return 110 + (y - 406) * 0.52


def _chairs(canvas: Canvas, y: float, span: float, count: int, size: float) -> None:
    for index in range(count):
        x = 640 + (index - (count - 1) / 2) * (span * 2.3 / (count - 1))
        canvas.box(x - 30 * size, y - 62 * size, 60 * size, 110 * size, (60, 40, 36), radius=14 * size)
        canvas.box(x - 24 * size, y - 55 * size, 48 * size, 90 * size, (142, 96, 70), radius=11 * size)


def _chair(canvas: Canvas, x: float, y: float, size: float) -> None:
    wood: Colour = (70, 42, 28)
    canvas.oval(x, y + size * 0.96, size * 0.6, size * 0.12, (92, 66, 50))
    for leg in (-0.36, 0.3):
        canvas.box(x + leg * size, y, size * 0.09, size, wood)
    canvas.box(x - size * 0.42, y - size * 0.06, size * 0.84, size * 0.14, mix(wood, (255, 214, 150), 0.35), radius=3)
    for post in (-0.36, 0.3):
        canvas.box(x + post * size, y - size, size * 0.08, size, wood)
    canvas.box(x - size * 0.38, y - size, size * 0.76, size * 0.3, mix(wood, (255, 214, 150), 0.22), radius=4)


def _belt(canvas: Canvas, x: float, y: float, colour: Colour) -> None:
    """A belt thrown on the mat: a long wave with a knot, two short ends hanging from it."""
    shine, shade = mix(colour, (255, 255, 255), 0.3), mix(colour, (0, 0, 0), 0.35)
    wave = [(x + along, y - 20 + 16 * math.sin(along / 95)) for along in range(-330, 331, 10)]
    canvas.line([(px + 4, py + 22) for px, py in wave], (34, 40, 46), 26)
    for tip in (-120, 104):
        canvas.line([(x + tip * 0.1, y), (x + tip * 0.7, y + 40), (x + tip, y + 104)], (34, 40, 46), 40)
        canvas.line([(x + tip * 0.1, y - 8), (x + tip * 0.7, y + 30), (x + tip, y + 94)], shade, 38)
        canvas.line([(x + tip * 0.1 - 10, y - 8), (x + tip * 0.7 - 10, y + 30), (x + tip - 10, y + 94)], colour, 22)
    canvas.line(wave, colour, 36)
    canvas.line([(px, py - 12) for px, py in wave], shine, 3)
    canvas.line([(px, py + 10) for px, py in wave], shade, 3)
    knot: list[Point] = [(x - 40, y - 44), (x + 34, y - 50), (x + 46, y + 2), (x + 6, y + 20), (x - 38, y + 8)]
    canvas.shaded(knot, mix(colour, (255, 255, 255), 0.22), shade)
    canvas.line([(x - 30, y - 8), (x + 36, y - 34)], shine, 3)
