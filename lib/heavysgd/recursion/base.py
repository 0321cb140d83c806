"""What a recursion is: a landscape, a law of noise, constants, and one step written down in plain arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import sympy

from heavysgd import checks
from heavysgd.landscape import Landscape, Line, as_space
from heavysgd.noise import Noise


@dataclass(frozen=True)
class Recursion:
    """Base of the recursions X_{n+1} = F(X_n, Z_{n+1}), on a line and in R^d, projected on the domain of the landscape.

    A recursion is a frozen dataclass whose first fields are `landscape` and `noise`, with a field `eta`, the learning rate,
    and class attributes:

    step : lines of assignments, in which everything is a vector of d coordinates or a number. Known at the beginning are
        `x` the position, `z` the draw of the noise, `gradient` at x, and by their names the other `functions` at x, the
        constants, the coins and the memory. Coordinates are worked out one by one; `norm(v)` and `dot(v, w)` are numbers.
        `cut(v, c)` is v min(1, c / |v|), `cut_coordinates(v, c)` cuts coordinate by coordinate, and `project(v)` projects
        on the domain; each is the whole right side of its line. The new position is `x`.
    constants : names of the fields that the step uses; a field that is None counts as infinite.
    coins : how many further uniforms on (0, 1] each coordinate has in a step: `coin`, or `coin0`, `coin1`, ... They have
        draws of their own, so that they never change z.
    memory : name: expression of x and the constants, for state beyond the position, with its value at the start. A step
        that assigns to the name changes it.
    observed : "x" or a name of the memory: what exits, occupation, hops and sample paths look at.

    Fields: `landscape`; `noise`, the law of Z, in as many dimensions; and, where a subclass has it, `radius` > 0: iterates
    are projected on |x| <= radius, which must hold every critical point (where they are known: not of a landscape that
    breaks Assumption 1 on purpose) and lie inside the landscape's bounds. None
    projects on the bounds themselves, a box in R^d (with open ends: not at all).

    Raises `ValueError` for anything outside this.

    >>> import heavysgd as hs
    >>> @dataclass(frozen=True)
    ... class Averaged(Recursion):
    ...     eta: float
    ...     rate: float
    ...     constants, memory, observed = ("eta", "rate"), {"mean": "x"}, "mean"
    ...     step = '''
    ...         x = project(x + eta*(z - gradient))
    ...         mean = mean + rate*(x - mean)
    ...     '''
    >>> f = hs.landscapes.two_wells()
    >>> hs.sample_path(Averaged(f, hs.Gaussian(1.0), 0.01, 0.1), f.minima[0], n_steps=1000, every=500).shape
    (1, 3)
    """

    landscape: Landscape
    noise: Noise
    if TYPE_CHECKING:
        eta: float  # of every recursion, wherever among its fields

    step = ""
    constants = ()
    coins = 0
    memory = {}
    observed = "x"
    radius = None

    def __post_init__(self):
        self._check_parts()
        object.__setattr__(self, "eta", checks.positive("eta", self.eta))
        self._check_radius()

    def functions(self) -> dict[str, sympy.Expr | tuple[sympy.Expr, ...]]:
        """Further functions of the position that the step uses, by name: expressions in the landscape's `symbols`, one for
        a number, d of them for a vector."""
        return {}

    @property
    def dimension(self) -> int:
        """d."""
        return self.landscape.dimension

    @property
    def described(self) -> tuple[float, ...]:
        """The values of the constants; None is infinite."""
        values = (getattr(self, name) for name in self.constants)
        return tuple(np.inf if value is None else float(value) for value in values)

    @property
    def on_ball(self) -> bool:
        """Whether iterates are projected on a ball in R^d, and not on an interval or a box."""
        return self.dimension > 1 and self.radius is not None

    @property
    def clip(self) -> tuple[float, ...]:
        """Where iterates are projected: (lo, hi) on a line, infinite with open ends; lo, hi by coordinate of a box in R^d;
        (radius,) of a ball."""
        if self.landscape.open_ends:
            return (-np.inf, np.inf)
        if self.dimension > 1:
            return tuple(np.ravel(self.landscape.bounds).tolist()) if self.radius is None else (self.radius,)
        return self.landscape.bounds if self.radius is None else (-self.radius, self.radius)

    def _check_parts(self) -> None:
        if not isinstance(self.landscape, Landscape):
            raise ValueError(f"landscape = {self.landscape!r}: must be a heavysgd.Landscape")
        if not isinstance(self.noise, Noise):
            raise ValueError(f"noise = {self.noise!r}: must be one of heavysgd's noise laws")
        if self.landscape.dimension != self.noise.dimension:
            raise ValueError(
                f"noise has dimension {self.noise.dimension} and the landscape {self.landscape.dimension}: must be the "
                "same; hs.Isotropic(law, dimension) makes a law in R^d of one on the line"
            )

    def _check_radius(self) -> None:
        if self.radius is None:
            return
        radius = checks.positive("radius", self.radius)
        object.__setattr__(self, "radius", radius)
        f = self.landscape
        if f.open_ends:
            raise ValueError(f"radius = {radius:g}: must be None for a landscape with open ends, whose ends are exits")
        if isinstance(f, Line):
            least, most = np.abs([*f.minima, *f.maxima]).max(), min(-f.bounds[0], f.bounds[1])
        else:
            box = np.array(f.bounds, float)
            least = np.linalg.norm(as_space(f).critical[0], axis=1).max() if f.regular else 0.0
            most = np.min([-box[:, 0], box[:, 1]])
        if not least < radius <= most:
            raise ValueError(f"radius = {radius:g}: must exceed {least:g}, the farthest critical point, and not {most:g}")
