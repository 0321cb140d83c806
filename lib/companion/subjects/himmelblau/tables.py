"""Tables of the chapter on Figure 3."""

from __future__ import annotations

from heavysgd.inference import Measured
from IPython.display import Markdown

from companion.ledger.digits import rounded
from companion.press.markdown import markdown_table
from companion.subjects.himmelblau import figure
from companion.subjects.himmelblau.formula import Fit
from companion.subjects.himmelblau.study import Paths


def fits(found: dict[str, Fit]) -> Markdown:
    """Constants of the formula, where they put the minimisers, and how far from the dots of the figure."""
    place = lambda point: "({}, {})".format(*(f"{value:.3f}" for value in point))  # noqa: E731
    rows = [
        [name, f"{fit.shift:.4f}", f"{fit.centre:.4f}", *(place(fit.places[i]) for i in figure.DOTS), f"{fit.misfit:.4f}"]
        for name, fit in found.items()
    ]
    dots = ["read off the figure", "–", "–", *map(place, figure.DOTS.values()), "–"]
    names = [figure.WHERE[i] for i in figure.DOTS]
    return Markdown(markdown_table(["", "$a_x$", "$c_x$", *names, "misfit"], [*rows, dots]))


def shares(found: dict[str, Paths]) -> Markdown:
    """Mean shares of time by case, in per cent, with the standard error of the mean, and moves in 3 * 10^7 steps."""
    rows = []
    for name, paths in found.items():
        means = [paths.share(i) for i in range(5)]
        rows.append([name, *map(_per_cent, means), f"{paths.moves.mean():.1f}"])
    return Markdown(markdown_table(["%", *figure.WHERE, "moves"], rows))


def by_distance(paths: dict[str, Paths], distances: list[float]) -> Markdown:
    """Share of time out, in per cent, by the distance that counts as near; in the last column, what is reported."""
    told = {case: rounded(100 * figure.reported(case)[0], 3) for case in figure.BARS}
    rows = [
        [case, *(_per_cent(found.share(0, near)) for near in distances), told.get(case, "–")]
        for case, found in paths.items()
    ]
    return Markdown(markdown_table(["out, %", *(f"{near:g}" for near in distances), "reported, 0.5"], rows))


def _per_cent(share: Measured) -> str:
    return f"{100 * share.value:.2f} ± {100 * share.stderr:.2f}"
