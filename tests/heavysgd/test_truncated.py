"""The description of a recursion: what it refuses and what it warns about."""

import warnings

import heavysgd as hs
import pytest
import sympy

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


PLANE = hs.Landscape(sympy.sympify("(x**2 - 1)**2 + y**2"), ((-2, 2), (-2, 2)))


def test_in_the_plane_iterates_stay_in_the_box_or_in_a_ball():
    z = hs.Isotropic(hs.Lomax(1.5, 0.1), 2)
    assert hs.SGD(PLANE, z, 0.01).clip == (-2, 2, -2, 2) and not hs.SGD(PLANE, z, 0.01).on_ball
    assert hs.SGD(PLANE, z, 0.01, radius=1.5).clip == (1.5,) and hs.SGD(PLANE, z, 0.01, radius=1.5).on_ball
    with pytest.raises(ValueError, match="radius = 0.9: must exceed 1"):
        hs.SGD(PLANE, z, 0.01, radius=0.9)
    with pytest.raises(ValueError, match="radius = 2.1: .* not 2"):
        hs.SGD(PLANE, z, 0.01, radius=2.1)
    with pytest.raises(ValueError, match="noise has dimension 1 and the landscape 2.*Isotropic"):
        hs.SGD(PLANE, hs.Lomax(1.5), 0.01)
    with pytest.warns(hs.StabilityWarning) as warned:
        hs.SGD(PLANE, z, 0.3)
    assert ["minimum 0" in str(warned[0].message), "minimum 1" in str(warned[1].message)] == [True, True]
