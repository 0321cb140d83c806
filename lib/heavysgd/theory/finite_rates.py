"""The process before its limit: every minimum kept, each left at its own rate.

    m_i -> m_j at rate q_ij lambda_i(eta) per step

This is what Theorem 1 says of every basin at once, read at a finite learning rate; sharp minima are left fast but not
at once, and as eta -> 0 the chain becomes the limit chain of Theorems 3 to 5. Its predictions are those the book tests
where the limit itself is out of reach.

Source: Theorem 1 of the paper, applied basin by basin; the description at finite eta is this book's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import sympy
from numpy.typing import ArrayLike

from heavysgd import checks
from heavysgd.landscape import Landscape
from heavysgd.noise import Noise
from heavysgd.recursion.truncated import warn_unstable
from heavysgd.theory.directions import law_of
from heavysgd.theory.exit_measure import exit_measure
from heavysgd.theory.jumps import jump_numbers
from heavysgd.theory.limit_chain import refuse_many_basins
from heavysgd.theory.markov_chain import MarkovChain
from heavysgd.theory.scales import exit_scale


@dataclass(frozen=True, eq=False)
class FiniteRates(MarkovChain):
    """A chain on all k minima; rates are per step, times in steps. With open ends, leaving them is being killed."""

    def share(self, basins: ArrayLike, start: int | None = None, n_steps: float | None = None) -> float:
        """Expected share of time in `basins`: in the long run, or over the first `n_steps` from minimum `start`.

        Raises `AssumptionError` where the long run depends on the start (then give both), `ValueError` for a start
        without a number of steps or a basin that is not there.
        """
        if (start is None) != (n_steps is None):
            raise ValueError("start and n_steps: give both, or neither for the long run")
        law = self.stationary() if start is None or n_steps is None else self.occupation(n_steps)[self.row(start)]
        return float(sum(law[self.row(i)] for i in np.unique(basins)))

    def hop_counts(self, start: int, n_steps: float) -> np.ndarray:
        """Expected number of moves i -> j in the first `n_steps` steps from minimum `start`, shape (k, k)."""
        visits = n_steps * self.occupation(n_steps)[self.row(start)]
        return visits[:, None] * np.where(np.eye(self.states.size, dtype=bool), 0.0, self.generator)


def finite_rates(
    f: Landscape,
    z: Noise,
    eta: float,
    b: float | None,
    *,
    sigma: sympy.Expr | float | None = None,
    n_paths: int = 4096,
    seed: int = 0,
) -> FiniteRates:
    """The chain with rates q_ij lambda_i(eta) for one law of the noise and one learning rate.

    `sigma`, `n_paths` and `seed` are those of `exit_measure` in R^d, where the far directions are those of `z`.

    Raises as `exit_measure` and `exit_scale` do (a light tail, eta <= 0, a resonance). Warns with `StabilityWarning`
    where eta f'' > 2 at a minimum: the chain then describes a process that gradient descent does not allow.
    """
    refuse_many_basins(f)
    law = law_of(f, z)
    scale = exit_scale(z, checks.positive("eta", eta), jump_numbers(f, b, directions=law["directions"]))
    warn_unstable(f, eta)
    rates = exit_measure(f, z.alpha, b, sigma=sigma, n_paths=n_paths, seed=seed, **law) * scale[:, None]
    generator = rates[:, : f.size] - np.diag(rates.sum(axis=1))
    return FiniteRates(np.arange(f.size), generator)
