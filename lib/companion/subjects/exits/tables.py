"""Tables of first exits: fitted numbers of jumps, ratios to the limit formula, destinations."""

from __future__ import annotations

from collections.abc import Sequence

import heavysgd as hs
from IPython.display import Markdown

from companion.ledger.digits import number
from companion.press.markdown import markdown_table
from companion.subjects.exits.phases import Return, Second


def slope_table(found) -> Markdown:
    """Raw exponents of mean exit times by threshold: the theorem's, exact ones over these learning rates, measured."""
    rows = []
    for beside in found:
        study, fit = beside.study, beside.study.exponent()
        case = "no truncation" if study.b is None else f"$b = {study.b:g}$"
        predicted, exact = hs.theory.exponent(study.noise.alpha, study.jumps), beside.exact.exponent().value
        row = [case, study.jumps, f"{predicted:.1f}", f"{exact:.3f}", f"{fit.value:.3f}", f"{fit.low:.3f} … {fit.high:.3f}"]
        rows.append([*row, sum(times.size for times in study.times)])
    head = ["threshold", "$l^*$", "limit", "exact, these $\\eta$", "measured", "95 % interval", "exits"]
    return Markdown(markdown_table(head, rows))


def exponent_table(cells) -> Markdown:
    """Numbers of jumps: the theorem's, the exact kernel's at these learning rates, fitted, with the exits behind each."""
    rows = []
    for cell in cells:
        study, fit = cell.study, cell.study.jump_count()
        etas = f"{number(study.etas.max(), 2)} … {number(study.etas.min(), 2)}"
        row = [f"{study.noise.alpha:g}", study.jumps, etas, f"{cell.exact.jump_count().value:.3f}", f"{fit.value:.3f}"]
        rows.append([*row, f"{fit.low:.3f} … {fit.high:.3f}", sum(times.size for times in study.times)])
    head = ["$\\alpha$", "$l^*$", "$\\eta$", "exact fit", "simulated fit", "95 % interval", "exits"]
    return Markdown(markdown_table(head, rows))


def ratio_table(series: dict) -> Markdown:
    """Measured over predicted mean exit times, with rho = H(1/eta) / eta beside them."""
    rows = []
    for name, study in series.items():
        for eta, ratio, error in zip(study.etas, study.ratios, study.ratio_stderrs):
            rho = float(hs.theory.rarity(study.noise, eta))
            rows.append([name, number(eta), number(rho), f"{ratio:.3f} ± {error:.3f}"])
    return Markdown(markdown_table(["case", "$\\eta$", "$\\rho$", "measured / predicted (± standard error)"], rows))


def approach_table(series: dict) -> Markdown:
    """Mean exit times over the limit formula, exact and simulated, with rho = H(1/eta) / eta beside them."""
    rows = []
    for name, beside in series.items():
        study = beside.study
        for eta, ratio, error, exact in zip(study.etas, study.ratios, study.ratio_stderrs, beside.at):
            rho = float(hs.theory.rarity(study.noise, eta))
            rows.append([name, number(eta), number(rho), f"{exact:.3f}", f"{ratio:.3f} ± {error:.3f}"])
    head = ["case", "$\\eta$", "$\\rho$", "exact / limit", "simulated / limit (± standard error)"]
    return Markdown(markdown_table(head, rows))


def right_exit_table(f, noise, b, etas, basin: int) -> Markdown:
    """Exact share of exits to the right of `basin` by learning rate, and its limit."""
    runs = [hs.SGD(f, noise, eta, b) for eta in etas]
    rows = [[number(s.eta), f"{hs.exact.first_exit(s, f.minima[basin]).destinations[basin + 1 :].sum():.4f}"] for s in runs]
    rows.append(["limit", f"{hs.theory.exit_location(runs[0], basin)[basin + 1 :].sum():.4f}"])
    return Markdown(markdown_table(["$\\eta$", "share of exits to the right"], rows))


def phases_table(first: Sequence[Return], second: Sequence[Second], etas: Sequence[float]) -> Markdown:
    """Both phases by eps and learning rate: steps allowed for the return, exact probability of leaving before it, and how
    much the second phase depends on where it begins."""
    head = ["$\\epsilon$", "$\\eta$", "steps", "leaves before", "mean exit time differs by", "destinations by"]
    rows = []
    for one, other in zip(first, second, strict=True):
        for k, eta in enumerate(etas):
            row = [number(one.eps), number(eta, 1), number(one.steps(eta)), number(one.gone.values[k], 3)]
            rows.append([*row, number(other.off[k], 2), number(other.moved[k], 2)])
    return Markdown(markdown_table(head, rows))
