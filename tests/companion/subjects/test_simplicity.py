"""The chapter on flat minima of two-layer networks: starts, traces, flows, and rates against closed forms and runs."""

import numpy as np
import pytest
from companion.subjects.simplicity import study as simple

DIGITS = simple.of_digits()


@pytest.mark.parametrize("net", [simple.single(3.0), simple.single(-1.5, "tanh", m=4), DIGITS])
def test_starts_have_no_loss_and_a_trace_above_the_least(net):
    start = net.start(0.2)
    assert np.allclose(net.phi(net.preactivations(start)).sum(axis=-2), net.labels, atol=1e-8)
    assert np.allclose(net.m * net.phi(net.shared()), net.labels)
    middle = np.linalg.solve(np.array(net.inputs), net.shared())
    equal = np.tile(middle, net.m)
    assert net.trace(equal) == pytest.approx(net.least_trace())
    assert (net.trace(start) > net.least_trace()) == (net.activation == "cubic")


def test_the_trace_is_that_of_the_hessian():
    """By differences of the loss, for unit inputs; without loss the Hessian is the sum of squares of slopes."""
    net, h = DIGITS, 1e-4
    start = net.start(0.1)

    def loss(parameters):
        return ((net.phi(net.preactivations(parameters)).sum(axis=-2) - net.labels) ** 2).sum(axis=-1) / 2

    steps = h * np.eye(start.size)
    found = ((loss(start + steps) + loss(start - steps) - 2 * loss(start)) / h**2).sum()
    assert net.trace(start) == pytest.approx(found, rel=1e-4)


def test_the_flow_keeps_the_output_and_ends_at_the_least_trace():
    net, steps = simple.single(3.0), np.linspace(0, 1e6, 200)
    trace, straight = (simple.flow(net, 0.02, 0.1, steps, linear=linear) for linear in (False, True))
    assert trace[0] == pytest.approx(net.trace(net.start(0.4)))
    assert trace[-1] == pytest.approx(net.least_trace(), rel=1e-6) and np.all(np.diff(trace) < 1e-7)
    assert np.all(straight[1:50] > trace[1:50])


def test_rates_for_one_input_are_the_closed_form():
    net, eta, spread = simple.single(3.0), 0.02, 0.1
    z = net.shared()
    closed = (eta * spread) ** 2 / 2 * float((net.phi(z, 1) * net.phi(z, 3))[0])
    assert net.rates(eta, spread, "first order")[0][0] == pytest.approx(closed)
    for kind in ("exact", "white"):
        assert net.rates(eta, spread, kind)[0][0] == pytest.approx(closed / (1 - eta * net.least_trace() / 2))


def test_rates_agree_where_learning_rates_are_small_and_not_else():
    small = [DIGITS.rates(1e-6, 0.1, kind)[0] for kind in ("exact", "white", "first order")]
    assert np.allclose(small[0], small[1], rtol=1e-4) and np.allclose(small[0], small[2], rtol=1e-4)
    large = [DIGITS.rates(0.02, 0.1, kind)[0][0] for kind in ("exact", "white", "first order")]
    assert large[1] / large[0] > 1.04 and large[2] / large[0] < 0.93


def test_neurons_come_together_at_the_predicted_rate_and_tanh_drives_them_apart():
    net = simple.single(3.0)
    run = simple.run(net, 0.02, 0.1, 100_000, 8, seed=1, apart=0.01)
    assert run.path.shape == (8, 101, 6) and np.allclose(run.path[:, 0], net.start(0.01))
    found = run.decay(20, 100)
    assert abs(found.value / net.rates(0.02, 0.1)[0][0] - 1) < 0.03 and found.stderr < 0.01 * found.value
    assert np.all(np.diff(run.spread().mean(axis=0)[::20]) < 0)
    curved = simple.single(3.0, "tanh")
    assert (
        simple.run(curved, 0.1, 0.1, 20_000, 8, seed=1, apart=0.001).decay(0, 100).value < 0 > curved.rates(0.1, 0.1)[0][0]
    )


def test_directions_and_singular_values_are_those_of_the_neurons():
    theta = np.array([[1.0, 0.0], [1.0, 0.2], [1.0, -0.2]])
    net = simple.Net(3, ((1.0, 0.0), (0.0, 1.0)), (1.0, 1.0))
    run = simple.Run(net, np.arange(1), theta.reshape(1, 1, 6))
    assert run.spread((0.0, 1.0))[0, 0] == pytest.approx(np.sqrt(0.08 / 3)) and run.spread((1.0, 0.0))[0, 0] == 0
    assert run.second_feature()[0, 0] == pytest.approx(np.sqrt(0.08 / 3))
