"""What outdoor scenes share: the sun, ridges in haze, snow peaks, clouds, hillsides, streams."""

import math
from itertools import pairwise

from .painting import HEIGHT, WIDTH, Canvas, Colour, Point, mix
from .palettes import Palette

SNOW_LIGHT: Colour = (246, 250, 255)
SNOW_SHADE: Colour = (150, 176, 212)


def sun_sky(canvas: Canvas, light: Palette, height: float = 270) -> None:
    """The hour's sky with the sun somewhere at that height."""
    canvas.sky(*light.sky, light.haze)
    x = canvas.random.uniform(250, 1030)
    canvas.glow(x, height, 420, light.sun, 0.75)
    canvas.glow(x, height, 90, light.sun, 1)


def ridges(canvas: Canvas, light: Palette, chain: tuple[tuple[float, float], ...], *, sun: bool = True) -> None:
    """Mountain chains from the farthest to the nearest, each darker than the one behind it."""
    for index, (base, height) in enumerate(chain):
        part = (index + 1) / len(chain)
        colour = mix(light.far, light.near, part if sun else part * 0.6)
        canvas.ridge(base, height, (colour, mix(colour, light.haze, 0.65 - 0.3 * part)), rough=0.52)
        if index < len(chain) - 1:
            canvas.veil(base + 10, 70, light.haze, 0.35)


def snow_peaks(canvas: Canvas, base: float, height: float, light: Palette) -> None:
    """A white chain; rock shows on the shaded flanks, the more the lower."""
    rock = mix(mix(light.far, light.near, 0.3), SNOW_SHADE, 0.45)
    crest = canvas.ridge(base, height, (mix(SNOW_LIGHT, light.sun, 0.35), mix(SNOW_SHADE, light.haze, 0.4)), rough=0.55)
    for index in range(4, len(crest) - 4, 3):
        (x, y), ahead, behind = crest[index], crest[index + 4][1], crest[index - 4][1]
        if behind > ahead:
            continue
        drop = max(10.0, (base - y) * canvas.random.uniform(0.5, 0.95))
        lean = canvas.random.uniform(0.5, 0.9)
        flank = [
            (x, y + 2),
            (x + drop * 0.2, y + drop * 0.2),
            (x + drop * lean * 0.8, y + drop),
            (x + drop * lean * 0.35, y + drop * 0.72),
        ]
        canvas.shaded(flank, mix(rock, SNOW_SHADE, 0.35), mix(rock, light.haze, 0.55))


def clouds(canvas: Canvas, colour: Colour, count: int) -> None:
    for _ in range(count):
        x, y = canvas.random.uniform(-80, WIDTH + 80), canvas.random.uniform(-40, 190)
        radius = canvas.random.uniform(60, 150)
        canvas.oval(x, y, radius * 1.7, radius * 0.6, mix(colour, (170, 170, 180), canvas.random.uniform(0, 0.35)))
    canvas.soften(14)


def winding(top: float) -> tuple[list[Point], list[Point]]:
    """The two banks of a stream that comes down from (700, top) and widens towards the viewer."""
    steps = range(31)
    fall = (HEIGHT + 8 - top) / 30
    left = [(690 - 26 * math.sin(step / 7) - step**1.9 * 0.42, top + step * fall) for step in steps]
    right = [(716 - 40 * math.sin(step / 7) + step**1.72 * 0.7, top + step * fall) for step in steps]
    return left, right


def rough(canvas: Canvas, slope: list[Point], edge: float) -> list[Point]:
    """A hillside from the picture's edge along the slope, with the small unevenness of earth."""
    points: list[Point] = [(edge, HEIGHT)]
    for (x1, y1), (x2, y2) in pairwise(slope):
        for step in range(12):
            x, y = x1 + (x2 - x1) * step / 12, y1 + (y2 - y1) * step / 12
            points.append((x, y + canvas.random.uniform(-4, 4)))
    return [*points, slope[-1]]
