"""Painters of things seen close: shelves, bowls, vials, a chessboard."""

import math

from .painting import HEIGHT, WIDTH, Canvas, Colour, Point, mix
from .scenes_inside import WOOD, spread


def books(canvas: Canvas) -> None:
    """Shelves of books in lamplight."""
    canvas.sky((70, 44, 34), (38, 22, 20))
    spines: tuple[Colour, ...] = (
        (172, 62, 54),
        (38, 92, 110),
        (216, 168, 88),
        (70, 104, 74),
        (232, 220, 196),
        (92, 62, 104),
        (34, 48, 80),
    )
    for shelf in range(3):
        floor = 226 + shelf * 232
        x = 20.0
        while x < WIDTH - 40:
            wide, tall = canvas.random.uniform(24, 62), canvas.random.uniform(130, 192)
            if canvas.random.random() < 0.07:
                x += wide * 1.4
                continue
            _book(canvas, (x, floor), wide, tall, mix(canvas.random.choice(spines), (40, 24, 20), 0.12))
            x += wide + 3
        canvas.shaded([(0, floor), (WIDTH, floor), (WIDTH, floor + 22), (0, floor + 22)], WOOD[0], WOOD[1])
        canvas.box(0, floor + 22, WIDTH, 10, (28, 16, 14))
    canvas.glow(canvas.random.uniform(360, 920), 200, 640, (255, 206, 130), 0.55)


def museum(canvas: Canvas) -> None:
    """Glazed bowls on plinths, each in its own light."""
    wall = canvas.random.choice(((30, 62, 78), (84, 48, 44), (46, 54, 74)))
    canvas.sky(mix(wall, (0, 0, 0), 0.45), wall)
    canvas.shaded(
        [(0, 600), (WIDTH, 600), (WIDTH, HEIGHT), (0, HEIGHT)],
        mix(wall, (220, 190, 150), 0.35),
        mix(wall, (0, 0, 0), 0.5),
    )
    glazes: tuple[tuple[Colour, Colour], ...] = (
        ((64, 178, 180), (240, 226, 190)),
        ((232, 214, 176), (140, 58, 40)),
        ((58, 110, 176), (236, 232, 220)),
    )
    for index, x in enumerate((240, 640, 1040)):
        canvas.glow(x, 360, 300, (255, 226, 170), 0.6)
        canvas.shaded(
            [(x - 130, 500), (x + 130, 500), (x + 120, 690), (x - 120, 690)],
            (236, 228, 214),
            mix(wall, (236, 228, 214), 0.35),
        )
        canvas.oval(x, 500, 132, 18, (248, 242, 230))
        glaze, line = glazes[(index + canvas.random.randint(0, 2)) % 3]
        if index == 1:
            _jug(canvas, x, 496, glaze, line)
        else:
            _bowl(canvas, x, 496, glaze, line)


def clinic(canvas: Canvas) -> None:
    """Vials, a heartbeat and soft circles of colour."""
    base, accent = canvas.random.choice(
        (((214, 238, 238), (42, 140, 150)), ((226, 232, 248), (72, 102, 190)), ((238, 240, 226), (86, 140, 90)))
    )
    canvas.sky((255, 255, 255), base)
    for _ in range(16):
        canvas.disc(
            canvas.random.uniform(0, WIDTH),
            canvas.random.uniform(0, HEIGHT),
            canvas.random.uniform(50, 150),
            mix(base, accent, canvas.random.uniform(0.04, 0.16)),
        )
    canvas.soften(7)
    beat: list[Point] = [(0, 330)]
    for start in range(120, WIDTH, 330):
        beat += [
            (start, 330),
            (start + 26, 300),
            (start + 50, 330),
            (start + 70, 350),
            (start + 96, 170),
            (start + 124, 440),
            (start + 146, 330),
            (start + 190, 306),
            (start + 220, 330),
        ]
    canvas.line([*beat, (WIDTH, 330)], mix(accent, (255, 255, 255), 0.35), 6)
    canvas.shaded(
        [(0, 620), (WIDTH, 620), (WIDTH, HEIGHT), (0, HEIGHT)], mix(base, accent, 0.4), mix(base, accent, 0.7)
    )
    for index, x in enumerate((250, 400, 550, 730, 880, 1030)):
        _vial(
            canvas,
            x,
            626,
            mix(accent, ((230, 96, 90), (246, 190, 90), (90, 170, 220))[index % 3], 0.55),
            0.25 + 0.6 * canvas.random.random(),
        )


def chess(canvas: Canvas) -> None:
    """A king and pawns on a board that runs into the dark."""
    canvas.sky((18, 22, 34), (52, 46, 50))
    canvas.glow(760, 260, 560, (255, 206, 140), 0.5)
    for row in range(8):
        top, bottom = 420 + 300 * (row / 8) ** 1.6, 420 + 300 * ((row + 1) / 8) ** 1.6
        for column in range(-6, 6):
            colour: Colour = (232, 208, 168) if (row + column) % 2 else (92, 54, 38)
            canvas.polygon(
                [
                    (640 + column * spread(top), top),
                    (640 + (column + 1) * spread(top), top),
                    (640 + (column + 1) * spread(bottom), bottom),
                    (640 + column * spread(bottom), bottom),
                ],
                mix(colour, (18, 16, 22), 0.55 - 0.07 * row),
            )
    for x, y, size in ((360, 480, 0.5), (500, 470, 0.5), (930, 478, 0.52)):
        _piece(canvas, x, y, size, (60, 44, 40), crowned=False)
    _piece(canvas, 420, 640, 0.95, (238, 222, 194), crowned=False)
    _piece(canvas, 800, 670, 1.25, (240, 226, 200), crowned=True)
    canvas.glow(800, 250, 260, (255, 230, 180), 0.4)


def _book(canvas: Canvas, corner: Point, wide: float, tall: float, colour: Colour) -> None:
    x, floor = corner
    canvas.shaded(
        [(x, floor - tall), (x + wide, floor - tall), (x + wide, floor), (x, floor)],
        mix(colour, (255, 255, 255), 0.12),
        mix(colour, (0, 0, 0), 0.28),
    )
    canvas.box(x, floor - tall, wide * 0.16, tall, mix(colour, (255, 255, 255), 0.14))
    gilt = mix(colour, (246, 214, 140), 0.75)
    for part in (0.12, 0.16, 0.84):
        canvas.box(x, floor - tall * (1 - part), wide, 3, gilt)
    if wide > 40:
        canvas.box(x + wide * 0.28, floor - tall * 0.68, wide * 0.44, tall * 0.22, gilt, radius=3)


def _bowl(canvas: Canvas, x: float, base: float, glaze: Colour, line: Colour) -> None:
    outline = [(x + 112 * math.cos(a / 30 * math.pi), base - 92 + 84 * math.sin(a / 30 * math.pi)) for a in range(31)]
    canvas.box(x - 38, base - 14, 76, 16, mix(glaze, (0, 0, 0), 0.4), radius=5)
    canvas.shaded(outline, glaze, mix(glaze, (0, 0, 0), 0.55))
    canvas.oval(x, base - 92, 112, 26, mix(glaze, (255, 255, 255), 0.35))
    canvas.oval(x, base - 90, 100, 20, mix(glaze, (0, 0, 0), 0.25))
    for step in range(12):
        angle = (step + 0.5) / 12 * math.pi
        canvas.disc(x + 92 * math.cos(angle), base - 86 + 40 * math.sin(angle), 7, line)
    canvas.glow(x - 44, base - 62, 44, (255, 255, 255), 0.5)


def _jug(canvas: Canvas, x: float, base: float, glaze: Colour, line: Colour) -> None:
    profile = ((36, 0), (84, 50), (94, 96), (70, 150), (30, 190), (28, 232), (44, 252))
    right = [(x + wide, base - tall) for wide, tall in profile]
    left = [(x - wide, base - tall) for wide, tall in reversed(profile)]
    handle = [(x + 36 + 84 * math.sin(a / 20 * math.pi), base - 236 + 140 * a / 20) for a in range(21)]
    canvas.line(handle, mix(glaze, (0, 0, 0), 0.35), 15)
    canvas.shaded([*right, *left], mix(glaze, (255, 255, 255), 0.2), mix(glaze, (0, 0, 0), 0.5))
    canvas.oval(x, base - 252, 44, 9, mix(glaze, (0, 0, 0), 0.55))
    for row, half in ((70, 84), (122, 78)):
        canvas.line([(x - half, base - row), (x, base - row + 12), (x + half, base - row)], line, 6)
    for step in range(7):
        canvas.disc(x - 66 + step * 22, base - 92, 8, line)
    canvas.glow(x - 40, base - 120, 60, (255, 255, 255), 0.5)


def _vial(canvas: Canvas, x: float, base: float, colour: Colour, fill: float) -> None:
    glass: Colour = (246, 252, 253)
    canvas.oval(x, base + 4, 56, 10, mix(colour, (60, 90, 100), 0.5))
    canvas.box(x - 48, base - 170, 96, 172, glass, radius=16)
    level = 30 + 110 * fill
    canvas.box(x - 42, base - level, 84, level - 4, colour, radius=12)
    canvas.box(x - 42, base - level, 84, 8, mix(colour, (255, 255, 255), 0.4), radius=4)
    canvas.box(x - 28, base - 200, 56, 34, glass, radius=4)
    canvas.box(x - 34, base - 226, 68, 32, mix(colour, (50, 60, 80), 0.5), radius=7)
    canvas.box(x - 38, base - 160, 9, 140, (255, 255, 255), radius=4)


def _piece(canvas: Canvas, x: float, base: float, size: float, colour: Colour, *, crowned: bool) -> None:
    """A turned chessman: a pawn, or a king when crowned."""
    tall = 330 if crowned else 190
    head: list[Point] = [(50, tall * 0.96), (20, tall)] if crowned else [(10, tall * 0.76)]
    profile: list[Point] = [
        (78, 0),
        (80, 18),
        (60, 34),
        (34, 66),
        (26, tall * 0.62),
        (52, tall * 0.68),
        (26, tall * 0.73),
    ]
    profile += head
    canvas.oval(x, base + 4, 96 * size, 20 * size, (16, 14, 18))
    right = [(x + wide * size, base - high * size) for wide, high in profile]
    left = [(x - wide * size, base - high * size) for wide, high in reversed(profile)]
    canvas.shaded([*right, *left], mix(colour, (255, 255, 255), 0.2), mix(colour, (40, 20, 16), 0.55))
    canvas.polygon(
        [(x - wide * size * 0.2, base - high * size) for wide, high in profile] + left,
        mix(colour, (60, 30, 20), 0.35),
    )
    if crowned:
        canvas.box(x - 7 * size, base - (tall + 56) * size, 14 * size, 60 * size, colour, radius=3)
        canvas.box(x - 24 * size, base - (tall + 42) * size, 48 * size, 14 * size, colour, radius=3)
    else:
        canvas.disc(x, base - (tall * 0.9) * size, 46 * size, colour)
        canvas.disc(x - 12 * size, base - (tall * 0.95) * size, 14 * size, mix(colour, (255, 255, 255), 0.5))
