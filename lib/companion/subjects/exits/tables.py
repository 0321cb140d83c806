"""Tables of first exits: exponents, ratios to the limit formula, destinations."""

from __future__ import annotations

import heavysgd as hs
from IPython.display import Markdown

from companion.press.markdown import markdown_table, number
from companion.press.tables import REPORTED


def slope_table(studies) -> Markdown:
    """Raw exponents of mean exit times by threshold, against the theorem's and what the paper draws."""
    rows = []
    for study in studies:
        fit = study.exponent()
        predicted = hs.theory.exponent(study.noise.alpha, study.jumps)
        case = "no truncation" if study.b is None else f"$b = {study.b:g}$"
        cut, all_ = sum(int(c.sum()) for c in study.censored), sum(c.size for c in study.censored)
        covered = "yes" if fit.low <= predicted <= fit.high else "no"
        row = [case, study.jumps, f"{predicted:.1f}", f"{fit.value:.3f}", f"{fit.low:.3f} … {fit.high:.3f}", covered]
        rows.append([*row, f"{predicted:.1f}", f"{cut} of {all_}"])
    head = ["threshold", "$l^*$", "predicted exponent", "measured", "95 % interval", "covers?", REPORTED, "censored"]
    return Markdown(markdown_table(head, rows))


def exponent_table(cells) -> Markdown:
    """Exponents 1 + l (alpha - 1), predicted and fitted, with the number of paths behind each fit."""
    rows = []
    for cell in cells:
        fit, step = cell.jump_count(), cell.noise.alpha - 1
        predicted, low, high = (1 + count * step for count in (cell.jumps, fit.low, fit.high))
        covered = "yes" if low <= predicted <= high else "no"
        row = [f"{cell.noise.alpha:g}", cell.jumps, f"{predicted:.1f}", f"{1 + fit.value * step:.3f}"]
        rows.append([*row, f"{low:.3f} … {high:.3f}", covered, cell.times[0].size])
    head = ["$\\alpha$", "$l^*$", "predicted exponent", "fitted", "95 % interval", "covers?", "paths per point"]
    return Markdown(markdown_table(head, rows))


def ratio_table(series: dict) -> Markdown:
    """Measured over predicted mean exit times, with rho = H(1/eta) / eta beside them."""
    rows = []
    for name, study in series.items():
        for eta, ratio, error in zip(study.etas, study.ratios, study.ratio_stderrs):
            rho = float(hs.theory.rarity(study.noise, eta))
            rows.append([name, number(eta), number(rho), f"{ratio:.3f} ± {error:.3f}"])
    return Markdown(markdown_table(["case", "$\\eta$", "$\\rho$", "measured / predicted (± standard error)"], rows))


def right_exit_table(study, law) -> Markdown:
    """Share of exits to the right neighbour by learning rate, and its limit."""
    rows = []
    for eta, basins in zip(study.etas, study.destinations):
        share = float((basins > 1).mean())
        rows.append([number(eta), f"{share:.3f} ± {(share * (1 - share) / basins.size) ** 0.5:.3f}"])
    rows.append(["limit", f"{law[2]:.4f}"])
    return Markdown(markdown_table(["$\\eta$", "share of exits to the right (± standard error)"], rows))
