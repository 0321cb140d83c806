"""Refusals of the exact kernel, each of which names the argument and the remedy, and what is allowed with a warning."""

import warnings

import heavysgd as hs
import numpy as np
import pytest
import sympy

PAPER = hs.landscapes.wang_oh_rhee()
WELL = hs.landscapes.quadratic_well()
x = sympy.Symbol("x")


def quiet(*arguments, **more):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", hs.AssumptionWarning)
        return hs.SGD(*arguments, **more)


SGD = quiet(PAPER, hs.Lomax(1.2, 0.1), 0.004, 0.5)
QUESTIONS = {
    "first_exit": lambda sgd, **more: hs.exact.first_exit(sgd, **{"start": float(sgd.landscape.minima[0]), **more}),
    "killed": lambda sgd, **more: hs.exact.killed(sgd, **{"members": [0], **more}),
    "stationary": lambda sgd, **more: hs.exact.stationary(sgd, **more),
    "spectrum": lambda sgd, **more: hs.exact.spectrum(sgd, **{"count": 2, **more}),
    "transition": lambda sgd, **more: hs.exact.transition(sgd, **{"n": 10, **more}),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_what_is_no_recursion_on_a_line_is_refused(question):
    plane = quiet(hs.landscapes.himmelblau(), hs.Isotropic(hs.Lomax(1.5, 0.1), 2), 1e-3)
    with pytest.raises(ValueError, match="2 dimensions.*hs.first_exit"):
        QUESTIONS[question](plane) if question != "first_exit" else hs.exact.first_exit(plane, 0.0)
    with pytest.raises(ValueError, match="sgd = 'sgd': must be a heavysgd.SGD"):
        getattr(hs.exact, question)(
            "sgd", *{"first_exit": [0.0], "killed": [[0]], "spectrum": [2], "transition": [5]}.get(question, [])
        )


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("tolerance", [0, 1, -1e-5, float("nan"), "1e-5", True])
def test_tolerances(question, tolerance):
    with pytest.raises(ValueError, match="tolerance = "):
        QUESTIONS[question](SGD, tolerance=tolerance)


@pytest.mark.parametrize("question", QUESTIONS)
def test_descent_that_leaves_the_domain_is_refused(question):
    with pytest.raises(ValueError, match=r"eta = 0.05: descent without noise leaves the domain.*basin 0; use eta < 0.026"):
        QUESTIONS[question](quiet(PAPER, hs.Lomax(1.2, 0.1), 0.05))


def test_descent_that_leaves_from_elsewhere_is_no_matter():
    assert hs.exact.first_exit(quiet(PAPER, hs.Lomax(1.2, 0.1), 0.05), PAPER.minima[1]).mean > 300
    with pytest.raises(ValueError, match=r"eta = 2.5: .*\[-1, 1\] from basin 0; use eta < 2"):
        hs.exact.first_exit(quiet(WELL, hs.Lomax(1.2, 0.1), 2.5), 0.0)
    assert 7 < hs.exact.first_exit(quiet(WELL, hs.Lomax(1.2, 0.1), 1.9), 0.0).mean < 8
    cut = quiet(hs.landscapes.two_wells(), hs.Lomax(1.5, 0.3), 0.3, 0.2)  # the cut keeps it inside
    assert hs.exact.first_exit(cut, -1.0, tolerance=1e-3).mean > 1


@pytest.mark.parametrize(
    "question, change, reason",
    [
        ("first_exit", {"start": 3.0}, r"start = 3.0: must be a point.*\[-1.6, 1.6\]"),
        ("first_exit", {"start": float(PAPER.maxima[0])}, "start = -1.* must lie inside a basin"),
        ("first_exit", {"start": float("nan")}, "start = nan"),
        ("first_exit", {"start": "left"}, "start = 'left'"),
        ("first_exit", {"start": [0.3, 0.4]}, "start = "),
        ("killed", {"members": []}, "members = \\[\\]"),
        ("killed", {"members": [4]}, "members = 4"),
        ("killed", {"members": [-1]}, "members = -1"),
        ("killed", {"members": [0.5]}, "members = 0.5"),
        ("killed", {"members": "all"}, "members = 'all'"),
        ("killed", {"members": range(4)}, r"members = \[0, 1, 2, 3\]: are all basins"),
        ("killed", {"members": [0], "start": 0.3}, r"start = 0.3: must lie in the basins \[0\]"),
        ("killed", {"members": [0], "start": [[-1.5]]}, "start = "),
        ("spectrum", {"count": 0}, "count = 0"),
        ("spectrum", {"count": 21}, "count = 21"),
        ("spectrum", {"count": 2.5}, "count = 2.5"),
        ("spectrum", {"members": [7]}, "members = 7"),
        ("transition", {"n": 0}, "n = 0"),
        ("transition", {"n": 1.5}, "n = 1.5"),
        ("transition", {"n": "ten"}, "n = 'ten'"),
        ("transition", {"n": []}, "n = "),
        ("transition", {"n": [[1], [2, 3]]}, "n = "),
        ("transition", {"n": True}, "n = True"),
        ("transition", {"n": 2**63}, "n = 9223372036854775808"),
        ("transition", {"start": 9.0}, "start = 9.0"),
    ],
)
def test_bad_input_is_named(question, change, reason):
    with pytest.raises(ValueError, match=reason):
        QUESTIONS[question](SGD, **change)


def test_results_refuse_bad_numbers_of_steps():
    for result in (hs.exact.first_exit(SGD, -0.7), hs.exact.killed(SGD, [0, 1])):
        for n in (-1, 0.5, None):
            with pytest.raises(ValueError, match="n = "):
                result.survival(n)


def test_landscapes_that_do_not_fit_the_question():
    bowl = quiet(hs.Landscape(x**2 / 2, bounds=(-1, 1)), hs.Lomax(1.2, 0.1), 0.1, 0.7)
    with pytest.raises(ValueError, match="start = 0.0: .* single basin without an end"):
        hs.exact.first_exit(bowl, 0.0)
    well = quiet(WELL, hs.Lomax(1.2, 0.1), 0.1)
    with pytest.raises(ValueError, match="open ends.*hs.exact.killed"):
        hs.exact.stationary(well)
    with pytest.raises(ValueError, match="b = 0.0001: cut steps .* are 80000, and 4000 is the most.* use a larger b"):
        hs.exact.first_exit(quiet(WELL, hs.Lomax(1.2, 0.1), 0.1, 1e-4), 0.0)
    many = hs.Landscape(-sympy.cos(x), bounds=(-3.0, 2 * np.pi * 19 + 3.0))
    with pytest.raises(ValueError, match="needs meshes of .* nodes.*hs.occupation"):
        hs.exact.stationary(quiet(many, hs.Lomax(1.5, 0.3), 0.05, 3.0))


def test_resonance_is_computed_with_the_warning_of_the_recursion():
    with pytest.warns(hs.ResonanceWarning):
        sgd = hs.SGD(WELL, hs.Lomax(1.2, 0.3), 0.1, 0.5)
    found = hs.exact.first_exit(sgd, 0.0)
    assert found.error <= 1e-5
    exits = hs.first_exit(sgd, 0.0, n_paths=20_000, max_steps=10**7, seed=3, progress=False).steps
    assert abs(exits.mean() - found.mean) < 4 * exits.std() / 20_000**0.5


def test_shapes_and_starts():
    chain = hs.exact.killed(SGD, [2, 1, 1], start=[-0.7, 0.5, 0.1])
    assert chain.members.tolist() == [1, 2] and chain.mean.shape == (3,) and chain.destinations.shape == (3, 4)
    assert np.all(chain.destinations[:, 1:3] == 0) and chain.destinations.sum(axis=1) == pytest.approx(np.ones(3))
    assert chain.survival(10).shape == (3,) and chain.survival([[0, 5, 9]]).shape == (1, 3, 3)
    assert chain.transition([3, 4]).shape == (2, 3, 2)
    assert chain.transition(0).tolist() == [[1, 0], [0, 1], [1, 0]]
    assert chain.transition([500]).sum(axis=2) == pytest.approx(chain.survival([500]), abs=1e-6)
    after = hs.exact.transition(SGD, [1, 100], start=0.3)
    assert after.probability.shape == after.share.shape == (2, 1, 4)
    assert after.share[0] == pytest.approx(after.probability[0], abs=1e-9)
    assert hs.exact.transition(SGD, 7).probability.shape == (4, 4)
    exit_ = hs.exact.first_exit(SGD, -0.7)
    assert exit_.basin == 1 and exit_.destinations.shape == (4,) and exit_.survival(0) == 1
    assert exit_.survival(np.array([[1, 2]])).shape == (1, 2)
