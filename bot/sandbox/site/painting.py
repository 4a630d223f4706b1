"""Strokes the scenes share: skies, ridges, glow, mist. Everything is seeded, so a picture never changes.

Coordinates are pixels of the canvas (1280x720); colours are (r, g, b).
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

WIDTH, HEIGHT = 1280, 720
SCALE = 2
"""The canvas is painted this much larger and reduced at the end: smooth edges without an anti-aliased brush."""

Colour = tuple[int, int, int]
Point = tuple[float, float]


class Canvas:
    """An image under work, in the picture's own coordinates whatever the scale."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.random = Random(seed)  # noqa: S311 - art, not secrets
        self.image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE))
        self.draw = ImageDraw.Draw(self.image)

    @property
    def is_mirrored(self) -> bool:
        """Whether `finish` turns left into right."""
        return self.seed // 10 % 2 == 1

    def sky(self, *stops: Colour) -> None:
        """A vertical gradient over the whole canvas through the stops, top to bottom."""
        self.image.paste(gradient(self.image.size, stops))

    def polygon(self, points: Sequence[Point], colour: Colour) -> None:
        self.draw.polygon([(x * SCALE, y * SCALE) for x, y in points], fill=colour)

    def shaded(self, points: Sequence[Point], top: Colour, bottom: Colour) -> None:
        """A polygon filled with a vertical gradient from its highest to its lowest point."""
        mask = Image.new("L", self.image.size)
        ImageDraw.Draw(mask).polygon([(x * SCALE, y * SCALE) for x, y in points], fill=255)
        self._fill(mask, top, bottom)

    def line(self, points: Sequence[Point], colour: Colour, width: float) -> None:
        self.draw.line(
            [(x * SCALE, y * SCALE) for x, y in points], fill=colour, width=round(width * SCALE), joint="curve"
        )

    def disc(self, x: float, y: float, radius: float, colour: Colour) -> None:
        self.oval(x, y, radius, radius, colour)

    def oval(self, x: float, y: float, rx: float, ry: float, colour: Colour) -> None:
        box = ((x - rx) * SCALE, (y - ry) * SCALE, (x + rx) * SCALE, (y + ry) * SCALE)
        self.draw.ellipse(box, fill=colour)

    def box(self, x: float, y: float, width: float, height: float, colour: Colour, *, radius: float = 0) -> None:
        corners = (x * SCALE, y * SCALE, (x + width) * SCALE, (y + height) * SCALE)
        self.draw.rounded_rectangle(corners, radius * SCALE, fill=colour)

    def glow(self, x: float, y: float, radius: float, colour: Colour, strength: float = 0.8) -> None:
        """Light added around a point, fading to nothing at the radius."""
        side = round(radius * 2 * SCALE)
        light = Image.radial_gradient("L").point(
            [round(max(0, 1 - value / 180) ** 2 * 255 * strength) for value in range(256)]
        )
        light = light.resize((side, side), Image.Resampling.BICUBIC)
        corner = (round((x - radius) * SCALE), round((y - radius) * SCALE))
        below = self.image.crop((*corner, corner[0] + side, corner[1] + side))
        tinted = Image.merge("RGB", [light.point([round(v * part / 255) for v in range(256)]) for part in colour])
        self.image.paste(ImageChops.screen(below, tinted), corner)

    def veil(self, y: float, depth: float, colour: Colour, strength: float = 0.6) -> None:
        """Mist lying across the picture, thickest at y and gone at a distance of depth."""
        rows = [max(0.0, 1 - abs(row - y) / depth) for row in range(HEIGHT)]
        mask = Image.new("L", (1, HEIGHT))
        mask.putdata([round(255 * strength * math.sin(part * math.pi / 2) ** 2) for part in rows])
        self.image.paste(colour, mask=mask.resize(self.image.size))

    def soften(self, radius: float) -> None:
        self._replace(self.image.filter(ImageFilter.GaussianBlur(radius * SCALE)))

    def finish(self) -> Image.Image:
        """The picture in its final size with darker corners; every second one is mirrored, for variety."""
        small = self.image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
        edge = (
            Image.radial_gradient("L")
            .resize((WIDTH, HEIGHT))
            .point([round(max(0, v - 110) * 0.55) for v in range(256)])
        )
        if self.is_mirrored:
            small = small.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        return Image.composite(Image.new("RGB", small.size, (8, 10, 24)), small, edge)

    def ridge(self, base: float, height: float, colours: tuple[Colour, Colour], *, rough: float = 0.5) -> list[Point]:
        """A mountain chain across the canvas; its crest line is returned for what stands on it."""
        crest = ridge_line(self.random, base, height, rough)
        self.shaded([(0, HEIGHT), *crest, (WIDTH, HEIGHT)], *colours)
        return crest

    def _fill(self, mask: Image.Image, top: Colour, bottom: Colour) -> None:
        bounds = mask.getbbox()
        if bounds is None:
            return
        left, upper, right, lower = bounds
        paint = gradient((right - left, lower - upper), (top, bottom))
        self.image.paste(paint, (left, upper), mask.crop(bounds))

    def _replace(self, image: Image.Image) -> None:
        self.image = image
        self.draw = ImageDraw.Draw(self.image)


def gradient(size: tuple[int, int], stops: tuple[Colour, ...]) -> Image.Image:
    """A vertical gradient through evenly spaced colours."""
    steps = 256
    column = Image.new("RGB", (1, steps))
    pixels = []
    for row in range(steps):
        place = row / (steps - 1) * (len(stops) - 1)
        index = min(int(place), len(stops) - 2)
        pixels.append(mix(stops[index], stops[index + 1], place - index))
    column.putdata(pixels)
    return column.resize(size, Image.Resampling.BICUBIC)


def mix(first: Colour, second: Colour, part: float) -> Colour:
    """The colour `part` (0 to 1) of the way from the first to the second."""
    red, green, blue = (round(a + (b - a) * part) for a, b in zip(first, second, strict=True))
    return red, green, blue


def ridge_line(random: Random, base: float, height: float, rough: float) -> list[Point]:
    """Midpoint displacement from edge to edge: peaks up to about `height` above `base`."""
    ys = [base - height * random.uniform(0.1, 0.6) for _ in range(5)]
    ys[random.choice((1, 1, 2, 3, 3))] = base - height
    spread = height * 0.28
    while len(ys) < 257:
        middles = [(a + b) / 2 + random.uniform(-spread, spread) for a, b in pairwise(ys)]
        ys = [y for pair in zip(ys, middles, strict=False) for y in pair] + [ys[-1]]
        spread *= rough
    return [(WIDTH * index / (len(ys) - 1), y) for index, y in enumerate(ys)]


def wave_line(base: float, height: float, length: float, phase: float) -> list[Point]:
    """A smooth hill line from edge to edge."""
    return [
        (x, base + height * math.sin(x / length + phase) + height * 0.4 * math.sin(x / length * 2.3 + phase * 2))
        for x in range(0, WIDTH + 16, 16)
    ]
