"""Charts as PNG. Only worker processes import this: matplotlib is heavy, and its pictures take a tenth of a second."""

import io
from collections.abc import Callable, Mapping

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from bot.rendering.charts import COLOURS, DPI, MARGIN, MAX_CURVES, ROW, WIDTH, Chart, Colours, Curve, Theme

_HEADROOM = 1.25  # of the highest day, so that no curve touches the name above it
_MAX_NAME = 34  # characters beside which «12 · ×4» still fits


def load_tasks() -> Mapping[str, Callable[..., object]]:
    """The tasks by name."""
    return {"draw": draw}


def draw(chart: Chart, theme: Theme) -> bytes:
    """The picture, at most MAX_CURVES rows high. ValueError for a chart without a curve, or a curve without days."""
    curves = chart.curves[:MAX_CURVES]
    if not curves or not all(curve.counts for curve in curves):
        raise ValueError("a chart has at least one curve, and a curve at least one day")
    colours = COLOURS[theme]
    figure = Figure(figsize=(WIDTH, ROW * len(curves) + MARGIN), dpi=DPI, facecolor=colours.ground)
    FigureCanvasAgg(figure)
    figure.subplots_adjust(left=0.05, right=0.95, top=0.97, bottom=0.34 / figure.get_figheight(), hspace=0.15)
    rows = figure.subplots(len(curves), 1, squeeze=False)
    for (axes,), curve in zip(rows, curves, strict=True):
        _row(axes, curve, colours)
    _name_ends(rows[-1][0], chart, colours)
    picture = io.BytesIO()
    figure.savefig(picture, format="png", facecolor=colours.ground)
    return picture.getvalue()


def _row(axes: Axes, curve: Curve, colours: Colours) -> None:
    """A name over its curve, today's dot and what is said of it."""
    days = range(len(curve.counts))
    axes.set_facecolor(colours.ground)
    axes.fill_between(days, curve.counts, color=colours.curve, alpha=0.18, linewidth=0)
    axes.plot(days, curve.counts, color=colours.curve, linewidth=2.2, solid_capstyle="round")
    axes.plot(days[-1], curve.counts[-1], "o", color=colours.curve, markersize=6, clip_on=False)
    axes.set_ylim(0, max(*curve.counts, 1) * _HEADROOM * 1.35)
    axes.set_xlim(-0.3, len(curve.counts) - 0.7)
    name = curve.name if len(curve.name) <= _MAX_NAME else f"{curve.name[: _MAX_NAME - 1].rstrip()}…"
    _say(axes, 0.0, name, "left", colours.ink)
    _say(axes, 1.0, curve.said, "right", colours.curve)
    axes.set_xticks([])
    axes.set_yticks([])
    for side, spine in axes.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_color(colours.faint)


def _say(axes: Axes, at: float, text: str, side: str, colour: str) -> None:
    axes.text(
        at, 0.98, text, transform=axes.transAxes, ha=side, va="top", fontsize=11.5, fontweight="bold", color=colour,
        parse_math=False,
    )  # fmt: skip


def _name_ends(axes: Axes, chart: Chart, colours: Colours) -> None:
    """The first and the last day under the lowest curve."""
    for at, text, side in ((0.0, chart.first, "left"), (1.0, chart.last, "right")):
        axes.text(at, -0.12, text, transform=axes.transAxes, ha=side, va="top", fontsize=9.5, color=colours.faint)
