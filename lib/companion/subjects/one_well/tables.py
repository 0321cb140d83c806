"""Tables of the chapter on one well."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from IPython.display import Markdown

from companion.ledger.digits import number
from companion.press.markdown import markdown_table
from companion.subjects.one_well.noise import Noise
from companion.subjects.one_well.study import Sharpness
from companion.subjects.one_well.wells import WELLS, Stay


def what_counts(chapters: Mapping[str, str], found: Mapping[Noise, Sharpness]) -> Markdown:
    """By noise: what makes the well hard to leave, and the power of the curvature at one barrier; `chapters` by paper."""
    rows = []
    for noise, power in found.items():
        shown = "the flat one is never left" if power.exact == -np.inf else f"$k^{{{power.exact:.2f}}}$"
        rows.append([f"{noise.title} ({{doc}}`{chapters[noise.paper]}`)", noise.hard, noise.does_not, shown])
    return Markdown(markdown_table(["noise", "hard to leave are", "does not count", "sharper, at one barrier"], rows))


def four(found: Stay) -> Markdown:
    """The four measures of each well, and what four ways of staying make of it."""
    head = ["well", "width", "curvature on the way out", "trace", "top eigenvalue", "steps to leave, truncated heavy tails"]
    head += ["steps to leave, samples that disagree", "loss with noise on labels", "stable up to $\\eta$"]
    rows = []
    for letter, well in WELLS.items():
        left = found.samples[letter]
        row = [letter, *map(number, (well.width, well.out, well.trace, well.top)), number(found.tails[letter])]
        row += ["never" if left == np.inf else number(left), number(found.loss[letter].value), number(found.stable[letter])]
        rows.append(row)
    return Markdown(markdown_table(head, rows))
