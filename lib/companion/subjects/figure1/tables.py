"""Tables beside the paper's Figure 1: what it reports, what we find, what is expected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from IPython.display import Markdown

from companion.ledger.digits import number, rounded
from companion.press.markdown import markdown_table
from companion.subjects.common.figures import threshold_label
from companion.subjects.figure1.dots import Dots
from companion.subjects.figure1.scores import agreement, exponents, level
from companion.subjects.figure1.study import Expected, Paths


def share_table(cases: Mapping[str, tuple[Paths, Expected, Sequence[float]]], size: int) -> Markdown:
    """Shares of time by basin: reported for sets of `size` paths, ours for the first such set and for all paths, exact."""
    rows = []
    for name, (paths, exact, reported) in cases.items():
        found: dict[str, Sequence[float] | np.ndarray] = {f"reported, {size} paths": reported}
        for few in (paths.first(size), paths):
            found[f"ours, {len(few.positions)} paths"] = few.by_path.mean(axis=0)
        found |= {f"exact, {n / 1e6:g} million steps": share for n, share in zip(exact.n_steps, exact.share)}
        found["exact, long run"] = exact.stationary
        rows += [[name, what, *(f"{share:.4f}" for share in shares)] for what, shares in found.items()]
    head = ["case", "share of time", *(f"$\\Omega_{i + 1}$" for i in range(exact.stationary.size))]
    return Markdown(markdown_table(head, rows))


def dot_table(reported: Sequence[Dots], own: Sequence[Dots], other: Sequence[Dots], confidence: float = 0.95) -> Markdown:
    """Every dot beside ours, the exact mean with the interval in which chance leaves a dot, and that of another reading.

    `other` are the reported dots beside the exact means of the other reading.
    """
    rows = []
    for dots, mine, second in zip(reported, own, other):
        ours = dict(zip(mine.etas, mine.means))
        first, last = _fits(dots, confidence), _fits(second, confidence)
        for k, (eta, (low, high)) in enumerate(zip(dots.etas, dots.intervals(confidence))):
            row = [threshold_label(dots.b), number(float(eta)), _steps(dots.means[k]) + ("*" if dots.hollow[k] else "")]
            row += [_steps(ours[eta], 3) if eta in ours else "–", _steps(dots.expected[k], 4)]
            rows.append([*row, f"{_steps(low)} … {_steps(high)}", first[k], _steps(second.expected[k], 4), last[k]])
    interval = f"{100 * confidence:g} % of dots"
    head = ["threshold", "$\\eta$", "reported", "ours", "exact, Lomax", interval, "fits?", "exact, Pareto", "fits?"]
    return Markdown(markdown_table(head, rows))


def _steps(value: float, digits: int = 2) -> str:
    return rounded(float(value), digits)


def _fits(dots: Dots, confidence: float) -> list[str]:
    low, high = dots.intervals(confidence).T
    return ["yes" if inside else "no" for inside in (low <= dots.means) & (dots.means <= high)]


def readings_table(cases: dict[str, Sequence[Dots]]) -> Markdown:
    """All dots of a figure against exact means: how many lie outside their 95 % intervals, p-value, level."""
    rows = []
    for name, found in cases.items():
        outside = sum(_fits(dots, 0.95).count("no") for dots in found)
        size = sum(dots.etas.size for dots in found)
        ratio = float(np.mean(np.concatenate([dots.ratios for dots in found])))
        row = [name, f"{outside} of {size}", number(agreement(found).value, 2), f"{ratio:.2f}", f"{level(found):+.1f}"]
        rows.append(row)
    head = ["dots and means", "outside 95 %", "p-value of all", "mean ratio to the exact mean", "level, in standard errors"]
    return Markdown(markdown_table(head, rows))


def exponent_table(reported: Sequence[Dots], own: Sequence[Dots], betas: Sequence[float]) -> Markdown:
    """Slopes of the solid dots with their standard errors, the paper's and ours, and of the exact means at the paper's."""
    rows = []
    for dots, mine, beta in zip(reported, own, betas):
        cells = [_slope(dots), _slope(mine), _slope(dots._replace(means=dots.expected)).partition(" ±")[0]]
        rows.append([threshold_label(dots.b), f"{beta:g}", *cells])
    head = ["threshold", "exponent of Theorem 1", "slope, reported", "slope, ours", "slope of exact means"]
    return Markdown(markdown_table(head, rows))


def _slope(dots: Dots) -> str:
    if np.count_nonzero(~dots.hollow) < 2:
        return "–"
    (slope,) = exponents([dots])
    return f"{slope.value:.2f} ± {slope.stderr:.2f}"
