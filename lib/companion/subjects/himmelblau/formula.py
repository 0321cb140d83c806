"""Which numbers the formula of Figure 3 needs: c_x, which is not printed, and the constant in its cut."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from heavysgd.inference import Measured
from scipy.optimize import brentq, fsolve, least_squares

from companion.subjects.himmelblau import figure

_HIMMELBLAU = {1: (-2.805118, 3.131312), 2: (-3.779310, -3.283186), 3: (3.0, 2.0), 4: (3.584428, -1.848127)}  # (u, v)
_RATE, _LEVEL = 0.4, -2.9  # c_0, a_y


class Fit(NamedTuple):
    """shift, centre : a_x and c_x. places : {i: position of the minimiser of Omega_i}. misfit : root mean square distance
    from the dots of the figure, over Omega_1, Omega_3, Omega_4."""

    shift: float
    centre: float
    places: dict[int, np.ndarray]
    misfit: float


@cache
def minimiser(field: int, shift: float, centre: float) -> tuple[float, float]:
    """Where u = g (x - a_x), v = g y, g = 1 + e^(c_0 (x - a_x - c_x)), is the minimum of Himmelblau's function."""
    u, v = _HIMMELBLAU[field]
    along = lambda t: t * (1 + np.exp(_RATE * (t - centre))) - u  # noqa: E731 - increasing where it vanishes
    start = figure.SEGMENT[0] if field == 2 else figure.DOTS[field]
    t = float(fsolve(along, start[0] - shift)[0])
    return t + shift, v / (1 + np.exp(_RATE * (t - centre)))


def fit(shift: float | None = None) -> Fit:
    """Least squares over the three dots: of c_x with a_x = `shift`, or of both."""
    free = lambda p: (p[0] if shift is None else shift, p[-1])  # noqa: E731
    away = lambda p: np.ravel([np.subtract(minimiser(i, *free(p)), dot) for i, dot in figure.DOTS.items()])  # noqa: E731
    start = [1.5, 1.5] if shift is None else [1.5]
    found = least_squares(away, start)
    return placed(*map(float, free(found.x)))


def placed(shift: float, centre: float) -> Fit:
    """The minimisers for given a_x and c_x, with their misfit."""
    places = {i: np.array(minimiser(i, shift, centre)) for i in (1, 2, 3, 4)}
    squares = [np.sum((places[i] - dot) ** 2) for i, dot in figure.DOTS.items()]
    return Fit(shift, centre, places, float(np.sqrt(np.mean(squares))))


def height(points, shift: float, centre: float) -> np.ndarray:
    """h at points (..., 2) before any cut; shape (...)."""
    x, y = np.moveaxis(np.asarray(points, float), -1, 0)
    g = 1 + np.exp(_RATE * (x - shift - centre))
    u, v = g * (x - shift), g * y
    return (u**2 + v - 11) ** 2 + (u + v**2 - 7) ** 2


def cut_constants(fitted: Fit, factor: float = 12.0) -> tuple[Measured, Measured]:
    """What has to be added to `factor` |y + 2.9|^1.1 for the figure, told twice: by the ends of the segment, where h comes
    up to it, and by the straight sides of the plateau, whose level is that of h on its curved sides. The errors are those
    of reading."""
    level = float(np.mean(height(figure.SIDES, fitted.shift, fitted.centre)))
    half = (figure.PLATEAU[3] - figure.PLATEAU[2]) / 2
    blurred = factor * 1.1 * half**0.1 * figure.READING / np.sqrt(2)
    ends, aside = (height(np.add(figure.SEGMENT, (by, 0)), fitted.shift, fitted.centre) for by in (0.0, figure.READING))
    by_ends = Measured(float(np.mean(ends)), float(np.linalg.norm(aside - ends) / 2))
    return by_ends, Measured(level - factor * half**1.1, float(blurred))


def segment(cut: str, shift: float, centre: float, constant: float = 4.2) -> np.ndarray:
    """The minimisers of Omega_2, both ends, shape (2, 2): of the cut as drawn or as printed."""
    if cut == "printed":
        return np.array([[-5.5, _LEVEL], [-0.5, _LEVEL]])
    lowest = minimiser(2, shift, centre)[0]
    above = lambda x: float(height((x, _LEVEL), shift, centre)) - constant  # noqa: E731
    return np.array([[brentq(above, lowest - 1, lowest), _LEVEL], [brentq(above, lowest, lowest + 1), _LEVEL]])
