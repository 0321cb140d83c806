"""What is asked of a simulation is said by name: whose recursion, where from, and then keywords."""

import inspect

import heavysgd as hs
import pytest

BY_PLACE = {
    hs.first_exit: ["sgd", "start"],
    hs.occupation: ["sgd", "start"],
    hs.hops: ["sgd", "start"],
    hs.sample_path: ["sgd", "start"],
    hs.exit_rate: ["sgd", "basin"],
    hs.run_study: ["simulation", "cases", "folder"],
    hs.theory.sample_exit_rates: ["f", "alpha", "b"],
    hs.theory.sample_limit_rates: ["f", "alpha", "b"],
    hs.exact.first_exit: ["sgd", "start"],
    hs.exact.killed: ["sgd", "members", "start"],
    hs.exact.stationary: ["sgd"],
    hs.exact.spectrum: ["sgd", "count"],
    hs.exact.transition: ["sgd", "n", "start"],
}


@pytest.mark.parametrize("function", BY_PLACE, ids=lambda function: f"{function.__module__}.{function.__name__}")
def test_all_but_the_question_is_keyword_only(function):
    kinds = {name: parameter.kind for name, parameter in inspect.signature(function).parameters.items()}
    assert [name for name, kind in kinds.items() if kind is inspect.Parameter.POSITIONAL_OR_KEYWORD] == BY_PLACE[function]
    assert set(kinds.values()) <= {inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY}


def test_a_number_out_of_place_is_refused_and_not_taken_for_another():
    f = hs.landscapes.wang_oh_rhee()
    with pytest.raises(TypeError, match="positional"):
        hs.first_exit(hs.SGD(f, hs.Lomax(1.2, 0.1), 0.004, 0.5), f.minima[0], 10**6, 20)
