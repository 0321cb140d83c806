"""Tables of ablations: methods over seeds, and the paper's figures beside ours."""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter

import numpy as np
from heavysgd.inference import Measured
from IPython.display import Markdown

from companion.ledger.digits import number, rounded
from companion.ledger.recorded import Withdrawn, origin_line
from companion.press.anchors import link
from companion.press.markdown import markdown_table
from companion.subjects.networks import ablation
from companion.subjects.networks import paper_table as paper
from companion.subjects.networks.orderings import Ordering

REPORTED = "reported (page 21)"
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
    if what in _SHARES:
        return f"{100 * value:.1f} ± {100 * half:.1f} %"
    return f"{rounded(value, 3)} ± {rounded(half, 2)}"


def _cost(runs: ablation.Runs, method: str) -> float:
    return next(r for r in runs if r["method"] == method)["settings"]["gradients_per_step"]


def paper_table(task: str, what: str, record: dict | None, also: tuple[str, ...] = ()) -> Markdown:
    """What the paper reports and what was measured here, method by method, and whether its side of SB agrees.

    Means over seeds, geometric for sharpness, with Student's intervals. A method with fewer than two seeds is "not yet".
    `also` are methods of the record beside the paper's.
    """
    figures, runs = paper.reported(task, what), record["runs"] if record else []
    head = ["method", REPORTED, "seeds", "here", "95 % interval", "beside SB"]
    rows = [[method, f"{figures[method]:g}", *_here(runs, task, method, what)] for method in figures]
    rows += [[method, "–", *_here(runs, task, method, what)] for method in also]
    lines = [f"**{ablation.TITLES[what].capitalize()}, {paper.TASKS[task]}**", "", markdown_table(head, rows), _tally(rows)]
    return Markdown("\n".join(lines))


def _here(runs: ablation.Runs, task: str, method: str, what: str) -> list[str]:
    values = np.array([r[what] for r in runs if r["method"] == method], float)  # None becomes nan
    values = values if what in _SHARES else np.log10(values, where=values > 0, out=np.full(values.shape, np.nan))
    if len(values) < 2:
        return [str(len(values)), "not yet", "–", "–"]
    if not np.isfinite(values).all():
        return [str(len(values)), "lost", "–", "–"]
    found = ablation.mean(values)
    shown = [100 * v if what in _SHARES else 10**v for v in (found.value, *found.interval())]
    cells = [f"{shown[0]:.3g}", "{:.3g} … {:.3g}".format(*shown[1:])]
    return [str(len(values)), *cells, "–" if method == "SB" else _beside(runs, task, method, what)]


def _beside(runs: ablation.Runs, task: str, method: str, what: str) -> str:
    """The sign of the difference to SB, there and here; here it is open where the 95 % interval covers zero."""
    if ablation.in_common(runs, method, "SB") < 2:
        return "–"
    here = side(ablation.paired(runs, method, "SB", what))
    if method not in paper.METHODS:
        return here
    there = "above" if paper.reported_gap(task, what, method) > 0 else "below"
    return f"{here}, as there" if here == there else f"{here} here, {there} there"


def side(found: Measured) -> str:
    """Above, below, or undecided where the 95 % interval covers zero."""
    low, high = found.interval()
    return "above" if low > 0 else "below" if high < 0 else "undecided"


def _tally(rows: list[list[str]]) -> str:
    """How many of the paper's orderings beside SB came out, did not, and stay open."""
    verdicts = [row[-1] for row in rows if row[-1] != "–" and row[1] != "–"]
    agree, open_ = (sum(word in verdict for verdict in verdicts) for word in ("as there", "undecided"))
    if not verdicts:
        return "Beside SB: nothing to compare yet."
    return f"Beside SB: {agree} as there, {len(verdicts) - agree - open_} the other way, {open_} undecided."


def reported_tables(records: dict[str, dict | None]) -> Markdown:
    """The paper's whole tables, tasks as rows, with how many runs of each at full length there are here."""
    parts = []
    for what in ("test_accuracy", "sharpness"):
        rows = [
            [title, *(f"{v:g}" for v in paper.reported(task, what).values()), _count(records[task])]
            for task, title in paper.TASKS.items()
        ]
        title = f"**{ablation.TITLES[what].capitalize()}**, {REPORTED}"
        parts.append(f"{title}\n\n" + markdown_table(["task", *paper.METHODS, "here, full length"], rows))
    return Markdown("\n".join(parts))


def _count(record: dict | None) -> str:
    return f"{len(record['runs'])} runs" if record else "not yet"


def measured_tables(records: dict[str, dict | None], also: tuple[str, ...] = ()) -> Markdown:
    """The paper's figures beside ours for every task of which there is a record; `also` as in `paper_table`."""
    there = {task: record for task, record in records.items() if record}
    if not there:
        return Markdown("Nothing is recorded yet.")
    both = [(task, what) for task in there for what in ("test_accuracy", "sharpness")]
    return Markdown("\n\n".join(str(paper_table(task, what, there[task], also).data) for task, what in both))


def cost_table(bench: dict) -> Markdown:
    """Seconds of a step of the paper's networks, and what a run of Our 2 at the paper's schedule comes to."""
    head = ["task", "images of $g_{LB}$", "a step of SB, s", "of Our 2, s", "without noise, s", "a run of Our 2"]
    rows = []
    for task, of in bench["tasks"].items():
        step = {method: float(np.median(values)) for method, values in of["seconds_per_step"].items()}
        run = of["iterations"] * step["Our 2"] + of["quiet"] * step["LB"]
        row = [paper.TASKS[task], number(of["large"]), *(rounded(step[method], 2) for method in ("SB", "Our 2", "LB"))]
        rows.append([*row, f"{rounded(run / 86_400, 2)} days" if run > 86_400 else f"{rounded(run / 60, 2)} minutes"])
    return Markdown(f"{markdown_table(head, rows)}\nMedians on one thread. {origin_line(bench)}")


def settings_table(runs: ablation.Runs, methods: tuple[str, ...]) -> Markdown:
    """Settings of the paper's LeNet (page 21), and of methods in a record."""
    titles = {"iterations": "steps", "quiet": "noise-free steps", "lr": r"learning rate $\eta$"}
    titles |= {"alpha": r"$\alpha$ of $Z$", "c": "$c$ of $Z$", "b": "$b$ on the update"}
    columns = [paper.SETTINGS, *(paper.settings(runs, method) for method in methods)]
    rows = [[title, *(number(column[name]) for column in columns)] for name, title in titles.items()]
    rows.append([r"$b/\eta$ on the gradient", *(f"{column['b'] / column['lr']:g}" for column in columns)])
    return Markdown(markdown_table(["", "the paper, LeNet", *methods], rows))


def rules_table(runs: ablation.Runs, found: Sequence[Ordering], task: str, records: Sequence[dict] = ()) -> Markdown:
    """Rules written before the runs, met or not: with the paper's figure, what was measured, and the control's verdict.
    Those that are among the claims `records` are linked to the scorecard."""
    head = ["", '<span class="rules">rule, with its bound</span>', REPORTED, "here", "95 % interval", "rule", "control"]
    claims = _claim_of_each({o.id for o in found}, records)
    return Markdown(markdown_table(head, (_rule_row(runs, o, task, claims.get(o.id)) for o in found)))


def _claim_of_each(rules: set[str], records: Sequence[dict]) -> dict[str, str]:
    """The claim of each rule: of the rules with which a claim's id ends the longest, as "right.longer" of "longer"."""
    ending = {r["id"]: [rule for rule in rules if r["id"].endswith(f".{rule}")] for r in records}
    return {max(found, key=len): claim for claim, found in ending.items() if found}


def _rule_row(runs: ablation.Runs, o: Ordering, task: str, claim: str | None) -> list[str]:
    gap = o.gap(task)
    statement = o.statement if claim is None else f"{o.statement} {link(claim, 'scorecard', '¶', named=True)}"
    row = [statement, f"{o.rule}: {number(o.predicted)}", "–" if gap is None else f"{gap:+.3f}"]
    if not o.decidable(runs):
        return [*row, "not yet", "–", "not yet", f"{o.control}: not yet"]
    here = o.measured(runs)
    met = "✓ holds" if o.holds(runs) else "✗ not met"
    control = "passes, too" if o.holds(runs, o.control) else "fails"
    return [*row, f"{here.value:+.3f}", "{:+.3f} … {:+.3f}".format(*here.interval()), met, f"{o.control}: {control}"]


def withdrawn_table(records: Sequence[Withdrawn]) -> Markdown:
    """Records on which nothing rests any more, and why."""
    rows = [[f"`results/{record.place}`", str(record.runs), record.why] for record in records]
    return Markdown(markdown_table(["withdrawn record", "runs", "why"], rows))


def where_from(record: dict) -> Markdown:
    """Machine, versions, commit and, if not official, file of images of a recorded ablation, and its number of runs; a line
    for each machine where there were several."""
    origins = record.get("origins") or [record["origin"] | {"runs": len(record["runs"])}]
    lines = []
    for origin in filter(itemgetter("runs"), origins):
        images = f" Images from `{file}`." if (file := origin.get("images")) else ""
        lines.append(f"{origin['runs']} runs. {origin_line({'origin': origin})}{images}")
    return Markdown("\n\n".join(lines))


def ordering_table(runs: ablation.Runs, pairs: list[tuple[str, str]], measurements: tuple[str, ...]) -> Markdown:
    """Paired differences with 95 % intervals and the side of zero they lie on: ratios for sharpness, else differences."""
    head = ["", *(ablation.TITLES[what] for what in measurements)]
    rows = [[f"{m} against {other}", *(_paired_cell(runs, m, other, what) for what in measurements)] for m, other in pairs]
    return Markdown(markdown_table(head, rows))


def _paired_cell(runs: ablation.Runs, method: str, other: str, what: str) -> str:
    if ablation.in_common(runs, method, other) < 2:
        return "not yet"
    found = ablation.paired(runs, method, other, what)
    low, high = found.interval()
    if not np.isfinite([low, high]).all():
        return "lost"
    if what not in ablation.DIFFERENCES:
        return f"× {rounded(10**low, 3)} … {rounded(10**high, 3)}, {side(found)}"
    if what in _SHARES:
        return f"{100 * low:+.2f} … {100 * high:+.2f} points, {side(found)}"
    return f"{low:+.2g} … {high:+.2g}, {side(found)}"
