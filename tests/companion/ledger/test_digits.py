"""Numbers as tables show them."""

import pytest
from companion.ledger.digits import number, rounded

CASES = [
    (0.04419417, "0.04419"), (3914.3, "3914"), (12345.6, "12\u202f346"), (0.0, "0"), (float("nan"), "nan"), (7, "7"),
    (1e-10, "10⁻¹⁰"), (-1.5e-15, "-1.5 × 10⁻¹⁵"), (2.5e7, "2.5 × 10⁷"), (True, "True"), ([1, 0.5], "1, 0.5"),
]  # fmt: skip


@pytest.mark.parametrize("value, shown", CASES)
def test_numbers_are_shown_with_four_digits_and_powers_of_ten_where_they_need_them(value, shown):
    assert number(value) == shown


def test_other_numbers_of_digits():
    assert (number(0.123456, 2), number(3914.3, 3)) == ("0.12", "3\u202f914")


def test_rounding_spares_no_digit_before_the_point():
    assert (rounded(3914.3, 2), rounded(0.12345, 2), rounded(4.6e-7, 1)) == ("3900", "0.12", "5 × 10⁻⁷")
