"""Random landscapes, laws and arguments: compiled code is right everywhere, and what is refused is refused by name.

A run tries the same examples each time, few enough for a minute or two. HEAVYSGD_FUZZ=1000 tries as many, and new ones.
"""

import math
import os

import heavysgd as hs
import numpy as np
import sympy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.heavysgd.gradients import assert_alike

MANY = int(os.environ.get("HEAVYSGD_FUZZ", 0))
x, y = sympy.symbols("x y")


def bounded(examples):
    """So many examples, unless more are asked for."""
    return settings(
        max_examples=MANY or examples, derandomize=not MANY, deadline=None, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip


# --- landscapes ---

numbers = st.integers(-15, 15).map(lambda n: n / 10)
sizes = st.sampled_from([0.1, 0.3, 1.0, 2.5, 7.0])
steepness = st.sampled_from([1, 5, 30, 60])


def factor(symbol):
    """A factor of a term: what people write landscapes with."""
    c, a, k = numbers, sizes, steepness
    u = c.map(lambda c: symbol - c)
    whole = st.sampled_from([2, 3, 4, 2.0, 3.0, 4.0, 6, 9, 10.0])
    return st.one_of(
        st.builds(lambda u, p: u**p, u, whole),
        st.builds(lambda u, p: abs(u) ** p, u, st.sampled_from([3, 2.5, 3.0, sympy.Rational(7, 2)])),
        st.builds(lambda u, a: sympy.exp(-a * u**2), u, a),
        st.builds(lambda u, a: 1 / (1 + (u / a) ** 2), u, a),
        st.builds(lambda u, a: 1 / (a + u**2) ** 2.0, u, a),
        st.builds(lambda u, k: sympy.log(1 + sympy.exp(k * u)), u, k),
        st.builds(lambda u, k: sympy.tanh(k * u), u, k),
        st.builds(lambda u, a: sympy.sin(a * u) * sympy.cos(u / a), u, a),
        st.builds(lambda u, a: sympy.sqrt(a + u**2), u, a),
        st.builds(lambda u, a: (a + u**2) ** 0.7, u, a),
        st.builds(lambda u: sympy.Max(0, u) ** 3, u),
        st.builds(lambda u: sympy.Piecewise((u**3, u < 0), (u**3 + u**4, True)), u),
        st.builds(lambda u, a: sympy.erf(u / a), u, a),
        st.builds(lambda u: 2**u + 3 ** (-u), u),
        st.builds(lambda u, a: sympy.cosh(a * u / 3), u, a),
    )


def terms(*symbols):
    each = st.one_of(*map(factor, symbols))
    product = st.builds(lambda w, parts: w * sympy.Mul(*parts), numbers, st.lists(each, min_size=1, max_size=3))
    return st.lists(product, min_size=1, max_size=3).map(lambda parts: sympy.Add(*parts))


def made(expr, bounds, **more):
    """The landscape, or None where Assumption 1 or the range of numbers refuses it, by name."""
    try:
        return hs.Landscape(expr, bounds, **more)
    except ValueError as error:
        assert any(word in str(error) for word in ("landscape", "expr", "bounds")), error
        return None


@bounded(8)
@given(terms(x), st.sampled_from([(-2, 2), (-1, 3), (-2.5, 0.5)]))
def test_compiled_gradients_on_a_line(expr, bounds):
    f = made(expr + (x**2 - 1) ** 2, bounds, open_ends=True)
    if f is not None:
        assert_alike(f, _points(f), single=_fits_single(f))


@bounded(4)
@given(terms(x, y))
def test_compiled_gradients_in_the_plane(expr):
    f = made(expr + 3 * (x**2 - 1) ** 2 + y**2 + y**4 + x * y / 7, ((-2, 2), (-2, 2)))
    if f is not None:
        assert_alike(f, _points(f), single=_fits_single(f))


def _points(f):
    box = np.array(f.bounds).reshape(-1, 2)
    return np.concatenate([np.random.default_rng(0).uniform(*box.T, (300, len(box))), box.T, box.mean(axis=1)[None]])


def _fits_single(f):
    from heavysgd.simulate.number_range import _overflow

    return _overflow(f) is None


# --- the recursion ---

alphas = st.floats(1.02, 1.98)
scales = st.floats(0.01, 2.0)
laws = st.one_of(
    st.builds(hs.Lomax, alphas, scales, st.floats(0.1, 0.9)),
    st.builds(hs.Pareto, alphas, scales, st.floats(0.1, 0.9)),
    st.builds(hs.StudentT, alphas, scales),
    st.builds(hs.SymmetricStable, alphas, scales),
    st.builds(hs.Gaussian, scales),
)


@bounded(25)
@given(
    laws,
    st.one_of(st.none(), st.floats(0.01, 3.0)),
    st.floats(0.001, 0.1),
    st.integers(0, 2**64 - 1),
    st.integers(0, 2**40),
)
def test_paths_are_the_recursion(law, b, eta, seed, path):
    f = LANDSCAPE
    sgd = _quiet(hs.SGD, f, law, eta, b)
    found = hs.sample_path(sgd, f.minima[0], n_steps=25, seed=seed, first_path=path, progress=False)[0]
    expected, cut = [f.minima[0]], math.inf if b is None else b
    for draw in law.sample(25, seed=seed, path=path):
        here = expected[-1]
        move = min(max(eta * (draw - float(f.gradient(here))), -cut), cut)
        expected.append(min(max(here + move, f.bounds[0]), f.bounds[1]))
    assert np.allclose(found, expected, rtol=1e-7, atol=1e-7)


LANDSCAPE = hs.Landscape((x**2 - 1) ** 2 + sympy.exp(-4 * x**2) / (1 + x**2), (-2, 2))


def _quiet(make, *arguments):
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", hs.AssumptionWarning)
        return make(*arguments)


# --- arguments of every kind ---

junk = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(), st.text(max_size=3), st.just(np.array([1.0, 2.0])),
    st.just(np.float32(0.5)), st.just(sympy.pi), st.complex_numbers(), st.lists(st.floats(), max_size=3), st.just({}),
)  # fmt: skip


def _at_most(value, most):
    """Whole numbers that are no mistake, but would keep the machine busy, made less."""
    return min(value, most) if isinstance(value, int) and not isinstance(value, bool) else value


ARGUMENTS = {
    "alpha": lambda value: hs.Lomax(value, 0.1),
    "scale": lambda value: hs.StudentT(1.5, value),
    "p_plus": lambda value: hs.Pareto(1.5, 0.1, value),
    "bounds": lambda value: hs.Landscape((x**2 - 1) ** 2, value),
    "expr": lambda value: hs.Landscape(value, (-2, 2)),
    "allow": lambda value: hs.Landscape((x**2 - 1) ** 2, (-2, 2), allow=value),
    "symbols": lambda value: hs.Landscape((x**2 - 1) ** 2 + y**2, ((-2, 2), (-2, 2)), symbols=value),
    "landscape": lambda value: hs.SGD(value, hs.Lomax(1.5, 0.1), 0.1),
    "noise": lambda value: hs.SGD(LANDSCAPE, value, 0.1),
    "eta": lambda value: hs.SGD(LANDSCAPE, hs.Lomax(1.5, 0.1), value),
    "b": lambda value: hs.SGD(LANDSCAPE, hs.Lomax(1.5, 0.1), 0.1, value),
    "radius": lambda value: hs.SGD(LANDSCAPE, hs.Lomax(1.5, 0.1), 0.1, 0.5, value),
    "truncation": lambda value: hs.SGD(LANDSCAPE, hs.Lomax(1.5, 0.1), 0.1, 0.5, None, value),
    "start": lambda value: hs.first_exit(SGD, value, n_paths=2, max_steps=10, progress=False),
    "n_paths": lambda value: hs.first_exit(SGD, -1.0, n_paths=_at_most(value, 10), max_steps=10, progress=False),
    "seed": lambda value: hs.first_exit(SGD, -1.0, n_paths=2, max_steps=10, seed=value, progress=False),
    "dtype": lambda value: hs.first_exit(SGD, -1.0, n_paths=2, max_steps=10, dtype=value, progress=False),
    "backend": lambda value: hs.first_exit(SGD, -1.0, n_paths=2, max_steps=10, backend=value, progress=False),
    "threads": lambda value: hs.first_exit(SGD, -1.0, n_paths=2, max_steps=10, threads=_at_most(value, 4), progress=False),
    "distance": lambda value: hs.hops(SGD, -1.0, n_steps=10, distance=value, progress=False),
    "every": lambda value: hs.sample_path(SGD, -1.0, n_steps=10, every=value, progress=False),
    "basin": lambda value: hs.theory.mean_exit_time(SGD, value),
    "confidence": lambda value: hs.inference.slope([1.0, 2.0], [1.0, 2.0], [0.1, 0.1], value),
    "k": lambda value: hs.inference.hill([1.0, 2.0, 5.0], value),
    "sample": lambda value: hs.inference.hill(value, 1),
    "times": lambda value: hs.inference.censored_mean(value, [False]),
}  # fmt: skip
SGD = hs.SGD(LANDSCAPE, hs.Lomax(1.5, 0.1), 0.01, 0.5)


@bounded(400)
@given(st.sampled_from(sorted(ARGUMENTS)), junk)
def test_bad_arguments_are_value_errors_that_name_them(name, value):
    try:
        _quiet(ARGUMENTS[name], value)
    except ValueError as error:
        assert name in str(error) or "eta" in str(error) or "landscape" in str(error), (name, value, error)
