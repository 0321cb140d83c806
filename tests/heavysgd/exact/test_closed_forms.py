"""Chains whose answers are known: walks on a lattice, linear recursions with Gaussian noise, quadrature of another kind."""

import heavysgd as hs
import numpy as np
import pytest
import sympy
from numpy.polynomial.legendre import leggauss
from scipy import stats

WELL = hs.landscapes.quadratic_well()
PAIR = hs.landscapes.two_wells(1.0, 1.3, bound=1.5)
x = sympy.Symbol("x")


# --- Pareto noise so large that every step is cut: a walk by plus or minus b ---


def lattice_walk(sgd, right, start, leave):
    """States that a walk by +-b with the recursion's projection reaches, its matrix P, and where each state leaves to:
    leave(x) is a region's number, or -1 to walk on. An independent, finite computation."""
    (lo, hi), b, states = sgd.clip, sgd.b, [start]
    position = lambda y: min(max(y, lo), hi)  # noqa: E731
    number = lambda y: next(i for i, s in enumerate(states) if abs(s - y) < 1e-9)  # noqa: E731
    for s in states:
        for y in (position(s + b), position(s - b)):
            if leave(y) < 0 and all(abs(s - y) > 1e-9 for s in states):
                states.append(y)
    matrix, exits = np.zeros((len(states), len(states))), np.zeros((len(states), 3))
    for i, s in enumerate(states):
        for y, p in ((position(s + b), right), (position(s - b), 1 - right)):
            if leave(y) < 0:
                matrix[i, number(y)] += p
            else:
                exits[i, leave(y)] += p
    return np.array(states), matrix, exits


@pytest.mark.parametrize("right", [0.5, 0.7])
@pytest.mark.parametrize("b", [0.3, 0.23, 0.9])
def test_gamblers_ruin(b, right):
    sgd = hs.SGD(WELL, hs.Pareto(3.0, 10.0, p_plus=right), 0.5, b)
    steps, r = int(np.ceil(1 / b)), (1 - right) / right
    duration = steps**2 if right == 0.5 else steps / (1 - 2 * right) * (1 - 2 / (1 + r**steps))
    found = hs.exact.first_exit(sgd, 0.0)
    assert found.mean == pytest.approx(duration, rel=1e-10) and found.error < 1e-9
    assert found.destinations.tolist() == pytest.approx([0, 1])
    _, matrix, _ = lattice_walk(sgd, right, 0.0, lambda y: 0 if abs(y) > 1 else -1)
    alive = [np.linalg.matrix_power(matrix, n)[0].sum() for n in (1, 2, 7, 20)]
    assert found.survival([1, 2, 7, 20]) == pytest.approx(alive, abs=1e-7)
    assert found.rate == pytest.approx(1 - np.abs(np.linalg.eigvals(matrix)).max(), rel=1e-9)


@pytest.mark.parametrize("right", [0.5, 0.6])
def test_walk_between_walls_and_wells(right):
    sgd = hs.SGD(PAIR, hs.Pareto(3.0, 100.0, p_plus=right), 0.1, 0.35)
    start = -0.93
    states, matrix, exits = lattice_walk(sgd, right, start, lambda y: 1 if y > 0 else -1)
    times = np.linalg.solve(np.eye(len(states)) - matrix, np.ones(len(states)))
    assert hs.exact.first_exit(sgd, start).mean == pytest.approx(times[0], rel=1e-9)
    states, matrix, _ = lattice_walk(sgd, right, start, lambda y: -1)
    law = np.linalg.matrix_power(matrix, 100_000)[0]
    shares = [law[states < 0].sum(), law[states > 0].sum()]
    found = hs.exact.stationary(sgd)
    assert found.basin_fraction == pytest.approx(shares, rel=1e-9)
    where = np.array([np.linalg.matrix_power(matrix, n)[0] for n in range(1, 31)])
    after = hs.exact.transition(sgd, 30, start=start)
    assert after.probability[0, 1] == pytest.approx(where[-1] @ (states > 0), abs=1e-7)
    assert after.share[0, 1] == pytest.approx(where.mean(axis=0) @ (states > 0), abs=1e-7)


# --- x -> (1 - eta) x + eta Z, Z Gaussian: everything about it is known ---


@pytest.mark.parametrize("eta", [0.5, 0.1, 0.01])
def test_linear_recursion_with_gaussian_noise(eta):
    bowl = hs.Landscape(x**2 / 2, bounds=(-3, 3))
    sgd = hs.SGD(bowl, hs.Gaussian(0.5), eta)
    assert hs.exact.spectrum(sgd, 4) == pytest.approx(1 - (1 - eta) ** np.arange(4), rel=1e-5)
    deviation = 0.5 * eta / np.sqrt(1 - (1 - eta) ** 2)
    law = hs.exact.stationary(sgd).law
    points = deviation * np.linspace(-3, 3, 41)
    peak = stats.norm.pdf(0, scale=deviation)
    assert law.density(points) == pytest.approx(stats.norm.pdf(points, scale=deviation), abs=3e-3 * peak)
    assert law.mean(np.square) == pytest.approx(deviation**2, rel=1e-3)
    assert law.mean(np.abs) == pytest.approx(deviation * np.sqrt(2 / np.pi), rel=1e-3)
    assert law.density([-3.1, 3.1]).tolist() == [0, 0] and law.atoms == pytest.approx([0, 0], abs=1e-12)


def nystrom(eta, density, points=400):
    """Nodes and the matrix of the killed linear recursion on (-1, 1), by Gauss and Legendre on the whole interval: no
    pieces, no tails, nothing in common with the library."""
    node, weight = leggauss(points)
    return node, weight * density((node - (1 - eta) * node[:, None]) / eta) / eta


@pytest.mark.parametrize("noise, eta", [(hs.Gaussian(1.0), 0.3), (hs.Gaussian(3.0), 0.1), (hs.StudentT(1.5, 0.6), 0.3)])
def test_killed_linear_recursion_against_nystrom(noise, eta):
    family = stats.norm if isinstance(noise, hs.Gaussian) else stats.t(df=1.5)
    node, matrix = nystrom(eta, lambda z: family.pdf(z / noise.scale) / noise.scale)
    start = int(np.argmin(np.abs(node - 0.4)))
    times = np.linalg.solve(np.eye(node.size) - matrix, np.ones(node.size))
    found = hs.exact.first_exit(hs.SGD(WELL, noise, eta), float(node[start]), tolerance=1e-8)
    assert found.mean == pytest.approx(times[start], rel=1e-8)
    assert found.rate == pytest.approx(1 - np.linalg.eigvals(matrix).real.max(), rel=1e-8)
    counts = [1, 2, 5, 20, 60]
    alive = [np.linalg.matrix_power(matrix, n).sum(axis=1)[start] for n in counts]
    assert found.survival(counts) == pytest.approx(alive, abs=2e-7)
    values, vectors = np.linalg.eig(matrix.T)
    quasi = vectors[:, np.argmax(values.real)].real
    weight = leggauss(node.size)[1]
    inner = np.abs(node) < 0.9
    assert found.quasi_stationary.density(node[inner]) == pytest.approx((quasi / quasi.sum() / weight)[inner], rel=0.01)


def test_skewed_noise_against_a_mirror():
    left, right = (hs.SGD(WELL, hs.Lomax(1.5, 0.3, p_plus=p), 0.1, 0.6) for p in (0.3, 0.7))
    one, other = hs.exact.first_exit(left, 0.2), hs.exact.first_exit(right, -0.2)
    assert one.mean == pytest.approx(other.mean, rel=2e-5)
    assert one.mean != pytest.approx(hs.exact.first_exit(left, -0.2).mean, rel=1e-3)
