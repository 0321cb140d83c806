"""Tables of ablations: methods over seeds, and the paper's figures beside ours."""

from __future__ import annotations

from IPython.display import Markdown

from companion.recorded import origin_line
from companion.rules import Measured
from companion.studies import ablation
from companion.studies import paper_table as paper
from companion.tables.markdown import markdown_table
from companion.tables.records import REPORTED

_SHARES = {"test_accuracy", "train_accuracy", "memorised"}


def method_table(runs: ablation.Runs, methods: list[str], measurements: tuple[str, ...], costs: bool = False) -> Markdown:
    """Mean and half of its 95 % interval over seeds (Student), methods as rows; shares in per cent."""
    head = ["method", *(ablation.TITLES[what] for what in measurements), *(["gradients a step"] if costs else [])]
    rows = []
    for method in methods:
        row = [method, *(_mean_cell(runs, method, what) for what in measurements)]
        rows.append([*row, f"{_cost(runs, method):g}"] if costs else row)
    return Markdown(
        markdown_table(head, rows) + f"\nMeans over {len(ablation.seeds(runs))} seeds ± half of the 95 % interval."
    )


def _mean_cell(runs: ablation.Runs, method: str, what: str) -> str:
    values = list(ablation.of(runs, method, what).values())
    lost = sum(value != value for value in values)
    if lost:
        return f"lost in {lost} of {len(values)}"
    return with_half(ablation.mean(values), what)


def with_half(found: Measured, what: str) -> str:
    """Value ± half of the 95 % interval; shares in per cent."""
    value, half = found.value, found.bound(0.975)
    return f"{100 * value:.1f} ± {100 * half:.1f} %" if what in _SHARES else f"{value:.3g} ± {half:.2g}"


def _cost(runs: ablation.Runs, method: str) -> float:
    return next(r for r in runs if r["method"] == method)["settings"]["gradients_per_step"]


def paper_table(task: str, what: str, record: dict | None) -> Markdown:
    """What the paper reports and what was measured here, method by method, and whether its side of SB agrees."""
    figures = paper.reported(task, what)
    title = f"**{ablation.TITLES[what].capitalize()}, {paper.TASKS[task]}**"
    if record is None or len(ablation.seeds(record["runs"])) < 2:
        rows = [[method, f"{value:g}", "not yet"] for method, value in figures.items()]
        return Markdown(f"{title}\n\n" + markdown_table(["method", REPORTED, "here"], rows))
    runs = record["runs"]
    rows = [[method, f"{value:g}", *_here(runs, figures, method, what)] for method, value in figures.items()]
    head = ["method", REPORTED, f"here, {len(ablation.seeds(runs))} seeds", "95 % interval", "beside SB"]
    return Markdown(f"{title}\n\n" + markdown_table(head, rows))


def _here(runs: ablation.Runs, figures: dict[str, float], method: str, what: str) -> list[str]:
    values = list(ablation.of(runs, method, what).values())
    if any(value != value for value in values):
        return ["lost", "–", "–"]
    found, factor = ablation.mean(values), 100 if what in _SHARES else 1
    low, high = found.interval()
    verdict = "–" if method == "SB" else _verdict(runs, figures, method, what)
    return [f"{factor * found.value:.3g}", f"{factor * low:.3g} … {factor * high:.3g}", verdict]


def _verdict(runs: ablation.Runs, reported: dict[str, float], method: str, what: str) -> str:
    """The sign of the difference to SB, there and here; here it is open where the 95 % interval covers zero."""
    low, high = ablation.difference(runs, method, "SB", what).interval()
    there = "above" if reported[method] > reported["SB"] else "below"
    if low <= 0 <= high:
        return f"{there} there, undecided here"
    here = "above" if low > 0 else "below"
    return f"{here}, as there" if here == there else f"{there} there, {here} here"


def where_from(record: dict) -> Markdown:
    """Machine, versions and commit of a recorded ablation, and its number of runs."""
    return Markdown(f"{len(record['runs'])} runs. {origin_line(record)}")


def ordering_table(runs: ablation.Runs, pairs: list[tuple[str, str]], measurements: tuple[str, ...]) -> Markdown:
    """Paired differences with 95 % intervals: ratios for sharpness, differences for shares and losses."""
    rows = []
    for method, other in pairs:
        row = [f"{method} against {other}"]
        for what in measurements:
            row.append(_paired_cell(runs, method, other, what))
        rows.append(row)
    return Markdown(markdown_table(["", *(ablation.TITLES[what] for what in measurements)], rows))


def _paired_cell(runs: ablation.Runs, method: str, other: str, what: str) -> str:
    if what not in _SHARES and what != "train_loss":
        low, high = ablation.log_ratio(runs, method, other, what).interval()
        return f"× {10**low:.2f} … {10**high:.2f}"
    low, high = ablation.difference(runs, method, other, what).interval()
    unit, factor = (" points", 100) if what in _SHARES else ("", 1)
    return f"{factor * low:+.2f} … {factor * high:+.2f}{unit}"
