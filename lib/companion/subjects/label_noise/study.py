"""Sets of zero loss along which label noise creeps: a b = 1 in the plane, and a line of minima with two curvatures.

Two numbers: f = a b, y = 1. D = a^2 - b^2 is multiplied by 1 - eta^2 (f - y + Z)^2 in every step, exactly, so that with
u = f - y in its stationary state on the minima, E u^2 = eta l s^2 / (2 - eta l), s^2 = Var Z,

    - d log D / dk = eta^2 s^2 / (1 - eta l / 2),    l = a^2 + b^2 the trace of the Hessian.

Two outputs: f_1 = e^t u, f_2 = 2 e^(-t/2) v, y = 0, whose minima are the line u = v = 0, with the curvatures
l_1 = e^(2t) and l_2 = 4 e^-t across. The regulariser is stationary where
2 l_1 / (1 - eta l_1 / 2) = l_2 / (1 - eta l_2 / 2).
"""

from __future__ import annotations

import warnings
from functools import lru_cache

import heavysgd as hs
import numpy as np
import sympy
from heavysgd.inference import Measured, mean
from scipy.integrate import solve_ivp
from scipy.optimize import brentq
from scipy.stats import median_abs_deviation

_A, _B, _T, _U, _V = sympy.symbols("a b t u v", real=True)
OUTPUTS = {"two numbers": (_A * _B - 1,), "two outputs": (sympy.exp(_T) * _U, 2 * sympy.exp(-_T / 2) * _V)}
_PLACES = {"two numbers": ((-4, 4),) * 2, "two outputs": ((-2, 2),) * 3}
_KEPT = 2000  # positions of a path from which its mean is taken


@lru_cache(maxsize=4)
def landscape(name: str) -> hs.Landscape:
    """Half the sum of squares; its minima are a curve, so that no more than its paths is asked for."""
    outputs = OUTPUTS[name]
    symbols = tuple(sorted(set().union(*(o.free_symbols for o in outputs)), key=str))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", hs.AssumptionWarning)
        loss = sum(output**2 for output in outputs) / 2
        return hs.Landscape(loss, _PLACES[name], symbols=symbols, allow=("anything",), name=name)


def sgd(name: str, eta: float, spread: float) -> hs.LabelNoiseSGD:
    """The recursion, with normal noise of standard deviation `spread` on each label."""
    f = landscape(name)
    noise = hs.Independent(hs.Gaussian(spread), f.dimension)
    return hs.LabelNoiseSGD(f, noise, outputs=OUTPUTS[name], eta=eta)


# --- two numbers ---


def predicted_rate(sharpness):
    """- d log D / dk over eta^2 s^2, `sharpness` = eta l."""
    return 1 / (1 - sharpness / 2)


def rate(sharpness: float, spread: float, total: int, seed: int, falls: float = 6.0) -> Measured:
    """The same of paths near (1, 1), where l = 2, while D falls by e^falls; `total` steps of all paths."""
    eta = sharpness / 2
    n_steps = int(falls / (eta * spread) ** 2 / predicted_rate(sharpness))
    how = {"n_steps": n_steps, "every": n_steps, "n_paths": max(16, total // n_steps), "seed": seed, "progress": False}
    path = hs.sample_path(sgd("two numbers", eta, spread), (1.005, 1 / 1.005), **how)
    first, last = (path[:, k, 0] ** 2 - path[:, k, 1] ** 2 for k in (0, -1))
    return mean(np.log(first / last) / n_steps).scaled(1 / (eta * spread) ** 2)


def traces(eta: float, spread: float, n_steps: int, n_paths: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Steps, and the trace of the Hessian along paths from (2, 1/2), shape (n_paths, times)."""
    every = max(1, n_steps // 200)
    how = {"n_steps": n_steps, "every": every, "n_paths": n_paths, "seed": seed, "progress": False}
    path = hs.sample_path(sgd("two numbers", eta, spread), (2.0, 0.5), **how)
    return every * np.arange(path.shape[1]), (path**2).sum(axis=2)


def flow(eta: float, spread: float, steps: np.ndarray, linear: bool = False) -> np.ndarray:
    """The trace along the flow of the regulariser from (2, 1/2): d log D / dk as above, l = sqrt(D^2 + 4); or, `linear`,
    along that of its limit for small eta."""

    def fall(_, log_d):
        held = 1.0 if linear else 1 - eta * np.hypot(np.exp(log_d), 2) / 2
        return -((eta * spread) ** 2) / held

    found = solve_ivp(fall, (steps[0], steps[-1]), [np.log(3.75)], t_eval=steps, rtol=1e-8)
    return np.hypot(np.exp(found.y[0]), 2)


# --- two outputs ---


def curvatures(t):
    """l_1 and l_2."""
    return np.exp(2 * t), 4 * np.exp(-t)


def regulariser(t, eta: float):
    """R = - sum_i log(1 - eta l_i / 2) / (2 eta), infinite where eta l_i >= 2."""
    left = np.array([1 - eta * bend / 2 for bend in curvatures(np.asarray(t, float))])
    return np.where((left > 0).all(axis=0), -np.log(np.maximum(left, 1e-300)).sum(axis=0) / (2 * eta), np.inf)


def stationary(eta: float) -> float:
    """Where the regulariser is least: log(2) / 3 for small eta, log(4) / 3, where l_1 = l_2, for the largest possible."""

    def slope(t):
        first, second = curvatures(t)
        return 2 * first / (1 - eta * first / 2) - second / (1 - eta * second / 2)

    inside = 1e-9
    return brentq(slope, np.log(2 * eta) + inside, np.log(2 / eta) / 2 - inside)


def settled(eta: float, spread: float, n_steps: int, n_paths: int, seed: int) -> Measured:
    """Mean of t over the later half of paths from t = 0.1."""
    return mean(_later(eta, spread, n_steps, n_paths, seed))


def missed(eta: float, spread: float, n_steps: int, n_paths: int, seed: int) -> Measured:
    """By how much t of a typical path, the median, exceeds what is predicted: where eta l is near 2 and the noise is not
    small, some paths are thrown off the line, which moves the mean. The error is that of a normal sample's median."""
    t = _later(eta, spread, n_steps, n_paths, seed)
    middle = float(np.median(t))
    error = np.sqrt(np.pi / 2) * median_abs_deviation(t, scale="normal") / np.sqrt(t.size)
    return Measured(middle - stationary(eta), float(error))


def _later(eta: float, spread: float, n_steps: int, n_paths: int, seed: int) -> np.ndarray:
    """Of each path, shape (n_paths,)."""
    every = max(1, n_steps // _KEPT)
    how = {"n_steps": _KEPT * every, "every": every, "n_paths": n_paths, "seed": seed, "progress": False}
    path = hs.sample_path(sgd("two outputs", eta, spread), (0.1, 0.0, 0.0), **how)
    return path[:, _KEPT // 2 :, 0].mean(axis=1)
