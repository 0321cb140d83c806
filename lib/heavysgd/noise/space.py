"""Laws of Z in R^d, made of laws on the line: isotropic, coordinate by coordinate, and along directions of one's own.

Far out, each looks like a power tail H(r) = P(|Z| > r) of index alpha in a random direction; the law of that direction,
the angular measure, is what `directions` draws from.

Source: the paper's remark on R^d (multivariate regular variation).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numba as nb
import numpy as np
from numpy.typing import ArrayLike

from heavysgd import checks
from heavysgd.compiling import UNROLLED, function_from_source, inlined
from heavysgd.elementary import cos_turn, log, sin_half_turn
from heavysgd.noise.base import Noise


@nb.njit(inline="always")
def sin_turn(v):
    """sin(2 pi v) for v in [0, 1], as -2 sin(pi w) cos(pi w) with w = v - 1/2."""
    w = v - 0.5
    return -2.0 * sin_half_turn(w) * sin_half_turn(0.5 - abs(w))


class SpaceNoise(Noise):
    """Base of the laws in R^d; `dimension` is d, and `transform` gives a tuple of d numbers."""

    def directions(self, size: int, rng: np.random.Generator) -> np.ndarray:
        """Directions of far draws, unit vectors (size, d): a sample of the angular measure."""
        raise NotImplementedError

    def cdf(self, x: ArrayLike) -> np.ndarray:
        """There is none in R^d. Raises `NotImplementedError`."""
        raise NotImplementedError(f"{type(self).__name__}: a law in R^d has no distribution function of one number")


@dataclass(frozen=True)
class Isotropic(SpaceNoise):
    """Z = |R| V with R of the law `radial` on the line and V uniform on the unit sphere: P(|Z| > r) = H_radial(r).

    Raises `ValueError` unless `radial` is symmetric and dimension >= 2.

    >>> from heavysgd.noise import Lomax
    >>> Isotropic(Lomax(1.5, 0.1), dimension=3).sample(4).shape
    (4, 3)
    """

    radial: Noise
    dimension: int

    def __post_init__(self):
        _check(self)

    @property
    def uniforms(self) -> int:
        return self.radial.uniforms + {2: 1, 3: 2}.get(self.dimension, 2 * -(-self.dimension // 2))

    @property
    def transform(self) -> Callable[..., Any]:
        return _isotropic(self.radial.transform, self.radial.uniforms, self.dimension)

    @property
    def params(self) -> tuple:
        return self.radial.params

    @property
    def alpha(self) -> float:
        return self.radial.alpha

    def tail(self, x: ArrayLike) -> np.ndarray:
        """H(r) = P(|Z| > r)."""
        return self.radial.tail(x)

    def directions(self, size: int, rng: np.random.Generator) -> np.ndarray:
        normal = rng.standard_normal((size, self.dimension))
        return normal / np.linalg.norm(normal, axis=1, keepdims=True)


@dataclass(frozen=True)
class Independent(SpaceNoise):
    """Coordinates independent, each of the law `law`: far draws lie along the axes.

    Raises `ValueError` unless `law` is symmetric and dimension >= 2.
    """

    law: Noise
    dimension: int

    def __post_init__(self):
        _check(self)

    @property
    def radial(self) -> Noise:
        """The law of each coordinate."""
        return self.law

    @property
    def uniforms(self) -> int:
        return self.dimension * self.law.uniforms

    @property
    def transform(self) -> Callable[..., Any]:
        return _independent(self.law.transform, self.law.uniforms, self.dimension)

    @property
    def params(self) -> tuple:
        return self.law.params

    @property
    def alpha(self) -> float:
        return self.law.alpha

    def tail(self, x: ArrayLike) -> np.ndarray:
        """d H_law(r), which P(|Z| > r) comes to for large r; at most 1."""
        return np.minimum(1.0, self.dimension * self.law.tail(x))

    def directions(self, size: int, rng: np.random.Generator) -> np.ndarray:
        found = np.zeros((size, self.dimension))
        found[np.arange(size), rng.integers(0, self.dimension, size)] = rng.choice([-1.0, 1.0], size)
        return found


@dataclass(frozen=True)
class Angular(SpaceNoise):
    """Z = |R| V with V one of finitely many directions: an angular measure of one's own.

    Parameters: `radial`, a symmetric law on the line; `vectors`, n directions of d numbers, made unit vectors here;
    `weights`, their probabilities (None: even), scaled to one. Raises `ValueError` for vectors or weights out of range,
    and where the mean direction is not zero, since Z must have mean zero (Assumption 2).
    """

    radial: Noise
    vectors: tuple[tuple[float, ...], ...]
    weights: tuple[float, ...] | None = None
    dimension: int = field(init=False)

    def __post_init__(self):
        vectors = np.asarray(self.vectors, float)
        if vectors.ndim != 2 or len(vectors) < 2 or not np.all(np.linalg.norm(vectors, axis=1) > 0):
            raise ValueError(f"vectors has shape {vectors.shape}: must be two or more directions (n, d), none zero")
        vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        weights = np.ones(len(vectors)) if self.weights is None else np.asarray(self.weights, float)
        if weights.shape != (len(vectors),) or not np.all(weights > 0) or not np.all(np.isfinite(weights)):
            raise ValueError(f"weights = {self.weights!r}: must be {len(vectors)} numbers > 0, one for each direction")
        weights = weights / weights.sum()
        if np.abs(weights @ vectors).max() > 1e-9:
            raise ValueError(
                f"vectors, weights: the mean direction is {weights @ vectors}, and must be zero (Assumption 2)"
            )
        object.__setattr__(self, "vectors", tuple(map(tuple, vectors.tolist())))
        object.__setattr__(self, "weights", tuple(weights.tolist()))
        object.__setattr__(self, "dimension", vectors.shape[1])
        _check(self)

    @property
    def uniforms(self) -> int:
        return self.radial.uniforms + 1

    @property
    def transform(self) -> Callable[..., Any]:
        return _angular(self.radial.transform, self.radial.uniforms, self.vectors, self.weights)

    @property
    def params(self) -> tuple:
        return self.radial.params

    @property
    def alpha(self) -> float:
        return self.radial.alpha

    def tail(self, x: ArrayLike) -> np.ndarray:
        """H(r) = P(|Z| > r)."""
        return self.radial.tail(x)

    def directions(self, size: int, rng: np.random.Generator) -> np.ndarray:
        return np.array(self.vectors)[rng.choice(len(self.vectors), size, p=self.weights)]


def _check(noise) -> None:
    law = noise.radial
    if not isinstance(law, Noise) or isinstance(law, SpaceNoise):
        raise ValueError(f"radial = {law!r}: must be a law on the line, such as Lomax")
    if law.p_plus != 0.5:
        raise ValueError(f"radial = {law!r}: must be symmetric, p_plus = 1/2")
    object.__setattr__(noise, "dimension", checks.count("dimension", noise.dimension, least=2, most=4096))


# --- formulas ---


def _compiled(lines: list[str], uniforms: int, dimension: int, namespace: dict):
    """draw(u0, u1, ..., params) from its lines; in many dimensions with calls in place of inlined formulas."""
    if dimension > UNROLLED:
        namespace = {name: nb.njit(function.py_func) for name, function in namespace.items()}
    u = [f"u{i}" for i in range(max(2, uniforms))]
    source = "\n".join([f"def draw({', '.join([*u, 'params'])}):", *(f"    {line}" for line in lines), ""])
    return nb.njit(function_from_source(source, "draw", namespace), inline=inlined(dimension))


def _radius(uniforms: int) -> str:
    return "r = abs(radial(u0, u0, params))" if uniforms == 1 else "r = abs(radial(u0, u1, params))"


@lru_cache(maxsize=64)
def _isotropic(radial, radial_uniforms: int, dimension: int):
    names = {"radial": radial, "cos_turn": cos_turn, "sin_turn": sin_turn, "log": log}
    first, lines = radial_uniforms, [_radius(radial_uniforms)]
    if dimension == 2:
        v = [f"cos_turn(u{first})", f"sin_turn(u{first})"]
        uniforms = first + 1
    elif dimension == 3:
        lines += [f"h = 2.0*u{first} - 1.0", "s = (max(1.0 - h*h, 0.0))**0.5"]
        v = [f"s*cos_turn(u{first + 1})", f"s*sin_turn(u{first + 1})", "h"]
        uniforms = first + 2
    else:
        uniforms = first + 2 * -(-dimension // 2)
        lines += _normals(dimension, first)
        v = [f"n{i}" for i in range(dimension)]
    lines.append(f"return {', '.join(f'r*({part})' for part in v)}")
    return _compiled(lines, uniforms, dimension, names)


def _normals(dimension: int, first: int) -> list[str]:
    """n0, n1, ...: a uniform direction, as normal numbers over their length."""
    lines = []
    for pair in range(-(-dimension // 2)):
        u, v = f"u{first + 2 * pair}", f"u{first + 2 * pair + 1}"
        lines.append(f"g{pair} = (max(-2.0*log({u}), 0.0))**0.5")
        lines.append(f"n{2 * pair} = g{pair}*cos_turn({v})")
        lines.append(f"n{2 * pair + 1} = g{pair}*sin_turn({v})")
    squares = " + ".join(f"n{i}*n{i}" for i in range(dimension))
    return [*lines, f"r = r/({squares})**0.5"]


@lru_cache(maxsize=64)
def _independent(law, law_uniforms: int, dimension: int):
    each = [(i, i) if law_uniforms == 1 else (2 * i, 2 * i + 1) for i in range(dimension)]
    values = ", ".join(f"law(u{a}, u{b}, params)" for a, b in each)
    return _compiled([f"return {values}"], dimension * law_uniforms, dimension, {"law": law})


@lru_cache(maxsize=64)
def _angular(radial, radial_uniforms: int, vectors, weights):
    v, lines = f"u{radial_uniforms}", [_radius(radial_uniforms)]
    below = np.cumsum(weights)[:-1].tolist()
    for axis in range(len(vectors[0])):
        chain = repr(vectors[-1][axis])
        for limit, vector in zip(reversed(below), reversed(vectors[:-1])):
            chain = f"{vector[axis]!r} if {v} <= {limit!r} else ({chain})"
        lines.append(f"v{axis} = {chain}")
    lines.append(f"return {', '.join(f'r*v{axis}' for axis in range(len(vectors[0])))}")
    return _compiled(lines, radial_uniforms + 1, len(vectors[0]), {"radial": radial})
