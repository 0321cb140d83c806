"""Tables of chains on minima: generators, hops."""

from __future__ import annotations

import heavysgd as hs
import numpy as np
from IPython.display import Markdown

from companion.ledger.digits import number
from companion.press.markdown import markdown_table


def generator_table(chain: hs.theory.LimitChain) -> Markdown:
    """Q of a limit chain: rows and columns are widest minima; killing rates where there are any."""
    names = [f"$m_{state + 1}$" for state in chain.states]
    killed = chain.killing.any()
    rows = [
        [name, *(number(float(rate)) for rate in rates), *([number(float(kill))] if killed else [])]
        for name, rates, kill in zip(names, chain.generator, chain.killing)
    ]
    return Markdown(markdown_table(["$Q$", *(f"to {name}" for name in names), *(["killed"] if killed else [])], rows))


def exact_table(etas, exact: np.ndarray, chain: hs.theory.LimitChain) -> Markdown:
    """Exact generators, (n_eta, m, m), off the diagonal, by learning rate, and the limit's."""
    pairs = list(zip(*np.nonzero(chain.generator > 0)))
    rows = [[number(float(eta)), *(f"{rates[pair]:.4f}" for pair in pairs)] for eta, rates in zip(etas, exact)]
    rows.append(["limit", *(f"{chain.generator[pair]:.4f}" for pair in pairs)])
    names = [f"$m_{chain.states[i] + 1} \\to m_{chain.states[j] + 1}$" for i, j in pairs]
    return Markdown(markdown_table(["$\\eta$", *names], rows))


def hop_table(counted: dict[float, np.ndarray], expected: np.ndarray) -> Markdown:
    """Hops by the distance at which they count, for the pairs of minima that neighbour each other, and the expectation."""
    pairs = [(i, j) for i, j in zip(*expected.nonzero())]
    rows = [
        [f"within {distance:g}" if distance < float("inf") else "every crossing"]
        + [number(int(table[pair])) for pair in pairs]
        for distance, table in counted.items()
    ]
    rows.append(["finite rates", *(number(float(expected[pair])) for pair in pairs)])
    return Markdown(markdown_table(["hops", *(f"$m_{i + 1} \\to m_{j + 1}$" for i, j in pairs)], rows))
