"""Charts: PNG of a phone's width in both themes, whatever the names and numbers are, with colours that can be read."""

import io
import struct
from collections.abc import Iterator, Sequence
from itertools import product
from typing import TypeVar

import pytest
from PIL import Image

from bot.rendering.charts import COLOURS, DPI, MAX_CURVES, WIDTH, Chart, Colours, Curve, Theme
from bot.rendering.drawing import draw

T = TypeVar("T")
NAMES = ("Рогун", "Созмони Аҳдномаи амнияти дастаҷамъӣ бо номи бисёр дароз", "$x_1^2$ <b>&amp;</b>", "Хуҷанд 🏔")


def chart(*names: str, days: int = 15) -> Chart:
    return Chart(tuple(Curve(name, tuple(range(days)), "14 · ×5") for name in names), "8 ноября", "сегодня")


def size(picture: bytes) -> tuple[int, int]:
    """Width and height from the header of a PNG (RFC 2083, 11.2.2)."""
    assert picture.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", picture[16:24])
    return width, height


@pytest.mark.filterwarnings("ignore:Glyph .* missing from font:UserWarning")
@pytest.mark.parametrize("theme", Theme)
def test_a_chart_of_any_names_is_as_wide_as_a_phone(theme: Theme) -> None:
    width, height = size(draw(chart(*NAMES), theme))
    assert width == WIDTH * DPI
    assert height < 1.5 * width
    assert draw(chart(*NAMES), theme) == draw(chart(*NAMES), theme)


def batched(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def letters(picture: Image.Image, colour: str, box: tuple[int, int, int, int]) -> int:
    """How many rows of a part of a picture have nearly this colour: the height of capitals written in it."""
    wanted = [int(colour[start : start + 2], 16) for start in (1, 3, 5)]
    part = picture.crop(box)
    pixels = batched(part.tobytes(), 3)
    near = [all(abs(a - b) < 60 for a, b in zip(pixel, wanted, strict=True)) for pixel in pixels]
    return sum(any(row) for row in batched(near, part.width))


@pytest.mark.parametrize("theme", Theme)
def test_letters_can_be_read_on_a_screen_420_pixels_wide(theme: Theme) -> None:
    """Capitals are 0.73 of a letter's size: 12 pixels are of 17, 10 of 14."""
    drawn = draw(Chart((Curve("НОРАК", (8, 1, 1, 1, 1, 1, 1, 2), "2"),), "8 МАЯ", "МАЯ"), theme)
    whole = Image.open(io.BytesIO(drawn)).convert("RGB")
    picture = whole.resize((420, round(whole.height * 420 / whole.width)), Image.Resampling.LANCZOS)
    colours, height = COLOURS[theme], picture.height
    assert letters(picture, colours.ink, (0, 0, 200, height)) >= 12
    assert letters(picture, colours.curve, (390, 0, 420, 30)) >= 12
    assert letters(picture, colours.faint, (0, height - 30, 100, height)) >= 10
    assert letters(picture, colours.faint, (0, 28, 30, 49)) >= 10  # the highest day's number


def test_a_name_leaves_room_for_what_is_said_of_it() -> None:
    """However wide its letters are, a strip before what is said has nothing of the name."""
    drawn = draw(Chart((Curve("Щ" * 90, (1, 2, 3), "100000 · впервые"),), "", ""), Theme.LIGHT)
    picture = Image.open(io.BytesIO(drawn)).convert("RGB")
    inked = [letters(picture, COLOURS[Theme.LIGHT].ink, (x, 0, x + 1, 70)) > 0 for x in range(picture.width)]
    blue = [letters(picture, COLOURS[Theme.LIGHT].curve, (x, 0, x + 1, 70)) > 0 for x in range(picture.width)]
    assert max(x for x, is_inked in enumerate(inked) if is_inked) < min(x for x, is_blue in enumerate(blue) if is_blue)


def test_no_more_curves_than_fit() -> None:
    assert size(draw(chart(*["Рогун"] * 40), Theme.LIGHT)) == size(draw(chart(*["Рогун"] * MAX_CURVES), Theme.LIGHT))


def test_a_day_alone_and_days_without_mentions() -> None:
    draw(chart("Рогун", days=1), Theme.LIGHT)
    draw(Chart((Curve("Рогун", (0, 0, 0), "0"),), "1 ноября", "сегодня"), Theme.DARK)


@pytest.mark.parametrize("empty", [Chart((), "", ""), Chart((Curve("Рогун", (), ""),), "", "")])
def test_nothing_to_draw_is_refused(empty: Chart) -> None:
    with pytest.raises(ValueError, match="at least one"):
        draw(empty, Theme.LIGHT)


def luminance(colour: str) -> float:
    """WCAG 2's relative luminance of #rrggbb."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(("theme", "name"), list(product(Theme, ("ink", "faint", "curve"))))
def test_letters_stand_out_from_the_ground(theme: Theme, name: str) -> None:
    colours: Colours = COLOURS[theme]
    darker, lighter = sorted((luminance(colours.ground), luminance(getattr(colours, name))))
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5
