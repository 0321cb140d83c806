"""Tables of the page on the wrapper: what either threshold bounds, and what a step costs."""

from __future__ import annotations

from IPython.display import Markdown

from companion.ledger.digits import rounded
from companion.press.markdown import markdown_table


def longest_table(longest: dict[str, dict[str, float]]) -> Markdown:
    """Longest updates over b, base optimizers as rows and what is bounded as columns."""
    modes = list(next(iter(longest.values())))
    rows = [[name, *(rounded(of[mode], 3) for mode in modes)] for name, of in longest.items()]
    return Markdown(
        markdown_table(["longest update over $b$", *(f"`{mode}`" if mode != "both" else mode for mode in modes)], rows)
    )


def cost_table(record: dict) -> Markdown:
    """Least times of a step of each base, bare and wrapped, over the bare one's; by numbers of parameters."""
    found = record["wrapper"]["microseconds_per_step"]
    ways = [way for way in next(iter(next(iter(found.values())).values())) if way != "bare"]
    rows = []
    for size, bases in found.items():
        for base, times in bases.items():
            bare = min(times["bare"])
            ratios = (rounded(min(times[way]) / bare, 3) for way in ways)
            rows.append([f"{int(size):,}", base, f"{bare:.0f}", *ratios])
    return Markdown(markdown_table(["parameters", "base", "bare step, µs", *(f"× with {way}" for way in ways)], rows))
