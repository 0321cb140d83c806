"""Claim records as tables: the same columns in every chapter and on the scorecard."""

from __future__ import annotations

from collections.abc import Iterable

import heavysgd as hs
from IPython.display import Markdown

from companion.rules import Measured

REPORTED = "reported (transcribed from memory)"


def claim_table(records: Iterable[dict]) -> Markdown:
    """Predicted, measured, 95 % interval, reported and verdict of each record, with the control under the rule."""
    records = list(records)
    with_reported = any(record["reported"] for record in records)
    head = ["claim", "predicted", "measured", "95 % interval", *([REPORTED] if with_reported else []), "verdict"]
    rows = []
    for record in records:
        row = [record["statement"], number(record["predicted"]), measured(record), interval(record)]
        row += [record["reported"] or "–"] if with_reported else []
        rows.append([*row, verdict(record)])
    return Markdown(markdown_table(head, rows))


def estimates(what: str, found: dict) -> Markdown:
    """Estimates (`value`, `stderr`) by case, with 95 % intervals."""
    rows = [
        [case, f"{e.value:.4g}", "{:.4g} … {:.4g}".format(*Measured(e.value, e.stderr).interval())]
        for case, e in found.items()
    ]
    return Markdown(markdown_table(["case", what, "95 % interval"], rows))


def measured_table(what: str, found: dict[str, Measured]) -> Markdown:
    """Measurements by case, with 95 % intervals."""
    rows = [[case, number(m.value), "{} … {}".format(*map(number, m.interval()))] for case, m in found.items()]
    return Markdown(markdown_table(["case", what, "95 % interval"], rows))


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


def leak_table(studies: dict) -> Markdown:
    """Shares of exits that leave a class, by threshold and learning rate."""
    rows = []
    for b, study in studies.items():
        for eta, share, stderr in zip(study.etas, study.shares, study.stderrs):
            rows.append([f"{b:g}", number(float(eta)), f"{share:.3f} ± {stderr:.3f}"])
    return Markdown(markdown_table(["$b$", "$\\eta$", "share of exits to $\\Omega_2$ (± standard error)"], rows))


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


def rate_table(studies) -> Markdown:
    """Mean exit times by forward flux sampling, measured over predicted, and what they cost."""
    rows = []
    for study in studies:
        columns = zip(study.etas, study.means, study.ratios, study.ratio_stderrs, study.costs)
        for eta, mean, ratio, error, cost in columns:
            row = [study.jumps, f"{eta:g}", f"{mean:.3g}", f"{ratio:.3f} ± {error:.3f}", f"{cost:.2g}"]
            rows.append(row)
    head = ["$l^*$", "$\\eta$", "mean exit time", "measured / predicted (± standard error)", "steps of the estimate"]
    return Markdown(markdown_table(head, rows))


def good_to_table(studies, share: float) -> Markdown:
    """Estimated learning rates at which the limit formula is off by `share`, with 95 % intervals."""
    rows = [[study.jumps, *(f"{eta:.1g}" for eta in study.good_to(share))] for study in studies]
    return Markdown(markdown_table(["$l^*$", f"limit good to {100 * share:g} % at $\\eta$ =", "from", "to"], rows))


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


def right_exit_table(study, law) -> Markdown:
    """Share of exits to the right neighbour by learning rate, and its limit."""
    rows = []
    for eta, basins in zip(study.etas, study.destinations):
        share = float((basins > 1).mean())
        rows.append([number(eta), f"{share:.3f} ± {(share * (1 - share) / basins.size) ** 0.5:.3f}"])
    rows.append(["limit", f"{law[2]:.4f}"])
    return Markdown(markdown_table(["$\\eta$", "share of exits to the right (± standard error)"], rows))


def basin_table(f: hs.Landscape, b: float | None) -> Markdown:
    """Position, curvature, width, jump number and largest stable learning rate of every minimum."""
    jumps, bends = hs.theory.jump_numbers(f, b), f.curvature(f.minima)
    rows = [
        [f"$m_{i + 1}$", f"{m:.6f}", f"{bend:.4g}", f"{width:.4f}", jump, f"{2 / bend:.2g}"]
        for i, (m, bend, width, jump) in enumerate(zip(f.minima, bends, f.widths, jumps))
    ]
    head = ["minimum", "position", "$f''$", "width $r_i$", "$l^*_i$", "gradient descent stable below $\\eta$ ="]
    return Markdown(markdown_table(head, rows))


def markdown_table(head: list[str], rows: Iterable[Iterable[str]]) -> str:
    """A pipe table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n"


def verdict(record: dict) -> str:
    """The verdict in words a reader can scan."""
    return {"holds": "✓ holds", "fails": "✗ fails"}.get(record["verdict"], f"✗ {record['verdict']}")


def measured(record: dict) -> str:
    """The measurement of a record; a p-value says that it is one."""
    return ("p = " if record["rule"].startswith("p-value") else "") + number(record["measured"])


def interval(record: dict, confidence: float = 0.95) -> str:
    """The 95 % interval of a record, or a dash for what has no standard error."""
    if not record["stderr"] or isinstance(record["measured"], (list, str)):
        return "–"
    low, high = Measured(record["measured"], record["stderr"]).interval(confidence)
    return f"{number(low)} … {number(high)}"


def number(value) -> str:
    """Four significant digits, thousands grouped; lists joined."""
    if isinstance(value, (list, tuple)):
        return ", ".join(number(v) for v in value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, int) or (abs(value) >= 1e4 and abs(value) < 1e7):
        return f"{value:,.0f}".replace(",", "\u202f")
    return f"{value:.4g}"
