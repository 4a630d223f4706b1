"""Painters of fields, orchards and panels in the sun."""

import math

from .painting import HEIGHT, WIDTH, Canvas, Colour, Point, mix, wave_line
from .palettes import DAWN, DAY, DUSK, GOLD, Palette, pick


def wheat(canvas: Canvas) -> None:
    """Ripe ears before a low sun."""
    light = pick(canvas, GOLD, DUSK)
    _country(canvas, light, (214, 168, 78))
    for row in range(60):
        depth = (row / 59) ** 1.6
        y = 470 + 290 * depth
        for _ in range(round(70 - 46 * depth)):
            x = canvas.random.uniform(-20, WIDTH + 20)
            tall = 14 + 130 * depth
            lean = canvas.random.uniform(-0.05, 0.25) * tall
            colour = mix((255, 216, 120), (158, 104, 38), canvas.random.random())
            canvas.line(
                [(x, y), (x + lean * 0.4, y - tall * 0.6), (x + lean, y - tall)],
                mix(colour, (120, 84, 30), 0.3),
                0.8 + 2.2 * depth,
            )
            canvas.oval(x + lean, y - tall, 1.4 + 5 * depth, 4 + 18 * depth, colour)


def cotton(canvas: Canvas) -> None:
    """Rows of open bolls running to the hills."""
    light = pick(canvas, DAY, DAWN)
    _country(canvas, light, (86, 104, 62))
    for row in range(34):
        depth = (row / 33) ** 1.8
        y = 468 + 280 * depth
        step = 15 + 105 * depth
        offset = (row % 2) * step / 2
        for column in range(round(WIDTH / step) + 2):
            x = column * step - offset + canvas.random.uniform(-0.2, 0.2) * step
            _boll(canvas, x, y + canvas.random.uniform(-0.3, 0.3) * step * 0.5, 2 + 19 * depth)


def apricots(canvas: Canvas) -> None:
    """A branch with ripe fruit over a blurred valley."""
    _branch(canvas, pick(canvas, DAY, GOLD), ((255, 190, 84), (232, 104, 48)), 58)


def lemons(canvas: Canvas) -> None:
    """A branch with lemons over a blurred valley."""
    _branch(canvas, pick(canvas, DAY, GOLD), ((255, 240, 120), (222, 178, 30)), 52)


def solar(canvas: Canvas) -> None:
    """Rows of panels that mirror the sky."""
    light = pick(canvas, GOLD, DUSK, DAWN)
    _country(canvas, light, (128, 128, 82))
    for row in range(6):
        depth = (row / 5) ** 1.5
        y, tall, wide = 486 + 190 * depth, 26 + 118 * depth, 92 + 300 * depth
        shift = canvas.random.uniform(-wide, 0)
        for column in range(round(WIDTH / wide) + 3):
            _panel(canvas, (shift + column * wide * 1.06, y), wide, tall, light)


def _country(canvas: Canvas, light: Palette, ground: Colour) -> None:
    """Sky, sun, far mountains and a plain from the horizon at 460 down."""
    canvas.sky(*light.sky, light.haze)
    x = canvas.random.uniform(300, 980)
    canvas.glow(x, 380, 460, light.sun, 0.8)
    canvas.glow(x, 380, 80, light.sun, 1)
    canvas.ridge(420, 150, (light.far, light.haze))
    canvas.ridge(460, 70, (mix(light.far, light.near, 0.4), light.haze))
    near = mix(ground, light.near, 0.45)
    canvas.shaded([(0, HEIGHT), *wave_line(462, 5, 260, 0.6), (WIDTH, HEIGHT)], mix(ground, light.haze, 0.35), near)


def _boll(canvas: Canvas, x: float, y: float, size: float) -> None:
    leaf = mix((66, 108, 58), (38, 66, 40), canvas.random.random())
    canvas.line([(x, y + size * 2.4), (x, y)], (92, 74, 48), max(0.6, size * 0.09))
    for side in (-1, 1):
        canvas.oval(x + side * size * 1.1, y + size * 1.3, size * 0.9, size * 0.42, leaf)
    for turn in range(4):
        angle = turn / 4 * math.tau + 0.6
        canvas.disc(x + size * 0.48 * math.cos(angle), y + size * 0.42 * math.sin(angle), size * 0.58, (232, 234, 240))
    canvas.disc(x - size * 0.12, y - size * 0.2, size * 0.6, (255, 255, 255))


def _branch(canvas: Canvas, light: Palette, fruit: tuple[Colour, Colour], size: float) -> None:
    _country(canvas, light, (132, 156, 84))
    for _ in range(60):
        x, y = canvas.random.uniform(0, WIDTH), canvas.random.uniform(470, 700)
        canvas.disc(x, y, canvas.random.uniform(14, 50), mix((96, 134, 66), (176, 186, 104), canvas.random.random()))
    canvas.soften(9)
    for start, rise in ((70, 0.8), (300, 1.25)):
        stem: list[Point] = [
            (x, start + 60 * math.sin(x / 260 + rise) + x * 0.06 * rise) for x in range(-20, WIDTH + 40, 20)
        ]
        canvas.line(stem, (92, 64, 44), 11)
        for x, y in stem:
            for _ in range(3):
                _leaf(
                    canvas,
                    x + canvas.random.uniform(-14, 14),
                    y,
                    canvas.random.uniform(0, math.tau),
                    canvas.random.uniform(36, 66),
                )
        x = canvas.random.uniform(20, 160)
        while x < WIDTH:
            hang = canvas.random.uniform(0.9, 2.1) * size
            y = start + 60 * math.sin(x / 260 + rise) + x * 0.06 * rise
            canvas.line([(x, y), (x - 5, y + hang)], (92, 74, 44), 4)
            _fruit(canvas, x - 5, y + hang, size * canvas.random.uniform(0.8, 1.12), fruit)
            _leaf(canvas, x, y + hang * 0.1, canvas.random.uniform(0.4, 2.6), 64)
            x += canvas.random.choice((1.5, 2.1, 4.4)) * size


def _leaf(canvas: Canvas, x: float, y: float, angle: float, length: float) -> None:
    outline = []
    for step in range(21):
        part = step / 10 if step <= 10 else (20 - step) / 10
        side = 1 if step <= 10 else -1
        along, across = length * part, side * length * 0.24 * math.sin(math.pi * part)
        outline.append(
            (
                x + along * math.cos(angle) - across * math.sin(angle),
                y + along * math.sin(angle) + across * math.cos(angle),
            )
        )
    colour = mix((122, 176, 74), (40, 98, 58), canvas.random.random())
    canvas.polygon(outline, colour)
    canvas.line(
        [(x, y), (x + length * math.cos(angle), y + length * math.sin(angle))], mix(colour, (220, 236, 170), 0.4), 1.2
    )


def _fruit(canvas: Canvas, x: float, y: float, size: float, colours: tuple[Colour, Colour]) -> None:
    """A ball of light: ever smaller discs step from the shaded rim to the bright spot."""
    steps = 26
    for step in range(steps):
        part = step / (steps - 1)
        colour = mix(mix(colours[1], (90, 40, 20), 0.25), colours[0], min(1, part * 1.25))
        canvas.oval(
            x - size * 0.26 * part,
            y - size * 0.3 * part,
            size * (1 - part * 0.86),
            size * 1.04 * (1 - part * 0.86),
            colour,
        )
    canvas.glow(x - size * 0.3, y - size * 0.36, size * 0.5, (255, 255, 240), 0.5)


def _panel(canvas: Canvas, corner: Point, wide: float, tall: float, light: Palette) -> None:
    x, y = corner
    lean = tall * 0.5
    corners = [(x + lean, y - tall), (x + wide + lean, y - tall), (x + wide, y), (x, y)]
    canvas.line([(x + wide * 0.5, y - 4), (x + wide * 0.5, y + tall * 0.45)], (70, 72, 80), 1 + tall * 0.05)
    canvas.shaded(corners, mix((70, 120, 190), light.sun, 0.45), (16, 30, 72))
    for part in (0.2, 0.4, 0.6, 0.8):
        canvas.line([(x + wide * part + lean, y - tall), (x + wide * part, y)], (150, 176, 214), 0.5 + tall * 0.008)
    for part in (0.33, 0.66):
        canvas.line(
            [(x + lean * part, y - tall * part), (x + wide + lean * part, y - tall * part)],
            (150, 176, 214),
            0.5 + tall * 0.008,
        )
    canvas.line([*corners, corners[0]], (226, 232, 240), 1 + tall * 0.016)
