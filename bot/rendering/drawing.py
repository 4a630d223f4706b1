"""Charts as PNG. Only worker processes import this: matplotlib is heavy, and its pictures take a tenth of a second."""

import io
from collections.abc import Callable, Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from bot.rendering.charts import (
    COLOURS,
    DPI,
    EDGE,
    GAP,
    MARGIN,
    MAX_CURVES,
    NAME_SIZE,
    ROW,
    SMALL_SIZE,
    WIDTH,
    Chart,
    Colours,
    Curve,
    Theme,
)

_POINT = 1 / 72  # inches
_LINE = 1.25  # of the size of its letters
# Of a row's height what a curve has for itself, under the name and the number of the highest day.
_CURVE = 1 - _LINE * (NAME_SIZE + SMALL_SIZE) * _POINT / ROW
_BETWEEN = 0.03  # of a row's width, at least, between a name and what is said of it
_LEAST_NAME = 4  # characters of it that stand, however much is said


def load_tasks() -> Mapping[str, Callable[..., object]]:
    """The tasks by name."""
    return {"draw": draw}


def draw(chart: Chart, theme: Theme) -> bytes:
    """The picture, at most MAX_CURVES rows high. ValueError for a chart without a curve, or a curve without days."""
    curves = chart.curves[:MAX_CURVES]
    if not curves or not all(curve.counts for curve in curves):
        raise ValueError("a chart has at least one curve, and a curve at least one day")
    colours = COLOURS[theme]
    height = EDGE + (ROW + GAP) * len(curves) - GAP + MARGIN
    figure = Figure(figsize=(WIDTH, height), dpi=DPI, facecolor=colours.ground)
    FigureCanvasAgg(figure)
    figure.subplots_adjust(left=0.04, right=0.96, top=1 - EDGE / height, bottom=MARGIN / height, hspace=GAP / ROW)
    rows = figure.subplots(len(curves), 1, squeeze=False)
    for (axes,), curve in zip(rows, curves, strict=True):
        _row(axes, curve, colours)
    _name_ends(rows[-1][0], chart, colours)
    picture = io.BytesIO()
    figure.savefig(picture, format="png", facecolor=colours.ground)
    return picture.getvalue()


def _row(axes: Axes, curve: Curve, colours: Colours) -> None:
    """A name over its curve, today's dot and what is said of it; the highest day's number on a line of its own."""
    days, highest = range(len(curve.counts)), max(curve.counts)
    axes.set_facecolor(colours.ground)
    axes.fill_between(days, curve.counts, color=colours.curve, alpha=0.18, linewidth=0)
    axes.plot(days, curve.counts, color=colours.curve, linewidth=3, solid_capstyle="round")
    axes.plot(days[-1], curve.counts[-1], "o", color=colours.curve, markersize=9, clip_on=False)
    axes.set_ylim(0, max(highest, 1) / _CURVE)
    axes.set_xlim(-0.3, len(curve.counts) - 0.7)
    if highest:
        axes.axhline(highest, color=colours.faint, linewidth=1, linestyle=(0, (2, 4)))
        _write(axes, (0, _CURVE + 0.025), str(highest), colours.faint, size=SMALL_SIZE, va="bottom")
    said = _write(axes, (1, 1), curve.said, colours.curve, ha="right", fontweight="bold")
    room = 1 - _BETWEEN - _width(axes, said)
    _fit(axes, _write(axes, (0, 1), curve.name, colours.ink, fontweight="bold"), room)
    axes.set_xticks([])
    axes.set_yticks([])
    for side, spine in axes.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_color(colours.faint)


def _write(
    axes: Axes, at: tuple[float, float], text: str, colour: str, *, size: float = NAME_SIZE, **more: str
) -> Text:
    """A line of text; places are shares of the row, and names are no formulas."""
    style: dict[str, Any] = {"ha": "left", "va": "top", "color": colour, **more}
    return axes.text(*at, text, transform=axes.transAxes, fontsize=size, parse_math=False, **style)


def _width(axes: Axes, text: Text) -> float:
    """Its width as a share of the row's."""
    return float(text.get_window_extent().width / axes.get_window_extent().width)


def _fit(axes: Axes, text: Text, room: float) -> None:
    """Cut a text that is too wide."""
    name = text.get_text()
    while _width(axes, text) > room and len(name) > _LEAST_NAME:
        name = name[: min(int(len(name) * room / _width(axes, text)), len(name) - 1)].rstrip()
        text.set_text(f"{name}…")


def _name_ends(axes: Axes, chart: Chart, colours: Colours) -> None:
    """The first and the last day under the lowest curve."""
    below = -0.07
    _write(axes, (0, below), chart.first, colours.faint, size=SMALL_SIZE)
    _write(axes, (1, below), chart.last, colours.faint, size=SMALL_SIZE, ha="right")
