"""Tables of a landscape and of the chains on its minima: basins, generators, hops, shares of time."""

from __future__ import annotations

import heavysgd as hs
from IPython.display import Markdown

from companion.rules import Measured
from companion.tables.markdown import markdown_table, number


def basin_table(f: hs.Landscape, b: float | None) -> Markdown:
    """Position, curvature, width, jump number and largest stable learning rate of every minimum."""
    jumps, bends = hs.theory.jump_numbers(f, b), f.curvature(f.minima)
    rows = [
        [f"$m_{i + 1}$", f"{m:.6f}", f"{bend:.4g}", f"{width:.4f}", jump, f"{2 / bend:.2g}"]
        for i, (m, bend, width, jump) in enumerate(zip(f.minima, bends, f.widths, jumps))
    ]
    head = ["minimum", "position", "$f''$", "width $r_i$", "$l^*_i$", "gradient descent stable below $\\eta$ ="]
    return Markdown(markdown_table(head, rows))


def jump_number_table(names: list[str], thresholds, rows) -> Markdown:
    """Jump numbers of the basins, one row a threshold."""
    body = [[f"{b:g}", *(str(jumps) for jumps in row)] for b, row in zip(thresholds, rows)]
    return Markdown(markdown_table(["$b$", *names], body))


def generator_table(chain: hs.theory.LimitChain) -> Markdown:
    """Q of a limit chain: rows and columns are widest minima; killing rates where there are any."""
    names = [f"$m_{state + 1}$" for state in chain.states]
    killed = chain.killing.any()
    rows = [
        [name, *(number(float(rate)) for rate in rates), *([number(float(kill))] if killed else [])]
        for name, rates, kill in zip(names, chain.generator, chain.killing)
    ]
    return Markdown(markdown_table(["$Q$", *(f"to {name}" for name in names), *(["killed"] if killed else [])], rows))


def hop_table(counted: dict[float, object], expected) -> Markdown:
    """Hops by the distance at which they count, for the pairs of minima that neighbour each other, and the expectation."""
    pairs = [(i, j) for i, j in zip(*expected.nonzero())]
    rows = [
        [f"within {distance:g}" if distance < float("inf") else "every crossing"]
        + [number(int(table[pair])) for pair in pairs]
        for distance, table in counted.items()
    ]
    rows.append(["finite rates", *(number(float(expected[pair])) for pair in pairs)])
    return Markdown(markdown_table(["hops", *(f"$m_{i + 1} \\to m_{j + 1}$" for i, j in pairs)], rows))


def share_table(studies: dict) -> Markdown:
    """Shares of time in sharp basins by tail index and learning rate, measured and predicted."""
    rows = []
    for alpha, study in studies.items():
        for eta, value, stderr, expected in zip(study.etas, study.values, study.stderrs, study.predicted):
            low, high = Measured(value, stderr).interval()
            row = [f"{alpha:g}", number(float(eta)), number(float(expected)), number(float(value))]
            rows.append([*row, f"{number(float(low))} … {number(float(high))}", f"{value / expected:.2f}"])
    head = ["$\\alpha$", "$\\eta$", "predicted share", "measured", "95 % interval", "measured / predicted"]
    return Markdown(markdown_table(head, rows))
