"""What Theorem 1 predicts for one recursion at its own learning rate.

    E sigma_i ~ 1 / (q_i lambda_i(eta)),   P(X_sigma in Omega_j) ~ q_ij / q_i

Both are limits as eta -> 0; how far off they are at a given eta is a question for measurement.
"""

from __future__ import annotations

import numpy as np

from heavysgd import checks
from heavysgd.recursion import StateDependentSGD, Truncated
from heavysgd.theory.arguments import checked_recursion
from heavysgd.theory.directions import axis_weights, law_of
from heavysgd.theory.exit_measure import exit_measure
from heavysgd.theory.jumps import jump_numbers
from heavysgd.theory.scales import exit_scale, require_heavy


def mean_exit_time(sgd: Truncated, basin: int) -> float:
    """1 / (q_i lambda_i(eta)) in steps.

    `sgd` is an `SGD` or a `StateDependentSGD`. Raises `ValueError` for any other recursion, an unknown basin, light-tailed
    noise, updates cut coordinate by coordinate whose far draws do not lie along the axes, or a learning rate at which
    gradient descent is unstable at the minimum (eta f'' > 2): what happens there is discretisation, and no theorem
    describes it.
    """
    basin = _comparable(sgd, basin)
    rate = _row(sgd, basin).sum()
    jumps = jump_numbers(sgd.landscape, sgd.b, directions=law_of(sgd.landscape, sgd.noise)["directions"])[basin]
    return float(1 / (rate * exit_scale(sgd.noise, sgd.eta, jumps)))


def exit_location(sgd: Truncated, basin: int) -> np.ndarray:
    """q_ij / q_i over the destinations j, shape (k,), or (k + 1,) with open ends. Errors as in `mean_exit_time`."""
    basin = _comparable(sgd, basin)
    row = _row(sgd, basin)
    return row / row.sum()


def _row(sgd: Truncated, basin: int) -> np.ndarray:
    sigma = sgd.sigma if isinstance(sgd, StateDependentSGD) else None
    return exit_measure(sgd.landscape, sgd.noise.alpha, sgd.b, sigma=sigma, **law_of(sgd.landscape, sgd.noise))[basin]


def _comparable(sgd: Truncated, basin: int) -> int:
    checked_recursion(sgd)
    basin = checks.index("basin", basin, sgd.landscape.size)
    require_heavy(sgd.noise)
    if sgd.by_coordinate and axis_weights(sgd.noise) is None:
        raise ValueError("truncation = 'coordinates': theory is of updates cut by their norm; use truncation='norm'")
    if basin in sgd.unstable:
        bend = float(sgd.landscape.curvature(sgd.landscape.minima[basin]))
        raise ValueError(
            f"eta = {sgd.eta:g}: eta f'' = {sgd.eta * bend:.3g} > 2 at minimum {basin}, where gradient descent is "
            f"unstable and the theory cannot be compared; use eta < {2 / bend:.3g}"
        )
    return basin
