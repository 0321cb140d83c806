"""The description of a recursion: what it refuses and what it warns about."""

import warnings

import heavysgd as hs
import pytest

PAPER = hs.landscapes.wang_oh_rhee()
NOISE = hs.Lomax(1.2, 0.1)


@pytest.mark.parametrize(
    "change, reason",
    [
        ({"eta": 0.0}, "eta = 0.0"),
        ({"eta": float("nan")}, "eta = nan"),
        ({"b": -0.5}, "b = -0.5"),
        ({"b": float("nan")}, "b = nan"),
        ({"radius": 1.0}, "radius = 1"),
        ({"radius": 2.0}, "radius = 2"),
        ({"noise": 1.2}, "noise = 1.2"),
        ({"landscape": "x**2"}, "landscape = 'x"),
    ],
)
def test_bad_input_is_named(change, reason):
    arguments = {"landscape": PAPER, "noise": NOISE, "eta": 0.001, "b": 0.5, "radius": 1.6} | change
    with pytest.raises(ValueError, match=reason):
        hs.SGD(**arguments)


def test_radius_makes_no_sense_with_open_ends():
    with pytest.raises(ValueError, match="open ends"):
        hs.SGD(hs.landscapes.quadratic_well(), NOISE, 0.01, radius=0.9)


def test_instability_is_a_warning_that_names_the_minimum():
    with pytest.warns(hs.StabilityWarning, match=r"minimum 2 \(x = 0.4962\)"):
        sgd = hs.SGD(PAPER, NOISE, eta=0.005)
    assert sgd.unstable.tolist() == [2]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        hs.SGD(PAPER, NOISE, eta=0.0044)


def test_resonance_is_a_warning_in_simulation():
    with pytest.warns(hs.ResonanceWarning, match="basin 1"):
        hs.SGD(PAPER, NOISE, eta=0.001, b=float(PAPER.widths[1] / 2))


def test_no_threshold_in_two_spellings():
    assert hs.SGD(PAPER, NOISE, 0.001, b=float("inf")).b is None
