"""Table of a landscape's basins."""

from __future__ import annotations

import heavysgd as hs
from IPython.display import Markdown

from companion.press.markdown import markdown_table


def basin_table(f: hs.Landscape, b: float | None) -> Markdown:
    """Position, curvature, width, jump number and largest stable learning rate of every minimum."""
    jumps, bends = hs.theory.jump_numbers(f, b), f.curvature(f.minima)
    rows = [
        [f"$m_{i + 1}$", f"{m:.6f}", f"{bend:.4g}", f"{width:.4f}", jump, f"{2 / bend:.2g}"]
        for i, (m, bend, width, jump) in enumerate(zip(f.minima, bends, f.widths, jumps))
    ]
    head = ["minimum", "position", "$f''$", "width $r_i$", "$l^*_i$", "gradient descent stable below $\\eta$ ="]
    return Markdown(markdown_table(head, rows))
