"""Tables of small learning rates: exit rates, where the limit is good, what forced jumps save."""

from __future__ import annotations

from IPython.display import Markdown

from companion.press.markdown import markdown_table, number, rounded


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


def good_to_table(studies, exactly: list[float], share: float) -> Markdown:
    """Learning rates at which the limit formula is off by `share`: estimated, with 95 % intervals, and exact."""
    pairs = zip(studies, exactly, strict=True)
    rows = [[study.jumps, *(rounded(eta, 1) for eta in (*study.good_to(share), exact))] for study, exact in pairs]
    head = ["$l^*$", f"limit good to {100 * share:g} % at $\\eta$ =, fitted", "from", "to", "exact"]
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
