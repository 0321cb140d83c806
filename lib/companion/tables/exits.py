"""Tables of exits: exponents, ratios to the limit formula, destinations, leaks, settling times."""

from __future__ import annotations

from IPython.display import Markdown

from companion.tables.markdown import markdown_table, number, rounded
from companion.tables.records import REPORTED


def slope_table(studies) -> Markdown:
    """Raw exponents of mean exit times by threshold, against the theorem's and what the paper draws."""
    rows = []
    for study in studies:
        fit = study.exponent()
        predicted = 1 + study.jumps * (study.noise.alpha - 1)
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
            rho = float(study.noise.tail(1 / eta) / eta)
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


def leak_table(studies: dict) -> Markdown:
    """Shares of exits that leave a class, by threshold and learning rate."""
    rows = []
    for b, study in studies.items():
        for eta, share, stderr in zip(study.etas, study.shares, study.stderrs):
            rows.append([f"{b:g}", number(float(eta)), f"{share:.3f} ± {stderr:.3f}"])
    return Markdown(markdown_table(["$b$", "$\\eta$", "share of exits to $\\Omega_2$ (± standard error)"], rows))


def rate_table(studies) -> Markdown:
    """Mean exit times by forward flux sampling, measured over predicted, and what they cost."""
    rows = []
    for study in studies:
        columns = zip(study.etas, study.means, study.ratios, study.ratio_stderrs, study.costs)
        for eta, mean, ratio, error, cost in columns:
            row = [study.jumps, number(eta), number(mean, 3), f"{ratio:.3f} ± {error:.3f}", rounded(cost, 2)]
            rows.append(row)
    head = ["$l^*$", "$\\eta$", "mean exit time", "measured / predicted (± standard error)", "steps of the estimate"]
    return Markdown(markdown_table(head, rows))


def good_to_table(studies, share: float) -> Markdown:
    """Estimated learning rates at which the limit formula is off by `share`, with 95 % intervals."""
    rows = [[study.jumps, *(rounded(eta, 1) for eta in study.good_to(share))] for study in studies]
    return Markdown(markdown_table(["$l^*$", f"limit good to {100 * share:g} % at $\\eta$ =", "from", "to"], rows))


def gain_table(gains) -> Markdown:
    """What a stage costs as it comes and with its big jump forced, by tail index and learning rate."""
    rows = []
    for g in gains:
        cost = g.estimate.cost_to_ten_percent
        saved = rounded(g.plain_cost / cost, 2)
        costs = [rounded(steps, 1) for steps in (g.plain_cost, cost)]
        rows.append([f"{g.alpha:g}", number(g.eta), number(g.estimate.passing, 2), *costs, saved])
    head = ["$\\alpha$", "$\\eta$", "probability", "steps to 10 %, as it comes", "with the jump forced", "saved, factor"]
    return Markdown(markdown_table(head, rows))


def settling_table(cases: dict) -> Markdown:
    """Settling times by threshold and tail index, predicted and measured."""
    rows = []
    for (b, alpha), case in cases.items():
        low, high = case.measured.interval()
        start = f"$m_{case.worst + 1}$"
        row = [f"{b:g}", f"{alpha:g}", start, number(case.predicted), number(case.measured.value)]
        rows.append([*row, f"{number(low)} … {number(high)}"])
    head = ["$b$", "$\\alpha$", "worst start", "predicted iterations", "measured", "95 % interval"]
    return Markdown(markdown_table(head, rows))
