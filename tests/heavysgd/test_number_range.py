"""Single precision where it is as good, and refused by name where it loses the noise or must overflow."""

import heavysgd as hs
import numpy as np
import pytest
import sympy

x, y = sympy.symbols("x y")
z = hs.Lomax(1.5, 0.3)
WALL = sympy.log(1 + sympy.exp(60 * (x - 1)))


def test_a_steep_wall_is_the_same_in_single_precision():
    f = hs.Landscape((x**2 - 1) ** 2 + WALL, (-2, 3))
    sgd = hs.SGD(f, z, 0.05)
    double, single = (
        hs.first_exit(sgd, f.minima[0], n_paths=300, max_steps=10**6, seed=3, progress=False, dtype=dtype)
        for dtype in ("float64", "float32")
    )
    assert not single.censored.any() and np.mean(double.steps != single.steps) < 0.02


@pytest.mark.parametrize(
    "expr, bounds",
    [
        ((x**2 - 1) ** 2 + sympy.exp(50 * (x - 1)), (-2, 3)),  # 1e43 at the end
        ((x**2 - 1) ** 2 + sympy.exp(60 * (x - 1)) / (1 + sympy.exp(50 * (x - 1))), (-2, 3)),  # of moderate size itself
    ],
)
def test_single_precision_is_refused_where_it_must_overflow(expr, bounds):
    f = hs.Landscape(expr, bounds)
    with pytest.raises(ValueError, match="dtype = 'float32': the gradient of landscape leaves the range"):
        hs.first_exit(hs.SGD(f, z, 1e-2), f.minima[0], n_paths=10, max_steps=100, dtype="float32", progress=False)


def test_updates_whose_square_overflows_are_refused():
    f = hs.Landscape((x**2 - 1) ** 2 + y**2, ((-2, 2), (-2, 2)))
    loud = hs.Isotropic(hs.Lomax(1.05, 1e5), 2)
    with pytest.raises(ValueError, match="dtype = 'float32': at eta = 0.1 updates of landscape may be longer"):
        hs.first_exit(hs.SGD(f, loud, 0.1, 0.5), f.minima[0], n_paths=10, max_steps=100, dtype="float32", progress=False)
    assert (
        hs.first_exit(hs.SGD(f, loud, 0.1, 0.5), f.minima[0], n_paths=10, max_steps=100, progress=False).steps.max() < 100
    )


def test_a_gradient_that_vanishes_next_to_a_point_looked_at_is_no_overflow():
    """There single precision has no digit right, and need not."""
    centre = 3 + sympy.Rational(1, 10**6)  # its maximum, a millionth from a point that is looked at
    f = hs.Landscape(sympy.expand(1000 * ((x - centre) ** 2 - 0.49) ** 2), bounds=(1, 5))
    path = hs.sample_path(hs.SGD(f, hs.Gaussian(10.0), 1e-4), f.minima[0], n_steps=10, dtype="float32", progress=False)
    assert path.dtype == np.float32
