"""The chain killed on leaving a class of basins.

With P restricted to the basins of the class and k(x) = P(x, outside),

    u = 1 + P u,    v_j = P(., Omega_j) + P v_j,    P^n 1,    nu P = rho_1 nu

are the mean time until it leaves, the probabilities of leaving into Omega_j, those of being still inside after n steps,
and the quasi-stationary law with the rate 1 - rho_1 at which the long-lived leave. Theorem 1 is about one basin, Theorem 4
about a transient class; here nothing is a limit.

Source: Theorems 1 and 4 of the paper; the equations are those of any Markov chain.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from heavysgd.exact import arguments
from heavysgd.exact.eigen import decay_rates
from heavysgd.exact.law import Law, resolved_law
from heavysgd.exact.powers import evolve
from heavysgd.exact.resolution import UNKNOWN, Answer, refined
from heavysgd.exact.solver import Solver
from heavysgd.recursion import Truncated


@dataclass(frozen=True, eq=False)
class Killed:
    """The chain until it leaves the basins `members`, shape (m,), from each of the points `start`, shape (p,).

    mean : (p,) expected number of steps until it has left. destinations : (p, k), or (p, k + 1) with open ends, the shares
    of where to; zero at members. rate : 1 - rho_1, per step. error : the largest relative error of a mean or of the rate
    and absolute error of a destination, as two resolutions tell. Where it is 0.1 or more, all of them are NaN.
    """

    members: np.ndarray
    start: np.ndarray
    mean: np.ndarray
    destinations: np.ndarray
    rate: float
    error: float
    _sgd: Truncated = field(repr=False)
    _tolerance: float = field(repr=False)

    def survival(self, n: ArrayLike) -> np.ndarray:
        """P(still inside after n steps), shape (*n.shape, p), for n >= 0, an integer or an array of them.

        Raises `ValueError` for other n; warns with `PrecisionWarning` where an absolute error is above the tolerance.
        """
        return self._after(n, np.ones((self.start.size, 1)), lambda chain: np.ones((chain.mesh.size, 1)))[..., 0]

    def transition(self, n: ArrayLike) -> np.ndarray:
        """P(still inside after n steps, and in basin members[j]), shape (*n.shape, p, m); otherwise as `survival`."""
        now = self._sgd.landscape.basin_of(self.start)[:, None] == self.members
        return self._after(n, now, lambda chain: chain.inside)

    @cached_property
    def quasi_stationary(self) -> Law:
        """nu, the law of the position of a chain that has been inside for long; its density to 1e-3 in total variation."""
        return resolved_law(self._sgd, self.members, "the quasi-stationary density")

    def _after(self, n, now: np.ndarray, functions: Callable) -> np.ndarray:
        """Expectations of functions(chain) after n steps; `now` are those after none."""
        counts = arguments.checked_counts(n)
        flat = counts.ravel()
        answer = lambda solver: evolve(solver, functions(solver.chain), np.maximum(flat, 1), self.start)  # noqa: E731
        what = "the law after n steps"
        found = refined(self._sgd, self.members, answer, self._tolerance, what, stacklevel=5)
        later = found.answer.power if found.error < UNKNOWN else np.nan
        return np.where((flat == 0)[:, None, None], now, later).reshape(*counts.shape, *now.shape)


def killed(sgd: Truncated, members: ArrayLike | None, start: ArrayLike | None = None, *, tolerance: float = 1e-5) -> Killed:
    """The chain killed on leaving the basins `members`, from points inside them (None: from the minima of all).

    Parameters
    ----------
    members : numbers of basins, one or more, such as a communication class.
    tolerance : the relative error asked for; meshes are refined until two resolutions agree to it.

    Takes a second or two and 25 N^2 bytes, N from 200 nodes to 6,000. Raises `ValueError` for arguments out of range, more
    than one dimension, a class that nothing leaves, and where descent without noise leaves the domain. Warns with
    `PrecisionWarning` where the tolerance is not reached.

    >>> import heavysgd as hs
    >>> f = hs.landscapes.one_way_wells()
    >>> chain = killed(hs.SGD(f, hs.Lomax(1.5, 0.5), eta=0.05, b=1.0), members=[0, 1])
    >>> chain.mean.round(), chain.destinations.round(3).tolist()
    (array([3087., 1286.]), [[0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 1.0, 0.0]])
    """
    sgd = arguments.checked_sgd(sgd)
    members = arguments.checked_members(sgd, members)
    if members.size == sgd.landscape.size and not sgd.landscape.open_ends:
        raise ValueError(f"members = {members.tolist()}: are all basins of {sgd.landscape.name}, which nothing leaves")
    return solved(sgd, members, arguments.checked_points(sgd, "start", start, members), tolerance)


def solved(sgd: Truncated, members: np.ndarray, start: np.ndarray, tolerance: float) -> Killed:
    """`killed`, for members and starts that are checked."""
    tolerance = arguments.checked_tolerance(tolerance)
    arguments.refuse_overshoot(sgd, members)
    answer = lambda solver: _answer(solver, start)  # noqa: E731
    found = refined(sgd, members, answer, tolerance, "the mean exit time", stacklevel=4)
    unknown = np.nan if not found.error < UNKNOWN else 1.0
    times, destinations = found.answer.positive * unknown, found.answer.shares * unknown
    destinations = destinations.reshape(start.size, -1)
    return Killed(members, start, times[:-1], destinations, float(times[-1]), found.error, sgd, tolerance)


def _answer(solver: Solver, start: np.ndarray) -> Answer:
    """Mean times and the rate; destinations."""
    chain = solver.chain
    solution = solver.solve(np.column_stack([np.ones(chain.mesh.size), chain.outside]))
    values = chain.mesh.at(start) @ solution.values
    rate = np.real(decay_rates(solver, 1))
    return Answer(np.append(values[:, 0], rate), values[:, 1:].ravel(), solution.correction)
