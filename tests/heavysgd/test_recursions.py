"""Recursions that no engine knows about: on every engine they are what a plain loop over NumPy arrays makes of them."""

from dataclasses import dataclass

import heavysgd as hs
import numpy as np
import pytest
import sympy
from heavysgd.philox import uniform_pair
from heavysgd.simulate.arguments import basins_of
from heavysgd.simulate.cuda import driver
from heavysgd.simulate.program import starting_state
from heavysgd.simulate.stopping import inside_fields

from tests.heavysgd.host_device import COMPILER, HostDevice

LINE = hs.landscapes.two_wells(0.8, 0.8)
PLANE = hs.landscapes.separable(LINE, hs.landscapes.two_wells(0.5, 0.5))
WIDE = hs.Landscape(PLANE.expr, ((-1.28, 1.28), (-1.28, 1.28)), symbols=PLANE.symbols)
LAW = hs.Lomax(1.3, 0.5, p_plus=0.4)
SEED, PATHS = 11, 12


@dataclass(frozen=True)
class Averaged(hs.Recursion):
    """SGD, looked at through the average of its positions."""

    eta: float
    rate: float
    radius: float | None = None

    constants = "eta", "rate"
    memory, observed = {"mean": "x"}, "mean"
    step = """
        x = x + eta*(z - gradient)
        x = project(x)
        mean = mean + rate*(x - mean)
    """

    def plain(self, x, mean, z, coins):
        x = projected(self, x + self.eta * (z - self.landscape.gradient(x)))
        return x, mean + self.rate * (x - mean)


class StateDependent(hs.StateDependentSGD):
    """The library's, with the step once more."""

    def plain(self, x, memory, z, coins):
        move = self.eta * ((1 + np.sum(x**2) / 2) * z - self.landscape.gradient(x))
        return projected(self, x + move * min(1.0, self.b / np.linalg.norm(move))), memory


class HessianShaped(hs.HessianShapedSGD):
    """The library's, with the step once more."""

    def plain(self, x, memory, z, coins):
        k = np.array([4.0, 9.0])[: np.size(x)]
        move = self.eta * (np.sqrt(k / self.batch) * z - self.landscape.gradient(x))
        return projected(self, x + move * min(1.0, self.b / np.linalg.norm(move))), memory


class Convention(hs.ConventionSGD):
    """The library's, with the step once more."""

    def plain(self, x, memory, z, coins):
        sigma, push = 1 + x**2 / 2, (1 + x**2 / 2) * x
        move = self.eta * (sigma * z - self.landscape.gradient(x) + self.convention * self.eta * push)
        return projected(self, x + np.clip(move, -self.b, self.b)), memory


class Regression(hs.MiniBatchRegression):
    """The library's, with the step once more."""

    def plain(self, x, memory, z, coins):
        coins, pairs = coins[:, 0], self.batch // 2
        squares = -2 * np.log(coins[:pairs]).sum()
        if self.batch % 2:
            squares -= 2 * np.log(coins[-2]) * np.cos(2 * np.pi * coins[-1]) ** 2
        q = squares / self.batch
        return projected(self, x + self.eta * (np.sqrt(q / self.batch) * z - q * self.landscape.gradient(x))), memory


class AveragedRegression(hs.AveragedRegression):
    """The library's, with the step once more."""

    def plain(self, x, memory, z, coins):
        x, _ = Regression.plain(self, x, memory, z, coins)
        return x, memory + self.rate * (x - memory)


class TwoSample(hs.TwoSampleSGD):
    """The library's, with the step once more."""

    def plain(self, x, memory, z, coins):
        return projected(self, x - self.eta * (self.landscape.gradient(x) + np.where(z[0] > 0, 5.0, -5.0))), memory


class LabelNoise(hs.LabelNoiseSGD):
    """The library's, with the step once more: outputs sin(2 x) and, in the plane, x y as well."""

    def plain(self, x, memory, z, coins):
        slopes = [np.append(2 * np.cos(2 * x[0]), np.zeros(np.size(x) - 1)), np.flip(x)][: np.size(x)]
        push = sum(draw * slope for draw, slope in zip(z, slopes))
        return projected(self, x - self.eta * (self.landscape.gradient(x) + push)), memory


class Adaptive(hs.AdaptiveSGD):
    """The library's, with the step once more."""

    def plain(self, x, memory, z, coins):
        mean, square, scale = memory if np.ndim(memory) == 2 else np.zeros((3, np.size(x)))
        slope = self.landscape.gradient(x) + np.where(z[0] > 0, 5.0, -5.0)
        mean = self.beta1 * mean + (1 - self.beta1) * slope
        square = self.beta2 * square + (1 - self.beta2) * slope**2
        scale = np.maximum(scale, square) if self.kind == "amsgrad" else square
        moved = x - self.eta * mean / (np.sqrt(scale) + self.epsilon)
        return projected(self, moved), np.array([mean, square, scale])


class LowPrecision(hs.LowPrecisionSGLD):
    """The library's, with the step once more."""

    def plain(self, x, memory, z, coins):
        d, coins = self.spacing, coins[:, 0]
        rough = self.landscape.gradient(x) + self.spread * np.sqrt(-2 * np.log(coins[0])) * np.cos(2 * np.pi * coins[1])
        drift = -self.eta * d * np.floor(rough / d + coins[2])
        if self.kind == "full":
            memory = projected(self, memory + drift + np.sqrt(2 * self.eta) * z)
            return projected(self, d * np.floor(memory / d + coins[3])), memory
        if self.kind == "naive":
            return projected(self, d * np.floor((x + drift + np.sqrt(2 * self.eta) * z) / d + coins[3])), memory
        most = d**2 / 4
        if 2 * self.eta > most:
            y = x + drift + np.sqrt(2 * self.eta - most) * z
            near = d * np.floor(y / d + 0.5)
            up, down = ((most + (y - near) ** 2 + side * (y - near) * d) / (2 * d**2) for side in (1, -1))
            turn = np.where(coins[3] <= up, 1.0, np.where(coins[3] <= up + down, -1.0, 0.0))
            return projected(self, near + d * turn), memory
        y = x + drift
        rest = y - d * np.floor(y / d)
        share = np.maximum(2 * self.eta - rest * (d - rest), 0) / d**2
        turn = np.where(coins[4] <= share / 2, 1.0, np.where(coins[4] <= share, -1.0, 0.0))
        return projected(self, d * np.floor(y / d + coins[3]) + d * turn), memory


@dataclass(frozen=True)
class Kicked(hs.Recursion):
    """Two coins a coordinate decide a kick along the gradient, which has a size of its own along each coordinate."""

    eta: float

    constants = ("eta",)
    coins = 2
    step = """
        size = exp(-dot(x, x))
        x = x - eta*gradient*(1 + size*kick) + eta*z
        x = project(x + (0.1 if coin0 < 0.01 else 0.0)*(coin1 - 0.5))
    """

    def functions(self):
        return {"kick": tuple(1 + symbol**2 for symbol in self.landscape.symbols)}

    def plain(self, x, memory, z, coins):
        kick = 1 + np.asarray(x) ** 2
        x = x - self.eta * self.landscape.gradient(x) * (1 + np.exp(-np.sum(x**2)) * kick) + self.eta * z
        return projected(self, x + np.where(coins[0] < 0.01, 0.1, 0.0) * (coins[1] - 0.5)), memory


def projected(recursion, x):
    if recursion.on_ball:
        return x * min(1.0, recursion.radius / np.linalg.norm(x))
    return np.clip(x, *np.reshape(recursion.clip, (-1, 2)).T)


def law_on(f):
    return LAW if f.dimension == 1 else hs.Independent(hs.Lomax(1.3, 0.5), 2)


def loud(f):
    return 1 + sum(symbol**2 for symbol in f.symbols) / 2


CASES = {f"averaged, {f.dimension}": Averaged(f, law_on(f), 0.02, 0.05) for f in (LINE, PLANE)}
CASES |= {f"state-dependent, {f.dimension}": StateDependent(f, law_on(f), loud(f), 0.02, 0.41) for f in (LINE, PLANE)}
CASES |= {"state-dependent on a ball": StateDependent(WIDE, law_on(WIDE), loud(WIDE), 0.02, 0.41, radius=1.2)}
CASES |= {f"kicked, {f.dimension}": Kicked(f, law_on(f), 0.02) for f in (LINE, PLANE)}
PARABOLAS = hs.landscapes.parabolic_wells((4.0, 4.0), barrier=0.03)
GRID = hs.Landscape("(x**2 - 1)**2 + x/10", bounds=(-1.625, 1.75))  # no number of its grid is a maximum or an edge of a bin
ACROSS = hs.landscapes.parabolic_wells((9.0, 9.0), barrier=0.1)
CASES |= {
    "Hessian-shaped, 1": HessianShaped(PARABOLAS, LAW, 0.02, batch=0.5, b=0.7),
    "Hessian-shaped, 2": HessianShaped(hs.landscapes.separable(PARABOLAS, ACROSS), law_on(PLANE), 0.02, batch=0.5, b=0.7),
    "anti-Itô": Convention(LINE, LAW, loud(LINE), 0.02, 0.41, convention=1.0),
    "two samples, 1": TwoSample(LINE, LAW, 5 * sum(LINE.symbols), 0.05),
    "two samples, 2": TwoSample(PLANE, law_on(PLANE), 5 * sum(PLANE.symbols), 0.03),
    "label noise, 1": LabelNoise(LINE, LAW, sympy.sin(2 * LINE.symbols[0]), 0.03),
    "label noise, 2": LabelNoise(PLANE, law_on(PLANE), (sympy.sin(2 * PLANE.symbols[0]), sympy.prod(PLANE.symbols)), 0.02),
    "AMSGrad": Adaptive(LINE, LAW, 5 * sum(LINE.symbols), 0.1, beta2=0.9),
    "Adam in the plane": Adaptive(PLANE, law_on(PLANE), 5 * sum(PLANE.symbols), 0.1, beta2=0.9, kind="adam"),
    **{
        f"low precision, {kind}, {eta:g}": LowPrecision(GRID, hs.Gaussian(1.0), eta, 0.125, kind, 0.1)
        for kind, eta in (("full", 0.02), ("naive", 0.02), ("corrected", 0.02), ("corrected", 0.003))
    },
    "regression, odd": Regression(LINE, LAW, 0.05, batch=3),
    "regression, even": Regression(LINE, LAW, 0.05, batch=2),
    "regression, averaged": AveragedRegression(LINE, LAW, 0.05, batch=2, rate=0.05),
}
every_case = pytest.mark.parametrize("recursion", CASES.values(), ids=CASES)
needs_compiler = pytest.mark.skipif(COMPILER is None, reason="no C++ compiler here")


def coins_of(recursion, path, step):
    """Of a step, shape (coins, d): from blocks beyond those of all draws."""
    d = recursion.dimension
    pairs = -(-recursion.coins * d // 2)
    blocks = [uniform_pair(np.uint64(SEED), np.uint64(path), np.uint64(2**63 + pairs * step + j)) for j in range(pairs)]
    return np.ravel(blocks)[: recursion.coins * d].reshape(recursion.coins, d)


def plain_path(recursion, start, n_steps, path):
    """The observed position after every step, one step at a time; shape (1 + n_steps, d)."""
    x = memory = np.atleast_1d(np.array(start, float))
    record = [x]
    for step, z in enumerate(np.reshape(recursion.noise.sample(n_steps, SEED, path), (n_steps, -1))):
        found = recursion.plain(x, memory, z, coins_of(recursion, path, step) if recursion.coins else None)
        x, memory = (np.atleast_1d(part) for part in found)
        record.append(memory if recursion.observed != "x" else x)
    return np.array(record)


def start_of(recursion):
    return recursion.landscape.minima[1]


@every_case
def test_paths_are_those_of_a_plain_loop(recursion):
    n_steps = 401
    paths = hs.sample_path(
        recursion, start_of(recursion), n_steps=n_steps, every=7, n_paths=3, seed=SEED, progress=False
    ).reshape(3, -1, recursion.dimension)
    for path in range(3):
        expected = plain_path(recursion, start_of(recursion), n_steps, path)
        assert np.allclose(paths[path], expected[: 7 * (n_steps // 7) + 1 : 7], atol=1e-9)
    assert np.abs(paths[0] - paths[1]).max() > 0.01


@every_case
def test_exits_occupation_and_hops_are_those_of_the_paths(recursion):
    f, start, n_steps = recursion.landscape, start_of(recursion), 1501
    how = {"n_paths": PATHS, "seed": SEED, "progress": False}
    path = hs.sample_path(recursion, start, n_steps=n_steps, **how)
    labels = f.basin_of(path)
    out = labels != labels[:, :1]
    exits = hs.first_exit(recursion, start, max_steps=n_steps, **how)
    assert np.array_equal(exits.censored, ~out.any(axis=1)) and not exits.censored.all()
    assert np.array_equal(exits.steps, np.where(out.any(axis=1), out.argmax(axis=1), n_steps))
    seen = hs.occupation(recursion, start, n_steps=n_steps, bins=40, **how)
    shares = np.stack([(labels[:, 1:] == i).mean(axis=1) for i in range(f.size)], axis=1)
    assert np.allclose(seen.basin_fraction_by_path, shares, atol=1e-12) and np.array_equal(seen.final, path[:, -1])
    flat, edges = path[:, 1:].reshape(-1, f.dimension), np.reshape(seen.edges, (f.dimension, -1))
    assert np.array_equal(seen.counts, np.histogramdd(flat, list(edges))[0])
    hops = hs.hops(recursion, start, n_steps=n_steps, distance=np.inf, **how)
    changed = np.argwhere(np.diff(labels, axis=1) != 0)
    assert np.array_equal(np.stack([hops.path, hops.step]).T, changed + [0, 1])
    assert np.array_equal(hops.basin, labels[changed[:, 0], changed[:, 1] + 1])


@needs_compiler
@every_case
def test_the_cuda_source_does_the_same(recursion, monkeypatch):
    monkeypatch.setattr(driver, "FIRST_BUDGET", 33)  # odd: launches end between the two steps of a block
    monkeypatch.setattr(driver, "MOST_BUDGET", 101)
    f, start, n_steps, d = recursion.landscape, start_of(recursion), 601, recursion.dimension
    how = {"n_paths": PATHS, "seed": SEED, "progress": False, "backend": "cpu"}
    first = starting_state(recursion, np.repeat(np.reshape(start, (d, 1)), PATHS, axis=1))
    on_host = SEED, 0, False, HostDevice
    paths = driver.sample_path(recursion, first.copy(), n_steps, 1, *on_host)
    expected = hs.sample_path(recursion, start, n_steps=n_steps, **how).reshape(PATHS, -1, d)[:, 1:]
    assert np.allclose(paths, expected, atol=1e-8)
    home = basins_of(f, first[:d])
    steps, running = driver.run_until(recursion, first.copy(), inside_fields(recursion, home), n_steps, *on_host)
    exits = hs.first_exit(recursion, start, max_steps=n_steps, **how)
    assert np.array_equal(steps, exits.steps) and np.array_equal(running, exits.censored)
    counts, visits = driver.occupation(recursion, first.copy(), n_steps, 40, *on_host)
    seen = hs.occupation(recursion, start, n_steps=n_steps, bins=40, **how)
    assert np.array_equal(counts, seen.counts.ravel()) and np.allclose(visits / n_steps, seen.basin_fraction_by_path)
    found, hops = (
        driver.hops(recursion, first.copy(), n_steps, np.inf, *on_host),
        hs.hops(recursion, start, n_steps=n_steps, distance=np.inf, **how),
    )
    assert sorted(map(tuple, found)) == list(zip(hops.path, hops.step, hops.basin))


def test_single_precision_follows():
    recursion = CASES["state-dependent, 2"]
    double, single = (
        hs.sample_path(recursion, start_of(recursion), n_steps=100, every=1, n_paths=4, seed=SEED, progress=False, dtype=d)
        for d in ("float64", "float32")
    )
    assert single.dtype == np.float32 and 0 < np.abs(double - single).max() < 1e-3


def test_coins_never_change_the_noise():
    """A recursion that tosses coins and does not look at them is the one without."""
    quiet = type("Quiet", (Kicked,), {"step": "x = x - eta*gradient + eta*z\nx = project(x)", "functions": lambda self: {}})
    without = type("Without", (quiet,), {"coins": 0})
    both = [hs.sample_path(kind(LINE, LAW, 0.02), 0.5, n_steps=300, seed=SEED, progress=False) for kind in (quiet, without)]
    assert np.array_equal(*both)


def made(**attributes):
    return type("Made", (Kicked,), {"coins": 0, "functions": lambda self: {}, **attributes})(LINE, LAW, 0.02)


@pytest.mark.parametrize(
    "attributes, message",
    [
        ({"step": "y = x"}, "assigns nothing to x"),
        ({"step": "x = x + speed"}, "'speed' is not known; there are eta, gradient"),
        ({"step": "x = x +"}, "line 1: cannot be read"),
        ({"step": "x += eta*z"}, "must be an assignment to one name"),
        ({"step": "x = print(x)"}, "calls what steps cannot"),
        ({"step": "x = cut(x)"}, "cut takes a vector and a bound"),
        ({"step": "x = cut(x, z)"}, "must be a number, and is a vector"),
        ({"step": "x = 1.0"}, "x is something else already"),
        ({"step": "x = x*norm(x, z)"}, "norm takes one vector"),
        ({"step": "x = x", "observed": "speed"}, "observed = 'speed': must be one of"),
        ({"step": "x = x*f", "functions": lambda self: {"f": sympy.Symbol("t")}}, "free symbols"),
    ],
)
def test_what_a_step_cannot_be(attributes, message):
    with pytest.raises(ValueError, match=message):
        hs.sample_path(made(**attributes), 0.5, n_steps=10, progress=False)


def test_a_function_has_one_expression_or_d():
    recursion = type("Made", (Kicked,), {"functions": lambda self: {"kick": (1, 2, 3)}})(PLANE, law_on(PLANE), 0.02)
    with pytest.raises(ValueError, match="has 3 expressions: must be one, for a number, or 2"):
        hs.sample_path(recursion, PLANE.minima[0], n_steps=10, progress=False)
