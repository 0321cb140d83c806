"""Tables of small learning rates: exit rates, where the limit is good, what forced jumps save."""

from __future__ import annotations

from IPython.display import Markdown

from companion.ledger.digits import number, rounded
from companion.press.markdown import markdown_table


def rate_table(studies) -> Markdown:
    """Mean exit times by forward flux sampling over the limit formula, beside the exact ratio, by how much repetitions
    differ, and what they cost."""
    rows = []
    for study in studies:
        measured = [f"{ratio:.3f} ± {error:.3f}" for ratio, error in zip(study.ratios, study.ratio_stderrs)]
        columns = zip(study.etas, study.means, study.exact_ratios, measured, study.spreads, study.costs)
        for eta, mean, exact, ratio, spread, cost in columns:
            row = [study.jumps, number(eta), number(mean, 3), f"{exact:.3f}", ratio, f"{spread:.0%}", rounded(cost, 2)]
            rows.append(row)
    head = ["$l^*$", "$\\eta$", "mean exit time", "exact / limit", "measured / limit (± standard error)"]
    head += ["repetitions differ by", "steps"]
    note = "\nWhere repetitions differ by more than half of their mean, the standard error is too small as often as not."
    return Markdown(markdown_table(head, rows) + note)


def good_to_table(lines: dict, shares: list[float]) -> Markdown:
    """Learning rates from which on the limit formula is good to each of `shares`, by the exact kernel."""
    shown = lambda eta: rounded(eta, 1) if eta == eta else "below those looked at"  # noqa: E731
    rows = [[jumps, *(shown(line.good_to(share)) for share in shares)] for jumps, line in lines.items()]
    head = ["$l^*$", *(f"good to {100 * share:g} % from $\\eta$ =" for share in shares)]
    return Markdown(markdown_table(head, rows))


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
