"""Painters of ways: a road, a goods train, an airliner, a yard of containers."""

import math
from itertools import pairwise

from .landscape import SNOW_LIGHT, ridges, sun_sky
from .painting import HEIGHT, WIDTH, Canvas, Colour, Point, mix, wave_line
from .palettes import DAWN, DAY, DUSK, GOLD, pick


def road(canvas: Canvas) -> None:
    """A road winding to the mountains."""
    light = pick(canvas, DAWN, GOLD, DAY)
    sun_sky(canvas, light)
    ridges(canvas, light, ((360, 180), (430, 110)), sun=False)
    ground = mix((150, 142, 92), light.haze, 0.25)
    canvas.shaded([(0, HEIGHT), *wave_line(440, 10, 240, 1.0), (WIDTH, HEIGHT)], ground, mix(ground, light.near, 0.65))
    left, right, middle = [], [], []
    for step in range(81):
        depth = (step / 80) ** 2.1
        x = 640 + 210 * math.sin(step / 80 * 7.5) * (0.15 + depth * 0.9) * (1 - depth * 0.75)
        half = 3 + 250 * depth
        y = 440 + 290 * depth
        left.append((x - half, y))
        right.append((x + half, y))
        middle.append((x, y, depth))
    canvas.shaded([*left, *reversed(right)], mix(light.haze, (120, 116, 124), 0.7), (48, 48, 58))
    for (x1, y1, depth), (x2, y2, _) in list(pairwise(middle))[::3]:
        canvas.line([(x1, y1), (x2, y2)], (250, 232, 190), 0.6 + 9 * depth)
    for x, y, depth in middle[30::9]:
        for side in (-1, 1):
            post = x + side * (14 + 290 * depth)
            canvas.box(
                post - 1 - 3 * depth, y - 4 - 46 * depth, 2 + 6 * depth, 4 + 48 * depth, (244, 240, 232), radius=1
            )
    canvas.veil(440, 70, light.haze, 0.6)


def train(canvas: Canvas) -> None:
    """A goods train on a viaduct before the mountains."""
    light = pick(canvas, DUSK, DAWN)
    sun_sky(canvas, light)
    ridges(canvas, light, ((360, 200), (450, 150), (560, 120)))
    deck = 470
    for x in range(-40, WIDTH + 80, 160):
        canvas.box(x - 14, deck, 28, HEIGHT - deck, mix(light.near, light.far, 0.25))
        canvas.line(
            [
                (x + 80 + 66 * math.cos(a / 20 * math.pi), deck + 78 - 66 * math.sin(a / 20 * math.pi))
                for a in range(21)
            ],
            mix(light.near, light.far, 0.25),
            9,
        )
    canvas.box(-10, deck - 4, WIDTH + 20, 18, mix(light.near, light.far, 0.35))
    colours: tuple[Colour, ...] = ((206, 92, 70), (60, 124, 150), (222, 172, 82), (96, 140, 106), (176, 178, 190))
    canvas.box(960, deck - 66, 190, 58, (178, 56, 52), radius=14)
    canvas.box(1086, deck - 56, 44, 20, (210, 232, 244), radius=5)
    canvas.glow(1152, deck - 30, 130, (255, 232, 170), 0.9)
    for index in range(8):
        x = 830 - index * 126
        canvas.box(x, deck - 58, 116, 46, canvas.random.choice(colours), radius=3)
        for bar in range(1, 8):
            canvas.box(x + bar * 14, deck - 55, 2, 40, mix(light.near, light.haze, 0.35))
    for x in range(-10, 1150, 42):
        canvas.disc(x, deck - 8, 6, mix(light.near, (0, 0, 0), 0.2))
    canvas.veil(690, 150, light.haze, 0.55)


def plane(canvas: Canvas) -> None:
    """An airliner over a sea of clouds."""
    light = pick(canvas, DUSK, DAWN, DAY)
    sun_sky(canvas, light)
    canvas.ridge(520, 110, (mix(light.far, SNOW_LIGHT, 0.25), light.far))
    for base, part in ((540, 0.1), (600, 0.35), (670, 0.6)):
        for _ in range(46):
            x = canvas.random.uniform(-60, WIDTH + 60)
            radius = canvas.random.uniform(26, 82)
            canvas.oval(
                x,
                base + canvas.random.uniform(-12, 46),
                radius * 1.6,
                radius * 0.62,
                mix(light.haze, SNOW_LIGHT, part + canvas.random.uniform(0, 0.3)),
            )
    canvas.shaded([(0, 640), (WIDTH, 640), (WIDTH, 740), (0, 740)], mix(light.haze, SNOW_LIGHT, 0.7), SNOW_LIGHT)
    canvas.soften(5)
    trail = mix(light.haze, SNOW_LIGHT, 0.7)
    canvas.line([(-20, 446), (480, 322)], trail, 3)
    canvas.line([(-20, 466), (490, 338)], trail, 3)
    _airliner(canvas, 480, 330, mix(light.near, light.far, 0.15))


def freight(canvas: Canvas) -> None:
    """Stacks of containers and a gantry crane in evening light."""
    light = pick(canvas, DUSK, GOLD, DAWN)
    sun_sky(canvas, light)
    canvas.ridge(430, 150, (light.far, light.haze))
    canvas.shaded([(0, 560), (WIDTH, 560), (WIDTH, HEIGHT), (0, HEIGHT)], mix(light.haze, light.near, 0.55), light.near)
    paints: tuple[Colour, ...] = (
        (200, 84, 62),
        (48, 116, 148),
        (226, 168, 74),
        (84, 136, 104),
        (150, 152, 166),
        (122, 70, 110),
    )
    stack = 4
    for column in range(10):
        stack = min(6, max(1, stack + canvas.random.choice((-2, -1, 0, 1, 2))))
        for row in range(stack):
            paint = mix(canvas.random.choice(paints), light.near, 0.18)
            _container(canvas, column * 153 - 70 + canvas.random.uniform(-2, 2), 612 - row * 49, paint)
    frame = mix(light.near, (212, 92, 60), 0.65)
    for x in (300, 380, 930, 1010):
        canvas.box(x, 170, 16, 500, frame)
    canvas.box(180, 150, 960, 26, frame)
    canvas.box(600, 176, 80, 22, mix(light.near, light.far, 0.3), radius=3)
    for x in (612, 668):
        canvas.line([(x, 198), (x, 268)], light.near, 2)
    _container(canvas, 566, 268, mix((226, 168, 74), light.haze, 0.15))


def _airliner(canvas: Canvas, x: float, y: float, colour: Colour) -> None:
    """Seen from the side and a little below, nose to the right, climbing."""

    def turned(points: list[Point]) -> list[Point]:
        angle = -0.245
        return [
            (x + a * math.cos(angle) - b * math.sin(angle), y + a * math.sin(angle) + b * math.cos(angle))
            for a, b in points
        ]

    body: list[Point] = [(-10, -6), (30, -16), (270, -18), (316, -8), (332, 4), (312, 14), (250, 18), (40, 14)]
    canvas.polygon(turned([(0, -8), (-26, -74), (8, -74), (56, -14)]), mix(colour, (214, 70, 60), 0.7))
    canvas.polygon(turned([(170, -8), (96, -70), (116, -72), (220, -10)]), mix(colour, SNOW_LIGHT, 0.35))
    canvas.shaded(turned(body), SNOW_LIGHT, mix(colour, SNOW_LIGHT, 0.5))
    canvas.polygon(turned([(190, 6), (70, 96), (98, 98), (240, 10)]), mix(colour, SNOW_LIGHT, 0.25))
    canvas.polygon(turned([(20, 2), (-30, 34), (-8, 34), (52, 6)]), mix(colour, SNOW_LIGHT, 0.25))
    for window in range(15):
        (wx, wy) = turned([(60 + window * 14, -5)])[0]
        canvas.disc(wx, wy, 2.6, colour)


def _container(canvas: Canvas, x: float, y: float, colour: Colour) -> None:
    canvas.shaded(
        [(x, y), (x + 148, y), (x + 148, y + 48), (x, y + 48)],
        mix(colour, (255, 255, 255), 0.16),
        mix(colour, (0, 0, 0), 0.22),
    )
    for bar in range(1, 17):
        canvas.box(x + bar * 8.6, y + 4, 2, 40, mix(colour, (0, 0, 0), 0.25))
