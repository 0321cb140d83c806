"""Which way descent points on the faces of a box.

Iterates are projected on the box. A face against which descent presses holds them, or lets them slide to where it presses
less; attraction fields, which gradient flow defines, know nothing of either.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.stats import qmc

from heavysgd.checks import AssumptionError

_ON_A_MAXIMUM = 1e-12  # sides of the box: so near a maximum along its normal, a face lies on it


def refuse_outward_faces(gradient: Callable[..., Any], hessian: Callable[..., Any], box: np.ndarray, name: str) -> None:
    """Raises `AssumptionError` where descent leaves the box through a face, seen at 256 points of each face.

    A face may lie on maxima along its normal: from beside them descent leads inwards.
    """
    for axis, end in np.ndindex(len(box), 2):
        points = qmc.scale(qmc.Sobol(len(box), rng=0).random(256), *box.T)
        points[:, axis] = box[axis, end]
        with np.errstate(all="ignore"):
            outward = (2 * end - 1) * gradient(points)[:, axis]  # the slope along the outer normal
            bend = hessian(points)[:, axis, axis]
        if not np.all(np.isfinite(outward)):
            raise ValueError(f"{name}: the gradient is not finite near {points[~np.isfinite(outward)][0]}; change bounds")
        on_maxima = (bend < 0) & (np.abs(outward) <= -_ON_A_MAXIMUM * np.ptp(box[axis]) * bend)
        pressed = (outward <= 0) & ~on_maxima
        if np.any(pressed):
            where = np.array2string(points[pressed][0], precision=3)
            raise AssumptionError(
                f"{name}: descent presses against, or runs along, the face bounds[{axis}][{end}] = {box[axis, end]:g} near "
                f"{where}: iterates would stay there or slide along it; choose bounds through which descent leads inwards "
                "everywhere (not across a slanting valley), or add a wall to f"
            )
