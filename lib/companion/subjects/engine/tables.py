"""Tables of the chapter on the engine."""

from __future__ import annotations

from IPython.display import Markdown

from companion.ledger.digits import number, rounded
from companion.ledger.recorded import origin_line, recorded
from companion.press.markdown import markdown_table


def goal_table(rows: list[tuple[str, float, float, bool]], bench: dict) -> Markdown:
    """Ratios to plain steps against their goals, and where they were measured."""
    head = ["", "time over that of plain steps", "goal", ""]
    cells = [[name, f"{ratio:.3g}", _goal(name, goal), _met(met)] for name, ratio, goal, met in rows]
    left_out = f" Not installed there: {', '.join(bench['left_out'])}." if bench["left_out"] else ""
    return Markdown(markdown_table(head, cells) + "\n" + origin_line(bench) + left_out)


def plane_table(rows: list[tuple[str, float, float]], goal: float, space: dict) -> Markdown:
    """What a step costs on the line and in the plane, the ratio against its goal, and where that was measured."""
    head = ["", "line, ns", "plane, ns", "ratio", "goal", ""]
    cells = [
        [what, f"{line:.2f}", f"{plane:.2f}", f"{plane / line:.2f}", f"at most {goal:g}", _met(plane / line <= goal)]
        for what, line, plane in rows
    ]
    return Markdown(markdown_table(head, cells) + "\n" + origin_line(space))


def _met(met: bool) -> str:
    return "met" if met else "missed"


def _goal(name: str, goal: float) -> str:
    return f"{'at most' if name.startswith('heavysgd') else 'at least'} {goal:.3g}"


def device_table() -> Markdown:
    """What was recorded on a GPU; that nothing was, where nothing was."""
    speed, parity = recorded("gpu/speed"), recorded("gpu/parity")
    if speed is None or parity is None:
        return Markdown("**On a GPU: not measured.** `make gpu` on a machine with CuPy and a device fills this place.")
    names = list(dict.fromkeys(name for rates in speed["steps_per_second"].values() for name in rates))
    rows = [
        [number(int(n)), *(rounded(rates[name], 3) if name in rates else "–" for name in names)]
        for n, rates in speed["steps_per_second"].items()
    ]
    compared = {what: row for what, row in parity.items() if isinstance(row, dict) and "greatest_distance" in row}
    distances = [
        [what, rounded(row["greatest_distance"], 2), *(number(row[share]) for share in ("equal_exits", "equal_counts"))]
        for what, row in compared.items()
    ]
    parts = [
        "Trajectory-steps a second:\n",
        markdown_table(["paths", *names], rows),
        "\nThe same draws on both engines:\n",
        markdown_table(["", "greatest distance of paths", "share of equal exits", "of equal histogram cells"], distances),
        "\n" + " ".join([*([f"Rates are {speed['read_from']}."] if "read_from" in speed else []), origin_line(speed)]),
    ]
    return Markdown("\n".join(parts))


def device_exits_table(record: dict | None) -> Markdown:
    """Exits on a device, far down in the learning rate, beside the exact kernel and the limit."""
    if record is None:
        return Markdown("**Exits on a GPU: not measured.**")
    head = ["$b$", r"$\eta$", "steps in all", "seconds", "exits", "exact", "mean exit time", "exact", "limit"]
    rows = [
        [
            "none" if row["b"] is None else f"{row['b']:g}",
            number(row["eta"]),
            number(float(row["steps"]), 3),
            f"{row['seconds']:.0f}",
            number(row["exits"]),
            number(round(row["exact_exits"])),
            f"{number(row['mean'])} ± {rounded(row['stderr'], 1)}",
            number(row["exact"]),
            number(row["limit"]),
        ]
        for row in record["exits"]
    ]
    return Markdown(markdown_table(head, rows) + "\n" + origin_line(record))
