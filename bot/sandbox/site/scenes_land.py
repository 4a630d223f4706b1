"""Painters of mountains, water and weather."""

import math

from .landscape import SNOW_LIGHT, SNOW_SHADE, clouds, ridges, rough, snow_peaks, sun_sky, winding
from .painting import HEIGHT, WIDTH, Canvas, Colour, Point, mix, wave_line
from .palettes import COLD, DAWN, DAY, DUSK, GOLD, Palette, pick


def mountains(canvas: Canvas) -> None:
    """Layers of ridges fading into haze, sun behind."""
    light = pick(canvas, DAWN, DUSK, GOLD)
    sun_sky(canvas, light)
    ridges(canvas, light, ((380, 190), (460, 170), (545, 150), (640, 130)))


def glacier(canvas: Canvas) -> None:
    """Snow peaks above a tongue of ice that winds down to the viewer."""
    light = pick(canvas, DAY, COLD)
    sun_sky(canvas, light)
    canvas.ridge(360, 170, (mix(light.far, SNOW_LIGHT, 0.5), light.haze))
    snow_peaks(canvas, 450, 230, light)
    canvas.veil(440, 90, light.haze, 0.5)
    left, right = winding(404)
    tongue = [*left, *reversed(right)]
    canvas.shaded(tongue, SNOW_LIGHT, (126, 190, 222))
    for step in range(16):
        y = 452 + step * 17
        left_x, right_x = left[min(30, round((y - 404) / 10.8))][0], right[min(30, round((y - 404) / 10.8))][0]
        half, middle = (right_x - left_x) / 2, (left_x + right_x) / 2
        canvas.line(
            [(middle - half * 0.6, y), (middle, y + 9), (middle + half * 0.6, y - 2)],
            (112, 170, 208),
            1.5 + step * 0.18,
        )
    canvas.shaded(
        rough(canvas, [(0, 430), (180, 470), (330, 545), (400, 640), (420, HEIGHT)], 0),
        mix(light.near, light.far, 0.4),
        light.near,
    )
    canvas.shaded(
        rough(canvas, [(WIDTH, 400), (1090, 450), (960, 535), (905, 640), (890, HEIGHT)], WIDTH),
        mix(light.near, light.far, 0.3),
        light.near,
    )


def snow(canvas: Canvas) -> None:
    """Firs on white hills under falling snow."""
    light = pick(canvas, COLD, DAWN)
    sun_sky(canvas, light)
    snow_peaks(canvas, 430, 240, light)
    canvas.veil(420, 110, light.haze, 0.7)
    for base, size in ((470, 44), (550, 74), (640, 120)):
        hill = wave_line(base, 22, 170 + size, canvas.random.uniform(0, 6))
        canvas.shaded([(0, HEIGHT), *hill, (WIDTH, HEIGHT)], SNOW_LIGHT, mix(SNOW_SHADE, light.haze, 0.3))
        for _ in range(1800 // size):
            x, y = canvas.random.choice(hill)
            _fir(
                canvas,
                x + canvas.random.uniform(-8, 8),
                y + 8,
                size * canvas.random.uniform(0.7, 1.2),
                mix(light.near, light.far, 0.5 - size / 260),
            )
    for _ in range(420):
        canvas.disc(
            canvas.random.uniform(0, WIDTH),
            canvas.random.uniform(0, HEIGHT),
            canvas.random.uniform(0.8, 3.2),
            SNOW_LIGHT,
        )


def dam(canvas: Canvas) -> None:
    """A high dam between two slopes, lit water below."""
    light = pick(canvas, DAWN, DAY, DUSK, GOLD)
    sun_sky(canvas, light)
    snow_peaks(canvas, 330, 190, light)
    canvas.ridge(400, 120, (mix(light.far, light.near, 0.3), light.haze))
    canvas.veil(390, 80, light.haze, 0.6)
    stone = mix((226, 220, 210), light.haze, 0.35)
    canvas.shaded(
        [(0, 372), (WIDTH, 372), (WIDTH, 400), (0, 400)], mix((64, 150, 176), light.haze, 0.3), (40, 110, 150)
    )
    canvas.shaded([(250, 398), (1030, 398), (810, 640), (480, 640)], stone, mix(stone, light.near, 0.6))
    for row in range(1, 12):
        part = row / 12
        left, right, y = 250 + 230 * part, 1030 - 220 * part, 398 + 242 * part
        canvas.line([(left, y), (right, y)], mix(mix(stone, light.near, 0.6 * part), light.near, 0.16), 1.4)
    canvas.box(240, 390, 800, 9, mix(stone, (255, 255, 255), 0.5))
    for x in (560, 640, 720):
        canvas.shaded(
            [(x - 11, 404), (x + 11, 404), (x + 3 + (x - 640) * -0.3, 640), (x - 26 + (x - 640) * -0.3, 640)],
            (255, 255, 255),
            (190, 222, 236),
        )
    canvas.shaded([(478, 636), (812, 636), (930, HEIGHT), (360, HEIGHT)], (150, 206, 222), (34, 96, 128))
    canvas.veil(642, 46, (240, 248, 252), 0.75)
    canvas.shaded(
        rough(canvas, [(0, 300), (140, 350), (300, 404), (410, 530), (500, 660), (400, HEIGHT)], 0),
        mix(light.far, light.near, 0.6),
        light.near,
    )
    canvas.shaded(
        rough(canvas, [(WIDTH, 280), (1150, 340), (985, 404), (880, 530), (790, 660), (900, HEIGHT)], WIDTH),
        mix(light.far, light.near, 0.7),
        light.near,
    )
    for x in range(270, 1020, 50):
        canvas.glow(x, 388, 16, (255, 226, 160), 0.8)


def mudflow(canvas: Canvas) -> None:
    """A brown torrent with boulders coming down a gorge under heavy clouds."""
    light = Palette(
        ((66, 70, 84), (128, 124, 124), (206, 190, 164)),
        (255, 240, 210),
        (138, 128, 120),
        (56, 46, 42),
        (196, 182, 162),
    )
    canvas.sky(*light.sky)
    clouds(canvas, (84, 86, 98), 30)
    ridges(canvas, light, ((350, 160), (430, 120)), sun=False)
    left, right = winding(430)
    canvas.shaded([(0, 520), *wave_line(470, 14, 150, 1.2), (WIDTH, HEIGHT), (0, HEIGHT)], (96, 88, 66), (52, 44, 34))
    canvas.shaded([*left, *reversed(right)], (178, 140, 96), (104, 70, 42))
    west: list[Point] = [(0, 330), (200, 396), (340, 470), (410, 560), (446, 640), (450, HEIGHT)]
    east: list[Point] = [(WIDTH, 310), (1080, 386), (950, 470), (900, 560), (905, 640), (930, HEIGHT)]
    canvas.shaded(rough(canvas, west, 0), (104, 98, 66), (44, 40, 30))
    canvas.shaded(rough(canvas, east, WIDTH), (94, 90, 60), (38, 34, 26))
    for _ in range(110):
        depth = canvas.random.uniform(0.06, 1)
        y = 440 + 270 * depth
        x = 670 + canvas.random.uniform(-1, 1) * (14 + 250 * depth)
        size = 4 + 26 * depth
        canvas.line(
            [(x - size, y - size * 0.5), (x, y), (x + size * 0.4, y + size * 0.5)],
            mix((186, 148, 104), (130, 92, 58), canvas.random.random()),
            1 + 3 * depth,
        )
    for _ in range(26):
        depth = canvas.random.uniform(0.15, 1)
        x, y = 670 + canvas.random.uniform(-1, 1) * (14 + 250 * depth), 440 + 270 * depth
        _boulder(canvas, x, y, 6 + 34 * depth * canvas.random.uniform(0.5, 1))
    for _ in range(200):
        x, y = canvas.random.uniform(0, WIDTH), canvas.random.uniform(0, HEIGHT)
        canvas.line([(x, y), (x - 6, y + 24)], (196, 198, 204), 0.6)


def storm(canvas: Canvas) -> None:
    """A front of dark clouds with light beneath it."""
    light = Palette(
        ((40, 48, 74), (92, 104, 130), (238, 206, 150)), (255, 232, 180), (120, 118, 128), (40, 44, 52), (236, 212, 170)
    )
    canvas.sky(*light.sky)
    canvas.glow(900, 460, 420, (255, 214, 140), 0.8)
    clouds(canvas, (52, 58, 82), 60)
    ridges(canvas, light, ((540, 90), (610, 70)), sun=False)
    for _ in range(260):
        x, y = canvas.random.uniform(-40, 700), canvas.random.uniform(260, 620)
        canvas.line([(x, y), (x - 14, y + 44)], (150, 160, 184), 0.7)
    field = wave_line(640, 8, 200, 2.0)
    canvas.shaded([(0, HEIGHT), *field, (WIDTH, HEIGHT)], (146, 140, 76), (50, 56, 34))


def _fir(canvas: Canvas, x: float, y: float, size: float, colour: Colour) -> None:
    for tier in range(4):
        top, half = y - size + tier * size * 0.2, size * (0.14 + 0.07 * tier)
        canvas.polygon([(x, top), (x - half, top + size * 0.36), (x + half, top + size * 0.36)], colour)
        canvas.polygon(
            [(x, top), (x - half * 0.55, top + size * 0.2), (x + half * 0.12, top + size * 0.14)],
            mix(colour, SNOW_LIGHT, 0.8),
        )


def _boulder(canvas: Canvas, x: float, y: float, size: float) -> None:
    corners = [a / 7 * math.tau + canvas.random.uniform(-0.2, 0.2) for a in range(7)]
    outline = [(x + size * math.cos(a), y + size * 0.68 * math.sin(a)) for a in corners]
    canvas.shaded(outline, (166, 150, 134), (62, 50, 44))
