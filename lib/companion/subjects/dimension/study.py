"""What dimension does: one geometry in d = 1, 2, ..., 64, two kinds of noise, two kinds of truncation.

The first coordinate has two wells, with the maximum at distance r = 1 from the minimum; every other has a bowl of the same
curvature, which nothing leaves. Limits, to first order in eta, with lambda(eta) = H(1/eta) (H(1/eta) / eta)^(l - 1):

    rate of exits ~ C lambda(eta)

Isotropic noise is Z = R V, V uniform on the sphere, P(R > x) = H(x). V_1^2 is Beta(1/2, (d-1)/2), so that

    M = E|V_1|^alpha = Gamma((alpha+1)/2) Gamma(d/2) / (sqrt(pi) Gamma((d+alpha)/2)) ~ d^(-alpha/2)
    A(x) = E[V_1^alpha; V_1 > x] = M/2 P(B > x^2),   B ~ Beta((alpha+1)/2, (d-1)/2)

(V_1^alpha times the density of V_1^2 is another Beta's). Jumps whose first coordinate exceeds w have nu-mass

    G(w) = w^(-alpha) M/2          no truncation, or coordinate by coordinate (if w < b)
    G(w) = w^(-alpha) A(w/b)       truncation of the norm: the jump min(R, b) V passes w only if V_1 > w/b

and the flow, which moves each coordinate by itself, leaves the first where a line's would. So the reduction of the line
(heavysgd.theory.exit_measure_line) holds with G: C = G(r) for one jump, and for two

    C = int_{r-b}^{b} G(u) G(r - u) / |f'(u)| du,    u the distance from the minimum just before the second jump.

Without truncation of the norm C = M^l times the line's. With it, l = ceil(r/b) still, but C falls exponentially in d:
A(x) is of order (1 - x^2)^(d/2). Independent coordinates of tail H jump along axes: C is the line's in every d, whichever
way updates are cut.

Without truncation, and where each coordinate is cut, the first coordinate does not look at the others at all: it is SGD on
a line whose noise is Z_1, at every eta (`walk`). Where the norm is cut, all coordinates have to be run (`whole`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import heavysgd as hs
import numba as nb
import numpy as np
import sympy
from heavysgd.elementary import cos_turn, power
from heavysgd.inference import Measured, mean
from heavysgd.landscape import Line
from heavysgd.noise.two_sided import signed_magnitude
from scipy import stats
from scipy.integrate import quad
from scipy.special import betainc, gammaln

WIDTH = 1.0  # r
LADDER = (1, 2, 4, 8, 16, 32, 64)


def landscape(dimension: int) -> hs.Landscape:
    """Two wells along the first axis, bowls of the wells' curvature along the others."""
    wells = hs.landscapes.two_wells(WIDTH, WIDTH)
    if dimension == 1:
        return wells
    x = sympy.Symbol("x", real=True)
    bend = round(float(wells.curvature(wells.minima)[0]), 9)
    bowl = Line(x**2 * bend / 2, bounds=(-2.0, 2.0), name="bowl")
    return hs.landscapes.separable(wells, *[bowl] * (dimension - 1), name=f"two wells and {dimension - 1} bowls")


def noise(kind: str, law: hs.Lomax, dimension: int) -> hs.Noise:
    """ "isotropic" noise of radial law `law`, or "independent" coordinates of that law; on a line both are `law`."""
    make = {"isotropic": hs.Isotropic, "independent": hs.Independent}[kind]
    return law if dimension == 1 else make(law, dimension)


# --- limits ---


def mean_power(alpha: float, dimension: int) -> float:
    """M = E|V_1|^alpha for a uniform direction; 1 on a line."""
    half = np.array([alpha + 1, dimension, dimension + alpha]) / 2
    return float(np.exp(gammaln(half[0]) + gammaln(half[1]) - gammaln(half[2])) / np.sqrt(np.pi))


def aimed_power(alpha: float, dimension: int, least):
    """A(x) = E[V_1^alpha; V_1 > x] at x = `least` in (0, 1]; on a line 1/2 below 1."""
    least = np.minimum(least, 1.0)
    if dimension == 1:
        return 0.5 * (least < 1)
    beyond = betainc((dimension - 1) / 2, (alpha + 1) / 2, 1 - np.square(least))
    return mean_power(alpha, dimension) / 2 * beyond


def constant(alpha: float, dimension: int, kind: str, b: float | None = None, truncation: str = "norm") -> float:
    """C, for exits in one jump or two. Raises `ValueError` where they take more."""
    jumps, reach = jump_number(b), np.inf if b is None else b
    if jumps > 2:
        raise ValueError(f"b = {b:g}: leaving takes {jumps} jumps, and the constant is for one or two")
    along = 1 if kind == "independent" else dimension
    cut = truncation == "norm" and b is not None
    share = lambda w: aimed_power(alpha, along, w / reach) if cut else mean_power(alpha, along) / 2  # noqa: E731
    mass = lambda w: w**-alpha * share(w)  # noqa: E731
    if jumps == 1:
        return float(mass(WIDTH))
    wells = landscape(1)
    speed = lambda u: abs(float(wells.gradient(wells.minima[0] + u)))  # noqa: E731
    integrand = lambda u: mass(u) * mass(WIDTH - u) / speed(u)  # noqa: E731
    return quad(integrand, WIDTH - reach, reach, epsabs=0, epsrel=1e-6, limit=400)[0]


def jump_number(b: float | None) -> int:
    """ceil(r/b), which neither dimension nor the kind of truncation changes here."""
    return 1 if b is None else int(np.ceil(WIDTH / b))


# --- the first coordinate by itself ---


@nb.njit(inline="always")
def _first(u, v, w, params):
    side, magnitude = signed_magnitude(u, params[0])
    planar = (max(1.0 - power(v, params[1]), 0.0)) ** 0.5 * cos_turn(w)
    return side * params[0][1] * (magnitude - 1.0) * (1.0 if params[2] > 0.5 else planar)


@dataclass(frozen=True)
class FirstCoordinate(hs.Noise):
    """Z_1 = R V_1 of isotropic Lomax noise in d = `of` dimensions: a law on the line.

    The first two coordinates of V have length sqrt(1 - u^(2 / (d - 2))), u uniform, and an even angle; so a draw takes
    three uniforms whatever d, and one compiled kernel serves every d.
    """

    alpha: float
    scale: float
    of: int

    uniforms = 3
    p_plus = 0.5
    transform = staticmethod(_first)

    @property
    def params(self):
        exponent = 2 / (self.of - 2) if self.of > 2 else 1e9  # d = 2: the length is 1
        return (hs.Lomax(self.alpha, self.scale).params, exponent, float(self.of == 1))

    def tail(self, x):
        """P(|Z_1| > x) for large x, M H(x)."""
        return mean_power(self.alpha, self.of) * hs.Lomax(self.alpha, self.scale).tail(x)


class Exits(NamedTuple):
    """Exits in `dimension` dimensions: `times` in steps, shape (n,), `predicted` the limit formula for their mean."""

    dimension: int
    eta: float
    times: np.ndarray
    predicted: float

    @property
    def mean(self) -> Measured:
        """Mean exit time."""
        return mean(self.times)

    @property
    def ratio(self) -> Measured:
        """Measured over predicted mean."""
        return self.over(self.predicted)

    def over(self, steps: float) -> Measured:
        """The mean in units of `steps`."""
        return self.mean.scaled(1 / steps)


def whole(
    kind: str, dimension: int, law: hs.Lomax, eta: float, b: float | None, truncation: str, n_exits: int, seed: int
) -> Exits:
    """Exits of the whole recursion, all d coordinates."""
    f = landscape(dimension)
    sgd = hs.SGD(f, noise(kind, law, dimension), eta, b, truncation=truncation)
    exits = hs.first_exit(sgd, f.minima[0], n_paths=n_exits, max_steps=10**12, seed=seed, threads=1)
    return Exits(dimension, eta, exits.steps, predicted_mean(kind, dimension, law, eta, b, truncation))


def walk(dimension: int, law: hs.Lomax, eta: float, b: float | None, n_exits: int, seed: int) -> Exits:
    """Exits of the first coordinate run by itself: isotropic noise, no truncation or that of each coordinate."""
    sgd = hs.SGD(landscape(1), FirstCoordinate(law.alpha, law.scale, dimension), eta, b)
    exits = hs.first_exit(sgd, -WIDTH, n_paths=n_exits, max_steps=10**12, seed=seed, threads=1)
    return Exits(dimension, eta, exits.steps, predicted_mean("isotropic", dimension, law, eta, b, "coordinates"))


def predicted_mean(kind: str, dimension: int, law: hs.Lomax, eta: float, b: float | None, truncation: str) -> float:
    """1 / (C lambda(eta)) in steps, lambda by the tail H of `law`."""
    scale = float(hs.theory.exit_scale(law, eta, jump_number(b)))
    return 1 / (constant(law.alpha, dimension, kind, b, truncation) * scale)


def predicting(exits: list[Exits], law: hs.Lomax, b: float | None = None) -> list[Exits]:
    """The same exits with the predictions of another `law` of isotropic noise, norm cut."""
    return [e._replace(predicted=predicted_mean("isotropic", e.dimension, law, e.eta, b, "norm")) for e in exits]


def over_another(exits: Exits, law: hs.Lomax, b: float | None = None) -> tuple[Measured, float]:
    """Measured over predicted mean, and the prediction over that of `predicting`."""
    return exits.ratio, exits.predicted / predicting([exits], law, b)[0].predicted


def limit_times(kind: str, law: hs.Lomax, eta: float, b: float | None, truncation: str, ladder) -> list[tuple[int, float]]:
    """(d, limit formula for the mean exit time) over dimensions."""
    return [(d, predicted_mean(kind, d, law, eta, b, truncation)) for d in ladder]


# --- readings ---


def paid(exits: list[Exits], alpha: float) -> Measured:
    """How many factors M an exit pays: the slope of log mean time on -log M over dimensions at one eta.

    The rate is M^l times the line's where the norm is not cut, so this is l; for independent coordinates it is 0.
    """
    x = [-np.log(mean_power(alpha, e.dimension)) for e in exits]
    return _slope(x, exits)


def power_of_dimension(exits: list[Exits]) -> Measured:
    """The slope of log mean time on log d."""
    return _slope([np.log(e.dimension) for e in exits], exits)


def limit_power_of_dimension(exits: list[Exits], law: hs.Lomax | None = None) -> float:
    """The same slope of the limit formula's times, or those for another `law` without truncation, weighed alike."""
    x, of = np.log([e.dimension for e in exits]), exits if law is None else predicting(exits, law)
    return float(np.polyfit(x, np.log([e.predicted for e in of]), 1, w=_weights(exits))[0])


def jumps_fitted(exits: list[Exits], law: hs.Lomax) -> Measured:
    """The number of jumps, from one d at several learning rates."""
    means = [e.mean for e in exits]
    etas = [e.eta for e in exits]
    return hs.inference.jump_count(law, etas, [m.value for m in means], [m.stderr for m in means])


def alike(one: Exits, other: Exits) -> Measured:
    """p-value of the two-sample Kolmogorov-Smirnov test: are the exit times of one law?"""
    return Measured(float(stats.ks_2samp(one.times, other.times).pvalue))


def _weights(exits: list[Exits]) -> np.ndarray:
    return np.array([e.mean.value / e.mean.stderr for e in exits])


def _slope(x, exits: list[Exits]):
    return hs.inference.slope(x, np.log([e.mean.value for e in exits]), 1 / _weights(exits))


# --- the recorded ladder ---


def from_record(record: dict, series: str, kind: str, dimensions=LADDER) -> list[Exits]:
    """The recorded exits of one series (`series`, `kind`), those in `dimensions`; on a line both kinds are one."""
    found = []
    for run in record["runs"]:
        d, law = run["dimension"], hs.Lomax(record["alpha"], run["scale"])
        if d in dimensions and run["series"] == series and (run["kind"] == kind or d == 1):
            predicted = predicted_mean(run["kind"], d, law, run["eta"], run["b"], run["truncation"])
            found.append(Exits(d, run["eta"], np.array(run["times"]), predicted))
    return found


def cheapest_jumps(rho: float, dimension: int, b: float, most: int = 200) -> int:
    """The number k of jumps for which an exit under a cut norm is least unlikely, at a given rho = H(1/eta) / eta.

    k jumps cost rho^(k-1), and each must go at least r/k along the axis: for lengths up to b a share of order
    (1 - (r / (k b))^2)^((d-1)/2) of all directions. A count of orders of magnitude, without constants and without the
    flow back between jumps, which both favour few jumps.
    """
    k = np.arange(jump_number(b), most)
    cost = -(k - 1) * np.log(rho) - k * (dimension - 1) / 2 * np.log1p(-((WIDTH / (k * b)) ** 2))
    return int(k[np.argmin(cost)])
