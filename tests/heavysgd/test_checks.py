"""What counts as a real number, and what does not."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import sympy
from heavysgd import checks

NUMBERS = [
    (3, 3.0),
    (Fraction(1, 4), 0.25),
    (Decimal("0.1"), 0.1),
    (np.float32(0.5), 0.5),
    (np.int64(-2), -2.0),
    (np.array(2.5), 2.5),
    (sympy.pi, np.pi),
    (-sympy.sqrt(2) / 2, -np.sqrt(0.5)),
    (sympy.Rational(1, 3), 1 / 3),
    (sympy.Float("1e-10"), 1e-10),
]
NO_NUMBERS = [True, np.True_, np.array(True), sympy.true, "2", b"2", None, 2j, np.complex128(2), sympy.I, sympy.Symbol("x")]
NO_NUMBERS += [sympy.oo, sympy.nan, sympy.zoo, float("nan"), float("inf"), Decimal("NaN"), 10**400, [2.0], np.array([2.0])]


@pytest.mark.parametrize("value, number", NUMBERS, ids=repr)
def test_real_numbers_of_every_library_are_taken(value, number):
    found = checks.real("b", value)
    assert type(found) is float and found == pytest.approx(number, rel=1e-16)


@pytest.mark.parametrize("value", NO_NUMBERS, ids=repr)
def test_what_is_no_finite_real_number_is_refused_by_name(value):
    with pytest.raises(ValueError, match="^eta = .*must be a finite real number"):
        checks.real("eta", value)


@pytest.mark.parametrize("value", [None, float("inf"), np.float64("inf"), sympy.oo], ids=repr)
def test_no_truncation_is_none_or_any_infinity(value):
    assert checks.threshold("b", value) == float("inf")
