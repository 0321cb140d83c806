"""The limiting Markov chain on the widest minima: the small-step limit of SGD on the clock t / lambda*(eta).

From a widest minimum m_i the limit process leaves at rate q_i towards m_j with probability q_ij / q_i. A sharp m_j
holds it for no time: it moves on at once by the same probabilities until it meets a widest minimum again, possibly m_i
itself. With S the sharp and W the widest minima of a communication class and P_jk = q_jk / q_j,

    h = (I - P_SS)^-1 P_SW,      Q_iw = q_iw + sum_{j in S} q_ij h_jw  (i != w),
    Q_ii = -q_i + sum_{j in S} q_ij h_ji

What a row of Q lacks to zero is the rate at which the process leaves the class: 0 when it is absorbing, the killing
rate when it is transient.

With noise sigma(x) Z the rates q_ij are those of `exit_measure` with sigma, and nothing else changes: which minima are
the widest does not depend on the amplitude.

Source: Theorems 3 to 5 of the paper; for sigma(x), Theorem 2.10 of Wang and Rhee, May 2024 (pages 18 and 19).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import sympy

from heavysgd import checks
from heavysgd.landscape import Landscape
from heavysgd.noise import SpaceNoise
from heavysgd.theory.arguments import checked_landscape
from heavysgd.theory.classes import CommunicationClass, communication_classes
from heavysgd.theory.exit_measure import exit_measure
from heavysgd.theory.markov_chain import MarkovChain

MOST_BASINS = 256  # the matrices are dense, and nobody reads a chain of thousands of minima


@dataclass(frozen=True, eq=False)
class LimitChain(MarkovChain):
    """The limit on the widest minima of every communication class; each class moves on its own clock.

    states : numbers of the widest minima, ascending, shape (n,).
    generator : Q, shape (n, n); time in units of 1 / lambda*_G(eta), G the class. Classes do not communicate, so Q is
        block diagonal; rows of a transient class sum to minus its killing rate.
    jumps : l*_G of each state's class, shape (n,): 1 / `exit_scale(z, eta, jumps)` is the unit of time in steps.
    classes : the communication classes, in order.
    passage : h completed by the identity on the widest: probability that the path from minimum j is next found in
        state w of its class; shape (k, n). What a row lacks to one leaves the class before.
    """

    jumps: np.ndarray
    classes: tuple[CommunicationClass, ...]
    passage: np.ndarray
    landscape: Landscape

    def initial_law(self, start: int) -> np.ndarray:
        """Law of Y_0 for a start at position `start`, shape (n,); sums to less than one where it may leave its class.

        `start` is a number on a line, d numbers in R^d. Raises `ValueError` for anything that is not finite, lies past
        open ends, or on the boundary between attraction fields.
        """
        on_line = self.landscape.dimension == 1
        basin = int(self.landscape.basin_of(checks.real("start", start) if on_line else np.asarray(start, float)))
        if basin >= self.landscape.size:
            raise ValueError(f"start = {start!r}: lies past the ends of {self.landscape.name}")
        if basin < 0:
            raise ValueError(f"start = {start!r}: lies on the boundary between attraction fields; move it a little")
        return self.passage[basin]

    def within(self, number: int) -> LimitChain:
        """The chain of communication class `number` alone."""
        chosen = self.classes[checks.index("number", number, len(self.classes))]
        rows = np.flatnonzero(np.isin(self.states, chosen.widest))
        block = self.generator[np.ix_(rows, rows)]
        return LimitChain(self.states[rows], block, self.jumps[rows], (chosen,), self.passage[:, rows], self.landscape)


def limit_chain(
    f: Landscape,
    alpha: float,
    b: float | None,
    p_plus: float = 0.5,
    *,
    directions: SpaceNoise | None = None,
    sigma: sympy.Expr | float | None = None,
    n_paths: int = 4096,
    seed: int = 0,
) -> LimitChain:
    """The limiting chain of Theorem 5 (irreducible G_b) or of Theorems 3 and 4 (its classes side by side).

    Arguments and errors as in `exit_measure`; `ValueError` also for more than 256 basins.

    >>> from heavysgd import landscapes
    >>> chain = limit_chain(landscapes.wang_oh_rhee(), alpha=1.2, b=0.5)
    >>> chain.states, chain.generator.round(3)
    (array([1, 3]), array([[-0.143,  0.143],
           [ 1.157, -1.157]]))
    """
    refuse_many_basins(f)
    q = exit_measure(f, alpha, b, p_plus, directions=directions, sigma=sigma, n_paths=n_paths, seed=seed)
    classes = tuple(communication_classes(f, b, directions=directions))
    states = np.sort(np.concatenate([c.widest for c in classes]))
    generator, passage = np.zeros((states.size, states.size)), np.zeros((f.size, states.size))
    jumps = np.zeros(states.size, np.int64)
    for members in classes:
        columns = np.searchsorted(states, members.widest)
        passage[np.ix_(members.members, columns)] = _passage(q, members)
        rates = q[np.ix_(members.widest, members.members)] @ passage[np.ix_(members.members, columns)]
        generator[np.ix_(columns, columns)] = rates - np.diag(q[members.widest].sum(axis=1))
        jumps[columns] = members.jumps
    return LimitChain(states, generator, jumps, classes, passage, f)


def refuse_many_basins(f: Landscape) -> None:
    """Raises `ValueError` for a landscape of more minima than a chain of them can be of use for, and for what is none."""
    checked_landscape(f)
    if f.size > MOST_BASINS:
        raise ValueError(f"{f.name} has {f.size} basins: a chain is built for at most {MOST_BASINS}; narrow its bounds")


def _passage(q: np.ndarray, c: CommunicationClass) -> np.ndarray:
    """Rows: members of the class; columns: its widest minima; the identity on the widest, h on the sharp."""
    wide = np.isin(c.members, c.widest)
    moves = q[np.ix_(c.members, c.members)] / q[c.members].sum(axis=1, keepdims=True)
    passage = np.eye(c.members.size)[:, wide]
    stuck = np.eye((~wide).sum()) - moves[np.ix_(~wide, ~wide)]
    passage[~wide] = np.linalg.solve(stuck, moves[np.ix_(~wide, wide)])
    return passage
