"""Critical points in R^d: found from many starts, polished, classified, and counted against a theorem.

Where descent points inwards on the whole boundary of a box, the signs of its critical points add up to one,

    sum (-1)^(number of directions downhill) = 1        (Poincare and Hopf)

so that a search that has missed one usually shows.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import root
from scipy.stats import qmc

from heavysgd.checks import AssumptionError

_STARTS = 128  # per dimension, in the first round
_ROUNDS = 4  # each with four times the starts of the one before
_FLAT = 1e-8  # smallest over largest |eigenvalue| below which a Hessian counts as singular


def critical_points(gradient, hessian, box: np.ndarray, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Critical points inside the box, in lexicographic order, and the number of directions downhill at each.

    Raises `AssumptionError` where a Hessian is singular (a line of minima has singular ones), and where the signs do not
    add up after the last round.
    """
    points = np.empty((0, len(box)))
    for attempt in range(_ROUNDS):
        starts = qmc.scale(qmc.Sobol(len(box), rng=attempt).random(_power_of_two(_STARTS * 4**attempt)), *box.T)
        points = _distinct([*points, *_roots(gradient, hessian, starts, box)], box)
        downhill = _classified(hessian, points, name)
        if np.sum((-1) ** downhill) == 1:
            return points, downhill
    total = int(np.sum((-1) ** downhill))
    raise AssumptionError(
        f"{name}: the {len(points)} critical points found have signs that add up to {total} and not to 1, as on every box "
        "into which descent points: some were missed, or lie on the bounds"
    )


def refuse_outward_faces(gradient, box: np.ndarray, name: str) -> None:
    """Raises `AssumptionError` where descent leaves the box through a face, seen at 256 points of each face."""
    for axis, end in np.ndindex(len(box), 2):
        points = qmc.scale(qmc.Sobol(len(box), rng=0).random(256), *box.T)
        points[:, axis] = box[axis, end]
        with np.errstate(all="ignore"):
            outward = (2 * end - 1) * gradient(points)[:, axis]  # the slope along the outer normal
        if not np.all(np.isfinite(outward)):
            raise ValueError(f"{name}: the gradient is not finite near {points[~np.isfinite(outward)][0]}; change bounds")
        if np.any(outward <= 0):
            where = np.array2string(points[outward <= 0][0], precision=3)
            raise AssumptionError(
                f"{name}: descent presses against, or runs along, the face bounds[{axis}][{end}] = {box[axis, end]:g} near "
                f"{where}, which would act as a minimum; widen the bounds or stop before it"
            )


def _roots(gradient, hessian, starts: np.ndarray, box: np.ndarray):
    """Zeros of the gradient inside the box that Powell's method reaches from the starts."""
    with np.errstate(all="ignore"):
        for start in starts:
            found = root(gradient, start, jac=hessian, tol=1e-13)
            if found.success and np.all((found.x > box[:, 0]) & (found.x < box[:, 1])):
                yield found.x


def _distinct(points, box: np.ndarray) -> np.ndarray:
    """One of each cluster of points, in lexicographic order."""
    size, kept = np.ptp(box, axis=1).max(), []
    for point in points:
        if all(np.abs(point - other).max() > 1e-6 * size for other in kept):
            kept.append(point)
    rounded = [tuple(np.round(p / size, 7)) for p in kept]  # what agrees but for rounding is ordered by the next coordinate
    return np.array([kept[i] for i in sorted(range(len(kept)), key=rounded.__getitem__)]).reshape(-1, len(box))


def _classified(hessian, points: np.ndarray, name: str) -> np.ndarray:
    values = np.linalg.eigvalsh(hessian(points)) if len(points) else np.empty((0, 1))
    flat = np.abs(values).min(axis=1) <= _FLAT * np.abs(values).max(axis=1)
    if flat.any():
        raise AssumptionError(
            f"{name}: degenerate critical point at x = {np.array2string(points[flat][0], precision=6)}, where the Hessian "
            "is singular (Assumption 1 needs it regular; a line of minima is such a place)"
        )
    return np.sum(values < 0, axis=1)


def _power_of_two(n: int) -> int:
    return 1 << (n - 1).bit_length()
