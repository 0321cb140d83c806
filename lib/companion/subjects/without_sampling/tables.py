"""Tables of the chapter without sampling."""

from __future__ import annotations

from collections.abc import Sequence

from heavysgd.inference import Measured
from IPython.display import Markdown

from companion.ledger.digits import number, rounded
from companion.ledger.recorded import origin_line
from companion.press.markdown import markdown_table
from companion.subjects.common.approach import Approach
from companion.subjects.common.figures import threshold_label
from companion.subjects.without_sampling.correction import Compared
from companion.subjects.without_sampling.study import Exits


def exit_table(found: Sequence[Exits]) -> Markdown:
    """Mean exit times with the difference of two resolutions, and their ratios to the limit."""
    rows = []
    for exits in found:
        for eta, mean, error, ratio in zip(exits.etas, exits.means, exits.errors, exits.ratios.values):
            row = [threshold_label(exits.b), number(float(eta)), number(float(mean), 6), number(float(error), 1)]
            rows.append([*row, f"{ratio:.5f}"])
    head = ["threshold", "$\\eta$", "$E\\sigma$", "relative error", "$E\\sigma\\, q_2\\lambda(\\eta)$"]
    return Markdown(markdown_table(head, rows))


def correction_table(found: dict[str, Sequence[Compared]]) -> Markdown:
    """Excess of the exit rate at the smallest learning rate, exact and predicted, and what their ratio tends to."""
    rows = []
    for name, cases in found.items():
        for case in cases:
            exits, limit = case.exits, case.limit()
            row = [name, f"{exits.noise.alpha:g}", threshold_label(exits.b), exits.jumps, number(float(exits.etas[-1]))]
            exact, predicted = float(exits.excess.values[-1]), float(case.predicted[-1])
            row += [number(exact, 3), number(predicted, 3), f"{exact / predicted:.3f}"]
            rows.append([*row, _told(limit)])
    head = ["landscape", "$\\alpha$", "threshold", "$l^*$", "$\\eta$", "excess, exact", "first correction", "ratio"]
    return Markdown(markdown_table([*head, "tends to"], rows))


def changes_table(rows: Sequence[tuple[str, str, float, Approach]], power: float) -> Markdown:
    """For (item, quantity, limit, values): the exact values by learning rate, what they tend to, and the limit.

    What they tend to takes out a correction of order eta^power; of what vanishes in the limit it is not asked.
    """
    etas = sorted({float(eta) for *_, values in rows for eta in values.etas if eta <= 2e-3}, reverse=True)
    lines = []
    for item, what, limit, values in rows:
        by_eta = {float(eta): float(value) for eta, value in zip(values.etas, values.values)}
        cells = [number(by_eta[eta], 4) if eta in by_eta else "–" for eta in etas]
        told = "–" if not limit else _told(values.limit(power))
        lines.append([f"{item}: {what}", number(float(limit)), *cells, told])
    head = ["quantity", "limit", *(f"$\\eta = {_power(eta)}$" for eta in etas), "tends to"]
    return Markdown(markdown_table(head, lines))


def cost_table(bench: dict) -> Markdown:
    """Time on one thread for a mean exit time to a relative error of `bench["tolerance"]`: of the kernel measured, of
    direct simulation computed from its steps a second, of forward flux from a run with a larger error."""
    rows = []
    for row in bench["rows"]:
        exact = [f"{row['exact']:.2f} s", number(row["error"], 1)]
        flux = "–" if row["flux"] is None else _time(row["flux"])
        rows.append([threshold_label(row["b"]), f"${_power(row['eta'])}$", *exact, _time(row["direct"]), flux])
    head = ["threshold", "$\\eta$", "kernel", "its error", "simulation", "forward flux"]
    peak = bench["peak_mib"]
    return Markdown(f"{markdown_table(head, rows)}\nAt most {peak:.0f} MiB of memory in all. {origin_line(bench)}")


def _time(seconds: float) -> str:
    """With the largest unit of which there is more than one."""
    for unit, size in (("years", 31_557_600), ("days", 86_400), ("hours", 3600), ("minutes", 60)):
        if seconds >= size:
            return f"{rounded(seconds / size, 2)} {unit}"
    return f"{rounded(seconds, 2)} s"


def _told(found: Measured) -> str:
    return f"{found.value:.3f} ± {number(found.stderr, 1)}"


def _power(eta: float) -> str:
    mantissa, exponent = f"{eta:.0e}".split("e")
    power = f"10^{{{int(exponent)}}}"
    return power if mantissa == "1" else f"{mantissa} \\cdot {power}"
