"""The exit measure q_ij: where the limit path stands right after its last jump.

From m_i the limit path makes l = l*_i jumps of size at most b with gradient flow in between,

    q_ij = mu_i{ in Omega_j after the l-th jump },   mu_i = nu(dw_1) ... nu(dw_l) dt_2 ... dt_l

    on a line   nu(dw) = alpha (p_+ w^(-alpha-1) 1{w > 0} + p_- |w|^(-alpha-1) 1{w < 0}) dw
    in R^d      nu(dw) = alpha r^(-alpha-1) dr sigma(dtheta),   w = r theta,   sigma the law of the noise's far directions

With noise of an amplitude sigma(x), a jump from x is phi_b(sigma(x) w): it passes a length as often as w passes length /
sigma(x), so that every jump has the weight sigma(x)^alpha of the point where it begins.

On a line this is a quadrature (`exit_measure_line`), and in R^d an average over directions and waiting times
(`exit_measure_space`), but for jumps along the axes of a separable landscape, which the line's quadrature does.

Source: section 2 of the paper and its remark on R^d; for sigma(x), (2.24) of Wang and Rhee, May 2024.
"""

from __future__ import annotations

from typing import Literal, overload

import numpy as np
import sympy

from heavysgd import checks
from heavysgd.landscape import Landscape, Line, Separable, as_space
from heavysgd.noise import SpaceNoise
from heavysgd.theory.arguments import checked_landscape, checked_sigma
from heavysgd.theory.directions import axis_weights, checked_directions
from heavysgd.theory.exit_measure_line import line_rates
from heavysgd.theory.exit_measure_space import axis_rates, space_rates
from heavysgd.theory.jumps import jump_numbers

MOST_JUMPS = 6  # a seventh would make the quadrature six-dimensional: minutes, and gigabytes


@overload
def exit_measure(
    f: Landscape,
    alpha: float,
    b: float | None,
    p_plus: float = 0.5,
    return_error: Literal[False] = False,
    *,
    directions: SpaceNoise | None = None,
    sigma: sympy.Expr | float | None = None,
    n_paths: int = 4096,
    seed: int = 0,
) -> np.ndarray: ...
@overload
def exit_measure(
    f: Landscape,
    alpha: float,
    b: float | None,
    p_plus: float = 0.5,
    *,
    return_error: Literal[True],
    directions: SpaceNoise | None = None,
    sigma: sympy.Expr | float | None = None,
    n_paths: int = 4096,
    seed: int = 0,
) -> tuple[np.ndarray, np.ndarray]: ...
def exit_measure(
    f: Landscape,
    alpha: float,
    b: float | None,
    p_plus: float = 0.5,
    return_error: bool = False,
    *,
    directions: SpaceNoise | None = None,
    sigma: sympy.Expr | float | None = None,
    n_paths: int = 4096,
    seed: int = 0,
) -> np.ndarray | tuple[np.ndarray, np.ndarray]:
    """The matrix q_ij, shape (k, k), zero diagonal; with open ends (k, k + 1), last column past the ends.

    Parameters: `alpha` > 1, tail index; `b` > 0 or None; `p_plus` in (0, 1), share of the right tail on a line. In R^d,
    `directions` is the law of the noise whose far directions are sigma (None: isotropic), `n_paths` >= 16 the number of
    limit paths a basin, and `seed` that of their points. `sigma`, on a line: the amplitude of the noise, a positive
    expression of the position (None: one).
    With `return_error` also the matrix of errors: on a line and along axes the quadrature's own estimate (zero for one
    jump, which is closed form), else one standard error of the average over paths.

    Raises `ValueError` for arguments out of range, recursions in place of landscapes among them, where leaving takes more
    than 6 jumps, and in R^d where flow between jumps may help a path out; `AssumptionError` where Assumption 3 fails or
    Assumption 1 is broken on purpose; `ArithmeticError` should the quadrature not reach a relative error of 1e-3, or none
    of the paths leave a basin.
    """
    sigma = checked_sigma(checked_landscape(f), sigma)
    alpha, p_plus = checks.tail_index("alpha", alpha), checks.probability("p_plus", p_plus)
    directions = checked_directions(f, directions, p_plus)
    n_paths, seed = checks.count("n_paths", n_paths, least=16, most=2**24), checks.seed(seed)
    jumps, b = jump_numbers(f, b, directions=directions), checks.threshold("b", b)
    _refuse_many_jumps(f, b, jumps)
    if isinstance(f, Line):
        rates = _accurate(line_rates(f, alpha, b, p_plus, jumps, sigma), b)
    elif isinstance(f, Separable) and (weights := axis_weights(directions)) is not None:
        rates = _accurate(axis_rates(f, alpha, b, weights, jumps), b)
    else:
        rates = space_rates(as_space(f), alpha, b, directions, jumps, n_paths, seed)
        if np.any(rates[0].sum(axis=1) == 0):
            raise ArithmeticError(f"n_paths = {n_paths}: no limit path left some basin; give more paths, or move b")
    return (rates[0], rates[1]) if return_error else rates[0]


def _accurate(rates: np.ndarray, b: float) -> np.ndarray:
    if np.any(rates[1] > 1e-3 * rates[0]):
        raise ArithmeticError(f"b = {b:g}: the quadrature of q_ij did not reach a relative error of 1e-3")
    return rates


def exit_rates(
    f: Landscape,
    alpha: float,
    b: float | None,
    p_plus: float = 0.5,
    *,
    directions: SpaceNoise | None = None,
    sigma: sympy.Expr | float | None = None,
    n_paths: int = 4096,
    seed: int = 0,
) -> np.ndarray:
    """q_i = sum_j q_ij, shape (k,): the constant of Theorem 1. Arguments and errors as in `exit_measure`."""
    return exit_measure(f, alpha, b, p_plus, directions=directions, sigma=sigma, n_paths=n_paths, seed=seed).sum(axis=1)


def _refuse_many_jumps(f: Landscape, b: float, jumps: np.ndarray) -> None:
    if jumps.max() > MOST_JUMPS:
        basin = int(jumps.argmax())
        raise ValueError(
            f"b = {b:g}: leaving basin {basin} takes {jumps[basin]} jumps and q_ij is computed for at most {MOST_JUMPS}; "
            f"use b > {f.widths[basin] / MOST_JUMPS:.3g}"
        )
