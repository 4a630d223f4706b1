"""Painters of the town: houses, a school, a stadium, numbers and nets."""

import math

from .landscape import sun_sky
from .painting import HEIGHT, WIDTH, Canvas, Colour, Point, mix, wave_line
from .palettes import DAWN, DAY, DUSK, GOLD, NIGHT, pick

WINDOW_LIGHT: Colour = (255, 214, 138)


def skyline(canvas: Canvas) -> None:
    """A city at dusk before mountains, windows lit, a river in front."""
    light = pick(canvas, DUSK, DAWN)
    sun_sky(canvas, light, 340)
    canvas.ridge(400, 170, (light.far, light.haze))
    for base, low, high, part in ((520, 60, 150, 0.35), (560, 90, 240, 0.7), (600, 50, 130, 1.0)):
        x = -10.0
        while x < WIDTH:
            wide, tall = canvas.random.uniform(46, 104), canvas.random.uniform(low, high)
            _house(canvas, (x, base), wide, tall, mix(light.far, light.near, part))
            x += wide + canvas.random.uniform(0, 14)
        canvas.veil(base, 40, light.haze, 0.25)
    canvas.shaded([(0, 600), (WIDTH, 600), (WIDTH, HEIGHT), (0, HEIGHT)], mix(light.haze, light.near, 0.45), light.near)
    for _ in range(240):
        x, y = canvas.random.uniform(0, WIDTH), canvas.random.uniform(606, 716)
        half = canvas.random.uniform(4, 40)
        canvas.line([(x - half, y), (x + half, y)], mix(light.haze, WINDOW_LIGHT, canvas.random.random()), 1.1)


def school(canvas: Canvas) -> None:
    """A bright new school with trees before it."""
    light = pick(canvas, DAY, GOLD)
    sun_sky(canvas, light, 340)
    canvas.ridge(420, 150, (light.far, light.haze))
    wall = mix((248, 240, 226), light.haze, 0.2)
    canvas.shaded([(0, HEIGHT), *wave_line(560, 3, 300, 0), (WIDTH, HEIGHT)], (158, 188, 104), (70, 112, 62))
    for x, wide, tall in ((180, 330, 210), (780, 330, 210), (512, 266, 260)):
        canvas.shaded(
            [(x, 580 - tall), (x + wide, 580 - tall), (x + wide, 580), (x, 580)], wall, mix(wall, light.near, 0.2)
        )
        canvas.box(x - 8, 572 - tall, wide + 16, 14, (60, 122, 140), radius=3)
        for floor in range(3):
            for column in range(round(wide / 52)):
                canvas.box(
                    x + 18 + column * 52,
                    604 - tall + floor * 62,
                    32,
                    38,
                    mix((92, 150, 190), light.sun, canvas.random.uniform(0.1, 0.5)),
                    radius=3,
                )
    canvas.box(600, 490, 90, 90, (60, 122, 140), radius=4)
    canvas.polygon([(570, 492), (645, 446), (720, 492)], (224, 128, 74))
    canvas.polygon([(560, HEIGHT), (730, HEIGHT), (680, 580), (612, 580)], mix((226, 214, 190), light.haze, 0.3))
    for x in (60, 140, 545, 745, 1150, 1230):
        _tree(canvas, x, 610 + canvas.random.uniform(-8, 30), canvas.random.uniform(80, 120))


def stadium(canvas: Canvas) -> None:
    """A full stadium under floodlights."""
    light = pick(canvas, NIGHT, DUSK)
    canvas.sky(*light.sky)
    canvas.glow(640, 330, 700, (90, 120, 190), 0.6)
    canvas.oval(640, 500, 800, 300, (24, 30, 60))
    shirts: tuple[Colour, ...] = ((206, 60, 56), (238, 238, 240), (52, 140, 84), (70, 90, 140), (230, 180, 80))
    for row in range(34):
        part = row / 33
        for seat in range(170):
            angle = math.pi + (seat + canvas.random.random()) / 170 * math.pi
            x = 640 + (800 - 330 * part) * math.cos(angle)
            y = 500 + (292 - 234 * part) * math.sin(angle)
            canvas.disc(x, y, 2.2 + part * 1.6, mix(light.near, canvas.random.choice(shirts), 0.3 + 0.5 * part))
    grass: tuple[Colour, Colour] = ((52, 150, 74), (66, 170, 86))
    for stripe in range(12):
        top, bottom = (250 + stripe * 65, 250 + (stripe + 1) * 65), (-300 + stripe * 157, -300 + (stripe + 1) * 157)
        canvas.polygon([(top[0], 470), (top[1], 470), (bottom[1], HEIGHT), (bottom[0], HEIGHT)], grass[stripe % 2])
    for board in range(26):
        canvas.box(
            250 + board * 30,
            454,
            29,
            18,
            canvas.random.choice(((238, 240, 246), (60, 120, 190), (230, 180, 80), (196, 70, 60))),
        )
    _pitch_lines(canvas)
    for x in (120, 430, 850, 1160):
        canvas.box(x - 4, 90, 8, 220, (60, 68, 100))
        for lamp in range(6):
            canvas.disc(x - 40 + lamp * 16, 84, 6, (255, 255, 244))
        canvas.glow(x, 84, 210, (230, 240, 255), 0.9)
    canvas.disc(700, 640, 15, (250, 250, 250))
    canvas.disc(700, 640, 5, (40, 40, 48))


def growth(canvas: Canvas) -> None:
    """Rising columns and a line over a quiet dark field."""
    _columns(canvas, rising=True)


def decline(canvas: Canvas) -> None:
    """The same, falling."""
    _columns(canvas, rising=False)


def _columns(canvas: Canvas, *, rising: bool) -> None:
    first = canvas.random.random() < 0.5
    deep, bright, warm = (
        ((14, 34, 58), (64, 182, 172), (255, 186, 92)) if first else ((38, 24, 64), (142, 124, 230), (255, 150, 120))
    )
    canvas.sky(mix(deep, (255, 255, 255), 0.12), deep)
    canvas.glow(960, 200, 620, bright, 0.4)
    for grid in range(140, 640, 80):
        canvas.line([(90, grid), (1190, grid)], mix(deep, (255, 255, 255), 0.16), 1.2)
    points: list[Point] = []
    level = 150.0
    for column in range(12):
        level = max(90, level + canvas.random.uniform(-30, 74))
        # The last value stands at the right when the picture is finished, also when it will be mirrored.
        place = column if rising != canvas.is_mirrored else 11 - column
        x, tall = 110.0 + place * 92, min(level, 470)
        canvas.shaded(
            [(x, 620 - tall), (x + 54, 620 - tall), (x + 54, 620), (x, 620)],
            mix(bright, (255, 255, 255), 0.15),
            mix(bright, deep, 0.72),
        )
        points.append((x + 27, 620 - tall * 0.8 - 56 - 14 * math.sin(column)))
    canvas.line(points, warm, 5)
    for x, y in points:
        canvas.disc(x, y, 9, warm)
        canvas.disc(x, y, 4.5, deep)
    canvas.glow(*points[-1 if rising else 0], 110, warm, 0.9)
    canvas.line([(90, 622), (1190, 622)], mix(deep, (255, 255, 255), 0.5), 2)


def network(canvas: Canvas) -> None:
    """Nodes joined by light."""
    deep, near, far = canvas.random.choice(
        (
            ((8, 20, 46), (90, 214, 255), (126, 104, 240)),
            ((20, 14, 44), (255, 156, 208), (96, 150, 255)),
            ((6, 32, 40), (120, 240, 190), (70, 140, 230)),
        )
    )
    canvas.sky(mix(deep, far, 0.3), deep)
    canvas.glow(canvas.random.uniform(300, 980), 340, 640, far, 0.6)
    nodes = [
        (canvas.random.uniform(-20, WIDTH + 20), canvas.random.uniform(-20, HEIGHT + 20), canvas.random.random() ** 2)
        for _ in range(120)
    ]
    for index, (x1, y1, weight) in enumerate(nodes):
        for x2, y2, other in nodes[index + 1 :]:
            away = math.hypot(x1 - x2, y1 - y2)
            if away < 165:
                canvas.line(
                    [(x1, y1), (x2, y2)], mix(mix(deep, near, 0.7 - away / 300), far, 0.3), 0.8 + weight + other
                )
    for x, y, weight in nodes:
        if weight > 0.3:
            canvas.glow(x, y, 26 + 70 * weight, near, 0.7)
        canvas.disc(x, y, 2.5 + 8 * weight, mix(near, (255, 255, 255), 0.3 + 0.6 * weight))


def _house(canvas: Canvas, corner: Point, wide: float, tall: float, colour: Colour) -> None:
    x, base = corner
    canvas.shaded(
        [(x, base - tall), (x + wide, base - tall), (x + wide, base + 40), (x, base + 40)],
        colour,
        mix(colour, (0, 0, 0), 0.2),
    )
    for row in range(round(tall / 17)):
        for column in range(round(wide / 14) - 1):
            if canvas.random.random() < 0.42:
                canvas.box(
                    x + 8 + column * 14,
                    base - tall + 9 + row * 17,
                    6,
                    8,
                    mix(colour, WINDOW_LIGHT, canvas.random.uniform(0.35, 1)),
                    radius=1,
                )


def _tree(canvas: Canvas, x: float, y: float, size: float) -> None:
    canvas.box(x - size * 0.05, y - size * 0.5, size * 0.1, size * 0.5, (98, 74, 52), radius=2)
    for _ in range(26):
        spread, height = canvas.random.uniform(-0.34, 0.34), canvas.random.uniform(0.45, 1.1)
        canvas.disc(
            x + spread * size,
            y - height * size,
            size * 0.17,
            mix((52, 106, 62), (150, 190, 92), height - 0.3 + spread * 0.4),
        )


def _pitch_lines(canvas: Canvas) -> None:
    chalk: Colour = (226, 240, 226)
    canvas.line([(250, 474), (1030, 474)], chalk, 2)
    canvas.line([(640, 474), (640, HEIGHT)], chalk, 3)
    circle = [(640 + 200 * math.cos(a / 30 * math.pi), 580 + 62 * math.sin(a / 30 * math.pi)) for a in range(61)]
    canvas.line(circle, chalk, 3)
