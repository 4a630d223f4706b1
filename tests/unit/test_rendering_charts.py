"""Charts: PNG of a phone's width in both themes, whatever the names and numbers are, with colours that can be read."""

import struct
from itertools import product

import pytest

from bot.rendering.charts import COLOURS, DPI, MAX_CURVES, WIDTH, Chart, Colours, Curve, Theme
from bot.rendering.drawing import draw

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
    assert height < width
    assert draw(chart(*NAMES), theme) == draw(chart(*NAMES), theme)


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
