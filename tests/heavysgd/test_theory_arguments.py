"""Theory is of truncated SGD on landscapes that satisfy Assumption 1; whatever else it is given it refuses, by name."""

import inspect
from dataclasses import dataclass

import heavysgd as hs
import pytest
from heavysgd import theory

F = hs.landscapes.two_wells()
LAW = hs.Lomax(1.2, 0.1)


@dataclass(frozen=True)
class Momentum(hs.Recursion):
    """A recursion that no theorem is of."""

    eta: float
    b: float = 0.7
    constants, memory = ("eta",), {"v": "0*x"}
    step = """
        v = 0.9*v + eta*(z - gradient)
        x = project(x + v)
    """


OTHER = Momentum(F, LAW, 0.01)
# What every function is asked, besides what stands first.
QUESTIONS = {
    "communication_classes": {"b": 0.7},
    "consequences": {"z": LAW, "eta": 0.01, "b": 0.7},
    "exit_location": {"basin": 0},
    "exit_measure": {"alpha": 1.2, "b": 0.7},
    "exit_rates": {"alpha": 1.2, "b": 0.7},
    "finite_rates": {"z": LAW, "eta": 0.01, "b": 0.7},
    "flow_jump_table": {"b": 0.7},
    "jump_numbers": {"b": 0.7},
    "limit_chain": {"alpha": 1.2, "b": 0.7},
    "mean_exit_time": {"basin": 0},
    "reachable": {"b": 0.7, "basin": 0, "jumps": 1},
    "regimes": {"low": 0.3, "high": 0.7},
    "sample_exit_rates": {"alpha": 1.2, "b": 0.7, "basin": 0, "n_paths": 10},
    "sample_limit_rates": {"alpha": 1.2, "b": 0.7, "basin": 0, "n_paths": 10},
    "survivors": {"b": 0.7},
    "transition_graph": {"b": 0.7},
    "widest": {"b": 0.7},
}
every_question = pytest.mark.parametrize("name, question", QUESTIONS.items(), ids=QUESTIONS)


def first_argument(name):
    return next(iter(inspect.signature(getattr(theory, name)).parameters))


def test_every_function_of_a_landscape_or_a_recursion_is_asked():
    functions = {name for name in theory.__all__ if inspect.isfunction(getattr(theory, name))}
    assert {name for name in functions if first_argument(name) in ("f", "sgd")} == set(QUESTIONS)


@every_question
def test_another_recursion_is_refused_by_name(name, question):
    with pytest.raises(ValueError, match=rf"^{first_argument(name)} = Momentum\(\.\.\.\): .*must be"):
        getattr(theory, name)(OTHER, **question)


@every_question
def test_the_papers_recursion_in_place_of_its_landscape_is_refused_too(name, question):
    sgd = hs.SGD(F, LAW, 0.01, 0.7)
    if first_argument(name) == "sgd":
        assert getattr(theory, name)(sgd, **question) is not None
    else:
        with pytest.raises(ValueError, match=r"^f = SGD\(\.\.\.\): is a recursion and must be a landscape"):
            getattr(theory, name)(sgd, **question)


@every_question
def test_what_is_nothing_of_the_kind_is_refused(name, question):
    with pytest.raises(ValueError, match=f"^{first_argument(name)} = 'x\\^2': must be"):
        getattr(theory, name)("x^2", **question)


@every_question
def test_a_landscape_that_breaks_assumption_1_is_refused(name, question, rough):
    given = rough
    if first_argument(name) == "sgd":
        given = hs.SGD(rough, hs.Isotropic(LAW, 2), 0.01, 0.7)
    if "z" in question:
        question = {**question, "z": hs.Isotropic(LAW, 2)}
    with pytest.raises(hs.AssumptionError, match=r"= kinked valley: breaks Assumption 1 on purpose \(allow="):
        getattr(theory, name)(given, **question)


@pytest.fixture(scope="module")
def rough():
    x, y = hs.landscapes.himmelblau().symbols
    with pytest.warns(hs.AssumptionWarning):
        return hs.Landscape(abs(y) + x**4, ((-1, 1), (-1, 1)), symbols=(x, y), name="kinked valley", allow="anything")


@pytest.mark.parametrize("name, question", [("exit_scale", (0.01, 1)), ("rarity", (0.01,))])
def test_scales_are_of_a_law(name, question):
    with pytest.raises(ValueError, match=r"^z = Momentum\(\.\.\.\): must be one of heavysgd's noise laws"):
        getattr(theory, name)(OTHER, *question)


def test_a_law_is_asked_for_by_its_name():
    for name in ("finite_rates", "consequences"):
        with pytest.raises(ValueError, match=r"^z = .*: must be one of heavysgd's noise laws"):
            getattr(theory, name)(F, 1.2, eta=0.01, b=0.7)


def test_the_exact_kernel_refuses_other_recursions():
    calls = {"first_exit": (0.5,), "killed": ([0],), "stationary": (), "spectrum": (2,), "transition": (3,)}
    for name, further in calls.items():
        with pytest.raises(ValueError, match=r"^sgd = .*must be a heavysgd.SGD or a heavysgd.StateDependentSGD"):
            getattr(hs.exact, name)(OTHER, *further)
