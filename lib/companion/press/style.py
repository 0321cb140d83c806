"""The look of every figure: one palette, one size, legible on light and dark pages."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
from cycler import cycler
from matplotlib import ticker
from matplotlib.axis import Axis
from matplotlib.colors import to_rgb

# Okabe and Ito's palette, safe for colour-blind readers. One meaning per colour through the whole book.
JUMP_COLOURS = {1: "#D55E00", 2: "#0072B2", 3: "#009E73", 4: "#CC79A7", 5: "#E69F00"}  # by jump number
WIDE, SHARP = "#0072B2", "#D55E00"
HEAVY, LIGHT = "#0072B2", "#E69F00"
THEORY = "#4D4D4D"
LANDSCAPE = "#6E6E6E"
PAPER = "#FCFCFA"  # the ground of a figure, on dark pages too


_EQUAL = 0.179  # the relative luminance on which black and white are as easy to read: (L + 0.05)^2 = 1.05 * 0.05


def ink_on(ground) -> str:
    """Black or white, whichever has the greater contrast on a colour, by the relative luminance of WCAG 2."""
    channels = np.array(to_rgb(ground))
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return "black" if np.dot([0.2126, 0.7152, 0.0722], linear) > _EQUAL else "white"


def use_house_style() -> None:
    """Sets Matplotlib's defaults for a chapter: vector output on an opaque pale ground, so dark pages stay readable."""
    from matplotlib_inline.backend_inline import set_matplotlib_formats

    set_matplotlib_formats("svg")
    mpl.rcParams.update(
        {
            "figure.figsize": (7.2, 4.0),
            "figure.facecolor": PAPER,
            "savefig.facecolor": PAPER,
            "axes.facecolor": PAPER,
            "figure.constrained_layout.use": True,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": True,
            "axes.axisbelow": True,
            "grid.color": "#E3E3E0",
            "grid.linewidth": 0.6,
            "font.size": 11,
            "axes.titlesize": 11,
            "legend.frameon": False,
            "lines.linewidth": 1.6,
            "lines.markersize": 5,
            "svg.hashsalt": "book",
            "axes.prop_cycle": cycler(color=[*JUMP_COLOURS.values(), THEORY]),
        }
    )


def plain_log(axis: Axis) -> None:
    """A logarithmic axis with ticks at 1, 2, 5 and numbers written out: for ranges of a decade or two."""
    axis.set_major_locator(ticker.LogLocator(subs=(1, 2, 5)))
    axis.set_major_formatter(ticker.FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(ticker.NullFormatter())
