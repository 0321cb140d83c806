"""What a landscape is in any dimension: one symbolic expression, and the functions that are generated from it.

f is written once, in SymPy; derivatives are exact, and the gradient of every backend comes from the same expression.

Source: section 2 of the paper, Assumption 1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import numpy as np
import sympy
from numpy.typing import ArrayLike, DTypeLike

from heavysgd.checks import real
from heavysgd.compiling import compiled_gradient
from heavysgd.expression import real_formula
from heavysgd.landscape.cusps import refuse_cusps
from heavysgd.landscape.joins import ALLOWED, refuse_jumps

ANYTHING = "anything"

if TYPE_CHECKING:
    from heavysgd.landscape.fields import Fields

Kind = TypeVar("Kind", bound="type[Landscape]")


def checked_allow(allow: Any) -> tuple[str, ...]:
    """`allow` as a tuple of words that there are."""
    known, given = (*ALLOWED, ANYTHING), (allow,) if isinstance(allow, str) else allow
    if not isinstance(given, (tuple, list)) or not all(isinstance(what, str) and what in known for what in given):
        raise ValueError(f"allow = {allow!r}: must be of {', '.join(map(repr, known))}, or () for nothing")
    return tuple(given)


@dataclass(frozen=True)
class Landscape:
    """A landscape f on `bounds` satisfying Assumption 1.

    Parameters
    ----------
    expr : sympy expression (or anything `sympy.sympify` takes) whose free symbols are the position.
    bounds : (lo, hi) on a line; one such pair for each coordinate in the plane and beyond. f is searched and simulated
        inside only.
    open_ends : on a line, what lies past the bounds. False: nothing, iterates are projected back (the paper's setting).
        True: leaving through an end is an exit, into the region numbered `outside`; for a single well.
    name : shown in messages and titles.
    symbols : the coordinates in their order; none given: the free symbols in alphabetical order.
    allow : () holds f to Assumption 1. ("curvature",) takes pieces that meet with a jump of f'', where value and slope do
        not jump: paths and exits are as well defined as before. ("anything",) takes f as it is, in R^d: pieces may jump and
        minima may be lines. Its paths can be sampled; there are no attraction fields, and theory refuses it by name.

    Gives a `Line` where `bounds` is one pair of numbers, a `Space` where it is a sequence of pairs, and a `Rough`, which
    warns with `AssumptionWarning`, where anything is allowed.

    Raises `AssumptionError` (a `ValueError`) when a critical point is degenerate (a line of minima, too), when there is
    no minimum, where f has a cusp, when pieces meet with a jump of f, f' or f'', or when descent would press against the
    bounds; `ValueError` for anything else that is not a landscape.

    >>> x, y = sympy.symbols("x y")
    >>> f = Landscape((x**2 - 1) ** 2, bounds=(-2, 2))
    >>> f.minima, f.maxima, f.widths
    (array([-1.,  1.]), array([0.]), array([1., 1.]))
    >>> Landscape((x**2 - 1) ** 2 + y**2, bounds=((-2, 2), (-1, 1))).minima.tolist()
    [[-1.0, 0.0], [1.0, 0.0]]
    """

    expr: sympy.Expr
    bounds: tuple
    open_ends: bool = False
    name: str = "landscape"
    symbols: tuple[sympy.Symbol, ...] = ()
    allow: tuple[str, ...] = ()

    exact_widths: ClassVar[bool] = True  # whether widths are right to the last digits
    regular: ClassVar[bool] = True  # whether it was held to Assumption 1
    _made_for: ClassVar[dict[bool | str, type[Landscape]]] = {}  # of bounds that are a box, or one interval; ANYTHING

    def __new__(cls, expr=None, bounds=None, open_ends=False, name="", symbols=None, allow=(), **_):
        """Chooses the class by the shape of the bounds, and by whether anything is allowed."""
        if cls is not Landscape:
            return object.__new__(cls)
        rough = ANYTHING in checked_allow(allow)
        if rough and not _is_box(bounds):
            raise ValueError(f"allow = {allow!r}: on a line a landscape must satisfy Assumption 1, but for 'curvature'")
        return object.__new__(cls._made_for[ANYTHING if rough else _is_box(bounds)])

    @classmethod
    def for_bounds(cls, box: bool) -> Callable[[Kind], Kind]:
        """Decorator of the class that `Landscape(...)` gives for bounds that are a box, or one interval."""

        def register(kind: Kind) -> Kind:
            cls._made_for[box] = kind
            return kind

        return register

    @classmethod
    def for_anything(cls, kind: type[Landscape]) -> type[Landscape]:
        """Decorator of the class that `Landscape(..., allow="anything")` gives."""
        cls._made_for[ANYTHING] = kind
        return kind

    def __getstate__(self):
        """The fields alone: compiled functions do not travel to other processes, and are made anew there."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def _read(self, expr: sympy.Expr, symbols: tuple[sympy.Symbol, ...], bounds) -> sympy.Expr:
        """`expr` in the form that all backends take, its joins looked at."""
        object.__setattr__(self, "allow", checked_allow(self.allow))
        expr = real_formula(expr, symbols, bounds)
        refuse_cusps(expr, symbols, np.array(bounds, float), self.name)
        refuse_jumps(expr, symbols, bounds, self.name, self.allow)
        return expr

    # --- what every landscape has: positions are (...) on a line and (..., d) beyond ---

    def value(self, x: ArrayLike) -> np.ndarray:
        """f at positions; shape (...)."""
        raise NotImplementedError

    def gradient(self, x: ArrayLike) -> np.ndarray:
        """f' on a line, shape (...); the gradient beyond, shape (..., d)."""
        raise NotImplementedError

    def curvature(self, x: ArrayLike) -> np.ndarray:
        """f'' on a line, the largest eigenvalue of the Hessian beyond; shape (...)."""
        raise NotImplementedError

    @property
    def minima(self) -> np.ndarray:
        """m_1, ..., m_k, shape (k,) on a line and (k, d) beyond, in ascending order."""
        raise NotImplementedError

    @property
    def distances(self) -> np.ndarray:
        """Distance from minimum i to the nearest point of field j, shape (k, k), inf on the diagonal; with open ends a last
        column for what lies past them."""
        raise NotImplementedError

    def basin_of(self, x: ArrayLike) -> np.ndarray:
        """Number 0 .. k - 1 of the attraction field that holds each position; shape (...)."""
        raise NotImplementedError

    def fields(self, dtype: DTypeLike = np.float64) -> Fields:
        """The attraction fields for compiled code, for positions of a precision."""
        raise NotImplementedError

    # --- what follows from it ---

    @property
    def dimension(self) -> int:
        """d."""
        return len(self.symbols)

    @property
    def size(self) -> int:
        """k, the number of basins."""
        return len(self.minima)

    @property
    def widths(self) -> np.ndarray:
        """r_i, the distance from m_i to the nearest point of another field, shape (k,); inf where there is no other."""
        return self.distances.min(axis=1)

    @property
    def intervals(self) -> tuple[tuple[float, float], ...]:
        """The bounds of each coordinate."""
        return self.bounds if self.dimension > 1 else (self.bounds,)

    @property
    def compiled_gradient(self) -> Callable[..., Any]:
        """(x0, x1, ...) -> the gradient, compiled; made for positions inside the bounds."""
        return compiled_gradient(self.symbols, self.expr, self.intervals)


def interval(bounds: Any, name: str = "bounds") -> tuple[float, float]:
    """(lo, hi) as finite floats with lo < hi. Raises `ValueError`, naming the argument, for anything else."""
    try:
        lo, hi = bounds
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} = {bounds!r}: must be a pair (lo, hi)") from error
    lo, hi = real(f"{name}[0]", lo), real(f"{name}[1]", hi)
    if lo >= hi:
        raise ValueError(f"{name} = {bounds!r}: must satisfy lo < hi")
    if hi - lo == np.inf:
        raise ValueError(f"{name} = {bounds!r}: must be less than {np.finfo(float).max:.1g} apart")
    return lo, hi


def numbers(x: Any, name: str = "x") -> np.ndarray:
    """`x` as an array of floats. Raises `ValueError`, naming the argument, for anything else."""
    try:
        return np.asarray(x, float)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} = {x!r}: must be numbers") from error


def positions(x: Any, dimension: int) -> np.ndarray:
    """`x` as points (..., d): one, or arrays or lists of them. Raises `ValueError` for another number of coordinates."""
    x = numbers(x)
    if x.shape[-1:] != (dimension,):
        raise ValueError(f"x has shape {x.shape}: points of this landscape have {dimension} coordinates")
    return x


def _is_box(bounds) -> bool:
    try:
        return np.ndim(bounds[0]) == 1
    except (TypeError, IndexError, KeyError, ValueError):
        return False
