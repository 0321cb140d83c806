"""The parts of the exact kernel: tails, meshes, conservation, refinement, and errors that say what they are."""

import warnings

import heavysgd as hs
import numpy as np
import pytest
from heavysgd.exact.chain import chain_on
from heavysgd.exact.jump_law import jump_law
from heavysgd.exact.landing import landing
from heavysgd.exact.matrix import transition_matrix
from heavysgd.exact.mesh import Mesh, graded_mesh
from heavysgd.exact.meshing import mesh_for
from heavysgd.exact.resolution import LADDER
from heavysgd.exact.solver import Solver
from scipy import integrate, optimize, special

PAPER = hs.landscapes.wang_oh_rhee()
WELL = hs.landscapes.quadratic_well()
PAIR = hs.landscapes.two_wells(1.0, 1.3)
LAWS = {
    "Lomax": hs.Lomax(1.2, 0.1),
    "skewed Lomax": hs.Lomax(1.5, 0.3, p_plus=0.2),
    "Pareto": hs.Pareto(1.5, 0.2),
    "skewed Pareto": hs.Pareto(1.8, 0.2, p_plus=0.7),
    "Student": hs.StudentT(1.7, 0.3),
    "stable": hs.SymmetricStable(1.5, 0.2),
    "Gaussian": hs.Gaussian(0.7),
}


@pytest.mark.parametrize("name", LAWS)
def test_tails_are_those_of_the_law(name):
    noise = LAWS[name]
    law = jump_law(noise)
    w = noise.scale * np.geomspace(0.05 if name == "stable" else 1e-3, 1e6, 200)
    accuracy = 5e-6 if name == "stable" else 1e-7
    assert law.lower(w) == pytest.approx(noise.cdf(law.centre - w), rel=accuracy, abs=1e-300)
    beyond = np.maximum(w, np.abs(law.centre) + w)  # the tail of |Z| as the two sides give it
    both = law.upper(beyond - law.centre) + law.lower(beyond + law.centre)
    assert both == pytest.approx(noise.tail(beyond), rel=accuracy, abs=1e-300)
    assert law.mass(np.array([-np.inf]), np.array([np.inf])) == pytest.approx(1, abs=1e-12)


def test_a_stable_law_near_its_centre():
    """P(Z > w) = 1/2 - w p(0), p(0) = Gamma(1 + 1 / alpha) / (pi scale)."""
    w = np.array([1e-4, 1e-3, 5e-3])
    tail = jump_law(hs.SymmetricStable(1.5, 0.2)).upper(w * 0.2)
    assert 0.5 - tail == pytest.approx(w * special.gamma(1 + 1 / 1.5) / np.pi, rel=3e-3)


@pytest.mark.parametrize("name", LAWS)
def test_spread_solves_its_equation(name):
    law = jump_law(LAWS[name])
    both = lambda w: law.upper(np.array([w]))[0] + law.lower(np.array([w]))[0]  # noqa: E731

    def within(r):
        return integrate.quad(lambda w: 2 * w * both(w), 0, r, limit=500, points=[law.scale])[0] / r**2

    for share in (0.3, 0.01):
        r = optimize.brentq(lambda r: within(r) - share, 1e-3 * law.scale, 1e4 * law.scale)
        assert law.spread(np.array([share]))[0] == pytest.approx(r, rel=2e-3)


def test_meshes_end_at_breaks_and_are_halved_towards_them():
    breaks, finest = np.array([0.3, 0.7]), np.array([0.01, 0.001])
    mesh = graded_mesh([(0.0, 1.0)], breaks, finest, np.array([0.25]), 8, np.sin)
    assert np.all(mesh.left[1:] == mesh.right[:-1]) and mesh.left[0] == 0 and mesh.right[-1] == 1
    assert set(breaks) <= set(mesh.left)
    length = mesh.right - mesh.left
    for at, fine in zip(breaks, finest):
        distance = np.maximum(np.maximum(mesh.left - at, at - mesh.right), fine)
        assert np.all(length <= distance * (1 + 1e-9))
        assert length[mesh.left == at][0] > fine / 2
    points = np.linspace(0, 1, 97)
    assert mesh.at(points) @ np.exp(mesh.nodes) == pytest.approx(np.exp(points), abs=1e-12)


def test_pieces_on_which_the_gradient_is_rough_are_halved():
    kink = lambda y: np.abs(y - 0.37)  # noqa: E731
    smooth, rough = (graded_mesh([(0.0, 1.0)], np.zeros(0), np.zeros(0), np.ones(1), 8, g) for g in (np.sin, kink))
    assert smooth.left.size == 1
    near = np.argmin(np.abs(rough.left - 0.37))
    assert (rough.right - rough.left)[near] < 1e-4


@pytest.mark.parametrize("name", LAWS)
@pytest.mark.parametrize("b", [None, 0.45])
def test_a_step_conserves_probability_and_is_integrated_exactly(name, b):
    """Polynomials of a degree below that of the mesh, against quadrature of another kind."""
    sgd = hs.SGD(PAIR, LAWS[name], 0.02, b)
    lo, hi = sgd.clip
    mesh = Mesh(np.array([lo, -0.4, 0.1]), np.array([-0.4, 0.1, hi]), 6)
    points = np.array([-1.1, -0.41, 0.0, 0.7, hi - 1e-3])
    matrix = transition_matrix(landing(sgd, points, np.zeros(5)), mesh)
    assert matrix.sum(axis=1) == pytest.approx(np.ones(5), abs=1e-13)
    quantiles = (np.arange(2_000_000) + 0.5) / 2_000_000
    draws = np.interp(quantiles, *_quantile_table(sgd.noise))
    for x, row in zip(points, matrix):
        step = sgd.eta * (draws - PAIR.gradient(x))
        landed = np.clip(x + np.clip(step, -sgd.threshold, sgd.threshold), lo, hi)
        for power in (1, 2, 5):
            assert row @ mesh.nodes**power == pytest.approx(np.mean(landed**power), rel=2e-5, abs=2e-5)


def _quantile_table(noise):
    w = noise.scale * np.concatenate([[0.0], np.geomspace(1e-6, 1e7, 40_000)])
    law = jump_law(noise)
    z = np.concatenate([law.centre - w[::-1], law.centre + w[1:]])
    return np.concatenate([law.lower(w)[::-1], 1 - law.upper(w[1:])]), z


@pytest.mark.parametrize("members", [[1], [1, 2], [0, 1, 2, 3]])
def test_rows_sum_to_what_stays(members):
    sgd = hs.SGD(PAPER, hs.Lomax(1.2, 0.1), 1e-3, 0.28)
    chain = chain_on(sgd, members, mesh_for(sgd, members, LADDER[0]))
    assert chain.arrivals.sum(axis=1) == pytest.approx(np.ones(chain.mesh.size), abs=1e-14)
    stays = chain.arrivals[:, members].sum(axis=1)
    weights = np.eye(chain.mesh.size) - chain.generator
    assert weights.sum(axis=1) == pytest.approx(stays, abs=1e-13)
    steps = landing(sgd, chain.mesh.nodes, chain.mesh.side)
    assert transition_matrix(steps, chain.mesh).sum(axis=1) == pytest.approx(stays, abs=1e-12)


def quiet(*arguments):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", hs.StabilityWarning)
        return hs.SGD(*arguments)


CASES = [
    (PAPER, hs.Lomax(1.2, 0.1), 0.01, None),
    (PAPER, hs.Lomax(1.2, 0.1), 1e-3, 0.5),
    (PAPER, hs.Lomax(1.2, 0.1), 1e-5, 0.28),
    (PAIR, hs.SymmetricStable(1.5, 0.2), 0.02, 0.7),
]


def test_errors_fall_with_resolution_and_the_stated_one_covers_the_true_one():
    errors = []
    for f, noise, eta, b in CASES:
        sgd, means = quiet(f, noise, eta, b), []
        for resolution in LADDER:
            mesh = mesh_for(sgd, [1], resolution)
            found = Solver(chain_on(sgd, [1], mesh)).solve(np.ones((mesh.size, 1)))
            means.append((mesh.at(f.minima[1]) @ found.values)[0, 0])
        errors.append(np.abs(np.array(means[:-1]) / means[-1] - 1))
        for tolerance in (1e-3, 1e-5):
            found = hs.exact.first_exit(sgd, f.minima[1], tolerance=tolerance)
            assert abs(found.mean / means[-1] - 1) <= max(found.error, 1e-8) and found.error <= tolerance
    worst = np.max(errors, axis=0)
    assert worst[0] < 1e-4 and worst[1] < worst[0] / 4 and worst[2] < worst[1] / 2


def test_refinement_of_solutions_is_what_keeps_their_digits():
    """Two meshes agree on an exit of 5 10^16 steps; factors without refinement do not."""
    sgd = hs.SGD(PAPER, hs.Lomax(1.2, 0.1), 1e-7, 0.2)
    refined, plain = [], []
    for resolution in LADDER[:2]:
        solver = Solver(chain_on(sgd, [1], mesh_for(sgd, [1], resolution)))
        ones, row = np.ones((solver.chain.mesh.size, 1)), solver.chain.mesh.at(PAPER.minima[1])
        refined.append((row @ solver.solve(ones).values)[0, 0])
        plain.append((row @ solver._by_factors(ones))[0, 0])
    assert refined[0] == pytest.approx(refined[1], rel=1e-4)
    assert np.abs(np.array(plain) / refined - 1).max() > 1e-3


LOST = {
    "five jumps": lambda: hs.SGD(PAPER, hs.Lomax(1.2, 0.1), 1e-6, 0.13),
    "light tail": lambda: hs.SGD(WELL, hs.Gaussian(0.1), 0.03),
    "tail of a high index": lambda: hs.SGD(WELL, hs.Lomax(9.0, 0.1), 0.01, 0.8),
}


@pytest.mark.parametrize("name", LOST)
def test_lost_digits_are_said_to_be_lost(name):
    sgd = LOST[name]()
    with pytest.warns(hs.PrecisionWarning, match="not known to any digit, not to tolerance = 1e-05, because rounding"):
        found = hs.exact.first_exit(sgd, sgd.landscape.minima[-1 if sgd.landscape is WELL else 1])
    assert np.isnan(found.mean) and np.isnan(found.rate) and np.all(np.isnan(found.destinations)) and found.error >= 0.1


def test_digits_that_meshes_do_not_give_are_counted():
    sgd = quiet(PAPER, hs.Lomax(1.2, 0.1), 0.02, 0.5)
    with pytest.warns(hs.PrecisionWarning, match="known to a relative error of .* meshes of .* nodes"):
        found = hs.exact.first_exit(sgd, PAPER.minima[2])  # descent is chaotic there
    assert 1e-5 < found.error < 1e-2
    exits = hs.first_exit(sgd, PAPER.minima[2], n_paths=40_000, max_steps=10**7, seed=5, progress=False).steps
    assert abs(exits.mean() / found.mean - 1) < found.error + 4 * exits.std() / exits.mean() / 200


def test_eigenvalues_of_a_class_are_between_those_of_its_parts():
    sgd = hs.SGD(PAPER, hs.Lomax(1.2, 0.1), 1e-3, 0.5)
    alone = [hs.exact.first_exit(sgd, m).rate for m in PAPER.minima]
    pair = hs.exact.spectrum(sgd, 2, members=[0, 1])
    assert pair[0] < min(alone[:2]) < pair[1] < max(alone[:2])
    both = hs.exact.killed(sgd, [0, 1])
    assert both.rate == pytest.approx(pair[0], rel=1e-5, abs=0)
    assert both.rate * both.mean[1] == pytest.approx(1, abs=1e-3)


def test_eigenvalues_are_lost_one_by_one():
    """The gap of two wells under light noise, 4 10^-13, is known, and the fast modes far in are not."""
    sgd = hs.SGD(PAIR, hs.Gaussian(2.0), 0.02)
    with pytest.warns(hs.PrecisionWarning, match="the spectrum: not known to any digit"):
        rates = hs.exact.spectrum(sgd, 20)
    assert rates[0] == 0 and np.isnan(rates).any() and not np.isnan(rates[:4]).any()
    out = [hs.exact.killed(sgd, [i], tolerance=1e-3).rate for i in (0, 1)]
    # A path that has just left turns back about as often as not, so that the gap is little more than half the sum.
    assert 0.5 * sum(out) < rates[1] < 0.6 * sum(out)
